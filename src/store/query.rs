//! Reading: what commands ask of the projections.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};

use super::{Store, log, open, project};
use crate::condition::Value;
use crate::deal::Deal;
use crate::deal::book::Day;
use crate::deal::event::{CatalogEntry, CatalogKind, Recorded};
use crate::fault::Fault;
use crate::id::Id;

/// A process version as it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub version: u32,
    pub recorded: DateTime<Utc>,
    pub day: NaiveDate,
    pub actor: String,
    pub why: String,
    pub path: String,
    pub text: String,
}

/// Reps, teams, products and sources, all of them.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub entries: Vec<(Id, CatalogEntry)>,
}

impl Catalog {
    pub fn of(&self, kind: CatalogKind) -> impl Iterator<Item = &CatalogEntry> {
        self.entries
            .iter()
            .map(|(_, entry)| entry)
            .filter(move |entry| entry.kind == kind)
    }

    pub fn get(&self, kind: CatalogKind, name: &str) -> Option<&CatalogEntry> {
        self.of(kind).find(|entry| entry.name == name)
    }

    /// By name, or by title in any case.
    pub fn find(&self, kind: CatalogKind, typed: &str) -> Option<&CatalogEntry> {
        self.get(kind, typed).or_else(|| {
            let key = project::name_key(typed);
            self.of(kind).find(|entry| {
                project::name_key(&entry.title) == key || project::name_key(&entry.name) == key
            })
        })
    }

    /// The rep with this login, or of this name or title, as [`Catalog::find`] reads them.
    pub fn rep_of_login(&self, login: &str) -> Option<&CatalogEntry> {
        self.of(CatalogKind::Rep)
            .find(|rep| rep.login.as_deref() == Some(login))
            .or_else(|| self.find(CatalogKind::Rep, login))
    }

    /// What people read for a name that deals carry.
    pub fn title<'a>(&'a self, kind: CatalogKind, name: &'a str) -> &'a str {
        self.get(kind, name)
            .map_or(name, |entry| entry.title.as_str())
    }
}

/// One command in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRow {
    pub id: Id,
    pub kind: String,
    pub typed: String,
    pub actor: String,
    pub recorded: DateTime<Utc>,
    pub undone: bool,
    pub events: i64,
}

/// An open deal on somebody's desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkRow {
    pub deal: Id,
    pub account: Option<String>,
    pub title: Option<String>,
    pub owner: Option<String>,
    pub state: String,
    pub stage: Option<String>,
    pub stage_entered: Option<NaiveDate>,
    pub value_minor: Option<i64>,
    pub currency: Option<String>,
    pub expected_close: Option<NaiveDate>,
    pub hold_until: Option<NaiveDate>,
    pub touched: NaiveDate,
    /// Open follow-ups, the earliest first: id, due, text.
    pub follow_ups: Vec<(Id, NaiveDate, String)>,
    /// Whether one of them is a next step: set by somebody, not by a rule of the process.
    pub has_next_step: bool,
}

/// Newest applied version that is not undone.
pub(super) fn current_version(connection: &Connection) -> Result<Option<u32>> {
    Ok(connection.query_row(
        "SELECT MAX(p.version) FROM process_version p JOIN operation o ON o.id = p.operation
         WHERE o.undone_ts IS NULL",
        [],
        |row| row.get(0),
    )?)
}

/// Version in force on a day; 0 before the first.
pub(super) fn version_on(connection: &Connection, day: NaiveDate) -> Result<u32> {
    let version: Option<u32> = connection.query_row(
        "SELECT MAX(p.version) FROM process_version p JOIN operation o ON o.id = p.operation
         WHERE o.undone_ts IS NULL AND p.day <= $1",
        [Day::of(day).number()],
        |row| row.get(0),
    )?;
    Ok(version.unwrap_or(0))
}

pub(super) fn date(day: Option<i32>) -> Option<NaiveDate> {
    day.map(|day| Day::new(day).date())
}

impl Store {
    /// The process that commands enforce; `None` in a store that never had one.
    pub fn applied(&self) -> Result<Option<Applied>> {
        self.translated(|connection| {
            let Some(version) = current_version(connection)? else {
                return Ok(None);
            };
            let applied = Self::version_row(connection, version)?;
            let stated: String = connection.query_row(
                "SELECT sha256 FROM process_version WHERE version = $1",
                [version],
                |row| row.get(0),
            )?;
            let text = applied.as_ref().map_or("", |applied| applied.text.as_str());
            if crate::text::hex(&Sha256::digest(text.as_bytes())) != stated {
                return Err(Fault::store(format!(
                    "the text of process version {version} was changed behind salesctl's back"
                ))
                .hint("salesctl doctor says more; salesctl process apply puts a sound version in force")
                .into());
            }
            Ok(applied)
        })
    }

    /// The number that the next version gets; of versions that were undone none is used again.
    pub fn next_version(&self) -> Result<u32> {
        self.translated(|connection| {
            let newest: Option<u32> =
                connection.query_row("SELECT MAX(version) FROM process_version", [], |row| {
                    row.get(0)
                })?;
            Ok(newest.unwrap_or(0) + 1)
        })
    }

    /// Every applied version, newest first, undone ones left out.
    pub fn versions(&self) -> Result<Vec<Applied>> {
        let all = self.versions_ever()?.into_iter();
        let counts = all.filter(|(_, undone)| !undone);
        Ok(counts.map(|(applied, _)| applied).collect())
    }

    /// The same with those that were undone, each with whether it was: what was done under one stays so.
    pub fn versions_ever(&self) -> Result<Vec<(Applied, bool)>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT p.version, o.undone_ts IS NOT NULL FROM process_version p JOIN operation o ON o.id = p.operation
                 ORDER BY p.version DESC",
            )?;
            let versions = statement
                .query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, bool>(1)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut all = Vec::new();
            for (version, undone) in versions {
                let applied = Self::version_row(connection, version)?;
                all.extend(applied.map(|applied| (applied, undone)));
            }
            Ok(all)
        })
    }

    fn version_row(connection: &Connection, version: u32) -> Result<Option<Applied>> {
        let found = connection
            .query_row(
                "SELECT version, ts, day, actor, why, path, text FROM process_version WHERE version = $1",
                [version],
                |row| {
                    Ok((
                        row.get::<_, i64>(1)?,
                        Applied {
                            version: row.get(0)?,
                            recorded: DateTime::UNIX_EPOCH,
                            day: Day::new(row.get(2)?).date(),
                            actor: row.get(3)?,
                            why: row.get(4)?,
                            path: row.get(5)?,
                            text: row.get(6)?,
                        },
                    ))
                },
            )
            .optional()?;
        found
            .map(|(ts, applied)| {
                Ok(Applied {
                    recorded: log::instant(ts)?,
                    ..applied
                })
            })
            .transpose()
    }

    pub fn catalog(&self) -> Result<Catalog> {
        self.translated(catalog)
    }

    /// The events of a stream, as written.
    pub fn events(&self, stream: Id) -> Result<Vec<Recorded>> {
        self.translated(|connection| log::read(connection, stream))
    }

    pub fn deal(&self, id: Id) -> Result<Option<Deal>> {
        Ok(Deal::from_events(&self.events(id)?))
    }

    pub fn account_name(&self, id: Id) -> Result<Option<String>> {
        self.translated(|connection| {
            Ok(connection
                .prepare_cached("SELECT name FROM account_now WHERE id = $1")?
                .query_row([id.0], |row| row.get(0))
                .optional()?)
        })
    }

    /// The account of this name, in any case; a name it had before, or that of one which was merged into
    /// it, will do.
    pub fn account_named(&self, name: &str) -> Result<Option<Id>> {
        self.translated(|connection| account_named(connection, name))
    }

    /// The fields of an account as of a day.
    pub fn account_facts(&self, account: Id, as_of: NaiveDate) -> Result<Vec<(String, Value)>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT name, whole, number, text FROM fact
                 WHERE subject = (SELECT now FROM account_now WHERE id = $1) AND day <= $2 ORDER BY name, day",
            )?;
            let mut rows = statement.query((account.0, Day::of(as_of).number()))?;
            let mut facts: Vec<(String, Value)> = Vec::new();
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                facts.retain(|(known, _)| *known != name);
                facts.push((name, fact_value(row, 1)?));
            }
            Ok(facts)
        })
    }

    /// The log of commands, newest first.
    pub fn operations(&self, limit: usize) -> Result<Vec<OperationRow>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT o.id, o.kind, o.typed, o.actor, o.ts, o.undone_ts IS NOT NULL,
                    (SELECT COUNT(*) FROM event e WHERE e.operation = o.id)
                 FROM operation o ORDER BY o.ts DESC LIMIT $1",
            )?;
            let mut rows = statement.query([limit as i64])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(operation_row(row)?);
            }
            Ok(all)
        })
    }

    /// Open deals, of one rep or of all, with their open follow-ups.
    pub fn work(&self, owner: Option<&str>) -> Result<Vec<WorkRow>> {
        self.translated(|connection| {
            let mut follow_ups: HashMap<i64, Vec<(Id, NaiveDate, String)>> = HashMap::new();
            let mut has_next_step: HashSet<i64> = HashSet::new();
            let mut statement = connection.prepare_cached(
                "SELECT f.deal, f.id, f.due, f.text, f.by_rule FROM deal d JOIN followup f ON f.deal = d.id
                 WHERE f.done IS NULL AND d.state IN ('open', 'hold') AND (d.owner = $1 OR $1 IS NULL)
                 ORDER BY f.due, f.id",
            )?;
            let mut rows = statement.query([owner])?;
            while let Some(row) = rows.next()? {
                if !row.get::<_, bool>(4)? {
                    has_next_step.insert(row.get(0)?);
                }
                follow_ups.entry(row.get(0)?).or_default().push((
                    Id(row.get(1)?),
                    Day::new(row.get(2)?).date(),
                    row.get(3)?,
                ));
            }
            let mut statement = connection.prepare_cached(
                "SELECT d.id, a.name, d.title, d.owner, d.state, d.stage, d.stage_entered, d.value_minor,
                    d.currency, d.expected_close, d.hold_until, d.touched
                 FROM deal d LEFT JOIN account_now a ON a.id = d.account
                 WHERE d.state IN ('open', 'hold') AND (d.owner = $1 OR $1 IS NULL) ORDER BY d.id",
            )?;
            let rows = statement.query_map([owner], |row| {
                let id: i64 = row.get(0)?;
                Ok(WorkRow {
                    deal: Id(id),
                    account: row.get(1)?,
                    title: row.get(2)?,
                    owner: row.get(3)?,
                    state: row.get(4)?,
                    stage: row.get(5)?,
                    stage_entered: date(row.get(6)?),
                    value_minor: row.get(7)?,
                    currency: row.get(8)?,
                    expected_close: date(row.get(9)?),
                    hold_until: date(row.get(10)?),
                    touched: Day::new(row.get(11)?).date(),
                    follow_ups: follow_ups.remove(&id).unwrap_or_default(),
                    has_next_step: has_next_step.contains(&id),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Every name that an account has or had, those that were merged into it included, with its id; the
    /// names in use come first.
    pub fn accounts(&self) -> Result<Vec<(Id, String)>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT COALESCE(merged, id), name, CASE WHEN merged IS NULL THEN 0 ELSE 1 END AS rank, id
                 FROM account
                 UNION ALL SELECT COALESCE(a.merged, a.id), f.name, 2, a.id
                 FROM former_name f JOIN account a ON a.id = f.account
                 ORDER BY rank, 4",
            )?;
            let rows = statement.query_map([], |row| Ok((Id(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The store's own notes, such as when it was made.
    pub fn info(&self, name: &str) -> Result<Option<String>> {
        self.translated(|connection| {
            Ok(connection
                .query_row(
                    "SELECT value FROM store_info WHERE name = $1",
                    [name],
                    |row| row.get(0),
                )
                .optional()?)
        })
    }

    /// Runs a read; SQLite's failures come back in people's words.
    pub(super) fn translated<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        read(&self.connection).map_err(|error| open::in_words(error, &self.path))
    }
}

pub(super) fn account_named(connection: &Connection, name: &str) -> Result<Option<Id>> {
    let key = project::name_key(name);
    let find = |sql: &str| -> Result<Option<Id>> {
        Ok(connection
            .prepare_cached(sql)?
            .query_row([&key], |row| Ok(Id(row.get(0)?)))
            .optional()?)
    };
    let called = find(
        "SELECT COALESCE(merged, id) FROM account WHERE name_key = $1
         ORDER BY CASE WHEN merged IS NULL THEN 0 ELSE 1 END, id LIMIT 1",
    )?;
    match called {
        Some(id) => Ok(Some(id)),
        None => find(
            "SELECT COALESCE(a.merged, a.id) FROM former_name f JOIN account a ON a.id = f.account
             WHERE f.name_key = $1 ORDER BY a.id LIMIT 1",
        ),
    }
}

pub(super) fn catalog(connection: &Connection) -> Result<Catalog> {
    let mut statement = connection.prepare_cached(
        "SELECT id, kind, name, title, team, manager, login, price_minor, capacity, active, margin, since
         FROM catalog ORDER BY kind, name",
    )?;
    let mut rows = statement.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(1)?;
        entries.push((
            Id(row.get(0)?),
            CatalogEntry {
                kind: CatalogKind::from_name(&kind)
                    .ok_or_else(|| Fault::damaged(format!("unknown catalog kind `{kind}`")))?,
                name: row.get(2)?,
                title: row.get(3)?,
                team: row.get(4)?,
                manager: row.get(5)?,
                login: row.get(6)?,
                price_minor: row.get(7)?,
                capacity: row.get(8)?,
                margin: row.get(10)?,
                since: date(row.get(11)?),
                active: row.get::<_, i64>(9)? != 0,
            },
        ));
    }
    Ok(Catalog { entries })
}

pub(super) fn fact_value(row: &Row<'_>, at: usize) -> rusqlite::Result<Value> {
    if let Some(whole) = row.get(at)? {
        return Ok(Value::Integer(whole));
    }
    if let Some(number) = row.get(at + 1)? {
        return Ok(Value::Number(number));
    }
    Ok(row
        .get::<_, Option<String>>(at + 2)?
        .map_or(Value::Null, Value::Text))
}

pub(super) fn operation_row(row: &Row<'_>) -> Result<OperationRow> {
    Ok(OperationRow {
        id: Id(row.get(0)?),
        kind: row.get(1)?,
        typed: row.get(2)?,
        actor: row.get(3)?,
        recorded: log::instant(row.get(4)?)?,
        undone: row.get(5)?,
        events: row.get(6)?,
    })
}
