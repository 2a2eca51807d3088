//! The rows of persons, accounts and prospects: who they are, and what was done with them outside of
//! deals.

use anyhow::Result;
use rusqlite::{Connection, params};

use super::project::{name_key, write_fact};
use crate::deal::book::Day;
use crate::deal::contact::{Account, Happened, Person, contacts};
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded};
use crate::id::Id;

pub(super) fn account(
    connection: &Connection,
    id: Id,
    events: &[Recorded],
    fresh: bool,
) -> Result<()> {
    if !fresh {
        forget(
            connection,
            id,
            &[
                "DELETE FROM fact WHERE subject = $1",
                "DELETE FROM former_name WHERE account = $1",
                "DELETE FROM account WHERE id = $1",
            ],
        )?;
    }
    if let Some(account) = Account::from_events(events) {
        let key = name_key(&account.name);
        connection
            .prepare_cached(
                "INSERT INTO account (id, name, name_key, merged) VALUES ($1, $2, $3, $4)",
            )?
            .execute(params![
                id.0,
                account.name,
                key,
                account.merged.map(|into| into.0)
            ])?;
        for recorded in effective_order(events) {
            let (Event::AccountAdded { name } | Event::AccountRenamed { name }) = &recorded.event
            else {
                continue;
            };
            let former = name_key(name);
            if former != key {
                connection
                    .prepare_cached(
                        "INSERT INTO former_name (account, name_key, name) VALUES ($1, $2, $3)
                         ON CONFLICT (account, name_key) DO UPDATE SET name = excluded.name",
                    )?
                    .execute(params![id.0, former, name])?;
            }
        }
        for field in &account.fields {
            write_fact(connection, id, field.day, &field.name, &field.value.fact())?;
        }
    }
    activities(connection, id, events, fresh)
}

pub(super) fn person(
    connection: &Connection,
    id: Id,
    events: &[Recorded],
    fresh: bool,
) -> Result<()> {
    if !fresh {
        forget(
            connection,
            id,
            &[
                "DELETE FROM sales_role WHERE person = $1",
                "DELETE FROM person WHERE id = $1",
            ],
        )?;
    }
    if let Some(person) = Person::from_events(events) {
        connection
            .prepare_cached(
                "INSERT INTO person (id, account, name, title, email, phone, mobile, merged)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )?
            .execute(params![
                id.0,
                person.account.map(|account| account.0),
                person.name,
                person.title,
                person.email,
                person.phone,
                person.mobile,
                person.merged.map(|into| into.0),
            ])?;
        for role in &person.roles {
            connection
                .prepare_cached("INSERT INTO sales_role (person, role) VALUES ($1, $2)")?
                .execute(params![id.0, role.name()])?;
        }
    }
    activities(connection, id, events, fresh)
}

/// What was done with somebody outside of deals.
pub(super) fn activities(
    connection: &Connection,
    id: Id,
    events: &[Recorded],
    fresh: bool,
) -> Result<()> {
    if !fresh {
        forget(
            connection,
            id,
            &["DELETE FROM contact_activity WHERE subject = $1"],
        )?;
    }
    for contact in contacts(events) {
        let Happened::Activity(activity) = contact.what else {
            continue;
        };
        connection
            .prepare_cached(
                "INSERT INTO contact_activity (subject, seq, day, kind, minutes, cost_minor, person, actor, tool)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )?
            .execute(params![
                id.0,
                contact.seq,
                Day::of(contact.day).number(),
                activity.what.name(),
                activity.minutes,
                activity.cost_minor,
                activity.person.map(|person| person.0),
                contact.by,
                activity.tool,
            ])?;
    }
    Ok(())
}

fn forget(connection: &Connection, id: Id, deletes: &[&str]) -> Result<()> {
    for delete in deletes {
        connection.prepare_cached(delete)?.execute([id.0])?;
    }
    Ok(())
}
