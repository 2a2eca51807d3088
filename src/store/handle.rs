//! Ids as people see them: as short as is unique in this store.

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::Store;
use crate::id::Id;

/// Shortest handle that is shown, long enough to be read out on the phone without a clash tomorrow.
const SHORTEST: usize = 4;

/// Short forms of ids: the shortest prefix that no other id of the store shares.
#[derive(Clone, Debug)]
pub struct Handles {
    sorted: Vec<String>,
}

impl Handles {
    pub(super) fn of(mut sorted: Vec<String>) -> Self {
        sorted.sort_unstable();
        Self { sorted }
    }

    pub fn short(&self, id: Id) -> String {
        let handle = id.handle();
        let at = self.sorted.partition_point(|other| *other < handle);
        let before = at.checked_sub(1).and_then(|i| self.sorted.get(i));
        let after = self.sorted[at..].iter().find(|other| **other != handle);
        shorten(&handle, before, after)
    }
}

fn shorten(handle: &str, before: Option<&String>, after: Option<&String>) -> String {
    let shared = |other: Option<&String>| {
        other.map_or(0, |other| {
            handle
                .bytes()
                .zip(other.bytes())
                .take_while(|(a, b)| a == b)
                .count()
        })
    };
    let needed = shared(before).max(shared(after)) + 1;
    handle[..needed.max(SHORTEST).min(handle.len())].to_string()
}

impl Store {
    /// The short form of one id.
    pub fn short(&self, id: Id) -> Result<String> {
        self.translated(|connection| {
            let handle = id.handle();
            let neighbour = |sql: &str| -> Result<Option<String>> {
                Ok(connection
                    .prepare_cached(sql)?
                    .query_row([&handle], |row| row.get(0))
                    .optional()?)
            };
            let before = neighbour(
                "SELECT handle FROM stream WHERE handle < $1 ORDER BY handle DESC LIMIT 1",
            )?;
            let after =
                neighbour("SELECT handle FROM stream WHERE handle > $1 ORDER BY handle LIMIT 1")?;
            Ok(shorten(&handle, before.as_ref(), after.as_ref()))
        })
    }

    /// For the short forms of many ids.
    pub fn handles(&self) -> Result<Handles> {
        self.translated(|connection| {
            let mut statement = connection.prepare("SELECT handle FROM stream ORDER BY handle")?;
            let sorted = statement
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Handles { sorted })
        })
    }
}
