//! The log: appending events to their streams, each stream a SHA-256 chain, and reading them back.
//!
//! Free text and personal values are taken out of an event before it is written and put back when it
//! is read; the chain holds salted commitments of them (see [`Private`](crate::deal::event::Private)).

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::deal::book::Day;
use crate::deal::event::{Event, Recorded, StreamKind};
use crate::fault::Fault;
use crate::id::{Id, Ids};
use crate::text::hex;

/// What stands in place of a private value whose person was erased.
const ERASED: &str = "(erased)";

/// The end of a stream's chain.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) kind: StreamKind,
    pub(super) seq: i64,
    pub(super) hash: Vec<u8>,
}

pub(super) fn head(connection: &Connection, stream: Id) -> Result<Option<Head>> {
    let mut statement =
        connection.prepare_cached("SELECT kind, seq, hash FROM stream WHERE id = $1")?;
    let mut rows = statement.query([stream.0])?;
    rows.next()?.map(|row| head_row(stream, row, 0)).transpose()
}

/// The kind, number and hash of a row of `stream`, which begin at a column of it.
pub(super) fn head_row(stream: Id, row: &Row<'_>, from: usize) -> Result<Head> {
    let kind: String = row.get(from)?;
    let kind = StreamKind::from_name(&kind)
        .ok_or_else(|| Fault::damaged(format!("{stream} is of the unknown kind `{kind}`")))?;
    Ok(Head {
        kind,
        seq: row.get(from + 1)?,
        hash: row.get(from + 2)?,
    })
}

/// Writes one event at the end of its stream and moves the head on.
pub(super) fn write(
    connection: &Connection,
    ids: &mut Ids,
    head: &mut Head,
    recorded: &Recorded,
) -> Result<()> {
    let sealed = seal(connection, ids, recorded)?;
    let hash = chain(&head.hash, recorded, &sealed.kind, &sealed.body);
    connection
        .prepare_cached(
            "INSERT INTO event (stream, seq, operation, recorded, effective, day, actor, version, kind, body, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )?
        .execute(params![
            recorded.stream.0,
            recorded.seq,
            recorded.operation.0,
            recorded.recorded.timestamp_millis(),
            recorded.effective.timestamp_millis(),
            Day::of(recorded.day).number(),
            recorded.actor,
            recorded.version,
            sealed.kind,
            sealed.body,
            hash,
        ])?;
    head.seq = recorded.seq;
    head.hash = hash;
    Ok(())
}

/// Puts the new head where the next command looks for it; `false` when somebody else moved it.
pub(super) fn move_head(
    connection: &Connection,
    stream: Id,
    from: i64,
    head: &Head,
) -> Result<bool> {
    let moved = connection
        .prepare_cached("UPDATE stream SET seq = $1, hash = $2 WHERE id = $3 AND seq = $4")?
        .execute(params![head.seq, head.hash, stream.0, from])?;
    Ok(moved == 1)
}

/// All events of a stream in the order they were written.
pub(super) fn read(connection: &Connection, stream: Id) -> Result<Vec<Recorded>> {
    let private = private_values(connection, stream)?;
    let mut statement = connection.prepare_cached(
        "SELECT seq, operation, recorded, effective, day, actor, version, kind, body
         FROM event WHERE stream = $1 ORDER BY seq",
    )?;
    let mut rows = statement.query([stream.0])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(recorded(stream, row, &private)?);
    }
    Ok(events)
}

/// What moved the deals that passed a gate by override, without the words of it: deal by deal, in the order it was
/// written.
pub(super) fn moves_of_overridden(connection: &Connection) -> Result<Vec<Recorded>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.seq, e.operation, e.recorded, e.effective, e.day, e.actor, e.version, e.kind, e.body, e.stream
         FROM deal d JOIN event e ON e.stream = d.id
         WHERE d.overrides > 0 AND e.kind IN ('deal_opened', 'stage_entered', 'won', 'reopened', 'history_told',
            'undone', 'redone')
         ORDER BY e.stream, e.seq",
    )?;
    let without_words = HashMap::new();
    let mut rows = statement.query([])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(recorded(Id(row.get(9)?), row, &without_words)?);
    }
    Ok(events)
}

fn recorded(stream: Id, row: &Row<'_>, private: &HashMap<i64, String>) -> Result<Recorded> {
    let (kind, body): (String, String) = (row.get(7)?, row.get(8)?);
    let event = unseal(&kind, &body, private).with_context(|| {
        let seq = row.get::<_, i64>(0).unwrap_or_default();
        Fault::store(format!("event {seq} of {stream} can't be read"))
            .hint("`salesctl doctor` says more; restore the newest backup")
    })?;
    Ok(Recorded {
        stream,
        seq: row.get(0)?,
        operation: Id(row.get(1)?),
        recorded: instant(row.get(2)?)?,
        effective: instant(row.get(3)?)?,
        day: Day::new(row.get(4)?).date(),
        actor: row.get(5)?,
        version: row.get(6)?,
        event,
    })
}

/// One hash over the heads of all chains, as [`verify`] comes to it, without reading the events.
pub(super) fn head_of_all(connection: &Connection) -> Result<String> {
    let mut all = Sha256::new();
    let mut streams = connection.prepare("SELECT id, hash FROM stream ORDER BY id")?;
    let mut rows = streams.query([])?;
    while let Some(row) = rows.next()? {
        all.update(row.get::<_, i64>(0)?.to_be_bytes());
        all.update(row.get_ref(1)?.as_blob().map_err(anyhow::Error::from)?);
    }
    Ok(hex(&all.finalize()))
}

/// Recomputes the chain of every stream from the stored rows; the ids of streams that don't agree,
/// and one hash over all heads.
pub(super) fn verify(connection: &Connection) -> Result<(Vec<Id>, String)> {
    let mut broken = Vec::new();
    let mut all = Sha256::new();
    let mut streams = connection.prepare("SELECT id, seq, hash FROM stream ORDER BY id")?;
    let mut events = connection.prepare(
        "SELECT seq, operation, recorded, effective, day, actor, version, kind, body, hash
         FROM event WHERE stream = $1 ORDER BY seq",
    )?;
    let mut commitments =
        connection.prepare("SELECT id, salt, value FROM private_value WHERE stream = $1")?;
    let mut rows = streams.query([])?;
    while let Some(row) = rows.next()? {
        let (stream, seq, hash): (i64, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        all.update(stream.to_be_bytes());
        all.update(&hash);
        let mut values: HashMap<i64, String> = HashMap::new();
        let mut found = commitments.query([stream])?;
        while let Some(row) = found.next()? {
            values.insert(
                row.get(0)?,
                commitment(&row.get::<_, Vec<u8>>(1)?, &row.get::<_, String>(2)?),
            );
        }
        let mut last: Vec<u8> = Vec::new();
        let mut expected = 0;
        let mut sound = true;
        let mut found = events.query([stream])?;
        while let Some(row) = found.next()? {
            expected += 1;
            let (kind, body): (String, String) = (row.get(7)?, row.get(8)?);
            let parts = Parts {
                stream,
                seq: row.get(0)?,
                operation: row.get(1)?,
                recorded: row.get(2)?,
                effective: row.get(3)?,
                day: row.get(4)?,
                actor: &row.get::<_, String>(5)?,
                version: row.get(6)?,
            };
            let stored: Vec<u8> = row.get(9)?;
            let intact = parts.seq == expected
                && parts.hash(&last, &kind, &body) == stored
                && commitments_hold(&body, &values);
            sound &= intact;
            last = stored;
        }
        if !sound || expected != seq || last != hash {
            broken.push(Id(stream));
        }
    }
    Ok((broken, hex(&all.finalize())))
}

pub(super) fn instant(millis: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| Fault::damaged(format!("{millis} is no instant")).into())
}

struct Sealed {
    kind: String,
    body: String,
}

fn seal(connection: &Connection, ids: &mut Ids, recorded: &Recorded) -> Result<Sealed> {
    let mut json = serde_json::to_value(&recorded.event)?;
    let mut next = recorded.seq * 16;
    take_private(connection, ids, recorded.stream, &mut next, &mut json)?;
    let Json::Object(mut parts) = json else {
        return Err(anyhow!("an event must serialise to an object"));
    };
    let Some(Json::String(kind)) = parts.remove("kind") else {
        return Err(anyhow!("an event must have a kind"));
    };
    let body = parts.remove("body").unwrap_or(Json::Null).to_string();
    Ok(Sealed { kind, body })
}

/// Replaces every `{"private": text}` by a reference and a commitment.
fn take_private(
    connection: &Connection,
    ids: &mut Ids,
    stream: Id,
    next: &mut i64,
    json: &mut Json,
) -> Result<()> {
    match json {
        Json::Object(parts) => {
            if let (1, Some(Json::String(text))) = (parts.len(), parts.get("private")) {
                let salt = ids.salt();
                connection
                    .prepare_cached(
                        "INSERT INTO private_value (stream, id, salt, value) VALUES ($1, $2, $3, $4)",
                    )?
                    .execute(params![stream.0, *next, salt.as_slice(), text])?;
                *json = json!({"private_ref": *next, "commitment": commitment(&salt, text)});
                *next += 1;
                return Ok(());
            }
            for part in parts.values_mut() {
                take_private(connection, ids, stream, next, part)?;
            }
        }
        Json::Array(items) => {
            for item in items {
                take_private(connection, ids, stream, next, item)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn private_values(connection: &Connection, stream: Id) -> Result<HashMap<i64, String>> {
    let mut statement =
        connection.prepare_cached("SELECT id, value FROM private_value WHERE stream = $1")?;
    let rows = statement.query_map([stream.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn unseal(kind: &str, body: &str, private: &HashMap<i64, String>) -> Result<Event> {
    let mut body: Json = serde_json::from_str(body)?;
    put_private_back(&mut body, private);
    let mut parts = Map::new();
    parts.insert("kind".into(), Json::String(kind.into()));
    if body != Json::Null {
        parts.insert("body".into(), body);
    }
    Ok(serde_json::from_value(Json::Object(parts))?)
}

fn put_private_back(json: &mut Json, private: &HashMap<i64, String>) {
    match json {
        Json::Object(parts) => {
            if let Some(reference) = parts.get("private_ref").and_then(Json::as_i64) {
                let text = private.get(&reference).map_or(ERASED, String::as_str);
                *json = json!({"private": text});
                return;
            }
            for part in parts.values_mut() {
                put_private_back(part, private);
            }
        }
        Json::Array(items) => {
            for item in items {
                put_private_back(item, private);
            }
        }
        _ => {}
    }
}

/// Every private value must be there and match its commitment. (Nothing erases one yet; an erasure
/// will say so in an event of its own.)
fn commitments_hold(body: &str, values: &HashMap<i64, String>) -> bool {
    fn holds(json: &Json, values: &HashMap<i64, String>) -> bool {
        match json {
            Json::Object(parts) => {
                if let Some(reference) = parts.get("private_ref").and_then(Json::as_i64) {
                    let stated = parts.get("commitment").and_then(Json::as_str);
                    return values
                        .get(&reference)
                        .is_some_and(|found| Some(found.as_str()) == stated);
                }
                parts.values().all(|part| holds(part, values))
            }
            Json::Array(items) => items.iter().all(|item| holds(item, values)),
            _ => true,
        }
    }
    !body.contains("private_ref")
        || serde_json::from_str(body).is_ok_and(|json| holds(&json, values))
}

fn commitment(salt: &[u8], text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(text.as_bytes());
    hex(&hash.finalize())
}

struct Parts<'a> {
    stream: i64,
    seq: i64,
    operation: i64,
    recorded: i64,
    effective: i64,
    day: i64,
    actor: &'a str,
    version: u32,
}

impl Parts<'_> {
    /// SHA-256 over the previous hash and this event; texts are preceded by their lengths, so that no
    /// two events read alike.
    fn hash(&self, previous: &[u8], kind: &str, body: &str) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(previous);
        for number in [
            self.stream,
            self.seq,
            self.operation,
            self.recorded,
            self.effective,
            self.day,
            i64::from(self.version),
        ] {
            hash.update(number.to_be_bytes());
        }
        for text in [self.actor, kind, body] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().to_vec()
    }
}

fn chain(previous: &[u8], recorded: &Recorded, kind: &str, body: &str) -> Vec<u8> {
    Parts {
        stream: recorded.stream.0,
        seq: recorded.seq,
        operation: recorded.operation.0,
        recorded: recorded.recorded.timestamp_millis(),
        effective: recorded.effective.timestamp_millis(),
        day: i64::from(Day::of(recorded.day).number()),
        actor: &recorded.actor,
        version: recorded.version,
    }
    .hash(previous, kind, body)
}
