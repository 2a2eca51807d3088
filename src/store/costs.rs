//! What sources and lists cost beside their terms, and when reps are away.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, params};

use super::{Moment, Store, Write};
use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Amount, Event, Private, Recorded};
use crate::fault::Fault;
use crate::id::Id;

/// Something that was paid for a source or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    pub id: Id,
    /// The catalog entry or list.
    pub subject: Id,
    pub day: NaiveDate,
    pub amount: Amount,
    pub text: String,
}

/// The first and the last day that a rep is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    pub id: Id,
    /// The catalog entry.
    pub rep: Id,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub note: Option<String>,
}

impl Store {
    /// Every cost, the oldest first.
    pub fn costs(&self) -> Result<Vec<Cost>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT id, subject, day, amount_minor, currency, text FROM cost ORDER BY day, id",
            )?;
            let mut rows = statement.query([])?;
            let mut costs = Vec::new();
            while let Some(row) = rows.next()? {
                let currency: String = row.get(4)?;
                costs.push(Cost {
                    id: Id(row.get(0)?),
                    subject: Id(row.get(1)?),
                    day: Day::new(row.get(2)?).date(),
                    amount: Amount {
                        minor: row.get(3)?,
                        currency: currency.parse().map_err(Fault::damaged)?,
                    },
                    text: row.get(5)?,
                });
            }
            Ok(costs)
        })
    }

    /// Every absence, the earliest first.
    pub fn absences(&self) -> Result<Vec<Absence>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT id, rep, from_day, until_day, note FROM absence ORDER BY from_day, id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Absence {
                    id: Id(row.get(0)?),
                    rep: Id(row.get(1)?),
                    from: Day::new(row.get(2)?).date(),
                    until: Day::new(row.get(3)?).date(),
                    note: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

impl Write<'_> {
    /// Notes what was paid for a source or a list, in its own stream.
    pub fn add_cost(&mut self, subject: Id, at: Moment, amount: Amount, text: &str) -> Result<Id> {
        let id = self.new_id()?;
        let text = Private::new(text);
        self.append(subject, at, [Event::CostAdded { id, amount, text }])?;
        Ok(id)
    }

    /// Takes a cost back that somebody may have taken back meanwhile.
    pub fn remove_cost(&mut self, cost: &Cost) -> Result<()> {
        let stands =
            effective_order(self.events(cost.subject)?)
                .iter()
                .fold(false, |stands, recorded| match &recorded.event {
                    Event::CostAdded { id, .. } if *id == cost.id => true,
                    Event::CostRemoved { id } if *id == cost.id => false,
                    _ => stands,
                });
        if !stands {
            return Err(
                Fault::not_found(format!("the cost {} was taken back meanwhile", cost.id)).into(),
            );
        }
        let at = self.now();
        self.append(cost.subject, at, [Event::CostRemoved { id: cost.id }])
    }
}

pub(super) fn project(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM cost WHERE subject = $1")?
        .execute([id.0])?;
    for recorded in effective_order(events) {
        match &recorded.event {
            Event::CostAdded {
                id: cost,
                amount,
                text,
            } => {
                connection
                    .prepare_cached(
                        "INSERT INTO cost (id, subject, day, amount_minor, currency, text)
                         VALUES ($1, $2, $3, $4, $5, $6)",
                    )?
                    .execute(params![
                        cost.0,
                        id.0,
                        Day::of(recorded.day).number(),
                        amount.minor,
                        amount.currency.code(),
                        text.text,
                    ])?;
            }
            Event::CostRemoved { id: cost } => {
                connection
                    .prepare_cached("DELETE FROM cost WHERE id = $1")?
                    .execute([cost.0])?;
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn project_absences(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM absence WHERE rep = $1")?
        .execute([id.0])?;
    for recorded in effective_order(events) {
        match &recorded.event {
            Event::AbsenceAdded {
                id: absence,
                from,
                until,
                note,
            } => {
                connection
                    .prepare_cached(
                        "INSERT INTO absence (id, rep, from_day, until_day, note)
                         VALUES ($1, $2, $3, $4, $5)",
                    )?
                    .execute(params![
                        absence.0,
                        id.0,
                        Day::of(*from).number(),
                        Day::of(*until).number(),
                        note.as_ref().map(|note| &note.text),
                    ])?;
            }
            Event::AbsenceRemoved { id: absence } => {
                connection
                    .prepare_cached("DELETE FROM absence WHERE id = $1")?
                    .execute([absence.0])?;
            }
            _ => {}
        }
    }
    Ok(())
}
