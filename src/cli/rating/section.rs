//! The ratings of one of them on a page: a line for each who said something, with what they come to together.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::super::contact::Subject;
use super::super::session::Session;
use super::ids;
use crate::deal::event::StreamKind;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::id::Id;
use crate::prospect::topic::{self, mean_words};

/// What several people say by one topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Opinion {
    pub(crate) topic: String,
    pub(crate) mean_stars: f64,
    pub(crate) n: usize,
    /// Whom it is about, when that is not the subject of the page.
    pub(crate) of: Option<String>,
    pub(crate) ratings: Vec<Said>,
}

/// What one of them said last.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Said {
    pub(crate) by: String,
    pub(crate) stars: u8,
    pub(crate) day: NaiveDate,
    pub(crate) note: Option<String>,
}

/// Every line of the section as `forecasting 5 of 5: "talked at the fair"`.
pub(crate) fn said(opinions: &[Opinion]) -> impl Iterator<Item = (String, &Said)> {
    opinions.iter().flat_map(|opinion| {
        opinion.ratings.iter().map(|said| {
            let note = said.note.as_ref().map(|note| format!(": \"{note}\""));
            let note = note.unwrap_or_default();
            let words = format!("{} {} of 5{note}", opinion.topic, said.stars);
            (words, said)
        })
    })
}

/// What was said of a name of a list, whichever of their rows it is, and of who they turned out to be.
pub(crate) fn of_name(session: &Session<'_>, name: Id) -> Result<Vec<Opinion>> {
    let subject = Subject::new(StreamKind::Prospect, name, "");
    opinions(session, &ids(session, &subject)?, name, None)
}

/// What was said of one who has these ids, `now` the one of today; `of` names whom on the page of another.
pub(crate) fn opinions(
    session: &Session<'_>,
    ids: &[Id],
    now: Id,
    of: Option<&str>,
) -> Result<Vec<Opinion>> {
    let ratings = session.store.ratings_of(ids)?;
    let opinions = topic::combined(ratings, Some(now)).into_iter();
    Ok(opinions
        .map(|one| Opinion {
            topic: one.topic,
            mean_stars: one.mean,
            n: one.ratings.len(),
            of: of.map(str::to_string),
            ratings: one
                .ratings
                .into_iter()
                .map(|rating| Said {
                    by: rating.by,
                    stars: rating.stars,
                    day: rating.day,
                    note: rating.note,
                })
                .collect(),
        })
        .collect())
}

/// Adds the ratings to a page.
pub(crate) fn rated(document: Document, opinions: &[Opinion]) -> Document {
    if opinions.is_empty() {
        return document;
    }
    let of_others = opinions.iter().any(|one| one.of.is_some());
    let noted = opinions
        .iter()
        .flat_map(|one| &one.ratings)
        .any(|said| said.note.is_some());
    let mut columns = vec![
        TableColumn::left("topic"),
        TableColumn::left("of"),
        TableColumn::right("mean"),
        TableColumn::right("stars"),
        TableColumn::left("by"),
        TableColumn::left("day"),
        TableColumn::left("note"),
    ];
    let keep = [true, of_others, true, true, true, true, noted];
    let kept = |at: usize| keep.get(at).copied().unwrap_or(true);
    let mut rows = Vec::new();
    for opinion in opinions {
        for (n, said) in opinion.ratings.iter().enumerate() {
            let first = |text: String| Cell::Text(if n == 0 { text } else { String::new() });
            let cells = [
                first(opinion.topic.clone()),
                first(opinion.of.clone().unwrap_or_default()),
                first(mean_words(opinion.mean_stars)),
                Cell::Count(i64::from(said.stars)),
                Cell::Text(said.by.clone()),
                Cell::Date(said.day),
                Cell::Text(said.note.clone().unwrap_or_default()),
            ];
            let cells = cells.into_iter().enumerate();
            rows.push(
                cells
                    .filter(|(at, _)| kept(*at))
                    .map(|(_, cell)| cell)
                    .collect(),
            );
        }
    }
    let mut at = 0;
    columns.retain(|_| {
        at += 1;
        kept(at - 1)
    });
    document.line("rated").table(Table { columns, rows })
}
