//! Reads columns of all deals, the changed ones laid over, in the order of their ids.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::Result;
use rusqlite::Connection;

use super::codec::{Blob, damaged};
use super::part::{DEAL, ID, LEFT_OUT, ROWS, Run, fact, laid_over, span};
use super::rows::{self, Facts, Wanted, Which};
use crate::id::Id;

/// What a view is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Source {
    /// Columns, and the rows of the deals that changed.
    Columns,
    /// Rows alone.
    Rows,
}

pub(in crate::store) struct View<'c> {
    connection: &'c Connection,
    parts: Vec<Placed>,
    runs: Vec<Run>,
    /// Columns of the changed deals.
    newer: BTreeMap<String, Vec<u8>>,
    newer_deals: usize,
    left_out: BTreeSet<String>,
    pub(in crate::store) ids: Vec<Id>,
}

/// A part, and its deals among those of the view.
struct Placed {
    first: i64,
    deals: usize,
    runs: Range<usize>,
}

/// Rows of a table: how many each deal has.
pub(in crate::store) struct Children {
    table: String,
    pub(in crate::store) per_deal: Vec<u32>,
    total: usize,
    /// Of each run.
    spans: Vec<Range<usize>>,
}

impl<'c> View<'c> {
    pub(in crate::store) fn open(
        connection: &'c Connection,
        source: Source,
        wanted: &Wanted,
    ) -> Result<Self> {
        let which = match source {
            Source::Columns => Which::CHANGED,
            Source::Rows => Which::ALL,
        };
        let newer = rows::read(connection, which, wanted)?;
        let mut view = Self {
            connection,
            parts: Vec::new(),
            runs: Vec::new(),
            newer_deals: newer.ids.len(),
            left_out: BTreeSet::new(),
            ids: Vec::new(),
            newer: newer.bytes().into_iter().collect(),
        };
        let changed = match source {
            Source::Columns => {
                let mut statement =
                    connection.prepare_cached("SELECT deal FROM changed_deal ORDER BY deal")?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.collect::<rusqlite::Result<Vec<i64>>>()?
            }
            Source::Rows => newer.ids.clone(),
        };
        view.place(source, &changed, &newer.ids)?;
        if let Facts::Named(names) = &wanted.facts {
            view.note_left_out(names)?;
        }
        Ok(view)
    }

    /// Puts parts and changed deals in order.
    fn place(&mut self, source: Source, changed: &[i64], newer: &[i64]) -> Result<()> {
        let mut parts: Vec<(i64, usize)> = Vec::new();
        if source == Source::Columns {
            let mut statement = self.connection.prepare_cached(
                "SELECT first, deals FROM deal_part WHERE deals > 0 ORDER BY first",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                parts.push((row.get(0)?, row.get::<_, i64>(1)? as usize));
            }
        }
        if parts.is_empty() {
            parts.push((0, 0));
        }
        let total: usize = parts.iter().map(|(_, deals)| deals).sum();
        self.ids.reserve_exact(total + newer.len());
        let mut statement = self
            .connection
            .prepare_cached("SELECT bytes FROM deal_column WHERE name = $1 AND part = $2")?;
        let (mut at, mut next) = (0, 0);
        for (n, (first, deals)) in parts.iter().enumerate() {
            let end = parts.get(n + 1).map_or(i64::MAX, |(first, _)| *first);
            let changed_end = at + changed[at..].partition_point(|id| *id < end);
            let newer_end = next + newer[next..].partition_point(|id| *id < end);
            let start = self.runs.len();
            let is_unchanged = at == changed_end && next == newer_end;
            let mut ids: Vec<i64> = Vec::new();
            if *deals > 0 {
                let mut rows = statement.query((ID, first))?;
                let row = rows.next()?.ok_or_else(damaged)?;
                let blob = Blob::read(row.get_ref(0)?.as_blob().map_err(anyhow::Error::from)?)?;
                if blob.count != *deals {
                    return Err(damaged());
                }
                if is_unchanged {
                    let id = |id: Option<i64>| Id(id.unwrap_or_default());
                    blob.append(0..blob.count, &mut self.ids, id)?;
                    self.runs.push(Run {
                        source: 0,
                        deals: 0..*deals,
                    });
                } else {
                    blob.append(0..blob.count, &mut ids, Option::unwrap_or_default)?;
                }
            }
            let newer_ids = &newer[next..newer_end];
            for run in laid_over(&ids, &changed[at..changed_end], newer_ids, next) {
                let from = if run.source == 0 { &ids } else { newer };
                self.ids
                    .extend(from[run.deals.clone()].iter().map(|id| Id(*id)));
                self.runs.push(run);
            }
            self.parts.push(Placed {
                first: *first,
                deals: *deals,
                runs: start..self.runs.len(),
            });
            (at, next) = (changed_end, newer_end);
        }
        Ok(())
    }

    /// Histories that some part leaves to the rows.
    fn note_left_out(&mut self, names: &BTreeSet<String>) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM deal_column WHERE name = $1 LIMIT 1")?;
        for name in names {
            if self.parts.iter().any(|part| part.deals > 0)
                && statement.exists([format!("{}/{LEFT_OUT}", fact(name))])?
            {
                self.left_out.insert(name.clone());
            }
        }
        Ok(())
    }

    pub(in crate::store) fn connection(&self) -> &'c Connection {
        self.connection
    }

    pub(in crate::store) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether any deal has a value in a column.
    pub(in crate::store) fn has(&self, column: &str) -> Result<bool> {
        if self.newer.contains_key(column) {
            return Ok(true);
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM deal_column WHERE name = $1 LIMIT 1")?;
        Ok(self.parts.iter().any(|part| part.deals > 0) && statement.exists([column])?)
    }

    /// Whether the history of a fact is in rows only.
    pub(in crate::store) fn leaves_out(&self, name: &str) -> bool {
        self.left_out.contains(name)
    }

    /// Calls `each` for every run with the column's blob, if there is one; `fresh` when the blob was not seen
    /// before. Slot 0 is of a part, slot 1 of the changed deals.
    fn for_runs(
        &self,
        name: &str,
        mut each: impl FnMut(usize, usize, Option<&Blob<'_>>, bool) -> Result<()>,
    ) -> Result<()> {
        let newer = self.newer.get(name).map(|bytes| Blob::read(bytes));
        let newer = newer.transpose()?;
        let mut newer_is_fresh = true;
        let mut statement = self.connection.prepare_cached(
            "SELECT p.first, c.bytes FROM deal_part p LEFT JOIN deal_column c ON c.name = $1 AND c.part = p.first
             WHERE p.deals > 0 ORDER BY p.first",
        )?;
        let mut rows = statement.query([name])?;
        for placed in &self.parts {
            let row = if placed.deals > 0 {
                let row = rows.next()?.ok_or_else(damaged)?;
                let bytes = row
                    .get_ref(1)?
                    .as_blob_or_null()
                    .map_err(anyhow::Error::from)?;
                if row.get::<_, i64>(0)? != placed.first {
                    return Err(damaged());
                }
                bytes
            } else {
                None
            };
            let blob = row.map(Blob::read).transpose()?;
            let mut fresh = true;
            for run in placed.runs.clone() {
                if self.runs[run].source == 0 {
                    each(run, 0, blob.as_ref(), fresh)?;
                    fresh = false;
                } else {
                    each(run, 1, newer.as_ref(), newer_is_fresh)?;
                    newer_is_fresh = false;
                }
            }
        }
        Ok(())
    }

    /// One value per deal.
    pub(in crate::store) fn numbers<T: Clone>(
        &self,
        column: &str,
        of: impl Fn(Option<i64>) -> T,
    ) -> Result<Vec<T>> {
        let mut out = Vec::with_capacity(self.len());
        self.for_runs(&format!("{DEAL}/{column}"), |run, _, blob, _| {
            append(blob, self.runs[run].deals.clone(), &mut out, &of)
        })?;
        Ok(out)
    }

    /// One label per deal; `place` says where a label is among those of the view.
    pub(in crate::store) fn labels<T: Copy>(
        &self,
        column: &str,
        none: T,
        place: impl FnMut(&str) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.labels_of(
            &format!("{DEAL}/{column}"),
            self.len(),
            |run| self.runs[run].deals.clone(),
            none,
            place,
        )
    }

    fn labels_of<T: Copy>(
        &self,
        name: &str,
        total: usize,
        range: impl Fn(usize) -> Range<usize>,
        none: T,
        mut place: impl FnMut(&str) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut out = Vec::with_capacity(total);
        let mut places: [Vec<T>; 2] = [Vec::new(), Vec::new()];
        self.for_runs(name, |run, slot, blob, fresh| {
            let places = &mut places[slot];
            if fresh {
                places.clear();
                // A code of 0 is nothing, so what it stands for comes first.
                places.push(none);
                for label in blob.map_or(&[][..], |blob| &blob.labels) {
                    places.push(place(label)?);
                }
            }
            append(blob, range(run), &mut out, &|at: Option<i64>| {
                let at = at.map_or(0, |at| at as usize + 1);
                places.get(at).copied().unwrap_or(none)
            })
        })?;
        Ok(out)
    }

    pub(in crate::store) fn children(&self, table: &str) -> Result<Children> {
        let mut children = Children {
            table: table.to_string(),
            per_deal: Vec::with_capacity(self.len()),
            total: 0,
            spans: Vec::with_capacity(self.runs.len()),
        };
        let mut rows: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
        let mut at = [(0, 0); 2];
        self.for_runs(&format!("{table}/{ROWS}"), |run, slot, blob, fresh| {
            if fresh {
                rows[slot].clear();
                at[slot] = (0, 0);
                append(blob, 0..self.deals_of(blob, slot), &mut rows[slot], &|n| {
                    n.unwrap_or_default() as u32
                })?;
            }
            let deals = self.runs[run].deals.clone();
            if blob.is_none() {
                let n = children.per_deal.len() + deals.len();
                children.per_deal.resize(n, 0);
                children.spans.push(0..0);
                return Ok(());
            }
            let counts = rows[slot].get(deals.clone()).ok_or_else(damaged)?;
            children.per_deal.extend_from_slice(counts);
            let span = span(&rows[slot], &mut at[slot], &deals);
            children.total += span.len();
            children.spans.push(span);
            Ok(())
        })?;
        Ok(children)
    }

    fn deals_of(&self, blob: Option<&Blob<'_>>, slot: usize) -> usize {
        match (blob, slot) {
            (Some(blob), _) => blob.count,
            (None, 1) => self.newer_deals,
            (None, _) => 0,
        }
    }

    /// One value per row of a table.
    pub(in crate::store) fn child_numbers<T: Clone>(
        &self,
        children: &Children,
        column: &str,
        of: impl Fn(Option<i64>) -> T,
    ) -> Result<Vec<T>> {
        let mut out = Vec::with_capacity(children.total);
        self.for_runs(
            &format!("{}/{column}", children.table),
            |run, _, blob, _| append(blob, children.spans[run].clone(), &mut out, &of),
        )?;
        Ok(out)
    }

    /// One label per row of a table.
    pub(in crate::store) fn child_labels<T: Copy>(
        &self,
        children: &Children,
        column: &str,
        none: T,
        place: impl FnMut(&str) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.labels_of(
            &format!("{}/{column}", children.table),
            children.total,
            |run| children.spans[run].clone(),
            none,
            place,
        )
    }
}

impl Children {
    pub(in crate::store) fn len(&self) -> usize {
        self.total
    }

    /// What `of` makes of the deal that each row belongs to.
    pub(in crate::store) fn deals<T: Copy>(&self, of: impl Fn(u32) -> T) -> Vec<T> {
        let mut deals = Vec::with_capacity(self.total);
        for (deal, n) in (0_u32..).zip(&self.per_deal) {
            deals.resize(deals.len() + *n as usize, of(deal));
        }
        deals
    }
}

fn append<T: Clone>(
    blob: Option<&Blob<'_>>,
    range: Range<usize>,
    out: &mut Vec<T>,
    of: &impl Fn(Option<i64>) -> T,
) -> Result<()> {
    if let Some(blob) = blob {
        return blob.append(range, out, of);
    }
    out.resize(out.len() + range.len(), of(None));
    Ok(())
}
