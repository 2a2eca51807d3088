//! Is the store sound? SQLite's own checks, the hash chain, and a replay of the log against the
//! projections; `rebuild` writes them anew.

use std::collections::BTreeSet;

use anyhow::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::schema::{MIGRATIONS, PROJECTIONS};
use super::{Store, columns, log, project};
use crate::deal::event::{Event, StreamKind};
use crate::id::Id;

/// What `doctor` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub streams: usize,
    pub events: i64,
    /// Head over all chains.
    pub head: String,
    /// Damage that SQLite itself reports.
    pub damage: Vec<String>,
    /// Streams whose chain does not verify.
    pub broken_chains: Vec<Id>,
    /// Streams whose events can't be read.
    pub unreadable: Vec<String>,
    /// What was changed beside the log: texts of process versions, who did what.
    pub altered: Vec<String>,
    /// Projections that differ from what the log tells: table and number of rows.
    pub differing: Vec<(String, usize)>,
}

impl Findings {
    /// The chain verifies, every event can be read, and what stands beside the log agrees with it.
    pub fn history_is_sound(&self) -> bool {
        self.broken_chains.is_empty() && self.unreadable.is_empty() && self.altered.is_empty()
    }

    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.history_is_sound() && self.differing.is_empty()
    }
}

impl Store {
    /// Checks everything, changes nothing.
    pub fn examine(&self) -> Result<Findings> {
        self.translated(|connection| {
            let view = connection.unchecked_transaction()?;
            let mut findings = Findings {
                damage: integrity(&view)?,
                ..Findings::default()
            };
            (findings.broken_chains, findings.head) = log::verify(&view)?;
            findings.events = view.query_row("SELECT COUNT(*) FROM event", [], |row| row.get(0))?;
            let replayed = Connection::open_in_memory()?;
            for migration in MIGRATIONS {
                replayed.execute_batch(migration)?;
            }
            replayed.pragma_update(None, "foreign_keys", false)?;
            replayed.execute_batch("BEGIN")?;
            (findings.streams, findings.unreadable) = replay(&view, &replayed)?;
            for table in PROJECTIONS {
                let rows = differing_rows(&view, &replayed, table)?;
                if rows > 0 {
                    findings.differing.push(((*table).to_string(), rows));
                }
            }
            let columns = columns::differing(&view)?;
            if columns > 0 {
                findings
                    .differing
                    .push(("deal_column".to_string(), columns));
            }
            findings.altered = altered(&view)?;
            let stored = undone_operations(&view)?;
            if stored != undone_from_log(&view)? {
                findings.differing.push(("operation".to_string(), 1));
            }
            view.finish()?;
            Ok(findings)
        })
    }

    /// Folds all deals that changed into columns, which is done after every operation on many of them: a
    /// night's work for a store in which many single deals change a day.
    pub fn fold(&self) -> Result<()> {
        self.folded(columns::fold_all)
    }

    /// The same into parts of so many deals: a test has few.
    pub fn fold_in_parts_of(&self, deals: usize) -> Result<()> {
        self.folded(|connection| columns::fold_in(connection, deals))
    }

    fn folded(&self, fold: impl FnOnce(&Connection) -> Result<()>) -> Result<()> {
        self.translated(|connection| {
            let transaction =
                Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            fold(&transaction)?;
            transaction.commit()?;
            Ok(())
        })
    }

    /// Writes every projection anew from the log, in one transaction.
    pub fn rebuild(&self) -> Result<()> {
        self.translated(|connection| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            for table in PROJECTIONS {
                transaction.execute(&format!("DELETE FROM {table}"), [])?;
            }
            columns::forget(&transaction)?;
            let (_, unreadable) = replay(&transaction, &transaction)?;
            if let Some(first) = unreadable.first() {
                return Err(crate::fault::Fault::store(format!(
                    "{} streams can't be read, the first: {first}; nothing was changed",
                    unreadable.len()
                ))
                .hint("restore the newest backup")
                .into());
            }
            columns::fold_all(&transaction)?;
            let undone = undone_from_log(&transaction)?;
            transaction.execute("UPDATE operation SET undone_ts = NULL", [])?;
            for operation in undone {
                transaction.execute(
                    "UPDATE operation SET undone_ts =
                        (SELECT MAX(u.ts) FROM operation u WHERE u.kind = 'undo' AND u.target = operation.id)
                     WHERE id = $1",
                    [operation.0],
                )?;
            }
            transaction.commit()?;
            Ok(())
        })
    }
}

/// What SQLite's integrity and foreign key checks report.
pub(super) fn integrity(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut lines = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    lines.retain(|line| line != "ok");
    let broken: i64 =
        connection.query_row("SELECT COUNT(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })?;
    if broken > 0 {
        lines.push(format!(
            "{broken} references point to rows that don't exist"
        ));
    }
    Ok(lines)
}

fn replay(from: &Connection, to: &Connection) -> Result<(usize, Vec<String>)> {
    let mut statement = from.prepare("SELECT id, kind FROM stream ORDER BY id")?;
    let streams = statement
        .query_map([], |row| Ok((Id(row.get(0)?), row.get::<_, String>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut unreadable = Vec::new();
    for (stream, kind) in &streams {
        let Some(kind) = StreamKind::from_name(kind) else {
            unreadable.push(format!("{stream}: unknown kind `{kind}`"));
            continue;
        };
        match log::read(from, *stream) {
            Ok(events) => project::stream(to, kind, *stream, &[], &events)?,
            Err(error) => unreadable.push(format!("{stream}: {error:#}")),
        }
    }
    Ok((streams.len(), unreadable))
}

/// What stands beside the log and must agree with it: the texts of the process, the actors.
fn altered(connection: &Connection) -> Result<Vec<String>> {
    let mut altered = Vec::new();
    let mut statement = connection.prepare("SELECT id FROM stream WHERE kind = 'process'")?;
    let streams = statement
        .query_map([], |row| Ok(Id(row.get(0)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for stream in streams {
        for recorded in log::read(connection, stream).unwrap_or_default() {
            let Event::ProcessApplied {
                version,
                sha256,
                why,
            } = recorded.event
            else {
                continue;
            };
            let stored: Option<(String, String)> = connection
                .query_row(
                    "SELECT text, why FROM process_version WHERE version = $1",
                    [version],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let sound = stored.is_some_and(|(text, reason)| {
                crate::text::hex(&Sha256::digest(text.as_bytes())) == sha256 && reason == why.text
            });
            if !sound {
                altered.push(format!("process version {version} is not what was applied"));
            }
        }
    }
    let wrong: i64 = connection.query_row(
        "SELECT COUNT(DISTINCT o.id) FROM event e JOIN operation o ON o.id = e.operation
         WHERE e.actor <> o.actor",
        [],
        |row| row.get(0),
    )?;
    if wrong > 0 {
        altered.push(format!("{wrong} commands are not by whom their events say"));
    }
    Ok(altered)
}

fn undone_operations(connection: &Connection) -> Result<std::collections::BTreeSet<Id>> {
    let mut statement =
        connection.prepare("SELECT id FROM operation WHERE undone_ts IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok(Id(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many rows are in one of the two tables only, both read in the order of their first columns.
fn differing_rows(stored: &Connection, replayed: &Connection, table: &str) -> Result<usize> {
    let rows = |connection: &Connection| -> Result<Vec<String>> {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}"))?;
        let width = statement.column_count();
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let mut line = String::new();
            for column in 0..width {
                use std::fmt::Write;
                let _ = match row.get_ref(column)? {
                    ValueRef::Null => write!(line, "n|"),
                    ValueRef::Integer(n) => write!(line, "i{n}|"),
                    ValueRef::Real(n) => write!(line, "r{:x}|", n.to_bits()),
                    ValueRef::Text(text) => {
                        write!(line, "t{}:{}|", text.len(), String::from_utf8_lossy(text))
                    }
                    ValueRef::Blob(bytes) => write!(line, "b{}|", crate::text::hex(bytes)),
                };
            }
            all.push(line);
        }
        all.sort_unstable();
        Ok(all)
    };
    let (stored, replayed) = (rows(stored)?, rows(replayed)?);
    let (mut a, mut b, mut differing) = (0, 0, 0);
    while a < stored.len() || b < replayed.len() {
        match (stored.get(a), replayed.get(b)) {
            (Some(x), Some(y)) if x == y => {
                a += 1;
                b += 1;
            }
            (Some(x), Some(y)) if x < y => {
                a += 1;
                differing += 1;
            }
            (Some(_), None) => {
                a += 1;
                differing += 1;
            }
            _ => {
                b += 1;
                differing += 1;
            }
        }
    }
    Ok(differing)
}

/// Recomputes which operations are undone from the log alone.
fn undone_from_log(connection: &Connection) -> Result<BTreeSet<Id>> {
    let mut statement = connection
        .prepare("SELECT DISTINCT e.stream FROM event e WHERE e.kind IN ('undone', 'redone')")?;
    let streams = statement
        .query_map([], |row| row.get::<_, i64>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut marks = Vec::new();
    for stream in streams {
        for recorded in log::read(connection, Id(stream))? {
            match recorded.event {
                Event::Undone { operation } => marks.push((recorded.recorded, operation, true)),
                Event::Redone { operation } => marks.push((recorded.recorded, operation, false)),
                _ => {}
            }
        }
    }
    // Not every stream of an import has the latest mark: one that was kept has none of it.
    marks.sort_unstable();
    let mut undone = BTreeSet::new();
    for (_, operation, is_undone) in marks {
        if is_undone {
            undone.insert(operation);
        } else {
            undone.remove(&operation);
        }
    }
    Ok(undone)
}
