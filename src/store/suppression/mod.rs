//! Who must not be contacted, as the store keeps it: said one by one, or by files.
//!
//! What was said one by one has a stream (and so a row in `suppression`). Rows of a file are staged in
//! `suppression_row` and count as soon as their batch does; removing one begins a stream with its id.

mod contacts;
mod derived;
mod rows;
mod stage;

use anyhow::Result;
use rusqlite::{Connection, Row, params};

pub use contacts::Contact;
pub use rows::SuppressionRow;
pub use stage::{Staged, Staging};

use super::log;
use super::{Store, Write};
use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Event, Private, Recorded, StreamKind};
use crate::fault::Fault;
use crate::id::Id;
use crate::prospect::suppression::{Entry, Keys, Kind, Purpose, Source, SuppressionSet};

/// What counts, wherever it came from.
macro_rules! counting {
    ($columns:literal, $batch:literal) => {
        concat!(
            "SELECT ", $columns, ", NULL FROM suppression
             WHERE id NOT IN (SELECT id FROM suppression_removed)
             UNION ALL SELECT ", $columns, ", ", $batch, " FROM suppression_row
             WHERE batch IN (SELECT id FROM batch) AND id NOT IN (SELECT id FROM suppression_removed)"
        )
    };
}
pub(super) use counting;

impl Store {
    /// Everybody who must not be contacted: who was said to be, people who take part in open deals, and
    /// customers. The latter two follow from the deals as they are, and are never stored.
    pub fn suppression_set(&self, today: chrono::NaiveDate) -> Result<SuppressionSet> {
        let mut set = self.stated_suppressions()?;
        self.add_open_deals(&mut set)?;
        self.add_customers(&mut set, today)?;
        Ok(set)
    }

    /// Only who was said to be, one by one or by a file.
    pub fn stated_suppressions(&self) -> Result<SuppressionSet> {
        self.translated(|connection| {
            let n: i64 = connection.query_row(
                "SELECT (SELECT COUNT(*) FROM suppression) + (SELECT COUNT(*) FROM suppression_row)",
                [],
                |row| row.get(0),
            )?;
            let mut set = SuppressionSet::with_capacity(n as usize);
            let mut statement =
                connection.prepare(counting!("id, kind, key, key2, purpose, reason", "NULL"))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let keys = Keys {
                    first: row.get::<_, i64>(2)? as u64,
                    second: row.get::<_, Option<i64>>(3)?.map(|key| key as u64),
                };
                let reason = row.get_ref(5)?.as_str().map_err(anyhow::Error::from)?;
                let (kind, purpose) = (kind(row, 1)?, purpose(row, 4)?);
                set.insert(keys, kind, purpose, Source::Stated, Id(row.get(0)?), reason);
            }
            Ok(set)
        })
    }
}

impl Write<'_> {
    /// Records that a thing must not be contacted, from now on.
    pub fn add_suppression(&mut self, entry: &Entry, purpose: Purpose, reason: &str) -> Result<Id> {
        let id = self.create(StreamKind::Suppression)?;
        let at = self.now();
        self.append(
            id,
            at,
            [Event::SuppressionAdded {
                what: entry.kind.name().to_string(),
                text: Private::new(&entry.text),
                company: entry.company.as_ref().map(Private::new),
                place: entry.place.as_ref().map(Private::new),
                purpose: purpose.name().to_string(),
                reason: Private::new(reason),
            }],
        )?;
        Ok(id)
    }

    /// Records that an entry, said or of a file, suppresses nobody any more, and why.
    pub fn remove_suppression(&mut self, id: Id, reason: &str) -> Result<()> {
        if log::head(&self.transaction, id)?.is_none() {
            self.create_as(StreamKind::Suppression, id)?;
        }
        let at = self.now();
        let reason = Private::new(reason);
        self.append(id, at, [Event::SuppressionRemoved { reason }])
    }
}

/// Writes the rows of one stream.
pub(super) fn project(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    for table in [
        "DELETE FROM suppression WHERE id = $1",
        "DELETE FROM suppression_removed WHERE id = $1",
    ] {
        connection.prepare_cached(table)?.execute([id.0])?;
    }
    for recorded in effective_order(events) {
        let day = Day::of(recorded.day).number();
        match &recorded.event {
            Event::SuppressionAdded {
                what,
                text,
                company,
                place,
                purpose,
                reason,
            } => {
                let part = |part: &Option<Private>| part.as_ref().map(|part| part.text.clone());
                let entry = Entry {
                    kind: kind_named(what)?,
                    text: text.text.clone(),
                    company: part(company),
                    place: part(place),
                };
                // Of a person who was erased there is nothing left to find them by.
                let Some(keys) = entry.keys() else { continue };
                connection
                    .prepare_cached(
                        "INSERT INTO suppression (id, kind, key, key2, shown, purpose, reason, day)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )?
                    .execute(params![
                        id.0,
                        what,
                        keys.first as i64,
                        keys.second.map(|key| key as i64),
                        entry.shown(),
                        purpose,
                        reason.text,
                        day,
                    ])?;
            }
            Event::SuppressionRemoved { reason } => {
                connection
                    .prepare_cached(
                        "INSERT INTO suppression_removed (id, reason, day) VALUES ($1, $2, $3)
                         ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, day = excluded.day",
                    )?
                    .execute(params![id.0, reason.text, day])?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn kind(row: &Row<'_>, at: usize) -> Result<Kind> {
    kind_named(row.get_ref(at)?.as_str()?)
}

fn kind_named(name: &str) -> Result<Kind> {
    Kind::from_name(name)
        .ok_or_else(|| Fault::damaged(format!("unknown kind of suppression `{name}`")).into())
}

fn purpose(row: &Row<'_>, at: usize) -> Result<Purpose> {
    let name = row.get_ref(at)?.as_str()?;
    Purpose::from_name(name)
        .ok_or_else(|| Fault::damaged(format!("unknown purpose `{name}`")).into())
}
