//! The record of what was said, as people see it.

use super::super::{Ask, Report, answer, count, or_nothing, plain, with_notes};
use super::accuracy::{AccuracyRow, AskAccuracy, ENOUGH_CALLS};
use super::foretold::AHEAD;
use crate::date;
use crate::deal::book::{Book, Named};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::Process;

pub(super) fn shown(
    process: &Process,
    book: &Book,
    (rows, late): (Vec<AccuracyRow>, usize),
    ask: AskAccuracy,
) -> Report<AccuracyRow> {
    let mut notes = Vec::new();
    if rows.iter().any(|row| row.finding == "insufficient_history") {
        notes.push(format!(
            "insufficient history: a bias has a name after {ENOUGH_CALLS} periods that are over"
        ));
    }
    if late > 0 {
        notes.push(format!(
            "{} after the period and left out, since that is no foresight; salesctl forecast calls shows both days",
            if late == 1 {
                "1 call was recorded".to_string()
            } else {
                format!("{late} calls were recorded")
            }
        ));
    }
    let squares: f64 = rows
        .iter()
        .filter_map(|row| Some(row.brier? * row.confidence_n as f64))
        .sum();
    let deals: usize = rows.iter().map(|row| row.confidence_n).sum();
    let document = Document::default().heading(format!(
        "What was said against what was won in {}{}, as of {}",
        process.currency.code(),
        ask.within
            .map(|within| format!(", {}", date::period_name(within, process.fiscal_month)))
            .unwrap_or_default(),
        date::day(book.as_of)
    ));
    let mut document = if rows.is_empty() {
        document.line(
            "nothing yet: a call (salesctl forecast commit) is held against what was won once its period is over, and what methods \
             say once salesctl nightly kept it",
        )
    } else {
        document.table(table(process, book, &rows))
    };
    if deals > 0 {
        document = document.line(format!(
            "confidences in deals: Brier score {:.3} over {deals} decided {}; 0 is always right, 0.25 is what 50 % for every deal comes to",
            squares / deals as f64,
            if deals == 1 { "deal" } else { "deals" }
        ));
    }
    let document = document.line(
        "of each period one word counts: the last recorded up to its middle, or else the first after it; the record is for \
         learning, not for ranking",
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

fn table(process: &Process, book: &Book, rows: &[AccuracyRow]) -> Table {
    let share = |share: Option<f64>| or_nothing(share, Cell::Share);
    let finding = |row: &AccuracyRow| match row.finding {
        // In words under the table: there it has room.
        "insufficient_history" => Cell::Nothing,
        other => Cell::Text(other.replace('_', " ")),
    };
    let mut columns = vec![
        TableColumn::left("of"),
        TableColumn::left("periods"),
        TableColumn::right("called"),
        TableColumn::right("won"),
        TableColumn::right("bias"),
        TableColumn::right("WAPE"),
    ];
    let findings = rows.iter().any(|row| finding(row) != Cell::Nothing);
    let confidences = rows.iter().any(|row| row.confidence_n > 0);
    if findings {
        columns.push(TableColumn::left("reads as"));
    }
    if confidences {
        columns.push(TableColumn::right("deals").rank(2));
        columns.push(TableColumn::right("Brier").rank(1));
    }
    let amount = |row: &AccuracyRow, minor: i64| match row.finished {
        0 => Cell::Nothing,
        _ => plain(minor, process.currency),
    };
    let cells = |row: &AccuracyRow| {
        let mut cells = vec![
            Cell::Text(who(book, row)),
            match row.finished {
                0 => Cell::Nothing,
                _ => Cell::Text(periods(row)),
            },
            amount(row, row.said_minor),
            amount(row, row.won_minor),
            share(row.bias_share),
            share(row.wape_share),
        ];
        if findings {
            cells.push(finding(row));
        }
        if confidences {
            cells.push(match row.confidence_n {
                0 => Cell::Nothing,
                n => count(n),
            });
            cells.push(or_nothing(row.brier, |brier| {
                Cell::Text(format!("{brier:.3}"))
            }));
        }
        cells
    };
    Table {
        rows: rows.iter().map(cells).collect(),
        columns,
    }
}

/// `1 quarter`, `5 months`, `3 x 30 days`
fn periods(row: &AccuracyRow) -> String {
    let n = row.finished;
    match row.horizon {
        "30_days" => format!("{n} x {AHEAD} days"),
        kind if n == 1 => format!("1 {kind}"),
        kind => format!("{n} {kind}s"),
    }
}

/// Whose word: `Jana Roth`, `team North, adjusted to`, `method cohort`.
fn who(book: &Book, row: &AccuracyRow) -> String {
    let title = |named: &[Named], name: &str| {
        let found = named.iter().find(|one| one.name == name);
        found.map_or_else(|| name.to_string(), |one| one.title.clone())
    };
    let of = match (row.by, row.name.strip_prefix("team ")) {
        ("method", _) => return format!("method {}", row.name),
        (_, Some(team)) => format!("team {}", title(&book.teams, team)),
        (_, None) => title(&book.owners, &row.name),
    };
    if row.by == "manager" {
        format!("{of}, adjusted to")
    } else {
        of
    }
}
