//! Reads the rows of deals into columns: of those that changed since they were folded, or of a range.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use rustc_hash::FxHashMap;

use super::codec::{Column, damaged};
use super::part::{DEAL, Part, Table, fact};
use crate::deal::book::Day;
use crate::deal::fact as facts;
use crate::process::{FieldKind, FieldOf, Process};

/// Which deals are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which {
    /// Only those whose rows are newer than their columns.
    pub(super) changed: bool,
    /// The first id, and the one after the last.
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Which {
    pub(super) const ALL: Self = Self {
        changed: false,
        from: i64::MIN,
        to: i64::MAX,
    };
    pub(super) const CHANGED: Self = Self {
        changed: true,
        ..Self::ALL
    };
}

/// What is read of them, beside the deals themselves.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Wanted {
    pub(in crate::store) visits: bool,
    pub(in crate::store) activities: bool,
    pub(in crate::store) follow_ups: bool,
    pub(in crate::store) facts: Facts,
}

impl Wanted {
    /// Facts of these names besides.
    pub(in crate::store) fn and(mut self, names: BTreeSet<String>) -> Self {
        if let Facts::Named(known) = &mut self.facts {
            known.extend(names);
        }
        self
    }
}

#[derive(Clone, Debug)]
pub(in crate::store) enum Facts {
    /// Of these names.
    Named(BTreeSet<String>),
    /// All but those that may hold what is private.
    Public(BTreeSet<String>),
}

impl Default for Facts {
    fn default() -> Self {
        Self::Named(BTreeSet::new())
    }
}

/// Facts that every deal may have and that tell nothing private.
const OURS: &[&str] = &[
    "state",
    "stage",
    "stage_entered",
    "opened",
    "closed",
    "owner",
    "product",
    "source",
    "currency",
    "expected_close",
    "reason",
    "type",
    "hold_until",
    "next_date",
    "overrides",
    facts::ACCOUNT,
    facts::VALUE_MINOR,
    facts::BOOKED,
    facts::TOUCHED,
    facts::GATE_VERSION,
    facts::HISTORY_TOLD,
    facts::STEPS_TOLD,
    facts::OVERRIDES_TOLD,
];
/// Steps done and buying roles given.
const OUR_BEGINNINGS: &[&str] = &["done_", "has_"];

/// Facts whose histories columns may keep: those of a fixed vocabulary, and the fields of the process
/// that are no free text.
pub(super) fn public_fields(process: Option<&Process>) -> BTreeSet<String> {
    let fields = process.map_or(&[][..], |process| &process.fields);
    fields
        .iter()
        .filter(|field| {
            field.of == FieldOf::Deal && !matches!(field.kind, FieldKind::Text | FieldKind::Person)
        })
        .map(|field| field.name.clone())
        .collect()
}

fn is_public(name: &str, fields: &BTreeSet<String>) -> bool {
    OURS.contains(&name)
        || OUR_BEGINNINGS.iter().any(|begins| name.starts_with(begins))
        || fields.contains(name)
}

impl Wanted {
    pub(super) fn everything(process: Option<&Process>) -> Self {
        Self {
            visits: true,
            activities: true,
            follow_ups: true,
            facts: Facts::Public(public_fields(process)),
        }
    }
}

/// The rows of these deals as columns.
pub(super) fn read(connection: &Connection, which: Which, wanted: &Wanted) -> Result<Part> {
    let mut part = Part::default();
    let deals = table(
        connection,
        which,
        "d.id, d.account, d.owner, d.product, d.source, d.state, d.stage, d.stage_entered, d.value_minor,
         d.currency, d.opened, d.closed, d.expected_close, d.hold_until, d.next_due, d.reason,
         d.customer_type, d.touched",
        "",
        "d.id",
        None,
    )?;
    part.ids = deals.0;
    part.tables.insert(DEAL.to_string(), deals.1);
    let ids = part.ids.clone();
    let mut add = |name: &str, columns: &str, join: &str, order: &str| -> Result<()> {
        let read = table(connection, which, columns, join, order, Some(&ids))?;
        part.tables.insert(name.to_string(), read.1);
        Ok(())
    };
    if wanted.visits {
        add(
            "visit",
            "d.id, v.stage, v.entered, v.left_day, v.how, v.overridden",
            "JOIN visit v ON v.deal = d.id",
            "d.id, v.n",
        )?;
    }
    if wanted.activities {
        add(
            "activity",
            "d.id, a.day, a.kind, a.minutes, a.cost_minor, a.actor, a.tool",
            "JOIN activity a ON a.deal = d.id",
            "d.id, a.seq",
        )?;
    }
    if wanted.follow_ups {
        add(
            "follow_up",
            "d.id, f.id AS item, f.due, f.added, f.done, f.by_rule",
            "JOIN followup f ON f.deal = d.id",
            "d.id, f.id",
        )?;
        add(
            "snooze",
            "d.id, s.followup AS item, s.day, s.due_before",
            "JOIN followup f ON f.deal = d.id JOIN snooze s ON s.followup = f.id",
            "d.id, f.id, s.day",
        )?;
    }
    read_facts(connection, which, &wanted.facts, &mut part)?;
    for table in part.tables.values_mut() {
        table.fill();
    }
    Ok(part)
}

fn query(which: Which, columns: &str, join: &str, condition: &str, order: &str) -> String {
    // CROSS: the deals lead, as they are few, or all in their order.
    let from = if which.changed {
        "changed_deal c CROSS JOIN deal d ON d.id = c.deal"
    } else {
        "deal d"
    };
    let lead = if which.changed { "c.deal" } else { "d.id" };
    let order = order.replace("d.id", lead);
    let join = join.replace("JOIN", "CROSS JOIN");
    format!(
        "SELECT {columns} FROM {from} {join} WHERE {lead} >= $1 AND {lead} < $2 {condition} ORDER BY {order}"
    )
}

/// One table: whole numbers as they are, texts as labels. The first column is the deal's id; without `ids`
/// the rows are the deals.
fn table(
    connection: &Connection,
    which: Which,
    columns: &str,
    join: &str,
    order: &str,
    ids: Option<&[i64]>,
) -> Result<(Vec<i64>, Table)> {
    let mut statement = connection.prepare(&query(which, columns, join, "", order))?;
    let names: Vec<String> = statement
        .column_names()
        .skip(1)
        .map(str::to_string)
        .collect();
    let mut read: Vec<Column> = vec![Column::default(); names.len()];
    let mut found = Vec::new();
    let mut counts = Vec::new();
    let mut rows = statement.query([which.from, which.to])?;
    let mut at = 0;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        match ids {
            None => {
                found.push(id);
                counts.push(1);
            }
            Some(ids) => count(ids, id, &mut at, &mut counts)?,
        }
        for (n, column) in read.iter_mut().enumerate() {
            match row.get_ref(n + 1)? {
                ValueRef::Null => column.push(None),
                ValueRef::Integer(n) => column.push(Some(n)),
                ValueRef::Text(text) => {
                    column.push_label(std::str::from_utf8(text).map_err(anyhow::Error::from)?);
                }
                ValueRef::Real(_) | ValueRef::Blob(_) => return Err(damaged()),
            }
        }
    }
    counts.resize(ids.map_or(found.len(), <[i64]>::len), 0);
    let table = Table {
        rows: counts,
        columns: names.into_iter().zip(read).collect(),
    };
    Ok((found, table))
}

/// One more row of a deal; the deals rise.
fn count(ids: &[i64], id: i64, at: &mut usize, counts: &mut Vec<u32>) -> Result<()> {
    while ids.get(*at).is_some_and(|known| *known < id) {
        *at += 1;
    }
    if ids.get(*at) != Some(&id) {
        return Err(damaged());
    }
    counts.resize(counts.len().max(*at + 1), 0);
    counts[*at] += 1;
    Ok(())
}

fn read_facts(
    connection: &Connection,
    which: Which,
    wanted: &Facts,
    part: &mut Part,
) -> Result<()> {
    let mut condition = String::new();
    if let Facts::Named(names) = wanted {
        if names.is_empty() {
            return Ok(());
        }
        condition.push_str("AND f.name IN (");
        for (n, name) in names.iter().enumerate() {
            let _ = write!(
                condition,
                "{}'{}'",
                if n == 0 { "" } else { ", " },
                name.replace('\'', "''")
            );
        }
        condition.push(')');
    }
    let mut statement = connection.prepare(&query(
        which,
        "d.id, f.name, f.day, f.whole, f.number, f.text",
        "JOIN fact f ON f.subject = d.id",
        &condition,
        "d.id, f.name, f.day",
    ))?;
    let mut rows = statement.query([which.from, which.to])?;
    let mut histories: Vec<History> = Vec::new();
    let mut place: FxHashMap<String, Option<usize>> = FxHashMap::default();
    let mut at = 0;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let name = row.get_ref(1)?.as_str().map_err(anyhow::Error::from)?;
        let known = if let Some(known) = place.get(name) {
            *known
        } else {
            let kept = match wanted {
                Facts::Named(_) => true,
                Facts::Public(fields) => is_public(name, fields),
            };
            if kept {
                histories.push(History::default());
            } else {
                part.left_out.insert(fact(name));
            }
            let known = kept.then(|| histories.len() - 1);
            place.insert(name.to_string(), known);
            known
        };
        let Some(known) = known else { continue };
        let history = &mut histories[known];
        while part.ids.get(at).is_some_and(|known| *known < id) {
            at += 1;
        }
        let mut here = at;
        count(&part.ids, id, &mut here, &mut history.rows)?;
        let day: i32 = row.get(2)?;
        history.push(day, row.get_ref(3)?, row.get_ref(4)?, row.get_ref(5)?)?;
    }
    for (name, known) in place {
        if let Some(known) = known {
            let table = std::mem::take(&mut histories[known]).table(part.ids.len());
            part.tables.insert(fact(&name), table);
        }
    }
    Ok(())
}

/// The dated values of one fact.
#[derive(Default)]
struct History {
    rows: Vec<u32>,
    day: Column,
    whole: Column,
    number: Column,
    date: Column,
    text: Column,
}

impl History {
    fn push(
        &mut self,
        day: i32,
        whole: ValueRef<'_>,
        number: ValueRef<'_>,
        text: ValueRef<'_>,
    ) -> Result<()> {
        self.day.push(Some(i64::from(day)));
        self.whole.push(match whole {
            ValueRef::Integer(n) => Some(n),
            _ => None,
        });
        self.number.push(match number {
            ValueRef::Real(n) => Some(n.to_bits() as i64),
            _ => None,
        });
        let text = match text {
            ValueRef::Text(text) => Some(std::str::from_utf8(text)?),
            _ => None,
        };
        // Most dates are near the day on which they are told: the difference is a small number.
        let date = text.and_then(|text| {
            let date: chrono::NaiveDate = text.parse().ok()?;
            (date.to_string() == text).then(|| i64::from(Day::of(date).number()) - i64::from(day))
        });
        self.date.push(date);
        match text {
            Some(text) if date.is_none() => self.text.push_label(text),
            _ => self.text.push(None),
        }
        Ok(())
    }

    fn table(mut self, deals: usize) -> Table {
        self.rows.resize(deals, 0);
        let columns = [
            ("day", self.day),
            ("whole", self.whole),
            ("number", self.number),
            ("date", self.date),
            ("text", self.text),
        ];
        Table {
            rows: self.rows,
            columns: columns
                .into_iter()
                .map(|(name, column)| (name.to_string(), column))
                .collect(),
        }
    }
}
