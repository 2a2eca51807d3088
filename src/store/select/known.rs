//! All that is known of some prospects: what would have them left alone, and what conditions read of them.

use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, Row};
use rustc_hash::FxHashSet;

use super::super::Store;
use super::facts::{self, Facts, Known};
use super::people::People;
use super::{Candidates, joined, responded};
use crate::condition::{Column, Value};
use crate::id::Id;
use crate::process::{Process, prospect_columns};
use crate::prospect::{Field, Record};

/// Rows that are read by their ids at a time.
const CHUNK: usize = 500;

impl Store {
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

/// Everything that is known of these: who it is, the list that it came from, unless it was suppressed there,
/// and what it says.
pub(in crate::store) fn known_of(
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
                    OR EXISTS (SELECT 1 FROM worked_on w WHERE w.prospect = p.id))"
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
