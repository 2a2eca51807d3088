//! Which open deals rot, what is at risk with them, and whose they are.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::convert::Converter;
use super::{
    Ask, Report, Stages, answer, count, deals_are, heading_of_day, or_nothing, whole, with_notes,
};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::deal::rotting::{is_cared_for, late_before};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::money::Money;
use crate::process::Process;
use crate::statistics::Survival;

/// What it reads.
pub const AGING: Needs = Needs::of(
    Columns::ACCOUNT
        .and(Columns::ACCOUNT_NAMES)
        .and(Columns::OWNER)
        .and(Columns::EXPECTED_CLOSE)
        .and(Columns::HOLD)
        .and(Columns::NEXT_DUE)
        .and(Columns::STAGE)
        .and(Columns::WORTH)
        .and(Columns::VISITS),
);

/// A ninth decile of fewer stays than this would be the longest of them.
const ENOUGH_STAYS: usize = 10;

row! {
    /// An open deal that rots.
    pub struct AgingRow {
        pub id: String,
        pub account: Option<String>,
        pub owner: Option<String>,
        pub stage: String,
        pub state: &'static str,
        pub days_in_stage: i32,
        /// Days from entering the stage to the end of its limit; null when the process sets none.
        pub limit_days: Option<i32>,
        /// Days within which nine of ten won deals had left the stage; null below ten such stays.
        pub history_p90_days: Option<i32>,
        /// Stays of won deals that this is worked out from.
        pub history_n: usize,
        /// `limit`, `history` or `both`: which of them the deal is past.
        pub past: &'static str,
        /// In the currency of the process.
        pub value_minor: Option<i64>,
        /// When the earliest open follow-up was due.
        pub next_follow_up: Option<NaiveDate>,
        pub expected_close: Option<NaiveDate>,
    }
}

/// What tells old from young in one stage.
#[derive(Default)]
struct Threshold {
    /// Deals that entered before this day are past the limit.
    late_before: Option<Day>,
    stays: Survival,
    p90: Option<i32>,
}

#[derive(Clone, Default)]
struct Sum {
    n: usize,
    value: i64,
    past_limit: usize,
    past_history: usize,
}

/// Open deals that are past their stage's limit or older in it than nine of ten won deals were, and that
/// nothing keeps from rotting; the most valuable first, at most `most` of them. `short` makes an id short.
/// With a period: only those expected to close in it.
pub fn aging(
    process: &Process,
    book: &Book,
    ask: &Ask,
    most: usize,
    short: impl Fn(Id) -> String,
) -> Report<AgingRow> {
    let deals = &book.deals;
    let stages = Stages::new(process, book);
    let today = Day::of(book.as_of);
    let thresholds = thresholds(process, book, &stages);
    let mut converter = Converter::new(process, book);
    let (mut excused, mut untold) = (0, 0);
    let mut found = Vec::new();
    for deal in (0..deals.len()).filter(|deal| {
        deals.state[*deal].is_open()
            && ask.includes(*deal)
            && ask.within(deals.expected_close[*deal])
    }) {
        let Some((stage, entered)) = deals.stage[deal].zip(deals.stage_entered[deal]) else {
            untold += 1;
            continue;
        };
        let slot = stages.slot[usize::from(stage)];
        let threshold = &thresholds[slot];
        let late = threshold.late_before.is_some_and(|day| entered < day);
        let old = threshold.p90.is_some_and(|p90| today.since(entered) > p90);
        let past = match (late, old) {
            (false, false) => continue,
            (true, false) => "limit",
            (false, true) => "history",
            (true, true) => "both",
        };
        let (until, due) = (deals.hold_until[deal], deals.next_due[deal]);
        if is_cared_for(deals.state[deal], until, due, today) {
            excused += 1;
        } else {
            found.push((deal, slot, past, converter.worth(deal).known()));
        }
    }
    found.sort_by_key(|(deal, slot, _, worth)| {
        let age = deals.stage_entered[*deal];
        (Reverse(*worth), age, *slot, deals.id[*deal])
    });
    let mut sums = vec![Sum::default(); stages.lines.len()];
    for (_, slot, past, worth) in &found {
        let sum = &mut sums[*slot];
        sum.n += 1;
        sum.value = sum.value.saturating_add(worth.unwrap_or(0));
        sum.past_limit += usize::from(*past != "history");
        sum.past_history += usize::from(*past != "limit");
    }

    let label = |at: Option<u32>| at.map(|at| &book.owners[at as usize]);
    let rows: Vec<AgingRow> = found
        .iter()
        .take(most)
        .filter_map(|(deal, slot, past, worth)| {
            let entered = deals.stage_entered[*deal]?;
            let threshold = &thresholds[*slot];
            let limit = process.stages.get(*slot).and_then(|stage| stage.limit);
            Some(AgingRow {
                id: deals.id[*deal].handle(),
                account: deals.account[*deal].map(|at| book.accounts[at as usize].clone()),
                owner: label(deals.owner[*deal]).map(|rep| rep.name.clone()),
                stage: stages.lines[*slot].0.to_string(),
                state: deals.state[*deal].name(),
                days_in_stage: today.since(entered),
                limit_days: limit.map(|limit| {
                    Day::of(process.calendar.add(entered.date(), limit)).since(entered)
                }),
                history_p90_days: threshold.p90,
                history_n: threshold.stays.n(),
                past,
                value_minor: *worth,
                next_follow_up: deals.next_due[*deal].map(Day::date),
                expected_close: deals.expected_close[*deal].map(Day::date),
            })
        })
        .collect();
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    if untold > 0 {
        notes.push(format!(
            "{} left out: when they entered their stage was never told",
            deals_are(untold)
        ));
    }
    if found.len() > rows.len() {
        notes.push(format!(
            "{} more are not shown (--limit)",
            found.len() - rows.len()
        ));
    }
    let n = found.len();
    let answer = answer(
        "salesctl/report-aging/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let what = if ask.period.is_some() {
        "Aging: open deals that rot, expected to close"
    } else {
        "Aging: open deals that rot"
    };
    let mut document = Document::default().heading(heading_of_day(what, ask, n, book));
    if n > 0 {
        let shown = found.iter().map(|(deal, ..)| *deal).zip(&answer.rows);
        if most > 0 {
            document = document.table(table(process, book, &stages, shown, &short));
        }
        document = document.table(by_stage(process, &stages, &thresholds, &sums));
        let minor = sums
            .iter()
            .fold(0_i64, |sum, stage| sum.saturating_add(stage.value));
        let money = Money {
            minor,
            currency: process.currency,
        };
        document = document.line(format!("at risk in all: {money}"));
    }
    document = document.line(format!(
        "rotting is past the stage's limit, or longer than nine of ten won deals stayed there, without a follow-up booked in time or a hold to a date to come; as old and cared for: {excused}",
    ));
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

/// By slot. The stays are of all deals that were won, whoever is asked about.
fn thresholds(process: &Process, book: &Book, stages: &Stages<'_>) -> Vec<Threshold> {
    let today = Day::of(book.as_of);
    let mut thresholds: Vec<Threshold> = (0..stages.lines.len())
        .map(|slot| {
            let limit = process.stages.get(slot).and_then(|stage| stage.limit);
            Threshold {
                late_before: limit.map(|limit| late_before(limit, &process.calendar, today)),
                ..Threshold::default()
            }
        })
        .collect();
    let visits = &book.visits;
    for visit in 0..visits.len() {
        if book.deals.state[visits.deal[visit] as usize] != State::Won {
            continue;
        }
        if let Some((days, true)) = super::durations::stay(book, visit, today) {
            let slot = stages.slot[usize::from(visits.stage[visit])];
            thresholds[slot].stays.add(days, true);
        }
    }
    for threshold in &mut thresholds {
        if threshold.stays.n() >= ENOUGH_STAYS {
            threshold.p90 = threshold.stays.quantile(0.9);
        }
    }
    thresholds
}

fn table<'r>(
    process: &Process,
    book: &Book,
    stages: &Stages<'_>,
    rows: impl Iterator<Item = (usize, &'r AgingRow)>,
    short: &impl Fn(Id) -> String,
) -> Table {
    let columns = vec![
        TableColumn::left("id"),
        TableColumn::left("account"),
        TableColumn::left("owner").rank(1),
        TableColumn::left("stage").rank(5),
        TableColumn::right("days"),
        TableColumn::right("limit").rank(4),
        TableColumn::left("past").rank(3),
        TableColumn::right(format!("value {}", process.currency.code())),
        TableColumn::left("next due").rank(2),
        TableColumn::left("closes").rank(6),
    ];
    let days = |days: i32| Cell::Count(i64::from(days));
    let rows = rows.map(|(deal, row)| {
        let owner = book.deals.owner[deal].map(|at| book.owners[at as usize].title.as_str());
        let title = book.deals.stage[deal].map(|at| stages.lines[stages.slot[usize::from(at)]].1);
        vec![
            Cell::Text(short(book.deals.id[deal])),
            Cell::text(row.account.as_deref()),
            Cell::text(owner),
            Cell::text(title),
            days(row.days_in_stage),
            or_nothing(row.limit_days, days),
            Cell::Text(row.past.to_string()),
            or_nothing(row.value_minor, |minor| whole(minor, process.currency)),
            or_nothing(row.next_follow_up, Cell::Date),
            or_nothing(row.expected_close, Cell::Date),
        ]
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

fn by_stage(
    process: &Process,
    stages: &Stages<'_>,
    thresholds: &[Threshold],
    sums: &[Sum],
) -> Table {
    let columns = vec![
        TableColumn::left("stage"),
        TableColumn::right("rotting"),
        TableColumn::right(format!("value {}", process.currency.code())),
        TableColumn::right("past limit").rank(3),
        TableColumn::left("limit").rank(2),
        TableColumn::right("past history").rank(4),
        TableColumn::right("9 of 10 won within").rank(1),
    ];
    let lines = stages.lines.iter().zip(thresholds).zip(sums).enumerate();
    let rows = lines
        .filter(|(slot, (_, sum))| *slot < stages.ranked || sum.n > 0)
        .map(|(slot, (((_, title), threshold), sum))| {
            let limit = process.stages.get(slot).and_then(|stage| stage.limit);
            let won = match threshold.p90 {
                Some(days) => format!("{days} d of {}", threshold.stays.n()),
                None => format!("too few: {}", threshold.stays.n()),
            };
            vec![
                Cell::Text((*title).to_string()),
                count(sum.n),
                whole(sum.value, process.currency),
                count(sum.past_limit),
                Cell::text(limit.map(|limit| limit.to_string())),
                count(sum.past_history),
                Cell::Text(won),
            ]
        });
    Table {
        columns,
        rows: rows.collect(),
    }
}

#[cfg(test)]
#[path = "aging_tests.rs"]
mod tests;
