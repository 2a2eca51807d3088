//! Which rows are one person: all of it in memory, so that a scan of every name asks nothing more.

use anyhow::Result;
use rusqlite::Connection;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::list_names::Merged;
use crate::id::Id;

/// Who each row is. Most are nobody but themselves, and not kept here.
#[derive(Debug, Default)]
pub(in crate::store) struct People {
    /// Rows that are somebody else: another row, a person, an account.
    entity: FxHashMap<i64, i64>,
    /// Everybody who has more than a row of their own.
    shared: FxHashSet<i64>,
    merged: Merged,
    /// Whom a deal began with became a person of ours.
    became: FxHashMap<i64, i64>,
}

impl People {
    pub(in crate::store) fn read(connection: &Connection) -> Result<Self> {
        let merged = Merged::read(connection)?;
        let mut entity: FxHashMap<i64, i64> = FxHashMap::default();
        pairs(
            connection,
            "SELECT id, entity FROM prospect INDEXED BY prospect_entity WHERE entity <> id",
            |row, who| {
                entity.insert(row, merged.now(Id(who)).0);
            },
        )?;
        // What somebody decided goes before what matching found.
        pairs(
            connection,
            "SELECT prospect, entity FROM prospect_state WHERE entity IS NOT NULL",
            |row, who| {
                entity.insert(row, merged.now(Id(who)).0);
            },
        )?;
        entity.retain(|row, who| row != who);
        let mut became = FxHashMap::default();
        pairs(
            connection,
            "SELECT prospect, person FROM origin WHERE person IS NOT NULL AND prospect IS NOT NULL",
            |row, person| {
                let (was, now) = (
                    entity.get(&row).copied().unwrap_or(row),
                    merged.now(Id(person)).0,
                );
                if was != now {
                    became.insert(was, now);
                }
            },
        )?;
        let shared = entity.values().chain(became.values()).copied().collect();
        Ok(Self {
            entity,
            shared,
            merged,
            became,
        })
    }

    /// Who a row, a person or an account is, as things stand.
    pub(in crate::store) fn of(&self, id: i64) -> i64 {
        let who = self.entity.get(&id).copied();
        let who = who.unwrap_or_else(|| self.merged.now(Id(id)).0);
        self.became.get(&who).copied().unwrap_or(who)
    }

    /// Whether there may be other rows of an entity.
    pub(in crate::store) fn is_shared(&self, entity: i64) -> bool {
        self.shared.contains(&entity)
    }

    /// Every row of these.
    pub(in crate::store) fn rows_of(&self, entities: &FxHashSet<i64>) -> Vec<i64> {
        let mut rows: Vec<i64> = entities.iter().copied().collect();
        let others = self.entity.keys().chain(self.became.keys());
        rows.extend(others.filter(|row| entities.contains(&self.of(**row))));
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

fn pairs(connection: &Connection, sql: &str, mut each: impl FnMut(i64, i64)) -> Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get(1)?);
    }
    Ok(())
}
