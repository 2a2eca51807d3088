//! Ranges against what is known of sums of chances.

use proptest::prelude::*;
use rstest::rstest;

use super::super::sample::outlook;
use super::{SAMPLES, Spread, apportioned, draw};

fn ones(count: usize) -> Vec<usize> {
    vec![0; count]
}

fn mean(spread: &Spread) -> f64 {
    spread.0.iter().sum::<f64>() / spread.0.len() as f64
}

fn variance(spread: &Spread) -> f64 {
    let mean = mean(spread);
    let squares = spread.0.iter().map(|sample| (sample - mean).powi(2));
    squares.sum::<f64>() / spread.0.len() as f64
}

#[test]
fn one_deal_is_won_or_not() {
    let outlook = outlook(&[(0.3, 1000.0)], 0.0, 0.0);
    let total = draw(&outlook, &ones(1), 1, 1).total(500.0);
    assert_eq!((total.quantile(0.0), total.quantile(1.0)), (500.0, 1500.0));
    let chance = total.chance_of(1500.0);
    // Four standard errors of 4,000 draws.
    assert!(
        (chance - 0.3).abs() < 4.0 * (0.21 / SAMPLES as f64).sqrt(),
        "{chance}"
    );
    assert_eq!(total.chance_of(500.0), 1.0);
    assert_eq!(total.chance_of(1500.1), 0.0);
}

#[test]
fn the_same_seed_draws_the_same() {
    let outlook = outlook(&[(0.3, 1000.0), (0.6, 700.0)], 300.0, 0.2);
    let of = |seed| draw(&outlook, &ones(2), 1, seed).total(0.0);
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

/// Binomial deals, compound Poisson new business: mean and variance by their formulas.
#[rstest]
#[case(20)]
#[case(2_000)]
fn moments(#[case] count: usize) {
    let deals: Vec<(f64, f64)> = (0..count)
        .map(|at| {
            (
                0.1 + 0.08 * (at % 10) as f64,
                100.0 + (at % 7) as f64 * 50.0,
            )
        })
        .collect();
    let mut outlook = outlook(&deals, 6_000.0, 0.0);
    outlook.won_values = vec![100.0, 200.0, 300.0];
    outlook.new_deals = 30.0;
    let total = draw(&outlook, &ones(count), 1, 3).total(0.0);
    let expected: f64 = deals.iter().map(|(p, v)| p * v).sum::<f64>() + 6_000.0;
    // λ E[v²] = 30 × (1 + 4 + 9) / 3 × 10⁴.
    let of_new = 30.0 * 14.0 / 3.0 * 1e4;
    let spread = deals
        .iter()
        .map(|(p, v)| p * (1.0 - p) * v * v)
        .sum::<f64>()
        + of_new;
    let error = (spread / SAMPLES as f64).sqrt();
    assert!(
        (mean(&total) - expected).abs() < 4.0 * error,
        "{} {expected}",
        mean(&total)
    );
    assert!(
        (variance(&total) / spread - 1.0).abs() < 0.12,
        "{} {spread}",
        variance(&total)
    );
}

#[test]
fn many_new_deals_have_the_same_moments_as_few() {
    let mut outlook = outlook(&[], 100_000.0, 0.0);
    outlook.won_values = vec![100.0, 300.0];
    outlook.new_deals = 500.0;
    let new = draw(&outlook, &[], 1, 3).new_business();
    let spread = 500.0 * 5e4;
    assert!((mean(&new) - 1e5).abs() < 4.0 * (spread / SAMPLES as f64).sqrt());
    assert!((variance(&new) / spread - 1.0).abs() < 0.12);
}

/// Without anything won lately that values could be drawn from, new business is what is expected.
#[test]
fn new_business_without_values() {
    let mut outlook = outlook(&[], 700.0, 0.0);
    outlook.won_values.clear();
    let new = draw(&outlook, &[], 1, 3).new_business();
    assert_eq!(new.ends(), (700.0, 700.0));
}

/// A sure deal widened by a spread of 0.25 is a log-normal: its 80 % range is e^±(0.25 × 1.28155).
#[test]
fn widened_by_past_errors() {
    let outlook = outlook(&[(1.0, 1000.0)], 0.0, 0.25);
    let total = draw(&outlook, &ones(1), 1, 5).total(0.0);
    let (low, high) = total.ends();
    assert!((low / 725.8 - 1.0).abs() < 0.03, "{low}");
    assert!((high / 1377.7 - 1.0).abs() < 0.03, "{high}");
    assert!((total.median() / 1000.0 - 1.0).abs() < 0.02);
}

#[test]
fn parts_of_a_sample_are_its_total() {
    let outlook = outlook(&[(0.5, 400.0), (0.5, 900.0), (0.2, 300.0)], 250.0, 0.3);
    let draws = draw(&outlook, &[0, 1, 0], 2, 9);
    let total = mean(&draws.total(0.0));
    let parts =
        mean(&draws.group(0, 0.0)) + mean(&draws.group(1, 0.0)) + mean(&draws.new_business());
    assert!((total - parts).abs() < 1e-6, "{total} {parts}");
}

#[test]
fn bins_of_samples() {
    let spread = Spread::of(vec![0.0, 1.0, 1.5, 2.0, 4.0]);
    assert_eq!(spread.bins(4, (0.0, 1.0)), [1, 2, 1, 1]);
    assert_eq!(Spread::of(vec![3.0, 3.0]).bins(3, (0.0, 1.0)), [0, 2, 0]);
    assert_eq!(Spread::default().bins(2, (0.0, 1.0)), [0, 0]);
}

#[rstest]
#[case(&[1.5, 1.5, 1.0], 4, &[2, 1, 1])]
#[case(&[0.3, 0.3, 0.3], 1, &[1, 0, 0])]
#[case(&[10.2, 20.7], 31, &[10, 21])]
#[case(&[-1.5, 2.5], 1, &[-1, 2])]
#[case(&[], 0, &[])]
fn largest_remainder(#[case] parts: &[f64], #[case] total: i64, #[case] whole: &[i64]) {
    assert_eq!(apportioned(parts, total), whole);
}

proptest! {
    #[test]
    fn apportioned_parts_add_up(parts in prop::collection::vec(0.0..1e9_f64, 1..40)) {
        let total = parts.iter().sum::<f64>().round() as i64;
        let whole = apportioned(&parts, total);
        prop_assert_eq!(whole.iter().sum::<i64>(), total);
        for (part, whole) in parts.iter().zip(&whole) {
            prop_assert!((part - *whole as f64).abs() <= 1.0 + 1e-6);
        }
    }
}
