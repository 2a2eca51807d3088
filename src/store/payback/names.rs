//! The names of all lists that count, as they stand.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, params};
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::list_names::Merged;
use super::super::names::STEP;
use crate::deal::book::Day;
use crate::id::Id;
use crate::prospect::Fate;

/// A name that counts.
pub(super) struct Row {
    pub(super) id: i64,
    /// Who it is as things stand.
    pub(super) entity: i64,
    /// Whom the import took it for.
    pub(super) found: i64,
    pub(super) list: u32,
    /// The day it came in.
    pub(super) day: i32,
    /// As it is used: whoever was used was free to be.
    pub(super) fate: Fate,
    /// Known when its batch came in, and the batch still counts.
    pub(super) known: bool,
    pub(super) used: bool,
    pub(super) responded: Option<i32>,
}

/// All names that count, in the order of their ids.
pub(super) struct Names(pub(super) Vec<Row>);

/// What happened to a single name since: when it responded, and who it was found to be.
type State = (Option<i32>, Option<i64>);

impl Names {
    pub(super) fn read(
        connection: &Connection,
        lists: &FxHashMap<i64, u32>,
        as_of: NaiveDate,
    ) -> Result<Self> {
        let as_of = Day::of(as_of).number();
        let merged = Merged::read(connection)?;
        let mut states: FxHashMap<i64, State> = FxHashMap::default();
        let mut statement =
            connection.prepare("SELECT prospect, responded, entity FROM prospect_state")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let responded = row.get::<_, Option<i32>>(1)?.filter(|day| *day <= as_of);
            states.insert(row.get(0)?, (responded, row.get(2)?));
        }
        let mut worked_on: FxHashSet<i64> = FxHashSet::default();
        let mut statement = connection.prepare("SELECT prospect FROM worked_on")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            worked_on.insert(row.get(0)?);
        }
        let mut used = FxHashSet::default();
        let mut statement = connection.prepare(
            "SELECT n.prospect FROM list_use u JOIN list_use_name n ON n.list_use = u.id WHERE u.day <= $1",
        )?;
        let mut found = statement.query([as_of])?;
        while let Some(row) = found.next()? {
            used.insert(row.get::<_, i64>(0)?);
        }
        let mut runs = connection.prepare(
            "SELECT r.id, r.first_id, r.names, r.list, b.day, r.ts FROM import_run r
             LEFT JOIN batch b ON b.id = r.id WHERE r.state = 'complete' ORDER BY r.first_id",
        )?;
        let mut of_run = connection.prepare(
            "SELECT id, entity, fate FROM prospect WHERE id >= $1 AND id < $2 AND batch = $3 ORDER BY id",
        )?;
        let mut rows = Vec::new();
        let mut found = runs.query([])?;
        while let Some(run) = found.next()? {
            let (batch, first, names): (i64, i64, i64) = (run.get(0)?, run.get(1)?, run.get(2)?);
            let counts: Option<i32> = run.get(4)?;
            let began = run.get::<_, i64>(5)?.div_euclid(86_400_000) as i32;
            let day = counts.unwrap_or(began);
            let Some(list) = lists.get(&run.get(3)?).filter(|_| day <= as_of) else {
                continue;
            };
            let mut names = of_run.query(params![first, first + names * STEP, batch])?;
            while let Some(name) = names.next()? {
                let id: i64 = name.get(0)?;
                let state = states.get(&id);
                // Of an import that was undone, those count that something happened to.
                if counts.is_none() && !worked_on.contains(&id) {
                    continue;
                }
                let entity: i64 = name.get(1)?;
                let imported = Fate::from_number(name.get(2)?).unwrap_or(Fate::New);
                let used = used.contains(&id);
                let fate = match imported {
                    Fate::Suppressed if used && entity == id => Fate::New,
                    Fate::Suppressed if used => Fate::Known,
                    other => other,
                };
                let now = state.and_then(|(_, entity)| *entity).unwrap_or(entity);
                rows.push(Row {
                    id,
                    entity: merged.now(Id(now)).0,
                    found: entity,
                    list: *list,
                    day,
                    fate,
                    known: imported == Fate::Known && counts.is_some(),
                    used,
                    responded: state.and_then(|(responded, _)| *responded),
                });
            }
        }
        Ok(Self(rows))
    }

    /// The list that a row is on.
    pub(super) fn list_of(&self, id: i64) -> Option<u32> {
        let at = self.0.binary_search_by_key(&id, |row| row.id).ok()?;
        Some(self.0.get(at)?.list)
    }
}
