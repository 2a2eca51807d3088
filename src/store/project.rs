//! Projections: the tables that readers use, written from a stream's events in the same transaction.
//!
//! A stream's rows are always the fold of its events that count, so that a command, `undo` and
//! `doctor --rebuild` come to the same rows by the same code.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, params};

use crate::condition::Value;
use crate::deal::book::{Day, Left};
use crate::deal::event::{CatalogEntry, Event, FieldValue, Move, Recorded, StreamKind};
use crate::deal::{Deal, effective_order};
use crate::id::Id;

/// Writes the rows of one stream. `fresh` says that it has none yet.
pub(super) fn stream(
    connection: &Connection,
    kind: StreamKind,
    id: Id,
    events: &[Recorded],
    fresh: bool,
) -> Result<()> {
    match kind {
        StreamKind::Deal => {
            if !fresh {
                clear_deal(connection, id)?;
            }
            if let Some(deal) = Deal::from_events(events) {
                write_deal(connection, &deal)?;
            }
            Ok(())
        }
        StreamKind::Account => account(connection, id, events, fresh),
        StreamKind::Person => person(connection, id, events),
        StreamKind::Catalog => catalog(connection, id, events),
        StreamKind::Batch => batch(connection, id, events),
        // The texts of applied versions are kept for good; which one counts is told by the events.
        StreamKind::Process => Ok(()),
    }
}

/// How a stay came to its end, as the store writes it.
pub(super) fn left_name(how: Left) -> &'static str {
    match how {
        Left::Still => "still",
        Left::Advanced => "advanced",
        Left::Back => "back",
        Left::Won => "won",
        Left::Lost => "lost",
    }
}

pub(super) fn left_from_name(name: &str) -> Option<Left> {
    [
        Left::Still,
        Left::Advanced,
        Left::Back,
        Left::Won,
        Left::Lost,
    ]
    .into_iter()
    .find(|how| left_name(*how) == name)
}

fn came_name(came: Move) -> &'static str {
    match came {
        Move::Start => "start",
        Move::Advance => "advance",
        Move::Back => "back",
        Move::Imported => "imported",
        Move::ImportedBack => "imported_back",
    }
}

/// Case, accents' case and surrounding space don't make another account.
pub(super) fn name_key(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn day(date: Option<NaiveDate>) -> Option<i32> {
    date.map(|date| Day::of(date).0)
}

fn clear_deal(connection: &Connection, id: Id) -> Result<()> {
    for table in [
        "DELETE FROM fact WHERE subject = $1",
        "DELETE FROM followup WHERE deal = $1",
        "DELETE FROM activity WHERE deal = $1",
        "DELETE FROM participant WHERE deal = $1",
        "DELETE FROM visit WHERE deal = $1",
        "DELETE FROM imported WHERE deal = $1",
        "DELETE FROM deal WHERE id = $1",
    ] {
        connection.prepare_cached(table)?.execute([id.0])?;
    }
    Ok(())
}

fn write_deal(connection: &Connection, deal: &Deal) -> Result<()> {
    let id = deal.id.0;
    connection
        .prepare_cached(
            "INSERT INTO deal (id, account, title, owner, product, source, state, stage, stage_entered,
                value_minor, currency, opened, closed, expected_close, hold_until, reason, customer_type,
                next_due, touched, overrides)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        )?
        .execute(params![
            id,
            deal.account.map(|account| account.0),
            deal.title,
            deal.owner,
            deal.product,
            deal.source,
            deal.state.name(),
            deal.stage(),
            day(deal.stage_entered()),
            deal.value.map(|value| value.minor),
            deal.value.map(|value| value.currency.code()),
            day(deal.opened),
            day(deal.closed),
            day(deal.expected_close),
            day(deal.hold_until),
            deal.reason,
            deal.customer_type,
            day(deal.next_follow_up().map(|item| item.due)),
            Day::of(deal.touched).0,
            deal.overrides,
        ])?;
    if let Some(external) = &deal.external {
        connection
            .prepare_cached("INSERT INTO imported (external, deal) VALUES ($1, $2)")?
            .execute(params![external, id])?;
    }
    let mut visits = connection.prepare_cached(
        "INSERT INTO visit (deal, n, stage, entered, left_day, how, came, overridden)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )?;
    for (n, visit) in deal.visits.iter().enumerate() {
        visits.execute(params![
            id,
            n as i64 + 1,
            visit.stage,
            day(visit.entered),
            day(visit.left),
            left_name(visit.how),
            came_name(visit.came),
            i64::from(visit.overridden),
        ])?;
    }
    for fact in &deal.facts {
        write_fact(connection, deal.id, fact.day, &fact.name, &fact.value)?;
    }
    let mut follow_ups = connection.prepare_cached(
        "INSERT INTO followup (id, deal, due, text, by_rule, added, done) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )?;
    for item in &deal.follow_ups {
        follow_ups.execute(params![
            item.id.0,
            id,
            Day::of(item.due).0,
            item.text,
            i64::from(item.by_rule),
            Day::of(item.added).0,
            day(item.done),
        ])?;
    }
    let mut activities = connection.prepare_cached(
        "INSERT INTO activity (deal, seq, day, kind, minutes, cost_minor, person) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )?;
    for item in &deal.activities {
        activities.execute(params![
            id,
            item.seq,
            Day::of(item.day).0,
            item.activity.what.name(),
            item.activity.minutes,
            item.activity.cost_minor,
            item.activity.person.map(|person| person.0),
        ])?;
    }
    let mut participants = connection
        .prepare_cached("INSERT INTO participant (deal, role, person) VALUES ($1, $2, $3)")?;
    for (role, person) in &deal.roles {
        participants.execute(params![id, role.name(), person.0])?;
    }
    Ok(())
}

/// A fact of the same subject, name and day takes the earlier one's place.
fn write_fact(
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
        .execute(params![subject.0, name, Day::of(on).0, whole, number, text])?;
    Ok(())
}

fn account(connection: &Connection, id: Id, events: &[Recorded], fresh: bool) -> Result<()> {
    if !fresh {
        connection
            .prepare_cached("DELETE FROM fact WHERE subject = $1")?
            .execute([id.0])?;
        connection
            .prepare_cached("DELETE FROM account WHERE id = $1")?
            .execute([id.0])?;
    }
    for recorded in effective_order(events) {
        match &recorded.event {
            Event::AccountAdded { name } => {
                connection
                    .prepare_cached("INSERT INTO account (id, name, name_key) VALUES ($1, $2, $3)")?
                    .execute(params![id.0, name, name_key(name)])?;
            }
            Event::AccountField { name, value } => {
                let value = match value {
                    FieldValue::Empty => Value::Null,
                    known => known.fact(),
                };
                write_fact(connection, id, recorded.day, name, &value)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn person(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM person WHERE id = $1")?
        .execute([id.0])?;
    for recorded in effective_order(events) {
        if let Event::PersonAdded {
            account,
            name,
            title,
            email,
            phone,
        } = &recorded.event
        {
            connection
                .prepare_cached(
                    "INSERT INTO person (id, account, name, title, email, phone) VALUES ($1, $2, $3, $4, $5, $6)",
                )?
                .execute(params![
                    id.0,
                    account.map(|account| account.0),
                    name.text,
                    title.as_ref().map(|p| &p.text),
                    email.as_ref().map(|p| &p.text),
                    phone.as_ref().map(|p| &p.text),
                ])?;
        }
    }
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
                "INSERT INTO catalog (id, kind, name, title, team, manager, login, price_minor, capacity, active)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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
            ])?;
    }
    Ok(())
}

fn batch(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM batch WHERE id = $1")?
        .execute([id.0])?;
    for recorded in effective_order(events) {
        if let Event::BatchImported {
            file,
            sha256,
            what,
            read,
            new,
            known,
            rejected,
        } = &recorded.event
        {
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
                    Day::of(recorded.day).0,
                ])?;
        }
    }
    Ok(())
}
