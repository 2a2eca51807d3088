//! Why the forecast of a period is another one than it was on a night: opening + changes = closing, to the minor unit.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::super::changes::account;
use super::super::{Ask, Report, answer, count, or_nothing, whole};
use crate::date;
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::deal::event::ForecastSnapshot;
use crate::document::{Cell, Document, Period, Table, TableColumn, row};
use crate::forecast::{Moved, Since, Why, moved, won_deals};
use crate::id::Id;
use crate::process::Process;

/// What it reads beside the forecast.
pub const FORECAST_MOVED: Needs = Needs::of(
    Columns::WORTH
        .and(Columns::OWNER)
        .and(Columns::OPENED)
        .and(Columns::STAGE)
        .and(Columns::CHANGES)
        .and(Columns::ACCOUNT)
        .and(Columns::ACCOUNT_NAMES),
);

/// So many deals are named.
const SHOWN: usize = 10;

row! {
    /// The forecast then, what changed it, deal by deal, and now.
    pub struct ForecastMovedRow {
        /// `balance`: then, the sum of each kind of change, now. `deal`: the same deal by deal.
        pub section: &'static str,
        /// `opening`, `won`, `lost`, `slipped`, `older`, `new`, `value`, `probability`, `new_business`, `other`, `corrected`,
        /// `closing`.
        pub kind: &'static str,
        /// Deals.
        pub n: Option<usize>,
        pub value_minor: i64,
        pub id: Option<String>,
        pub account: Option<String>,
        pub owner: Option<String>,
    }
}

/// What a forecast is held against.
#[derive(Clone, Debug)]
pub struct Before {
    pub day: NaiveDate,
    pub expected: ForecastSnapshot,
    /// It was kept by the night before that day's work; or else it is worked out today of all that is known of that day.
    pub said: bool,
}

/// What moved since `before`; `now` keeps every open deal.
pub fn forecast_moved(
    process: &Process,
    book: &Book,
    before: &Before,
    now: &ForecastSnapshot,
    short: &dyn Fn(Id) -> String,
) -> Report<ForecastMovedRow> {
    let (day, then) = (before.day, &before.expected);
    let period = Period {
        from: then.from,
        to: then.to,
    };
    let since = since(process, book, period, before);
    let mut told = moved(then, now, &since);
    told.parts
        .sort_by_key(|part| (Reverse(part.minor.abs()), part.deal));
    let mut rows = balance(&told);
    rows.extend(told.parts.iter().filter_map(|part| {
        let deal = part.deal?;
        let at = book.deals.id.binary_search(&deal).ok();
        let owner = at.and_then(|at| book.deals.owner[at]);
        Some(ForecastMovedRow {
            id: Some(deal.handle()),
            account: at.and_then(|at| account(book, at)).map(str::to_string),
            owner: owner.map(|at| book.owners[at as usize].name.clone()),
            ..row("deal", part.why.name(), Some(1), part.minor)
        })
    }));
    let ask = Ask {
        period: Some(period),
        ..Ask::default()
    };
    let mut notes = Vec::new();
    if !before.said {
        notes.push(format!(
            "no night up to {0} kept a forecast: what was expected on {0} is worked out today, not said then",
            date::day(day)
        ));
    }
    if then.chosen != now.chosen {
        notes.push(format!(
            "on {} the word was {}'s, now it is {}'s: that is in the changes of probability and of new business",
            date::day(day),
            then.chosen,
            now.chosen
        ));
    }
    let document = document(process, book, (before, period), &told, &rows, short);
    let document = super::super::with_notes(document, &notes);
    let n = told.parts.iter().filter(|part| part.deal.is_some()).count();
    Report {
        answer: answer(
            "salesctl/forecast-changes/1",
            process,
            book,
            &ask,
            (n, rows, notes),
        ),
        document,
    }
}

/// The answer when there is nothing to hold against one another, and why.
pub fn forecast_unmoved(
    process: &Process,
    book: &Book,
    period: Period,
    why: &str,
    next: &str,
) -> Report<ForecastMovedRow> {
    let name = date::period_name(period, process.fiscal_month);
    let ask = Ask {
        period: Some(period),
        ..Ask::default()
    };
    Report {
        answer: answer(
            "salesctl/forecast-changes/1",
            process,
            book,
            &ask,
            (0, Vec::new(), vec![why.to_string()]),
        ),
        document: Document::default()
            .heading(format!(
                "Why the forecast of {name} moved, as of {}",
                date::day(book.as_of)
            ))
            .line(format!("not known: {why}"))
            .line(next),
    }
}

/// What the Book tells of the time since. A night is before the day's work, so what happened on its day came after it.
fn since(process: &Process, book: &Book, period: Period, before: &Before) -> Since {
    let deals = &book.deals;
    let then = Day::of(before.day);
    let after =
        |day: Option<Day>| day.is_some_and(|day| day > then || (before.said && day == then));
    // What was open then and is won now was won since, whatever day was told of it.
    let open: BTreeSet<Id> = before.expected.deals.iter().map(|one| one.deal).collect();
    let later = |deal: usize| deals.closed[deal].is_some_and(|day| day > then);
    let having = |wanted: &dyn Fn(usize) -> bool| -> BTreeSet<Id> {
        (0..deals.len())
            .filter(|deal| wanted(*deal))
            .map(|deal| deals.id[deal])
            .collect()
    };
    let opened = |deal: usize| after(deals.opened[deal]) && !open.contains(&deals.id[deal]);
    Since {
        won: won_deals(process, book, period)
            .into_iter()
            .filter(|(deal, _)| later(*deal) || open.contains(&deals.id[*deal]) || opened(*deal))
            .map(|(deal, minor)| (deals.id[deal], minor))
            .collect(),
        lost: having(&|deal| deals.state[deal] == State::Lost),
        revalued: {
            let values = &book.changes.value_minor;
            let later = values.deal.iter().zip(&values.day);
            later
                .filter(|(_, day)| after(Some(**day)))
                .map(|(deal, _)| deals.id[*deal as usize])
                .collect()
        },
        opened: having(&opened),
        // Of one that moved on that very day it is not known when; what fell by time was most often there before.
        moved: having(&|deal| deals.stage_entered[deal].is_some_and(|day| day > then)),
    }
}

fn row(
    section: &'static str,
    kind: &'static str,
    n: Option<usize>,
    value_minor: i64,
) -> ForecastMovedRow {
    ForecastMovedRow {
        section,
        kind,
        n,
        value_minor,
        id: None,
        account: None,
        owner: None,
    }
}

fn balance(told: &Moved) -> Vec<ForecastMovedRow> {
    let sums = Why::ALL.into_iter().map(|why| {
        let of = told.parts.iter().filter(|part| part.why == why);
        let deals = of.clone().filter(|part| part.deal.is_some()).count();
        let sum = of.map(|part| part.minor).sum();
        row("balance", why.name(), Some(deals), sum)
    });
    std::iter::once(row("balance", "opening", None, told.opening_minor))
        .chain(sums)
        .chain([row("balance", "closing", None, told.closing_minor)])
        .collect()
}

fn words(kind: &str) -> &'static str {
    match kind {
        "won" => "won, above or below its share",
        "lost" => "lost",
        "slipped" => "slipped: expected close put off",
        "older" => "older in the same stage",
        "new" => "new deals",
        "value" => "value changed",
        "probability" => "probability changed",
        "new_business" => "deals not open yet",
        "other" => "small, reopened or told later",
        _ => "what had been won is told otherwise",
    }
}

fn document(
    process: &Process,
    book: &Book,
    (before, period): (&Before, Period),
    told: &Moved,
    rows: &[ForecastMovedRow],
    short: &dyn Fn(Id) -> String,
) -> Document {
    let currency = process.currency;
    let name = date::period_name(period, process.fiscal_month);
    // To the minor unit, so that the column adds up as it is shown.
    let lines = rows
        .iter()
        .filter(|row| row.section == "balance" && (row.value_minor != 0 || row.n.is_none()));
    let table = Table {
        columns: vec![
            TableColumn::left(format!("forecast of {name}")),
            TableColumn::right("deals"),
            TableColumn::right("value"),
        ],
        rows: lines
            .map(|row| {
                let what = match row.kind {
                    "opening" => format!("on {}", date::day(before.day)),
                    "closing" => format!("on {}", date::day(book.as_of)),
                    kind => words(kind).to_string(),
                };
                vec![
                    Cell::Text(what),
                    or_nothing(row.n.filter(|n| *n > 0), count),
                    Cell::Money {
                        minor: row.value_minor,
                        currency,
                    },
                ]
            })
            .collect(),
    };
    let mut document = Document::default()
        .heading(format!(
            "Why the forecast of {name} moved since {}{}, as of {}",
            if before.said { "the night of " } else { "" },
            date::day(before.day),
            date::day(book.as_of)
        ))
        .table(table);
    let deals: Vec<_> = told
        .parts
        .iter()
        .filter_map(|part| Some((part, part.deal?)))
        .collect();
    if deals.is_empty() {
        return document.line("no deal moved it");
    }
    document = document.table(Table {
        columns: vec![
            TableColumn::left("deal"),
            TableColumn::left("account"),
            TableColumn::left("what").rank(1),
            TableColumn::right("change"),
            TableColumn::left("command").rank(2),
        ],
        rows: deals
            .iter()
            .take(SHOWN)
            .map(|(part, deal)| {
                let at = book.deals.id.binary_search(deal).ok();
                let account = at.and_then(|at| account(book, at));
                vec![
                    Cell::Text(short(*deal)),
                    Cell::text(account),
                    Cell::Text(part.why.name().replace('_', " ")),
                    whole(part.minor, currency),
                    Cell::Text(format!("salesctl deal show {}", short(*deal))),
                ]
            })
            .collect(),
    });
    match deals.len().saturating_sub(SHOWN) {
        0 => document,
        rest => document.line(format!("… and {rest} more: --json shows all")),
    }
}
