//! Writing: one command is one operation in one immediate transaction, events and projections together.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use rustc_hash::FxHashSet;

use super::log::{self, Head};
use super::{Acting, Store, columns, new_id, open, project, query};
use crate::deal::Deal;
use crate::deal::event::{Event, Recorded, StreamKind};
use crate::fault::Fault;
use crate::id::{Id, Ids};

/// An operation that writes more deals than this folds them all at its end, which adds little to what it took.
const MANY: usize = 1_000;

/// When an event takes effect: the instant that orders it, and its business date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub instant: DateTime<Utc>,
    pub day: NaiveDate,
}

/// What a write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub operation: Id,
    /// Rolled back, as asked.
    pub dry_run: bool,
}

/// An open write transaction. Dropped without being finished, it leaves nothing behind.
pub struct Write<'s> {
    pub(super) transaction: Transaction<'s>,
    pub(super) ids: &'s mut Ids,
    /// Ids that this operation was given.
    pub(super) given: FxHashSet<Id>,
    pub(super) acting: &'s Acting,
    operation: Id,
    /// When this operation is recorded; no two have the same.
    ts: i64,
    /// Newest applied version of the process, a label on every event.
    version: u32,
    /// Whether any event was appended.
    wrote: bool,
    /// How many deals were written.
    deals: usize,
    streams: BTreeMap<Id, Open>,
}

/// A stream this operation writes to: its head as found, and all its events.
struct Open {
    head: Head,
    found_at: i64,
    events: Vec<Recorded>,
}

impl Open {
    /// The events that the stream's rows were written from.
    fn before(&self) -> Result<&[Recorded]> {
        usize::try_from(self.found_at)
            .ok()
            .and_then(|n| self.events.get(..n))
            .ok_or_else(|| Fault::damaged("events of what is to be changed are missing").into())
    }
}

impl Store {
    /// Runs `change` in one immediate transaction as one operation. With `acting.dry_run` everything
    /// is done and then rolled back.
    pub fn write<T>(
        &self,
        acting: &Acting,
        kind: &'static str,
        change: impl FnOnce(&mut Write<'_>) -> Result<T>,
    ) -> Result<(T, Outcome)> {
        acting.refuse_the_future()?;
        self.refuse_a_full_disk()?;
        let mut ids = self.ids.borrow_mut();
        let result = self.write_once(acting, kind, &mut ids, change);
        result.map_err(|error| open::in_words(error, &self.path))
    }

    fn write_once<T>(
        &self,
        acting: &Acting,
        kind: &'static str,
        ids: &mut Ids,
        change: impl FnOnce(&mut Write<'_>) -> Result<T>,
    ) -> Result<(T, Outcome)> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let operation = new_id::of_operation(&transaction, ids, acting.now.timestamp_millis())?;
        // Operations are told apart and ordered by this time, also when the clock was set back.
        let ts: i64 =
            transaction.query_row("SELECT COALESCE(MAX(ts), 0) FROM operation", [], |row| {
                row.get(0)
            })?;
        let ts = acting.clock.timestamp_millis().max(ts + 1);
        transaction
            .prepare_cached(
                "INSERT INTO operation (id, kind, typed, actor, ts) VALUES ($1, $2, $3, $4, $5)",
            )?
            .execute(params![operation.0, kind, acting.typed, acting.actor, ts])?;
        let version = query::current_version(&transaction)?.unwrap_or(0);
        let mut write = Write {
            transaction,
            ids,
            given: FxHashSet::default(),
            acting,
            operation,
            ts,
            version,
            wrote: false,
            deals: 0,
            streams: BTreeMap::new(),
        };
        let value = change(&mut write)?;
        write.flush()?;
        if !write.wrote {
            // Nothing changed, so there is nothing to record or to undo.
            write.transaction.rollback()?;
            return Ok((
                value,
                Outcome {
                    operation,
                    dry_run: acting.dry_run,
                },
            ));
        }
        let outcome = Outcome {
            operation,
            dry_run: acting.dry_run,
        };
        if !acting.dry_run {
            write.fold()?;
        }
        if acting.dry_run {
            write.transaction.rollback()?;
        } else if let Err(error) = write.transaction.commit() {
            return self
                .after_failed_commit(operation, error)
                .map(|()| (value, outcome));
        }
        Ok((value, outcome))
    }

    /// An error from COMMIT does not mean "not saved": looks for the operation before saying so.
    fn after_failed_commit(&self, operation: Id, error: rusqlite::Error) -> Result<()> {
        let found = self
            .connection
            .query_row(
                "SELECT 1 FROM operation WHERE id = $1",
                [operation.0],
                |_| Ok(()),
            )
            .optional();
        match found {
            Ok(Some(())) => Ok(()),
            Ok(None) => Err(error.into()),
            Err(_) => Err(anyhow::Error::from(error).context(
                Fault::store(
                    "the outcome is unknown: the disk failed while the change was being saved",
                )
                .hint("look at `salesctl history` before running the command again"),
            )),
        }
    }

    /// A write on a full disk can end in a signal rather than an error: refuse it before.
    pub(super) fn refuse_a_full_disk(&self) -> Result<()> {
        const NEEDED: u64 = 4 * 1024 * 1024;
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = folder.unwrap_or(std::path::Path::new("."));
        let Ok(disk) = rustix::fs::statvfs(folder) else {
            return Ok(());
        };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < NEEDED {
            return Err(Fault::store(format!(
                "the disk of `{}` is full: {} KiB are free, a change needs up to {} KiB",
                self.path.display(),
                free / 1024,
                NEEDED / 1024
            ))
            .hint("nothing was changed; free some space and run the command again")
            .into());
        }
        Ok(())
    }
}

impl Write<'_> {
    pub fn operation(&self) -> Id {
        self.operation
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn actor(&self) -> &str {
        &self.acting.actor
    }

    pub(super) fn ts(&self) -> i64 {
        self.ts
    }

    /// Now, today.
    pub fn now(&self) -> Moment {
        Moment {
            instant: self.acting.now,
            day: self.acting.today,
        }
    }

    /// Notes something about the store itself, once; see [`Store::info`].
    pub fn set_info(&mut self, name: &str, value: &str) -> Result<()> {
        self.transaction
            .prepare_cached("INSERT INTO store_info (name, value) VALUES ($1, $2)")?
            .execute([name, value])?;
        Ok(())
    }

    /// Starts a stream.
    pub fn create(&mut self, kind: StreamKind) -> Result<Id> {
        let id = self.new_id()?;
        self.create_as(kind, id)?;
        Ok(id)
    }

    /// Starts a stream under an id from [`Write::new_id`].
    pub fn create_as(&mut self, kind: StreamKind, id: Id) -> Result<()> {
        let head = Head {
            kind,
            seq: 0,
            hash: Vec::new(),
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO stream (id, kind, handle, seq, hash) VALUES ($1, $2, $3, $4, $5)",
            )?
            .execute(params![id.0, kind.name(), id.handle(), head.seq, head.hash])?;
        self.streams.insert(
            id,
            Open {
                head,
                found_at: 0,
                events: Vec::new(),
            },
        );
        Ok(())
    }

    /// Appends events that take effect at `at`.
    pub fn append(
        &mut self,
        stream: Id,
        at: Moment,
        events: impl IntoIterator<Item = Event>,
    ) -> Result<()> {
        self.load(stream)?;
        let mut open = self
            .streams
            .remove(&stream)
            .ok_or_else(|| anyhow!("stream {stream} was not loaded"))?;
        for event in events {
            let recorded = self.recorded(stream, open.head.seq + 1, at, event)?;
            log::write(&self.transaction, self.ids, &mut open.head, &recorded)?;
            open.events.push(recorded);
            self.wrote = true;
        }
        self.streams.insert(stream, open);
        Ok(())
    }

    fn recorded(&self, stream: Id, seq: i64, at: Moment, event: Event) -> Result<Recorded> {
        Ok(Recorded {
            stream,
            seq,
            operation: self.operation,
            recorded: log::instant(self.ts)?,
            effective: at.instant.trunc_subsecs(3),
            day: at.day,
            actor: self.acting.actor.clone(),
            version: self.version,
            event,
        })
    }

    /// Appends the event after which nothing of a stream counts any more, and takes its rows away: what the
    /// stream tells need not be read for that.
    pub(super) fn append_and_clear(
        &mut self,
        stream: Id,
        mut head: Head,
        at: Moment,
        event: Event,
    ) -> Result<()> {
        let found_at = head.seq;
        let recorded = self.recorded(stream, found_at + 1, at, event)?;
        log::write(&self.transaction, self.ids, &mut head, &recorded)?;
        self.wrote = true;
        move_head(&self.transaction, stream, found_at, &head)?;
        self.deals += usize::from(head.kind == StreamKind::Deal);
        project::nothing(&self.transaction, head.kind, stream)
            .with_context(|| format!("clearing {} {stream}", head.kind.name()))
    }

    /// The deal as it is with what this operation has written so far.
    pub fn deal(&mut self, id: Id) -> Result<Option<Deal>> {
        self.load(id)?;
        Ok(self
            .streams
            .get(&id)
            .and_then(|open| Deal::from_events(&open.events)))
    }

    /// The events of a stream, those of this operation included.
    pub fn events(&mut self, stream: Id) -> Result<&[Recorded]> {
        self.load(stream)?;
        Ok(self
            .streams
            .get(&stream)
            .map_or(&[], |open| open.events.as_slice()))
    }

    /// The process version that the events written from now on carry.
    pub fn set_version(&mut self, version: u32) {
        self.version = version;
    }

    /// Writes the projections of everything touched so far and forgets it, which keeps the memory of
    /// a large import flat.
    pub fn flush(&mut self) -> Result<()> {
        for (id, open) in std::mem::take(&mut self.streams) {
            if open.head.seq == open.found_at {
                continue;
            }
            move_head(&self.transaction, id, open.found_at, &open.head)?;
            self.deals += usize::from(open.head.kind == StreamKind::Deal);
            project::stream(
                &self.transaction,
                open.head.kind,
                id,
                open.before()?,
                &open.events,
            )
            .with_context(|| format!("writing {} {id}", open.head.kind.name()))?;
        }
        Ok(())
    }

    /// Folds deals into columns: all that wait after an operation on many of them, else a few.
    fn fold(&self) -> Result<()> {
        if self.deals > MANY {
            columns::fold_all(&self.transaction)
        } else if self.deals > 0 {
            columns::fold_few(&self.transaction)
        } else {
            Ok(())
        }
    }

    fn load(&mut self, stream: Id) -> Result<()> {
        if self.streams.contains_key(&stream) {
            return Ok(());
        }
        let head = log::head(&self.transaction, stream)?
            .ok_or_else(|| anyhow!("there is no stream {stream}"))?;
        let events = log::read(&self.transaction, stream)?;
        self.streams.insert(
            stream,
            Open {
                found_at: head.seq,
                head,
                events,
            },
        );
        Ok(())
    }
}

fn move_head(connection: &Connection, stream: Id, from: i64, head: &Head) -> Result<()> {
    if log::move_head(connection, stream, from, head)? {
        return Ok(());
    }
    Err(
        Fault::store(format!("{stream} was changed by another command meanwhile"))
            .hint("nothing was changed; run the command again")
            .into(),
    )
}
