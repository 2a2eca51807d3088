//! Stars: who rated whom by which topic, the latest of each person on each.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::{Connection, Row, params};

use super::{BatchFile, Moment, Store, Write};
use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded};
use crate::id::Id;
use crate::prospect::topic::Rating;

impl Store {
    /// What was said of these, by topic and then by who said it.
    pub fn ratings_of(&self, subjects: &[Id]) -> Result<Vec<Rating>> {
        let ids: Vec<String> = subjects.iter().map(|id| id.0.to_string()).collect();
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT subject, topic, rater, stars, day, note FROM rating
                 WHERE subject IN ({}) ORDER BY topic, subject, rater",
                ids.join(", ")
            ))?;
            let rows = statement.query_map([], rating)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
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

    /// Everything that was said, of merged ones and of rows of lists as of who they turned out to be.
    pub fn ratings_of_all(&self) -> Result<Vec<Rating>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT COALESCE(a.now, q.now, x.who), x.topic, x.rater, x.stars, x.day, x.note
                 FROM (SELECT COALESCE(s.entity, p.entity, r.subject) AS who, r.topic, r.rater, r.stars,
                        r.day, r.note
                    FROM rating r LEFT JOIN prospect p ON p.id = r.subject
                    LEFT JOIN prospect_state s ON s.prospect = r.subject) x
                 LEFT JOIN account_now a ON a.id = x.who LEFT JOIN person_now q ON q.id = x.who
                 ORDER BY 2, 1, 3",
            )?;
            let rows = statement.query_map([], rating)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Everybody who ever rated somebody.
    pub fn raters(&self) -> Result<Vec<String>> {
        self.translated(|connection| {
            let mut statement =
                connection.prepare("SELECT DISTINCT rater FROM rating ORDER BY rater")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn rating(row: &Row<'_>) -> rusqlite::Result<Rating> {
    Ok(Rating {
        subject: Id(row.get(0)?),
        topic: row.get(1)?,
        by: row.get(2)?,
        stars: row.get(3)?,
        day: Day::new(row.get(4)?).date(),
        note: row.get(5)?,
    })
}

/// Ratings of one person, account or name of a list, to be written together.
#[derive(Clone, Debug)]
pub struct Rated {
    pub subject: Id,
    /// A name of a list, whose stream may not have begun.
    pub is_name: bool,
    pub events: Vec<(Moment, Event)>,
}

impl Write<'_> {
    /// Writes the ratings of a file; the batch's id.
    pub fn import_ratings(&mut self, all: &[Rated], file: &BatchFile) -> Result<Id> {
        const AT_ONCE: usize = 500;
        for (n, rated) in all.iter().enumerate() {
            for (at, event) in &rated.events {
                if rated.is_name {
                    self.append_to_prospect(rated.subject, *at, [event.clone()])?;
                } else {
                    self.append(rated.subject, *at, [event.clone()])?;
                }
            }
            if (n + 1) % AT_ONCE == 0 {
                self.flush()?;
            }
        }
        let batch = self.new_id()?;
        self.add_batch_as(batch, file)?;
        Ok(batch)
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
                        Day::of(recorded.day).number(),
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
