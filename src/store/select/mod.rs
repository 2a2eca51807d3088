//! Choosing among everybody on the lists: one statement for the conditions, and what keeps somebody out
//! held in memory. A million names are looked at in about the time that SQLite reads them.
//!
//! One prospect is one entity, however many rows it has: the best row that may be used stands for it.

pub(super) mod contacts;
mod facts;
mod people;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::limits::Limit;
use rusqlite::{Connection, Row};
use rustc_hash::{FxHashMap, FxHashSet};

pub use contacts::Stars;

use self::contacts::Ratings;
use self::facts::{BY_THEMSELVES, Facts, Known, OF_BATCHES};
pub(super) use self::people::People;
use super::Store;
use super::list::ListRow;
use crate::condition::{Column, Condition, Value};
use crate::deal::book::Day;
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Forbidden, State, forbidden};
use crate::process::{Process, prospect_columns};
use crate::prospect::{Fate, Field, Record, TopicRule};
use crate::text::shortened;

/// Longest text that a condition may make of a row, as the engine bounds its own.
const MAX_TEXT: i32 = 1_000_000;
/// Rows that are read by their ids at a time.
const CHUNK: usize = 500;

/// Who is wanted.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub process: &'a Process,
    pub today: NaiveDate,
    /// Checked by [`Process::prospect_engine`].
    pub condition: Option<&'a Condition>,
    pub topics: &'a [TopicRule],
    /// Only names on these; none given means any.
    pub lists: &'a [Id],
}

/// One of those who may be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The row that stands for them.
    pub id: Id,
    pub entity: Id,
    pub list: Id,
    pub score: i64,
    /// When the list's owner had it.
    pub source_day: Option<Day>,
}

/// Everybody who may be chosen, in no order, and how many may not, each for the first reason there is.
#[derive(Debug, Default)]
pub struct Candidates {
    pub found: Vec<Candidate>,
    /// Who passes the condition and is on the lists that were asked for.
    pub passing: usize,
    /// Without the stars that were asked for.
    pub unrated: usize,
    /// Suppressed when they came in.
    pub suppressed: usize,
    /// On a list that can't be used, and on none that can.
    pub unusable: BTreeMap<Id, usize>,
    pub in_a_deal: usize,
    pub contacted: usize,
    people: Arc<People>,
    ratings: Ratings,
}

impl Candidates {
    /// What is thought of somebody, by each of the topics that were asked for.
    pub fn stars(&self, entity: Id) -> Vec<Stars> {
        let of = |by: &FxHashMap<i64, Stars>| by.get(&entity.0).copied().unwrap_or_default();
        self.ratings.iter().map(of).collect()
    }
}

/// What becomes of a row that passes, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Chosen,
    Contacted,
    InADeal,
    Unusable,
    Suppressed,
    Unrated,
}

/// Everything that is held against a row.
struct Filter {
    people: Arc<People>,
    ratings: Ratings,
    usable: FxHashSet<i64>,
    responded: FxHashMap<i64, i32>,
    /// Who is ours by other ways than an answer.
    ours: FxHashSet<i64>,
    in_a_deal: FxHashSet<i64>,
    contacted: FxHashSet<i64>,
}

impl Filter {
    fn verdict(&self, rules: &[TopicRule], entity: i64, row: &Passing) -> Verdict {
        let mut rated = rules.iter().zip(&self.ratings);
        let met = |stars: Option<&Stars>| stars.map(|stars| stars.mean);
        if !rated.all(|(rule, by)| rule.is_met(met(by.get(&entity)))) {
            Verdict::Unrated
        } else if row.suppressed {
            Verdict::Suppressed
        } else if !self.usable.contains(&row.list)
            && !self.responded.contains_key(&entity)
            && !self.ours.contains(&entity)
        {
            Verdict::Unusable
        } else if self.in_a_deal.contains(&entity) {
            Verdict::InADeal
        } else if self.contacted.contains(&entity) {
            Verdict::Contacted
        } else {
            Verdict::Chosen
        }
    }
}

/// A row that passes the condition.
#[derive(Clone, Copy, Debug)]
struct Passing {
    id: i64,
    list: i64,
    score: i64,
    source_day: Option<Day>,
    suppressed: bool,
}

impl Passing {
    /// Better rows are greater: points, then news, then the earlier row.
    fn rank(&self) -> (i64, Option<Day>, std::cmp::Reverse<i64>) {
        (self.score, self.source_day, std::cmp::Reverse(self.id))
    }
}

impl Store {
    /// Everybody who may be chosen today.
    pub fn candidates(&self, wanted: &Wanted<'_>) -> Result<Candidates> {
        let lists = self.lists()?;
        let usable = self.usable_lists(&lists, wanted.today)?;
        self.translated(|connection| {
            let people = Arc::new(People::read(connection)?);
            let responded = responded(connection, &people)?;
            let known = Known::new(&lists, &people, &responded);
            facts::functions(connection, known)?;
            let since = (wanted.process.calendar)
                .still_within(wanted.today, wanted.process.prospecting.contact_gap);
            let mut filter = Filter {
                ratings: contacts::ratings(connection, &people, wanted.topics)?,
                in_a_deal: contacts::in_a_deal(connection, &people)?,
                contacted: contacts::contacted(connection, &people, Day::of(since))?,
                usable,
                responded,
                ours: FxHashSet::default(),
                people,
            };
            if lists.iter().any(|list| !filter.usable.contains(&list.id.0)) {
                filter.ours = ours(connection, &filter.people, &lists)?;
            }
            let mut gathered = Gathered::default();
            let rules = wanted.topics;
            scan(connection, wanted, |row| {
                let entity = filter.people.of(row.id);
                let verdict = filter.verdict(rules, entity, &row);
                gathered.add(filter.people.is_shared(entity), entity, row, verdict);
            })?;
            Ok(gathered.settle(filter))
        })
    }

    /// Everything that is known of these, one at a time, with who it is: their rows that count, and what is
    /// known of them as persons. Whoever must be left alone by any of it must be left alone.
    pub fn each_known_of(
        &self,
        candidates: &Candidates,
        entities: &[Id],
        mut each: impl FnMut(Id, &Record),
    ) -> Result<()> {
        let entities = entities.iter().map(|id| id.0).collect();
        self.translated(|connection| {
            known_of(
                connection,
                &candidates.people,
                &entities,
                |who, _, record| {
                    each(who, record);
                },
            )
        })
    }

    /// The facts that conditions and scoring rules read, of some rows of lists: the columns, and a row of
    /// values for each in the order that was asked for.
    pub fn prospect_facts(
        &self,
        process: &Process,
        today: NaiveDate,
        ids: &[Id],
    ) -> Result<(Vec<Column>, Vec<Vec<Value>>)> {
        let columns = prospect_columns(&process.fields, false);
        let lists = self.lists()?;
        let rows = self.translated(|connection| {
            let people = Arc::new(People::read(connection)?);
            let responded = responded(connection, &people)?;
            facts::functions(connection, Known::new(&lists, &people, &responded))?;
            let facts = |only| Facts {
                process,
                today,
                beside: &[],
                only,
            };
            let mut statement =
                connection.prepare(&facts("p.id = $1").all_sql("prospect p WHERE 1"))?;
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                let values = statement.query_row([id.0], |row| {
                    (0..columns.len()).map(|n| value(row, n)).collect()
                })?;
                found.push(values);
            }
            Ok(found)
        })?;
        Ok((columns, rows))
    }

    /// Lists whose names may be used today by one channel at least.
    fn usable_lists(&self, lists: &[ListRow], today: NaiveDate) -> Result<FxHashSet<i64>> {
        let mut usable = FxHashSet::default();
        for list in lists {
            if self.list_forbids(list, today)?.is_empty() {
                usable.insert(list.id.0);
            }
        }
        Ok(usable)
    }

    /// Why a list can't be used today, whatever the channel; nothing when it can.
    pub fn list_forbids(&self, list: &ListRow, today: NaiveDate) -> Result<Vec<Forbidden>> {
        let standing = list.standing(self.list_uses(list.id)?.len());
        let mut found = Vec::new();
        for channel in Channel::ALL {
            let against = forbidden(&list.terms, &standing, *channel, today);
            if against.is_empty() {
                return Ok(against);
            }
            found = against;
        }
        Ok(found)
    }
}

impl Known {
    fn new(lists: &[ListRow], people: &Arc<People>, responded: &FxHashMap<i64, i32>) -> Self {
        let told = |list: &ListRow| {
            let terms = &list.terms;
            (list.id.0, (terms.code.clone(), terms.kind.name()))
        };
        Self {
            lists: lists.iter().map(told).collect(),
            people: Arc::clone(people),
            responded: responded.clone(),
        }
    }
}

/// Everything that is known of these: who it is, the list that it came from, unless it was suppressed there,
/// and what it says.
pub(super) fn known_of(
    connection: &Connection,
    people: &People,
    entities: &FxHashSet<i64>,
    mut each: impl FnMut(Id, Option<Id>, &Record),
) -> Result<()> {
    let fields = Field::ALL
        .map(|field| format!("p.{}", field.name()))
        .join(", ");
    let mut record = Record::default();
    let mut read = |sql: &str, fields: &[Field]| -> Result<()> {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            record.begin(0);
            for (n, field) in fields.iter().enumerate() {
                if let Some(text) = row.get_ref(n + 2)?.as_str_or_null().ok().flatten() {
                    record.set(*field, text);
                }
            }
            let list: Option<i64> = row.get(1)?;
            each(Id(people.of(row.get(0)?)), list.map(Id), &record);
        }
        Ok(())
    };
    for rows in people.rows_of(entities).chunks(CHUNK) {
        let rows = joined(rows);
        read(
            &format!(
                "SELECT p.id, CASE WHEN p.fate <> 3 THEN p.list END, {fields} FROM prospect p
                 WHERE p.id IN ({rows}) AND p.fate <> 4
                 AND (EXISTS (SELECT 1 FROM batch b WHERE b.id = p.batch)
                    OR EXISTS (SELECT 1 FROM prospect_state s WHERE s.prospect = p.id))"
            ),
            &Field::ALL,
        )?;
    }
    let entities: Vec<i64> = entities.iter().copied().collect();
    for persons in entities.chunks(CHUNK) {
        let persons = joined(persons);
        read(
            &format!(
                "SELECT p.id, NULL, p.name, p.email, p.phone, p.mobile, a.name
                 FROM person p LEFT JOIN account_now a ON a.id = p.account
                 WHERE p.id IN ({persons}) OR p.merged IN ({persons})"
            ),
            &[
                Field::Name,
                Field::Email,
                Field::Phone,
                Field::Mobile,
                Field::Company,
            ],
        )?;
    }
    Ok(())
}

/// Rows one after the other, put together as far as they are one person.
#[derive(Default)]
struct Gathered {
    shared: FxHashMap<i64, (Verdict, Passing)>,
    result: Candidates,
}

impl Gathered {
    fn add(&mut self, shared: bool, entity: i64, row: Passing, verdict: Verdict) {
        if !shared {
            self.count(entity, row, verdict);
            return;
        }
        let kept = self.shared.entry(entity).or_insert((verdict, row));
        if (verdict, std::cmp::Reverse(row.rank())) < (kept.0, std::cmp::Reverse(kept.1.rank())) {
            *kept = (verdict, row);
        }
    }

    fn count(&mut self, entity: i64, row: Passing, verdict: Verdict) {
        let result = &mut self.result;
        result.passing += 1;
        match verdict {
            Verdict::Chosen => result.found.push(Candidate {
                id: Id(row.id),
                entity: Id(entity),
                list: Id(row.list),
                score: row.score,
                source_day: row.source_day,
            }),
            Verdict::Contacted => result.contacted += 1,
            Verdict::InADeal => result.in_a_deal += 1,
            Verdict::Unusable => *result.unusable.entry(Id(row.list)).or_default() += 1,
            Verdict::Suppressed => result.suppressed += 1,
            Verdict::Unrated => result.unrated += 1,
        }
    }

    fn settle(mut self, filter: Filter) -> Candidates {
        for (entity, (verdict, row)) in std::mem::take(&mut self.shared) {
            self.count(entity, row, verdict);
        }
        self.result.people = filter.people;
        self.result.ratings = filter.ratings;
        self.result
    }
}

/// Every row that counts and passes, one at a time.
fn scan(connection: &Connection, wanted: &Wanted<'_>, mut each: impl FnMut(Passing)) -> Result<()> {
    // Rows that were left out of the file when it came in stand for nobody.
    let mut only = "p.fate IN (0, 1, 3)".to_string();
    if !wanted.lists.is_empty() {
        let ids: Vec<i64> = wanted.lists.iter().map(|list| list.0).collect();
        only = format!("{only} AND p.list IN ({})", joined(&ids));
    }
    let facts = Facts {
        process: wanted.process,
        today: wanted.today,
        beside: &["source_date"],
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
            each(Passing {
                id: row.get(0)?,
                list: row.get(1)?,
                suppressed: row.get::<_, i64>(2)? == Fate::Suppressed.number(),
                score: row.get(3)?,
                source_day: day(row.get_ref(4)?.as_str_or_null().ok().flatten()),
            });
        }
    }
    Ok(())
}

/// Bounds the texts that a condition makes, for as long as it is judged. What a row can cost otherwise was
/// bounded when the condition was checked: a short program without loops.
struct Bounds<'c> {
    connection: &'c Connection,
    length: i32,
}

impl<'c> Bounds<'c> {
    fn new(connection: &'c Connection) -> Result<Self> {
        let length = connection.limit(Limit::SQLITE_LIMIT_LENGTH)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_TEXT)?;
        Ok(Self { connection, length })
    }
}

impl Drop for Bounds<'_> {
    fn drop(&mut self) {
        let limit = Limit::SQLITE_LIMIT_LENGTH;
        let _ = self.connection.set_limit(limit, self.length);
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

/// Who is ours, and so not bound by the terms of a list: persons and accounts of ours, and whoever is on a
/// list of ours that is not given back.
fn ours(connection: &Connection, people: &People, lists: &[ListRow]) -> Result<FxHashSet<i64>> {
    let mut ours = contacts::known(connection, people)?;
    let own = lists
        .iter()
        .filter(|list| list.terms.is_ours() && list.state != State::Returned);
    let own: Vec<i64> = own.map(|list| list.id.0).collect();
    if !own.is_empty() {
        let ids = joined(&own);
        let sql =
            format!("SELECT p.id FROM {OF_BATCHES} AND r.list IN ({ids}) AND p.fate IN (0, 1, 2)");
        ours.extend(contacts::everybody(connection, people, &sql, &[])?);
    }
    Ok(ours)
}

/// When each entity answered first.
fn responded(connection: &Connection, people: &People) -> Result<FxHashMap<i64, i32>> {
    let mut statement = connection
        .prepare("SELECT prospect, responded FROM prospect_state WHERE responded IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut first: FxHashMap<i64, i32> = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let day = row.get(1)?;
        let kept = first.entry(people.of(row.get(0)?)).or_insert(day);
        *kept = day.min(*kept);
    }
    Ok(first)
}

pub(super) fn joined(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.join(", ")
}

fn day(text: Option<&str>) -> Option<Day> {
    let date: NaiveDate = text.filter(|text| text.len() == 10)?.parse().ok()?;
    Some(Day::of(date))
}

fn value(row: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    use rusqlite::types::Value as Sql;
    Ok(match row.get(column)? {
        Sql::Integer(number) => Value::Integer(number),
        Sql::Real(number) => Value::Number(number),
        Sql::Text(text) => Value::Text(text),
        Sql::Null | Sql::Blob(_) => Value::Null,
    })
}
