//! The few formulas that reports stand on, each with its source.
//!
//! Here are shares, quantiles and lengths; beside it tests between groups, and what allows for few
//! observations. The special functions come from `statrs`.

mod auc;
mod expected;
mod fisher;
mod funnel_plot;
mod log_rank;
mod many;
mod power;
mod prior;
mod rates;
mod strata;
mod survival;

use statrs::function::beta::checked_beta_reg;

pub use self::auc::Auc;
pub use self::expected::Expected;
pub use self::fisher::fewer;
pub use self::funnel_plot::{ALARM, WARNING, control_limits, over_dispersion};
pub use self::log_rank::{LogRank, log_rank};
pub use self::many::{Corrected, benjamini_hochberg};
pub use self::power::smallest_drop;
pub use self::prior::{Prior, share};
pub use self::rates::{ChiSquare, chi_square_tail, equal_rates, spread_between};
pub use self::strata::{Common, Odds, Table};
pub use self::survival::Survival;

/// Fewer observations than this are `insufficient history` for a figure that carries no interval of its own.
pub const ENOUGH: usize = 5;

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// So many of so many: won of decided, advanced of resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    pub successes: usize,
    pub n: usize,
}

impl Trials {
    pub const fn new(successes: usize, n: usize) -> Self {
        Self { successes, n }
    }

    pub const fn failures(self) -> usize {
        self.n - self.successes
    }

    /// `None` of none.
    pub fn rate(self) -> Option<f64> {
        (self.n > 0).then(|| self.successes as f64 / self.n as f64)
    }

    pub fn add(&mut self, success: bool) {
        self.successes += usize::from(success);
        self.n += 1;
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::new(self.successes + other.successes, self.n + other.n)
    }

    /// These without some of them.
    #[must_use]
    pub const fn without(self, part: Self) -> Self {
        Self::new(self.successes - part.successes, self.n - part.n)
    }
}

impl std::iter::Sum for Trials {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::and)
    }
}

/// An estimate of a share with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub share: f64,
    pub low: f64,
    pub high: f64,
    pub n: usize,
}

impl Share {
    /// `None` of none.
    pub fn of(successes: usize, n: usize) -> Option<Self> {
        let (low, high) = wilson(successes, n)?;
        Some(Self {
            share: successes as f64 / n as f64,
            low,
            high,
            n,
        })
    }

    /// The 95 % interval of `self - other`: method 10 of R. G. Newcombe, Interval estimation for the
    /// difference between independent proportions, Statistics in Medicine 17 (1998), 873–890.
    pub fn difference(self, other: Self) -> (f64, f64) {
        let difference = self.share - other.share;
        let below = (self.share - self.low).hypot(other.high - other.share);
        let above = (self.high - self.share).hypot(other.share - other.low);
        (difference - below, difference + above)
    }
}

/// The 95 % score interval of a share, without continuity correction: E. B. Wilson, Probable inference,
/// the law of succession, and statistical inference, JASA 22 (1927), 209–212. `None` of none.
pub fn wilson(successes: usize, n: usize) -> Option<(f64, f64)> {
    wilson_of_parts(successes as f64, n as f64)
}

/// The same where observations count in part, because several lists share them.
pub fn wilson_of_parts(successes: f64, total: f64) -> Option<(f64, f64)> {
    if total <= 0.0 {
        return None;
    }
    let share = successes / total;
    let square = Z * Z;
    let middle = share + square / (2.0 * total);
    let reach = Z * (share * (1.0 - share) / total + square / (4.0 * total * total)).sqrt();
    let size = 1.0 + square / total;
    // The ends are exact where rounding would leave a trace beyond them.
    let low = if successes <= 0.0 {
        0.0
    } else {
        (middle - reach) / size
    };
    let high = if successes >= total {
        1.0
    } else {
        (middle + reach) / size
    };
    Some((low, high))
}

/// How likely `successes` or more of `n` are when each succeeds with probability `p`: the upper tail of the binomial
/// distribution, which is the regularised incomplete beta function `I_p(k, n − k + 1)` (M. Abramowitz and I. A. Stegun,
/// Handbook of Mathematical Functions, 26.5.24).
pub fn binomial_tail(successes: usize, n: usize, p: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    if successes > n || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (a, b) = (successes as f64, (n - successes + 1) as f64);
    checked_beta_reg(a, b, p).unwrap_or(f64::NAN)
}

/// The quantile of sorted values with linear interpolation between neighbours: definition 7 of
/// R. J. Hyndman and Y. Fan, Sample quantiles in statistical packages, The American Statistician 50
/// (1996), 361–365 (the default of R, `NumPy` and spreadsheets). `None` of none.
pub fn quantile(sorted: &[i32], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = share.clamp(0.0, 1.0) * last as f64;
    let below = at.floor();
    let low = f64::from(*sorted.get(below as usize)?);
    let high = f64::from(*sorted.get(at.ceil() as usize)?);
    Some(low + (high - low) * (at - below))
}

/// Share of the standard normal distribution below `z`: half of the complementary error function of `−z ÷ √2`.
pub fn normal_share(z: f64) -> f64 {
    statrs::function::erf::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    /// The examples of Newcombe, Two-sided confidence intervals for the single proportion (1998),
    /// printed there to four digits, worked out to twelve with decimal arithmetic.
    #[rstest]
    #[case(81, 263, 0.255_288_519_878, 0.366_209_576_983)]
    #[case(15, 148, 0.062_386_399_531, 0.160_487_241_723)]
    #[case(0, 20, 0.0, 0.161_125_158_053)]
    #[case(1, 29, 0.006_113_214_293, 0.171_755_218_793)]
    #[case(9, 27, 0.186_432_614_987, 0.521_752_394_927)]
    #[case(8, 10, 0.490_162_471_537, 0.943_317_848_546)]
    #[case(20, 20, 0.838_874_841_947, 1.0)]
    fn wilson_intervals(
        #[case] successes: usize,
        #[case] n: usize,
        #[case] low: f64,
        #[case] high: f64,
    ) {
        let found = wilson(successes, n).expect("an interval");
        assert!(near(found.0, low) && near(found.1, high), "{found:?}");
    }

    #[test]
    fn nothing_of_none() {
        assert_eq!(
            (wilson(0, 0), Share::of(0, 0), quantile(&[], 0.5)),
            (None, None, None)
        );
    }

    /// 56/70 − 48/80, the first example of Newcombe's second paper (0.0524 to 0.3339).
    #[test]
    fn difference_of_shares() {
        let (a, b) = (Share::of(56, 70).expect("a"), Share::of(48, 80).expect("b"));
        let (low, high) = a.difference(b);
        assert!(
            near(low, 0.052_431_472_402) && near(high, 0.333_872_654_037),
            "{low} {high}"
        );
        let (a, b) = (Share::of(9, 10).expect("a"), Share::of(3, 10).expect("b"));
        let (low, high) = a.difference(b);
        assert!(
            near(low, 0.170_522_723_935) && near(high, 0.809_017_973_535),
            "{low} {high}"
        );
    }

    #[rstest]
    #[case(0.0, 0.5)]
    #[case(1.281_551_565_545, 0.9)]
    #[case(-1.959_963_984_540, 0.025)]
    #[case(9.0, 1.0)]
    fn below_a_normal_quantile(#[case] z: f64, #[case] share: f64) {
        assert!(near(normal_share(z), share), "{}", normal_share(z));
    }

    #[rstest]
    #[case(0.0, 1.0)]
    #[case(0.25, 1.75)]
    #[case(0.5, 2.5)]
    #[case(0.9, 5.8)]
    #[case(1.0, 7.0)]
    fn quantiles(#[case] share: f64, #[case] expected: f64) {
        let found = quantile(&[1, 2, 3, 7], share).expect("a quantile");
        assert!(near(found, expected), "{found}");
    }

    /// Against `scipy.stats.binom.sf(k - 1, n, p)`.
    #[rstest]
    #[case(0, 10, 0.3, 1.0)]
    #[case(5, 10, 0.5, 0.623_046_875)]
    #[case(9, 10, 0.5, 0.010_742_187_5)]
    #[case(10, 10, 0.25, 9.536_743_164_062_5e-7)]
    #[case(3, 3, 1.0, 1.0)]
    #[case(1, 5, 0.0, 0.0)]
    fn binomial_tails(#[case] k: usize, #[case] n: usize, #[case] p: f64, #[case] tail: f64) {
        assert!(
            near(binomial_tail(k, n, p), tail),
            "{}",
            binomial_tail(k, n, p)
        );
    }

    /// Ends of exact 95 % intervals, which are quantiles of beta distributions (C. J. Clopper and E. S. Pearson, The use of
    /// confidence or fiducial limits, Biometrika 26 (1934), 404–413), for Newcombe's examples: `scipy.stats.beta.ppf(0.025,
    /// k, n - k + 1)` and `beta.isf(0.025, k + 1, n - k)`. What lies beyond each has a chance of one in forty.
    #[rstest]
    #[case(81, 263, 0.252_736_745_585_271, 0.367_621_922_601_351)]
    #[case(15, 148, 0.057_844_010_083_449, 0.161_650_490_349_479)]
    #[case(0, 20, 0.0, 0.168_433_470_983_085)]
    #[case(1, 29, 0.000_872_646_883_58, 0.177_644_295_488_723)]
    #[case(9, 27, 0.165_188_179_687_316, 0.539_607_286_092_257)]
    #[case(8, 10, 0.443_904_537_692_358, 0.974_789_273_673_167)]
    #[case(20, 20, 0.831_566_529_016_915, 1.0)]
    fn exact_intervals(#[case] k: usize, #[case] n: usize, #[case] low: f64, #[case] high: f64) {
        let below = binomial_tail(k, n, low);
        assert!(k == 0 || near(below, 0.025), "{below}");
        let above = 1.0 - binomial_tail(k + 1, n, high);
        assert!(k == n || near(above, 0.025), "{above}");
    }

    proptest! {
        #[test]
        fn intervals_hold_their_share(n in 1_usize..5_000, part in 0.0..=1.0) {
            let successes = (n as f64 * part) as usize;
            let share = Share::of(successes, n).expect("some");
            prop_assert!(0.0 <= share.low && share.low <= share.share);
            prop_assert!(share.share <= share.high && share.high <= 1.0);
        }
    }
}
