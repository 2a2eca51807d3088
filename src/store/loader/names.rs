//! Labels of the Book and their places.

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;

use crate::deal::book::{Day, Named};
use crate::deal::effective_order;
use crate::deal::event::{CatalogEntry, CatalogKind, Event};
use crate::store::log;
use crate::store::query::Catalog;

/// The catalog as it was told by the end of a day. What was told of only later is known as it was first told,
/// since old deals that were imported refer to it, but nobody of it counts as working there by then.
pub(super) fn as_told_by(
    connection: &Connection,
    catalog: &mut Catalog,
    day: NaiveDate,
) -> Result<()> {
    let told_since: bool = connection
        .prepare_cached(
            "SELECT COUNT(*) > 0 FROM catalog c CROSS JOIN event e ON e.stream = c.id WHERE e.day > $1",
        )?
        .query_row([Day::of(day).number()], |row| row.get(0))?;
    if !told_since {
        return Ok(());
    }
    for (id, entry) in &mut catalog.entries {
        let events = log::read(connection, *id)?;
        let (mut first, mut last) = (None, None);
        for recorded in effective_order(&events) {
            if let Event::CatalogSet(told) = &recorded.event {
                first.get_or_insert(told);
                if recorded.day <= day {
                    last = Some(told);
                }
            }
        }
        if let Some(told) = last.or(first) {
            *entry = CatalogEntry {
                active: told.active && last.is_some(),
                ..told.clone()
            };
        }
    }
    Ok(())
}

/// Names with their places: those of the catalog, then others in order of first mention.
#[derive(Default)]
pub(super) struct Interned {
    pub(super) named: Vec<Named>,
    place: HashMap<String, u32>,
}

impl Interned {
    pub(super) fn of(catalog: &Catalog, kind: CatalogKind) -> Self {
        let mut all = Self::default();
        for entry in catalog.of(kind) {
            all.add(&entry.name, &entry.title);
        }
        all
    }

    pub(super) fn add(&mut self, name: &str, title: &str) -> u32 {
        let place = self.named.len() as u32;
        self.named.push(Named {
            name: name.to_string(),
            title: title.to_string(),
        });
        self.place.insert(name.to_string(), place);
        place
    }

    /// Another name of what has a place.
    pub(super) fn also(&mut self, name: &str, place: u32) {
        self.place.entry(name.to_string()).or_insert(place);
    }

    pub(super) fn index(&mut self, name: &str) -> u32 {
        match self.place.get(name) {
            Some(place) => *place,
            None => self.add(name, name),
        }
    }

    pub(super) fn names(self) -> Vec<String> {
        self.named.into_iter().map(|one| one.name).collect()
    }
}

/// Labels that a column uses, in order of first mention.
pub(super) fn in_order(labels: Vec<String>, index: &mut [Option<u32>]) -> Vec<String> {
    let mut place: Vec<Option<u32>> = vec![None; labels.len()];
    let mut order = Vec::new();
    for at in index.iter_mut().flatten() {
        let old = *at as usize;
        *at = *place[old].get_or_insert_with(|| {
            order.push(old);
            order.len() as u32 - 1
        });
    }
    let mut labels = labels;
    order
        .into_iter()
        .map(|old| std::mem::take(&mut labels[old]))
        .collect()
}

/// Keeps the values that are marked.
pub(super) fn retain<T>(values: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    values.retain(|_| kept.next().copied().unwrap_or(false));
}
