//! Candidate pairs of a set of names with their levels: what is learnt from and what is weighed.

use std::thread;

use super::blocks::Blocks;
use super::compare::{Comparer, Levels};
use super::names::Names;

/// From so many pairs on two threads compare.
const WORTH_A_THREAD: usize = 50_000;

/// Pairs that share a key, each once, the earlier row first; pairs of known rows are left out.
#[derive(Debug)]
pub struct Pairs {
    pub(super) rows: Vec<(u32, u32)>,
    pub(super) levels: Vec<Levels>,
    pub(super) known: u32,
}

impl Pairs {
    /// The first `known` rows of `names` are ours already. `progress` hears of pairs compared, of all.
    pub fn new(names: &Names, known: usize, progress: &mut dyn FnMut(u64, u64)) -> Self {
        let mut rows = Vec::new();
        Blocks::new(&names.keys, known as u32).each(|a, b| rows.push((a, b)));
        let mut levels = vec![Levels::default(); rows.len()];
        let all = rows.len() as u64;
        let mut done = 0;
        for (rows, levels) in rows.chunks(1 << 19).zip(levels.chunks_mut(1 << 19)) {
            progress(done, all);
            compare(names, rows, levels);
            done += rows.len() as u64;
        }
        progress(all, all);
        Self {
            rows,
            levels,
            known: known as u32,
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn compare(names: &Names, rows: &[(u32, u32)], levels: &mut [Levels]) {
    let run = |rows: &[(u32, u32)], levels: &mut [Levels]| {
        let mut comparer = Comparer::new(names);
        for ((a, b), levels) in rows.iter().zip(levels) {
            *levels = comparer.levels(*a, *b);
        }
    };
    if rows.len() < WORTH_A_THREAD {
        return run(rows, levels);
    }
    let half = rows.len() / 2;
    let (first, second) = levels.split_at_mut(half);
    thread::scope(|scope| {
        scope.spawn(|| run(&rows[..half], first));
        run(&rows[half..], second);
    });
}
