//! What the store knows of somebody who is named by id or name: people of accounts, and names of lists.

use anyhow::Result;
use rusqlite::Connection;

use super::super::{Name, Store, project};
use crate::id::{Id, canonical_handle};
use crate::prospect::Field;

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
    /// Persons who have `typed` as their name, or else whose id begins so.
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
            Ok(people
                .into_iter()
                .filter(|person| person.id.handle().starts_with(&prefix))
                .collect())
        })
    }
}

impl Contact {
    /// Somebody as one row of a list has them.
    pub fn of(name: &Name) -> Self {
        let told = |fields: &[Field]| {
            let values = fields.iter().map(|field| name.get(*field).to_string());
            values.filter(|value| !value.is_empty()).collect::<Vec<_>>()
        };
        Self {
            id: name.id,
            name: name.called(),
            company: told(&[Field::Company]).pop(),
            zip: told(&[Field::Zip]).pop(),
            emails: told(&[Field::Email]),
            phones: told(&[Field::Phone, Field::Mobile]),
        }
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
