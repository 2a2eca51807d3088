//! Sure pairs become entities: union-find over the pairs from the surest down. Two known entities are
//! never made one by a row that could be either: it goes to the better one, and the other pair is left to
//! a person.

use super::find::{Link, Matches, Pair};

/// A pair and how likely it matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) probability: f32,
}

/// `edges` from the surest down; `known` has, for each known row, the first row of its entity.
pub(super) fn entities(edges: &[Edge], rows: usize, known: &[u32], sure: f32) -> Matches {
    let mut forest = Forest::new(rows, known);
    let mut best = vec![0.0_f32; rows];
    for edge in edges.iter().take_while(|edge| edge.probability >= sure) {
        if forest.join(edge.a, edge.b) {
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
    Matches { links, unsure }
}

/// Sets of rows; the first row of each is its top, and known rows come before all others.
struct Forest {
    up: Vec<u32>,
    known: u32,
}

impl Forest {
    fn new(rows: usize, known: &[u32]) -> Self {
        let mut up: Vec<u32> = (0..rows as u32).collect();
        up[..known.len()].copy_from_slice(known);
        Self {
            up,
            known: known.len() as u32,
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

    /// Makes two sets one, unless both are known: whether they are one now.
    fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.top(a), self.top(b));
        let (first, second) = (a.min(b), a.max(b));
        if first != second && second < self.known {
            return false;
        }
        self.up[second as usize] = first;
        true
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
        let found = entities(&edges, 5, &[], 0.95);
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
        let found = entities(&edges, 3, &[0, 1], 0.95);
        assert_eq!(links(&found), [(2, 1)]);
        assert_eq!((found.unsure[0].a, found.unsure[0].b), (0, 2));
    }

    #[test]
    fn two_known_are_not_chained_together() {
        let edges = [edge(0, 2, 0.999), edge(1, 3, 0.99), edge(2, 3, 0.98)];
        let found = entities(&edges, 4, &[0, 1], 0.95);
        assert_eq!(links(&found), [(2, 0), (3, 1)]);
        assert_eq!(found.unsure.len(), 1);
    }

    #[test]
    fn known_rows_of_one_entity_are_one() {
        let edges = [edge(1, 2, 0.99), edge(0, 2, 0.97)];
        let found = entities(&edges, 3, &[0, 0], 0.95);
        assert_eq!(links(&found), [(2, 0)]);
        assert!(found.unsure.is_empty());
    }
}
