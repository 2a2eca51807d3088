//! Sure pairs become entities: union-find over the pairs from the surest down. Two known entities are
//! never made one by a row that could be either: it goes to the better one, and the other pair is left to
//! a person. Nor does a chain make one of rows that are plainly different people: two sets join only when
//! their rows, taken together, do not contradict.

use rustc_hash::FxHashMap;

use super::find::{Link, Matches, Pair};

/// A pair and how likely it matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) probability: f32,
}

/// `edges` from the surest down; `known` has, for each known row, the first row of its entity; `bits`
/// weighs any two rows.
pub(super) fn entities(
    edges: &[Edge],
    rows: usize,
    known: &[u32],
    sure: f32,
    mut bits: impl FnMut(u32, u32) -> f32,
) -> Matches {
    let mut forest = Forest::new(rows, known);
    let mut best = vec![0.0_f32; rows];
    for edge in edges.iter().take_while(|edge| edge.probability >= sure) {
        if forest.join(edge.a, edge.b, &mut bits) {
            for row in [edge.a, edge.b] {
                let best = &mut best[row as usize];
                *best = best.max(edge.probability);
            }
        }
    }
    let unsure = edges
        .iter()
        .filter(|edge| forest.top(edge.a) != forest.top(edge.b))
        .map(|edge| Pair {
            a: edge.a,
            b: edge.b,
            probability: edge.probability,
        })
        .collect();
    let links = (known.len() as u32..rows as u32)
        .filter_map(|row| {
            let to = forest.top(row);
            (to != row).then_some(Link {
                row,
                to,
                probability: best[row as usize],
            })
        })
        .collect();
    Matches {
        links,
        unsure,
        priors: None,
    }
}

/// Bits that the pairs between two sets may have on average and still be one: a row of which little is
/// left looks like nobody, which is no contradiction.
const DOUBT: f32 = -4.0;

/// So many rows of a set are asked when two sets are to be joined.
const ASKED: usize = 6;

/// Sets of rows; the first row of each is its top, and known rows come before all others.
struct Forest {
    up: Vec<u32>,
    known: u32,
    /// Rows of the sets that have more than one, by their top.
    members: FxHashMap<u32, Vec<u32>>,
}

impl Forest {
    fn new(rows: usize, known: &[u32]) -> Self {
        let mut up: Vec<u32> = (0..rows as u32).collect();
        up[..known.len()].copy_from_slice(known);
        let mut members: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (row, top) in (0_u32..).zip(known) {
            if row != *top {
                members.entry(*top).or_insert_with(|| vec![*top]).push(row);
            }
        }
        Self {
            up,
            known: known.len() as u32,
            members,
        }
    }

    fn top(&mut self, mut row: u32) -> u32 {
        while self.up[row as usize] != row {
            let next = self.up[row as usize];
            self.up[row as usize] = self.up[next as usize];
            row = next;
        }
        row
    }

    /// Makes two sets one, unless both are known or their rows contradict: whether they are one now.
    fn join(&mut self, a: u32, b: u32, bits: &mut impl FnMut(u32, u32) -> f32) -> bool {
        let (a, b) = (self.top(a), self.top(b));
        let (first, second) = (a.min(b), a.max(b));
        if first == second {
            return true;
        }
        if second < self.known || !self.agree(first, second, bits) {
            return false;
        }
        self.up[second as usize] = first;
        let joining = self.members.remove(&second).unwrap_or(vec![second]);
        self.members
            .entry(first)
            .or_insert_with(|| vec![first])
            .extend(joining);
        true
    }

    /// Whether the pairs between two sets do not speak against a match on average; a single pair has
    /// spoken.
    fn agree(&self, first: u32, second: u32, bits: &mut impl FnMut(u32, u32) -> f32) -> bool {
        let alone = [[first], [second]];
        let [ours, theirs] = [(first, &alone[0]), (second, &alone[1])].map(|(top, alone)| {
            let all = self.members.get(&top).map_or(&alone[..], Vec::as_slice);
            &all[..all.len().min(ASKED)]
        });
        if ours.len() * theirs.len() == 1 {
            return true;
        }
        let sum: f32 = ours
            .iter()
            .flat_map(|a| theirs.iter().map(move |b| (*a.min(b), *a.max(b))))
            .map(|(a, b)| bits(a, b))
            .sum();
        sum > DOUBT * (ours.len() * theirs.len()) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: u32, b: u32, probability: f32) -> Edge {
        Edge { a, b, probability }
    }

    fn links(matches: &Matches) -> Vec<(u32, u32)> {
        matches
            .links
            .iter()
            .map(|link| (link.row, link.to))
            .collect()
    }

    #[test]
    fn sure_pairs_are_one_and_unsure_ones_are_asked() {
        let edges = [
            edge(0, 1, 0.99),
            edge(1, 2, 0.96),
            edge(0, 2, 0.7),
            edge(3, 4, 0.6),
        ];
        let found = entities(&edges, 5, &[], 0.95, |_, _| 1.0);
        assert_eq!(links(&found), [(1, 0), (2, 0)]);
        assert!((found.links[1].probability - 0.96).abs() < 1e-6);
        assert_eq!(
            found.unsure.len(),
            1,
            "a pair inside an entity is no question"
        );
        assert_eq!((found.unsure[0].a, found.unsure[0].b), (3, 4));
    }

    #[test]
    fn a_row_goes_to_the_better_of_two_known() {
        let edges = [edge(1, 2, 0.99), edge(0, 2, 0.97)];
        let found = entities(&edges, 3, &[0, 1], 0.95, |_, _| 1.0);
        assert_eq!(links(&found), [(2, 1)]);
        assert_eq!((found.unsure[0].a, found.unsure[0].b), (0, 2));
    }

    #[test]
    fn two_known_are_not_chained_together() {
        let edges = [edge(0, 2, 0.999), edge(1, 3, 0.99), edge(2, 3, 0.98)];
        let found = entities(&edges, 4, &[0, 1], 0.95, |_, _| 1.0);
        assert_eq!(links(&found), [(2, 0), (3, 1)]);
        assert_eq!(found.unsure.len(), 1);
    }

    #[test]
    fn known_rows_of_one_entity_are_one() {
        let edges = [edge(1, 2, 0.99), edge(0, 2, 0.97)];
        let found = entities(&edges, 3, &[0, 0], 0.95, |_, _| 1.0);
        assert_eq!(links(&found), [(2, 0)]);
        assert!(found.unsure.is_empty());
    }

    #[test]
    fn a_chain_makes_no_one_of_two_who_differ() {
        let edges = [edge(0, 1, 0.99), edge(1, 2, 0.98)];
        let differ = |a, b| if (a, b) == (0, 2) { -20.0 } else { 6.0 };
        let found = entities(&edges, 3, &[], 0.95, differ);
        assert_eq!(links(&found), [(1, 0)]);
        assert_eq!((found.unsure[0].a, found.unsure[0].b), (1, 2));
        let doubtful = |a, b| if (a, b) == (0, 2) { -2.0 } else { 6.0 };
        assert_eq!(
            links(&entities(&edges, 3, &[], 0.95, doubtful)),
            [(1, 0), (2, 0)]
        );
    }
}
