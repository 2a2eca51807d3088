//! Reading names back for matching: all of a run, and of what the store has those that a key points at.

use anyhow::Result;
use rusqlite::{Connection, Row, params};

use super::super::Store;
use super::name_id;
use super::run::Run;
use crate::id::Id;
use crate::prospect::{Fate, Field};

/// What matching compares, in the order of [`SELECT`].
const COMPARED: [Field; 16] = [
    Field::First,
    Field::Middle,
    Field::Last,
    Field::Title,
    Field::Company,
    Field::Email,
    Field::Domain,
    Field::Phone,
    Field::Mobile,
    Field::Address,
    Field::City,
    Field::State,
    Field::Zip,
    Field::Country,
    Field::BirthDate,
    Field::Number,
];
const SELECT: &str = "SELECT id, COALESCE((SELECT s.entity FROM prospect_state s WHERE s.prospect = prospect.id), entity),
    fate, line, first_name, middle_name, last_name, title, company, email, domain,
    phone, mobile, address, city, state, zip, country, birth_date, number FROM prospect";
const COMPARED_FROM: usize = 4;

/// A name as it is read back; borrowed from the row at hand.
pub struct NameRow<'r> {
    pub id: Id,
    pub entity: Id,
    pub fate: Fate,
    /// Line of the file.
    pub line: u64,
    row: &'r Row<'r>,
}

impl NameRow<'_> {
    /// One of the fields that are compared; empty when there is none.
    pub fn get(&self, field: Field) -> &str {
        COMPARED
            .iter()
            .position(|compared| *compared == field)
            .and_then(|at| self.row.get_ref(COMPARED_FROM + at).ok()?.as_str().ok())
            .unwrap_or("")
    }

    /// Whether it tells of a person, not only of a company.
    pub fn is_person(&self) -> bool {
        [Field::First, Field::Last, Field::Email]
            .into_iter()
            .any(|field| !self.get(field).is_empty())
    }
}

/// A person that is no name of a list: taken up by hand, or through a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName {
    pub id: Id,
    pub account: Option<Id>,
    pub name: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub company: Option<String>,
}

impl Store {
    /// The names of a run, in the order of the file.
    pub fn names_of_run(
        &self,
        run: &Run,
        mut each: impl FnMut(&NameRow<'_>) -> Result<()>,
    ) -> Result<()> {
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "{SELECT} WHERE id >= $1 AND id < $2 AND batch = $3 ORDER BY id"
            ))?;
            let mut rows = statement.query(params![run.first.0, run.last().0, run.id.0])?;
            while let Some(row) = rows.next()? {
                each(&name_row(row)?)?;
            }
            Ok(())
        })
    }

    /// The keys of all names that count and are no decoys: their ids, and what they are looked up by.
    pub fn known_keys(&self, mut each: impl FnMut(Id, &[u8])) -> Result<()> {
        self.translated(|connection| {
            let mut keys = connection.prepare(
                "SELECT prospect, keys FROM prospect_key WHERE prospect >= $1 AND prospect < $2",
            )?;
            for (first, end) in counting(connection)? {
                let mut rows = keys.query([first.0, end.0])?;
                while let Some(row) = rows.next()? {
                    let key = row.get_ref(1)?;
                    each(Id(row.get(0)?), key.as_blob().unwrap_or(&[]));
                }
            }
            Ok(())
        })
    }

    /// All names that count and are no decoys.
    pub fn known_names(&self, mut each: impl FnMut(&NameRow<'_>) -> Result<()>) -> Result<()> {
        self.translated(|connection| {
            let mut names = connection.prepare(&format!(
                "{SELECT} WHERE id >= $1 AND id < $2 AND fate <> $3 ORDER BY id"
            ))?;
            for (first, end) in counting(connection)? {
                let mut rows = names.query([first.0, end.0, Fate::Seed.number()])?;
                while let Some(row) = rows.next()? {
                    each(&name_row(row)?)?;
                }
            }
            Ok(())
        })
    }

    /// Some names by their ids.
    pub fn names(
        &self,
        ids: &[Id],
        mut each: impl FnMut(&NameRow<'_>) -> Result<()>,
    ) -> Result<()> {
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!("{SELECT} WHERE id = $1"))?;
            for id in ids {
                let mut rows = statement.query([id.0])?;
                if let Some(row) = rows.next()? {
                    each(&name_row(row)?)?;
                }
            }
            Ok(())
        })
    }

    /// Everybody who was taken up by hand or through a deal; who was merged into another counts as that one,
    /// under what was known of them.
    pub fn person_names(&self) -> Result<Vec<PersonName>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT COALESCE(p.merged, p.id), a.now, p.name, p.title, p.email,
                    COALESCE(p.phone, p.mobile), a.name
                 FROM person p LEFT JOIN account_now a ON a.id = p.account ORDER BY p.id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(PersonName {
                    id: Id(row.get(0)?),
                    account: row.get::<_, Option<i64>>(1)?.map(Id),
                    name: row.get(2)?,
                    title: row.get(3)?,
                    email: row.get(4)?,
                    phone: row.get(5)?,
                    company: row.get(6)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })
    }
}

/// Where the names of batches that count are: from the first id to before the last. Single names that
/// count although their batch does not are ranges of one.
fn counting(connection: &Connection) -> Result<Vec<(Id, Id)>> {
    let mut runs = connection.prepare(
        "SELECT r.first_id, r.names FROM import_run r JOIN batch b ON b.id = r.id
         WHERE r.state = 'complete' ORDER BY r.first_id",
    )?;
    let mut ranges = runs
        .query_map([], |row| {
            let first = Id(row.get(0)?);
            Ok((first, name_id(first, row.get::<_, i64>(1)? as u64)))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut kept = connection.prepare(
        "SELECT w.prospect FROM (SELECT DISTINCT prospect FROM worked_on) w
         JOIN prospect p ON p.id = w.prospect
         WHERE NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = p.batch) ORDER BY w.prospect",
    )?;
    let kept = kept
        .query_map([], |row| {
            let id: i64 = row.get(0)?;
            Ok((Id(id), Id(id + 1)))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    ranges.extend(kept);
    Ok(ranges)
}

fn name_row<'r>(row: &'r Row<'r>) -> Result<NameRow<'r>> {
    Ok(NameRow {
        id: Id(row.get(0)?),
        entity: Id(row.get(1)?),
        fate: Fate::from_number(row.get(2)?).unwrap_or(Fate::New),
        line: row.get::<_, i64>(3)? as u64,
        row,
    })
}
