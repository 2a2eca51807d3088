//! Which deals came from which list.

use anyhow::Result;
use rusqlite::Connection;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::list_names::Merged;
use crate::id::Id;
use crate::prospect::Fate;

/// The deals that say which list they came from.
pub(super) struct Origins {
    /// By whoever they began with.
    pub(super) by_entity: FxHashMap<i64, Vec<(Id, u32)>>,
    /// The lists through which somebody came to be a person of ours, with a deal.
    pub(super) became: FxHashMap<i64, Vec<u32>>,
    known: FxHashSet<i64>,
    pub(super) decoys: Vec<Id>,
}

impl Origins {
    pub(super) fn read(connection: &Connection, lists: &FxHashMap<i64, u32>) -> Result<Self> {
        let merged = Merged::read(connection)?;
        let mut origins = Self {
            by_entity: FxHashMap::default(),
            became: FxHashMap::default(),
            known: FxHashSet::default(),
            decoys: Vec::new(),
        };
        let mut statement = connection.prepare(
            "SELECT o.deal, COALESCE(o.list, p.list), COALESCE(s.entity, p.entity, o.person), p.fate,
                o.person IS NOT NULL
             FROM origin o LEFT JOIN prospect p ON p.id = o.prospect
             LEFT JOIN prospect_state s ON s.prospect = o.prospect ORDER BY o.deal",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let deal: i64 = row.get(0)?;
            origins.known.insert(deal);
            let list = row.get::<_, Option<i64>>(1)?;
            let Some(list) = list.and_then(|list| lists.get(&list)) else {
                continue;
            };
            if row.get::<_, Option<i64>>(3)? == Some(Fate::Seed.number()) {
                origins.decoys.push(Id(deal));
                continue;
            }
            // Nobody known: the deal stands for whoever it began with.
            let entity = row.get::<_, Option<i64>>(2)?.unwrap_or(deal);
            let entity = merged.now(Id(entity)).0;
            if row.get(4)? {
                origins.became.entry(entity).or_default().push(*list);
            }
            let of = origins.by_entity.entry(entity).or_default();
            of.push((Id(deal), *list));
        }
        Ok(origins)
    }

    /// Deals that say nothing of where they came from, although their account or somebody in them is on a
    /// list.
    pub(super) fn unlinked(
        &self,
        connection: &Connection,
        first_list: &FxHashMap<i64, u32>,
    ) -> Result<Vec<(Id, u32)>> {
        let mut found: Vec<(Id, u32)> = Vec::new();
        if first_list.is_empty() {
            return Ok(found);
        }
        let mut statement = connection.prepare(
            "SELECT d.id, a.now FROM deal d JOIN account_now a ON a.id = d.account
             UNION SELECT t.deal, n.now FROM participant t JOIN person_now n ON n.id = t.person
             ORDER BY 1, 2",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let deal: i64 = row.get(0)?;
            let list = first_list.get(&row.get(1)?);
            if let Some(list) = list
                && !self.known.contains(&deal)
                && found.last().is_none_or(|(last, _)| last.0 != deal)
            {
                found.push((Id(deal), *list));
            }
        }
        Ok(found)
    }
}
