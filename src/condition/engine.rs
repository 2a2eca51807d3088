//! Where conditions meet SQLite: an in-memory table of facts, an authorizer, a bound on the work.
//!
//! The authorizer stays on for the whole life of the connection (setting it anew would throw every
//! prepared statement away); the engine's own statements pass because they lift the guard meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::functions::functions;
use super::row::fitting;
use super::scan::{FUNCTIONS, Kind, scan};
use super::{Column, ColumnKind, Condition, Mistake, Truth, Value};
use crate::fault::Fault;
use crate::text::{nearest, shortened};

/// Longest text an expression may read or make; keeps `replace` and `instr` cheap.
const MAX_TEXT: i32 = 100_000;
/// Below SQLite's own limit on columns.
const MAX_COLUMNS: usize = 1_000;
/// Values that one statement loads at most, and rows.
const BOUND: usize = 1_000;
const ROWS: usize = 50;
/// Longest row of facts.
const MAX_ROW: i32 = 10_000_000;
/// Instructions between two looks at the budget.
const TICK: i32 = 1_000;
/// Instructions of one compiled condition; without loops that is also the most one row can cost.
const MAX_PROGRAM: i32 = 25_000;
const TICKS_PER_ROW: u64 = (MAX_PROGRAM / TICK) as u64;
const CHECK: &str = "SELECT 1 FROM facts WHERE (";

/// Checks conditions against documented columns, and judges them on rows of facts.
#[derive(Debug)]
pub struct Engine {
    db: Connection,
    columns: Vec<Column>,
    guard: Arc<Mutex<Guard>>,
    /// Ticks left before SQLite is interrupted. Counted in instructions, not in time, so that a
    /// condition is judged or refused alike on every machine.
    budget: Arc<AtomicU64>,
}

/// What the authorizer allows at the moment, and what it has seen.
#[derive(Debug, Default)]
struct Guard {
    closed: bool,
    selects: u32,
    reads: Vec<String>,
}

impl Guard {
    fn decide(&mut self, action: AuthAction<'_>) -> Authorization {
        if !self.closed {
            return Authorization::Allow;
        }
        match action {
            AuthAction::Select => {
                self.selects += 1;
                if self.selects == 1 {
                    Authorization::Allow
                } else {
                    Authorization::Deny
                }
            }
            AuthAction::Read {
                table_name: "facts",
                column_name,
            } => {
                // SQLite reports the column "" for a statement that reads none.
                if !column_name.is_empty() && !self.reads.iter().any(|seen| seen == column_name) {
                    self.reads.push(column_name.to_string());
                }
                Authorization::Allow
            }
            AuthAction::Function { function_name }
                if FUNCTIONS
                    .iter()
                    .any(|allowed| function_name.eq_ignore_ascii_case(allowed)) =>
            {
                Authorization::Allow
            }
            _ => Authorization::Deny,
        }
    }
}

fn not_loaded(row: usize) -> String {
    format!("the facts up to row {row} cannot be loaded")
}

impl Engine {
    pub fn new(columns: Vec<Column>) -> anyhow::Result<Self> {
        anyhow::ensure!(
            columns.len() <= MAX_COLUMNS,
            "{} columns, at most {MAX_COLUMNS} are possible",
            columns.len()
        );
        let mut db = Connection::open_in_memory_with_flags(
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        let names: Vec<String> = columns
            .iter()
            .map(|column| {
                let affinity = match column.kind {
                    ColumnKind::Text | ColumnKind::Date => "TEXT",
                    ColumnKind::Integer | ColumnKind::Bool => "INTEGER",
                    ColumnKind::Number => "REAL",
                };
                format!("\"{}\" {affinity}", column.name.replace('"', "\"\""))
            })
            .collect();
        db.execute_batch(&format!("CREATE TABLE facts({})", names.join(", ")))
            .context("the facts cannot be laid out as columns")?;
        harden(&db)?;
        let guard = Arc::new(Mutex::new(Guard::default()));
        let seen = Arc::clone(&guard);
        db.authorizer(Some(move |context: AuthContext<'_>| {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .decide(context.action)
        }))?;
        let budget = Arc::new(AtomicU64::new(u64::MAX));
        let left = Arc::clone(&budget);
        db.progress_handler(
            TICK,
            Some(move || {
                let spent = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ticks| {
                    ticks.checked_sub(1)
                });
                spent.is_err()
            }),
        )?;
        Ok(Self {
            db,
            columns,
            guard,
            budget,
        })
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Compiles an expression without running it.
    pub fn check(&self, text: &str) -> Result<Condition, Mistake> {
        let tokens = scan(text, &self.columns)?;
        // As a filter: that is where SQLite refuses aggregates and window functions.
        let sql = format!("{CHECK}{text})");
        let (outcome, reads) = self.guarded(0, || self.db.prepare(&sql).map(drop));
        if let Err(error) = outcome {
            return Err(self.mistake(text, &error));
        }
        let place = |name: &String| {
            tokens
                .iter()
                .position(|token| token.kind == Kind::Word && token.text.eq_ignore_ascii_case(name))
        };
        let mut reads: Vec<(Option<usize>, String)> =
            reads.into_iter().map(|name| (place(&name), name)).collect();
        reads.sort();
        let known = |name: &str| self.columns.iter().any(|column| column.name == name);
        // `rowid` and its other names: a column of SQLite's, not one of ours.
        if reads.iter().any(|(_, name)| !known(name)) {
            let hidden = tokens.iter().find(|token| {
                ["rowid", "oid", "_rowid_"]
                    .iter()
                    .any(|alias| token.text.eq_ignore_ascii_case(alias))
            });
            let range = hidden.map_or(0..text.len(), |token| token.range.clone());
            return Err(self.unknown(&text[range.clone()], range));
        }
        Ok(Condition {
            text: text.to_string(),
            reads: reads.into_iter().map(|(_, name)| name).collect(),
        })
    }

    /// Replaces the facts; each row holds one value per column, in their order.
    pub fn load(&self, rows: impl IntoIterator<Item = Vec<Value>>) -> anyhow::Result<()> {
        let all: Vec<usize> = (0..self.columns.len()).collect();
        self.load_columns(&all, rows)
    }

    /// The same of some columns, for conditions that read no others: each row holds one value per place.
    pub fn load_columns(
        &self,
        places: &[usize],
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> anyhow::Result<()> {
        self.db.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_ROW)?;
        let transaction = self.db.unchecked_transaction()?;
        transaction
            .prepare_cached("DELETE FROM facts")?
            .execute([])?;
        let names: Vec<String> = places
            .iter()
            .map(|place| format!("\"{}\"", self.columns[*place].name.replace('"', "\"\"")))
            .collect();
        let names = names.join(",");
        let marks = format!("({})", vec!["?"; places.len()].join(","));
        // Many rows a statement: that takes half as long as one by one.
        let most = (BOUND / places.len().max(1)).clamp(1, ROWS);
        let into = |rows: usize| {
            let marks = vec![marks.as_str(); rows].join(",");
            format!("INSERT INTO facts ({names}) VALUES {marks}")
        };
        let mut insert = transaction.prepare_cached(&into(most))?;
        let mut some: Vec<Value> = Vec::with_capacity(most * places.len());
        let mut loaded = 0;
        for row in rows {
            loaded += 1;
            if row.len() != places.len() {
                anyhow::bail!(
                    "row {loaded} has {} facts, expected {}",
                    row.len(),
                    places.len()
                );
            }
            some.extend(row.into_iter().map(fitting));
            if some.len() == most * places.len() {
                insert
                    .execute(params_from_iter(some.drain(..)))
                    .with_context(|| not_loaded(loaded))?;
            }
        }
        if !some.is_empty() {
            let rest = some.len() / places.len();
            transaction
                .prepare(&into(rest))?
                .execute(params_from_iter(some))
                .with_context(|| not_loaded(loaded))?;
        }
        drop(insert);
        transaction.commit()?;
        Ok(())
    }

    /// Judges a condition on every loaded row, in the order of loading.
    pub fn judge(&self, condition: &Condition) -> anyhow::Result<Vec<Truth>> {
        // NOT turns whatever the expression gives into SQLite's own 0, 1 or NULL.
        let truth = |value: ValueRef<'_>| {
            Ok(match value {
                ValueRef::Null => Truth::Missing,
                ValueRef::Integer(0) => Truth::Met,
                _ => Truth::NotMet,
            })
        };
        self.each_row(condition, "NOT ", truth)
    }

    /// Works an expression out on every loaded row, in the order of loading; `None` where it is NULL, or
    /// beyond all numbers.
    pub fn values(&self, expression: &Condition) -> anyhow::Result<Vec<Option<f64>>> {
        self.each_row(expression, "", |value| match value {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number as f64)),
            ValueRef::Real(number) => Ok(Some(number).filter(|number| number.is_finite())),
            ValueRef::Text(_) | ValueRef::Blob(_) => Err(Fault::usage(format!(
                "`{}` gives a text, expected a number",
                shortened(&expression.text, 80)
            ))),
        })
    }

    fn each_row<T>(
        &self,
        expression: &Condition,
        before: &str,
        read: impl Fn(ValueRef<'_>) -> Result<T, Fault>,
    ) -> anyhow::Result<Vec<T>> {
        let sql = format!(
            "SELECT {before}({}) FROM facts ORDER BY rowid",
            expression.text
        );
        let rows = self
            .db
            .prepare_cached("SELECT coalesce(max(rowid), 0) FROM facts")?
            .query_row([], |row| row.get::<_, i64>(0))?;
        self.db.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_TEXT)?;
        let (found, _) = self.guarded(u64::try_from(rows).unwrap_or(0), || {
            let mut statement = self.db.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row.get_ref(0)?)?);
            }
            Ok::<_, anyhow::Error>(found)
        });
        let shown = || shortened(&expression.text, 80);
        let found = found.with_context(|| {
            Fault::usage(format!("the condition `{}` cannot be judged", shown()))
        })?;
        anyhow::ensure!(
            usize::try_from(rows) == Ok(found.len()),
            "the condition `{}` does not look at one row at a time",
            shown()
        );
        Ok(found)
    }

    /// Runs something with the guard closed and a budget for `rows` rows; gives the columns read.
    fn guarded<T>(&self, rows: u64, work: impl FnOnce() -> T) -> (T, Vec<String>) {
        self.set_guard(Guard {
            closed: true,
            ..Guard::default()
        });
        self.budget
            .store((rows + 1).saturating_mul(TICKS_PER_ROW), Ordering::Relaxed);
        let done = work();
        self.budget.store(u64::MAX, Ordering::Relaxed);
        (done, self.set_guard(Guard::default()).reads)
    }

    fn set_guard(&self, guard: Guard) -> Guard {
        std::mem::replace(
            &mut *self.guard.lock().unwrap_or_else(PoisonError::into_inner),
            guard,
        )
    }

    fn mistake(&self, text: &str, error: &rusqlite::Error) -> Mistake {
        let (message, offset) = match error {
            rusqlite::Error::SqlInputError { msg, offset, .. } => {
                (msg.clone(), usize::try_from(*offset).ok())
            }
            rusqlite::Error::SqliteFailure(_, Some(message)) => (message.clone(), None),
            other => (other.to_string(), None),
        };
        let start = offset
            .and_then(|offset| offset.checked_sub(CHECK.len()))
            .filter(|at| *at <= text.len());
        let Some(start) = start.filter(|at| text.is_char_boundary(*at)) else {
            return Mistake {
                message: shortened(&message, 200),
                label: "cannot be used".into(),
                range: 0..text.len(),
            };
        };
        if start == text.len() {
            return Mistake {
                message: "the condition ends too early".into(),
                label: "something is missing after this".into(),
                range: 0..text.len(),
            };
        }
        let word = text[start..].find(|c: char| !(c.is_alphanumeric() || "_.".contains(c)));
        let len = match word {
            Some(0) => text[start..].chars().next().map_or(1, char::len_utf8),
            Some(len) => len,
            None => text.len() - start,
        };
        let range = start..start + len;
        let found = shortened(&text[range.clone()], 40);
        if message.starts_with("no such column") {
            return self.unknown(&text[range.clone()], range);
        }
        if message.ends_with("syntax error") {
            return Mistake {
                message: format!("`{found}` is not expected here"),
                label: "the condition cannot be read from here on".into(),
                range,
            };
        }
        let message = match message.strip_prefix("not authorized to use function: ") {
            Some(function) => format!("`{function}` is not allowed in a condition"),
            None => message,
        };
        Mistake {
            message: shortened(&message, 200),
            label: "here".into(),
            range,
        }
    }

    fn unknown(&self, name: &str, range: std::ops::Range<usize>) -> Mistake {
        let shown = shortened(name, 40);
        let label = match nearest(name, self.columns.iter().map(|column| column.name.as_str())) {
            Some(near) => format!("no such column; did you mean `{near}`?"),
            None => format!("no such column; if it is meant as text, write '{shown}'"),
        };
        Mistake {
            message: format!("unknown column `{shown}`"),
            label,
            range,
        }
    }
}

/// Turns off what a condition never needs, as a second line behind the authorizer.
fn harden(db: &Connection) -> rusqlite::Result<()> {
    use DbConfig as Db;
    for (setting, on) in [
        (Db::SQLITE_DBCONFIG_DEFENSIVE, true),
        (Db::SQLITE_DBCONFIG_DQS_DML, false),
        (Db::SQLITE_DBCONFIG_DQS_DDL, false),
        (Db::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (Db::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (Db::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        db.set_db_config(setting, on)?;
    }
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 1),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 20_000),
        (Limit::SQLITE_LIMIT_VDBE_OP, MAX_PROGRAM),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        db.set_limit(limit, most)?;
    }
    functions(db)
}
