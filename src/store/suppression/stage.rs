//! A file of suppressions on its way in: rows are written in short transactions, so that nobody waits
//! long, and all count from the moment their batch is recorded.

use anyhow::{Result, anyhow};
use chrono::{NaiveDate, TimeDelta};
use rusqlite::{Transaction, TransactionBehavior, params};

use super::super::{Acting, BatchFile, Store, Write};
use crate::deal::book::Day;
use crate::fault::Fault;
use crate::id::Id;
use crate::prospect::suppression::{Keys, Kind, Purpose};

/// What an unfinished import left is kept so long, since it may still be running.
const UNFINISHED: TimeDelta = TimeDelta::days(1);
/// Rows deleted in one transaction.
const CHUNK: i64 = 50_000;

/// One thing that a row of a file suppresses.
#[derive(Clone, Debug)]
pub struct Staged {
    pub line: u64,
    pub kind: Kind,
    pub keys: Keys,
    pub shown: String,
    pub purpose: Purpose,
    pub reason: String,
}

/// A batch that does not count yet.
#[derive(Clone, Copy, Debug)]
pub struct Staging {
    pub batch: Id,
    millis: i64,
    day: NaiveDate,
    rows: i64,
}

impl Store {
    /// Begins a batch; what imports that never ended left behind is cleared away.
    pub fn begin_suppressions(&self, acting: &Acting) -> Result<Staging> {
        self.refuse_a_full_disk()?;
        let millis = acting.now.timestamp_millis();
        let batch = self.translated(|connection| {
            let cutoff = Id::from_parts((acting.now - UNFINISHED).timestamp_millis(), 0);
            let mut clear = connection.prepare(
                "DELETE FROM suppression_row WHERE id IN (SELECT id FROM suppression_row
                 WHERE batch < $1 AND batch NOT IN (SELECT id FROM stream) LIMIT $2)",
            )?;
            while clear.execute([cutoff.0, CHUNK])? > 0 {}
            for _ in 0..100 {
                let id = self.ids.borrow_mut().next(millis);
                if is_free(connection, id, 1)? {
                    return Ok(id);
                }
            }
            Err(anyhow!("no free id in a hundred tries"))
        })?;
        Ok(Staging {
            batch,
            millis,
            day: acting.today,
            rows: 0,
        })
    }

    /// Writes rows of a batch that does not count yet, in one short transaction.
    pub fn stage_suppressions(&self, staging: &mut Staging, rows: &[Staged]) -> Result<()> {
        self.translated(|connection| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let first = self.free_range(&transaction, staging.millis, rows.len() as i64)?;
            {
                let mut insert = transaction.prepare_cached(
                    "INSERT INTO suppression_row (id, batch, line, kind, key, key2, shown, purpose, reason, day)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                )?;
                for (n, row) in rows.iter().enumerate() {
                    insert.execute(params![
                        first.0 + n as i64,
                        staging.batch.0,
                        row.line as i64,
                        row.kind.name(),
                        row.keys.first as i64,
                        row.keys.second.map(|key| key as i64),
                        row.shown,
                        row.purpose.name(),
                        row.reason,
                        Day::of(staging.day).number(),
                    ])?;
                }
            }
            transaction.commit()?;
            Ok(())
        })?;
        staging.rows += rows.len() as i64;
        Ok(())
    }

    /// The first of so many free ids in a row. Many ids of one millisecond leave no gap that long; the next
    /// one has it.
    fn free_range(&self, transaction: &Transaction<'_>, millis: i64, n: i64) -> Result<Id> {
        for ahead in 0..100 {
            let first = self.ids.borrow_mut().next(millis + ahead);
            if is_free(transaction, first, n)? {
                return Ok(first);
            }
        }
        Err(anyhow!("no free ids in a hundred tries"))
    }
}

fn is_free(connection: &rusqlite::Connection, first: Id, n: i64) -> Result<bool> {
    for table in ["stream", "suppression_row", "prospect"] {
        let taken = connection
            .prepare_cached(&format!("SELECT 1 FROM {table} WHERE id >= $1 AND id < $2"))?
            .exists([first.0, first.0 + n])?;
        if taken {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Write<'_> {
    /// Makes a staged batch count.
    pub fn finish_suppressions(&mut self, staging: &Staging, file: &BatchFile) -> Result<()> {
        let found: i64 = self.transaction.query_row(
            "SELECT COUNT(*) FROM suppression_row WHERE batch = $1",
            [staging.batch.0],
            |row| row.get(0),
        )?;
        if found != staging.rows {
            return Err(Fault::store(format!(
                "{found} of {} rows of this import are there; another command cleared the rest away",
                staging.rows
            ))
            .hint("nothing was imported; run the command again")
            .into());
        }
        self.add_batch_as(staging.batch, file)
    }
}
