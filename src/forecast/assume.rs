//! What if: an outlook in which some deals are other than they are, or not there, or of which only some are asked about.

use std::collections::HashMap;

use super::ensemble::STAGE_WEIGHTED;
use super::{DealOutlook, Horizon, METHODS, Outlook};
use crate::deal::book::Book;

/// Which open deals an assumption is about: indices into the Book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Stage(u16),
    Product(u32),
    Rep(u32),
    Team(u32),
    Deal(u32),
}

impl Subject {
    fn has(self, book: &Book, deal: u32) -> bool {
        let at = deal as usize;
        match self {
            Self::Stage(stage) => book.deals.stage[at] == Some(stage),
            Self::Product(product) => book.deals.product[at] == Some(product),
            Self::Rep(rep) => book.deals.owner[at] == Some(rep),
            Self::Team(team) => book.deals.team[at] == Some(team),
            Self::Deal(one) => one == deal,
        }
    }
}

/// What is assumed of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// The chance to be won within the horizon.
    Chance(f64),
    ChanceTimes(f64),
    WorthTimes(f64),
    /// The process states a probability of its stage that is so many times another one: stage-weighted has it already.
    StatedTimes(f64),
}

impl Effect {
    fn on(self, deal: &mut DealOutlook) {
        match self {
            Self::Chance(chance) => {
                deal.chance = chance.clamp(0.0, 1.0);
                deal.by_stage = deal.chance;
            }
            Self::ChanceTimes(times) => {
                deal.chance = (deal.chance * times).clamp(0.0, 1.0);
                deal.by_stage = (deal.by_stage * times).clamp(0.0, 1.0);
            }
            Self::StatedTimes(times) => deal.chance = (deal.chance * times).clamp(0.0, 1.0),
            Self::WorthTimes(times) => deal.worth_minor *= times,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumption {
    pub subject: Subject,
    pub effect: Effect,
}

impl Outlook {
    /// This outlook as it would be under the assumptions, one after another, and of how many deals each is. Deals that are
    /// not open yet are as before.
    #[must_use]
    pub fn assuming(&self, book: &Book, assumptions: &[Assumption]) -> (Self, Vec<usize>) {
        let mut other = self.clone();
        let touched = assumptions.iter().map(|assumption| {
            let mut touched = 0;
            for deal in &mut other.deals {
                if assumption.subject.has(book, deal.deal) {
                    assumption.effect.on(deal);
                    touched += 1;
                }
            }
            touched
        });
        let touched = touched.collect();
        other.add_up();
        (other, touched)
    }

    /// This outlook of only some of the open deals, with a share of new business whose values are these.
    #[must_use]
    pub fn only(&self, keep: impl Fn(u32) -> bool, new_share: f64, won_values: Vec<f64>) -> Self {
        let mut other = self.clone();
        other.deals.retain(|deal| keep(deal.deal));
        other.new_minor *= new_share;
        // Their number follows from what they are worth.
        let mean = won_values.iter().sum::<f64>() / won_values.len().max(1) as f64;
        other.new_deals = if mean > 0.0 {
            other.new_minor / mean
        } else {
            0.0
        };
        other.won_values = won_values;
        other.add_up();
        other
    }

    /// This outlook as if some deals were not there.
    #[must_use]
    pub fn without(&self, deals: &[u32]) -> Self {
        let mut other = self.clone();
        other.deals.retain(|deal| !deals.contains(&deal.deal));
        other.add_up();
        other
    }

    /// What is won after the end of an earlier outlook from the same day and by the end of this one: the chance to be won
    /// by then less the chance to be won before.
    #[must_use]
    pub fn after(&self, earlier: &Self) -> Self {
        let mut other = self.clone();
        let before: HashMap<u32, f64> = earlier
            .deals
            .iter()
            .map(|deal| (deal.deal, deal.chance))
            .collect();
        for deal in &mut other.deals {
            let before = before.get(&deal.deal).copied().unwrap_or(0.0);
            deal.chance = (deal.chance - before).max(0.0);
        }
        other.new_minor = (self.new_minor - earlier.new_minor).max(0.0);
        other.new_deals = (self.new_deals - earlier.new_deals).max(0.0);
        // Stage-weighted knows no time: all that is open counts for any period.
        let timely = |method: &str| method != METHODS[STAGE_WEIGHTED];
        for said in other.said.iter_mut().filter(|one| timely(one.method)) {
            let Some(then) = earlier.said.iter().find(|one| one.method == said.method) else {
                continue;
            };
            let less = |late: f64, early: f64| (late - early).max(0.0);
            let (late, early) = (&mut said.expected, &then.expected);
            late.total_minor = less(late.total_minor, early.total_minor);
            late.open_minor = late
                .open_minor
                .zip(early.open_minor)
                .map(|(a, b)| less(a, b));
            late.new_minor = late.new_minor.zip(early.new_minor).map(|(a, b)| less(a, b));
            late.chances.clear();
        }
        other.horizon.from = earlier.horizon.to;
        other.add_up();
        other
    }

    /// An outlook of days in which nothing is expected.
    #[must_use]
    pub(super) fn nothing_in(&self, horizon: Horizon) -> Self {
        let mut other = self.clone();
        other.horizon = horizon;
        for deal in &mut other.deals {
            deal.chance = 0.0;
        }
        (other.new_minor, other.new_deals) = (0.0, 0.0);
        for said in &mut other.said {
            let expected = &mut said.expected;
            expected.total_minor = 0.0;
            expected.open_minor = expected.open_minor.map(|_| 0.0);
            expected.new_minor = expected.new_minor.map(|_| 0.0);
            expected.chances.clear();
        }
        other.add_up();
        other
    }

    /// By the share won of each stage, at the values that are known.
    pub fn stage_weighted(&self) -> f64 {
        let deals = self.deals.iter();
        let sum: f64 = deals.map(|deal| deal.by_stage * deal.worth_minor).sum();
        sum / self.realised
    }

    fn add_up(&mut self) {
        self.open_minor = self
            .deals
            .iter()
            .map(|deal| deal.chance * deal.worth_minor)
            .sum();
        self.total_minor = self.open_minor + self.new_minor;
        let weighted = self.stage_weighted();
        let mut said = self.said.iter_mut();
        if let Some(said) = said.find(|said| said.method == METHODS[STAGE_WEIGHTED]) {
            said.expected.total_minor = weighted;
            said.expected.open_minor = Some(weighted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::outlook;
    use super::*;
    use crate::forecast::{Expected, Said};

    #[test]
    fn a_part_of_the_deals() {
        let all = outlook(&[(0.5, 1000.0), (0.2, 500.0), (0.1, 100.0)], 400.0, 0.1);
        let part = all.only(|deal| deal != 1, 0.25, vec![50.0]);
        assert_eq!(part.deals.len(), 2);
        assert!((part.open_minor - 510.0).abs() < 1e-9);
        assert!((part.total_minor - 610.0).abs() < 1e-9);
        assert!((part.new_deals - 2.0).abs() < 1e-9);
        let without = all.without(&[0]);
        assert_eq!(without.deals.len(), 2);
        assert!((without.total_minor - 510.0).abs() < 1e-9);
        assert!((without.new_deals - all.new_deals).abs() < 1e-9);
    }

    /// By stage 0.25 × 1,000 and 0.1 × 500; known values were realised at a half.
    #[test]
    fn stage_weighted_moves_with_what_is_assumed() {
        let mut all = outlook(&[(0.5, 500.0), (0.2, 250.0)], 0.0, 0.1);
        all.realised = 0.5;
        let weighted = |outlook: &Outlook| outlook.stage_weighted();
        assert!((weighted(&all) - 300.0).abs() < 1e-9);
        assert!((weighted(&all.without(&[0])) - 50.0).abs() < 1e-9);
        let under = |effect: Effect| {
            let mut other = all.clone();
            effect.on(&mut other.deals[1]);
            weighted(&other)
        };
        assert!((under(Effect::WorthTimes(2.0)) - 350.0).abs() < 1e-9);
        assert!((under(Effect::Chance(1.0)) - 750.0).abs() < 1e-9);
        assert!((under(Effect::ChanceTimes(2.0)) - 350.0).abs() < 1e-9);
        // That of an edited process is asked with its stated probabilities.
        assert!((under(Effect::StatedTimes(2.0)) - 300.0).abs() < 1e-9);
    }

    /// All that is open counts for stage-weighted, whatever the period; nothing else is said of days in which nothing comes.
    #[test]
    fn stage_weighted_of_a_period_to_come() {
        let said = |method| Said {
            method,
            expected: Expected {
                total_minor: 250.0,
                ..Expected::default()
            },
        };
        let mut late = outlook(&[(0.5, 1000.0)], 400.0, 0.1);
        late.said = vec![said("stage-weighted"), said("cohort")];
        let early = late.nothing_in(Horizon {
            from: late.horizon.from,
            to: crate::deal::book::Day::new(2),
        });
        assert_eq!((early.total_minor, early.new_deals), (0.0, 0.0));
        let between = late.after(&early);
        let totals: Vec<f64> = between
            .said
            .iter()
            .map(|said| said.expected.total_minor)
            .collect();
        assert_eq!(totals, [250.0, 250.0]);
        assert_eq!(between.horizon.days(), 28);
        assert!((late.after(&late).stage_weighted() - 250.0).abs() < 1e-9);
    }

    #[test]
    fn only_the_second_of_two_periods() {
        let said = |total_minor| Said {
            method: "cohort",
            expected: Expected {
                total_minor,
                ..Expected::default()
            },
        };
        let mut late = outlook(&[(0.5, 1000.0), (0.6, 500.0)], 400.0, 0.1);
        late.said = vec![said(1200.0)];
        let mut early = outlook(&[(0.2, 1000.0), (0.7, 500.0)], 150.0, 0.1);
        early.said = vec![said(700.0)];
        early.horizon.to = crate::deal::book::Day::new(10);
        let between = late.after(&early);
        let chances: Vec<f64> = between.deals.iter().map(|deal| deal.chance).collect();
        // A chance that falls with time, by noise, is no chance.
        assert_eq!(chances, [0.3, 0.0]);
        assert!((between.total_minor - 550.0).abs() < 1e-9);
        assert!((between.said[0].expected.total_minor - 500.0).abs() < 1e-9);
        assert_eq!(between.horizon.days(), 20);
    }
}
