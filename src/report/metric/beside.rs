//! Counting what is not in the columns of deals alone: lists, what deals cost with their share of these, forecasts,
//! targets.

use super::fill::{Filler, Wanted};
use super::tally::Tally;
use crate::deal::book::Day;
use crate::document::Period;
use crate::process::{Bound, Number, in_force};
use crate::report::forecast::foretold;
use crate::report::returns::Gains;
use crate::report::under_way::under_way;

/// More targets than this in a period are no plan.
const MOST_TARGETS: usize = 10_000;

impl Filler<'_> {
    pub(super) fn lists(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let Some(payback) = &self.book.lists else {
            return;
        };
        let mut gains = Gains::new(self.process, self.book, payback);
        for (at, list) in payback.lists.iter().enumerate() {
            let Some(since) = list.since else {
                continue;
            };
            let Some(span) = self.grid.spans.of(self.ask, Some(Day::of(since))) else {
                continue;
            };
            let cell = self.grid.cell(0, span, None);
            match wanted.number() {
                Some(Number::NetNames) => tally.add_amount(cell, i64::try_from(list.net).ok()),
                Some(Number::Cost) => tally.add_amount(cell, gains.cost_of_list(at).total().0),
                _ => tally.add(cell),
            }
        }
        for note in gains.notes() {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// What nights said of days that are over, as the record of forecasts counts them.
    pub(super) fn forecasts(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        if self.ask.only.is_some() {
            let note = "nights forecast the whole company: with only some deals asked about, no forecast counts";
            if !self.notes.iter().any(|known| known == note) {
                self.notes.push(note.to_string());
            }
            return;
        }
        for one in foretold(self.process, self.book) {
            let span = self.grid.spans.of(self.ask, Some(one.to));
            let Some(span) = span.filter(|_| wanted.is_kind(one.horizon)) else {
                continue;
            };
            let cell = self.grid.cell(0, span, None);
            match wanted.number() {
                Some(Number::Said) => tally.add_amount(cell, Some(one.said_minor)),
                Some(Number::Won) => tally.add_amount(cell, Some(one.won_minor)),
                Some(Number::Error) => {
                    tally.add_amount(cell, Some((one.said_minor - one.won_minor).abs()));
                }
                _ => tally.add(cell),
            }
        }
    }

    /// The processes under way in each span, as the report of costs counts them.
    pub(super) fn under_way(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let Some(payback) = &self.book.lists else {
            return;
        };
        let mut ask = self.ask.clone();
        if wanted.met.is_some() {
            let deals = 0..self.book.deals.len();
            let only = deals.map(|deal| self.ask.includes(deal) && wanted.has(deal));
            ask.only = Some(only.collect());
        }
        for span in 0..self.grid.spans.len() {
            if let Some(period) = self.grid.spans.each.get(span) {
                ask.period = Some(cut(*period, self.ask.period));
            }
            let groups = &self.grid.groups;
            let told = under_way(self.process, self.book, payback, &ask, groups);
            for group in 0..groups.len() {
                let cell = self.grid.cell(group as u32, span, None);
                match wanted.number() {
                    Some(Number::Cost) => {
                        tally.add_rows(cell, told.processes(group), told.cost_minor(group));
                    }
                    _ => tally.add_rows(cell, told.processes(group), Some(0)),
                }
            }
        }
    }

    /// What is aimed at in each cell: a target of its own period, or those of shorter ones that make it up.
    pub(super) fn targets(&self, metric: &str, tally: &mut Tally) {
        let of_file = &self.process.targets;
        let targets = self.ask.targets.as_ref().unwrap_or(of_file);
        for cell in 0..self.grid.len() {
            let Some((whose, period)) = self.grid.whose(cell).zip(self.grid.period(cell)) else {
                continue;
            };
            let month = self.process.fiscal_month;
            let found = in_force(targets, Some(period), self.book.as_of, month, MOST_TARGETS);
            let parts: Vec<(Period, f64)> = found
                .unwrap_or_default()
                .iter()
                .filter(|one| one.target.metric == metric && one.target.whose == whose)
                .filter_map(|one| match one.target.bound {
                    Bound::AtLeast(number) => Some((one.period, number)),
                    Bound::AtMost(_) => None,
                })
                .collect();
            let exact = parts.iter().find(|(of, _)| *of == period);
            let days = |period: Period| Day::of(period.to).since(Day::of(period.from)) + 1;
            let within = parts
                .iter()
                .all(|(of, _)| period.from <= of.from && of.to <= period.to);
            let covered: i32 = parts.iter().map(|(of, _)| days(*of)).sum();
            if let Some((_, number)) = exact {
                tally.give(cell, *number);
            } else if within && covered == days(period) {
                tally.give(cell, parts.iter().map(|(_, number)| number).sum());
            }
        }
    }
}

/// What of a span lies in the period.
fn cut(span: Period, period: Option<Period>) -> Period {
    period.map_or(span, |period| Period {
        from: span.from.max(period.from),
        to: span.to.min(period.to),
    })
}
