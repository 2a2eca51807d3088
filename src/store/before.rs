//! What was known of those we won or lost before their deals began: what a prospect would have shown.

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;

use super::Store;
use super::query::fact_value;
use crate::condition::{Column, Value};
use crate::deal::book::Day;
use crate::id::Id;
use crate::process::{FieldOf, Process};

/// Facts of a subject by name, each with its day, the oldest first.
type Dated = HashMap<i64, Vec<(usize, i32, Value)>>;

impl Store {
    /// Of every closed deal one value per column: from the row of a list it came from, else what its account
    /// and its own fields said on the day it was opened (or, where that is not known, closed). What was
    /// learnt later is left out: no prospect shows it.
    pub fn facts_before(
        &self,
        process: &Process,
        columns: &[Column],
        today: NaiveDate,
    ) -> Result<HashMap<Id, Vec<Value>>> {
        let names = self.facts_of_origins(process, columns, today)?;
        self.translated(|connection| {
            let place: HashMap<&str, usize> = columns
                .iter()
                .enumerate()
                .map(|(at, column)| (column.name.as_str(), at))
                .collect();
            let accounts = dated(
                connection,
                "SELECT a.id, f.name, f.day, f.whole, f.number, f.text FROM account_now a
                 JOIN fact f ON f.subject = a.now ORDER BY a.id, f.name, f.day",
                |name| place.get(name).copied(),
            )?;
            // Other facts of a deal are called like those of a prospect and mean something else.
            let own = |name: &str| {
                let mut fields = process.fields.iter();
                fields.any(|field| field.of == FieldOf::Deal && field.name == name)
            };
            let deals = dated(
                connection,
                "SELECT d.id, f.name, f.day, f.whole, f.number, f.text FROM deal d
                 JOIN fact f ON f.subject = d.id WHERE d.state IN ('won', 'lost')
                 ORDER BY d.id, f.name, f.day",
                |name| place.get(name).copied().filter(|_| own(name)),
            )?;
            let mut statement = connection.prepare(
                "SELECT d.id, d.account, COALESCE(d.opened, d.closed), o.prospect
                 FROM deal d LEFT JOIN origin o ON o.deal = d.id WHERE d.state IN ('won', 'lost')",
            )?;
            let mut rows = statement.query([])?;
            let mut known = HashMap::new();
            while let Some(row) = rows.next()? {
                let deal: i64 = row.get(0)?;
                let account: Option<i64> = row.get(1)?;
                let day: Option<i32> = row.get(2)?;
                let name = row.get::<_, Option<i64>>(3)?;
                let name = name.and_then(|id| names.get(&Id(id))).cloned();
                let mut facts = name.unwrap_or_else(|| vec![Value::Null; columns.len()]);
                let sources = [account.and_then(|id| accounts.get(&id)), deals.get(&deal)];
                for source in sources.into_iter().flatten() {
                    fill(&mut facts, source, day);
                }
                known.insert(Id(deal), facts);
            }
            Ok(known)
        })
    }

    /// The facts of the rows of lists that closed deals came from.
    fn facts_of_origins(
        &self,
        process: &Process,
        columns: &[Column],
        today: NaiveDate,
    ) -> Result<HashMap<Id, Vec<Value>>> {
        let ids = self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT DISTINCT p.id FROM origin o JOIN prospect p ON p.id = o.prospect
                 JOIN deal d ON d.id = o.deal WHERE d.state IN ('won', 'lost') ORDER BY p.id",
            )?;
            let ids = statement.query_map([], |row| Ok(Id(row.get(0)?)))?;
            Ok(ids.collect::<rusqlite::Result<Vec<_>>>()?)
        })?;
        let (known, rows) = self.prospect_facts(process, today, &ids)?;
        let wanted = columns
            .iter()
            .map(|column| known.iter().position(|one| one == column));
        let wanted: Vec<Option<usize>> = wanted.collect();
        let pick = |row: Vec<Value>| {
            let of = |at: &Option<usize>| at.map_or(Value::Null, |at| row[at].clone());
            wanted.iter().map(of).collect()
        };
        Ok(ids.into_iter().zip(rows.into_iter().map(pick)).collect())
    }
}

/// Puts the newest value that was known on the day where nothing is known yet.
fn fill(facts: &mut [Value], source: &[(usize, i32, Value)], day: Option<i32>) {
    let Some(day) = day else { return };
    for newest in source.chunk_by(|a, b| a.0 == b.0) {
        let known = newest.iter().rev().find(|(_, since, _)| *since <= day);
        if let Some((at, _, value)) = known
            && facts[*at] == Value::Null
        {
            facts[*at] = value.clone();
        }
    }
}

fn dated(
    connection: &Connection,
    sql: &str,
    place: impl Fn(&str) -> Option<usize>,
) -> Result<Dated> {
    let mut facts = Dated::new();
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(at) = place(row.get_ref(1)?.as_str()?) {
            let day: Day = Day::new(row.get(2)?);
            let of = facts.entry(row.get(0)?).or_default();
            of.push((at, day.number(), fact_value(row, 3)?));
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_known_on_the_day_counts() {
        let text = |value: &str| Value::Text(value.into());
        let source = [
            (0, 10, text("services")),
            (0, 20, text("retail")),
            (0, 30, text("learnt while selling")),
            (1, 21, Value::Integer(50)),
            (2, 5, text("ours")),
        ];
        let mut facts = [Value::Null, Value::Null, text("the list's")];
        fill(&mut facts, &source, Some(20));
        assert_eq!(facts, [text("retail"), Value::Null, text("the list's")]);
        let mut undated = [Value::Null, Value::Null, Value::Null];
        fill(&mut undated, &source, None);
        assert_eq!(undated, [Value::Null, Value::Null, Value::Null]);
    }
}
