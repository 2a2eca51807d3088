//! Loads the Book, and evaluates conditions over all deals, as of a day.
//!
//! On the newest day the current rows of `deal` are the Book; on an earlier one it is put together
//! from dated facts. Both ways give the same Book for the same day (a property test holds them to it).

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;

use super::Store;
use super::loader::{DealRow, Loader};
use super::query::{catalog, date, fact_value};
use crate::condition::{Condition, Truth, Value};
use crate::deal::book::{Book, Columns, Day, Needs};
use crate::deal::event::CatalogKind;
use crate::deal::fact::{self, Rows, Subject};
use crate::fault::Fault;
use crate::id::Id;
use crate::process::Process;

/// Rows of facts judged at a time, which bounds the memory.
const CHUNK: usize = 10_000;

impl Store {
    /// The Book as of a day, with what is needed and nothing else.
    pub fn book(&self, process: &Process, as_of: NaiveDate, needs: &Needs) -> Result<Book> {
        let newest = self.translated(|connection| {
            let day: Option<i32> =
                connection.query_row("SELECT MAX(touched) FROM deal", [], |row| row.get(0))?;
            Ok(date(day))
        })?;
        let mut book = if newest.is_none_or(|day| day <= as_of) {
            self.book_of_rows(process, as_of, needs)?
        } else {
            self.book_of_facts(process, as_of, needs)?
        };
        if needs.columns.has(Columns::LISTS) {
            book.lists = Some(self.payback(as_of)?);
        }
        let mut conditions = Vec::new();
        for text in &needs.conditions {
            let condition = process.engine.check(text);
            conditions.push(condition.map_err(|mistake| Fault::usage(mistake.message))?);
        }
        if !conditions.is_empty() {
            let conditions: Vec<&Condition> = conditions.iter().collect();
            let columns = self.judge(process, as_of, &conditions)?;
            for (text, truths) in needs.conditions.iter().zip(columns) {
                let met = truths.iter().map(|truth| *truth == Truth::Met).collect();
                book.conditions.insert(text.clone(), met);
            }
        }
        Ok(book)
    }

    /// The Book from the current rows: right on any day from the last event on.
    pub fn book_of_rows(&self, process: &Process, as_of: NaiveDate, needs: &Needs) -> Result<Book> {
        self.one_view(|connection| {
            let mut loader = Loader::new(connection, process, as_of)?;
            let mut statement = connection.prepare(
                "SELECT id, account, owner, product, source, state, stage, stage_entered, value_minor, currency,
                    opened, closed, expected_close, hold_until, next_due, reason, customer_type, touched
                 FROM deal ORDER BY id",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let text = |at: usize| row.get_ref(at)?.as_str_or_null().map_err(anyhow::Error::from);
                let day = |at: usize| -> Result<Option<Day>> { Ok(row.get::<_, Option<i32>>(at)?.map(Day)) };
                loader.push(
                    Id(row.get(0)?),
                    &DealRow {
                        account: row.get(1)?,
                        owner: text(2)?,
                        product: text(3)?,
                        source: text(4)?,
                        state: text(5)?,
                        stage: text(6)?,
                        stage_entered: day(7)?,
                        value_minor: row.get(8)?,
                        currency: text(9)?,
                        opened: day(10)?,
                        closed: day(11)?,
                        expected_close: day(12)?,
                        hold_until: day(13)?,
                        next_due: day(14)?,
                        reason: text(15)?,
                        customer_type: text(16)?,
                        touched: day(17)?,
                    },
                )?;
            }
            loader.finish(connection, needs)
        })
    }

    /// The Book from dated facts: right on any day.
    pub fn book_of_facts(
        &self,
        process: &Process,
        as_of: NaiveDate,
        needs: &Needs,
    ) -> Result<Book> {
        self.one_view(|connection| {
            let mut loader = Loader::new(connection, process, as_of)?;
            let visits = last_visits(connection, as_of)?;
            each_deal(connection, as_of, |id, facts| {
                let text = |name: &str| match facts.get(name) {
                    Some(Value::Text(text)) => Some(text.as_str()),
                    _ => None,
                };
                let whole = |name: &str| match facts.get(name) {
                    Some(Value::Integer(n)) => Some(*n),
                    _ => None,
                };
                let day = |name: &str| text(name).and_then(|text| text.parse().ok()).map(Day::of);
                let visit = visits.get(&id);
                loader.push(
                    id,
                    &DealRow {
                        account: whole(fact::ACCOUNT),
                        owner: text("owner"),
                        product: text("product"),
                        source: text("source"),
                        state: text("state"),
                        stage: visit.map(|(stage, _)| stage.as_str()),
                        stage_entered: visit.and_then(|(_, entered)| *entered),
                        value_minor: whole(fact::VALUE_MINOR),
                        currency: text("currency"),
                        opened: day("opened"),
                        closed: day("closed"),
                        expected_close: day("expected_close"),
                        hold_until: day("hold_until"),
                        next_due: day(fact::BOOKED),
                        reason: text("reason"),
                        customer_type: text("type"),
                        touched: day(fact::TOUCHED),
                    },
                )
            })?;
            loader.finish(connection, needs)
        })
    }

    /// Evaluates conditions over every deal of the Book of that day, in its order: one column each.
    pub fn judge(
        &self,
        process: &Process,
        as_of: NaiveDate,
        conditions: &[&Condition],
    ) -> Result<Vec<Vec<Truth>>> {
        self.one_view(|connection| {
            let catalog = catalog(connection)?;
            let accounts = account_names(connection)?;
            let account_facts = account_facts(connection, as_of)?;
            let rows = Rows::new(process, as_of);
            let mut columns = vec![Vec::new(); conditions.len()];
            let mut chunk: Vec<Vec<Value>> = Vec::new();
            let none = Vec::new();
            let mut judge = |chunk: &mut Vec<Vec<Value>>| -> Result<()> {
                process.engine.load(std::mem::take(chunk))?;
                for (column, condition) in columns.iter_mut().zip(conditions) {
                    column.extend(process.engine.judge(condition)?);
                }
                Ok(())
            };
            each_deal(connection, as_of, |id, facts| {
                let account = match facts.get(fact::ACCOUNT) {
                    Some(Value::Integer(id)) => Some(*id),
                    _ => None,
                };
                let team = match facts.get("owner") {
                    Some(Value::Text(owner)) => catalog
                        .get(CatalogKind::Rep, owner)
                        .and_then(|rep| rep.team.as_deref()),
                    _ => None,
                };
                let subject = Subject {
                    id,
                    account: account.and_then(|id| accounts.get(&id)).map(String::as_str),
                    team,
                    account_facts: account
                        .and_then(|id| account_facts.get(&id))
                        .unwrap_or(&none),
                };
                chunk.push(
                    rows.row(
                        &subject,
                        facts
                            .iter()
                            .map(|(name, value)| (name.as_str(), value.clone())),
                    ),
                );
                if chunk.len() == CHUNK {
                    judge(&mut chunk)
                } else {
                    Ok(())
                }
            })?;
            judge(&mut chunk)?;
            Ok(columns)
        })
    }

    /// One read transaction: all statements see the same moment.
    pub(super) fn one_view<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.translated(|connection| {
            let view = connection.unchecked_transaction()?;
            let value = read(&view)?;
            view.finish()?;
            Ok(value)
        })
    }
}

/// The stage each deal is in, or closed from, with the day it entered it.
type LastVisits = HashMap<Id, (String, Option<Day>)>;

fn last_visits(connection: &Connection, as_of: NaiveDate) -> Result<LastVisits> {
    let mut last = LastVisits::new();
    let mut statement = connection.prepare(
        "SELECT deal, stage, entered FROM visit WHERE entered IS NULL OR entered <= $1 ORDER BY deal, n",
    )?;
    let mut rows = statement.query([Day::of(as_of).0])?;
    while let Some(row) = rows.next()? {
        last.insert(
            Id(row.get(0)?),
            (row.get(1)?, row.get::<_, Option<i32>>(2)?.map(Day)),
        );
    }
    Ok(last)
}

/// Calls `each` for every deal that existed on the day, with its facts of that day.
fn each_deal(
    connection: &Connection,
    as_of: NaiveDate,
    mut each: impl FnMut(Id, &HashMap<String, Value>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT d.id, f.name, f.whole, f.number, f.text FROM deal d JOIN fact f ON f.subject = d.id
         WHERE f.day <= $1 ORDER BY d.id, f.name, f.day",
    )?;
    let mut rows = statement.query([Day::of(as_of).0])?;
    let mut current: Option<Id> = None;
    let mut facts: HashMap<String, Value> = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = Id(row.get(0)?);
        if current != Some(id) {
            if let Some(done) = current {
                each(done, &facts)?;
            }
            facts.clear();
            current = Some(id);
        }
        facts.insert(row.get(1)?, fact_value(row, 2)?);
    }
    if let Some(done) = current {
        each(done, &facts)?;
    }
    Ok(())
}

fn account_names(connection: &Connection) -> Result<HashMap<i64, String>> {
    let mut statement = connection.prepare("SELECT id, name FROM account_now")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn account_facts(
    connection: &Connection,
    as_of: NaiveDate,
) -> Result<HashMap<i64, Vec<(String, Value)>>> {
    let mut facts: HashMap<i64, Vec<(String, Value)>> = HashMap::new();
    let mut statement = connection.prepare(
        "SELECT a.id, f.name, f.whole, f.number, f.text FROM account_now a JOIN fact f ON f.subject = a.now
         WHERE f.day <= $1 ORDER BY a.id, f.name, f.day",
    )?;
    let mut rows = statement.query([Day::of(as_of).0])?;
    while let Some(row) = rows.next()? {
        let known = facts.entry(row.get(0)?).or_default();
        let name: String = row.get(1)?;
        known.retain(|(other, _)| *other != name);
        known.push((name, fact_value(row, 2)?));
    }
    Ok(facts)
}
