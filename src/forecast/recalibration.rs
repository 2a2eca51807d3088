//! Recalibration: chances times the ratio of observed to expected wins of the last finished origins.
//!
//! `c = (O/E)^s`, `s = max(0, 1 - 2/z²)`, `z² = (O - E)² / (M max(1, H/7) + (0.08 M)²)`, `M = max(O, E)`: the ratio is
//! drawn to 1 as far as chance (a deal is counted at each of `H/7` origins) and a drift of 8 % explain it (positive-part
//! James-Stein, as for the season), and kept between ½ and 2.

use super::ensemble::Record;

/// Finished origins that it looks back on.
const ORIGINS: usize = 13;
const FEWEST: usize = 4;
const DRIFT: f64 = 0.08;
const MARGIN: f64 = 2.0;

/// The factor for a method that expected so many wins (`of`) at each of the finished origins.
pub(super) fn factor(finished: &[Record], days: i32, of: usize) -> f64 {
    let last = &finished[finished.len().saturating_sub(ORIGINS)..];
    if last.len() < FEWEST {
        return 1.0;
    }
    let observed = last.iter().map(|record| record.wins).sum();
    let expected = last.iter().map(|record| record.expected_wins[of]).sum();
    ratio(observed, expected, days)
}

fn ratio(observed: f64, expected: f64, days: i32) -> f64 {
    if observed <= 0.0 || expected <= 0.0 {
        return 1.0;
    }
    let most = observed.max(expected);
    let chance = most * (f64::from(days) / 7.0).max(1.0) + (DRIFT * most).powi(2);
    let square = (observed - expected).powi(2) / chance;
    let belief = (1.0 - MARGIN / square.max(1e-9)).max(0.0);
    (observed / expected).powf(belief).clamp(0.5, 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 260 wins seen where 200 were expected, over 7 days: z² = 3600 / (260 + 432.64), so what is believed of the
    /// ratio is 1 - 2/5.1975.
    #[test]
    fn believed_as_far_as_chance_does_not_explain_it() {
        let belief = 1.0 - 2.0 / (3_600.0 / (260.0 + 432.64));
        let expected = 1.3_f64.powf(belief);
        assert!((ratio(260.0, 200.0, 7) - expected).abs() < 1e-12);
        assert_eq!(ratio(210.0, 200.0, 7), 1.0, "chance explains it");
        assert_eq!(ratio(9_000.0, 1_000.0, 7), 2.0);
        assert_eq!(ratio(0.0, 5.0, 7), 1.0);
    }
}
