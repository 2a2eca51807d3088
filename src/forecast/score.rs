//! How good past forecasts were: of amounts, of ranges, of chances.

/// Weighted absolute percentage error, `Σ|F − A| ÷ ΣA`: S. Kolassa and W. Schütz, Advantages of the MAD/mean ratio over
/// the MAPE, Foresight 6 (2007), 40–43. `None` where nothing happened to measure by.
pub fn wape(pairs: &[(f64, f64)]) -> Option<f64> {
    let actual: f64 = pairs.iter().map(|(_, actual)| actual).sum();
    let missed: f64 = pairs
        .iter()
        .map(|(said, actual)| (said - actual).abs())
        .sum();
    (actual > 0.0).then(|| missed / actual)
}

/// What was said too much of what happened, `Σ(F − A) ÷ ΣA`; below 0 too little was said.
pub fn bias(pairs: &[(f64, f64)]) -> Option<f64> {
    let actual: f64 = pairs.iter().map(|(_, actual)| actual).sum();
    let over: f64 = pairs.iter().map(|(said, actual)| said - actual).sum();
    (actual > 0.0).then(|| over / actual)
}

/// Share of ranges that held what happened: low, high, actual. An end is inside.
pub fn coverage(ranges: &[(f64, f64, f64)]) -> Option<f64> {
    let held = ranges
        .iter()
        .filter(|(low, high, actual)| low <= actual && actual <= high)
        .count();
    (!ranges.is_empty()).then(|| held as f64 / ranges.len() as f64)
}

/// The loss of saying `said` for the `share` quantile of what came out as `actual`: R. Koenker and G. Bassett, Regression
/// quantiles, Econometrica 46 (1978), 33–50.
pub fn pinball(share: f64, said: f64, actual: f64) -> f64 {
    if actual >= said {
        share * (actual - said)
    } else {
        (1.0 - share) * (said - actual)
    }
}

/// Pinball loss of the ends of 80 % ranges and of their middle, mean over the three and over all, as a share of what
/// happened: low, middle, high, actual. A rough form of the continuous ranked probability score, which is twice the
/// integral of it over all shares.
pub fn pinball_of_ranges(ranges: &[(f64, f64, f64, f64)]) -> Option<f64> {
    let actual: f64 = ranges.iter().map(|(.., actual)| actual).sum();
    let loss: f64 = ranges
        .iter()
        .map(|(low, middle, high, actual)| {
            pinball(0.1, *low, *actual)
                + pinball(0.5, *middle, *actual)
                + pinball(0.9, *high, *actual)
        })
        .sum();
    (actual > 0.0).then(|| loss / 3.0 / actual)
}

/// Mean squared difference between a chance and what happened: G. W. Brier, Verification of forecasts expressed in terms
/// of probability, Monthly Weather Review 78 (1950), 1–3 (half of his sum over both outcomes, as is usual today).
pub fn brier(chances: &[(f64, bool)]) -> Option<f64> {
    let sum: f64 = chances
        .iter()
        .map(|(chance, won)| (chance - f64::from(u8::from(*won))).powi(2))
        .sum();
    (!chances.is_empty()).then(|| sum / chances.len() as f64)
}

/// What was said and what happened of deals with about the same chance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Calibrated {
    pub n: usize,
    /// Mean chance that was said.
    pub said: f64,
    pub won: usize,
}

impl Calibrated {
    /// Share that was won; 0 of none.
    pub fn share(self) -> f64 {
        self.won as f64 / self.n.max(1) as f64
    }
}

/// Bins of calibration.
pub const BINS: usize = 10;

/// Chances in ten equally wide bins against what happened; bins without a deal are left out.
pub fn calibration(chances: &[(f64, bool)]) -> Vec<Calibrated> {
    let mut bins = [Calibrated::default(); BINS];
    for (chance, won) in chances {
        let bin = &mut bins[((chance * BINS as f64) as usize).min(BINS - 1)];
        bin.n += 1;
        bin.said += chance;
        bin.won += usize::from(*won);
    }
    let filled = bins.into_iter().filter(|bin| bin.n > 0);
    filled
        .map(|bin| Calibrated {
            said: bin.said / bin.n as f64,
            ..bin
        })
        .collect()
}

/// Expected calibration error over ten bins, `Σ n_b ÷ n × |said_b − won_b|`: M. P. Naeini, G. F. Cooper and
/// M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI (2015), 2901–2907.
pub fn calibration_error(chances: &[(f64, bool)]) -> Option<f64> {
    let sum: f64 = calibration(chances)
        .into_iter()
        .map(|bin| bin.n as f64 * (bin.said - bin.share()).abs())
        .sum();
    (!chances.is_empty()).then(|| sum / chances.len() as f64)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn near(found: Option<f64>, expected: f64) {
        assert!(
            found.is_some_and(|found| (found - expected).abs() < 1e-12),
            "{found:?} {expected}"
        );
    }

    #[test]
    fn of_amounts() {
        // Misses of 10, 20 and 30 of 300; over by 10 + 20 − 30.
        let pairs = [(110.0, 100.0), (120.0, 100.0), (70.0, 100.0)];
        near(wape(&pairs), 0.2);
        near(bias(&pairs), 0.0);
        near(bias(&pairs[..2]), 0.15);
        assert_eq!((wape(&[(5.0, 0.0)]), bias(&[])), (None, None));
    }

    #[test]
    fn of_ranges() {
        let ranges = [
            (1.0, 3.0, 3.0),
            (1.0, 3.0, 0.9),
            (1.0, 3.0, 2.0),
            (1.0, 3.0, 4.0),
        ];
        near(coverage(&ranges), 0.5);
        assert_eq!(coverage(&[]), None);
    }

    #[rstest]
    #[case(0.9, 100.0, 110.0, 9.0)]
    #[case(0.9, 100.0, 90.0, 1.0)]
    #[case(0.5, 100.0, 90.0, 5.0)]
    #[case(0.1, 100.0, 100.0, 0.0)]
    fn of_quantiles(#[case] share: f64, #[case] said: f64, #[case] actual: f64, #[case] loss: f64) {
        near(Some(pinball(share, said, actual)), loss);
    }

    #[test]
    fn of_quantiles_together() {
        // 0.1 × 20, 0.5 × 0 and 0.1 × 20, of 100.
        near(
            pinball_of_ranges(&[(80.0, 100.0, 120.0, 100.0)]),
            4.0 / 3.0 / 100.0,
        );
        assert_eq!(pinball_of_ranges(&[]), None);
    }

    #[test]
    fn of_chances() {
        let chances = [(0.8, true), (0.8, false), (0.3, false), (1.0, true)];
        // 0.04 + 0.64 + 0.09 + 0.
        near(brier(&chances), 0.77 / 4.0);
        // Half of the two at 0.8 were won, none at 0.3, the one at 1 was: (2 × 0.3 + 0.3 + 0) ÷ 4.
        near(calibration_error(&chances), 0.9 / 4.0);
        let bins: Vec<(usize, usize)> = calibration(&chances)
            .into_iter()
            .map(|bin| (bin.n, bin.won))
            .collect();
        assert_eq!(bins, [(1, 0), (2, 1), (1, 1)]);
        assert_eq!((brier(&[]), calibration_error(&[])), (None, None));
    }
}
