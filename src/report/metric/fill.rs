//! Counting: one pass over the columns of the Book for each aggregate.

use super::grid::Grid;
use super::tally::Tally;
use crate::deal::book::{Book, Day, Left, State};
use crate::document::Period;
use crate::process::{Aggregate, Measure, Metric, Number, Process, Rows};
use crate::report::Ask;
use crate::report::cohort::{End, Walked, walk};
use crate::report::convert::{Converter, Worth};
use crate::report::cost::{Spent, by_deal};
use crate::report::durations::stay;
use crate::report::win_rate::decided;

pub(super) struct Filler<'a> {
    pub(super) process: &'a Process,
    pub(super) book: &'a Book,
    pub(super) ask: &'a Ask,
    pub(super) grid: &'a Grid<'a>,
    converter: Converter<'a>,
    /// What each deal is worth, once it was asked.
    worth: Vec<Option<Worth>>,
    /// What was done for each deal, once it was asked.
    spent: Vec<Spent>,
    pub(super) notes: Vec<String>,
}

/// A stage that no visit is to.
const NOWHERE: u16 = u16::MAX;

/// The rows of one aggregate.
pub(super) struct Wanted<'a> {
    aggregate: &'a Aggregate,
    /// For which deals its condition is true.
    pub(super) met: Option<&'a [bool]>,
    /// Its stage, as an index of the Book; [`NOWHERE`] when the Book has no such stage.
    stage: Option<u16>,
}

impl Wanted<'_> {
    pub(super) fn has(&self, deal: usize) -> bool {
        self.met
            .is_none_or(|met| met.get(deal).copied().unwrap_or(false))
    }

    /// Whether it counts rows of this kind.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        let asked = self.aggregate.kind.as_deref();
        asked.is_none_or(|asked| asked == kind)
    }

    fn is_in(&self, stage: u16) -> bool {
        self.stage.is_none_or(|wanted| wanted == stage)
    }

    pub(super) fn number(&self) -> Option<Number> {
        match self.aggregate.measure {
            Measure::Known(number) | Measure::Sum(number) | Measure::Median(number) => Some(number),
            Measure::Count | Measure::TargetOf(_) => None,
        }
    }
}

impl<'a> Filler<'a> {
    pub(super) fn new(
        process: &'a Process,
        book: &'a Book,
        ask: &'a Ask,
        grid: &'a Grid<'a>,
    ) -> Self {
        Self {
            process,
            book,
            ask,
            grid,
            converter: Converter::new(process, book),
            worth: Vec::new(),
            spent: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn fill(&mut self, aggregate: &Aggregate) -> Result<Tally, String> {
        let met = match &aggregate.filter {
            None => None,
            Some(filter) => Some(
                self.book
                    .conditions
                    .get(&filter.text)
                    .map(Vec::as_slice)
                    .ok_or_else(|| {
                        format!("the condition `{}` was not asked of the store", filter.text)
                    })?,
            ),
        };
        let wanted = Wanted {
            aggregate,
            met,
            stage: aggregate.stage.as_ref().map(|stage| {
                let at = self.book.stages.iter().position(|name| name == stage);
                at.and_then(|at| u16::try_from(at).ok()).unwrap_or(NOWHERE)
            }),
        };
        let mut tally = Tally::new(self.grid.len(), &aggregate.measure);
        match aggregate.of {
            Rows::Opened | Rows::Won | Rows::Lost | Rows::Closed | Rows::Expected => {
                self.deals(&wanted, &mut tally);
            }
            Rows::Open if self.grid.spans.each.is_empty() => self.deals(&wanted, &mut tally),
            Rows::Open => self.open_at_ends(&wanted, &mut tally),
            Rows::Entered | Rows::Advanced | Rows::LostAt => self.cohort(&wanted, &mut tally),
            Rows::Visits => self.visits(&wanted, &mut tally),
            Rows::Gates | Rows::Overrides | Rows::MovedBack => self.left(&wanted, &mut tally),
            Rows::Activities => self.activities(&wanted, &mut tally),
            Rows::FollowUps | Rows::FollowUpsOnTime => self.follow_ups(&wanted, &mut tally),
            Rows::Forecasts => self.forecasts(&wanted, &mut tally),
            Rows::Lists => self.lists(&wanted, &mut tally),
            Rows::UnderWay => self.under_way(&wanted, &mut tally),
            Rows::Target => {
                if let Measure::TargetOf(metric) = &aggregate.measure {
                    self.targets(metric, &mut tally);
                }
            }
        }
        Ok(tally)
    }

    fn deals(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let (book, ask) = (self.book, self.ask);
        let deals = &book.deals;
        for deal in 0..deals.len() {
            let day = match wanted.aggregate.of {
                Rows::Opened if ask.includes(deal) => deals.opened[deal],
                Rows::Expected if ask.includes(deal) && deals.state[deal].is_open() => {
                    deals.expected_close[deal]
                }
                Rows::Open if ask.includes(deal) && deals.state[deal].is_open() => {
                    if wanted.has(deal) {
                        self.deal(wanted, tally, deal, 0);
                    }
                    continue;
                }
                Rows::Won | Rows::Lost | Rows::Closed => match decided(book, ask, deal) {
                    Some(true) if wanted.aggregate.of != Rows::Lost => deals.closed[deal],
                    Some(false) if wanted.aggregate.of != Rows::Won => deals.closed[deal],
                    _ => continue,
                },
                _ => continue,
            };
            if let Some(span) = self.grid.spans.of(ask, day).filter(|_| wanted.has(deal)) {
                self.deal(wanted, tally, deal, span);
            }
        }
    }

    fn deal(&mut self, wanted: &Wanted<'_>, tally: &mut Tally, deal: usize, span: usize) {
        let cell = self.grid.cell(self.grid.groups.of[deal], span, None);
        match wanted.number() {
            Some(Number::Value) => tally.add_amount(cell, self.worth(deal)),
            Some(Number::Margin) => tally.add_amount(cell, self.margin(deal)),
            Some(Number::Cost) => tally.add_spent(cell, self.spent(deal)),
            Some(Number::CycleDays) => {
                let deals = &self.book.deals;
                let both = deals.opened[deal].zip(deals.closed[deal]);
                tally.add_days(
                    cell,
                    both.map(|(opened, closed)| closed.since(opened).max(0)),
                );
            }
            _ => tally.add(cell),
        }
    }

    /// The deals that were open at the end of each span, at what they were worth then.
    fn open_at_ends(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let (book, ask, grid) = (self.book, self.ask, self.grid);
        let today = Day::of(book.as_of);
        for (span, Period { to, .. }) in grid.spans.each.iter().enumerate() {
            let end = Day::of(*to).min(today);
            let states = book.changes.state.on(book.deals.len(), end);
            let values = match wanted.number() {
                Some(Number::Value | Number::Margin) => {
                    book.changes.value_minor.on(book.deals.len(), end)
                }
                _ => Vec::new(),
            };
            for (deal, state) in states.into_iter().enumerate() {
                if !state.is_some_and(State::is_open) || !ask.includes(deal) || !wanted.has(deal) {
                    continue;
                }
                let cell = grid.cell(grid.groups.of[deal], span, None);
                let worth = || {
                    let minor = values[deal].flatten()?;
                    let currency = usize::from(book.deals.currency[deal]);
                    self.converter.converted(minor, currency, end)
                };
                match wanted.number() {
                    Some(Number::Value) => tally.add_amount(cell, worth()),
                    Some(Number::Margin) => {
                        let margin = worth().zip(self.margin_share(deal));
                        tally.add_amount(cell, margin.map(|(worth, share)| part(worth, share)));
                    }
                    Some(Number::Cost) => tally.add_spent(cell, self.spent(deal)),
                    _ => tally.add(cell),
                }
            }
        }
    }

    fn cohort(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let (book, ask, grid) = (self.book, self.ask, self.grid);
        walk(&grid.stages, book, ask, 0, |walked| {
            let Walked::In {
                deal,
                entered,
                steps,
            } = walked
            else {
                return;
            };
            let Some(span) = grid
                .spans
                .of(ask, Some(entered))
                .filter(|_| wanted.has(deal))
            else {
                return;
            };
            for step in steps {
                let Some((end, first)) = step.end(book.deals.state[deal]) else {
                    continue;
                };
                let stage = book.visits.stage[first];
                let counts = match wanted.aggregate.of {
                    Rows::Advanced => end == End::Advanced,
                    Rows::LostAt => end == End::Lost,
                    _ => true,
                };
                if counts && wanted.is_in(stage) {
                    tally.add(grid.cell(grid.groups.of[deal], span, Some(stage)));
                }
            }
        });
    }

    fn visits(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let visits = &self.book.visits;
        let today = Day::of(self.book.as_of);
        for visit in 0..visits.len() {
            let (deal, stage) = (visits.deal[visit] as usize, visits.stage[visit]);
            if !self.ask.includes(deal) || !wanted.has(deal) || !wanted.is_in(stage) {
                continue;
            }
            let span = self.grid.spans.of(self.ask, visits.entered[visit]);
            if let Some((span, (days, ended))) = span.zip(stay(self.book, visit, today)) {
                let cell = self.grid.cell(self.grid.groups.of[deal], span, Some(stage));
                tally.add_stay(cell, days, ended);
            }
        }
    }

    fn left(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let visits = &self.book.visits;
        for visit in 0..visits.len() {
            let (deal, stage) = (visits.deal[visit] as usize, visits.stage[visit]);
            let forward = matches!(visits.how[visit], Left::Advanced | Left::Won);
            let counts = match wanted.aggregate.of {
                Rows::MovedBack => visits.how[visit] == Left::Back,
                Rows::Overrides => forward && visits.overridden[visit],
                _ => forward,
            };
            if !counts || !self.ask.includes(deal) || !wanted.has(deal) || !wanted.is_in(stage) {
                continue;
            }
            if let Some(span) = self.grid.spans.of(self.ask, visits.left[visit]) {
                tally.add(self.grid.cell(self.grid.groups.of[deal], span, Some(stage)));
            }
        }
    }

    fn activities(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let activities = &self.book.activities;
        for at in 0..activities.len() {
            let asked = match activities.deal[at] {
                Some(deal) => self.ask.includes(deal as usize) && wanted.has(deal as usize),
                None => self.ask.only.is_none() && wanted.met.is_none(),
            };
            if !asked || !wanted.is_kind(activities.kind[at].name()) {
                continue;
            }
            let Some(span) = self.grid.spans.of(self.ask, Some(activities.day[at])) else {
                continue;
            };
            let cell = self.grid.cell(self.grid.of_activities[at], span, None);
            match wanted.number() {
                Some(Number::Minutes) => {
                    tally.add_amount(cell, activities.minutes[at].map(i64::from));
                }
                Some(Number::Cost) => {
                    let mut spent = Spent::default();
                    spent.add(self.book, at);
                    tally.add_spent(cell, &spent);
                }
                _ => tally.add(cell),
            }
        }
    }

    fn follow_ups(&mut self, wanted: &Wanted<'_>, tally: &mut Tally) {
        let follow_ups = &self.book.follow_ups;
        let today = Day::of(self.book.as_of);
        for at in 0..follow_ups.len() {
            let deal = follow_ups.deal[at] as usize;
            let due = follow_ups.due[at];
            let on_time = follow_ups.done[at].is_some_and(|done| done <= due);
            if due >= today
                || (wanted.aggregate.of == Rows::FollowUpsOnTime && !on_time)
                || !self.ask.includes(deal)
                || !wanted.has(deal)
            {
                continue;
            }
            if let Some(span) = self.grid.spans.of(self.ask, Some(due)) {
                tally.add(self.grid.cell(self.grid.groups.of[deal], span, None));
            }
        }
    }

    fn worth(&mut self, deal: usize) -> Option<i64> {
        if self.worth.is_empty() {
            self.worth.resize(self.book.deals.len(), None);
        }
        self.worth[deal]
            .get_or_insert_with(|| self.converter.worth(deal))
            .known()
    }

    fn margin(&mut self, deal: usize) -> Option<i64> {
        let worth = self.worth(deal)?;
        Some(part(worth, self.margin_share(deal)?))
    }

    fn margin_share(&self, deal: usize) -> Option<f64> {
        self.book.deals.product[deal]
            .and_then(|product| self.book.margins.get(product as usize).copied().flatten())
            .or(self.process.margin)
    }

    fn spent(&mut self, deal: usize) -> &Spent {
        if self.spent.is_empty() {
            self.spent = by_deal(self.book);
        }
        &self.spent[deal]
    }

    /// What was left out, in words.
    pub(super) fn notes(self, metrics: &[&Metric]) -> Vec<String> {
        let mut notes = self.notes;
        notes.extend(self.converter.notes());
        notes.extend(self.converter.untold());
        let counts_open = metrics
            .iter()
            .flat_map(|metric| &metric.aggregates)
            .any(|aggregate| aggregate.of == Rows::Open);
        if counts_open && self.grid.spans.each.is_empty() && self.ask.period.is_some() {
            notes.push(format!(
                "the open deals are those of {}; the rest is of the period",
                crate::date::day(self.book.as_of)
            ));
        }
        notes
    }
}

fn part(minor: i64, share: f64) -> i64 {
    (minor as f64 * share).round() as i64
}
