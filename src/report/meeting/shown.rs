//! The page of a meeting for people: four sections, each with its sum.

use super::{Agenda, Line, Sections, command};
use crate::deal::book::{Book, Day};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::Process;
use crate::report::changes::{self, account};
use crate::report::{Ask, counted, deals_are, heading, money, or_nothing, whole};
use crate::text::shortened;

/// Lines of one section; the rest is counted, and stands in every format for machines.
const SHOWN: usize = 15;

pub(super) fn document(
    process: &Process,
    book: &Book,
    ask: &Ask,
    agenda: &Agenda<'_>,
    (open, sections): (usize, &Sections),
) -> Document {
    let mut document = Document::default()
        .heading(heading("Meeting: open deals", ask, open, book))
        .heading("What changed")
        .table(changes::sum_table(process, book, agenda.moves));
    if let Some(within) = changes::within(process, agenda.moves) {
        document = document.line(within);
    }
    let moved = &agenda.moves.moved;
    if !moved.is_empty() {
        let first = &moved[..moved.len().min(SHOWN)];
        document = document.table(changes::table(process, book, first, agenda.short));
    }
    document = rest(document, moved.len(), "salesctl report changes shows them");

    let mut number = 0;
    document = document.heading("What needs a decision");
    document = section(
        document,
        (process, book, agenda),
        &sections.decide,
        &mut number,
        match (open, book.deals.len()) {
            (0, 0) => "no open deals yet",
            (0, _) => "no open deals",
            _ => "nothing: every open deal has a next step, and time",
        },
    );
    document = document.heading("What is overdue");
    document = section(
        document,
        (process, book, agenda),
        &sections.late,
        &mut number,
        "no follow-up is overdue",
    );
    if let Some(by_rep) = late_by_rep(book, &sections.late) {
        document = document.line(by_rep);
    }
    document = document.heading(format!(
        "What is expected by {}",
        crate::date::day(agenda.quarter.to)
    ));
    for line in agenda.ahead {
        document = document.line(line.clone());
    }
    document = section(
        document,
        (process, book, agenda),
        &sections.expected,
        &mut number,
        "no open deal is to close by then",
    );
    for line in sums(process, agenda, &sections.expected) {
        document = document.line(line);
    }
    if number > 0 && agenda.live {
        document = document.line(
            "a follow-up for a line, by its number: salesctl followup add 1 \"fri: WHAT\"; to \
             another rep: salesctl deal assign DEAL --to REP",
        );
    }
    document
}

fn rest(document: Document, all: usize, how: &str) -> Document {
    match all.checked_sub(SHOWN) {
        None | Some(0) => document,
        Some(more) => document.line(format!("… and {more} more: {how}")),
    }
}

fn section(
    document: Document,
    (process, book, agenda): (&Process, &Book, &Agenda<'_>),
    lines: &[Line],
    number: &mut usize,
    none: &str,
) -> Document {
    if lines.is_empty() {
        return document.line(none);
    }
    let expected = lines.iter().any(|line| line.won.is_some());
    let mut columns = vec![
        TableColumn::right("#"),
        TableColumn::left("deal"),
        TableColumn::left("account"),
        TableColumn::left("rep"),
        TableColumn::right(format!("value {}", process.currency.code())),
        TableColumn::left("why"),
    ];
    if expected {
        columns.push(TableColumn::right("won so far").rank(2));
    }
    let rows = lines
        .iter()
        .zip(*number + 1..)
        .take(SHOWN)
        .map(|(line, number)| {
            let owner = book.deals.owner[line.deal];
            let why = match line.late_days {
                Some(days) => format!("{}, overdue {days} d", shortened(&line.why, 20)),
                None => line.why.clone(),
            };
            let mut row = vec![
                Cell::Count(number as i64),
                Cell::Text((agenda.short)(book.deals.id[line.deal])),
                Cell::text(account(book, line.deal).map(|name| shortened(name, 18))),
                Cell::text(owner.map(|at| book.owners[at as usize].name.as_str())),
                or_nothing(line.value, |minor| whole(minor, process.currency)),
                Cell::Text(why),
            ];
            if expected {
                row.push(or_nothing(line.won, |won| Cell::Share(won.share)));
            }
            row
        });
    let table = Table {
        columns,
        rows: rows.collect(),
    };
    let first = *number + 1;
    *number += lines.len();
    let document = rest(document.table(table), lines.len(), "--json shows all");
    let commands = next(book, agenda, lines.iter().take(SHOWN).zip(first..));
    commands.into_iter().fold(document, Document::line)
}

/// `next for 1, 4: salesctl followup add D7K2 "mon: go on or lose it"`: what to do about which lines, with the
/// command for the first of them. Lines under the table, since as a column they would not fit a terminal.
fn next<'a>(
    book: &Book,
    agenda: &Agenda<'_>,
    lines: impl Iterator<Item = (&'a Line, usize)>,
) -> Vec<String> {
    if !agenda.live {
        return Vec::new();
    }
    let mut alike: Vec<(&Line, Vec<String>)> = Vec::new();
    for (line, number) in lines {
        match alike.iter_mut().find(|(first, _)| first.next == line.next) {
            Some((_, numbers)) => numbers.push(number.to_string()),
            None => alike.push((line, vec![number.to_string()])),
        }
    }
    alike
        .into_iter()
        .map(|(first, numbers)| {
            let command = command(agenda.short, book.deals.id[first.deal], first.next);
            format!("next for {}: {command}", numbers.join(", "))
        })
        .collect()
}

/// `overdue by rep: jr 3, ab 1`, the most first.
fn late_by_rep(book: &Book, lines: &[Line]) -> Option<String> {
    if lines.is_empty() {
        return None;
    }
    let mut reps: Vec<(&str, usize)> = Vec::new();
    for line in lines {
        let owner = book.deals.owner[line.deal];
        let rep = owner.map_or("nobody", |at| book.owners[at as usize].name.as_str());
        match reps.iter_mut().find(|(known, _)| *known == rep) {
            Some((_, late)) => *late += 1,
            None => reps.push((rep, 1)),
        }
    }
    reps.sort_by_key(|(rep, late)| (std::cmp::Reverse(*late), *rep));
    let reps: Vec<String> = reps
        .iter()
        .map(|(rep, late)| format!("{rep} {late}"))
        .collect();
    Some(format!("overdue by rep: {}", reps.join(", ")))
}

/// What is expected in the month and in the quarter, and what history makes of it.
fn sums(process: &Process, agenda: &Agenda<'_>, lines: &[Line]) -> Vec<String> {
    if lines.is_empty() {
        return Vec::new();
    }
    let month = Day::of(agenda.month.to);
    let total = |until: Day| {
        let within = lines.iter().filter(|line| line.due <= Some(until));
        let values = within.clone().filter_map(|line| line.value);
        let sum = values.fold(0, i64::saturating_add);
        format!(
            "{} worth {} by {}",
            counted(within.count()),
            money(sum, process.currency),
            crate::date::day(until.date())
        )
    };
    let by_quarter = total(Day::of(agenda.quarter.to));
    // In the last month of a quarter both end on one day.
    let mut said = vec![if agenda.month.to == agenda.quarter.to {
        format!("expected: {by_quarter}")
    } else {
        format!("expected: {}, {by_quarter}", total(month))
    }];
    let weighted = lines.iter().filter_map(Line::weighted);
    let known = weighted.clone().count();
    if known > 0 {
        said.push(format!(
            "as deals as long in their stage went so far, {} of it: each value × the share that was won",
            money(weighted.fold(0, i64::saturating_add), process.currency)
        ));
    }
    if known < lines.len() {
        said.push(format!(
            "insufficient history: {} not weighted, fewer than {} decided deals were as long in that stage",
            deals_are(lines.len() - known),
            crate::statistics::ENOUGH
        ));
    }
    said
}
