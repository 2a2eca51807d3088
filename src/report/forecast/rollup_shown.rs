//! The roll-up as people see it.

use chrono::NaiveDate;

use super::super::{Ask, Report, answer, money, or_nothing, plain, with_notes};
use super::rollup::RollupRow;
use crate::date;
use crate::deal::book::Book;
use crate::deal::event::ForecastSnapshot;
use crate::document::{Cell, Document, Period, Table, TableColumn};
use crate::process::Process;
use crate::text::quoted;

pub(super) fn shown(
    process: &Process,
    book: &Book,
    period: Period,
    rows: Vec<RollupRow>,
    forecast: Result<&ForecastSnapshot, &str>,
) -> Report<RollupRow> {
    let ask = Ask {
        period: Some(period),
        ..Ask::default()
    };
    let mut notes = Vec::new();
    let silent: Vec<&str> = rows
        .iter()
        .filter(|row| row.level == "rep" && row.called_minor.is_none())
        .filter_map(|row| row.name.as_deref())
        .collect();
    if !silent.is_empty() {
        let next = if period.to < book.as_of {
            String::new()
        } else {
            let rep = quoted(silent[0]);
            let of = as_option(period, book.as_of, process.fiscal_month);
            format!("; salesctl forecast commit --rep {rep}{of} --amount AMOUNT")
        };
        notes.push(format!(
            "no word of {}: counted with what they won{next}",
            silent.join(", ")
        ));
    }
    let table = table(process, book, &rows);
    let mut document = Document::default()
        .heading(format!(
            "Roll-up of {} in {}, as of {}",
            date::period_name(period, process.fiscal_month),
            process.currency.code(),
            date::day(book.as_of)
        ))
        .line(
            "rolled up = called + more won than was called + adjusted by managers; a team is the sum of its reps and its own \
             adjustment",
        )
        .table(table);
    for row in &rows {
        if let (Some(by), Some(on), Some(from), Some(rollup)) = (
            &row.adjusted_by,
            row.adjusted,
            row.adjusted_from_minor,
            row.rollup_minor,
        ) {
            let why = row.adjusted_why.as_deref().unwrap_or_default();
            document = document.line(format!(
                "{}: {} instead of {} by {by} on {}: \"{why}\"",
                called(book, row),
                money(rollup, process.currency),
                money(from, process.currency),
                date::day(on)
            ));
        }
    }
    match forecast {
        Ok(forecast) => {
            document = document.line(format!(
                "method: {}, won so far included; salesctl forecast shows its range and its record",
                forecast.chosen
            ));
        }
        Err(why) => notes.push(format!("no method speaks: {why}")),
    }
    let document = with_notes(document, &notes);
    let n = rows.iter().filter(|row| row.level == "rep").count();
    Report {
        answer: answer(
            "salesctl/forecast-rollup/1",
            process,
            book,
            &ask,
            (n, rows, notes),
        ),
        document,
    }
}

/// ` --period 2026-12`, as it is typed; nothing for the quarter that runs.
fn as_option(period: Period, today: NaiveDate, fiscal_month: u32) -> String {
    let is = |typed: &str| date::parse_period(typed, today, fiscal_month) == Ok(period);
    if is("this quarter") {
        return String::new();
    }
    let name = date::period_name(period, fiscal_month);
    if is(&name) {
        format!(" --period {name}")
    } else {
        format!(" --period {}..{}", period.from, period.to)
    }
}

/// An amount of a line.
type Of = fn(&RollupRow) -> Option<i64>;

fn table(process: &Process, book: &Book, rows: &[RollupRow]) -> Table {
    // The heading says of which currency, so that the columns have room.
    let amount = |minor: Option<i64>| or_nothing(minor, |minor| plain(minor, process.currency));
    // Of nobody there is nothing to tell; the terms of the sum stand before what they come to.
    let any = |of: Of| rows.iter().any(|row| of(row).is_some());
    let all: [(&str, u8, Of); 8] = [
        ("won so far", 1, |row| Some(row.won_minor)),
        ("called", 0, |row| row.called_minor),
        ("more won", 0, |row| {
            Some(row.beyond_minor).filter(|minor| *minor != 0)
        }),
        ("adjusted", 0, |row| row.adjustment_minor),
        ("rolled up", 0, |row| row.rollup_minor),
        ("best case", 3, |row| row.best_case_minor),
        ("method", 0, |row| row.method_minor),
        ("target", 2, |row| row.target_minor),
    ];
    let all: Vec<_> = all.into_iter().filter(|(.., of)| any(*of)).collect();
    let mut columns = vec![TableColumn::left("who")];
    columns.extend(
        all.iter()
            .map(|(name, rank, _)| TableColumn::right(*name).rank(*rank)),
    );
    let cells = |row: &RollupRow| {
        let mut cells = vec![Cell::Text(called(book, row))];
        cells.extend(all.iter().map(|(.., of)| amount(of(row))));
        cells
    };
    Table {
        rows: rows.iter().map(cells).collect(),
        columns,
    }
}

fn called(book: &Book, row: &RollupRow) -> String {
    let named = match row.level {
        "rep" => &book.owners,
        "team" => &book.teams,
        "company" => return "company".to_string(),
        _ => return "not open yet".to_string(),
    };
    let Some(name) = &row.name else {
        return "(nobody)".to_string();
    };
    let title = named
        .iter()
        .find(|one| one.name == *name)
        .map_or(name, |one| &one.title);
    if row.level == "team" {
        format!("team {title}")
    } else {
        title.clone()
    }
}
