//! The record of what was said, as people see it.

use super::super::{Ask, Report, answer, count, or_nothing, with_notes};
use super::accuracy::{AccuracyRow, AskAccuracy, ENOUGH_CALLS};
use crate::date;
use crate::deal::book::{Book, Named};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::Process;

pub(super) fn shown(
    process: &Process,
    book: &Book,
    rows: Vec<AccuracyRow>,
    ask: AskAccuracy,
) -> Report<AccuracyRow> {
    let mut notes = Vec::new();
    if rows.iter().any(|row| row.finding == "insufficient_history") {
        notes.push(format!(
            "insufficient history: a bias has a name after {ENOUGH_CALLS} periods that are over"
        ));
    }
    let squares: f64 = rows
        .iter()
        .filter_map(|row| Some(row.brier? * row.confidence_n as f64))
        .sum();
    let deals: usize = rows.iter().map(|row| row.confidence_n).sum();
    let document = Document::default().heading(format!(
        "What was said against what was won{}, as of {}",
        ask.within
            .map(|within| format!(", {}", date::period_name(within, process.fiscal_month)))
            .unwrap_or_default(),
        date::day(book.as_of)
    ));
    let mut document = if rows.is_empty() {
        document.line(
            "nothing was said of a period that is over; salesctl forecast commit says something, salesctl nightly keeps what methods say",
        )
    } else {
        document.table(table(book, &rows))
    };
    if deals > 0 {
        document = document.line(format!(
            "confidences in deals: Brier score {:.3} over {deals} decided {}; 0 is always right, 0.25 is what 50 % for every deal comes to",
            squares / deals as f64,
            if deals == 1 { "deal" } else { "deals" }
        ));
    }
    let document = document.line(
        "of each period one word counts, the last up to its middle; the record is for learning, not for ranking",
    );
    let document = with_notes(document, &notes);
    let ask = Ask {
        period: ask.within,
        ..Ask::default()
    };
    let n = rows.len();
    Report {
        answer: answer(
            "salesctl/forecast-accuracy/1",
            process,
            book,
            &ask,
            (n, rows, notes),
        ),
        document,
    }
}

fn table(book: &Book, rows: &[AccuracyRow]) -> Table {
    let share = |share: Option<f64>| or_nothing(share, Cell::Share);
    Table {
        columns: vec![
            TableColumn::left("by"),
            TableColumn::left("of"),
            TableColumn::right("periods"),
            TableColumn::right("bias"),
            TableColumn::right("WAPE"),
            TableColumn::left("reads as"),
            TableColumn::right("deals").rank(2),
            TableColumn::right("Brier").rank(1),
        ],
        rows: rows
            .iter()
            .map(|row| {
                let name = who(book, row);
                let ahead = if row.horizon == "30_days" {
                    ", 30 d"
                } else {
                    ""
                };
                vec![
                    Cell::Text(row.by.to_string()),
                    Cell::Text(format!("{name}{ahead}")),
                    count(row.finished),
                    share(row.bias_share),
                    share(row.wape_share),
                    // In words under the table: there it has room.
                    if row.finding == "insufficient_history" {
                        Cell::Nothing
                    } else {
                        Cell::Text(row.finding.replace('_', " "))
                    },
                    if row.confidence_n == 0 {
                        Cell::Nothing
                    } else {
                        count(row.confidence_n)
                    },
                    or_nothing(row.brier, |brier| Cell::Text(format!("{brier:.3}"))),
                ]
            })
            .collect(),
    }
}

/// As people call them: methods have their own names.
fn who(book: &Book, row: &AccuracyRow) -> String {
    let title = |named: &[Named], name: &str| {
        let found = named.iter().find(|one| one.name == name);
        found.map_or_else(|| name.to_string(), |one| one.title.clone())
    };
    match (row.by, row.name.strip_prefix("team ")) {
        ("method", _) => row.name.clone(),
        (_, Some(team)) => format!("team {}", title(&book.teams, team)),
        (_, None) => title(&book.owners, &row.name),
    }
}
