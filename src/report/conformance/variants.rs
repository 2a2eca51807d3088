//! The paths that deals took, counted while deals are judged: a path is its stages in order, kept where the Book
//! has them.

use std::hash::Hasher;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHasher};

use crate::statistics::{Share, Trials};

/// Deals that were in the same stages in the same order.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    /// The visits of the first of these deals.
    pub(super) visits: Range<usize>,
    pub(super) n: usize,
    pub(super) conforming: usize,
    /// Of those that were closed in the period.
    pub(super) decided: Trials,
    /// Another path whose hash is the same.
    next: Option<u32>,
}

impl Variant {
    pub(super) fn won(&self) -> Option<Share> {
        Share::of(self.decided.successes, self.decided.n)
    }
}

#[derive(Debug, Default)]
pub(super) struct Variants {
    pub(super) all: Vec<Variant>,
    by_hash: FxHashMap<u64, u32>,
}

impl Variants {
    /// Counts one deal. `stages` are those of all visits of the Book, `visits` which are its own.
    pub(super) fn add(
        &mut self,
        stages: &[u16],
        visits: Range<usize>,
        conforming: bool,
        won: Option<bool>,
    ) {
        let at = self.place(stages, visits);
        let variant = &mut self.all[at];
        variant.n += 1;
        variant.conforming += usize::from(conforming);
        if let Some(won) = won {
            variant.decided.add(won);
        }
    }

    fn place(&mut self, stages: &[u16], visits: Range<usize>) -> usize {
        let way = &stages[visits.clone()];
        self.place_of(hash(way), stages, visits)
    }

    fn place_of(&mut self, hash: u64, stages: &[u16], visits: Range<usize>) -> usize {
        let way = &stages[visits.clone()];
        let first = self.by_hash.get(&hash).copied();
        let mut at = first;
        while let Some(place) = at {
            let variant = &self.all[place as usize];
            if stages[variant.visits.clone()] == *way {
                return place as usize;
            }
            at = variant.next;
        }
        let place = self.all.len();
        self.by_hash.insert(hash, place as u32);
        self.all.push(Variant {
            visits,
            n: 0,
            conforming: 0,
            decided: Trials::default(),
            next: first,
        });
        place
    }

    /// The most frequent first; equally frequent ones by their stages.
    pub(super) fn by_frequency(mut self, stages: &[u16]) -> Vec<Variant> {
        self.all.sort_by(|a, b| {
            let way = |variant: &Variant| &stages[variant.visits.clone()];
            b.n.cmp(&a.n).then_with(|| way(a).cmp(way(b)))
        });
        self.all
    }
}

fn hash(way: &[u16]) -> u64 {
    let mut hasher = FxHasher::default();
    for four in way.chunks(4) {
        let packed = four
            .iter()
            .fold(1_u64, |packed, stage| (packed << 16) | u64::from(*stage));
        hasher.write_u64(packed);
    }
    hasher.write_usize(way.len());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart_whatever_their_hash() {
        let stages = [0, 1, 0, 1, 0, 2, 0, 1];
        let mut variants = Variants::default();
        let ways = [0..2, 2..4, 4..6, 6..8];
        let places = ways.map(|way| variants.place_of(7, &stages, way));
        assert_eq!(places, [0, 0, 1, 0]);
        assert_eq!(variants.all[1].visits, 4..6);
    }

    #[test]
    fn the_most_frequent_first() {
        let stages = [0, 0, 1, 0, 1, 0, 0, 2];
        let mut variants = Variants::default();
        for (way, won) in [
            (0..1, None),
            (1..3, Some(true)),
            (3..5, Some(false)),
            (6..8, None),
        ] {
            variants.add(&stages, way, true, won);
        }
        let all = variants.by_frequency(&stages);
        let told: Vec<_> = all
            .iter()
            .map(|variant| (&stages[variant.visits.clone()], variant.n, variant.decided))
            .collect();
        assert_eq!(
            told,
            [
                (&[0, 1][..], 2, Trials::new(1, 2)),
                (&[0][..], 1, Trials::default()),
                (&[0, 2][..], 1, Trials::default()),
            ]
        );
    }
}
