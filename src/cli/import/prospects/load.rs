//! Loading: rows of the file through the map into the store, each with its fate as far as the row alone
//! tells it.

use std::collections::HashSet;
use std::io::Read;

use anyhow::Result;
use rustc_hash::FxBuildHasher;
use xxhash_rust::xxh3::xxh3_64;

use super::rows::Rows;
use crate::import::read::{Defect, Row};
use crate::prospect::clean::Cleaner;
use crate::prospect::map::Binding;
use crate::prospect::suppression::{Purpose, Scratch, SuppressionSet};
use crate::prospect::{Fate, Seeds};
use crate::store::{Rejected, Run, Store, Taken};

/// Rows that are read, and then written in one transaction: a few dozen milliseconds.
const CHUNK: usize = 2_000;

/// What a row is held against.
pub(super) struct Guards {
    pub(super) seeds: Seeds,
    pub(super) suppressed: SuppressionSet,
    pub(super) purpose: Purpose,
    /// Rows that the list has had before.
    pub(super) seen: HashSet<u64, FxBuildHasher>,
}

/// More rows can't be taken than somebody is willing to lose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum RejectLimit {
    Rows(u64),
    /// Of the rows read.
    Share(f64),
}

impl RejectLimit {
    /// Whether so many rejected rows of so many are too many.
    pub(super) fn is_passed(self, rejected: u64, read: u64) -> bool {
        match self {
            Self::Rows(limit) => rejected > limit,
            Self::Share(limit) => rejected as f64 > limit * read as f64,
        }
    }
}

/// Reads the rest of the file into the run; `progress` hears how many rows are dealt with, and
/// how many bytes.
pub(super) fn load<R: Read>(
    store: &Store,
    run: &mut Run,
    file: &mut Rows<R>,
    binding: &Binding,
    cleaner: &mut Cleaner,
    guards: &Guards,
    mut progress: impl FnMut(u64, u64),
) -> Result<()> {
    file.skip(run.records)?;
    let headings = file.input.reader.headers().to_vec();
    let mut row = Row::default();
    let mut chunk: Vec<Taken> = Vec::with_capacity(CHUNK);
    let mut filled = 0;
    let mut rejected: Vec<Rejected> = Vec::new();
    let (mut records, mut repeated) = (run.records, run.repeated);
    let mut scratch = Scratch::default();
    let mut raw = Vec::new();
    loop {
        let more = file.next(&mut row)?;
        if !more || filled + rejected.len() >= CHUNK {
            store.stage(run, &chunk[..filled], &rejected, records, repeated)?;
            progress(records, row.bytes.end);
            filled = 0;
            rejected.clear();
        }
        if !more {
            break;
        }
        records += 1;
        if let Some(defect) = &row.defect {
            let column = place(&row, defect).and_then(|at| headings.get(at).cloned());
            rejected.push(refused(&row, column, defect.to_string()));
            continue;
        }
        let hash = hash(&row, &mut raw);
        if guards.seen.contains(&hash) {
            repeated += 1;
            continue;
        }
        if filled == chunk.len() {
            chunk.push(Taken::default());
        }
        let taken = &mut chunk[filled];
        if let Err(rejection) = binding.apply(&row, &mut taken.record, cleaner) {
            rejected.push(refused(
                &row,
                rejection.column.clone(),
                rejection.to_string(),
            ));
            continue;
        }
        taken.row_hash = hash;
        (taken.fate, taken.reason) = if guards.seeds.holds(&taken.record) {
            (Some(Fate::Seed), None)
        } else {
            let hit = guards
                .suppressed
                .reason_for(&taken.record, guards.purpose, &mut scratch);
            (
                hit.as_ref().map(|_| Fate::Suppressed),
                hit.map(|hit| hit.reason.to_string()),
            )
        };
        filled += 1;
    }
    store.end_staging(run)
}

fn refused(row: &Row, column: Option<String>, reason: String) -> Rejected {
    Rejected {
        line: row.line,
        column,
        reason,
        fields: row.to_fields(),
    }
}

/// The column that a defect is in, when it is in one.
fn place(row: &Row, defect: &Defect) -> Option<usize> {
    match defect {
        Defect::Nul => row.fields().position(|field| field.contains('\0')),
        _ => None,
    }
}

/// Of the row as the file has it.
fn hash(row: &Row, raw: &mut Vec<u8>) -> u64 {
    raw.clear();
    for field in row.fields() {
        raw.extend_from_slice(field.as_bytes());
        raw.push(0x1f);
    }
    xxh3_64(raw)
}

#[cfg(test)]
mod tests {
    use super::RejectLimit;

    #[test]
    fn limits_are_passed_only_beyond() {
        assert!(!RejectLimit::Rows(5).is_passed(5, 9));
        assert!(RejectLimit::Rows(5).is_passed(6, 9));
        assert!(!RejectLimit::Share(0.02).is_passed(2, 100));
        assert!(RejectLimit::Share(0.02).is_passed(3, 100));
    }
}
