//! What moved in the pipeline since a day: the sum from opening to closing, and each deal that moved.

use super::moves::{Kind, Moved, Moves, Sum, Was};
use super::{Ask, Report, Short, Stages, answer, count, deals_are, heading, whole, with_notes};
use crate::deal::book::{Book, Day, State};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::Process;
use crate::text::shortened;

/// Lines for people; the rest is counted, and in every format for machines.
const SHOWN: usize = 40;

row! {
    /// A line of the sum, or one deal that moved in one way. Of the lines of the section `balance`,
    /// opening + every change = closing, in `change_n` and in `value_minor`.
    pub struct ChangesRow {
        /// `balance`, `within` or `deal`.
        pub section: &'static str,
        /// `opening`, `closing`, or how it moved.
        pub kind: &'static str,
        /// Deals concerned.
        pub n: usize,
        /// By how many it changed the number of open deals.
        pub change_n: Option<i64>,
        /// By how much it changed the value; of opening, closing and what moved within, the value itself.
        pub value_minor: i64,
        pub id: Option<String>,
        pub account: Option<String>,
        pub owner: Option<String>,
        /// Stage, date, rep or minor units, by the kind.
        pub from: Option<String>,
        pub to: Option<String>,
    }
}

/// `moves` of the same Book, which must have the names of accounts.
pub fn changes(
    process: &Process,
    book: &Book,
    ask: &Ask,
    moves: &Moves,
    short: Short<'_>,
) -> Report<ChangesRow> {
    let rows = balance(moves)
        .chain(Kind::WITHIN.map(|kind| total("within", kind, moves.sum(kind))))
        .chain(moves.moved.iter().map(|moved| line(book, moved)))
        .collect();
    let answer = answer(
        "salesctl/report-changes/1",
        process,
        book,
        ask,
        (moves.moved.len(), rows, notes(moves)),
    );
    let mut document = Document::default()
        .heading(heading(
            "Changes: moves of open deals",
            ask,
            moves.moved.len(),
            book,
        ))
        .table(sum_table(process, book, moves));
    if let Some(within) = within(process, moves) {
        document = document.line(within);
    }
    if !moves.moved.is_empty() {
        document = document.table(table(process, book, &moves.moved, short));
    }
    if let Some(rest) = moves
        .moved
        .len()
        .checked_sub(SHOWN)
        .filter(|rest| *rest > 0)
    {
        document = document.line(format!("… and {rest} more: --json shows all"));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn balance(moves: &Moves) -> impl Iterator<Item = ChangesRow> {
    let end = |kind, sum: Sum| ChangesRow {
        section: "balance",
        kind,
        n: sum.n,
        change_n: None,
        value_minor: sum.value_minor,
        id: None,
        account: None,
        owner: None,
        from: None,
        to: None,
    };
    std::iter::once(end("opening", moves.opening))
        .chain(Kind::FLOWS.map(|kind| ChangesRow {
            change_n: Some(kind.deals() * moves.sum(kind).n as i64),
            ..total("balance", kind, moves.sum(kind))
        }))
        .chain(std::iter::once(end("closing", moves.closing)))
}

fn total(section: &'static str, kind: Kind, sum: Sum) -> ChangesRow {
    ChangesRow {
        section,
        kind: kind.name(),
        n: sum.n,
        change_n: None,
        value_minor: sum.value_minor,
        id: None,
        account: None,
        owner: None,
        from: None,
        to: None,
    }
}

fn line(book: &Book, moved: &Moved) -> ChangesRow {
    let deal = moved.deal as usize;
    let owner = book.deals.owner[deal];
    ChangesRow {
        change_n: Some(moved.kind.deals()),
        id: Some(book.deals.id[deal].handle()),
        account: account(book, deal).map(str::to_string),
        owner: owner.map(|at| book.owners[at as usize].name.clone()),
        from: told(book, moved.from),
        to: told(book, moved.to),
        ..total(
            "deal",
            moved.kind,
            Sum {
                n: 1,
                value_minor: moved.value_minor,
            },
        )
    }
}

pub(super) fn account(book: &Book, deal: usize) -> Option<&str> {
    let at = book.deals.account.get(deal).copied().flatten()?;
    book.accounts.get(at as usize).map(String::as_str)
}

/// For machines.
fn told(book: &Book, was: Was) -> Option<String> {
    match was {
        Was::Nothing => None,
        Was::Stage(at) => Some(book.stages[usize::from(at)].clone()),
        Was::End(state) => Some(state.name().to_string()),
        Was::Day(day) => Some(day.date().to_string()),
        Was::Owner(at) => Some(book.owners[at as usize].name.clone()),
        Was::Minor(minor) => Some(minor.to_string()),
    }
}

/// For people.
fn said(process: &Process, book: &Book, stages: &Stages<'_>, was: Was) -> Cell {
    match was {
        Was::Nothing => Cell::Nothing,
        Was::Stage(at) => Cell::Text(stages.lines[stages.slot[usize::from(at)]].1.to_string()),
        Was::End(State::Won) => Cell::Text(process.won_title.clone()),
        Was::End(_) => Cell::Text(process.lost_title.clone()),
        Was::Day(day) => Cell::Date(day.date()),
        Was::Owner(at) => Cell::Text(book.owners[at as usize].title.clone()),
        Was::Minor(minor) => whole(minor, process.currency),
    }
}

fn notes(moves: &Moves) -> Vec<String> {
    let mut notes = Vec::new();
    if moves.untold > 0 {
        notes.push(format!(
            "{} counted without a value: theirs was not told on one of the days",
            deals_are(moves.untold)
        ));
    }
    if moves.without_rate > 0 {
        notes.push(format!(
            "{} counted without a value: no rate for their currency on one of the days, add one under `[rates]` in process.toml",
            deals_are(moves.without_rate)
        ));
    }
    notes
}

/// From opening to closing; kinds of which there is none are left out.
pub(super) fn sum_table(process: &Process, book: &Book, moves: &Moves) -> Table {
    let code = process.currency.code();
    let day = |what: &str, day: Day| Cell::Text(format!("{what} {}", crate::date::day(day.date())));
    let mut rows = vec![vec![
        day("open at the end of", moves.opening_day),
        count(moves.opening.n),
        whole(moves.opening.value_minor, process.currency),
        Cell::Nothing,
    ]];
    for kind in Kind::FLOWS {
        let sum = moves.sum(kind);
        if sum.n == 0 {
            continue;
        }
        let what = match kind {
            Kind::Rates => "change of rates",
            other => other.title(),
        };
        rows.push(vec![
            Cell::Text(format!("  {what}")),
            Cell::Count(kind.deals() * sum.n as i64),
            whole(sum.value_minor, process.currency),
            count(sum.n),
        ]);
    }
    rows.push(vec![
        day("open on", Day::of(book.as_of)),
        count(moves.closing.n),
        whole(moves.closing.value_minor, process.currency),
        Cell::Nothing,
    ]);
    Table {
        columns: vec![
            TableColumn::left(""),
            TableColumn::right("open deals"),
            TableColumn::right(format!("value {code}")),
            TableColumn::right("moves").rank(1),
        ],
        rows,
    }
}

/// `within: 3 advanced (45,000 EUR), 2 slipped (12,000 EUR)`.
pub(super) fn within(process: &Process, moves: &Moves) -> Option<String> {
    let parts: Vec<String> = Kind::WITHIN
        .into_iter()
        .map(|kind| (kind, moves.sum(kind)))
        .filter(|(_, sum)| sum.n > 0)
        .map(|(kind, sum)| {
            let value = super::money(sum.value_minor, process.currency);
            format!("{} {} ({value})", sum.n, kind.title())
        })
        .collect();
    (!parts.is_empty()).then(|| format!("of the deals open on both days: {}", parts.join(", ")))
}

pub(super) fn table(process: &Process, book: &Book, moved: &[Moved], short: Short<'_>) -> Table {
    let stages = Stages::new(process, book);
    let rows = moved.iter().take(SHOWN).map(|moved| {
        let deal = moved.deal as usize;
        let owner = book.deals.owner[deal];
        let (from, to) = (moved.from, moved.to);
        vec![
            Cell::Text(moved.kind.title().to_string()),
            Cell::Text(short(book.deals.id[deal])),
            Cell::text(account(book, deal).map(|name| shortened(name, 22))),
            said(process, book, &stages, from),
            said(process, book, &stages, to),
            whole(moved.value_minor, process.currency),
            Cell::text(owner.map(|at| book.owners[at as usize].name.as_str())),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("what"),
            TableColumn::left("deal"),
            TableColumn::left("account"),
            TableColumn::left("from").rank(2),
            TableColumn::left("to"),
            TableColumn::right(format!("value {}", process.currency.code())),
            TableColumn::left("rep").rank(1),
        ],
        rows: rows.collect(),
    }
}
