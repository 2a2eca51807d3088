//! How frequent each value is: agreeing on `Smith` says less than agreeing on `Woodstone`.
//!
//! Term-frequency adjustment: in place of the average chance that two strangers agree on a last name
//! stands the frequency of this very name (Fellegi & Sunter's own example; Splink's documentation has it
//! as "term frequency adjustments").

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::model::Model;
use super::names::{Names, Row};
use super::pool::{NONE, Pool};

/// Columns whose values have frequencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    First,
    Last,
    Title,
    Birth,
    Number,
    Company,
    Domain,
    Phone,
}

impl Column {
    pub(super) const COUNT: usize = 8;
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::First,
        Self::Last,
        Self::Title,
        Self::Birth,
        Self::Number,
        Self::Company,
        Self::Domain,
        Self::Phone,
    ];

    pub(super) fn of(self, row: &Row) -> u32 {
        match self {
            Self::First => row.first,
            Self::Last => row.last,
            Self::Title => row.title,
            Self::Birth => row.birth,
            Self::Number => row.number,
            Self::Company => row.company,
            Self::Domain => row.domain,
            Self::Phone => row.phone,
        }
    }

    fn pool(self, names: &Names) -> &Pool {
        let pools = &names.pools;
        match self {
            Self::First | Self::Last => &pools.names,
            Self::Title => &pools.titles,
            Self::Birth | Self::Number => &pools.numbers,
            Self::Company => &pools.companies,
            Self::Domain => &pools.hosts,
            Self::Phone => &pools.phones,
        }
    }
}

/// So many of the most frequent values of a column are remembered in a model.
const REMEMBERED: usize = 2_000;

/// As many rows' worth of belief in the usual frequency of a value: what a few rows say is little.
const BELIEF: f64 = 300.0;

/// Frequencies of one column that a model remembers, and that of a value it does not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Common {
    /// Hash of the value and its frequency, by hash.
    values: Vec<(u64, f32)>,
    /// How likely a stranger has the same value as a row, for values that are not remembered.
    pub(super) rest: f64,
}

impl Common {
    pub(super) fn usual(rest: f64) -> Self {
        Self {
            values: Vec::new(),
            rest,
        }
    }

    fn get(&self, hash: u64) -> Option<f64> {
        let at = self
            .values
            .binary_search_by_key(&hash, |(hash, _)| *hash)
            .ok()?;
        Some(f64::from(self.values[at].1))
    }
}

/// Frequencies by the number of the value in its pool.
pub(super) struct Frequencies {
    of: [Vec<f32>; Column::COUNT],
}

impl Frequencies {
    /// Of these very names, when they are about as many as the model was learnt from; else as remembered.
    /// `heads` are the entities of the known among them, whose values count once however many rows say so.
    pub(super) fn new(names: &Names, heads: &[u32], model: &Model) -> Self {
        let counted = names.len() as u64 * 2 >= model.learnt_from;
        let of = Column::ALL.map(|column| {
            let common = &model.common[column as usize];
            let pool = column.pool(names);
            let (mut counts, mut present) = counts(names, column);
            for (row, head) in names.rows.iter().zip(heads) {
                let value = column.of(row);
                let first = &names.rows[*head as usize];
                if value != NONE && !std::ptr::eq(row, first) && value == column.of(first) {
                    counts[value as usize] -= 1;
                    present -= 1;
                }
            }
            let frequency = |(id, count): (usize, &u32)| {
                // the two rows that agree are no evidence of how many others have the value
                let seen = f64::from(count.saturating_sub(2)) + BELIEF * common.rest;
                let here = seen / (f64::from(present) + BELIEF);
                if counted {
                    here
                } else {
                    common.get(pool.hash(id as u32)).unwrap_or(common.rest)
                }
            };
            let frequency = |entry| frequency(entry) as f32;
            counts.iter().enumerate().map(frequency).collect()
        });
        Self { of }
    }

    pub(super) fn get(&self, column: Column, id: u32) -> f32 {
        self.of[column as usize][id as usize]
    }
}

/// How often each value is there, and how many rows have one.
pub(super) fn counts(names: &Names, column: Column) -> (Vec<u32>, u32) {
    let mut counts = vec![0_u32; column.pool(names).len()];
    for row in &names.rows {
        counts[column.of(row) as usize] += 1;
    }
    let present = names.rows.len() as u32 - counts[NONE as usize];
    counts[NONE as usize] = 0;
    (counts, present)
}

/// The chance that two rows that both have a value have the same one, exactly.
pub(super) fn coincidence(names: &Names, column: Column) -> Option<f64> {
    let (counts, present) = counts(names, column);
    pairs_of(
        counts.iter().map(|count| u64::from(*count)),
        u64::from(present),
    )
}

/// The same for rows told apart by any number.
pub(super) fn coincidence_of(values: impl Iterator<Item = u64>) -> Option<f64> {
    let mut counts: FxHashMap<u64, u64> = FxHashMap::default();
    let mut present = 0;
    for value in values {
        *counts.entry(value).or_default() += 1;
        present += 1;
    }
    pairs_of(counts.into_values(), present)
}

fn pairs_of(counts: impl Iterator<Item = u64>, present: u64) -> Option<f64> {
    let pairs = |n: u64| n as f64 * n.saturating_sub(1) as f64 / 2.0;
    let all = pairs(present);
    (all > 0.0).then(|| counts.map(pairs).sum::<f64>() / all)
}

/// What a model remembers of the names it is learnt from.
pub(super) fn remember(names: &Names, usual: &[Common; Column::COUNT]) -> [Common; Column::COUNT] {
    Column::ALL.map(|column| {
        let (counts, present) = counts(names, column);
        if present == 0 {
            return usual[column as usize].clone();
        }
        let mut order: Vec<usize> = (0..counts.len()).filter(|id| counts[*id] > 0).collect();
        order.sort_unstable_by_key(|id| (std::cmp::Reverse(counts[*id]), *id));
        let (frequent, rest) = order.split_at(order.len().min(REMEMBERED));
        let share = |id: &usize| f64::from(counts[*id]) / f64::from(present);
        let pool = column.pool(names);
        let mut values: Vec<(u64, f32)> = frequent
            .iter()
            .filter(|id| counts[**id] > 2)
            .map(|id| (pool.hash(*id as u32), share(id) as f32))
            .collect();
        values.sort_unstable_by_key(|(hash, _)| *hash);
        let mass: f64 = rest.iter().map(share).sum();
        let squares: f64 = rest.iter().map(share).map(|share| share * share).sum();
        let least = 1.0 / f64::from(present);
        Common {
            values,
            rest: if mass > 0.0 {
                (squares / mass).max(least)
            } else {
                least
            },
        }
    })
}
