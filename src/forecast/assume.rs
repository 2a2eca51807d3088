//! What if: an outlook in which some deals are other than they are, or not there, or of which only some are asked about.

use std::collections::HashMap;

use super::{DealOutlook, Outlook};
use crate::deal::book::Book;

/// Which open deals an assumption is about: indices into the Book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Stage(u16),
    Product(u32),
    Rep(u32),
    Deal(u32),
}

impl Subject {
    fn has(self, book: &Book, deal: u32) -> bool {
        let at = deal as usize;
        match self {
            Self::Stage(stage) => book.deals.stage[at] == Some(stage),
            Self::Product(product) => book.deals.product[at] == Some(product),
            Self::Rep(rep) => book.deals.owner[at] == Some(rep),
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
}

impl Effect {
    fn on(self, deal: &mut DealOutlook) {
        match self {
            Self::Chance(chance) => deal.chance = chance.clamp(0.0, 1.0),
            Self::ChanceTimes(times) => deal.chance = (deal.chance * times).clamp(0.0, 1.0),
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
        for said in &mut other.said {
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

    fn add_up(&mut self) {
        self.open_minor = self
            .deals
            .iter()
            .map(|deal| deal.chance * deal.worth_minor)
            .sum();
        self.total_minor = self.open_minor + self.new_minor;
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::outlook;
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
