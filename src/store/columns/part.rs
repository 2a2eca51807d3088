//! A range of deals as columns: what they are, and the tables of what belongs to them.
//!
//! Deals are in the order of their ids; the rows of a table in the order of their deals, of which each
//! says how many it has. A column whose values are all NULL is not written, a table without rows neither.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::Result;

use super::codec::{Column, damaged};

/// The table of what there is one of per deal.
pub(super) const DEAL: &str = "deal";
/// Ids of the deals.
pub(super) const ID: &str = "deal/id";
/// The column that says how many rows of its table each deal has.
pub(super) const ROWS: &str = "n";
/// The column that stands for a table which is read from rows, as it may hold what is private.
pub(super) const LEFT_OUT: &str = "left_out";

/// Whether a history is kept in columns, and of which name it is: `fact:NAME`.
pub(super) fn fact(name: &str) -> String {
    format!("fact:{name}")
}

#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) ids: Vec<i64>,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) left_out: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Rows per deal; of the table of deals itself one each.
    pub(super) rows: Vec<u32>,
    pub(super) columns: BTreeMap<String, Column>,
}

/// Some deals, one after another, of one of several parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) source: usize,
    pub(super) deals: Range<usize>,
}

impl Part {
    /// Puts runs of deals together, in their order.
    pub(super) fn of_runs(sources: &[&Self], runs: &[Run]) -> Self {
        let mut part = Self::default();
        for source in sources {
            part.left_out.extend(source.left_out.iter().cloned());
            for (name, table) in &source.tables {
                let known = part.tables.entry(name.clone()).or_default();
                for column in table.columns.keys() {
                    known.columns.entry(column.clone()).or_default();
                }
            }
        }
        part.tables.retain(|name, _| !part.left_out.contains(name));
        for run in runs {
            part.ids
                .extend_from_slice(&sources[run.source].ids[run.deals.clone()]);
        }
        for (name, table) in &mut part.tables {
            let from: Vec<Option<&Table>> =
                sources.iter().map(|part| part.tables.get(name)).collect();
            table.take(&from, runs);
        }
        part
    }

    /// As it is written: names of columns with their bytes.
    pub(super) fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        let numbers = |values: Vec<Option<i64>>| {
            let mut column = Column::default();
            column.values = values;
            column.bytes()
        };
        let ids = self.ids.iter().map(|id| Some(*id)).collect();
        let mut all = vec![(ID.to_string(), numbers(ids))];
        for (name, table) in &self.tables {
            if table.rows.iter().all(|n| *n == 0) {
                continue;
            }
            if name != DEAL {
                let rows = table.rows.iter().map(|n| Some(i64::from(*n))).collect();
                all.push((format!("{name}/{ROWS}"), numbers(rows)));
            }
            for (column, values) in &table.columns {
                if !values.is_empty() {
                    all.push((format!("{name}/{column}"), values.bytes()));
                }
            }
        }
        for name in &self.left_out {
            all.push((format!("{name}/{LEFT_OUT}"), Vec::new()));
        }
        all
    }

    pub(super) fn read(blobs: &BTreeMap<String, Vec<u8>>, deals: usize) -> Result<Self> {
        let ids = blobs.get(ID).ok_or_else(damaged)?;
        let mut part = Self::default();
        for id in Column::read(ids, deals)?.values {
            part.ids.push(id.ok_or_else(damaged)?);
        }
        let mut rows: BTreeMap<&str, (Vec<u32>, usize)> = BTreeMap::new();
        rows.insert(DEAL, (vec![1; deals], deals));
        for (name, bytes) in blobs {
            let (table, column) = name.rsplit_once('/').ok_or_else(damaged)?;
            if column == LEFT_OUT {
                part.left_out.insert(table.to_string());
            } else if column == ROWS {
                let counts = Column::read(bytes, deals)?.values;
                let counts: Option<Vec<u32>> =
                    counts.into_iter().map(|n| u32::try_from(n?).ok()).collect();
                let counts = counts.ok_or_else(damaged)?;
                let total = counts.iter().map(|n| *n as usize).sum();
                rows.insert(table, (counts, total));
            }
        }
        for (name, bytes) in blobs {
            let (table, column) = name.rsplit_once('/').ok_or_else(damaged)?;
            if [ROWS, LEFT_OUT].contains(&column) || name == ID {
                continue;
            }
            let (counts, total) = rows.get(table).ok_or_else(damaged)?;
            let known = part.tables.entry(table.to_string()).or_default();
            if known.rows.is_empty() {
                known.rows.clone_from(counts);
            }
            known
                .columns
                .insert(column.to_string(), Column::read(bytes, *total)?);
        }
        // A table may have rows and nothing in them.
        for (table, (counts, _)) in rows {
            let known = part.tables.entry(table.to_string()).or_default();
            if known.rows.is_empty() {
                known.rows = counts;
            }
        }
        for table in part.tables.values_mut() {
            table.fill();
        }
        Ok(part)
    }
}

impl Table {
    pub(super) fn total(&self) -> usize {
        self.rows.iter().map(|n| *n as usize).sum()
    }

    /// Columns that were not written are NULL throughout.
    pub(super) fn fill(&mut self) {
        let total = self.total();
        for column in self.columns.values_mut() {
            column.values.resize(total, None);
        }
    }

    fn take(&mut self, from: &[Option<&Self>], runs: &[Run]) {
        let mut at: Vec<(usize, usize)> = vec![(0, 0); from.len()];
        for run in runs {
            let Some(source) = from[run.source] else {
                self.rows.resize(self.rows.len() + run.deals.len(), 0);
                continue;
            };
            let rows = span(&source.rows, &mut at[run.source], &run.deals);
            self.rows.extend_from_slice(&source.rows[run.deals.clone()]);
            for (name, column) in &mut self.columns {
                match source.columns.get(name) {
                    Some(other) => column.extend(other, rows.clone()),
                    None => column.values.resize(column.values.len() + rows.len(), None),
                }
            }
        }
    }
}

/// The rows of some deals, asked for in rising order; `at` is the deal and row that was come to.
pub(super) fn span(rows: &[u32], at: &mut (usize, usize), deals: &Range<usize>) -> Range<usize> {
    let sum = |range: Range<usize>| -> usize { rows[range].iter().map(|n| *n as usize).sum() };
    let start = at.1 + sum(at.0..deals.start);
    let end = start + sum(deals.clone());
    *at = (deals.end, end);
    start..end
}

/// The deals of a part and of those that changed since, in the order of their ids: `changed` are all that
/// did, `newer` those of them that are still there. The part is source 0, the newer ones are source 1.
pub(super) fn laid_over(part: &[i64], changed: &[i64], newer: &[i64], from: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut push = |source: usize, deals: Range<usize>| {
        if deals.is_empty() {
            return;
        }
        match runs.last_mut() {
            Some(last) if last.source == source && last.deals.end == deals.start => {
                last.deals.end = deals.end;
            }
            _ => runs.push(Run { source, deals }),
        }
    };
    let (mut at, mut next) = (0, 0);
    for id in changed {
        let here = at + part[at..].partition_point(|known| known < id);
        push(0, at..here);
        at = here + usize::from(part.get(here) == Some(id));
        if newer.get(next) == Some(id) {
            push(1, from + next..from + next + 1);
            next += 1;
        }
    }
    push(0, at..part.len());
    runs
}
