//! The paths that deals took, counted while deals are judged: a path is its stages in order, where it was closed and
//! opened again, and where a change of the process moved it; it is kept where the Book has it.

use std::hash::Hasher;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHasher};

use crate::deal::book::{Left, Visits};
use crate::process::{LOST, WON};
use crate::statistics::{Share, Trials};

/// A step by a change of the process, in words.
pub(super) const MOVED: &str = "(process changed)";

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Index into the stages of the Book.
    Stage(u16),
    /// It was closed, and opened again after.
    Closed(&'static str),
    /// The process took the stage away: what comes next nobody who sells decided.
    Moved,
}

/// The steps of a path.
pub(super) fn way(visits: &Visits, own: Range<usize>) -> impl Iterator<Item = Step> {
    let last = own.end;
    own.flat_map(move |at| {
        std::iter::once(Step::Stage(visits.stage[at])).chain(between(visits, at, last))
    })
}

/// What came between a stay and the next, if it was no move of the deal.
fn between(visits: &Visits, at: usize, last: usize) -> Option<Step> {
    match visits.how[at] {
        Left::Won if at + 1 < last => Some(Step::Closed(WON)),
        Left::Lost if at + 1 < last => Some(Step::Closed(LOST)),
        Left::Moved => Some(Step::Moved),
        _ => None,
    }
}

/// The same as a number a stay, to compare quickly.
fn codes(visits: &Visits, own: Range<usize>) -> impl Iterator<Item = u32> {
    let last = own.end;
    own.map(move |at| {
        let between = match between(visits, at, last) {
            Some(Step::Closed(WON)) => 1,
            Some(Step::Closed(_)) => 2,
            Some(Step::Moved) => 3,
            Some(Step::Stage(_)) | None => 0,
        };
        u32::from(visits.stage[at]) << 2 | between
    })
}

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
    /// Counts one deal; `own` are its visits.
    pub(super) fn add(
        &mut self,
        visits: &Visits,
        own: Range<usize>,
        conforming: bool,
        won: Option<bool>,
    ) {
        let hash = hash(codes(visits, own.clone()), own.len());
        let at = self.place_of(hash, visits, own);
        let variant = &mut self.all[at];
        variant.n += 1;
        variant.conforming += usize::from(conforming);
        if let Some(won) = won {
            variant.decided.add(won);
        }
    }

    fn place_of(&mut self, hash: u64, visits: &Visits, own: Range<usize>) -> usize {
        let first = self.by_hash.get(&hash).copied();
        let mut at = first;
        while let Some(place) = at {
            let variant = &self.all[place as usize];
            if variant.visits.len() == own.len()
                && codes(visits, variant.visits.clone()).eq(codes(visits, own.clone()))
            {
                return place as usize;
            }
            at = variant.next;
        }
        let place = self.all.len();
        self.by_hash.insert(hash, place as u32);
        self.all.push(Variant {
            visits: own,
            n: 0,
            conforming: 0,
            decided: Trials::default(),
            next: first,
        });
        place
    }

    /// The most frequent first; equally frequent ones by their stages.
    pub(super) fn by_frequency(mut self, visits: &Visits) -> Vec<Variant> {
        self.all.sort_by(|a, b| {
            let way = |variant: &Variant| codes(visits, variant.visits.clone());
            b.n.cmp(&a.n).then_with(|| way(a).cmp(way(b)))
        });
        self.all
    }
}

fn hash(codes: impl Iterator<Item = u32>, len: usize) -> u64 {
    let mut hasher = FxHasher::default();
    for code in codes {
        hasher.write_u32(code);
    }
    hasher.write_usize(len);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stays of these stages; one that is closed before the next is opened again.
    fn visits(stays: &[(u16, Left)]) -> Visits {
        Visits {
            stage: stays.iter().map(|stay| stay.0).collect(),
            how: stays.iter().map(|stay| stay.1).collect(),
            ..Visits::default()
        }
    }

    fn onward(stages: &[u16]) -> Visits {
        let stays = stages.iter().map(|stage| (*stage, Left::Advanced));
        visits(&stays.collect::<Vec<_>>())
    }

    #[test]
    fn paths_are_told_apart_whatever_their_hash() {
        let visits = onward(&[0, 1, 0, 1, 0, 2, 0, 1]);
        let mut variants = Variants::default();
        let ways = [0..2, 2..4, 4..6, 6..8];
        let places = ways.map(|way| variants.place_of(7, &visits, way));
        assert_eq!(places, [0, 0, 1, 0]);
        assert_eq!(variants.all[1].visits, 4..6);
    }

    #[test]
    fn what_was_opened_again_took_another_way() {
        // Won at the end; lost, opened again and won; gone on to the same stage.
        let visits = visits(&[
            (3, Left::Won),
            (3, Left::Lost),
            (3, Left::Won),
            (3, Left::Advanced),
            (3, Left::Won),
        ]);
        let mut variants = Variants::default();
        for way in [0..1, 1..3, 3..5] {
            variants.add(&visits, way, true, Some(true));
        }
        assert_eq!(variants.all.len(), 3);
        let steps: Vec<Step> = way(&visits, 1..3).collect();
        assert_eq!(steps, [Step::Stage(3), Step::Closed(LOST), Step::Stage(3)]);
    }

    #[test]
    fn what_the_process_moved_took_another_way_than_what_went_there() {
        let visits = visits(&[
            (3, Left::Moved),
            (2, Left::Won),
            (3, Left::Back),
            (2, Left::Won),
        ]);
        let mut variants = Variants::default();
        for way in [0..2, 2..4] {
            variants.add(&visits, way, true, Some(true));
        }
        assert_eq!(variants.all.len(), 2);
        let steps: Vec<Step> = way(&visits, 0..2).collect();
        assert_eq!(steps, [Step::Stage(3), Step::Moved, Step::Stage(2)]);
    }

    #[test]
    fn the_most_frequent_first() {
        let visits = onward(&[0, 0, 1, 0, 1, 0, 0, 2]);
        let mut variants = Variants::default();
        for (way, won) in [
            (0..1, None),
            (1..3, Some(true)),
            (3..5, Some(false)),
            (6..8, None),
        ] {
            variants.add(&visits, way, true, won);
        }
        let all = variants.by_frequency(&visits);
        let told: Vec<_> = all
            .iter()
            .map(|variant| {
                (
                    &visits.stage[variant.visits.clone()],
                    variant.n,
                    variant.decided,
                )
            })
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
