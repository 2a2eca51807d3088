//! A fact of few values, such as a source, as it was told of each deal over time.
//!
//! Most deals are told one value and keep it, so the first one of each is a column, and only what was told later is
//! a list.

use super::book::{Dated, Day};

/// Codes of no label.
const NONE: u32 = u32::MAX;

/// By deal, what a fact was and since when.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub labels: Vec<String>,
    /// Code of the first value, and the day it was told; empty where nobody told any.
    first: Vec<Option<(u32, Day)>>,
    later: Dated<u32>,
}

impl Told {
    /// Of so many deals, of which nothing is told yet.
    pub fn new(labels: Vec<String>, deals: usize) -> Self {
        Self {
            labels,
            first: vec![None; deals],
            later: Dated::default(),
        }
    }

    /// A value, or that there is none any more. Deals come in their order, and days in theirs.
    pub fn push(&mut self, deal: u32, day: Day, label: Option<u32>) {
        let code = label.unwrap_or(NONE);
        match self.first.get_mut(deal as usize) {
            Some(first @ None) => *first = Some((code, day)),
            Some(Some(_)) => self.later.push(deal, day, code),
            None => {}
        }
    }

    /// The value by the end of a day: a place in the labels.
    pub fn on(&self, deal: u32, day: Day) -> Option<u32> {
        let (first, since) = self.first.get(deal as usize).copied().flatten()?;
        if since > day {
            return None;
        }
        let mut code = first;
        for at in self.after(deal) {
            if self.later.day[at] > day {
                break;
            }
            code = self.later.to[at];
        }
        Some(code).filter(|code| *code != NONE)
    }

    /// The day on which anything was first told of a deal.
    pub fn since(&self, deal: u32) -> Option<Day> {
        let first = self.first.get(deal as usize).copied().flatten();
        first.map(|(_, since)| since)
    }

    /// Whether it is the same on all days from the first to the last.
    pub fn is_one(&self, deal: u32, from: Day, to: Day) -> bool {
        let changes = |day: Day| from < day && day <= to;
        let first = self.first.get(deal as usize).copied().flatten();
        !first.is_some_and(|(_, since)| changes(since))
            && !self.after(deal).any(|at| changes(self.later.day[at]))
    }

    /// Everything that was told: deal, day and value, in the order of the deals and of days.
    pub fn all(&self) -> impl Iterator<Item = (u32, Day, Option<u32>)> {
        let firsts = (0_u32..).zip(&self.first);
        let all = firsts.filter_map(|(deal, first)| Some((deal, (*first)?)));
        let mut next = 0;
        let all = all.flat_map(move |(deal, (code, day))| {
            let begin = next;
            while self.later.deal.get(next) == Some(&deal) {
                next += 1;
            }
            let later = (begin..next).map(|at| (self.later.day[at], self.later.to[at]));
            std::iter::once((day, code))
                .chain(later)
                .map(move |(day, code)| (deal, day, code))
        });
        all.map(|(deal, day, code)| (deal, day, Some(code).filter(|code| *code != NONE)))
    }

    /// The same of the deals that have a place, up to and with a day.
    #[must_use]
    pub(super) fn until(&self, day: Day, places: &[Option<u32>]) -> Self {
        let mut cut = Self::new(self.labels.clone(), places.iter().flatten().count());
        for (deal, on, label) in self.all() {
            if let Some(deal) = places[deal as usize].filter(|_| on <= day) {
                cut.push(deal, on, label);
            }
        }
        cut
    }

    /// Where what was told of a deal after the first value is.
    fn after(&self, deal: u32) -> std::ops::Range<usize> {
        let begin = self.later.deal.partition_point(|other| *other < deal);
        let count = self.later.deal[begin..].iter();
        begin..begin + count.take_while(|other| **other == deal).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        let mut told = Told::new(vec!["retail".into(), "health".into()], 3);
        told.push(0, Day::new(10), Some(0));
        told.push(0, Day::new(20), None);
        told.push(0, Day::new(30), Some(1));
        told.push(2, Day::new(5), Some(1));
        told
    }

    #[test]
    fn what_it_was_on_a_day() {
        let told = told();
        let on = |deal, day| told.on(deal, Day::new(day));
        assert_eq!(
            [9, 10, 19, 20, 29, 30].map(|day| on(0, day)),
            [None, Some(0), Some(0), None, None, Some(1)]
        );
        assert_eq!(
            [on(1, 99), on(2, 4), on(2, 5), on(3, 99)],
            [None, None, Some(1), None]
        );
        let is_one = |deal, from, to| told.is_one(deal, Day::new(from), Day::new(to));
        assert!(is_one(0, 10, 19) && !is_one(0, 10, 20) && is_one(0, 30, 99));
        assert!(!is_one(0, 9, 10) && is_one(1, 0, 99) && is_one(3, 0, 99));
    }

    #[test]
    fn cut_to_deals_that_are_there() {
        let cut = told().until(Day::new(20), &[Some(0), None, Some(1)]);
        let all: Vec<_> = cut.all().collect();
        assert_eq!(
            all,
            [
                (0, Day::new(10), Some(0)),
                (0, Day::new(20), None),
                (1, Day::new(5), Some(1)),
            ]
        );
    }
}
