//! The names of a list as they stand now: who they are, what was done with them, where else they are.

use std::sync::LazyLock;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, Row};
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
        OR EXISTS (SELECT 1 FROM worked_on w WHERE w.prospect = p.id))";

/// A row of a list with what [`member`] reads first. Whoever was used was free to be, whatever the import
/// held against them.
const MEMBER: &str = "p.id, COALESCE((SELECT s.entity FROM prospect_state s WHERE s.prospect = p.id), p.entity),
    CASE WHEN p.fate = 3 AND EXISTS (SELECT 1 FROM list_use u JOIN list_use_name n ON n.list_use = u.id
        WHERE u.list = r.list AND n.prospect = p.id) THEN p.entity <> p.id ELSE p.fate END";

static FIELDS: LazyLock<String> = LazyLock::new(|| {
    Field::ALL
        .map(|field| format!("p.{}", field.name()))
        .join(", ")
});
/// Where the columns of [`Field`] begin when a row is read whole.
const FIELDS_FROM: usize = 5;

/// Persons and accounts that turned out to be another, each with that one.
#[derive(Debug, Default)]
pub(super) struct Merged(FxHashMap<Id, Id>);

impl Merged {
    pub(super) fn read(connection: &Connection) -> Result<Self> {
        let mut statement = connection.prepare_cached(
            "SELECT id, merged FROM person WHERE merged IS NOT NULL
             UNION ALL SELECT id, merged FROM account WHERE merged IS NOT NULL",
        )?;
        let rows = statement.query_map([], |row| Ok((Id(row.get(0)?), Id(row.get(1)?))))?;
        Ok(Self(rows.collect::<rusqlite::Result<_>>()?))
    }

    pub(super) fn now(&self, entity: Id) -> Id {
        self.0.get(&entity).copied().unwrap_or(entity)
    }
}

/// What came in for a list, in rows. Rows that were mended and read again count once, as what they came
/// to in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub counts: Counts,
    pub batches: u64,
    /// When the first of them came in.
    pub since: Option<NaiveDate>,
}

/// What [`delivered`] reads of batches and their runs.
pub(super) const DELIVERED: &str = "COUNT(*), MIN(b.day), COALESCE(SUM(b.read_n), 0),
    COALESCE(SUM(b.new_n), 0), COALESCE(SUM(b.known_n), 0), COALESCE(SUM(b.twice_n), 0),
    COALESCE(SUM(b.suppressed_n), 0), COALESCE(SUM(b.seed_n), 0), COALESCE(SUM(b.rejected_n), 0),
    COALESCE(SUM(CASE WHEN r.retry_of IS NULL THEN 0 ELSE b.read_n END), 0)";

pub(super) fn delivered(row: &Row<'_>) -> rusqlite::Result<Delivered> {
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
}

impl Store {
    /// Its rows that count, in the order they came in.
    pub fn list_members(&self, list: Id) -> Result<Vec<Member>> {
        self.translated(|connection| {
            let merged = Merged::read(connection)?;
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {MEMBER} FROM {COUNTING} AND r.list = $1 ORDER BY p.id"
            ))?;
            let mut rows = statement.query([list.0])?;
            let mut members = Vec::new();
            while let Some(row) = rows.next()? {
                members.push(member(row, &merged)?);
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
            let merged = Merged::read(connection)?;
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {MEMBER}, p.line, r.file, {} FROM {COUNTING} AND r.list = $1 ORDER BY p.id",
                *FIELDS
            ))?;
            let mut rows = statement.query([list.0])?;
            let mut record = Record::default();
            while let Some(row) = rows.next()? {
                read(row, &mut record)?;
                let file = row.get_ref(4)?.as_str().map_err(anyhow::Error::from)?;
                each(&member(row, &merged)?, file, &record)?;
            }
            Ok(())
        })
    }

    /// What other lists and we ourselves know of the people on a list: each row of theirs that counts, and
    /// what is known of persons, with whose it is.
    pub fn each_name_elsewhere(
        &self,
        list: Id,
        people: &FxHashSet<Id>,
        mut each: impl FnMut(Id, &Record) -> Result<()>,
    ) -> Result<()> {
        self.translated(|connection| {
            let merged = Merged::read(connection)?;
            let mut record = Record::default();
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {MEMBER}, p.line, r.file, {} FROM {COUNTING} AND r.list <> $1 AND p.fate <> 4",
                *FIELDS
            ))?;
            let mut rows = statement.query([list.0])?;
            while let Some(row) = rows.next()? {
                let entity = member(row, &merged)?.entity;
                if people.contains(&entity) {
                    read(row, &mut record)?;
                    each(entity, &record)?;
                }
            }
            let mut statement = connection.prepare_cached(
                "SELECT COALESCE(p.merged, p.id), p.name, p.email, p.phone, p.mobile, a.name
                 FROM person p LEFT JOIN account_now a ON a.id = p.account",
            )?;
            let told = [
                Field::Name,
                Field::Email,
                Field::Phone,
                Field::Mobile,
                Field::Company,
            ];
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let person = Id(row.get(0)?);
                if people.contains(&person) {
                    record.begin(0);
                    for (n, field) in told.into_iter().enumerate() {
                        set(&mut record, field, row, n + 1)?;
                    }
                    each(person, &record)?;
                }
            }
            Ok(())
        })
    }

    pub fn delivered(&self, list: Id) -> Result<Delivered> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {DELIVERED} FROM batch b JOIN import_run r ON r.id = b.id WHERE b.list = $1"
            ))?;
            Ok(statement.query_row([list.0], delivered)?)
        })
    }

    /// Names that were in any use of the list that counts.
    pub fn used_names(&self, list: Id) -> Result<FxHashSet<Id>> {
        self.ids(
            "SELECT n.prospect FROM list_use u JOIN list_use_name n ON n.list_use = u.id
             WHERE u.list = $1",
            &[&list.0],
        )
    }

    pub fn undeliverable_names(&self, list: Id) -> Result<FxHashSet<Id>> {
        self.ids(
            "SELECT prospect FROM list_undeliverable WHERE list = $1",
            &[&list.0],
        )
    }

    /// Who of a list responded, whichever of their rows it was.
    pub fn responded(&self) -> Result<FxHashSet<Id>> {
        let responded = self.ids(
            "SELECT COALESCE(s.entity, p.entity) FROM prospect_state s JOIN prospect p ON p.id = s.prospect
             WHERE s.responded IS NOT NULL",
            &[],
        )?;
        let merged = self.translated(Merged::read)?;
        Ok(responded.into_iter().map(|who| merged.now(who)).collect())
    }

    /// Who is ours by what came of them, whichever of their rows it was: they answered, or got a deal. They
    /// are no longer bound by what was agreed on for a list.
    pub fn won_over(&self) -> Result<FxHashSet<Id>> {
        let mut ours = self.responded()?;
        let with_deals = self.ids(
            "SELECT COALESCE((SELECT s.entity FROM prospect_state s WHERE s.prospect = p.id), p.entity)
             FROM origin o JOIN prospect p ON p.id = o.prospect",
            &[],
        )?;
        let merged = self.translated(Merged::read)?;
        ours.extend(with_deals.into_iter().map(|who| merged.now(who)));
        Ok(ours)
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
            let merged = Merged::read(connection)?;
            let mut found = Elsewhere::default();
            let mut statement = connection.prepare_cached(
                "SELECT COALESCE(s.entity, p.entity) FROM prospect_state s JOIN prospect p ON p.id = s.prospect
                 WHERE p.list <> $1
                 AND s.responded < (SELECT MIN(b.day) FROM batch b WHERE b.list = $1)",
            )?;
            let mut rows = statement.query([list.id.0])?;
            while let Some(row) = rows.next()? {
                found.ours.insert(merged.now(Id(row.get(0)?)));
            }
            for sql in ["SELECT id FROM person", "SELECT id FROM account"] {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    found.ours.insert(Id(row.get(0)?));
                }
            }
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {MEMBER}, r.list FROM {COUNTING} AND r.list <> $1 AND p.fate <> 4"
            ))?;
            let mut rows = statement.query([list.id.0])?;
            while let Some(row) = rows.next()? {
                let Member { entity, fate, .. } = member(row, &merged)?;
                let other = Id(row.get(3)?);
                if fate == Fate::Suppressed || !on_it.contains(&entity) {
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

    /// How many people on a list may only be used as long as its terms allow it: who answered or got a deal is
    /// ours, and who was taken up as a person since, which the address tells.
    pub fn borrowed(&self, list: &ListRow) -> Result<u64> {
        let members = self.list_members(list.id)?;
        let elsewhere = self.elsewhere(list, &members)?;
        let mut ours = self.ids(
            &format!(
                "SELECT COALESCE((SELECT s.entity FROM prospect_state s WHERE s.prospect = p.id), p.entity)
                 FROM {COUNTING} AND r.list = $1
                 AND p.email IN (SELECT LOWER(email) FROM person WHERE email IS NOT NULL)"
            ),
            &[&list.id.0],
        )?;
        ours.extend(self.won_over()?);
        ours.extend(elsewhere.ours);
        let borrowed: FxHashSet<Id> = members
            .iter()
            .filter(|member| !matches!(member.fate, Fate::Seed | Fate::Suppressed))
            .map(|member| member.entity)
            .filter(|entity| !ours.contains(entity))
            .collect();
        Ok(borrowed.len() as u64)
    }

    /// People on a list whose notice was not given: neither with the list nor one by one.
    pub fn without_notice(&self, list: Id) -> Result<u64> {
        self.translated(|connection| {
            let merged = Merged::read(connection)?;
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {MEMBER} FROM {COUNTING} AND r.list = $1 AND p.fate <> 4
                 AND NOT EXISTS (SELECT 1 FROM prospect_state told
                    WHERE told.prospect = p.id AND told.notice_given IS NOT NULL)"
            ))?;
            let mut rows = statement.query([list.0])?;
            let mut people = FxHashSet::default();
            while let Some(row) = rows.next()? {
                let one = member(row, &merged)?;
                if one.fate != Fate::Suppressed {
                    people.insert(one.entity);
                }
            }
            Ok(people.len() as u64)
        })
    }

    fn ids(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<FxHashSet<Id>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(values, |row| Ok(Id(row.get(0)?)))?;
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

/// Who a row is as things stand: what somebody decided goes before what matching found.
fn member(row: &Row<'_>, merged: &Merged) -> Result<Member> {
    Ok(Member {
        id: Id(row.get(0)?),
        entity: merged.now(Id(row.get(1)?)),
        fate: Fate::from_number(row.get(2)?).unwrap_or(Fate::New),
    })
}

fn read(row: &Row<'_>, record: &mut Record) -> Result<()> {
    record.begin(row.get::<_, i64>(3)? as u64);
    for (n, field) in Field::ALL.into_iter().enumerate() {
        set(record, field, row, FIELDS_FROM + n)?;
    }
    Ok(())
}

pub(super) fn set(record: &mut Record, field: Field, row: &Row<'_>, column: usize) -> Result<()> {
    let value = row.get_ref(column)?;
    if let Some(text) = value.as_str_or_null().ok().flatten() {
        record.set(field, text);
    }
    Ok(())
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
