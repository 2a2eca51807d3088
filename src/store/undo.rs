//! `undo` and `redo`: compensating events that make an operation's events void, or count again.
//!
//! The projections of every touched stream are written anew from what then counts, so nothing needs
//! an inverse of its own.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rusqlite::{OptionalExtension, params};

use super::log::{self, Head};
use super::query::OperationRow;
use super::{Acting, Moment, Outcome, Store, query};
use crate::deal::event::{Event, StreamKind};
use crate::fault::Fault;
use crate::id::Id;

/// What `undo` or `redo` did.
#[derive(Clone, Debug)]
pub struct Reversed {
    pub operation: OperationRow,
    /// Streams made void or alive again.
    pub streams: Vec<(Id, StreamKind)>,
    /// Of an import: what was kept because somebody has changed or used it since.
    pub kept: Vec<(Id, StreamKind)>,
    pub outcome: Outcome,
}

/// What an operation opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub deals: usize,
    /// How many of them were not undone.
    pub there: usize,
    /// How many of those are not closed.
    pub open: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Undo,
    Redo,
}

impl Direction {
    fn done(self) -> &'static str {
        match self {
            Self::Undo => "undone",
            Self::Redo => "redone",
        }
    }
}

const COLUMNS: &str = "o.id, o.kind, o.typed, o.actor, o.ts, o.undone_ts IS NOT NULL,
    (SELECT COUNT(*) FROM event e WHERE e.operation = o.id)";

impl Store {
    /// Undoes the acting user's latest operation that still counts.
    pub fn undo(&self, acting: &Acting) -> Result<Reversed> {
        self.reverse(acting, Direction::Undo, None)
    }

    /// Undoes the import that a batch came from, whoever ran it and whatever was done since.
    pub fn undo_batch(&self, acting: &Acting, batch: Id) -> Result<Reversed> {
        let mut reversed = self.reverse(acting, Direction::Undo, Some(batch))?;
        let names = self.names_worked_on(batch)?.into_iter();
        reversed
            .kept
            .extend(names.map(|name| (name, StreamKind::Prospect)));
        Ok(reversed)
    }

    /// Brings back what `undo` took away last, as long as nothing new was done since.
    pub fn redo(&self, acting: &Acting) -> Result<Reversed> {
        self.reverse(acting, Direction::Redo, None)
    }

    /// The deals that an operation opened, and how many of them there are at present.
    pub fn opened_by(&self, operation: Id) -> Result<Opened> {
        self.translated(|connection| {
            Ok(connection.query_row(
                "SELECT COUNT(*), COUNT(d.id),
                    COUNT(CASE WHEN d.state IN ('open', 'hold') THEN 1 END) FROM event e LEFT JOIN deal d ON d.id = e.stream
                 WHERE e.operation = $1 AND e.kind = 'deal_opened'",
                [operation.0],
                |row| {
                    Ok(Opened {
                        deals: row.get::<_, i64>(0)? as usize,
                        there: row.get::<_, i64>(1)? as usize,
                        open: row.get::<_, i64>(2)? as usize,
                    })
                },
            )?)
        })
    }

    fn reverse(
        &self,
        acting: &Acting,
        direction: Direction,
        batch: Option<Id>,
    ) -> Result<Reversed> {
        let kind = match direction {
            Direction::Undo => "undo",
            Direction::Redo => "redo",
        };
        let ((operation, streams, kept), outcome) = self.write(acting, kind, |write| {
            let target = match (direction, batch) {
                (Direction::Undo, Some(batch)) => write.import_of(batch)?,
                (Direction::Undo, None) => write.latest_done(&acting.actor)?,
                (Direction::Redo, _) => write.latest_undone(&acting.actor)?,
            };
            let (streams, kept) = write.mark(&target, direction)?;
            Ok((target, streams, kept))
        })?;
        Ok(Reversed {
            operation,
            streams,
            kept,
            outcome,
        })
    }
}

impl super::Write<'_> {
    fn latest_done(&self, actor: &str) -> Result<OperationRow> {
        self.find(
            &format!(
                "SELECT {COLUMNS} FROM operation o WHERE o.actor = $1 AND o.kind IN ('command', 'import')
                 AND o.undone_ts IS NULL ORDER BY o.ts DESC LIMIT 1"
            ),
            actor,
        )?
        .ok_or_else(|| {
            Fault::no(format!("there is nothing of {actor}'s to undo"))
                .hint("salesctl history shows what was done, and by whom")
                .into()
        })
    }

    /// The operation that made a batch; refused when it doesn't count.
    fn import_of(&self, batch: Id) -> Result<OperationRow> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operation o JOIN event made ON made.operation = o.id
             WHERE made.stream = $1 AND made.seq = 1"
        ))?;
        let mut rows = statement.query([batch.0])?;
        let row = match rows.next()? {
            Some(row) => query::operation_row(row)?,
            None => return Err(Fault::damaged(format!("batch {batch} has no beginning")).into()),
        };
        if row.undone {
            return Err(
                Fault::no(format!("batch {} is undone already", &batch.handle()[..4]))
                    .hint(format!("`salesctl redo` by {} brings it back", row.actor))
                    .into(),
            );
        }
        Ok(row)
    }

    fn latest_undone(&self, actor: &str) -> Result<OperationRow> {
        let undone = self.find(
            &format!(
                "SELECT {COLUMNS} FROM operation o WHERE o.actor = $1 AND o.kind IN ('command', 'import')
                 AND o.undone_ts IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM operation later WHERE later.actor = o.actor
                    AND later.kind IN ('command', 'import') AND later.ts > o.undone_ts)
                 ORDER BY o.undone_ts DESC LIMIT 1"
            ),
            actor,
        )?;
        undone.ok_or_else(|| {
            Fault::no(format!("there is nothing of {actor}'s to redo"))
                .hint(
                    "redo brings back what `salesctl undo` took away, until something new is done",
                )
                .into()
        })
    }

    fn find(&self, sql: &str, actor: &str) -> Result<Option<OperationRow>> {
        let mut statement = self.transaction.prepare_cached(sql)?;
        let mut rows = statement.query([actor])?;
        match rows.next()? {
            // The row that asks is itself an operation of kind undo or redo, never found here.
            Some(row) => Ok(Some(query::operation_row(row)?)),
            None => Ok(None),
        }
    }

    #[allow(clippy::type_complexity)] // two lists of the same kind, used once
    fn mark(
        &mut self,
        target: &OperationRow,
        direction: Direction,
    ) -> Result<(Vec<(Id, StreamKind)>, Vec<(Id, StreamKind)>)> {
        self.flush()?;
        let touched = match direction {
            Direction::Undo => self.streams_of(target.id)?,
            // What the undo kept is there and needs no mark.
            Direction::Redo => self.streams_of(self.latest_undo_of(target.id)?)?,
        };
        let mut kept: BTreeSet<Id> = BTreeSet::new();
        let changed = self.changed_since(target)?;
        for (stream, kind) in &touched {
            let Some(seq) = changed.get(stream) else {
                continue;
            };
            // An import is undone around what has been worked on since.
            if target.kind == "import" && direction == Direction::Undo {
                kept.insert(*stream);
            } else {
                let by = self.operation_at(*stream, *seq)?;
                return Err(self.refusal(target, direction, *stream, *kind, &by)?.into());
            }
        }
        match direction {
            Direction::Undo => self.keep_what_is_used(target, &touched, &mut kept)?,
            Direction::Redo => self.refuse_what_was_made_again(target, &touched)?,
        }
        let mark = match direction {
            Direction::Undo => Event::Undone {
                operation: target.id,
            },
            Direction::Redo => Event::Redone {
                operation: target.id,
            },
        };
        let at: Moment = self.now();
        // Most of what a large operation touched it also began: nothing of that is left to be folded.
        let mut void = match direction {
            Direction::Undo => self.written_only_by(target.id)?,
            Direction::Redo => BTreeMap::new(),
        };
        for (stream, _) in touched.iter().filter(|(stream, _)| !kept.contains(stream)) {
            match void.remove(stream) {
                Some(head) => self.append_and_clear(*stream, head, at, mark.clone())?,
                None => self.append(*stream, at, [mark.clone()])?,
            }
        }
        if direction == Direction::Redo {
            self.refuse_what_hangs_in_the_air(target, &touched)?;
        }
        let undone_ts = (direction == Direction::Undo).then_some(self.ts());
        self.transaction
            .prepare_cached("UPDATE operation SET undone_ts = $1 WHERE id = $2")?
            .execute(params![undone_ts, target.id.0])?;
        self.transaction
            .prepare_cached("UPDATE operation SET target = $1 WHERE id = $2")?
            .execute(params![target.id.0, self.operation().0])?;
        if touched.iter().any(|(_, kind)| *kind == StreamKind::Process) {
            self.refuse_homeless_deals(&target.typed, direction)?;
        }
        Ok(touched
            .into_iter()
            .partition(|(stream, _)| !kept.contains(stream)))
    }

    fn latest_undo_of(&self, target: Id) -> Result<Id> {
        let id = self
            .transaction
            .prepare_cached(
                "SELECT id FROM operation WHERE target = $1 AND kind = 'undo' ORDER BY ts DESC LIMIT 1",
            )?
            .query_row([target.0], |row| row.get(0))?;
        Ok(Id(id))
    }

    fn streams_of(&self, operation: Id) -> Result<Vec<(Id, StreamKind)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT DISTINCT e.stream, s.kind FROM event e JOIN stream s ON s.id = e.stream
             WHERE e.operation = $1 ORDER BY e.stream",
        )?;
        let rows = statement.query_map([operation.0], |row| {
            Ok((Id(row.get(0)?), row.get::<_, String>(1)?))
        })?;
        let mut streams = Vec::new();
        for row in rows {
            let (stream, kind) = row?;
            if let Some(kind) = StreamKind::from_name(&kind) {
                streams.push((stream, kind));
            }
        }
        Ok(streams)
    }

    /// The streams that were changed after an operation did, by one that still counts: with the number of
    /// the latest such event of each.
    fn changed_since(&self, target: &OperationRow) -> Result<BTreeMap<Id, i64>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT later.stream, MAX(later.seq)
             FROM (SELECT stream, MAX(seq) AS last FROM event WHERE operation = $1 GROUP BY stream) mine
             JOIN event later ON later.stream = mine.stream AND later.seq > mine.last
             JOIN operation o ON o.id = later.operation
             WHERE o.undone_ts IS NULL AND o.kind NOT IN ('undo', 'redo')
             GROUP BY later.stream",
        )?;
        let rows = statement.query_map([target.id.0], |row| Ok((Id(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The operation that wrote an event.
    fn operation_at(&self, stream: Id, seq: i64) -> Result<OperationRow> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event e JOIN operation o ON o.id = e.operation
             WHERE e.stream = $1 AND e.seq = $2"
        ))?;
        let mut rows = statement.query([stream.0, seq])?;
        match rows.next()? {
            Some(row) => Ok(query::operation_row(row)?),
            None => Err(Fault::damaged(format!("event {seq} of {stream} is missing")).into()),
        }
    }

    /// The streams of which nothing counts without an operation, and where they end.
    fn written_only_by(&self, operation: Id) -> Result<BTreeMap<Id, Head>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT s.id, s.kind, s.seq, s.hash
             FROM (SELECT stream, COUNT(*) AS n FROM event WHERE operation = $1 GROUP BY stream) mine
             JOIN stream s ON s.id = mine.stream
             WHERE s.seq = mine.n OR s.seq = mine.n + (SELECT COUNT(*) FROM event m
                WHERE m.stream = s.id AND m.kind IN ('undone', 'redone'))",
        )?;
        let mut rows = statement.query([operation.0])?;
        let mut found = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let id = Id(row.get(0)?);
            found.insert(id, log::head_row(id, row, 1)?);
        }
        Ok(found)
    }

    fn refusal(
        &self,
        target: &OperationRow,
        direction: Direction,
        stream: Id,
        kind: StreamKind,
        by: &OperationRow,
    ) -> Result<Fault> {
        let account: Option<String> = self
            .transaction
            .prepare_cached(
                "SELECT a.name FROM deal d JOIN account_now a ON a.id = d.account WHERE d.id = $1",
            )?
            .query_row([stream.0], |row| row.get(0))
            .optional()?;
        let what = format!(
            "{} {}{}",
            kind.name(),
            &stream.handle()[..4],
            account.map(|name| format!(" {name}")).unwrap_or_default()
        );
        Ok(Fault::no(format!(
            "`{}` can't be {}: {what} was changed since, by {} with `{}`",
            target.typed,
            direction.done(),
            by.actor,
            by.typed
        ))
        .hint(format!(
            "ask {} to undo that first{}",
            by.actor,
            if kind == StreamKind::Deal {
                ", or change the deal by hand"
            } else {
                ""
            }
        )))
    }

    /// The process that is in force after all must have the stages that open deals are in.
    fn refuse_homeless_deals(&mut self, typed: &str, direction: Direction) -> Result<()> {
        self.flush()?;
        let Some(version) = query::current_version(&self.transaction)? else {
            return Ok(());
        };
        let text: String = self.transaction.query_row(
            "SELECT text FROM process_version WHERE version = $1",
            [version],
            |row| row.get(0),
        )?;
        let Some(process) = crate::process::check("applied", &text).process else {
            return Ok(());
        };
        let homeless = self.homeless(&process)?;
        let Some((stage, n)) = homeless.first() else {
            return Ok(());
        };
        Err(Fault::no(format!(
            "`{typed}` can't be {}: version {version} has no stage `{stage}`, which holds {n} open deals",
            direction.done()
        ))
        .hint("move them first; nothing was changed")
        .into())
    }
}
