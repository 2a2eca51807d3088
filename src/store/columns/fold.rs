//! Folds the rows of changed deals into columns, and tells whether columns and rows agree.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rusqlite::Connection;

use super::part::{DEAL, Part, Run, laid_over};
use super::rows::{self, Wanted, Which};
use crate::process::{self, Process};
use crate::store::query::current_version;

/// Deals of a part, up to twice as many: so large that there are few parts, so small that a part is folded
/// in a moment.
const PART: usize = 8_192;
/// So many changed deals may wait: reading them takes a report a moment, folding them takes one too.
const WAITING: usize = 2_000;

/// The bounds of a part: the first is where it begins, whatever id its first deal has.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    from: i64,
    to: i64,
    deals: usize,
}

/// Folds all changed deals.
pub(in crate::store) fn all(connection: &Connection) -> Result<()> {
    all_in(connection, PART)
}

/// The same into parts of so many deals.
pub(in crate::store) fn all_in(connection: &Connection, size: usize) -> Result<()> {
    let changed = changed(connection)?;
    if changed.is_empty() {
        return Ok(());
    }
    let wanted = Wanted::everything(applied(connection)?.as_ref());
    for bounds in parts(connection)? {
        if !changed_in(&changed, bounds).is_empty() {
            let changed = changed_in(&changed, bounds);
            fold(connection, bounds, changed, &wanted, size)?;
        }
    }
    Ok(())
}

/// Folds the part that most of the changed deals are in, when too many wait.
pub(in crate::store) fn few(connection: &Connection) -> Result<()> {
    let enough: bool = connection
        .prepare_cached("SELECT COUNT(*) > $1 FROM (SELECT 1 FROM changed_deal LIMIT $1 + 1)")?
        .query_row([WAITING as i64], |row| row.get(0))?;
    if !enough {
        return Ok(());
    }
    let changed = changed(connection)?;
    let parts = parts(connection)?;
    let most = parts
        .into_iter()
        .max_by_key(|bounds| changed_in(&changed, *bounds).len());
    if let Some(bounds) = most {
        let wanted = Wanted::everything(applied(connection)?.as_ref());
        let changed = changed_in(&changed, bounds);
        fold(connection, bounds, changed, &wanted, PART)?;
    }
    Ok(())
}

/// Takes all columns away; the deals that have rows are to be noted as changed.
pub(in crate::store) fn forget(connection: &Connection) -> Result<()> {
    for delete in [
        "DELETE FROM deal_column",
        "DELETE FROM deal_part",
        "DELETE FROM changed_deal",
    ] {
        connection.execute(delete, [])?;
    }
    Ok(())
}

/// How many columns, or lists of deals, are not what the rows tell.
pub(in crate::store) fn differing(connection: &Connection) -> Result<usize> {
    let wanted = Wanted::everything(applied(connection)?.as_ref());
    let changed = changed(connection)?;
    let mut differing = 0;
    for bounds in parts(connection)? {
        let which = Which {
            changed: false,
            from: bounds.from,
            to: bounds.to,
        };
        let changed = changed_in(&changed, bounds);
        let unchanged =
            |part: &Part| Part::of_runs(&[part], &laid_over(&part.ids, changed, &[], 0));
        let told = rows::read(connection, which, &wanted)?;
        let Ok(kept) = read(connection, bounds) else {
            differing += 1;
            continue;
        };
        let (mut told, mut kept) = (unchanged(&told), unchanged(&kept));
        // What is private may have been no secret when it was folded, and the other way round.
        let left_out: BTreeSet<String> = told.left_out.union(&kept.left_out).cloned().collect();
        for part in [&mut told, &mut kept] {
            part.tables.retain(|name, _| !left_out.contains(name));
            part.left_out.clear();
        }
        let told: BTreeMap<String, Vec<u8>> = told.bytes().into_iter().collect();
        let kept: BTreeMap<String, Vec<u8>> = kept.bytes().into_iter().collect();
        let names: BTreeSet<&String> = told.keys().chain(kept.keys()).collect();
        differing += names
            .into_iter()
            .filter(|name| told.get(*name) != kept.get(*name))
            .count();
    }
    Ok(differing)
}

fn applied(connection: &Connection) -> Result<Option<Process>> {
    let Some(version) = current_version(connection)? else {
        return Ok(None);
    };
    let text: String = connection.query_row(
        "SELECT text FROM process_version WHERE version = $1",
        [version],
        |row| row.get(0),
    )?;
    Ok(process::check("applied", &text).process)
}

fn changed(connection: &Connection) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT deal FROM changed_deal ORDER BY deal")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn changed_in(changed: &[i64], bounds: Bounds) -> &[i64] {
    let place = |id: i64| changed.partition_point(|known| *known < id);
    &changed[place(bounds.from)..place(bounds.to)]
}

/// All parts; before the first fold, one that is empty.
fn parts(connection: &Connection) -> Result<Vec<Bounds>> {
    let mut statement =
        connection.prepare_cached("SELECT first, deals FROM deal_part ORDER BY first")?;
    let mut rows = statement.query([])?;
    let mut all: Vec<Bounds> = Vec::new();
    while let Some(row) = rows.next()? {
        let from = row.get(0)?;
        if let Some(last) = all.last_mut() {
            last.to = from;
        }
        all.push(Bounds {
            from,
            to: i64::MAX,
            deals: row.get::<_, i64>(1)? as usize,
        });
    }
    if all.is_empty() {
        all.push(Bounds {
            from: 0,
            to: i64::MAX,
            deals: 0,
        });
    }
    Ok(all)
}

fn read(connection: &Connection, bounds: Bounds) -> Result<Part> {
    if bounds.deals == 0 {
        return Ok(Part::default());
    }
    let mut statement =
        connection.prepare_cached("SELECT name, bytes FROM deal_column WHERE part = $1")?;
    let rows = statement.query_map([bounds.from], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let blobs = rows.collect::<rusqlite::Result<BTreeMap<String, Vec<u8>>>>()?;
    Part::read(&blobs, bounds.deals)
}

/// Writes a part anew, with the rows of the deals that changed, as one part or as several.
fn fold(
    connection: &Connection,
    bounds: Bounds,
    changed: &[i64],
    wanted: &Wanted,
    size: usize,
) -> Result<()> {
    let old = read(connection, bounds)?;
    let mut statement = connection.prepare_cached(
        "SELECT d.id FROM changed_deal c JOIN deal d ON d.id = c.deal
         WHERE c.deal >= $1 AND c.deal < $2 ORDER BY c.deal",
    )?;
    let rows = statement.query_map([bounds.from, bounds.to], |row| row.get(0))?;
    let newer = rows.collect::<rusqlite::Result<Vec<i64>>>()?;
    let runs = laid_over(&old.ids, changed, &newer, 0);
    let deals: usize = runs.iter().map(|run| run.deals.len()).sum();
    remove(connection, bounds)?;
    let pieces = (deals / size).max(1);
    let mut rest = runs.as_slice();
    let mut within = 0;
    for piece in 0..pieces {
        let size = deals * (piece + 1) / pieces - deals * piece / pieces;
        let runs = take(&mut rest, &mut within, size);
        let id = |run: &Run| [&old.ids, &newer][run.source][run.deals.start];
        // The first piece begins where the part began.
        let from = match runs.first() {
            Some(run) if piece > 0 => id(run),
            _ => bounds.from,
        };
        let next = rest
            .first()
            .map(|run| [&old.ids, &newer][run.source][run.deals.start + within]);
        let which = Which {
            changed: true,
            from,
            to: next.unwrap_or(bounds.to),
        };
        let newer_rows = rows::read(connection, which, wanted)?;
        let skipped = newer.partition_point(|known| *known < from);
        let runs: Vec<Run> = runs
            .into_iter()
            .map(|run| match run.source {
                0 => run,
                _ => Run {
                    source: 1,
                    deals: run.deals.start - skipped..run.deals.end - skipped,
                },
            })
            .collect();
        if deals > 0 || from == 0 {
            write(
                connection,
                from,
                &Part::of_runs(&[&old, &newer_rows], &runs),
            )?;
        }
    }
    connection
        .prepare_cached("DELETE FROM changed_deal WHERE deal >= $1 AND deal < $2")?
        .execute([bounds.from, bounds.to])?;
    Ok(())
}

/// The next so many deals of some runs, of the first of which some are taken already.
fn take(rest: &mut &[Run], within: &mut usize, mut size: usize) -> Vec<Run> {
    let mut taken = Vec::new();
    while size > 0
        && let Some(run) = rest.first()
    {
        let start = run.deals.start + *within;
        let end = run.deals.end.min(start + size);
        size -= end - start;
        taken.push(Run {
            source: run.source,
            deals: start..end,
        });
        if end == run.deals.end {
            *rest = &rest[1..];
            *within = 0;
        } else {
            *within += end - start;
        }
    }
    taken
}

fn remove(connection: &Connection, bounds: Bounds) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM deal_column WHERE part = $1")?
        .execute([bounds.from])?;
    connection
        .prepare_cached("DELETE FROM deal_part WHERE first = $1")?
        .execute([bounds.from])?;
    Ok(())
}

fn write(connection: &Connection, first: i64, part: &Part) -> Result<()> {
    let touched = part
        .tables
        .get(DEAL)
        .and_then(|deals| deals.columns.get("touched"))
        .and_then(|column| column.values.iter().flatten().max().copied());
    connection
        .prepare_cached("INSERT INTO deal_part (first, deals, touched) VALUES ($1, $2, $3)")?
        .execute([
            first,
            part.ids.len() as i64,
            touched.unwrap_or(i64::from(i32::MIN)),
        ])?;
    let mut insert = connection
        .prepare_cached("INSERT INTO deal_column (name, part, bytes) VALUES ($1, $2, $3)")?;
    for (name, bytes) in part.bytes() {
        insert.execute(rusqlite::params![name, first, bytes])?;
    }
    Ok(())
}
