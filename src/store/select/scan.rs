//! The one pass over all rows of lists.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::limits::Limit;
use rusqlite::{Connection, Row};

use super::facts::{BY_THEMSELVES, Facts, OF_BATCHES};
use super::{Candidate, Wanted, joined};
use crate::condition::Condition;
use crate::deal::book::Day;
use crate::fault::Fault;
use crate::id::Id;
use crate::prospect::likeness::Near;
use crate::prospect::{Fate, Field};
use crate::text::shortened;

/// Longest text that a condition may make of a row, as the engine bounds its own.
const MAX_TEXT: i32 = 1_000_000;
/// What is read of each row beside the facts that are asked for: when it was news, and what it is compared by.
pub(super) const NEWS: &[Field] = &[Field::SourceDate];
pub(super) const COMPARED: &[Field] = &[
    Field::SourceDate,
    Field::Industry,
    Field::Employees,
    Field::Revenue,
    Field::Country,
    Field::State,
    Field::City,
    Field::Zip,
];
/// Where these begin in the columns of [`Facts::sql`].
pub(super) const BESIDE: usize = 4;

/// A row that passes the condition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passing {
    pub(super) id: i64,
    pub(super) list: i64,
    score: i64,
    source_day: Option<Day>,
    pub(super) suppressed: bool,
    pub(super) like: Option<Near>,
}

impl Passing {
    pub(super) fn candidate(&self, entity: i64) -> Candidate {
        Candidate {
            id: Id(self.id),
            entity: Id(entity),
            list: Id(self.list),
            score: self.score,
            source_day: self.source_day,
            like: self.like,
        }
    }
}

/// Every row that counts and passes, one at a time.
pub(super) fn scan(
    connection: &Connection,
    wanted: &Wanted<'_>,
    beside: &[Field],
    mut each: impl FnMut(Passing, &Row<'_>),
) -> Result<()> {
    // A row that is in the file twice stands for nobody, nor does a decoy.
    let mut only = "p.fate <> 2 AND p.fate <> 4".to_string();
    if !wanted.lists.is_empty() {
        let ids: Vec<i64> = wanted.lists.iter().map(|list| list.0).collect();
        only = format!("{only} AND p.list IN ({})", joined(&ids));
    }
    let facts = Facts {
        process: wanted.process,
        today: wanted.today,
        beside,
        only: &only,
    };
    let _bounds = Bounds::new(connection)?;
    for from in [OF_BATCHES, BY_THEMSELVES] {
        let mut statement = connection.prepare(&facts.sql(from, wanted.condition))?;
        let mut rows = statement.query([])?;
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => return Err(judging(wanted.condition, error)),
            };
            let passing = Passing {
                id: row.get(0)?,
                list: row.get(1)?,
                suppressed: row.get::<_, i64>(2)? == Fate::Suppressed.number(),
                score: row.get(3)?,
                source_day: day(row.get_ref(BESIDE)?.as_str_or_null().ok().flatten()),
                like: None,
            };
            each(passing, row);
        }
    }
    Ok(())
}

/// Bounds what a condition costs, for as long as it is judged: the texts it makes, and that no index of all
/// rows is made for the sake of one pass over them, which SQLite would do for `city = 'Bonn'`. What a row can
/// cost otherwise was bounded when the condition was checked: a short program without loops.
pub(super) struct Bounds<'c> {
    connection: &'c Connection,
    length: i32,
}

impl<'c> Bounds<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Self> {
        let length = connection.limit(Limit::SQLITE_LIMIT_LENGTH)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_TEXT)?;
        connection.pragma_update(None, "automatic_index", false)?;
        Ok(Self { connection, length })
    }
}

impl Drop for Bounds<'_> {
    fn drop(&mut self) {
        let limit = Limit::SQLITE_LIMIT_LENGTH;
        let _ = self.connection.set_limit(limit, self.length);
        let _ = (self.connection).pragma_update(None, "automatic_index", true);
    }
}

/// What SQLite could not do with a condition is the condition's fault; a broken disk is not.
fn judging(condition: Option<&Condition>, error: rusqlite::Error) -> anyhow::Error {
    use rusqlite::ErrorCode as E;
    let of_it = matches!(
        error.sqlite_error_code(),
        Some(E::OperationInterrupted | E::TooBig | E::Unknown | E::TypeMismatch)
    );
    match condition {
        Some(condition) if of_it => {
            let text = shortened(&condition.text, 80);
            anyhow::Error::from(error).context(Fault::usage(format!(
                "the condition `{text}` cannot be judged"
            )))
        }
        _ => error.into(),
    }
}

fn day(text: Option<&str>) -> Option<Day> {
    let date: NaiveDate = text.filter(|text| text.len() == 10)?.parse().ok()?;
    Some(Day::of(date))
}
