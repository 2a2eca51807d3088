//! Why a prospect is worth what it is: the points of each rule, for `prospect show`.

use anyhow::Result;

use super::super::session::Session;
use crate::condition::Truth;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::id::Id;
use crate::process::Prospecting;
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
    let store = &session.store;
    let (_, facts) = store.prospect_facts(&session.process, session.today, &[name.id])?;
    let mut scores = scores(&session.process, &facts)?;
    Ok(scores.pop().map(|score| (name, score)))
}

/// The points, and with `rules` what each rule gave: those that hold first, then those that lack a fact,
/// then those that do not hold.
pub(super) fn shown(
    document: Document,
    prospecting: &Prospecting,
    score: &Score<'_>,
    rules: bool,
) -> Document {
    let priority = match (score.priority, prospecting.high, prospecting.medium) {
        (Some(priority), Some(high), Some(medium)) => format!(
            ", {} priority (high from {high}, medium from {medium})",
            priority.name()
        ),
        _ => String::new(),
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
        let (points, beside) = match line.truth {
            Truth::Met => (format!("{:+}", line.points), String::new()),
            Truth::Missing => {
                let missing = match line.missing.as_slice() {
                    [] => "what it asks".to_string(),
                    missing => missing.join(", ").replace('_', " "),
                };
                (
                    "?".into(),
                    format!("{:+}: {missing} not known", line.points),
                )
            }
            Truth::NotMet => ("0".into(), format!("{:+}: does not hold", line.points)),
        };
        let words = [points, line.words.into(), beside, line.when.into()];
        words.map(Cell::Text).to_vec()
    };
    document.table(Table {
        columns: vec![
            TableColumn::right("points"),
            TableColumn::left("because"),
            TableColumn::left("beside it"),
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
