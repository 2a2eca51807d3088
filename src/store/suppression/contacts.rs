//! What the store knows of somebody who is named by id or name: people of accounts, and names of lists.

use anyhow::Result;
use rusqlite::Connection;

use super::super::{Store, project};
use crate::id::{Id, canonical_handle};

/// Somebody, with everything they can be recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: Id,
    pub name: String,
    pub company: Option<String>,
    pub zip: Option<String>,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
}

/// Shorter beginnings of ids are somebody's name.
const SHORTEST_PREFIX: usize = 4;

impl Store {
    /// Who has `typed` as their name, or else whose id begins so.
    pub fn contacts(&self, typed: &str) -> Result<Vec<Contact>> {
        self.translated(|connection| {
            let people = people(connection)?;
            let key = project::name_key(typed);
            let named: Vec<Contact> = people
                .iter()
                .filter(|person| project::name_key(&person.name) == key)
                .cloned()
                .collect();
            if !named.is_empty() {
                return Ok(named);
            }
            let Some(prefix) =
                canonical_handle(typed).filter(|prefix| prefix.len() >= SHORTEST_PREFIX)
            else {
                return Ok(Vec::new());
            };
            let mut found: Vec<Contact> = people
                .into_iter()
                .filter(|person| person.id.handle().starts_with(&prefix))
                .collect();
            let mut statement = connection.prepare(
                "SELECT id FROM prospect WHERE id IN (SELECT prospect FROM prospect_state)
                 OR batch IN (SELECT id FROM batch) ORDER BY id",
            )?;
            for id in statement.query_map([], |row| Ok(Id(row.get(0)?)))? {
                let id = id?;
                if id.handle().starts_with(&prefix) {
                    found.push(prospect(connection, id)?);
                }
            }
            Ok(found)
        })
    }
}

fn people(connection: &Connection) -> Result<Vec<Contact>> {
    let mut statement = connection.prepare(
        "SELECT p.id, p.name, a.name, p.email, p.phone, p.mobile FROM person p
         LEFT JOIN account_now a ON a.id = p.account ORDER BY p.id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Contact {
            id: Id(row.get(0)?),
            name: row.get(1)?,
            company: row.get(2)?,
            zip: None,
            emails: row.get::<_, Option<String>>(3)?.into_iter().collect(),
            phones: [row.get::<_, Option<String>>(4)?, row.get(5)?]
                .into_iter()
                .flatten()
                .collect(),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn prospect(connection: &Connection, id: Id) -> Result<Contact> {
    Ok(connection
        .prepare_cached(
            "SELECT name, first_name, last_name, company, zip, email, phone, mobile FROM prospect WHERE id = $1",
        )?
        .query_row([id.0], |row| {
            let part = |at| row.get::<_, Option<String>>(at);
            let parts = [part(1)?, part(2)?].into_iter().flatten().collect::<Vec<_>>();
            Ok(Contact {
                id,
                name: part(0)?.unwrap_or_else(|| parts.join(" ")),
                company: part(3)?,
                zip: part(4)?,
                emails: part(5)?.into_iter().collect(),
                phones: [part(6)?, part(7)?].into_iter().flatten().collect(),
            })
        })?)
}
