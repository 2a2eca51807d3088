//! Does doing something go with success within every group, or only within one? Tables of two by two,
//! one a group.

use super::{Trials, Z, chi_square_tail};

/// One group: how those who did it fared, and those who did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub with: Trials,
    pub without: Trials,
}

/// What all groups say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Common {
    /// Odds of success with it ÷ odds without it; `None` where everybody who did it succeeded, or the like.
    pub odds: Option<Odds>,
    /// Those who did it succeeded more often than those who did not.
    pub more: bool,
    /// How likely so much or more is when it goes with nothing in any group.
    pub p: f64,
    /// How likely the groups differ so much or more in their odds ratios when these are all the same;
    /// `None` of one group, and where there is no ratio.
    pub alike: Option<f64>,
    /// Groups that can tell: with some who did and some who did not, some successes and some failures.
    pub groups: usize,
}

/// An odds ratio with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odds {
    pub ratio: f64,
    pub low: f64,
    pub high: f64,
}

impl Table {
    /// Did and succeeded, did and failed, did not and succeeded, did not and failed, all.
    fn parts(self) -> [f64; 5] {
        let parts = [
            self.with.successes,
            self.with.failures(),
            self.without.successes,
            self.without.failures(),
        ]
        .map(|count| count as f64);
        let [a, b, c, d] = parts;
        [a, b, c, d, a + b + c + d]
    }

    /// Whether it can tell anything.
    pub fn tells(self) -> bool {
        let both = self.with.and(self.without);
        self.with.n > 0 && self.without.n > 0 && both.successes > 0 && both.failures() > 0
    }
}

impl Common {
    /// The odds ratio of N. Mantel and W. Haenszel, Statistical aspects of the analysis of data from
    /// retrospective studies of disease, Journal of the National Cancer Institute 22 (1959), 719–748,
    /// with their test (and its correction for continuity); its interval by J. Robins, N. Breslow and
    /// S. Greenland, Biometrics 42 (1986), 311–323. `None` where no group can tell.
    #[allow(clippy::many_single_char_names)] // the letters of the papers
    pub fn of(tables: &[Table]) -> Option<Self> {
        let telling = || tables.iter().filter(|table| table.tells());
        let (mut agreeing, mut opposing) = (0.0, 0.0);
        let (mut pr, mut mixed, mut qs) = (0.0, 0.0, 0.0);
        let (mut distance, mut variance) = (0.0, 0.0);
        for table in telling() {
            let [a, b, c, d, n] = table.parts();
            let (p, q) = ((a + d) / n, (b + c) / n);
            let (for_it, against) = (a * d / n, b * c / n);
            agreeing += for_it;
            opposing += against;
            pr += p * for_it;
            mixed += p * against + q * for_it;
            qs += q * against;
            distance += a - (a + b) * (a + c) / n;
            variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1.0));
        }
        let groups = telling().count();
        if groups == 0 {
            return None;
        }
        let odds = (agreeing > 0.0 && opposing > 0.0).then(|| {
            let error = (pr / (2.0 * agreeing * agreeing)
                + mixed / (2.0 * agreeing * opposing)
                + qs / (2.0 * opposing * opposing))
                .sqrt();
            let ratio = agreeing / opposing;
            Odds {
                ratio,
                low: (ratio.ln() - Z * error).exp(),
                high: (ratio.ln() + Z * error).exp(),
            }
        });
        let corrected = (f64::abs(distance) - 0.5).max(0.0);
        Some(Self {
            odds,
            more: distance > 0.0,
            p: chi_square_tail(corrected * corrected / variance, 1),
            alike: odds.and_then(|odds| alike(telling(), odds.ratio)),
            groups,
        })
    }
}

/// The test of N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research 1 (1980), 142, with the
/// correction of R. E. Tarone, On heterogeneity tests based on efficient scores, Biometrika 72 (1985),
/// 91–95.
fn alike<'t>(tables: impl Iterator<Item = &'t Table>, odds: f64) -> Option<f64> {
    let (mut statistic, mut excess, mut variances, mut groups) = (0.0, 0.0, 0.0, 0_usize);
    for table in tables {
        let [a, b, c, _, n] = table.parts();
        let (did, won) = (a + b, a + c);
        let expected = expected(odds, did, won, n);
        let variance = 1.0
            / (1.0 / expected
                + 1.0 / (did - expected)
                + 1.0 / (won - expected)
                + 1.0 / (n - did - won + expected));
        statistic += (a - expected).powi(2) / variance;
        excess += a - expected;
        variances += variance;
        groups += 1;
    }
    let df = groups.checked_sub(1).filter(|df| *df > 0)?;
    Some(chi_square_tail(statistic - excess * excess / variances, df))
}

/// Who did it and succeeded, of `did` and `won` among `n`, when the odds ratio is this one.
fn expected(odds: f64, did: f64, won: f64, n: f64) -> f64 {
    let (square, linear, constant) = (
        1.0 - odds,
        n - did - won + odds * (did + won),
        -odds * did * won,
    );
    // The root that lies within the margins, in the form that stands for an odds ratio of one too.
    let root = (linear * linear - 4.0 * square * constant).max(0.0).sqrt();
    -2.0 * constant / (linear + root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(counts: &[[usize; 4]]) -> Vec<Table> {
        let table = |[a, b, c, d]: &[usize; 4]| Table {
            with: Trials::new(*a, a + b),
            without: Trials::new(*c, c + d),
        };
        counts.iter().map(table).collect()
    }

    fn assert_is(found: Option<Common>, expected: [f64; 5]) {
        let found = found.expect("a ratio");
        let odds = found.odds.expect("a ratio");
        let numbers = [
            odds.ratio,
            odds.low,
            odds.high,
            found.p,
            found.alike.expect("more than one group"),
        ];
        for (found, expected) in numbers.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    /// Admissions of men and women to six departments at Berkeley in 1973 (P. J. Bickel, E. A. Hammel and
    /// J. W. O'Connell, Science 187 (1975), 398–404): a famous table in which all together mislead.
    /// Against `statsmodels.stats.contingency_tables.StratifiedTable`.
    #[test]
    fn berkeley() {
        let found = Common::of(&tables(&[
            [512, 313, 89, 19],
            [353, 207, 17, 8],
            [120, 205, 202, 391],
            [138, 279, 131, 244],
            [53, 138, 94, 299],
            [22, 351, 24, 317],
        ]));
        assert_is(
            found,
            [
                0.904_696_828_258_623_1,
                0.771_907_361_759_350_5,
                1.060_329_764_436_655_8,
                0.232_263_462_817_048_02,
                0.002_071_401_397_880_867_6,
            ],
        );
    }

    #[test]
    fn three_small_groups_and_one_that_can_not_tell() {
        let found = Common::of(&tables(&[
            [12, 5, 6, 9],
            [20, 14, 11, 16],
            [4, 3, 0, 0],
            [7, 3, 4, 8],
        ]));
        assert_is(
            found,
            [
                2.786_333_527_019_174_5,
                1.305_532_628_245_301_7,
                5.946_733_429_577_961,
                0.013_569_899_587_060_119,
                0.689_073_736_023_942_5,
            ],
        );
        assert_eq!(found.map(|common| common.groups), Some(3));
    }

    /// An odds ratio of exactly one, where the square term of the equation is none.
    #[test]
    fn nothing_to_find() {
        let found = Common::of(&tables(&[[5, 5, 10, 10], [10, 20, 5, 10]])).expect("a ratio");
        assert!(
            found
                .odds
                .is_some_and(|odds| (odds.ratio - 1.0).abs() < 1e-12)
        );
        assert!(!found.more && (found.p - 1.0).abs() < 1e-12);
        assert!(found.alike.is_some_and(|p| (p - 1.0).abs() < 1e-9));
    }

    #[test]
    fn what_has_no_ratio_may_have_a_test() {
        assert_eq!(Common::of(&[]), None);
        assert_eq!(Common::of(&tables(&[[5, 2, 0, 0], [0, 3, 0, 4]])), None);
        let always = Common::of(&tables(&[[5, 0, 3, 2]])).expect("a test");
        // 5 of 5 and 3 of 5: 1 more than expected; the variance is 5·5·8·2 / (10·10·9) = 4/9.
        assert_eq!((always.odds, always.more), (None, true));
        assert!((always.p - chi_square_tail(0.5 * 0.5 * 9.0 / 4.0, 1)).abs() < 1e-12);
        let one = Common::of(&tables(&[[5, 2, 3, 2]])).expect("a ratio");
        assert_eq!((one.alike, one.groups), (None, 1));
    }
}
