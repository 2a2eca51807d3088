//! The accounts of the deals of a Book, and facts that a deal has from its account.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::condition::Value;
use crate::deal::book::{Day, Labelled};
use crate::process::{FieldOf, Process};
use crate::store::query::fact_value;

/// Places of accounts, their ids, their names.
type Accounts = (Vec<Option<u32>>, Vec<i64>, Vec<String>);

/// Accounts that deals have, in the order of their ids. One that was merged into another is that one, on
/// every day.
pub(super) fn accounts(
    connection: &Connection,
    deals: &[Option<i64>],
    with_names: bool,
) -> Result<Accounts> {
    let mut merged: FxHashMap<i64, i64> = FxHashMap::default();
    let mut statement =
        connection.prepare_cached("SELECT id, merged FROM account WHERE merged IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        merged.insert(row.get(0)?, row.get(1)?);
    }
    let mut place: FxHashMap<i64, Option<u32>> = FxHashMap::default();
    let now = |id: i64| merged.get(&id).copied().unwrap_or(id);
    for id in deals.iter().flatten() {
        place.insert(now(*id), None);
    }
    let mut ids: Vec<i64> = place.keys().copied().collect();
    ids.sort_unstable();
    let mut names = Vec::new();
    if with_names {
        let mut statement = connection
            .prepare_cached("SELECT id, name FROM account WHERE merged IS NULL ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut known = Vec::with_capacity(ids.len());
        let mut wanted = ids.iter().copied().peekable();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            while wanted.next_if(|wanted| *wanted < id).is_some() {}
            if wanted.next_if_eq(&id).is_some() {
                known.push(id);
                names.push(row.get(1)?);
            }
        }
        ids = known;
    }
    for (at, id) in (0_u32..).zip(&ids) {
        place.insert(*id, Some(at));
    }
    let places = deals
        .iter()
        .map(|id| place.get(&now((*id)?)).copied().flatten())
        .collect();
    Ok((places, ids, names))
}

/// Whether an account may tell a fact that a deal does not.
pub(in crate::store) fn may_be_of_account(process: &Process, name: &str) -> bool {
    if let Some(field) = process.fields.iter().find(|field| field.name == name) {
        return field.of == FieldOf::Account;
    }
    // A field of an earlier version, unless it is what every deal has.
    let columns = process.engine.columns();
    !name.starts_with('.') && !columns.iter().any(|column| column.name == name)
}

/// What each account said of a fact by the end of a day.
pub(in crate::store) fn told_by_accounts(
    connection: &Connection,
    name: &str,
    as_of: Day,
) -> Result<FxHashMap<i64, Value>> {
    let mut told = FxHashMap::default();
    let mut statement = connection.prepare_cached(
        "SELECT a.id, f.whole, f.number, f.text FROM account a CROSS JOIN fact f ON f.subject = a.id AND f.name = $1
         WHERE a.merged IS NULL AND f.day <= $2 ORDER BY a.id, f.day",
    )?;
    let mut rows = statement.query((name, as_of.number()))?;
    while let Some(row) = rows.next()? {
        told.insert(row.get(0)?, fact_value(row, 1)?);
    }
    Ok(told)
}

/// Dated numbers by account.
type Numbers = FxHashMap<i64, Vec<(Day, Option<f64>)>>;

/// The same of a number or flag, with its earlier values.
pub(super) fn numbers_of_accounts(
    connection: &Connection,
    name: &str,
    as_of: Day,
) -> Result<Numbers> {
    let mut told = Numbers::default();
    let mut statement = connection.prepare_cached(
        "SELECT a.id, f.day, f.whole, f.number, f.text FROM account a
         CROSS JOIN fact f ON f.subject = a.id AND f.name = $1
         WHERE a.merged IS NULL AND f.day <= $2 ORDER BY a.id, f.day",
    )?;
    let mut rows = statement.query((name, as_of.number()))?;
    while let Some(row) = rows.next()? {
        let value = match fact_value(row, 2)? {
            Value::Integer(n) => Some(n as f64),
            Value::Number(n) => Some(n),
            Value::Null | Value::Text(_) => None,
        };
        told.entry(row.get(0)?)
            .or_default()
            .push((Day::new(row.get(1)?), value));
    }
    Ok(told)
}

/// A value as a label.
pub(super) fn label(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Integer(n) => n.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Text(text) => text.clone(),
    })
}

/// A fact of the deal, or else of its account, as labels in order of first mention. `told` are codes of the
/// deals' own values, `account` the places and ids of their accounts.
pub(super) fn attribute(
    connection: &Connection,
    process: &Process,
    name: &str,
    as_of: Day,
    told: (&[u32], &[Value]),
    account: (&[Option<u32>], &[i64]),
) -> Result<Labelled> {
    let by_accounts = if may_be_of_account(process, name) {
        told_by_accounts(connection, name, as_of)?
    } else {
        FxHashMap::default()
    };
    let mut column = Labelled::default();
    let mut places: HashMap<String, u32> = HashMap::new();
    let mut place = |value: &Value| -> Option<u32> {
        Some(*places.entry(label(value)?).or_insert_with_key(|label| {
            column.labels.push(label.clone());
            column.labels.len() as u32 - 1
        }))
    };
    let mut of_code: Vec<Option<Option<u32>>> = vec![None; told.1.len()];
    let mut of_account: Vec<Option<Option<u32>>> = vec![None; account.1.len()];
    let mut index = Vec::with_capacity(told.0.len());
    for (deal, code) in told.0.iter().enumerate() {
        let own = code.checked_sub(1).and_then(|code| {
            *of_code[code as usize].get_or_insert_with(|| place(&told.1[code as usize]))
        });
        index.push(own.or_else(|| {
            if by_accounts.is_empty() {
                return None;
            }
            let account_at = account.0[deal]? as usize;
            *of_account[account_at]
                .get_or_insert_with(|| place(by_accounts.get(&account.1[account_at])?))
        }));
    }
    column.index = index;
    Ok(column)
}
