//! Candidate pairs: rows that share a key, each pair once, whatever the number of keys it shares.

use super::keys::{Keys, RULES};

/// A rule may give so many pairs for each row at most; its largest blocks are left out beyond that. This
/// keeps cost near linear whatever is in a file: a domain with 10,000 names would be 50 million pairs.
const PAIRS_PER_ROW: u64 = 4;

/// All rules together may give so many; when that is used up each rule gets half a pair for each row.
const PAIRS_PER_ROW_IN_ALL: u64 = 20;

/// Blocks up to this size are always looked at.
const SMALL: u64 = 5;

/// Which keys of a row are of use: its block has other rows in it, and is not too large.
pub(super) struct Blocks<'a> {
    keys: &'a [Keys],
    known: u32,
    useful: Vec<u16>,
}

impl<'a> Blocks<'a> {
    /// The first `known` rows are never compared with each other.
    pub(super) fn new(keys: &'a [Keys], known: u32) -> Self {
        Self {
            keys,
            known,
            useful: vec![0; keys.len()],
        }
    }

    /// Calls `pair` with every pair of rows (the earlier first) that no rule before gave.
    pub(super) fn each(&mut self, mut pair: impl FnMut(u32, u32)) {
        let mut entries: Vec<u64> = Vec::with_capacity(self.keys.len());
        let mut given = 0;
        for rule in 0..RULES {
            entries.clear();
            entries.extend(self.keys.iter().enumerate().filter_map(|(row, keys)| {
                let key = keys.0[rule];
                (key != 0).then_some(u64::from(key) << 32 | row as u64)
            }));
            entries.sort_unstable();
            let most = self.largest(&entries, given);
            let same = |a: &u64, b: &u64| a >> 32 == b >> 32;
            for block in entries.chunk_by(same) {
                if block.len() < 2 || self.pairs_in(block) > most {
                    continue;
                }
                for entry in block {
                    self.useful[*entry as u32 as usize] |= 1 << rule;
                }
                for (at, a) in block.iter().enumerate() {
                    let a = *a as u32;
                    for b in &block[at + 1..] {
                        let b = *b as u32;
                        if b >= self.known && !self.given_before(a, b, rule) {
                            given += 1;
                            pair(a, b);
                        }
                    }
                }
            }
        }
    }

    /// Pairs of a block: those among known rows do not count.
    fn pairs_in(&self, block: &[u64]) -> u64 {
        let known = block
            .iter()
            .take_while(|entry| (**entry as u32) < self.known)
            .count() as u64;
        let all = block.len() as u64;
        all * (all - 1) / 2 - known * known.saturating_sub(1) / 2
    }

    /// The largest block, in pairs, that a rule can afford when others gave `given` pairs.
    fn largest(&self, entries: &[u64], given: u64) -> u64 {
        let mut sizes: Vec<u64> = entries
            .chunk_by(|a, b| a >> 32 == b >> 32)
            .filter(|block| block.len() > 1)
            .map(|block| self.pairs_in(block))
            .collect();
        sizes.sort_unstable();
        let rows = self.keys.len() as u64;
        let left = (PAIRS_PER_ROW_IN_ALL * rows).saturating_sub(given);
        let budget = left.clamp(rows / 2, PAIRS_PER_ROW * rows);
        let mut sum = 0;
        for size in sizes {
            sum += size;
            if sum > budget && size > SMALL * (SMALL - 1) / 2 {
                return size - 1;
            }
        }
        u64::MAX
    }

    fn given_before(&self, a: u32, b: u32, rule: usize) -> bool {
        let (a, b) = (a as usize, b as usize);
        let mut both = self.useful[a] & self.useful[b] & ((1 << rule) - 1);
        while both != 0 {
            let earlier = both.trailing_zeros() as usize;
            if self.keys[a].0[earlier] == self.keys[b].0[earlier] {
                return true;
            }
            both &= both - 1;
        }
        false
    }
}
