//! Entries one by one, for lists, and to find the ones that are to be removed.

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Row;

use super::super::{Handles, Store};
use super::{counting, kind, purpose};
use crate::deal::book::Day;
use crate::id::Id;
use crate::prospect::suppression::{Keys, Kind, Purpose};

/// Who must not be contacted, why, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionRow {
    pub id: Id,
    pub kind: Kind,
    pub shown: String,
    pub purpose: Purpose,
    pub reason: String,
    pub day: NaiveDate,
    /// The file it came from; none when it was said.
    pub file: Option<String>,
}

impl Store {
    /// Every entry that counts and that `wanted` takes, in the order in which they came.
    pub fn suppressions(
        &self,
        mut wanted: impl FnMut(&SuppressionRow) -> bool,
    ) -> Result<Vec<SuppressionRow>> {
        self.each_suppression(|row, _| wanted(row))
    }

    /// Entries that count and name the same thing: numbers of two countries share a key, but not both.
    pub fn suppressions_of(&self, keys: Keys) -> Result<Vec<SuppressionRow>> {
        self.each_suppression(|_, found| found == keys)
    }

    fn each_suppression(
        &self,
        mut wanted: impl FnMut(&SuppressionRow, Keys) -> bool,
    ) -> Result<Vec<SuppressionRow>> {
        self.translated(|connection| {
            let mut statement =
                connection.prepare("SELECT id, file FROM batch WHERE what = 'suppression'")?;
            let files: HashMap<i64, String> = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut statement = connection.prepare(counting!(
                "id, kind, shown, purpose, reason, day, key, key2",
                "batch"
            ))?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let keys = Keys {
                    first: row.get::<_, i64>(6)? as u64,
                    second: row.get::<_, Option<i64>>(7)?.map(|key| key as u64),
                };
                let entry = entry(row, &files)?;
                if wanted(&entry, keys) {
                    all.push(entry);
                }
            }
            all.sort_by_key(|entry| (entry.day, entry.id));
            Ok(all)
        })
    }

    /// For the short forms of entries, those of files among them.
    pub fn suppression_handles(&self) -> Result<Handles> {
        self.translated(|connection| {
            let mut statement = connection.prepare("SELECT id FROM stream")?;
            let mut ids = statement
                .query_map([], |row| Ok(Id(row.get(0)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut statement = connection.prepare("SELECT id FROM suppression_row")?;
            for id in statement.query_map([], |row| Ok(Id(row.get(0)?)))? {
                ids.push(id?);
            }
            Ok(Handles::of(ids.into_iter().map(Id::handle).collect()))
        })
    }
}

fn entry(row: &Row<'_>, files: &HashMap<i64, String>) -> Result<SuppressionRow> {
    let batch: Option<i64> = row.get(8)?;
    Ok(SuppressionRow {
        id: Id(row.get(0)?),
        kind: kind(row, 1)?,
        shown: row.get(2)?,
        purpose: purpose(row, 3)?,
        reason: row.get(4)?,
        day: Day::new(row.get(5)?).date(),
        file: batch.and_then(|batch| files.get(&batch).cloned()),
    })
}
