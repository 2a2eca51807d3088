//! What was suggested to change in the process, what was answered, and when it was reviewed, as their streams tell it.

use anyhow::Result;
use chrono::{DateTime, Utc};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::Store;
use super::query::date;
use crate::deal::book::Day;
use crate::deal::event::Recorded;
use crate::deal::suggestion::{Answer, Review, Suggestion, Verdict};
use crate::fault::Fault;
use crate::id::{Id, canonical_handle};
use crate::text::visible;

/// So many candidates are listed.
const LISTED: usize = 10;

impl Store {
    /// All suggestions that were not taken back, the oldest first.
    pub fn suggestions(&self) -> Result<Vec<Suggestion>> {
        self.suggestion_rows("1 = 1", &[])
    }

    /// The one suggestion that `typed` begins the id of; otherwise the reason, with the candidates (exit code 4).
    pub fn resolve_suggestion(&self, typed: &str) -> Result<Suggestion> {
        let typed = typed.trim();
        let mut found = match canonical_handle(typed) {
            Some(prefix) => {
                let upper = format!("{prefix}~");
                self.suggestion_rows(
                    "id IN (SELECT id FROM stream WHERE handle >= $1 AND handle < $2)",
                    &[&prefix, &upper],
                )?
            }
            None => Vec::new(),
        };
        if found.len() > 1 {
            let mut fault = Fault::not_found(format!(
                "`{}` begins the id of {} suggestions: say which by more of it",
                visible(typed),
                found.len()
            ));
            for one in found.iter().take(LISTED) {
                let short = self.short(one.id)?;
                fault = fault.hint(format!(
                    "{short}  {}  {}",
                    visible(&one.actor),
                    visible(&one.text)
                ));
            }
            return Err(fault.into());
        }
        found.pop().ok_or_else(|| {
            Fault::not_found(format!("no suggestion matches `{}`", visible(typed)))
                .hint("salesctl process suggestions --all shows them")
                .into()
        })
    }

    fn suggestion_rows(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<Suggestion>> {
        self.translated(|connection| {
            let sql = format!(
                "SELECT id, text, stage, day, at, actor, version, verdict, answer, answered, answered_by
                 FROM suggestion WHERE {filter} ORDER BY at, id"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(values)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(suggestion(row)?);
            }
            Ok(found)
        })
    }

    /// The reviews of the process that were not taken back, the latest last.
    pub fn reviews(&self) -> Result<Vec<Review>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, day, at, actor, note FROM process_review ORDER BY day, at, id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Review {
                    id: Id(row.get(0)?),
                    day: Day::new(row.get(1)?).date(),
                    at: instant(row.get(2)?),
                    actor: row.get(3)?,
                    note: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default()
}

fn suggestion(row: &Row<'_>) -> Result<Suggestion> {
    let verdict: Option<String> = row.get(7)?;
    let answer = match verdict {
        None => None,
        Some(verdict) => Some(Answer {
            verdict: Verdict::from_name(&verdict).ok_or_else(|| {
                Fault::damaged(format!("unknown answer to a suggestion `{verdict}`"))
            })?,
            text: row.get(8)?,
            day: date(row.get(9)?)
                .ok_or_else(|| Fault::damaged("a suggestion was answered on no day"))?,
            actor: row.get(10)?,
        }),
    };
    Ok(Suggestion {
        id: Id(row.get(0)?),
        text: row.get(1)?,
        stage: row.get(2)?,
        day: Day::new(row.get(3)?).date(),
        at: instant(row.get(4)?),
        actor: row.get(5)?,
        version: row.get(6)?,
        answer,
    })
}

pub(super) fn project(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM suggestion WHERE id = $1")?
        .execute([id.0])?;
    let Some(suggestion) = Suggestion::from_events(events) else {
        return Ok(());
    };
    let answer = suggestion.answer.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO suggestion (id, text, stage, day, at, actor, version, verdict, answer, answered,
                answered_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )?
        .execute(params![
            id.0,
            suggestion.text,
            suggestion.stage,
            Day::of(suggestion.day).number(),
            suggestion.at.timestamp_millis(),
            suggestion.actor,
            suggestion.version,
            answer.map(|answer| answer.verdict.name()),
            answer.map(|answer| answer.text.as_str()),
            answer.map(|answer| Day::of(answer.day).number()),
            answer.map(|answer| answer.actor.as_str()),
        ])?;
    Ok(())
}

pub(super) fn project_review(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM process_review WHERE id = $1")?
        .execute([id.0])?;
    let Some(review) = Review::from_events(events) else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO process_review (id, day, at, actor, note) VALUES ($1, $2, $3, $4, $5)",
        )?
        .execute(params![
            id.0,
            Day::of(review.day).number(),
            review.at.timestamp_millis(),
            review.actor,
            review.note,
        ])?;
    Ok(())
}
