//! Fisher's exact test, one-sided: does this group succeed more seldom than that one?

use statrs::function::factorial::ln_factorial;

use super::Trials;

/// How likely `of` has as few successes as it has, or fewer, when both groups succeed equally often and
/// the successes of both together are given: the lower tail of the hypergeometric distribution.
/// R. A. Fisher, The logic of inductive inference, Journal of the Royal Statistical Society 98 (1935), 39–82.
pub fn fewer(of: Trials, against: Trials) -> f64 {
    let both = of.and(against);
    let (n, successes, all) = (of.n, both.successes, both.n);
    let least = (n + successes).saturating_sub(all);
    let most = n.min(successes);
    if of.successes >= most {
        return 1.0;
    }
    // Whichever tail is shorter is summed from its largest term on, each term from the one before it.
    let middle = (n as f64 + 1.0) * (successes as f64 + 1.0) / (all as f64 + 2.0);
    let chance = |k: usize| {
        (ln_choose(successes, k) + ln_choose(all - successes, n - k) - ln_choose(all, n)).exp()
    };
    let (mut term, mut sum) = (0.0, 0.0);
    if (of.successes as f64) < middle {
        for k in (least..=of.successes).rev() {
            term = if k == of.successes {
                chance(k)
            } else {
                let (k, failures) = (k as f64, (all - successes) as f64);
                term * (k + 1.0) * (failures - n as f64 + k + 1.0)
                    / ((successes as f64 - k) * (n as f64 - k))
            };
            sum += term;
            if term < sum * f64::EPSILON {
                break;
            }
        }
        sum.min(1.0)
    } else {
        for k in of.successes + 1..=most {
            term = if k == of.successes + 1 {
                chance(k)
            } else {
                let (k, failures) = (k as f64, (all - successes) as f64);
                term * (successes as f64 - k + 1.0) * (n as f64 - k + 1.0)
                    / (k * (failures - n as f64 + k))
            };
            sum += term;
            if term < sum * f64::EPSILON {
                break;
            }
        }
        (1.0 - sum).max(0.0)
    }
}

fn ln_choose(n: usize, k: usize) -> f64 {
    ln_factorial(n as u64) - ln_factorial(k as u64) - ln_factorial((n - k) as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// Against `scipy.stats.fisher_exact(…, alternative="less")`.
    #[rstest]
    #[case((3, 10), (9, 12), 0.045_606_096_689_688_014)]
    #[case((40, 100), (480, 1_100), 0.276_127_333_639_468_73)]
    #[case((20, 100), (480, 1_100), 1.569_325_407_552_997_5e-6)]
    #[case((0, 5), (3, 7), 0.159_090_909_090_909_12)]
    #[case((7, 7), (1, 9), 1.0)]
    #[case((1_200, 4_000), (3_000, 7_000), 1.760_869_810_508_414e-41)]
    #[case((2_650, 9_000), (30_500, 100_000), 0.018_883_098_437_664_215)]
    #[case((15, 30), (15, 30), 0.601_727_181_090_790_4)]
    fn exact(#[case] of: (usize, usize), #[case] against: (usize, usize), #[case] expected: f64) {
        let found = fewer(Trials::new(of.0, of.1), Trials::new(against.0, against.1));
        assert!((found / expected - 1.0).abs() < 1e-8, "{found}");
    }

    #[test]
    fn no_trials_say_nothing() {
        assert!((fewer(Trials::default(), Trials::new(3, 9)) - 1.0).abs() < 1e-12);
        assert!((fewer(Trials::new(0, 9), Trials::default()) - 1.0).abs() < 1e-12);
    }

    proptest! {
        /// As few of these, or at least as many of those: both say the same about the same table.
        #[test]
        fn the_two_groups_mirror_each_other(a in 0_usize..60, b in 0_usize..60, c in 0_usize..60, d in 0_usize..60) {
            let (of, against) = (Trials::new(a, a + b), Trials::new(c, c + d));
            let lost = |trials: Trials| Trials::new(trials.failures(), trials.n);
            let p = fewer(of, against);
            let mirrored = fewer(lost(against), lost(of));
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - mirrored).abs() < 1e-9, "{p} {mirrored}");
        }
    }
}
