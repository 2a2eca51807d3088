//! Where a name came from: every row of whoever has an e-mail address, whether it counts or not.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, params};

use super::Store;
use super::query::date;
use crate::id::Id;
use crate::prospect::Fate;

/// A row of a list that is of whoever has the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub name: Id,
    pub list: Id,
    pub batch: Id,
    pub file: String,
    pub line: u64,
    pub fate: Fate,
    /// When its batch came in, and by whom; none for one that was never completed.
    pub imported: Option<(NaiveDate, String)>,
    /// Whether its batch counts.
    pub counts: bool,
    pub responded: Option<NaiveDate>,
    /// When this very name was told that we have it.
    pub notice_given: Option<NaiveDate>,
    /// Otherwise it was taken for the same person by the rest of the row.
    pub has_address: bool,
}

impl Store {
    /// Rows of lists with this e-mail address, and rows that were taken for the same person though they
    /// lack it; those of undone imports too: they are kept.
    pub fn memberships(&self, email: &str) -> Result<Vec<Membership>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "WITH whose (entity) AS (
                    SELECT COALESCE(s.entity, p.entity) FROM prospect p
                    LEFT JOIN prospect_state s ON s.prospect = p.id WHERE p.email = $1 AND p.fate <> 4
                    UNION SELECT id FROM person WHERE email = $1 COLLATE NOCASE),
                 rows_of (id) AS (
                    SELECT id FROM prospect WHERE email = $1 UNION SELECT entity FROM whose
                    UNION SELECT p.id FROM whose w JOIN prospect p ON p.entity = w.entity AND p.entity <> p.id
                    UNION SELECT s.prospect FROM whose w JOIN prospect_state s ON s.entity = w.entity)
                 SELECT p.id, p.list, p.batch, r.file, p.line, p.fate,
                    EXISTS (SELECT 1 FROM batch b WHERE b.id = p.batch), s.responded, s.notice_given,
                    COALESCE(p.email = $1, 0)
                 FROM rows_of o JOIN prospect p ON p.id = o.id JOIN import_run r ON r.id = p.batch
                 LEFT JOIN prospect_state s ON s.prospect = p.id
                 WHERE p.email = $1 OR COALESCE(s.entity, p.entity) IN (SELECT entity FROM whose)
                 ORDER BY p.id",
            )?;
            let mut imported = connection
                .prepare_cached("SELECT day, actor FROM event WHERE stream = $1 AND seq = 1")?;
            let mut rows = statement.query([email])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let batch: i64 = row.get(2)?;
                let by: Option<(i32, String)> = imported
                    .query_row([batch], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                found.push(Membership {
                    name: Id(row.get(0)?),
                    list: Id(row.get(1)?),
                    batch: Id(batch),
                    file: row.get(3)?,
                    line: row.get::<_, i64>(4)? as u64,
                    fate: Fate::from_number(row.get(5)?).unwrap_or(Fate::New),
                    imported: by.and_then(|(day, actor)| Some((date(Some(day))?, actor))),
                    counts: row.get(6)?,
                    responded: date(row.get(7)?),
                    notice_given: date(row.get(8)?),
                    has_address: row.get(9)?,
                });
            }
            Ok(found)
        })
    }

    /// Persons with this e-mail address: id, name, when and by whom they were taken up.
    pub fn persons_of_email(&self, email: &str) -> Result<Vec<(Id, String, NaiveDate, String)>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT p.id, p.name, e.day, e.actor FROM person p
                 JOIN event e ON e.stream = p.id AND e.seq = 1
                 WHERE p.email = $1 COLLATE NOCASE ORDER BY p.id",
            )?;
            let mut rows = statement.query(params![email])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let day = crate::deal::book::Day::new(row.get(2)?).date();
                found.push((Id(row.get(0)?), row.get(1)?, day, row.get(3)?));
            }
            Ok(found)
        })
    }

    /// Lists on which the address is a decoy.
    pub fn decoys_of_email(&self, email: &str) -> Result<Vec<(Id, bool)>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT list, ours FROM list_seed WHERE email = $1 COLLATE NOCASE ORDER BY list",
            )?;
            let rows = statement.query_map([email], |row| Ok((Id(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
