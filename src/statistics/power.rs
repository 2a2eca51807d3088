//! What could have been found: how large a drop these sample sizes show.

use statrs::function::erf::{erfc, erfc_inv};

/// The smallest drop from `rate` that a one-sided test at `level` between `n` trials and `others` finds with
/// the chance `power`; `None` when not even a fall to nothing is found. The normal approximation of
/// J. L. Fleiss, Statistical Methods for Rates and Proportions (2nd edition 1981), section 3.2.
pub fn smallest_drop(
    rate: f64,
    (n, others): (usize, usize),
    level: f64,
    power: f64,
) -> Option<f64> {
    if n == 0 || others == 0 || rate <= 0.0 {
        return None;
    }
    let found = |drop: f64| power_of(rate, drop, (n as f64, others as f64), level);
    if found(rate) < power {
        return None;
    }
    let (mut low, mut high) = (0.0, rate);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if found(middle) < power {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

/// The chance that a drop from `rate` is found.
fn power_of(rate: f64, drop: f64, (n, others): (f64, f64), level: f64) -> f64 {
    let low = rate - drop;
    let both = (low * n + rate * others) / (n + others);
    let alike = (both * (1.0 - both) * (1.0 / n + 1.0 / others)).sqrt();
    let apart = (low * (1.0 - low) / n + rate * (1.0 - rate) / others).sqrt();
    let z = std::f64::consts::SQRT_2 * erfc_inv(2.0 * level);
    if apart <= 0.0 {
        return if drop > z * alike { 1.0 } else { 0.0 };
    }
    erfc(-(drop - z * alike) / apart / std::f64::consts::SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the same formula in `scipy.stats.norm`.
    #[test]
    fn power_at_a_drop() {
        let found = power_of(0.4, 0.2, (100.0, 1_100.0), 0.1 / 12.0);
        assert!((found - 0.967_066_979_449_115_2).abs() < 1e-9, "{found}");
        let drop = smallest_drop(0.4, (100, 1_100), 0.1 / 12.0, 0.8).expect("a drop");
        assert!((power_of(0.4, drop, (100.0, 1_100.0), 0.1 / 12.0) - 0.8).abs() < 1e-9);
    }

    #[test]
    fn too_few_to_find_anything() {
        assert_eq!(smallest_drop(0.1, (5, 100), 0.001, 0.8), None);
        assert_eq!(smallest_drop(0.4, (0, 100), 0.05, 0.8), None);
        assert_eq!(smallest_drop(0.0, (50, 100), 0.05, 0.8), None);
    }
}
