//! The names of a list as they stand now: who they are, what was done with them, where else they are.

use std::sync::LazyLock;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, Row, params};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Store;
use super::list::ListRow;
use super::query::date;
use crate::id::Id;
use crate::list::Claim;
use crate::prospect::{Counts, Elsewhere, Fate, Field, Member, Record};

/// Rows of a run, by the room that was set aside for it; names count when their batch does, or when
/// something happened to them.
pub(super) const COUNTING: &str = "import_run r
    JOIN prospect p ON p.id >= r.first_id AND p.id < r.first_id + r.names * 4099 AND p.batch = r.id
    WHERE r.state = 'complete'
    AND (EXISTS (SELECT 1 FROM batch b WHERE b.id = r.id)
        OR EXISTS (SELECT 1 FROM prospect_state s WHERE s.prospect = p.id))";

static WHOLE: LazyLock<String> = LazyLock::new(|| {
    let columns = Field::ALL.map(|field| format!("p.{}", field.name()));
    format!(
        "SELECT p.id, p.entity, p.fate, p.line, r.file, {} FROM {COUNTING} AND r.list = $1 ORDER BY p.id",
        columns.join(", ")
    )
});
/// Where the columns of [`Field`] begin in [`WHOLE`].
const FIELDS_FROM: usize = 5;

/// What came in for a list, in rows. Rows that were mended and read again count once, as what they came
/// to in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub counts: Counts,
    pub batches: u64,
    /// When the first of them came in.
    pub since: Option<NaiveDate>,
}

impl Store {
    /// Its rows that count, in the order they came in.
    pub fn list_members(&self, list: Id) -> Result<Vec<Member>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT p.id, p.entity, p.fate FROM {COUNTING} AND r.list = $1 ORDER BY p.id"
            ))?;
            let mut rows = statement.query([list.0])?;
            let mut members = Vec::new();
            while let Some(row) = rows.next()? {
                members.push(member(row)?);
            }
            Ok(members)
        })
    }

    /// The same with the file and everything that is known of each, one at a time.
    pub fn each_name_of_list(
        &self,
        list: Id,
        mut each: impl FnMut(&Member, &str, &Record) -> Result<()>,
    ) -> Result<()> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(&WHOLE)?;
            let mut rows = statement.query([list.0])?;
            let mut record = Record::default();
            while let Some(row) = rows.next()? {
                record.begin(row.get::<_, i64>(3)? as u64);
                for (n, field) in Field::ALL.into_iter().enumerate() {
                    if let Some(value) = row
                        .get_ref(FIELDS_FROM + n)?
                        .as_str_or_null()
                        .ok()
                        .flatten()
                    {
                        record.set(field, value);
                    }
                }
                let file = row.get_ref(4)?.as_str().map_err(anyhow::Error::from)?;
                each(&member(row)?, file, &record)?;
            }
            Ok(())
        })
    }

    pub fn delivered(&self, list: Id) -> Result<Delivered> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT COUNT(*), MIN(b.day), COALESCE(SUM(b.read_n), 0), COALESCE(SUM(b.new_n), 0),
                    COALESCE(SUM(b.known_n), 0), COALESCE(SUM(b.twice_n), 0),
                    COALESCE(SUM(b.suppressed_n), 0), COALESCE(SUM(b.seed_n), 0),
                    COALESCE(SUM(b.rejected_n), 0),
                    COALESCE(SUM(CASE WHEN r.retry_of IS NULL THEN 0 ELSE b.read_n END), 0)
                 FROM batch b JOIN import_run r ON r.id = b.id WHERE b.list = $1",
            )?;
            Ok(statement.query_row([list.0], |row| {
                let count = |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)? as u64);
                let again = count(9)?;
                Ok(Delivered {
                    batches: count(0)?,
                    since: date(row.get(1)?),
                    counts: Counts {
                        read: count(2)?.saturating_sub(again),
                        new: count(3)?,
                        known: count(4)?,
                        twice: count(5)?,
                        suppressed: count(6)?,
                        seed: count(7)?,
                        rejected: count(8)?.saturating_sub(again),
                    },
                })
            })?)
        })
    }

    /// Names that were in any use of the list that counts.
    pub fn used_names(&self, list: Id) -> Result<FxHashSet<Id>> {
        self.ids(
            "SELECT n.prospect FROM list_use u JOIN list_use_name n ON n.list_use = u.id
             WHERE u.list = $1",
            list,
        )
    }

    pub fn undeliverable_names(&self, list: Id) -> Result<FxHashSet<Id>> {
        self.ids(
            "SELECT prospect FROM list_undeliverable WHERE list = $1",
            list,
        )
    }

    /// Who of a list responded, whichever of their rows it was.
    pub fn responded(&self) -> Result<FxHashSet<Id>> {
        self.translated(responded)
    }

    /// What is known of the people on a list beyond it.
    pub fn elsewhere(&self, list: &ListRow, members: &[Member]) -> Result<Elsewhere> {
        let on_it: FxHashSet<Id> = members.iter().map(|member| member.entity).collect();
        let lists = self.lists()?;
        let claims: FxHashMap<Id, (Claim, bool)> = lists
            .iter()
            .map(|other| (other.id, (other.claim(), other.terms.is_ours())))
            .collect();
        self.translated(|connection| {
            let mut found = Elsewhere {
                ours: responded(connection)?,
                ..Elsewhere::default()
            };
            for sql in ["SELECT id FROM person", "SELECT id FROM account"] {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    found.ours.insert(Id(row.get(0)?));
                }
            }
            let mut statement = connection.prepare_cached(&format!(
                "SELECT p.entity, r.list FROM {COUNTING} AND r.list <> $1 AND p.fate <= 2"
            ))?;
            let mut rows = statement.query([list.id.0])?;
            while let Some(row) = rows.next()? {
                let (entity, other) = (Id(row.get(0)?), Id(row.get(1)?));
                if !on_it.contains(&entity) {
                    continue;
                }
                match claims.get(&other) {
                    Some((_, true)) => {
                        found.ours.insert(entity);
                    }
                    Some((claim, false)) => {
                        let on = found.lists.entry(entity).or_default();
                        if !on.contains(claim) {
                            on.push(*claim);
                        }
                    }
                    // A list that was taken back claims nobody.
                    None => {}
                }
            }
            Ok(found)
        })
    }

    /// How many people on a list may only be used as long as its terms allow it.
    pub fn borrowed(&self, list: &ListRow) -> Result<u64> {
        let members = self.list_members(list.id)?;
        let elsewhere = self.elsewhere(list, &members)?;
        let borrowed: FxHashSet<Id> = members
            .iter()
            .filter(|member| !matches!(member.fate, Fate::Seed | Fate::Suppressed))
            .map(|member| member.entity)
            .filter(|entity| !elsewhere.ours.contains(entity))
            .collect();
        Ok(borrowed.len() as u64)
    }

    /// People on a list whose notice was not given: neither with the list nor one by one.
    pub fn without_notice(&self, list: Id) -> Result<u64> {
        self.translated(|connection| {
            let sql = format!(
                "SELECT COUNT(DISTINCT p.entity) FROM {COUNTING} AND r.list = $1 AND p.fate <= 2
                 AND NOT EXISTS (SELECT 1 FROM prospect_state told
                    WHERE told.prospect = p.id AND told.notice_given IS NOT NULL)"
            );
            let n: i64 = connection
                .prepare_cached(&sql)?
                .query_row([list.0], |row| row.get(0))?;
            Ok(n as u64)
        })
    }

    fn ids(&self, sql: &str, of: Id) -> Result<FxHashSet<Id>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![of.0], |row| Ok(Id(row.get(0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

impl ListRow {
    pub fn claim(&self) -> Claim {
        Claim {
            list: self.id,
            priority: self.terms.priority,
        }
    }
}

fn member(row: &Row<'_>) -> Result<Member> {
    Ok(Member {
        id: Id(row.get(0)?),
        entity: Id(row.get(1)?),
        fate: Fate::from_number(row.get(2)?).unwrap_or(Fate::New),
    })
}

fn responded(connection: &Connection) -> Result<FxHashSet<Id>> {
    let mut statement = connection.prepare_cached(
        "SELECT p.entity FROM prospect_state s JOIN prospect p ON p.id = s.prospect
         WHERE s.responded IS NOT NULL",
    )?;
    let rows = statement.query_map([], |row| Ok(Id(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::COUNTING;
    use crate::store::names::STEP;

    #[test]
    fn names_are_as_far_apart_as_they_are_staged() {
        assert!(COUNTING.contains(&format!("r.names * {STEP} ")));
    }
}
