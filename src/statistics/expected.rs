//! Observed against expected: what a group would have had if its deals had gone as everybody's of their kind.

use statrs::function::erf::erfc;

use super::Trials;

/// Up to this many trials the chance is summed exactly.
const EXACT: usize = 1_000;

/// Indirect standardisation: the sum over trials of the rate that everybody has in each one's segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// Trials by segment: the rate of the segment, and the group's successes of its trials there.
    segments: Vec<(f64, Trials)>,
}

impl Expected {
    pub fn add(&mut self, rate: f64, trials: Trials) {
        if trials.n > 0 {
            self.segments.push((rate.clamp(0.0, 1.0), trials));
        }
    }

    pub fn observed(&self) -> Trials {
        self.segments.iter().map(|(_, trials)| *trials).sum()
    }

    pub fn expected(&self) -> f64 {
        let segments = self.segments.iter();
        segments.map(|(rate, trials)| rate * trials.n as f64).sum()
    }

    /// O/E; `None` when none was expected.
    pub fn ratio(&self) -> Option<f64> {
        let expected = self.expected();
        (expected > 0.0).then(|| self.observed().successes as f64 / expected)
    }

    /// How likely as few successes or fewer are: the lower tail of the Poisson-binomial distribution, summed
    /// exactly up to a thousand trials, then by the refined normal approximation of A. Yu. Volkova, A
    /// refinement of the central limit theorem for sums of independent random indicators, Theory of
    /// Probability and its Applications 40 (1996), 791–794.
    pub fn fewer(&self) -> f64 {
        let observed = self.observed();
        if observed.n <= EXACT {
            self.exactly(observed)
        } else {
            self.nearly(observed)
        }
    }

    fn exactly(&self, observed: Trials) -> f64 {
        // The chance of each number of successes, one trial after the other; above the observed it is not asked.
        let mut chance = vec![0.0; observed.successes + 1];
        chance[0] = 1.0;
        for (rate, trials) in &self.segments {
            for _ in 0..trials.n {
                for k in (1..chance.len()).rev() {
                    chance[k] = chance[k] * (1.0 - rate) + chance[k - 1] * rate;
                }
                chance[0] *= 1.0 - rate;
            }
        }
        chance.iter().sum::<f64>().min(1.0)
    }

    fn nearly(&self, observed: Trials) -> f64 {
        let moment = |of: fn(f64) -> f64| -> f64 {
            let segments = self.segments.iter();
            segments.map(|(p, trials)| of(*p) * trials.n as f64).sum()
        };
        let variance = moment(|p| p * (1.0 - p));
        let successes = observed.successes as f64;
        if variance <= 0.0 {
            return if successes >= self.expected() {
                1.0
            } else {
                0.0
            };
        }
        let spread = variance.sqrt();
        let skew = moment(|p| p * (1.0 - p) * (1.0 - 2.0 * p)) / spread.powi(3);
        let z = (successes + 0.5 - self.expected()) / spread;
        let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let below = erfc(-z / std::f64::consts::SQRT_2) / 2.0;
        (below + skew * (1.0 - z * z) * density / 6.0).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(segments: &[(f64, usize)], observed: usize) -> Expected {
        let mut expected = Expected::default();
        let mut left = observed;
        for (rate, n) in segments {
            let here = left.min(*n);
            left -= here;
            expected.add(*rate, Trials::new(here, *n));
        }
        expected
    }

    /// Against the convolution of `scipy.stats.binom.pmf`.
    #[test]
    fn exact_for_few() {
        let few = of(&[(0.49, 40), (0.81, 60)], 60);
        assert!((few.expected() - 68.2).abs() < 1e-9);
        assert!((few.ratio().expect("o/e") - 60.0 / 68.2).abs() < 1e-9);
        assert!(
            (few.fewer() - 0.041_126_042_876_733_38).abs() < 1e-12,
            "{}",
            few.fewer()
        );
        let more = of(&[(0.49, 400), (0.81, 600)], 620);
        assert!(
            (more.fewer() - 5.986_022_495_849_059e-6).abs() < 1e-12,
            "{}",
            more.fewer()
        );
    }

    /// The refined approximation is good to a few parts in a hundred thousand of certainty.
    #[test]
    fn near_for_many() {
        let many = of(&[(0.49, 4_000), (0.81, 600), (0.05, 1_000)], 2_400);
        assert!(
            (many.fewer() - 0.002_330_023_208_457_604_6).abs() < 2e-5,
            "{}",
            many.fewer()
        );
        let skew = of(&[(0.02, 3_000), (0.05, 1_000)], 90);
        assert!(
            (skew.fewer() - 0.026_548_312_386_165_7).abs() < 2e-4,
            "{}",
            skew.fewer()
        );
    }

    #[test]
    fn nothing_expected() {
        let nothing = Expected::default();
        assert_eq!((nothing.ratio(), nothing.expected()), (None, 0.0));
        assert!((nothing.fewer() - 1.0).abs() < 1e-12);
    }
}
