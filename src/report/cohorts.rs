//! What became of the deals opened in each month or quarter, at the same ages: the only way to compare what
//! began lately with what began long ago.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

use super::convert::Converter;
use super::{Ask, Report, answer, count, deals_are, heading, or_nothing, whole, with_notes};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::Process;
use crate::statistics::Share;

/// What it reads.
pub const COHORTS: Needs = Needs::of(Columns::OPENED.and(Columns::WORTH));

/// Ages at which cohorts are looked at, in days.
const AGES: [i32; 4] = [30, 60, 90, 180];

/// How long the openings of one cohort go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Every {
    #[default]
    Month,
    /// Of the fiscal year.
    Quarter,
}

row! {
    /// The deals of one cohort at one age. The figures are null while a deal of it can be younger.
    pub struct CohortsRow {
        /// `2026-07`, `2026-Q3`.
        pub cohort: String,
        pub from: NaiveDate,
        pub to: NaiveDate,
        /// Days since each deal was opened; null: to date.
        pub age_days: Option<i32>,
        pub n: usize,
        pub won: Option<usize>,
        pub lost: Option<usize>,
        pub open: Option<usize>,
        pub won_share: Option<f64>,
        pub won_low: Option<f64>,
        pub won_high: Option<f64>,
        pub lost_share: Option<f64>,
        pub open_share: Option<f64>,
        pub won_value_minor: Option<i64>,
    }
}

/// By age, the last of them to date.
#[derive(Clone, Default)]
struct Cohort {
    n: usize,
    won: [usize; AGES.len() + 1],
    lost: [usize; AGES.len() + 1],
    value: [i64; AGES.len() + 1],
}

/// The deals opened in the period, month by month or quarter by quarter, 30 to 180 days after each was
/// opened, and to date.
pub fn cohorts(process: &Process, book: &Book, ask: &Ask, every: Every) -> Report<CohortsRow> {
    let deals = &book.deals;
    let mut converter = Converter::new(process, book);
    let mut found: BTreeMap<NaiveDate, Cohort> = BTreeMap::new();
    let mut untold = 0;
    for deal in (0..deals.len()).filter(|deal| ask.includes(*deal)) {
        let open = deals.state[deal].is_open();
        let (Some(opened), true) = (deals.opened[deal], open || deals.closed[deal].is_some())
        else {
            untold += 1;
            continue;
        };
        if !ask.within(Some(opened)) {
            continue;
        }
        let cohort = found
            .entry(begin(process, every, opened.date()))
            .or_default();
        cohort.n += 1;
        let Some(closed) = deals.closed[deal].filter(|_| !open) else {
            continue;
        };
        let age = closed.since(opened);
        let won = deals.state[deal] == State::Won;
        let worth = if won {
            converter.worth(deal).known()
        } else {
            None
        };
        for at in 0..=AGES.len() {
            if AGES.get(at).is_some_and(|limit| age > *limit) {
                continue;
            }
            if won {
                cohort.won[at] += 1;
                cohort.value[at] = cohort.value[at].saturating_add(worth.unwrap_or(0));
            } else {
                cohort.lost[at] += 1;
            }
        }
    }

    let mut rows = Vec::new();
    let mut cells = Vec::new();
    for (from, cohort) in &found {
        let months = if every == Every::Month { 1 } else { 3 };
        let next = from.checked_add_months(Months::new(months));
        let to = next.and_then(|next| next.pred_opt()).unwrap_or(*from);
        // Nothing was opened after the period, or is yet to be.
        let last = ask.period.map_or(to, |period| period.to.min(to));
        let lines = cohort.rows((label(process, every, *from), *from, to), |age| {
            age.is_none_or(|age| Day::of(book.as_of).since(Day::of(last)) >= age)
        });
        cells.push(shown(process, &lines));
        rows.extend(lines);
    }
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    if untold > 0 {
        notes.push(format!(
            "{} left out: when they were opened or closed was never told",
            deals_are(untold)
        ));
    }
    let n = found.values().map(|cohort| cohort.n).sum();
    let answer = answer(
        "salesctl/report-cohorts/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let what = match every {
        Every::Month => "Cohorts by month: deals opened",
        Every::Quarter => "Cohorts by quarter: deals opened",
    };
    let mut document = Document::default()
        .heading(heading(what, ask, n, book))
        .table(table(process, cells));
    if n > 0 {
        document = document.line(
            "won so many days after each deal was opened, of all deals of the cohort; `not yet`: some of them are younger",
        );
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

/// The first day of the month or fiscal quarter.
fn begin(process: &Process, every: Every, day: NaiveDate) -> NaiveDate {
    let month = day.with_day(1).unwrap_or(day);
    match every {
        Every::Month => month,
        Every::Quarter => {
            let past = (month.month() + 12 - process.fiscal_month) % 3;
            month.checked_sub_months(Months::new(past)).unwrap_or(month)
        }
    }
}

/// A fiscal year has the name of the year it ends in.
fn label(process: &Process, every: Every, from: NaiveDate) -> String {
    match every {
        Every::Month => format!("{}-{:02}", from.year(), from.month()),
        Every::Quarter => {
            let past = (from.month() + 12 - process.fiscal_month) % 12;
            let ends_later = process.fiscal_month > 1 && from.month() >= process.fiscal_month;
            format!("{}-Q{}", from.year() + i32::from(ends_later), past / 3 + 1)
        }
    }
}

impl Cohort {
    fn rows(
        &self,
        (cohort, from, to): (String, NaiveDate, NaiveDate),
        is_known: impl Fn(Option<i32>) -> bool,
    ) -> Vec<CohortsRow> {
        let row = |at: usize| {
            let age_days = AGES.get(at).copied();
            let known = is_known(age_days);
            let open = self.n - self.won[at] - self.lost[at];
            let won = Share::of(self.won[at], self.n).filter(|_| known);
            let of_all = |deals: usize| known.then(|| deals as f64 / self.n as f64);
            CohortsRow {
                cohort: cohort.clone(),
                from,
                to,
                age_days,
                n: self.n,
                won: known.then_some(self.won[at]),
                lost: known.then_some(self.lost[at]),
                open: known.then_some(open),
                won_share: won.map(|share| share.share),
                won_low: won.map(|share| share.low),
                won_high: won.map(|share| share.high),
                lost_share: of_all(self.lost[at]),
                open_share: of_all(open),
                won_value_minor: known.then_some(self.value[at]),
            }
        };
        (0..=AGES.len()).map(row).collect()
    }
}

fn shown(process: &Process, rows: &[CohortsRow]) -> Vec<Cell> {
    let mut cells = Vec::new();
    if let Some(first) = rows.first() {
        cells.extend([Cell::Text(first.cohort.clone()), count(first.n)]);
    }
    for row in rows {
        cells.push(match row.won_share {
            Some(share) => Cell::Share(share),
            None => Cell::Text("not yet".to_string()),
        });
    }
    if let Some(last) = rows.last() {
        cells.extend([
            or_nothing(last.lost_share, Cell::Share),
            or_nothing(last.open_share, Cell::Share),
            or_nothing(last.won_value_minor, |minor| whole(minor, process.currency)),
        ]);
    }
    cells
}

fn table(process: &Process, rows: Vec<Vec<Cell>>) -> Table {
    let mut columns = vec![TableColumn::left("opened"), TableColumn::right("deals")];
    let ages = AGES.iter().zip([3, 5, 0, 0]);
    columns.extend(ages.map(|(age, rank)| TableColumn::right(format!("{age} d")).rank(rank)));
    columns.extend([
        TableColumn::right("to date"),
        TableColumn::right("lost").rank(4),
        TableColumn::right("open").rank(1),
        TableColumn::right(format!("won {}", process.currency.code())).rank(2),
    ]);
    Table { columns, rows }
}

#[cfg(test)]
#[path = "cohorts_tests.rs"]
mod tests;
