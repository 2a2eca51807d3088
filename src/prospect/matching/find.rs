//! From candidate pairs and a model to who is who.

use super::cluster::{self, Edge};
use super::compare::Comparer;
use super::conflict::conflict;
use super::model::{Model, Rarity, Weights, probability};
use super::names::Names;
use super::pairs::Pairs;
use super::terms::Frequencies;

/// From which probability on two rows are one, and from which a person should look.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    pub sure: f64,
    pub unsure: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            sure: 0.95,
            unsure: 0.5,
        }
    }
}

/// What we had before the file: the first rows of the names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// For each known row, the first known row that is the same person or company: itself, mostly.
    pub entities: &'a [u32],
    /// How many names we have in all, when the known rows are only those worth loading.
    pub population: u64,
}

impl<'a> Known<'a> {
    /// All that is known is among the names.
    pub fn all(entities: &'a [u32]) -> Self {
        Self {
            entities,
            population: entities.len() as u64,
        }
    }
}

/// A row of the file and what it is: the first row of its entity, known rows first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    pub row: u32,
    pub to: u32,
    /// That it is this entity: of its best pair.
    pub probability: f32,
}

/// Two rows that may be the same; a person decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub a: u32,
    pub b: u32,
    pub probability: f32,
}

#[derive(Clone, Debug, Default)]
pub struct Matches {
    /// By row; a row that is new to us and once in the file has none.
    pub links: Vec<Link>,
    /// Pairs of different entities, the likeliest first.
    pub unsure: Vec<Pair>,
    /// How likely a match was before looking, as settled for these names.
    pub(super) priors: Option<Priors>,
}

/// Pairs below that many bits are no match under any prior.
const HOPELESS: f32 = -10.0;

/// How far below sure a pair is put that tells of two people.
const BELOW: f32 = 0.001;

/// Bits of such a pair when sets are joined: no other pair makes up for them.
const AGAINST: f32 = -1_000.0;

/// Finds out which rows are the same, and which may be.
pub fn find(
    names: &Names,
    pairs: &Pairs,
    known: Known<'_>,
    model: &Model,
    thresholds: Thresholds,
) -> Matches {
    let frequencies = Frequencies::new(names, known.entities, model);
    let weights = Weights::new(model);
    let weighed = Weighed::new(names, pairs, &weights, &frequencies);
    let priors = weighed.settled(model, Priors::before(names.len(), known, model));
    let least = thresholds.unsure.min(thresholds.sure) as f32;
    let mut edges: Vec<Edge> = weighed
        .pairs
        .iter()
        .map(|(a, b, bits)| Edge {
            a: *a,
            b: *b,
            probability: probability(bits + priors.bits(*a)),
        })
        .filter(|edge| edge.probability >= least)
        .collect();
    let mut comparer = Comparer::new(names);
    let sure = thresholds.sure as f32;
    for edge in edges.iter_mut().filter(|edge| edge.probability >= sure) {
        let levels = comparer.levels(edge.a, edge.b);
        if conflict(names, levels, edge.a, edge.b).is_some() {
            edge.probability = sure - BELOW;
        }
    }
    edges.sort_unstable_by(|x, y| {
        y.probability
            .total_cmp(&x.probability)
            .then((x.a, x.b).cmp(&(y.a, y.b)))
    });
    let bits = |a: u32, b: u32| {
        let levels = comparer.levels(a, b);
        if conflict(names, levels, a, b).is_some() {
            return AGAINST;
        }
        let rarity = Rarity::of(levels, &names.rows[a as usize], &frequencies);
        weights.total(levels, rarity) + priors.bits(a)
    };
    Matches {
        priors: Some(priors),
        ..cluster::entities(&edges, names.len(), known.entities, sure, bits)
    }
}

/// Matching pairs for each row of the file: inside it, and with known names; settled for these pairs.
pub(super) fn rates(names: &Names, pairs: &Pairs, model: &Model) -> (f64, f64) {
    let frequencies = Frequencies::new(names, &[], model);
    let weighed = Weighed::new(names, pairs, &Weights::new(model), &frequencies);
    let priors = weighed.settled(model, Priors::first(names.len(), pairs.known, model));
    (priors.within, priors.across)
}

/// Pairs that may match, with their bits.
struct Weighed {
    pairs: Vec<(u32, u32, f32)>,
}

impl Weighed {
    fn new(names: &Names, pairs: &Pairs, weights: &Weights<'_>, frequencies: &Frequencies) -> Self {
        let pairs = pairs
            .rows
            .iter()
            .zip(&pairs.levels)
            .filter_map(|((a, b), levels)| {
                let rarity = Rarity::of(*levels, &names.rows[*a as usize], frequencies);
                let bits = weights.total(*levels, rarity);
                (bits > HOPELESS).then_some((*a, *b, bits))
            })
            .collect();
        Self { pairs }
    }

    /// The priors under which as many matches are expected as the priors say: the share of matching
    /// pairs is unknown beforehand, and a file that we have already is all matches.
    fn settled(&self, model: &Model, mut priors: Priors) -> Priors {
        let rows = f64::from(priors.new_rows);
        for _ in 0..8 {
            let [mut within, mut across] = [0.0_f64; 2];
            for (a, _, bits) in &self.pairs {
                let p = f64::from(probability(bits + priors.bits(*a)));
                if *a < priors.known {
                    across += p;
                } else {
                    within += p;
                }
            }
            priors.within = ((within + BELIEF * model.within) / (rows + BELIEF)).min(MOST);
            priors.across = ((across + BELIEF * model.across) / (rows + BELIEF)).min(MOST);
        }
        priors
    }
}

/// As many rows' worth of belief in the rates of the model.
const BELIEF: f64 = 20.0;

/// No row is expected to match more others.
const MOST: f64 = 2.0;

/// The chance of a random pair to match, before looking at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Priors {
    within: f64,
    across: f64,
    known: u32,
    new_rows: u32,
    population: f64,
}

impl Priors {
    /// As the model has them.
    pub(super) fn before(rows: usize, known: Known<'_>, model: &Model) -> Self {
        let mut priors = Self::first(rows, known.entities.len() as u32, model);
        priors.population = priors.population.max(known.population as f64);
        priors
    }

    fn first(rows: usize, known: u32, model: &Model) -> Self {
        Self {
            within: model.within,
            across: model.across,
            known,
            new_rows: rows as u32 - known,
            population: f64::from(known),
        }
    }

    /// Before looking at a pair whose first row is `a`.
    pub(super) fn bits(&self, a: u32) -> f32 {
        let chance = if a < self.known {
            self.across / self.population
        } else {
            2.0 * self.within / f64::from(self.new_rows.max(2) - 1)
        };
        let chance = chance.clamp(1e-12, 0.5);
        (chance / (1.0 - chance)).log2() as f32
    }
}

#[cfg(test)]
#[path = "find_tests.rs"]
mod tests;
