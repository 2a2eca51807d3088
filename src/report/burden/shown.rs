//! The burden as people read it: a table, then what nobody reads, then what is typed.

use super::super::{Ask, count, heading, or_nothing, with_notes};
use super::{BurdenRow, Typing};
use crate::deal::book::Book;
use crate::document::{Answer, Cell, Document, Table, TableColumn};
use crate::money::grouped;

/// What is counted, for whoever asks.
const EXPLAINED: &[&str] = &[
    "asked: gates that deals went through, or were passed over, whose process required it of them then; those that `only` or `ask_when` spared are left alone. A win goes through all gates that are left and asks for a thing once. Moves that a file told are no gates, and a try that was refused leaves no trace.",
    "filled: it was there at the end of that day. overridden: the gate was passed over it, with a reason.",
    "read by: conditions of gates, of `ask_when`, customer types, scores, metrics and their targets, checks, texts of tools, follow-ups after a step; reports and forecasts that every process has. To be required is not to be read, nor to be printed by guide, matrix and map.",
    "wins: of the deals that closed in the period and were asked for it before they closed, the share won with it less the share won without it; 95 % interval by method 10 of Newcombe (1998).",
    "typed: fields, roles, steps, next steps and the account that somebody typed for a deal won here. What an import told, or a command filled in by itself, is not typed. Minutes are not told: nobody has measured how long a value takes.",
];

pub(super) fn document(
    answer: &Answer<BurdenRow>,
    ask: &Ask,
    book: &Book,
    typing: Typing,
    explain: bool,
) -> Document {
    let what = "Burden: gates that deals went through";
    let mut document = Document::default()
        .heading(heading(what, ask, answer.n, book))
        .table(table(&answer.rows));
    for row in answer.rows.iter().filter(|row| row.read_by.is_empty()) {
        document = document.line(format!(
            "{} ({}): nobody reads it: drop it or use it",
            row.name, row.kind
        ));
    }
    if let Some(words) = typing.in_words() {
        document = document.line(words);
    }
    if explain {
        for line in EXPLAINED {
            document = document.line(*line);
        }
    }
    with_notes(document, &answer.notes)
}

fn table(rows: &[BurdenRow]) -> Table {
    let columns = vec![
        TableColumn::left("asked for"),
        TableColumn::left("").rank(4),
        TableColumn::right("asked"),
        TableColumn::right("left alone").rank(5),
        TableColumn::right("filled"),
        TableColumn::right("overridden"),
        TableColumn::right("wins").rank(1),
        TableColumn::right("n").rank(2),
        TableColumn::right("typed").rank(3),
        TableColumn::left("read by"),
    ];
    let lines = rows.iter().map(|row| {
        vec![
            Cell::Text(row.name.clone()),
            Cell::Text(row.kind.to_string()),
            count(row.asked),
            count(row.left_alone),
            or_nothing(row.filled_share, Cell::Share),
            or_nothing(row.overridden_share, Cell::Share),
            Cell::text(wins(row)),
            Cell::Text(format!(
                "{} + {}",
                grouped(row.with_n as u64),
                grouped(row.without_n as u64)
            )),
            or_nothing(row.typed_per_won, |n| Cell::Text(format!("{n:.1}"))),
            Cell::Text(reading(&row.read_by)),
        ]
    });
    Table {
        columns,
        rows: lines.collect(),
    }
}

/// `+18 points (−3 to +36)`: shares are 67 % and 49 %.
fn wins(row: &BurdenRow) -> Option<String> {
    let signed = |share: f64| {
        let whole = (share * 100.0).round();
        match whole {
            x if x < 0.0 => format!("−{:.0}", -x),
            x if x > 0.0 => format!("+{x:.0}"),
            _ => "0".to_string(),
        }
    };
    let (low, high) = row.difference_low.zip(row.difference_high)?;
    let difference = signed(row.difference_share?);
    Some(format!(
        "{difference} points ({} to {})",
        signed(low),
        signed(high)
    ))
}

/// `gate, 2 metrics`: what kinds of readers there are, and how many of each.
fn reading(read_by: &[String]) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for reader in read_by {
        let kind = reader.split(' ').next().unwrap_or_default();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, n)) => *n += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let words = kinds.into_iter().map(|(kind, n)| match n {
        1 => kind.to_string(),
        n => format!("{n} {kind}s"),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() {
        "nobody".to_string()
    } else {
        words.join(", ")
    }
}
