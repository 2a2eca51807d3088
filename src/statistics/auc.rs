//! Does a number go with the result? How often it ranks a won deal above a lost one.

use super::{Z, chi_square_tail};

/// The area under the ROC curve with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auc {
    /// How likely a success has the larger value than a failure, a tie counting half.
    pub area: f64,
    pub low: f64,
    pub high: f64,
    /// How likely an area at least so far from one half is when the value says nothing.
    pub p: f64,
    pub successes: usize,
    pub failures: usize,
}

impl Auc {
    /// Of values with whether they belong to a success; they are sorted on the way. `None` without a
    /// success or without a failure.
    ///
    /// The interval is that of J. A. Hanley and B. J. `McNeil`, The meaning and use of the area under a
    /// receiver operating characteristic (ROC) curve, Radiology 143 (1982), 29–36; the p value that of
    /// H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947), 50–60, in the normal
    /// approximation corrected for ties.
    pub fn of(values: &mut [(f64, bool)]) -> Option<Self> {
        let n = values.len();
        let successes = values.iter().filter(|(_, success)| *success).count();
        let failures = n - successes;
        if successes == 0 || failures == 0 {
            return None;
        }
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut below, mut beaten, mut tied) = (0.0, 0.0, 0.0);
        for ties in values.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let won = ties.iter().filter(|(_, success)| *success).count() as f64;
            let size = ties.len() as f64;
            beaten += won * (below + (size - won) / 2.0);
            below += size - won;
            tied += size * (size * size - 1.0);
        }
        let (won, lost, all) = (successes as f64, failures as f64, n as f64);
        let area = beaten / (won * lost);
        let error = hanley_mcneil(area, won, lost);
        let variance = won * lost / 12.0 * (all + 1.0 - tied / (all * (all - 1.0)));
        let distance = beaten - won * lost / 2.0;
        let p = if variance > 0.0 {
            chi_square_tail(distance * distance / variance, 1)
        } else {
            1.0
        };
        Some(Self {
            area,
            low: (area - Z * error).max(0.0),
            high: (area + Z * error).min(1.0),
            p,
            successes,
            failures,
        })
    }
}

/// The standard error of an area.
fn hanley_mcneil(area: f64, won: f64, lost: f64) -> f64 {
    let two_won = area / (2.0 - area);
    let two_lost = 2.0 * area * area / (1.0 + area);
    let variance = area * (1.0 - area)
        + (won - 1.0) * (two_won - area * area)
        + (lost - 1.0) * (two_lost - area * area);
    (variance.max(0.0) / (won * lost)).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(won: &[f64], lost: &[f64]) -> Option<Auc> {
        let mut values: Vec<(f64, bool)> = won.iter().map(|value| (*value, true)).collect();
        values.extend(lost.iter().map(|value| (*value, false)));
        Auc::of(&mut values)
    }

    fn assert_is(found: Option<Auc>, area: f64, low: f64, high: f64, p: f64) {
        let found = found.expect("an area");
        for (found, expected) in [
            (found.area, area),
            (found.low, low),
            (found.high, high),
            (found.p, p),
        ] {
            assert!(
                (found - expected).abs() < 1e-9 * expected.abs().max(1e-6),
                "{found} {expected}"
            );
        }
    }

    /// `sklearn.metrics.roc_auc_score` for the area, `scipy.stats.mannwhitneyu(…, use_continuity=False,
    /// method="asymptotic")` for p.
    #[test]
    fn areas() {
        assert_is(
            of(
                &[3.0, 5.0, 5.0, 7.0, 9.0, 2.0],
                &[1.0, 2.0, 4.0, 5.0, 5.0, 0.0, 3.0, 3.0],
            ),
            0.760_416_666_666_666_6,
            0.490_683_555_298_940_03,
            1.0,
            0.100_793_362_592_628_72,
        );
        assert_is(
            of(&[1.0, 1.0, 0.0, 1.0, 0.0], &[0.0, 0.0, 1.0, 0.0]),
            0.675,
            0.308_370_046_180_617_14,
            1.0,
            0.322_198_806_162_581_7,
        );
    }

    /// The ratings of 109 images in Table I of Hanley and `McNeil`: 0.893, standard error 0.032.
    #[test]
    fn the_paper_of_hanley_and_mcneil() {
        let rated = |counts: [usize; 5]| -> Vec<f64> {
            (1..=5)
                .zip(counts)
                .flat_map(|(rating, count)| vec![f64::from(rating); count])
                .collect()
        };
        let (abnormal, normal) = (rated([3, 2, 2, 11, 33]), rated([33, 6, 6, 11, 2]));
        assert_is(
            of(&abnormal, &normal),
            0.893_171_061_528_059_5,
            0.829_498_535_516_775_5,
            0.956_843_587_539_343_4,
            1.898_844_799_699_354e-13,
        );
        let negative = |values: &[f64]| -> Vec<f64> { values.iter().map(|value| -value).collect() };
        assert_is(
            of(&negative(&abnormal), &negative(&normal)),
            0.106_828_938_471_940_5,
            0.045_765_993_668_821_2,
            0.167_891_883_275_060_48,
            1.898_844_799_699_354e-13,
        );
    }

    #[test]
    fn what_is_all_the_same_says_nothing() {
        let found = of(&[4.0; 3], &[4.0; 2]).expect("an area");
        assert!((found.area - 0.5).abs() < f64::EPSILON && (found.p - 1.0).abs() < f64::EPSILON);
        assert_eq!(of(&[1.0], &[]), None);
        assert_eq!(of(&[], &[1.0]), None);
    }

    proptest! {
        /// Every pair counted one by one gives the same.
        #[test]
        fn pairs_counted_one_by_one(
            won in prop::collection::vec(0_i32..6, 1..30),
            lost in prop::collection::vec(0_i32..6, 1..30),
        ) {
            let sum: f64 = won.iter().flat_map(|a| lost.iter().map(move |b| match a.cmp(b) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            })).sum();
            let floats = |values: &[i32]| -> Vec<f64> { values.iter().map(|v| f64::from(*v)).collect() };
            let found = of(&floats(&won), &floats(&lost)).expect("an area");
            let area = sum / (won.len() * lost.len()) as f64;
            prop_assert!((found.area - area).abs() < 1e-12);
            prop_assert!(found.low <= found.area && found.area <= found.high);
            prop_assert!((0.0..=1.0).contains(&found.p));
        }
    }
}
