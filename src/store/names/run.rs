//! Runs of imports: begun, gone on with, or given up. One at a time in a store, held by a lock that dies
//! with the process.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row, params};
use rustix::fs::{FlockOperation, flock};

use super::super::{Acting, Store};
use super::{BACK_MILLIS, ROOM, STEP};
use crate::fault::Fault;
use crate::id::Id;

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Rows are still being read.
    Staging,
    /// All rows are in; who they are is not settled.
    Staged,
    Complete,
}

impl RunState {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "staging" => Some(Self::Staging),
            "staged" => Some(Self::Staged),
            "complete" => Some(Self::Complete),
            _ => None,
        }
    }
}

/// What makes two runs the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    pub list: Id,
    /// As people know it.
    pub file: String,
    /// Of the file, in hexadecimal; empty for standard input.
    pub sha256: String,
    /// Everything else that decides what the rows become: mapping, options. For comparing, and for a retry.
    pub settings: String,
    /// The batch whose rejected rows these are.
    pub retry_of: Option<Id>,
}

/// A run of an import; its id is the batch's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: Id,
    pub setup: Setup,
    pub state: RunState,
    pub(super) first: Id,
    /// Names staged so far.
    pub names: u64,
    /// Records of the file that are dealt with.
    pub records: u64,
    /// Records that the list has had before, word for word; nothing is kept of them.
    pub repeated: u64,
    /// When it began, UTC epoch milliseconds.
    pub began: i64,
}

impl Run {
    /// Whether it was begun by an earlier process.
    pub fn is_resumed(&self) -> bool {
        self.records > 0 || self.state != RunState::Staging
    }

    pub(super) fn last(&self) -> Id {
        Id(self.first.0 + self.names as i64 * STEP)
    }
}

/// The right to import names; given back when dropped, whatever ends the process.
#[derive(Debug)]
pub struct Importing {
    _lock: File,
}

const COLUMNS: &str =
    "id, list, file, sha256, setup, state, first_id, names, records, repeated, retry_of, ts";

impl Store {
    /// Takes the right to import names; `waiting` hears that another import has it.
    pub fn importing(&self, waiting: impl FnOnce()) -> Result<Importing> {
        if let Some(turn) = self.try_importing()? {
            return Ok(turn);
        }
        waiting();
        let lock = self.lock_file()?;
        flock(&lock, FlockOperation::LockExclusive).with_context(|| {
            let path = self.lock_path();
            Fault::store(format!("the lock `{}` can't be taken", path.display()))
        })?;
        Ok(Importing { _lock: lock })
    }

    /// The same without waiting: `None` while another import has it.
    pub fn try_importing(&self) -> Result<Option<Importing>> {
        let lock = self.lock_file()?;
        let held = flock(&lock, FlockOperation::NonBlockingLockExclusive);
        Ok(held.is_ok().then_some(Importing { _lock: lock }))
    }

    fn lock_file(&self) -> Result<File> {
        let path = self.lock_path();
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o660)
            .open(&path)
            .with_context(|| Fault::store(format!("the lock `{}` can't be made", path.display())))
    }

    fn lock_path(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_os_string();
        name.push("-import");
        PathBuf::from(name)
    }

    /// The run that was broken off and would do the same, or a new one. Ask only while [`Importing`].
    pub fn begin_run(&self, acting: &Acting, setup: &Setup) -> Result<Run> {
        if !setup.sha256.is_empty()
            && let Some(run) = self.unfinished(setup)?
        {
            return Ok(run);
        }
        let id = {
            let mut ids = self.ids.borrow_mut();
            ids.next(acting.now.timestamp_millis())
        };
        let random = self.ids.borrow_mut().next(0).0;
        self.translated(|connection| {
            let transaction = rusqlite::Transaction::new_unchecked(
                connection,
                rusqlite::TransactionBehavior::Immediate,
            )?;
            let newest: Option<i64> =
                transaction.query_row("SELECT MAX(first_id) FROM import_run", [], |row| {
                    row.get(0)
                })?;
            let dated = Id::from_parts(acting.clock.timestamp_millis() - BACK_MILLIS, 0).0;
            let base = newest.map_or(dated, |newest| dated.max(newest + ROOM));
            let run = Run {
                id,
                setup: setup.clone(),
                state: RunState::Staging,
                first: Id::from_parts(base >> 21, random as u64),
                names: 0,
                records: 0,
                repeated: 0,
                began: acting.clock.timestamp_millis(),
            };
            transaction.execute(
                "INSERT INTO import_run (id, list, file, sha256, setup, state, first_id, names, records, repeated, retry_of, ts)
                 VALUES ($1, $2, $3, $4, $5, 'staging', $6, 0, 0, 0, $7, $8)",
                params![
                    run.id.0,
                    setup.list.0,
                    setup.file,
                    setup.sha256,
                    setup.settings,
                    run.first.0,
                    setup.retry_of.map(|id| id.0),
                    run.began,
                ],
            )?;
            transaction.commit()?;
            Ok(run)
        })
    }

    fn unfinished(&self, setup: &Setup) -> Result<Option<Run>> {
        let open = self.open_runs()?;
        Ok(open.into_iter().find(|run| {
            let old = &run.setup;
            old.list == setup.list
                && old.sha256 == setup.sha256
                && old.settings == setup.settings
                && old.retry_of == setup.retry_of
        }))
    }

    /// Runs that were broken off, or are going on.
    pub fn open_runs(&self) -> Result<Vec<Run>> {
        self.runs("WHERE state <> 'complete' ORDER BY ts, id")
    }

    /// All runs, the newest first.
    pub fn all_runs(&self) -> Result<Vec<Run>> {
        self.runs("ORDER BY ts DESC, id DESC")
    }

    fn runs(&self, which: &str) -> Result<Vec<Run>> {
        self.translated(|connection| {
            let mut statement =
                connection.prepare(&format!("SELECT {COLUMNS} FROM import_run {which}"))?;
            let rows = statement.query_map([], run_row)?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })
    }

    /// The run of a batch.
    pub fn run(&self, id: Id) -> Result<Option<Run>> {
        self.translated(|connection| {
            let mut statement = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM import_run WHERE id = $1"))?;
            Ok(statement.query_row([id.0], run_row).optional()?)
        })
    }

    /// The batch that brought in this very file with these settings, if it still counts.
    pub fn batch_of_file(&self, list: Id, sha256: &str) -> Result<Option<Id>> {
        self.translated(|connection| {
            let found = connection
                .prepare_cached(
                    "SELECT b.id FROM batch b WHERE b.list = $1 AND b.sha256 = $2 AND b.what = 'prospects'
                     ORDER BY b.id LIMIT 1",
                )?
                .query_row(params![list.0, sha256], |row| row.get(0))
                .optional()?;
            Ok(found.map(Id))
        })
    }

    /// Takes away what a run that was broken off has staged. Ask only while [`Importing`].
    pub fn give_up(&self, run: &Run) -> Result<()> {
        const AT_ONCE: i64 = 5_000;
        self.translated(|connection| {
            // Broken off itself, it must not be gone on with: a run without a hash never is.
            let given_up = connection.execute(
                "UPDATE import_run SET sha256 = '' WHERE id = $1 AND state <> 'complete'",
                [run.id.0],
            )?;
            if given_up == 0 {
                return Err(Fault::no("the import is complete or gone already")
                    .hint("`salesctl import list` shows all of them")
                    .into());
            }
            let mut from = run.first.0;
            while from <= run.last().0 {
                let to = from + AT_ONCE * STEP;
                let transaction = connection.unchecked_transaction()?;
                for table in [
                    "DELETE FROM prospect_key WHERE prospect >= $1 AND prospect < $2",
                    "DELETE FROM prospect_employer WHERE prospect >= $1 AND prospect < $2",
                    "DELETE FROM prospect WHERE id >= $1 AND id < $2",
                ] {
                    transaction.prepare_cached(table)?.execute([from, to])?;
                }
                transaction.commit()?;
                from = to;
            }
            let transaction = connection.unchecked_transaction()?;
            for table in [
                "DELETE FROM import_reject WHERE batch = $1",
                "DELETE FROM prospect_pair WHERE batch = $1",
                "DELETE FROM import_run WHERE id = $1 AND state <> 'complete'",
            ] {
                transaction.execute(table, [run.id.0])?;
            }
            transaction.commit()?;
            Ok(())
        })
    }
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<Run> {
    let state: String = row.get(5)?;
    let count = |column: usize| -> rusqlite::Result<u64> {
        Ok(row.get::<_, i64>(column)?.try_into().unwrap_or(0))
    };
    Ok(Run {
        id: Id(row.get(0)?),
        setup: Setup {
            list: Id(row.get(1)?),
            file: row.get(2)?,
            sha256: row.get(3)?,
            settings: row.get(4)?,
            retry_of: row.get::<_, Option<i64>>(10)?.map(Id),
        },
        state: RunState::from_name(&state).unwrap_or(RunState::Staging),
        first: Id(row.get(6)?),
        names: count(7)?,
        records: count(8)?,
        repeated: count(9)?,
        began: row.get(11)?,
    })
}
