//! What reps and managers said will be won, as their streams tell it.

use anyhow::Result;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::Store;
use crate::deal::book::Day;
use crate::deal::commitment::{Commitment, Committed, Scope};
use crate::deal::event::{Private, Recorded};
use crate::deal::target::Side;
use crate::fault::Fault;
use crate::id::Id;

impl Store {
    /// All that was said and not taken back, in the order in which it was said.
    pub fn commitments(&self) -> Result<Vec<Committed>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, said_by, scope, name, from_day, to_day, amount_minor, best_case_minor, why,
                    day, at, actor, (SELECT MIN(e.recorded) FROM event e WHERE e.stream = commitment.id)
                 FROM commitment ORDER BY at, id",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(committed(row)?);
            }
            let mut statement = connection.prepare_cached(
                "SELECT commitment, deal FROM commitment_deal ORDER BY commitment, n",
            )?;
            let mut rows = statement.query([])?;
            let mut deals: std::collections::BTreeMap<Id, Vec<Id>> =
                std::collections::BTreeMap::new();
            while let Some(row) = rows.next()? {
                deals
                    .entry(Id(row.get(0)?))
                    .or_default()
                    .push(Id(row.get(1)?));
            }
            for one in &mut found {
                one.said.deals = deals.remove(&one.id).unwrap_or_default();
            }
            Ok(found)
        })
    }
}

fn committed(row: &Row<'_>) -> Result<Committed> {
    let (by, scope): (String, String) = (row.get(1)?, row.get(2)?);
    let why: Option<String> = row.get(8)?;
    Ok(Committed {
        id: Id(row.get(0)?),
        said: Commitment {
            by: Side::from_name(&by)
                .ok_or_else(|| Fault::damaged(format!("unknown side of a commitment `{by}`")))?,
            scope: Scope::from_name(&scope).ok_or_else(|| {
                Fault::damaged(format!("unknown scope of a commitment `{scope}`"))
            })?,
            name: row.get(3)?,
            from: Day::new(row.get(4)?).date(),
            to: Day::new(row.get(5)?).date(),
            amount_minor: row.get(6)?,
            best_case_minor: row.get(7)?,
            deals: Vec::new(),
            why: why.map(Private::new),
        },
        day: Day::new(row.get(9)?).date(),
        at: DateTime::<Utc>::from_timestamp_millis(row.get(10)?).unwrap_or_default(),
        actor: row.get(11)?,
        recorded: DateTime::<Utc>::from_timestamp_millis(row.get(12)?).unwrap_or_default(),
    })
}

pub(super) fn project(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM commitment_deal WHERE commitment = $1")?
        .execute([id.0])?;
    connection
        .prepare_cached("DELETE FROM commitment WHERE id = $1")?
        .execute([id.0])?;
    let Some(committed) = Committed::from_events(events) else {
        return Ok(());
    };
    let said = &committed.said;
    connection
        .prepare_cached(
            "INSERT INTO commitment (id, said_by, scope, name, from_day, to_day, amount_minor, best_case_minor,
                why, day, at, actor)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )?
        .execute(params![
            id.0,
            said.by.name(),
            said.scope.name(),
            said.name,
            Day::of(said.from).number(),
            Day::of(said.to).number(),
            said.amount_minor,
            said.best_case_minor,
            said.why.as_ref().map(|why| why.text.as_str()),
            Day::of(committed.day).number(),
            committed.at.timestamp_millis(),
            committed.actor,
        ])?;
    for (n, deal) in said.deals.iter().enumerate() {
        connection
            .prepare_cached(
                "INSERT INTO commitment_deal (commitment, n, deal) VALUES ($1, $2, $3)",
            )?
            .execute(params![id.0, n as i64, deal.0])?;
    }
    Ok(())
}
