//! How long deals stay in each stage, those still there included.

use super::charts::medians;
use super::{Ask, Report, Stages, answer, count, heading, or_nothing, with_notes};
use crate::deal::book::{Book, Columns, Day, Left, Needs};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::Process;
use crate::statistics::{ENOUGH, Survival};

/// What it reads.
pub const DURATIONS: Needs = Needs::of(Columns::VISITS);

row! {
    /// The visits to one stage. Days are calendar days from entering to leaving, wherever to; a visit
    /// that goes on has lasted at least until the as-of date, one that a change of the process ended at least
    /// until then (Kaplan-Meier).
    pub struct DurationsRow {
        pub stage: String,
        pub n: usize,
        /// Of the visits: those that go on.
        pub open: usize,
        /// Of the visits: those that a change of the process ended.
        pub moved: usize,
        pub median_days: Option<i32>,
        pub p75_days: Option<i32>,
        pub p90_days: Option<i32>,
    }
}

/// How long a visit lasted and whether it has ended; `None` when an import did not tell.
pub(super) fn stay(book: &Book, visit: usize, today: Day) -> Option<(i32, bool)> {
    let visits = &book.visits;
    let entered = visits.entered[visit]?;
    let until = match visits.how[visit] {
        Left::Still => today,
        _ => visits.left[visit]?,
    };
    Some((until.since(entered), visits.ended(visit)))
}

/// The visits that were entered in the period; each return to a stage is a visit of its own.
pub fn durations(process: &Process, book: &Book, ask: &Ask) -> Report<DurationsRow> {
    let visits = &book.visits;
    let stages = Stages::new(process, book);
    let today = Day::of(book.as_of);
    let mut survivals = vec![Survival::default(); stages.lines.len()];
    let mut moved = vec![0; stages.lines.len()];
    let mut untold = 0;
    for visit in 0..visits.len() {
        if !ask.includes(visits.deal[visit] as usize) {
            continue;
        }
        if !ask.within(visits.entered[visit]) {
            untold += usize::from(visits.entered[visit].is_none());
            continue;
        }
        match stay(book, visit, today) {
            Some((days, ended)) => {
                let slot = stages.slot[usize::from(visits.stage[visit])];
                survivals[slot].add(days, ended);
                moved[slot] += usize::from(visits.how[visit] == Left::Moved);
            }
            None => untold += 1,
        }
    }

    let mut notes = Vec::new();
    if untold > 0 {
        notes.push(format!(
            "{} left out: when they began or ended was never told",
            visits_that(untold, " is", " are")
        ));
    }
    let mut rows = Vec::new();
    for (slot, survival) in survivals.iter().enumerate() {
        let (name, _) = stages.lines[slot];
        if slot >= stages.ranked && survival.n() == 0 {
            continue;
        }
        let row = DurationsRow {
            stage: name.to_string(),
            n: survival.n(),
            open: survival.open - moved[slot],
            moved: moved[slot],
            median_days: survival.estimate(0.5),
            p75_days: survival.estimate(0.75),
            p90_days: survival.estimate(0.9),
        };
        notes.extend(why_unknown(name, survival, row.p90_days.is_none()));
        rows.push(row);
    }
    let n = rows.iter().map(|row| row.n).sum();
    let answer = answer(
        "salesctl/report-durations/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let what = if ask.period.is_some() {
        "Durations: visits to stages entered"
    } else {
        "Durations: visits to stages"
    };
    let mut document = Document::default()
        .heading(heading(what, ask, n, book))
        .chart(medians(&titles(&stages, &answer.rows), &answer.rows))
        .table(table(&stages, &answer.rows));
    let open: usize = answer.rows.iter().map(|row| row.open).sum();
    if open > 0 {
        document = document.line(format!(
            "{} with the days so far, as lasting at least that long (Kaplan-Meier)",
            visits_that(open, " goes on and counts", " go on and count")
        ));
    }
    let moved: usize = answer.rows.iter().map(|row| row.moved).sum();
    if moved > 0 {
        document = document.line(format!(
            "a change of the process ended {} as lasting at least until then",
            visits_that(moved, ", which counts", ", which count")
        ));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

/// `1 visit is`, `2 visits are`
fn visits_that(n: usize, one: &str, many: &str) -> String {
    match n {
        1 => format!("1 visit{one}"),
        n => format!("{} visits{many}", crate::money::grouped(n as u64)),
    }
}

/// The note that goes with days that can't be stated.
pub(super) fn why_unknown(stage: &str, survival: &Survival, unknown: bool) -> Option<String> {
    if !unknown {
        None
    } else if survival.n() == 0 {
        Some(format!("insufficient history: no visit to `{stage}`"))
    } else if survival.ended < ENOUGH {
        Some(format!(
            "insufficient history: {} of {} visits to `{stage}` have ended, days are stated from {ENOUGH} on",
            survival.ended,
            survival.n()
        ))
    } else {
        Some(format!(
            "too few of the visits to `{stage}` came to their end for every quantile to be known"
        ))
    }
}

fn titles<'a>(stages: &Stages<'a>, rows: &[DurationsRow]) -> Vec<&'a str> {
    rows.iter()
        .map(|row| {
            let line = stages.lines.iter().find(|(name, _)| *name == row.stage);
            line.map_or("", |(_, title)| *title)
        })
        .collect()
}

fn table(stages: &Stages, rows: &[DurationsRow]) -> Table {
    let columns = vec![
        TableColumn::left("stage"),
        TableColumn::right("visits"),
        TableColumn::right("still in").rank(3),
        TableColumn::right("median days"),
        TableColumn::right("75 % within").rank(2),
        TableColumn::right("90 % within").rank(1),
        TableColumn::left("").rank(4),
    ];
    let longest = rows
        .iter()
        .filter_map(|row| row.median_days)
        .max()
        .unwrap_or(0)
        .max(1);
    let days = |days| or_nothing(days, |days| Cell::Days(f64::from(days)));
    let rows = rows.iter().zip(titles(stages, rows)).map(|(row, title)| {
        vec![
            Cell::Text(title.to_string()),
            count(row.n),
            count(row.open),
            days(row.median_days),
            days(row.p75_days),
            days(row.p90_days),
            Cell::Bar(f64::from(row.median_days.unwrap_or(0)) / f64::from(longest)),
        ]
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
