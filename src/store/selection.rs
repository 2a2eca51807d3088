//! Selections: who was chosen, by what, and why each.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, Row, params};

use super::{Store, Write};
use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded, StreamKind};
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::prospect::Query;

/// A saved selection.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectionRow {
    pub id: Id,
    pub name: String,
    pub query: Query,
    /// What its names stand under.
    pub run: Id,
    pub names: u64,
    /// When it was saved last, and by whom.
    pub day: NaiveDate,
    pub by: String,
}

/// One of those who were chosen, the best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The row of a list, or the account.
    pub subject: Id,
    pub why: String,
}

impl Store {
    /// All selections, by name.
    pub fn selections(&self) -> Result<Vec<SelectionRow>> {
        self.translated(selections)
    }

    /// The selection of this name, or a fault that names the nearest.
    pub fn selection_named(&self, name: &str) -> Result<SelectionRow> {
        let all = self.selections()?;
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        let fault = Fault::unknown(Class::NotFound, "selection", name, &names);
        let found = all.iter().find(|one| one.name == name).cloned();
        found.ok_or_else(|| {
            fault
                .hint("salesctl prospect select … --save NAME makes one")
                .into()
        })
    }

    /// Who was chosen by it when it was saved last.
    pub fn chosen(&self, selection: &SelectionRow) -> Result<Vec<Chosen>> {
        self.translated(|connection| {
            let mut statement = connection
                .prepare("SELECT subject, why FROM selection_name WHERE run = $1 ORDER BY n")?;
            let rows = statement.query_map([selection.run.0], |row| {
                Ok(Chosen {
                    subject: Id(row.get(0)?),
                    why: row.get(1)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

impl Write<'_> {
    /// Saves who was chosen under a name, in the place of whom it stood for.
    pub fn save_selection(&mut self, name: &str, query: &Query, chosen: &[Chosen]) -> Result<Id> {
        self.flush()?;
        let known = selections(&self.transaction)?;
        let known = known.into_iter().find(|one| one.name == name);
        let id = match known {
            Some(known) => known.id,
            None => self.create(StreamKind::Selection)?,
        };
        let run = self.new_id()?;
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO selection_name (run, n, subject, why) VALUES ($1, $2, $3, $4)",
        )?;
        for (n, one) in (1_i64..).zip(chosen) {
            statement.execute(params![run.0, n, one.subject.0, one.why])?;
        }
        drop(statement);
        let at = self.now();
        let saved = Event::SelectionSaved {
            name: name.to_string(),
            query: Box::new(query.clone()),
            run,
            names: chosen.len() as u64,
        };
        self.append(id, at, [saved])?;
        Ok(id)
    }

    pub fn remove_selection(&mut self, id: Id) -> Result<()> {
        let at = self.now();
        self.append(id, at, [Event::SelectionRemoved])
    }
}

pub(super) fn project(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM selection WHERE id = $1")?
        .execute([id.0])?;
    let mut now = None;
    for recorded in effective_order(events) {
        match &recorded.event {
            Event::SelectionSaved { .. } => now = Some(recorded),
            Event::SelectionRemoved => now = None,
            _ => {}
        }
    }
    let Some(recorded) = now else { return Ok(()) };
    let Event::SelectionSaved {
        name,
        query,
        run,
        names,
    } = &recorded.event
    else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO selection (id, name, query, run, names, day, actor)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )?
        .execute(params![
            id.0,
            name,
            serde_json::to_string(query)?,
            run.0,
            *names as i64,
            Day::of(recorded.day).number(),
            recorded.actor,
        ])?;
    Ok(())
}

fn selections(connection: &Connection) -> Result<Vec<SelectionRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, query, run, names, day, actor FROM selection ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(selection(row)?);
    }
    Ok(found)
}

fn selection(row: &Row<'_>) -> Result<SelectionRow> {
    let name: String = row.get(1)?;
    let query: String = row.get(2)?;
    let query = serde_json::from_str(&query)
        .map_err(|_| Fault::damaged(format!("the selection {name} can't be read")))?;
    Ok(SelectionRow {
        id: Id(row.get(0)?),
        name,
        query,
        run: Id(row.get(3)?),
        names: row.get::<_, i64>(4)? as u64,
        day: Day::new(row.get(5)?).date(),
        by: row.get(6)?,
    })
}
