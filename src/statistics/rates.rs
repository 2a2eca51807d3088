//! Do several groups succeed equally often? Pearson's chi-square test.

use statrs::function::gamma::checked_gamma_ur;

use super::Trials;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    pub statistic: f64,
    pub df: usize,
    pub p: f64,
}

/// How likely a chi-square variable is at least `statistic`: the upper incomplete gamma function.
pub fn chi_square_tail(statistic: f64, df: usize) -> f64 {
    if statistic <= 0.0 || df == 0 {
        return 1.0;
    }
    checked_gamma_ur(df as f64 / 2.0, statistic / 2.0).unwrap_or(0.0)
}

/// K. Pearson, On the criterion that a given system of deviations …, Philosophical Magazine 50 (1900),
/// 157–175. `None` when fewer than two groups have trials, or all or none succeeded.
pub fn equal_rates(groups: &[Trials]) -> Option<ChiSquare> {
    let all: Trials = groups.iter().copied().sum();
    let rate = all.rate().filter(|rate| *rate > 0.0 && *rate < 1.0)?;
    let tried = || groups.iter().filter(|group| group.n > 0);
    let df = tried().count().checked_sub(1).filter(|df| *df > 0)?;
    let statistic = tried()
        .map(|group| {
            let n = group.n as f64;
            (group.successes as f64 - n * rate).powi(2) / (n * rate * (1.0 - rate))
        })
        .sum();
    Some(ChiSquare {
        statistic,
        df,
        p: chi_square_tail(statistic, df),
    })
}

/// By how much the shares of groups differ beyond what luck explains: the standard deviation between them, by the
/// moments of R. `DerSimonian` and N. Laird, Meta-analysis in clinical trials, Controlled Clinical Trials 7 (1986),
/// 177–188, with one variance for all groups. `None` when there is no test of them.
pub fn spread_between(groups: &[Trials]) -> Option<f64> {
    let test = equal_rates(groups)?;
    let all: Trials = groups.iter().copied().sum();
    let (n, rate) = (all.n as f64, all.rate()?);
    let squares: f64 = groups.iter().map(|group| (group.n as f64).powi(2)).sum();
    let beyond = test.statistic - test.df as f64;
    let between = beyond * rate * (1.0 - rate) / (n - squares / n);
    Some(between.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Against `scipy.stats.chi2.sf`.
    #[rstest]
    #[case(3.841_458_820_694_124, 1, 0.05)]
    #[case(564.0, 2, 3.380_306_677_163_625e-123)]
    #[case(30.0, 29, 0.414_003_642_917_542_55)]
    #[case(0.5, 10, 0.999_993_388_289_439)]
    #[case(131.0, 9, 7.385_482_810_962_837e-24)]
    #[case(1_000.0, 1_000, 0.494_052_853_829_239_64)]
    fn tails(#[case] statistic: f64, #[case] df: usize, #[case] expected: f64) {
        let found = chi_square_tail(statistic, df);
        assert!((found / expected - 1.0).abs() < 1e-9, "{found}");
    }

    /// Against `scipy.stats.chi2_contingency(…, correction=False)`.
    #[test]
    fn four_groups() {
        let groups = [(30, 100), (45, 100), (12, 50), (90, 200), (0, 0)];
        let found = equal_rates(&groups.map(|(a, n)| Trials::new(a, n))).expect("a test");
        assert!(
            (found.statistic - 12.614_080_834_419_816).abs() < 1e-9,
            "{found:?}"
        );
        assert!(
            (found.p - 0.005_550_048_713_397_592).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(found.df, 3);
    }

    #[test]
    fn one_group_can_not_differ() {
        assert_eq!(equal_rates(&[Trials::new(3, 9), Trials::default()]), None);
        assert_eq!(equal_rates(&[Trials::new(9, 9), Trials::new(2, 2)]), None);
    }

    /// Worked out with `numpy`: (x − 3) · p (1 − p) / (450 − 62500 / 450), and nothing of groups that differ less
    /// than luck lets them.
    #[test]
    fn spread_of_four_groups() {
        let groups = [(30, 100), (45, 100), (12, 50), (90, 200)];
        let spread = spread_between(&groups.map(|(a, n)| Trials::new(a, n))).expect("a spread");
        assert!((spread - 0.085_871_997_764_114).abs() < 1e-12, "{spread}");
        let alike = [(30, 100), (31, 100), (15, 50)].map(|(a, n)| Trials::new(a, n));
        assert_eq!(spread_between(&alike), Some(0.0));
        assert_eq!(spread_between(&[Trials::new(3, 9)]), None);
    }
}
