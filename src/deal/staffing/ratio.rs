//! What a rep's closing ratio can be expected to be, per class of deals, allowing for few deals.
//!
//! (won + M p) ÷ (closed + M): each rep's record is mixed with M deals that ended as the team's did. M comes
//! from how far reps differ beyond what luck explains (method of moments); where luck explains it all,
//! everybody is expected to do as the team.

use std::collections::BTreeMap;

use crate::statistics::{Prior, share};

/// How a rep's deals of one class ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub class: String,
    pub rep: String,
    pub won: u32,
    pub lost: u32,
}

/// A ratio and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The shrunken share.
    pub share: f64,
    pub won: u32,
    /// Won and lost.
    pub closed: u32,
}

#[derive(Debug, Clone, Default)]
struct Class {
    reps: BTreeMap<String, (u32, u32)>,
    prior: Prior,
}

/// The closing ratios of all reps in all classes.
#[derive(Debug, Clone, Default)]
pub struct Ratios {
    classes: BTreeMap<String, Class>,
    /// The team's share over all classes, for one that has no history.
    share: f64,
}

impl Ratios {
    pub fn new(history: &[Closed]) -> Self {
        let mut classes: BTreeMap<String, Class> = BTreeMap::new();
        for record in history.iter().filter(|record| record.won + record.lost > 0) {
            let class = classes.entry(record.class.clone()).or_default();
            let (won, closed) = class.reps.entry(record.rep.clone()).or_default();
            *won += record.won;
            *closed += record.won + record.lost;
        }
        let all = classes.values().flat_map(|class| class.reps.values());
        let share = share(all.copied());
        for class in classes.values_mut() {
            class.prior = Prior::of(class.reps.values().copied());
        }
        Self { classes, share }
    }

    pub fn of(&self, class: &str, rep: &str) -> Ratio {
        let Some(known) = self.classes.get(class) else {
            return Ratio {
                share: self.share,
                won: 0,
                closed: 0,
            };
        };
        let (won, closed) = known.reps.get(rep).copied().unwrap_or_default();
        let share = known.prior.expect(won, closed);
        Ratio { share, won, closed }
    }

    /// How many deals of a class were closed by anybody.
    pub fn closed(&self, class: &str) -> u32 {
        let known = self.classes.get(class);
        known.map_or(0, |class| {
            class.reps.values().map(|(_, closed)| closed).sum()
        })
    }

    /// Whether reps differ in a class beyond what luck explains.
    pub fn differ(&self, class: &str) -> bool {
        self.classes
            .get(class)
            .is_some_and(|known| known.prior.weight.is_some())
    }
}
