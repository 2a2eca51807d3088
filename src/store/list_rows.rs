//! The rows of lists and of what happened to their names, written from the events that count.

use anyhow::Result;
use rusqlite::{Connection, params};

use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded};
use crate::id::Id;
use crate::list::{Seed, State, Terms};

pub(super) fn list(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    for sql in [
        "DELETE FROM list WHERE id = $1",
        "DELETE FROM list_use WHERE list = $1",
        "DELETE FROM list_seed WHERE list = $1",
        "DELETE FROM list_undeliverable WHERE list = $1",
    ] {
        connection.prepare_cached(sql)?.execute([id.0])?;
    }
    let mut terms: Option<&Terms> = None;
    let (mut state, mut ended, mut reason, mut notice) = (State::Active, None, None, None);
    let (mut uses, mut seeds) = (0_i64, 0_i64);
    for recorded in effective_order(events) {
        let day = Day::of(recorded.day).number();
        match &recorded.event {
            Event::ListSet(set) => terms = Some(set),
            Event::ListRetired { reason: why } => {
                (state, ended, reason) = (State::Retired, Some(day), Some(why.text.as_str()));
            }
            Event::ListReturned => (state, ended, reason) = (State::Returned, Some(day), None),
            Event::ListNoticeGiven => notice = Some(day),
            Event::ListUsed {
                id: list_use,
                channel,
                names,
                overridden,
            } => {
                uses += 1;
                connection
                    .prepare_cached(
                        "INSERT INTO list_use (list, n, id, day, channel, names, overridden)
                         VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    )?
                    .execute(params![
                        id.0,
                        uses,
                        list_use.0,
                        day,
                        channel.name(),
                        *names as i64,
                        overridden.as_ref().map(|over| &over.reason.text),
                    ])?;
            }
            Event::ListSeeded { ours, values } => {
                seeds += 1;
                write_seed(connection, id, seeds, &Seed::from_private(*ours, values))?;
            }
            Event::ListUndeliverable { names } => {
                let mut statement = connection.prepare_cached(
                    "INSERT INTO list_undeliverable (list, prospect, day) VALUES ($1, $2, $3)
                     ON CONFLICT DO NOTHING",
                )?;
                for name in names {
                    statement.execute(params![id.0, name.0, day])?;
                }
            }
            _ => {}
        }
    }
    if let Some(terms) = terms {
        connection
            .prepare_cached(
                "INSERT INTO list (id, code, terms, state, ended, reason, notice_given)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )?
            .execute(params![
                id.0,
                terms.code,
                serde_json::to_string(terms)?,
                state.name(),
                ended,
                reason,
                notice,
            ])?;
    }
    Ok(())
}

fn write_seed(connection: &Connection, of: Id, n: i64, seed: &Seed) -> Result<()> {
    let text = |value: &str| (!value.is_empty()).then(|| value.to_string());
    let [
        first,
        last,
        company,
        email,
        phone,
        address,
        city,
        state,
        zip,
        country,
    ] = seed.values().map(text);
    connection
        .prepare_cached(
            "INSERT INTO list_seed (list, n, ours, first_name, last_name, company, email, phone,
                address, city, state, zip, country)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )?
        .execute(params![
            of.0,
            n,
            i64::from(seed.ours),
            first,
            last,
            company,
            email,
            phone,
            address,
            city,
            state,
            zip,
            country
        ])?;
    Ok(())
}
