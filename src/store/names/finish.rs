//! The end of a run: fates in short transactions, then the one event that makes its names count.

use anyhow::Result;
use rusqlite::{OptionalExtension, params};

use super::super::{Acting, Outcome, Store, Write, open};
use super::name_id;
use super::run::{Run, RunState};
use crate::deal::event::{Event, StreamKind};
use crate::fault::Fault;
use crate::id::Id;
use crate::prospect::{Counts, Fate};

/// What a name turned out to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fated {
    pub name: Id,
    pub fate: Fate,
    pub entity: Id,
    pub probability: f32,
}

/// How many names of a run came to the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub fate: Fate,
    /// Why they are suppressed.
    pub reason: Option<String>,
    /// Codes of what is imperfect, parted by blanks.
    pub warnings: Option<String>,
    pub n: u64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completed {
    pub batch: Id,
    pub outcome: Outcome,
}

/// Rows changed in one transaction.
const AT_ONCE: usize = 2_000;

impl Store {
    /// Writes down who the names of a run are. Run again, it comes to the same.
    pub fn settle(
        &self,
        run: &Run,
        fates: &[Fated],
        employers: &[(Id, Id, f32)],
        unsure: &[(Id, Id, f32)],
        mut progress: impl FnMut(usize),
    ) -> Result<()> {
        for chunk in fates.chunks(AT_ONCE) {
            self.in_short(|connection| {
                let mut statement = connection.prepare_cached(
                    "UPDATE prospect SET fate = $1, entity = $2, probability = $3 WHERE id = $4",
                )?;
                for fated in chunk {
                    statement.execute(params![
                        fated.fate.number(),
                        fated.entity.0,
                        f64::from(fated.probability),
                        fated.name.0
                    ])?;
                }
                Ok(())
            })?;
            progress(chunk.len());
        }
        for chunk in employers.chunks(AT_ONCE) {
            self.in_short(|connection| {
                let mut statement = connection.prepare_cached(
                    "INSERT INTO prospect_employer (prospect, account, probability) VALUES ($1, $2, $3)
                     ON CONFLICT (prospect) DO UPDATE SET account = excluded.account,
                     probability = excluded.probability",
                )?;
                for (name, account, probability) in chunk {
                    statement.execute(params![name.0, account.0, f64::from(*probability)])?;
                }
                Ok(())
            })?;
        }
        for chunk in unsure.chunks(AT_ONCE) {
            self.in_short(|connection| {
                let mut statement = connection.prepare_cached(
                    "INSERT INTO prospect_pair (a, b, batch, probability) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (a, b) DO UPDATE SET batch = excluded.batch,
                     probability = excluded.probability",
                )?;
                for (a, b, probability) in chunk {
                    statement.execute(params![a.0, b.0, run.id.0, f64::from(*probability)])?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Forgets what an earlier try wrote down: who is known may be others now, and so may the thresholds.
    pub fn unsettle(&self, run: &Run) -> Result<()> {
        let mut from = run.first;
        while from.0 < run.last().0 {
            let to = name_id(from, AT_ONCE as u64);
            let upto = to.0.min(run.last().0);
            self.in_short(|connection| {
                connection
                    .prepare_cached(
                        "UPDATE prospect SET fate = CASE WHEN fate IN ($1, $2) THEN $3 ELSE fate END,
                            entity = id, probability = NULL
                         WHERE id >= $4 AND id < $5 AND (entity <> id OR fate IN ($1, $2))",
                    )?
                    .execute(params![
                        Fate::Known.number(),
                        Fate::Twice.number(),
                        Fate::New.number(),
                        from.0,
                        upto
                    ])?;
                connection
                    .prepare_cached(
                        "DELETE FROM prospect_employer WHERE prospect >= $1 AND prospect < $2",
                    )?
                    .execute([from.0, upto])?;
                Ok(())
            })?;
            from = to;
        }
        self.in_short(|connection| {
            connection.execute("DELETE FROM prospect_pair WHERE batch = $1", [run.id.0])?;
            Ok(())
        })
    }

    /// Writes down what the names of a run are looked up by.
    pub fn keep_keys<K: AsRef<[u8]>>(&self, keys: impl Iterator<Item = (Id, K)>) -> Result<()> {
        let mut keys = keys.peekable();
        while keys.peek().is_some() {
            self.in_short(|connection| {
                let mut statement = connection.prepare_cached(
                    "INSERT INTO prospect_key (prospect, keys) VALUES ($1, $2)
                     ON CONFLICT (prospect) DO UPDATE SET keys = excluded.keys",
                )?;
                for (name, bytes) in keys.by_ref().take(AT_ONCE * 4) {
                    statement.execute(params![name.0, bytes.as_ref()])?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// One short transaction that takes the write lock at once.
    fn in_short(&self, change: impl FnOnce(&rusqlite::Connection) -> Result<()>) -> Result<()> {
        self.translated(|connection| {
            let transaction = rusqlite::Transaction::new_unchecked(
                connection,
                rusqlite::TransactionBehavior::Immediate,
            )?;
            change(&transaction)?;
            transaction.commit()?;
            // One such transaction follows the other: whoever waits gets in between.
            std::thread::sleep(open::PAUSE + open::PAUSE);
            Ok(())
        })
    }

    /// Makes the names of a run count: the last thing an import does.
    pub fn complete(&self, acting: &Acting, run: &mut Run, counts: Counts) -> Result<Completed> {
        if !counts.add_up() {
            return Err(Fault::damaged(format!(
                "{} rows were read, the parts don't add up to it",
                counts.read
            ))
            .into());
        }
        let (batch, outcome) = self.write(acting, "import", |write| write.complete(run, counts))?;
        run.state = RunState::Complete;
        Ok(Completed { batch, outcome })
    }

    /// What the names of a run came to, counted from what is written down.
    pub fn tally(&self, run: &Run) -> Result<Vec<Tally>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT fate, reason, warnings, COUNT(*) FROM prospect
                 WHERE id >= $1 AND id < $2 AND batch = $3
                 GROUP BY fate, reason, warnings ORDER BY fate, COUNT(*) DESC, reason, warnings",
            )?;
            let rows =
                statement.query_map(params![run.first.0, run.last().0, run.id.0], |row| {
                    Ok(Tally {
                        fate: Fate::from_number(row.get(0)?).unwrap_or(Fate::New),
                        reason: row.get(1)?,
                        warnings: row.get(2)?,
                        n: row.get::<_, i64>(3)? as u64,
                    })
                })?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })
    }

    /// The model that names were matched by last, as JSON.
    pub fn match_model(&self, kind: &str) -> Result<Option<String>> {
        self.translated(|connection| {
            Ok(connection
                .prepare_cached("SELECT model FROM match_model WHERE kind = $1")?
                .query_row([kind], |row| row.get(0))
                .optional()?)
        })
    }

    pub fn keep_match_model(&self, kind: &str, batch: Id, model: &str) -> Result<()> {
        self.in_short(|connection| {
            connection.execute(
                "INSERT INTO match_model (kind, batch, model) VALUES ($1, $2, $3)
                 ON CONFLICT (kind) DO UPDATE SET batch = excluded.batch, model = excluded.model",
                params![kind, batch.0, model],
            )?;
            Ok(())
        })
    }
}

impl Write<'_> {
    fn complete(&mut self, run: &Run, counts: Counts) -> Result<Id> {
        let done = self.transaction.execute(
            "UPDATE import_run SET state = 'complete' WHERE id = $1 AND state = 'staged'",
            [run.id.0],
        )?;
        if done != 1 {
            return Err(
                Fault::store("the import was given up by another command meanwhile")
                    .hint("run it again")
                    .into(),
            );
        }
        self.create_as(StreamKind::Batch, run.id)?;
        let at = self.now();
        self.append(
            run.id,
            at,
            [Event::ProspectsImported {
                file: run.setup.file.clone(),
                sha256: run.setup.sha256.clone(),
                list: run.setup.list,
                retry_of: run.setup.retry_of,
                counts,
            }],
        )?;
        Ok(run.id)
    }
}
