//! A stage of the guide as it is read, drawn from its rows.

use super::Only;
use super::asked::limits_in_words;
use super::guide::GuideRow;
use crate::document::{Cell, Document, Table, TableColumn};

/// A stage as it is read: what it is for, then what to do.
pub(super) fn page(title: &str, rows: &[GuideRow]) -> Document {
    let said = |part: &str| {
        let found = rows.iter().find(|row| row.part == part);
        found.and_then(|row| row.says.clone())
    };
    let mut document = Document::default().heading(title);
    let types = rows.first().map(|row| row.only.join(", "));
    if let Some(types) = types.filter(|types| !types.is_empty()) {
        document = document.line(format!("Only for {types}"));
    }
    let lines = [
        ("What it is for", said("stage")),
        ("What the buyer does", said("buyer")),
        ("Timing", said("timing")),
        (
            "What good looks like",
            said("days").zip(said("share")).map(|(days, share)| {
                let is_unknown = |part: &'static str| {
                    let mut of_part = of_part(rows, part);
                    of_part.all(|row| row.median_days.is_none() && row.advanced_share.is_none())
                };
                if is_unknown("days") && is_unknown("share") {
                    // Once is enough.
                    let (_, why) = share.split_once(": ").unwrap_or(("", &share));
                    why.to_string()
                } else {
                    format!("{days}; {share}")
                }
            }),
        ),
    ];
    for (what, says) in lines {
        if let Some(says) = says {
            document = document.line(format!("{what}: {says}"));
        }
    }
    document = tabled(document, rows, "know", ["find out", "ask", "why"]);
    document = steps(document, rows, "step", "do");
    document = steps(document, rows, "advised", "advised, not required");
    document = tabled(document, rows, "leaves", ["it leaves when", "rule", "why"]);
    document = tools(document, rows);
    document = tabled(document, rows, "follow_up", ["follow up", "when", "why"]);
    for (what, part) in [("Goes on to", "next"), ("May go back to", "back")] {
        if let Some(says) = said(part) {
            document = document.line(format!("{what}: {says}"));
        }
    }
    document
}

fn marked(text: &str, row: &GuideRow) -> Cell {
    let limits = limits_in_words(&Only(row.only.clone()), row.ask_when.as_deref());
    Cell::Text(format!("{text}{limits}"))
}

fn of_part<'r>(rows: &'r [GuideRow], part: &'static str) -> impl Iterator<Item = &'r GuideRow> {
    rows.iter().filter(move |row| row.part == part)
}

fn with(document: Document, headings: &[&str], rows: Vec<Vec<Cell>>) -> Document {
    if rows.is_empty() {
        return document;
    }
    let columns = headings.iter().map(|heading| TableColumn::left(*heading));
    document.table(Table {
        columns: columns.collect(),
        rows,
    })
}

/// Name, what is said of it, why.
pub(super) fn tabled(
    document: Document,
    rows: &[GuideRow],
    part: &'static str,
    headings: [&str; 3],
) -> Document {
    let lines = of_part(rows, part).map(|row| {
        let name = row.name.as_deref().unwrap_or_default();
        let says = row.says.as_deref().unwrap_or_default();
        // A criterion is read in the team's words first.
        let (first, second) = if part == "leaves" {
            (says, name)
        } else {
            (name, says)
        };
        vec![
            marked(first, row),
            Cell::Text(second.to_string()),
            Cell::text(row.why.clone()),
        ]
    });
    let mut lines: Vec<Vec<Cell>> = lines.collect();
    let mut headings = headings.to_vec();
    // A criterion without words of its own is its rule.
    let is_own_rule = |row: &GuideRow| row.says == row.name;
    if part == "leaves" && of_part(rows, part).all(is_own_rule) {
        headings.remove(1);
        for line in &mut lines {
            line.remove(1);
        }
    }
    with(document, &headings, lines)
}

fn steps(document: Document, rows: &[GuideRow], part: &'static str, heading: &str) -> Document {
    let lines = of_part(rows, part).map(|row| {
        vec![
            marked(row.says.as_deref().unwrap_or_default(), row),
            Cell::text(row.who.clone()),
            Cell::text(row.why.clone()),
        ]
    });
    with(document, &[heading, "who", "why"], lines.collect())
}

fn tools(document: Document, rows: &[GuideRow]) -> Document {
    let lines = of_part(rows, "tool").flat_map(|row| {
        let letter = of_part(rows, "letter").find(|letter| letter.name == row.name);
        let command = letter.map(|letter| Cell::text(letter.says.clone()));
        let link = row.link.clone().map(Cell::Link);
        let places: Vec<Cell> = match (link, command) {
            (None, None) => vec![Cell::Nothing],
            (link, command) => link.into_iter().chain(command).collect(),
        };
        places.into_iter().enumerate().map(|(n, place)| {
            let first = n == 0;
            let name = row.name.as_deref().filter(|_| first);
            vec![
                name.map_or(Cell::Text(String::new()), |name| marked(name, row)),
                Cell::Text(row.says.clone().filter(|_| first).unwrap_or_default()),
                place,
            ]
        })
    });
    with(document, &["tool", "kind", "where"], lines.collect())
}
