//! Names as commands show them: one, those of one entity, those of a list, pairs to be looked at.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params_from_iter};
use rustc_hash::FxHashMap;

use super::super::query::date;
use super::super::{Store, Write};
use crate::deal::event::StreamKind;
use crate::id::Id;
use crate::prospect::{Fate, Field};

/// A row of a list, with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub id: Id,
    /// Who it is: rows of one person have the same.
    pub entity: Id,
    pub batch: Id,
    pub list: Option<String>,
    pub file: Option<String>,
    pub line: u64,
    pub fate: Fate,
    /// How sure it is that it is its entity's; none for a new one.
    pub probability: Option<f64>,
    /// Why it was suppressed when it came in.
    pub reason: Option<String>,
    pub responded: Option<NaiveDate>,
    pub notice_given: Option<NaiveDate>,
    pub imported: Option<NaiveDate>,
    values: Vec<Option<String>>,
    /// What cleaning changed, as the file had it.
    pub original: BTreeMap<String, String>,
    /// Columns that no field was made of.
    pub attributes: BTreeMap<String, String>,
    pub warnings: Vec<String>,
}

impl Name {
    pub fn get(&self, field: Field) -> &str {
        self.values[field as usize].as_deref().unwrap_or("")
    }

    /// As people call it: the person's name, else the company's, else the address.
    pub fn called(&self) -> String {
        let name = [Field::First, Field::Middle, Field::Last]
            .map(|field| self.get(field))
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let others = [Field::Name, Field::Company, Field::Email, Field::Phone];
        std::iter::once(name.as_str())
            .chain(others.map(|field| self.get(field)))
            .find(|text| !text.is_empty())
            .unwrap_or("(nameless)")
            .to_string()
    }
}

/// Which names to list; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct NameFilter {
    pub list: Option<Id>,
    pub batch: Option<Id>,
    pub fate: Option<Fate>,
    pub responded: bool,
    /// Only who works at one of these accounts.
    pub works_at: Vec<Id>,
    /// A part of the name, company or address, in lower case.
    pub text: Option<String>,
}

/// Where the columns of [`Field`] begin in [`SELECT`].
const FIELDS_FROM: usize = 15;
const SELECT: &str = "SELECT p.id, COALESCE(s.entity, p.entity), p.batch, l.code, b.file, p.line, p.fate, p.probability,
    p.reason, s.responded, s.notice_given, b.day, p.original, p.attributes, p.warnings,
    p.name, p.first_name, p.middle_name, p.last_name, p.salutation, p.title, p.company, p.email, p.phone,
    p.mobile, p.website, p.domain, p.address, p.city, p.state, p.zip, p.country, p.industry, p.employees,
    p.revenue, p.linkedin, p.birth_date, p.number, p.record, p.list_code, p.source_date
    FROM prospect p LEFT JOIN prospect_state s ON s.prospect = p.id
    LEFT JOIN batch b ON b.id = p.batch LEFT JOIN list l ON l.id = p.list
    WHERE (b.id IS NOT NULL OR EXISTS (SELECT 1 FROM worked_on w WHERE w.prospect = p.id))";

impl Store {
    /// One row of a list.
    pub fn name(&self, id: Id) -> Result<Option<Name>> {
        let mut found = self.select_names("AND p.id = $1", &[id.0.into()])?;
        Ok(found.pop())
    }

    /// The rows that were chosen in one run of a selection, in no order.
    pub fn names_chosen(&self, run: Id) -> Result<Vec<Name>> {
        self.select_names(
            "AND p.id IN (SELECT subject FROM selection_name WHERE run = $1)",
            &[run.0.into()],
        )
    }

    /// These names, in this order; without those that do not count any more.
    pub fn names_by_id(&self, ids: &[Id]) -> Result<Vec<Name>> {
        const CHUNK: usize = 500;
        let mut found = FxHashMap::default();
        for some in ids.chunks(CHUNK) {
            let some: Vec<String> = some.iter().map(|id| id.0.to_string()).collect();
            let names = self.select_names(&format!("AND p.id IN ({})", some.join(", ")), &[])?;
            found.extend(names.into_iter().map(|name| (name.id, name)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The name that came from a line of an import.
    pub fn name_on_line(&self, batch: Id, line: u64) -> Result<Option<Name>> {
        let mut found = self.select_names(
            "AND p.batch = $1 AND p.line = $2",
            &[batch.0.into(), (line as i64).into()],
        )?;
        Ok(found.pop())
    }

    /// The line a name stands on, and its id in the file.
    pub fn place_of_name(&self, id: Id) -> Result<Option<(u64, String)>> {
        self.translated(|connection| {
            Ok(connection
                .prepare_cached("SELECT line, record FROM prospect WHERE id = $1")?
                .query_row([id.0], |row| {
                    let record: Option<String> = row.get(1)?;
                    Ok((row.get::<_, i64>(0)? as u64, record.unwrap_or_default()))
                })
                .optional()?)
        })
    }

    /// The names of a batch that something happened to since, or that deals came of: they count whatever becomes of it.
    pub fn names_worked_on(&self, batch: Id) -> Result<Vec<Id>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT p.id FROM (SELECT DISTINCT prospect FROM worked_on) w
                 JOIN prospect p ON p.id = w.prospect WHERE p.batch = $1 ORDER BY p.id",
            )?;
            let ids = statement.query_map([batch.0], |row| Ok(Id(row.get(0)?)))?;
            Ok(ids.collect::<rusqlite::Result<Vec<_>>>()?)
        })
    }

    /// All rows that are one entity, in the order they came in.
    pub fn names_of_entity(&self, entity: Id) -> Result<Vec<Name>> {
        self.select_names(
            "AND p.id IN (SELECT $1 UNION ALL SELECT id FROM prospect WHERE entity = $1 AND entity <> id
                UNION ALL SELECT prospect FROM prospect_state WHERE entity = $1)
             AND COALESCE(s.entity, p.entity) = $1 ORDER BY p.id",
            &[entity.0.into()],
        )
    }

    /// The first `limit` names that pass, and how many there are.
    pub fn list_names(&self, filter: &NameFilter, limit: usize) -> Result<(Vec<Name>, u64)> {
        let mut values: Vec<rusqlite::types::Value> = Vec::new();
        let mut and = String::new();
        if !filter.works_at.is_empty() {
            let ids: Vec<String> = filter.works_at.iter().map(|id| id.0.to_string()).collect();
            let ids = ids.join(", ");
            and = format!(
                " AND p.id IN (SELECT prospect FROM prospect_employer WHERE account IN ({ids}))"
            );
        }
        let mut add = |sql: &str, value: rusqlite::types::Value| {
            values.push(value);
            and.push_str(&sql.replace('?', &format!("${}", values.len())));
        };
        if let Some(list) = filter.list {
            add(" AND p.list = ?", list.0.into());
        }
        if let Some(batch) = filter.batch {
            add(" AND p.batch = ?", batch.0.into());
        }
        if let Some(fate) = filter.fate {
            add(" AND p.fate = ?", fate.number().into());
        }
        if let Some(text) = &filter.text {
            let escaped = text
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            add(
                " AND LOWER(COALESCE(p.first_name, '') || ' ' || COALESCE(p.last_name, '') || ' ' ||
                    COALESCE(p.name, '') || ' ' || COALESCE(p.company, '') || ' ' || COALESCE(p.email, '')
                    || ' ' || COALESCE(p.domain, '')) LIKE ? ESCAPE '\\'",
                format!("%{escaped}%").into(),
            );
        }
        if filter.responded {
            and.push_str(" AND s.responded IS NOT NULL");
        }
        let names = self.select_names(&format!("{and} ORDER BY p.id LIMIT {limit}"), &values)?;
        let from = SELECT.find("FROM prospect").unwrap_or(0);
        let n = self.translated(|connection| {
            let count = format!("SELECT COUNT(*) {}{and}", &SELECT[from..]);
            let n: i64 =
                connection.query_row(&count, params_from_iter(&values), |row| row.get(0))?;
            Ok(n as u64)
        })?;
        Ok((names, n))
    }

    fn select_names(&self, and: &str, values: &[rusqlite::types::Value]) -> Result<Vec<Name>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!("{SELECT} {and}"))?;
            let rows = statement.query_map(params_from_iter(values), full)?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })
    }

    /// Pairs that nobody has decided on, the likeliest first: two names that count, and how likely they
    /// are one; and how many there are.
    #[allow(clippy::type_complexity)] // pairs and their number, used once
    pub fn unsure_pairs(&self, limit: usize) -> Result<(Vec<(Id, Id, f64)>, u64)> {
        const OPEN: &str = "FROM prospect_pair w
            WHERE NOT EXISTS (SELECT 1 FROM prospect_distinct d
                WHERE (d.a = w.a AND d.b = w.b) OR (d.a = w.b AND d.b = w.a))
            AND EXISTS (SELECT 1 FROM batch b WHERE b.id = w.batch)
            AND COALESCE((SELECT s.entity FROM prospect_state s WHERE s.prospect = w.a),
                (SELECT p.entity FROM prospect p WHERE p.id = w.a), w.a)
            <> COALESCE((SELECT s.entity FROM prospect_state s WHERE s.prospect = w.b),
                (SELECT p.entity FROM prospect p WHERE p.id = w.b), w.b)";
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT w.a, w.b, w.probability {OPEN} ORDER BY w.probability DESC, w.a, w.b LIMIT {limit}"
            ))?;
            let pairs = statement
                .query_map([], |row| Ok((Id(row.get(0)?), Id(row.get(1)?), row.get(2)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let n: i64 =
                connection.query_row(&format!("SELECT COUNT(*) {OPEN}"), [], |row| row.get(0))?;
            Ok((pairs, n as u64))
        })
    }
}

impl Write<'_> {
    /// Makes sure that something can be told of a name.
    pub fn begin_name(&mut self, name: Id) -> Result<()> {
        let begun = self
            .transaction
            .prepare_cached("SELECT 1 FROM stream WHERE id = $1")?
            .exists([name.0])?;
        if begun {
            return Ok(());
        }
        self.create_as(StreamKind::Prospect, name)
    }
}

fn full(row: &Row<'_>) -> rusqlite::Result<Name> {
    let map = |column: usize| -> rusqlite::Result<BTreeMap<String, String>> {
        let text: Option<String> = row.get(column)?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    };
    let warnings: Option<String> = row.get(14)?;
    Ok(Name {
        id: Id(row.get(0)?),
        entity: Id(row.get(1)?),
        batch: Id(row.get(2)?),
        list: row.get(3)?,
        file: row.get(4)?,
        line: row.get::<_, i64>(5)? as u64,
        fate: Fate::from_number(row.get(6)?).unwrap_or(Fate::New),
        probability: row.get(7)?,
        reason: row.get(8)?,
        responded: date(row.get(9)?),
        notice_given: date(row.get(10)?),
        imported: date(row.get(11)?),
        original: map(12)?,
        attributes: map(13)?,
        warnings: warnings
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_string)
            .collect(),
        values: (0..Field::COUNT)
            .map(|n| row.get(FIELDS_FROM + n))
            .collect::<rusqlite::Result<_>>()?,
    })
}
