//! Many comparisons at once: which of them stand.

/// What is left of many tests once it is allowed for that they are many.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// By test: the smallest `q` at which it would be rejected.
    pub adjusted: Vec<f64>,
    pub rejected: Vec<bool>,
    /// Up to this p value tests were rejected; 0 when none was.
    pub threshold: f64,
}

/// Of the tests it rejects no more than the share `q` are false alarms, on average. Y. Benjamini and
/// Y. Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 57
/// (1995), 289–300.
pub fn benjamini_hochberg(p: &[f64], q: f64) -> Corrected {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, test) in order.iter().enumerate().rev() {
        least = least.min(p[*test] * p.len() as f64 / (rank + 1) as f64);
        adjusted[*test] = least;
    }
    let rejected: Vec<bool> = adjusted.iter().map(|adjusted| *adjusted <= q).collect();
    let threshold = p
        .iter()
        .zip(&rejected)
        .filter(|(_, rejected)| **rejected)
        .fold(0.0_f64, |most, (p, _)| most.max(*p));
    Corrected {
        adjusted,
        rejected,
        threshold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 25 p values of diet against tumours in J. H. `McDonald`, Handbook of Biological Statistics (2014), with
    /// the adjusted ones of `scipy.stats.false_discovery_control`.
    #[test]
    fn adjusted() {
        let p = [
            0.205, 0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.212, 0.216, 0.222, 0.251,
            0.269, 0.275, 0.34, 0.341, 0.384, 0.569, 0.594, 0.696, 0.762, 0.94, 0.942, 0.975,
            0.986,
        ];
        let found = benjamini_hochberg(&p, 0.22);
        for (adjusted, expected) in found.adjusted.iter().zip([
            0.491_071_428_571_428_66,
            0.025,
            0.1,
            0.21,
            0.21,
            0.21,
            0.25,
            0.264_285_714_285_714_3,
            0.491_071_428_571_428_66,
        ]) {
            assert!((adjusted - expected).abs() < 1e-12, "{adjusted} {expected}");
        }
        let rejected = found.rejected.iter().filter(|rejected| **rejected).count();
        assert_eq!((rejected, found.threshold), (5, 0.042));
        assert!(!found.rejected[0]);
    }

    #[test]
    fn nothing_tested_is_nothing_rejected() {
        let found = benjamini_hochberg(&[], 0.1);
        assert_eq!((found.adjusted.len(), found.threshold), (0, 0.0));
    }
}
