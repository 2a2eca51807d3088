//! Why a prospect is worth what it is: the points of each rule, for `prospect show`.

use anyhow::Result;

use super::super::session::Session;
use crate::condition::Truth;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::id::Id;
use crate::process::prospect_columns;
use crate::prospect::score::{Line, Score, scores};
use crate::store::Name;

/// The score of one of these rows of lists, with the row; none where the process has no rules.
pub(super) fn score<'n, 's>(
    session: &'s Session<'_>,
    names: &'n [Name],
    id: Id,
) -> Result<Option<(&'n Name, Score<'s>)>> {
    let of = names.iter().find(|name| name.id == id);
    let (Some(name), false) = (of, session.process.scores.is_empty()) else {
        return Ok(None);
    };
    let list = match &name.list {
        Some(code) => session.store.list(code)?,
        None => None,
    };
    let kind = list.map(|list| list.terms.kind.name());
    let columns = prospect_columns(&session.process.fields, false);
    let facts = name.facts(&columns, kind, session.today);
    let mut scores = scores(&session.process, &[facts])?;
    Ok(scores.pop().map(|score| (name, score)))
}

/// The points, and with `rules` what each rule gave: those that hold first, then those that lack a fact,
/// then those that do not hold.
pub(super) fn shown(document: Document, score: &Score<'_>, rules: bool) -> Document {
    let priority = match score.priority {
        Some(priority) => format!(", {} priority", priority.name()),
        None => String::new(),
    };
    let document = document.heading(format!("score {}{priority}", score.points));
    if !rules {
        return document;
    }
    let mut lines: Vec<&Line<'_>> = score.lines.iter().collect();
    lines.sort_by_key(|line| match line.truth {
        Truth::Met => 0,
        Truth::Missing => 1,
        Truth::NotMet => 2,
    });
    let row = |line: &&Line<'_>| {
        let (mark, beside) = match line.truth {
            Truth::Met => (format!("{:+}", line.points), String::new()),
            Truth::Missing if line.missing.is_empty() => ("?".into(), "not known".into()),
            Truth::Missing => ("?".into(), format!("{} not known", line.missing.join(", "))),
            Truth::NotMet => ("0".into(), "does not hold".into()),
        };
        let worth = match line.truth {
            Truth::Met => line.when.to_string(),
            _ => format!("{beside}; {:+} if {}", line.points, line.when),
        };
        vec![
            Cell::Text(mark),
            Cell::Text(line.words.to_string()),
            Cell::Text(worth),
        ]
    };
    document.table(Table {
        columns: vec![
            TableColumn::right("points"),
            TableColumn::left("because"),
            TableColumn::left("rule").rank(1),
        ],
        rows: lines.iter().map(row).collect(),
    })
}

pub(super) fn verdict(truth: Truth) -> &'static str {
    match truth {
        Truth::Met => "met",
        Truth::NotMet => "not met",
        Truth::Missing => "missing",
    }
}
