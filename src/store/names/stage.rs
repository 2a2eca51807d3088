//! Staging: rows of a file into the store, in transactions so short that other shells don't notice.

use std::collections::HashSet;

use anyhow::Result;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Statement, params};
use serde::Serializer;

use super::super::Store;
use super::name_id;
use super::run::{Run, RunState};
use crate::fault::Fault;
use crate::id::Id;
use crate::prospect::{Fate, Field, Record, Warning};

/// A row that is taken.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub record: Record,
    /// Of the row as the file has it, to know it again.
    pub row_hash: u64,
    /// `Suppressed` or `Seed`; everything else is settled when all rows are in.
    pub fate: Option<Fate>,
    /// Why it is suppressed.
    pub reason: Option<String>,
}

/// A row that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub line: u64,
    pub column: Option<String>,
    pub reason: String,
    pub fields: Vec<String>,
}

const INSERT: &str = "INSERT INTO prospect (id, batch, list, line, row_hash, fate, entity, reason, original, attributes, warnings,
    name, first_name, middle_name, last_name, salutation, title, company, email, phone, mobile, website,
    domain, address, city, state, zip, country, industry, employees, revenue, linkedin, birth_date, number,
    record, list_code, source_date)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
    $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37)";
/// Where the columns of [`Field`] begin in [`INSERT`].
const FIELDS_FROM: usize = 12;

impl Store {
    /// Adds rows to a run; `records` and `repeated` say how far the file is dealt with after them.
    pub fn stage(
        &self,
        run: &mut Run,
        rows: &[Taken],
        rejected: &[Rejected],
        records: u64,
        repeated: u64,
    ) -> Result<()> {
        let mut next = run.clone();
        next.names += rows.len() as u64;
        next.records = records;
        next.repeated = repeated;
        self.refuse_a_full_disk()?;
        self.translated(|connection| {
            let transaction = rusqlite::Transaction::new_unchecked(
                connection,
                rusqlite::TransactionBehavior::Immediate,
            )?;
            insert(&transaction, run, rows)?;
            reject(&transaction, run, rejected)?;
            let moved = transaction
                .prepare_cached(
                    "UPDATE import_run SET names = $1, records = $2, repeated = $3
                     WHERE id = $4 AND names = $5 AND records = $6 AND state = 'staging'",
                )?
                .execute(params![
                    next.names as i64,
                    next.records as i64,
                    next.repeated as i64,
                    run.id.0,
                    run.names as i64,
                    run.records as i64
                ])?;
            if moved != 1 {
                return Err(
                    Fault::store("the import was given up by another command meanwhile")
                        .hint("run it again")
                        .into(),
                );
            }
            transaction.commit()?;
            Ok(())
        })?;
        *run = next;
        Ok(())
    }

    /// All rows are in.
    pub fn end_staging(&self, run: &mut Run) -> Result<()> {
        self.translated(|connection| {
            connection.execute(
                "UPDATE import_run SET state = 'staged' WHERE id = $1 AND state = 'staging'",
                [run.id.0],
            )?;
            Ok(())
        })?;
        run.state = RunState::Staged;
        Ok(())
    }

    /// Hashes of the rows that a list has already, so that the same row makes no second name.
    pub fn row_hashes(&self, list: Id) -> Result<HashSet<u64, rustc_hash::FxBuildHasher>> {
        let mut hashes = HashSet::default();
        self.translated(|connection| {
            let mut runs = connection.prepare(
                "SELECT r.first_id, r.names FROM import_run r JOIN batch b ON b.id = r.id
                 WHERE r.list = $1 AND r.state = 'complete'",
            )?;
            let ranges = runs
                .query_map([list.0], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut names =
                connection.prepare("SELECT row_hash FROM prospect WHERE id >= $1 AND id < $2")?;
            for (first, count) in ranges {
                hashes.reserve(usize::try_from(count).unwrap_or(0));
                let end = name_id(Id(first), count as u64).0;
                let mut rows = names.query([first, end])?;
                while let Some(row) = rows.next()? {
                    hashes.insert(row.get::<_, i64>(0)? as u64);
                }
            }
            Ok(())
        })?;
        Ok(hashes)
    }

    /// The rejected rows of a run, in the order of the file.
    pub fn rejected(&self, run: Id) -> Result<Vec<Rejected>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT line, column_name, reason, fields FROM import_reject WHERE batch = $1 ORDER BY n",
            )?;
            let rows = statement.query_map([run.0], |row| {
                Ok(Rejected {
                    line: row.get::<_, i64>(0)? as u64,
                    column: row.get(1)?,
                    reason: row.get(2)?,
                    fields: serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default(),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })
    }

    pub fn rejected_count(&self, run: Id) -> Result<u64> {
        self.translated(|connection| {
            let n: i64 = connection
                .prepare_cached("SELECT COUNT(*) FROM import_reject WHERE batch = $1")?
                .query_row([run.0], |row| row.get(0))?;
            Ok(n as u64)
        })
    }
}

fn insert(connection: &Connection, run: &Run, rows: &[Taken]) -> Result<()> {
    let mut name = connection.prepare_cached(INSERT)?;
    let mut buffer = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let id = name_id(run.first, run.names + n as u64);
        let fate = row.fate.unwrap_or(Fate::New);
        name.raw_bind_parameter(1, id.0)?;
        name.raw_bind_parameter(2, run.id.0)?;
        name.raw_bind_parameter(3, run.setup.list.0)?;
        name.raw_bind_parameter(4, row.record.line as i64)?;
        name.raw_bind_parameter(5, row.row_hash as i64)?;
        name.raw_bind_parameter(6, fate.number())?;
        name.raw_bind_parameter(7, id.0)?;
        name.raw_bind_parameter(8, row.reason.as_deref())?;
        let originals = row
            .record
            .originals()
            .map(|(field, text)| (field.name(), text));
        bind_map(&mut name, 9, originals, &mut buffer)?;
        bind_map(&mut name, 10, row.record.attributes(), &mut buffer)?;
        let warnings = row.record.warnings();
        if warnings.is_empty() {
            name.raw_bind_parameter(11, rusqlite::types::Null)?;
        } else {
            let codes: Vec<&str> = warnings.iter().map(Warning::code).collect();
            name.raw_bind_parameter(11, codes.join(" "))?;
        }
        for field in Field::ALL {
            let text = Some(row.record.get(field)).filter(|text| !text.is_empty());
            name.raw_bind_parameter(FIELDS_FROM + field as usize, text)?;
        }
        name.raw_execute()?;
    }
    Ok(())
}

/// Binds a JSON object, or null when it would be empty.
fn bind_map<'a>(
    statement: &mut Statement<'_>,
    at: usize,
    entries: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
    buffer: &mut Vec<u8>,
) -> Result<()> {
    if entries.len() == 0 {
        statement.raw_bind_parameter(at, rusqlite::types::Null)?;
        return Ok(());
    }
    buffer.clear();
    serde_json::Serializer::new(&mut *buffer).collect_map(entries)?;
    let text = ToSqlOutput::Borrowed(rusqlite::types::ValueRef::Text(buffer));
    statement.raw_bind_parameter(at, text)?;
    Ok(())
}

fn reject(connection: &Connection, run: &Run, rejected: &[Rejected]) -> Result<()> {
    let from: i64 = connection
        .prepare_cached("SELECT COALESCE(MAX(n), 0) FROM import_reject WHERE batch = $1")?
        .query_row([run.id.0], |row| row.get(0))?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO import_reject (batch, n, line, column_name, reason, fields)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )?;
    for (n, row) in (from + 1..).zip(rejected) {
        statement.execute(params![
            run.id.0,
            n,
            row.line as i64,
            row.column,
            row.reason,
            serde_json::to_string(&row.fields)?
        ])?;
    }
    Ok(())
}
