//! The funnel plot: how far a rate may lie from everybody's by chance, for its number of trials; and whether
//! rates differ more than that all over. D. J. Spiegelhalter, Funnel plots for comparing institutional
//! performance, Statistics in Medicine 24 (2005), 1185–1202.

use statrs::function::beta::checked_beta_reg;

use super::Trials;

/// The tail beyond one of the inner lines: 95 % of groups that are like everybody lie between them.
pub const WARNING: f64 = 0.025;

/// The tail beyond one of the outer lines: 99.8 % lie between them.
pub const ALARM: f64 = 0.001;

/// The lines at `n` trials when everybody succeeds at `rate`: exact quantiles of the binomial distribution,
/// interpolated between its steps (appendix A.1.1 of the source), so that they don't jump.
pub fn control_limits(rate: f64, n: usize, tail: f64) -> (f64, f64) {
    (limit(rate, n, tail), limit(rate, n, 1.0 - tail))
}

fn limit(rate: f64, n: usize, share: f64) -> f64 {
    if n == 0 || rate <= 0.0 || rate >= 1.0 {
        return rate.clamp(0.0, 1.0);
    }
    // The smallest number that is reached with a chance above `share`.
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = usize::midpoint(low, high);
        if at_most(middle, n, rate) > share {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let here = at_most(low, n, rate);
    let before = low.checked_sub(1).map_or(0.0, |one| at_most(one, n, rate));
    let part = if here > before {
        (here - share) / (here - before)
    } else {
        0.0
    };
    ((low as f64 - part) / n as f64).clamp(0.0, 1.0)
}

/// The chance of `k` or fewer of `n`: the regularised incomplete beta function.
fn at_most(k: usize, n: usize, rate: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    checked_beta_reg((n - k) as f64, (k + 1) as f64, 1.0 - rate).unwrap_or(0.0)
}

/// How many times further the groups lie from the rate of all than chance explains: the mean square of
/// their z values, a tenth of them at each end drawn in to the next, so that a few outliers don't count
/// as everybody (section 3.3 and appendix A.2.2). 1 when it is chance alone; `None` under two groups, or when
/// all or none succeeded.
pub fn over_dispersion(groups: &[Trials]) -> Option<f64> {
    let all: Trials = groups.iter().copied().sum();
    let rate = all.rate().filter(|rate| *rate > 0.0 && *rate < 1.0)?;
    let mut z: Vec<f64> = groups
        .iter()
        .filter_map(|group| {
            let spread = (rate * (1.0 - rate) / group.n as f64).sqrt();
            Some((group.rate()? - rate) / spread)
        })
        .collect();
    if z.len() < 2 {
        return None;
    }
    z.sort_by(f64::total_cmp);
    let cut = z.len() / 10;
    let (low, high) = (z[cut], z[z.len() - 1 - cut]);
    let squares = z.iter().map(|z| z.clamp(low, high).powi(2));
    Some(squares.sum::<f64>() / z.len() as f64)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The interpolation of the source, over `scipy.stats.binom.cdf`.
    #[rstest]
    #[case(0.4, 100, WARNING, 0.300_144_159_311_270_5, 0.492_030_660_673_987_43)]
    #[case(0.4, 100, ALARM, 0.246_987_872_126_642_97, 0.548_574_487_680_204_4)]
    #[case(0.4, 3, WARNING, 0.0, 0.869_791_666_666_666_6)]
    #[case(0.63, 1_500, ALARM, 0.590_903_631_404_573_4, 0.667_928_222_732_058_2)]
    #[case(0.05, 20, WARNING, 0.0, 0.142_364_765_016_904_03)]
    fn lines(
        #[case] rate: f64,
        #[case] n: usize,
        #[case] tail: f64,
        #[case] low: f64,
        #[case] high: f64,
    ) {
        let found = control_limits(rate, n, tail);
        assert!(
            (found.0 - low).abs() < 1e-9 && (found.1 - high).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn ends_of_the_scale() {
        assert_eq!(control_limits(0.0, 10, WARNING), (0.0, 0.0));
        assert_eq!(control_limits(1.0, 10, WARNING), (1.0, 1.0));
        assert_eq!(control_limits(0.4, 0, WARNING), (0.4, 0.4));
    }

    /// Against `scipy.stats.mstats.winsorize`; five groups have no tenth to draw in.
    #[test]
    fn further_than_chance() {
        let groups = [
            (30, 100),
            (45, 100),
            (12, 50),
            (90, 200),
            (5, 40),
            (33, 60),
            (20, 50),
            (41, 99),
            (60, 150),
            (17, 45),
            (22, 80),
            (70, 120),
        ]
        .map(|(a, n)| Trials::new(a, n));
        let all = over_dispersion(&groups).expect("phi");
        let few = over_dispersion(&groups[..5]).expect("phi");
        assert!((all - 2.895_674_477_734_415).abs() < 1e-9, "{all}");
        assert!((few - 4.844_318_181_818_183).abs() < 1e-9, "{few}");
        assert_eq!(over_dispersion(&groups[..1]), None);
    }
}
