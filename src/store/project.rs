//! Projections: the tables that readers use, written from a stream's events in the same transaction.
//!
//! A stream's rows are always the fold of its events that count, so that a command, `undo` and
//! `doctor --rebuild` come to the same rows by the same code.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, params};

use super::{
    cases, commitments, contact_rows, costs, deal_rows, list_rows, names, ratings, selection,
    snapshot, suggestions, suppression, targets,
};
use crate::condition::Value;
use crate::deal::book::{Day, Left};
use crate::deal::event::{CatalogEntry, Event, Recorded, StreamKind};
use crate::deal::{Deal, effective_order};
use crate::id::Id;

/// Writes the rows of one stream. `before` are the events that its rows were written from: none yet in
/// a new stream.
pub(super) fn stream(
    connection: &Connection,
    kind: StreamKind,
    id: Id,
    before: &[Recorded],
    events: &[Recorded],
) -> Result<()> {
    if kind == StreamKind::Deal {
        let (old, new) = (Deal::from_events(before), Deal::from_events(events));
        return deal_rows::write(connection, id, old.as_ref(), new.as_ref());
    }
    if kind == StreamKind::Nightly {
        return snapshot::project(connection, before, events);
    }
    anew(connection, kind, id, events, before.is_empty())
}

/// Takes away the rows of a stream of which nothing counts any more, whatever they are.
pub(super) fn nothing(connection: &Connection, kind: StreamKind, id: Id) -> Result<()> {
    if kind == StreamKind::Deal {
        return deal_rows::remove(connection, id);
    }
    anew(connection, kind, id, &[], false)
}

/// Writes all rows of a stream that is no deal; a fresh one has none yet.
fn anew(
    connection: &Connection,
    kind: StreamKind,
    id: Id,
    events: &[Recorded],
    fresh: bool,
) -> Result<()> {
    match kind {
        StreamKind::Account => {
            contact_rows::account(connection, id, events, fresh)?;
            ratings::project(connection, id, events, fresh)
        }
        StreamKind::Person => {
            contact_rows::person(connection, id, events, fresh)?;
            ratings::project(connection, id, events, fresh)
        }
        StreamKind::Catalog => {
            catalog(connection, id, events)?;
            costs::project(connection, id, events)?;
            costs::project_absences(connection, id, events)
        }
        StreamKind::Batch => batch(connection, id, events),
        // Deals are brought from what they were to what they are, see above. The texts of applied versions are
        // kept for good; which one counts is told by the events.
        StreamKind::Deal | StreamKind::Process => Ok(()),
        StreamKind::List => {
            list_rows::list(connection, id, events)?;
            costs::project(connection, id, events)
        }
        StreamKind::Prospect => {
            names::project(connection, id, events)?;
            contact_rows::activities(connection, id, events, fresh)?;
            ratings::project(connection, id, events, fresh)
        }
        StreamKind::Suppression => suppression::project(connection, id, events),
        StreamKind::Selection => selection::project(connection, id, events),
        StreamKind::Case => cases::project(connection, id, events),
        StreamKind::Target => targets::project(connection, id, events),
        StreamKind::Commitment => commitments::project(connection, id, events),
        StreamKind::Suggestion => suggestions::project(connection, id, events),
        StreamKind::Review => suggestions::project_review(connection, id, events),
        StreamKind::Nightly => snapshot::project(connection, &[], events),
    }
}

/// How a stay came to its end, as the store writes it.
pub(super) fn left_name(how: Left) -> &'static str {
    match how {
        Left::Still => "still",
        Left::Advanced => "advanced",
        Left::Back => "back",
        Left::Moved => "moved",
        Left::Won => "won",
        Left::Lost => "lost",
    }
}

pub(super) fn left_from_name(name: &str) -> Option<Left> {
    [
        Left::Still,
        Left::Advanced,
        Left::Back,
        Left::Moved,
        Left::Won,
        Left::Lost,
    ]
    .into_iter()
    .find(|how| left_name(*how) == name)
}

/// Case, accents' case and surrounding space don't make another account.
pub(super) fn name_key(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

pub(super) fn day(date: Option<NaiveDate>) -> Option<i32> {
    date.map(|date| Day::of(date).number())
}

/// A fact of the same subject, name and day takes the earlier one's place.
pub(super) fn write_fact(
    connection: &Connection,
    subject: Id,
    on: NaiveDate,
    name: &str,
    value: &Value,
) -> Result<()> {
    let (whole, number, text) = match value {
        Value::Null => (None, None, None),
        Value::Integer(n) => (Some(*n), None, None),
        Value::Number(n) => (None, Some(*n), None),
        Value::Text(text) => (None, None, Some(text.as_str())),
    };
    connection
        .prepare_cached(
            "INSERT INTO fact (subject, name, day, whole, number, text) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (subject, name, day)
             DO UPDATE SET whole = excluded.whole, number = excluded.number, text = excluded.text",
        )?
        .execute(params![subject.0, name, Day::of(on).number(), whole, number, text])?;
    Ok(())
}

fn catalog(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM catalog WHERE id = $1")?
        .execute([id.0])?;
    let last: Option<&CatalogEntry> =
        effective_order(events)
            .into_iter()
            .rev()
            .find_map(|recorded| match &recorded.event {
                Event::CatalogSet(entry) => Some(entry),
                _ => None,
            });
    if let Some(entry) = last {
        connection
            .prepare_cached(
                "INSERT INTO catalog (id, kind, name, title, team, manager, login, price_minor, capacity, active, margin, since)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            )?
            .execute(params![
                id.0,
                entry.kind.name(),
                entry.name,
                entry.title,
                entry.team,
                entry.manager,
                entry.login,
                entry.price_minor,
                entry.capacity,
                i64::from(entry.active),
                entry.margin,
                day(entry.since),
            ])?;
    }
    Ok(())
}

fn batch(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM batch WHERE id = $1")?
        .execute([id.0])?;
    for recorded in effective_order(events) {
        let day = Day::of(recorded.day).number();
        match &recorded.event {
            Event::BatchImported {
                file,
                sha256,
                what,
                read,
                new,
                known,
                rejected,
            } => {
                connection
                    .prepare_cached(
                        "INSERT INTO batch (id, what, file, sha256, read_n, new_n, known_n, rejected_n, day)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    )?
                    .execute(params![
                        id.0,
                        what,
                        file,
                        sha256,
                        *read as i64,
                        *new as i64,
                        *known as i64,
                        *rejected as i64,
                        day,
                    ])?;
            }
            Event::ProspectsImported {
                file,
                sha256,
                list,
                counts,
                ..
            } => {
                connection
                    .prepare_cached(
                        "INSERT INTO batch (id, what, file, sha256, read_n, new_n, known_n, rejected_n,
                            day, list, twice_n, suppressed_n, seed_n)
                         VALUES ($1, 'prospects', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                    )?
                    .execute(params![
                        id.0,
                        file,
                        sha256,
                        counts.read as i64,
                        counts.new as i64,
                        counts.known as i64,
                        counts.rejected as i64,
                        day,
                        list.0,
                        counts.twice as i64,
                        counts.suppressed as i64,
                        counts.seed as i64,
                    ])?;
            }
            _ => {}
        }
    }
    Ok(())
}
