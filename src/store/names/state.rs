//! What happened to single names since their import: a projection of their streams. A name with a row
//! here counts even when its batch was undone.

use anyhow::Result;
use rusqlite::{Connection, params};

use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded};
use crate::id::Id;
use crate::list::Channel;

pub(in crate::store) fn project(
    connection: &Connection,
    id: Id,
    events: &[Recorded],
) -> Result<()> {
    for table in [
        "DELETE FROM prospect_state WHERE prospect = $1",
        "DELETE FROM prospect_distinct WHERE a = $1",
    ] {
        connection.prepare_cached(table)?.execute([id.0])?;
    }
    let counting = effective_order(events);
    if counting.is_empty() {
        return Ok(());
    }
    let (mut responded, mut through, mut notice, mut entity) = (None, None, None, None);
    for recorded in &counting {
        match &recorded.event {
            Event::ProspectResponded { channel, .. } => {
                responded = Some(Day::of(recorded.day).number());
                through = channel.map(Channel::name);
            }
            Event::ProspectNoticeGiven => notice = Some(Day::of(recorded.day).number()),
            Event::ProspectIdentified { entity: whose } => entity = Some(whose.0),
            Event::ProspectDistinct { other } => {
                connection
                    .prepare_cached(
                        "INSERT INTO prospect_distinct (a, b) VALUES ($1, $2) ON CONFLICT (a, b) DO NOTHING",
                    )?
                    .execute([id.0, other.0])?;
            }
            _ => {}
        }
    }
    connection
        .prepare_cached(
            "INSERT INTO prospect_state (prospect, responded, channel, notice_given, entity)
             VALUES ($1, $2, $3, $4, $5)",
        )?
        .execute(params![id.0, responded, through, notice, entity])?;
    Ok(())
}
