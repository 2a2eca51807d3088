//! Stars: who rated whom by which topic, the latest of each person on each.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, ToSql, params};

use super::Store;
use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded};
use crate::id::Id;

/// The stars that one person gave for one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    pub subject: Id,
    pub topic: String,
    /// Who says so.
    pub by: String,
    /// 1 to 5.
    pub stars: u8,
    pub day: NaiveDate,
    pub note: Option<String>,
}

impl Store {
    /// What was said of these, by topic and then by who said it.
    pub fn ratings_of(&self, subjects: &[Id]) -> Result<Vec<Rating>> {
        let ids: Vec<String> = subjects.iter().map(|id| id.0.to_string()).collect();
        self.ratings(&format!("subject IN ({})", ids.join(", ")), &[])
    }

    /// All that was said by a topic, by subject.
    pub fn ratings_by(&self, topic: &str) -> Result<Vec<Rating>> {
        self.ratings("topic = $1", &[&topic])
    }

    /// Every topic in use, with how many were rated by it.
    pub fn topics(&self) -> Result<BTreeMap<String, usize>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT topic, COUNT(DISTINCT subject) FROM rating GROUP BY topic ORDER BY topic",
            )?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn ratings(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<Rating>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT subject, topic, rater, stars, day, note FROM rating
                 WHERE {filter} ORDER BY topic, subject, rater"
            ))?;
            let rows = statement.query_map(values, |row| {
                Ok(Rating {
                    subject: Id(row.get(0)?),
                    topic: row.get(1)?,
                    by: row.get(2)?,
                    stars: row.get(3)?,
                    day: Day(row.get(4)?).date(),
                    note: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

pub(super) fn project(
    connection: &Connection,
    id: Id,
    events: &[Recorded],
    fresh: bool,
) -> Result<()> {
    if !fresh {
        connection
            .prepare_cached("DELETE FROM rating WHERE subject = $1")?
            .execute([id.0])?;
    }
    for recorded in effective_order(events) {
        match &recorded.event {
            Event::Rated {
                topic,
                stars,
                by,
                note,
            } => {
                connection
                    .prepare_cached(
                        "INSERT INTO rating (subject, topic, rater, stars, day, note)
                         VALUES ($1, $2, $3, $4, $5, $6)
                         ON CONFLICT (subject, topic, rater) DO UPDATE SET
                            stars = excluded.stars, day = excluded.day, note = excluded.note",
                    )?
                    .execute(params![
                        id.0,
                        topic,
                        by,
                        stars,
                        Day::of(recorded.day).0,
                        note.as_ref().map(|note| &note.text),
                    ])?;
            }
            Event::RatingTaken { topic, by } => {
                connection
                    .prepare_cached(
                        "DELETE FROM rating WHERE subject = $1 AND topic = $2 AND rater = $3",
                    )?
                    .execute(params![id.0, topic, by])?;
            }
            _ => {}
        }
    }
    Ok(())
}
