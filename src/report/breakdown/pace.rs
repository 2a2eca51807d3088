//! Who takes longer in which stage: log-rank tests of each group against everybody else.

use super::verdict::{Q, SMALLEST};
use crate::statistics::{Survival, benjamini_hochberg, log_rank};

/// A stay is longer enough to matter from this many times the others' median on.
const MATERIAL: f64 = 1.1;

/// Single groups are looked at where all of them differ at this level.
const LEVEL: f64 = 0.05;

/// How long one group's visits last against everybody else's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pace {
    pub(super) median_days: Option<i32>,
    pub(super) others_median_days: Option<i32>,
    /// How likely they are so much slower by chance.
    pub(super) p: Option<f64>,
    pub(super) adjusted: Option<f64>,
    pub(super) slower: bool,
    /// Whether the groups differ at all.
    differ: bool,
}

/// By section and group, all comparisons corrected together.
pub(super) fn paces(sections: &[Vec<Survival>]) -> Vec<Vec<Pace>> {
    let mut paces: Vec<Vec<Pace>> = sections.iter().map(|groups| section(groups)).collect();
    let tests: Vec<f64> = paces.iter().flatten().filter_map(|pace| pace.p).collect();
    let corrected = benjamini_hochberg(&tests, Q);
    let tested = paces.iter_mut().flatten().filter(|pace| pace.p.is_some());
    for (at, pace) in tested.enumerate() {
        let medians = pace.median_days.zip(pace.others_median_days);
        let matters = medians.is_some_and(|(own, others)| {
            f64::from(own) >= f64::from(others) * MATERIAL && own > others
        });
        pace.adjusted = Some(corrected.adjusted[at]);
        pace.slower = corrected.rejected[at] && matters && pace.differ;
    }
    paces
}

fn section(groups: &[Survival]) -> Vec<Pace> {
    let mut all = Survival::default();
    for group in groups {
        all.include(group);
    }
    let sized: Vec<&Survival> = groups
        .iter()
        .filter(|group| group.n() >= SMALLEST)
        .collect();
    let differ = log_rank(&sized).is_some_and(|test| test.p < LEVEL);
    let paces = groups.iter().map(|group| {
        let others = all.without(group);
        let enough = group.n() >= SMALLEST && others.n() >= SMALLEST;
        let test = if enough {
            log_rank(&[group, &others])
        } else {
            None
        };
        // Of the two sides of the test, the one on which fewer have ended than expected.
        let p = test.map(|test| {
            let (ended, expected) = test.ended[0];
            if (ended as f64) < expected {
                test.p / 2.0
            } else {
                1.0 - test.p / 2.0
            }
        });
        Pace {
            median_days: group.estimate(0.5),
            others_median_days: others.estimate(0.5),
            p,
            differ,
            ..Pace::default()
        }
    });
    paces.collect()
}
