//! Lists: what was agreed, what was done with them, their decoys.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::query::date;
use super::{Moment, Store, Write};
use crate::deal::event::{Event, StreamKind};
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::list::{Channel, Seed, Standing, State, Terms};

/// A list as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRow {
    pub id: Id,
    pub terms: Terms,
    pub state: State,
    /// When it was retired or returned.
    pub ended: Option<NaiveDate>,
    pub reason: Option<String>,
    /// When its names were told that we have them.
    pub notice_given: Option<NaiveDate>,
}

impl ListRow {
    pub fn code(&self) -> &str {
        &self.terms.code
    }

    /// What a new use is measured by.
    pub fn standing(&self, uses: usize) -> Standing {
        Standing {
            state: self.state,
            ended: self.ended,
            reason: self.reason.clone(),
            uses: uses as u32,
        }
    }
}

/// One use of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseRow {
    pub id: Id,
    pub day: NaiveDate,
    pub channel: Channel,
    pub names: u64,
    /// Why it was made although the terms forbade it.
    pub overridden: Option<String>,
}

impl Store {
    /// The list of this code, in any case.
    pub fn list(&self, code: &str) -> Result<Option<ListRow>> {
        self.translated(|connection| by_code(connection, code))
    }

    /// The same, or a fault that names the nearest.
    pub fn list_named(&self, code: &str) -> Result<ListRow> {
        if let Some(list) = self.list(code)? {
            return Ok(list);
        }
        let lists = self.lists()?;
        let codes: Vec<&str> = lists.iter().map(ListRow::code).collect();
        let fault = Fault::unknown(Class::NotFound, "list", code, &codes);
        Err(fault
            .hint(format!(
                "salesctl list add {} adds it",
                crate::text::visible(code)
            ))
            .into())
    }

    /// All lists, by code.
    pub fn lists(&self) -> Result<Vec<ListRow>> {
        self.translated(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM list ORDER BY code"))?;
            let mut rows = statement.query([])?;
            let mut lists = Vec::new();
            while let Some(row) = rows.next()? {
                lists.push(list_row(row)?);
            }
            Ok(lists)
        })
    }

    /// What was done with a list, oldest first.
    pub fn list_uses(&self, list: Id) -> Result<Vec<UseRow>> {
        self.translated(|connection| uses(connection, list))
    }

    /// Its decoys, the owner's and ours.
    pub fn seeds(&self, list: Id) -> Result<Vec<Seed>> {
        self.translated(|connection| {
            let columns = Seed::COLUMNS.join(", ");
            let mut statement = connection.prepare_cached(&format!(
                "SELECT ours, {columns} FROM list_seed WHERE list = $1 ORDER BY n"
            ))?;
            let mut rows = statement.query([list.0])?;
            let mut seeds = Vec::new();
            while let Some(row) = rows.next()? {
                let mut seed = Seed {
                    ours: row.get(0)?,
                    ..Seed::default()
                };
                for (n, column) in Seed::COLUMNS.into_iter().enumerate() {
                    if let Some(value) = row.get::<_, Option<String>>(n + 1)? {
                        seed.set(column, &value);
                    }
                }
                seeds.push(seed);
            }
            Ok(seeds)
        })
    }
}

impl Write<'_> {
    /// Adds a list, or says anew what was agreed on it.
    pub fn set_list(&mut self, terms: Terms) -> Result<Id> {
        self.flush()?;
        let stream = match by_code(&self.transaction, &terms.code)? {
            Some(known) => known.id,
            None => self.create(StreamKind::List)?,
        };
        let at = self.now();
        self.append(stream, at, [Event::ListSet(Box::new(terms))])?;
        Ok(stream)
    }

    pub fn add_seeds(&mut self, list: Id, seeds: &[Seed]) -> Result<()> {
        let at = self.now();
        let events = seeds.iter().map(|seed| Event::ListSeeded {
            ours: seed.ours,
            values: seed.private(),
        });
        self.append(list, at, events)
    }

    /// Its uses so far, those of this operation included.
    pub fn list_uses(&mut self, list: Id) -> Result<Vec<UseRow>> {
        self.flush()?;
        uses(&self.transaction, list)
    }

    /// The list as it is now that nobody else can change it.
    pub fn list_again(&mut self, code: &str) -> Result<ListRow> {
        self.flush()?;
        by_code(&self.transaction, code)?.ok_or_else(|| {
            Fault::not_found(format!("the list `{code}` was taken back meanwhile")).into()
        })
    }

    /// Records a use with its names.
    pub fn use_list(&mut self, list: Id, at: Moment, made: Used<'_>) -> Result<Id> {
        let id = self.new_id()?;
        let mut statement = self
            .transaction
            .prepare_cached("INSERT INTO list_use_name (list_use, prospect) VALUES ($1, $2)")?;
        for name in made.names {
            statement.execute(params![id.0, name.0])?;
        }
        drop(statement);
        self.append(
            list,
            at,
            [Event::ListUsed {
                id,
                channel: made.channel,
                names: made.names.len() as u64,
                overridden: made.overridden,
            }],
        )?;
        Ok(id)
    }
}

/// What is recorded of a use.
#[derive(Clone, Debug)]
pub struct Used<'a> {
    pub channel: Channel,
    pub names: &'a [Id],
    pub overridden: Option<crate::deal::event::Override>,
}

const COLUMNS: &str = "id, terms, state, ended, reason, notice_given";

fn list_row(row: &Row<'_>) -> Result<ListRow> {
    let id = Id(row.get(0)?);
    let unreadable = |what: &str| Fault::damaged(format!("{what} of the list {id} can't be read"));
    let terms: String = row.get(1)?;
    let state: String = row.get(2)?;
    Ok(ListRow {
        id,
        terms: serde_json::from_str(&terms).map_err(|_| unreadable("the terms"))?,
        state: state.parse().map_err(|_| unreadable("the state"))?,
        ended: date(row.get(3)?),
        reason: row.get(4)?,
        notice_given: date(row.get(5)?),
    })
}

/// There are few lists: the exact code before one in another case.
fn by_code(connection: &Connection, code: &str) -> Result<Option<ListRow>> {
    let codes = connection
        .prepare_cached("SELECT id, code FROM list")?
        .query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let code = code.trim();
    let found = codes
        .iter()
        .find(|(_, known)| known == code)
        .or_else(|| codes.iter().find(|(_, known)| same(known, code)));
    let Some((id, _)) = found else {
        return Ok(None);
    };
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM list WHERE id = $1"))?;
    let row = statement
        .query_row([id], |row| Ok(list_row(row)))
        .optional()?;
    row.transpose()
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn uses(connection: &Connection, list: Id) -> Result<Vec<UseRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, day, channel, names, overridden FROM list_use WHERE list = $1 ORDER BY n",
    )?;
    let mut rows = statement.query([list.0])?;
    let mut uses = Vec::new();
    while let Some(row) = rows.next()? {
        let channel: String = row.get(2)?;
        uses.push(UseRow {
            id: Id(row.get(0)?),
            day: crate::deal::book::Day::new(row.get(1)?).date(),
            channel: channel.parse().map_err(Fault::damaged)?,
            names: row.get::<_, i64>(3)? as u64,
            overridden: row.get(4)?,
        });
    }
    Ok(uses)
}
