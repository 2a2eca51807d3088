//! The rows of a deal: one table after another, each brought from what it was to what it is.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::{Connection, params};

use super::project::{day, left_name, write_fact};
use crate::deal::Deal;
use crate::deal::book::Day;
use crate::deal::event::Move;
use crate::id::Id;

/// Writes what differs between a deal as its rows have it and as it is now: a command changes little,
/// and what it does not change is not written again.
pub(super) fn write(
    connection: &Connection,
    id: Id,
    old: Option<&Deal>,
    new: Option<&Deal>,
) -> Result<()> {
    match (old, new) {
        (None, None) => return Ok(()),
        (Some(_), None) => return remove(connection, id),
        (_, Some(deal)) => write_row(connection, deal)?,
    }
    note(connection, id)?;
    let external = |deal: Option<&Deal>| deal.and_then(|deal| deal.external.clone());
    if external(old) != external(new) {
        connection
            .prepare_cached("DELETE FROM imported WHERE deal = $1")?
            .execute([id.0])?;
        if let Some(external) = external(new) {
            connection
                .prepare_cached("INSERT INTO imported (external, deal) VALUES ($1, $2)")?
                .execute(params![external, id.0])?;
        }
    }
    write_origin(connection, id, old, new)?;
    write_visits(connection, id, old, new)?;
    write_facts(connection, id, old, new)?;
    write_follow_ups(connection, id, old, new)?;
    write_activities(connection, id, old, new)?;
    write_roles(connection, id, old, new)
}

/// Takes away all rows of a deal.
pub(super) fn remove(connection: &Connection, id: Id) -> Result<()> {
    for delete in [
        "DELETE FROM fact WHERE subject = $1",
        "DELETE FROM snooze WHERE followup IN (SELECT id FROM followup WHERE deal = $1)",
        "DELETE FROM followup WHERE deal = $1",
        "DELETE FROM activity WHERE deal = $1",
        "DELETE FROM participant WHERE deal = $1",
        "DELETE FROM visit WHERE deal = $1",
        "DELETE FROM imported WHERE deal = $1",
        "DELETE FROM origin WHERE deal = $1",
        "DELETE FROM deal WHERE id = $1",
    ] {
        connection.prepare_cached(delete)?.execute([id.0])?;
    }
    note(connection, id)
}

/// The columns of the deal are older than its rows now, see `columns`.
fn note(connection: &Connection, id: Id) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO changed_deal (deal) VALUES ($1) ON CONFLICT DO NOTHING")?
        .execute([id.0])?;
    Ok(())
}

fn write_origin(
    connection: &Connection,
    id: Id,
    old: Option<&Deal>,
    new: Option<&Deal>,
) -> Result<()> {
    let origin = |deal: Option<&Deal>| deal.and_then(|deal| deal.origin.clone());
    if origin(old) == origin(new) {
        return Ok(());
    }
    connection
        .prepare_cached("DELETE FROM origin WHERE deal = $1")?
        .execute([id.0])?;
    if let Some(origin) = origin(new) {
        let number = |id: Option<Id>| id.map(|id| id.0);
        connection
            .prepare_cached(
                "INSERT INTO origin (deal, prospect, person, list, selection, from_case, why)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )?
            .execute(params![
                id.0,
                number(origin.prospect),
                number(origin.person),
                number(origin.list),
                number(origin.selection),
                number(origin.case),
                origin.why,
            ])?;
    }
    Ok(())
}

fn write_row(connection: &Connection, deal: &Deal) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO deal (id, account, title, owner, product, source, state, stage, stage_entered,
                value_minor, currency, opened, closed, expected_close, hold_until, reason, customer_type,
                next_due, touched, overrides)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
             ON CONFLICT (id) DO UPDATE SET account = excluded.account, title = excluded.title,
                owner = excluded.owner, product = excluded.product, source = excluded.source,
                state = excluded.state, stage = excluded.stage, stage_entered = excluded.stage_entered,
                value_minor = excluded.value_minor, currency = excluded.currency, opened = excluded.opened,
                closed = excluded.closed, expected_close = excluded.expected_close,
                hold_until = excluded.hold_until, reason = excluded.reason,
                customer_type = excluded.customer_type, next_due = excluded.next_due,
                touched = excluded.touched, overrides = excluded.overrides",
        )?
        .execute(params![
            deal.id.0,
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
            Day::of(deal.touched).number(),
            deal.overrides,
        ])?;
    Ok(())
}

/// Rows of one table by their keys: which are gone, and which are new or not what they were.
fn difference<'d, K: Ord, R: PartialEq>(
    old: Option<&'d Deal>,
    new: Option<&'d Deal>,
    rows: impl Fn(&'d Deal) -> Vec<(K, &'d R)>,
) -> (Vec<K>, Vec<(K, &'d R)>) {
    let mut known: BTreeMap<K, &R> = old
        .map(|deal| rows(deal).into_iter().collect())
        .unwrap_or_default();
    let mut put = new.map(rows).unwrap_or_default();
    put.retain(|(key, row)| known.remove(key) != Some(*row));
    // What was known under a key that is put again is replaced, not gone.
    (known.into_keys().collect(), put)
}

fn write_visits(
    connection: &Connection,
    id: Id,
    old: Option<&Deal>,
    new: Option<&Deal>,
) -> Result<()> {
    let (gone, put) = difference(old, new, |deal| (1_i64..).zip(&deal.visits).collect());
    for n in gone {
        connection
            .prepare_cached("DELETE FROM visit WHERE deal = $1 AND n = $2")?
            .execute([id.0, n])?;
    }
    for (n, visit) in put {
        connection
            .prepare_cached(
                "INSERT INTO visit (deal, n, stage, entered, left_day, how, came, overridden)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (deal, n) DO UPDATE SET stage = excluded.stage, entered = excluded.entered,
                    left_day = excluded.left_day, how = excluded.how, came = excluded.came,
                    overridden = excluded.overridden",
            )?
            .execute(params![
                id.0,
                n,
                visit.stage,
                day(visit.entered),
                day(visit.left),
                left_name(visit.how),
                came_name(visit.came),
                i64::from(visit.overridden),
            ])?;
    }
    Ok(())
}

fn write_facts(
    connection: &Connection,
    id: Id,
    old: Option<&Deal>,
    new: Option<&Deal>,
) -> Result<()> {
    let (gone, put) = difference(old, new, |deal| {
        deal.facts
            .iter()
            .map(|fact| ((fact.name.as_str(), fact.day), &fact.value))
            .collect()
    });
    for (name, on) in gone {
        connection
            .prepare_cached("DELETE FROM fact WHERE subject = $1 AND name = $2 AND day = $3")?
            .execute(params![id.0, name, Day::of(on).number()])?;
    }
    for ((name, on), value) in put {
        write_fact(connection, id, on, name, value)?;
    }
    Ok(())
}

fn write_follow_ups(
    connection: &Connection,
    id: Id,
    old: Option<&Deal>,
    new: Option<&Deal>,
) -> Result<()> {
    let (gone, put) = difference(old, new, |deal| {
        deal.follow_ups.iter().map(|item| (item.id, item)).collect()
    });
    for item in gone {
        forget_snoozes(connection, item)?;
        connection
            .prepare_cached("DELETE FROM followup WHERE id = $1")?
            .execute([item.0])?;
    }
    for (key, item) in put {
        forget_snoozes(connection, key)?;
        connection
            .prepare_cached(
                "INSERT INTO followup (id, deal, due, text, by_rule, added, done)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (id) DO UPDATE SET due = excluded.due, text = excluded.text,
                    by_rule = excluded.by_rule, added = excluded.added, done = excluded.done",
            )?
            .execute(params![
                key.0,
                id.0,
                Day::of(item.due).number(),
                item.text,
                i64::from(item.by_rule),
                Day::of(item.added).number(),
                day(item.done),
            ])?;
        for (on, due_before) in &item.snoozed {
            // Put off twice in a day, it was due before what the day began with.
            connection
                .prepare_cached(
                    "INSERT INTO snooze (followup, day, due_before) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                )?
                .execute(params![key.0, Day::of(*on).number(), Day::of(*due_before).number()])?;
        }
    }
    Ok(())
}

fn forget_snoozes(connection: &Connection, item: Id) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM snooze WHERE followup = $1")?
        .execute([item.0])?;
    Ok(())
}

fn write_activities(
    connection: &Connection,
    id: Id,
    old: Option<&Deal>,
    new: Option<&Deal>,
) -> Result<()> {
    let (gone, put) = difference(old, new, |deal| {
        deal.activities
            .iter()
            .map(|item| (item.seq, item))
            .collect()
    });
    for seq in gone {
        connection
            .prepare_cached("DELETE FROM activity WHERE deal = $1 AND seq = $2")?
            .execute([id.0, seq])?;
    }
    for (seq, item) in put {
        // An event never changes, so an activity is there as it was, or not at all.
        connection
            .prepare_cached(
                "INSERT INTO activity (deal, seq, day, kind, minutes, cost_minor, person, actor, tool)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )?
            .execute(params![
                id.0,
                seq,
                Day::of(item.day).number(),
                item.activity.what.name(),
                item.activity.minutes,
                item.activity.cost_minor,
                item.activity.person.map(|person| person.0),
                item.actor,
                item.activity.tool,
            ])?;
    }
    Ok(())
}

fn write_roles(
    connection: &Connection,
    id: Id,
    old: Option<&Deal>,
    new: Option<&Deal>,
) -> Result<()> {
    let (gone, put) = difference(old, new, |deal| {
        deal.roles.iter().map(|role| (*role, role)).collect()
    });
    for (role, person) in gone {
        connection
            .prepare_cached(
                "DELETE FROM participant WHERE deal = $1 AND role = $2 AND person = $3",
            )?
            .execute(params![id.0, role.name(), person.0])?;
    }
    for (_, (role, person)) in put {
        connection
            .prepare_cached("INSERT INTO participant (deal, role, person) VALUES ($1, $2, $3)")?
            .execute(params![id.0, role.name(), person.0])?;
    }
    Ok(())
}

fn came_name(came: Move) -> &'static str {
    match came {
        Move::Start => "start",
        Move::Advance => "advance",
        Move::Back => "back",
        Move::Imported => "imported",
        Move::ImportedBack => "imported_back",
        Move::Process => "process",
    }
}
