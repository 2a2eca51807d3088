//! What levels say: how much likelier each is among matches than among others, in bits.

use serde::{Deserialize, Serialize};

use super::compare::{
    BIRTH, COMPANY, COMPARISONS, DOMAIN, EMAIL, FIRST, LAST, Levels, NUMBER, PHONE, SAME, SHARED,
    TITLE, WIDTH,
};
use super::names::{Kind, Row};
use super::terms::{Column, Common, Frequencies};

/// For each comparison, how often each level is seen; level 0 is missing and says nothing: 1.
pub(super) type Table = [[f64; WIDTH]; COMPARISONS];

/// The weights of matching, shipped ([`Model::fixed`]) or learnt ([`Model::learn`]); kept as text, so
/// that a small import can use what a large one taught.
///
/// A pair is a match (m), or two people of one employer (colleagues), or strangers: these two together
/// are the literature's u. What people at an employer share is weighed as one latent question, whether
/// the employer is the same; matches have moved to another one with probability `moved`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Model {
    pub(super) kind: Kind,
    /// Rows it was learnt from; 0 for the shipped weights.
    pub(super) learnt_from: u64,
    pub(super) matches: Table,
    pub(super) colleagues: Table,
    pub(super) strangers: Table,
    pub(super) moved: f64,
    /// The share of pairs that are colleagues.
    pub(super) same_employer: f64,
    /// Matching pairs inside a file, for each of its rows.
    pub(super) within: f64,
    /// Matching pairs with known names, for each row of a file.
    pub(super) across: f64,
    pub(super) common: [Common; Column::COUNT],
}

impl Model {
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Rows it was learnt from; 0 for the shipped weights.
    pub fn learnt_from(&self) -> u64 {
        self.learnt_from
    }

    /// Whether it was learnt from names, rather than shipped.
    pub fn is_learnt(&self) -> bool {
        self.learnt_from > 0
    }
}

/// Comparisons of a person's own whose agreement is weighed by the frequency of the value.
pub(super) const BY_FREQUENCY: [(usize, Column); 5] = [
    (FIRST, Column::First),
    (LAST, Column::Last),
    (TITLE, Column::Title),
    (BIRTH, Column::Birth),
    (NUMBER, Column::Number),
];

/// What the frequencies of the values that a pair agrees on add.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rarity {
    /// Bits of each of the person's own values.
    pub(super) each: [f32; SHARED],
    /// Chance that a stranger has the same company name; 0 when they do not agree on one.
    pub(super) company: f32,
    /// Chance that a row is of the employer both are of; 0 when that is unknown.
    pub(super) employer: f32,
}

impl Rarity {
    pub(super) fn of(levels: Levels, a: &Row, frequencies: &Frequencies) -> Self {
        let same = |comparison| levels.get(comparison) == usize::from(SAME);
        let of = |column: Column| frequencies.get(column, column.of(a));
        let mut rarity = Self::default();
        for (comparison, column) in BY_FREQUENCY {
            if same(comparison) {
                rarity.each[comparison] = -of(column).log2();
            }
        }
        if same(COMPANY) {
            rarity.company = of(Column::Company);
        }
        if same(DOMAIN) {
            rarity.employer = of(Column::Domain);
        } else if same(PHONE) {
            rarity.employer = of(Column::Phone);
        }
        rarity
    }
}

/// A model made ready for weighing.
pub(super) struct Weights<'a> {
    pub(super) model: &'a Model,
    own: [[f32; WIDTH]; SHARED],
}

impl<'a> Weights<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        let mut own = [[0.0; WIDTH]; SHARED];
        for (comparison, bits) in own.iter_mut().enumerate() {
            let by_frequency = BY_FREQUENCY.iter().any(|(other, _)| *other == comparison);
            for (level, bits) in bits.iter_mut().enumerate().skip(1) {
                let m = model.matches[comparison][level];
                let u = if by_frequency && level == usize::from(SAME) {
                    1.0
                } else {
                    model.strangers[comparison][level]
                };
                *bits = (m / u).log2() as f32;
            }
        }
        Self { model, own }
    }

    /// Bits for or against a match, all evidence together, without the prior.
    pub(super) fn total(&self, levels: Levels, rarity: Rarity) -> f32 {
        let own: f32 = (0..SHARED)
            .map(|comparison| self.own[comparison][levels.get(comparison)])
            .sum();
        own + rarity.each.iter().sum::<f32>() + self.shared(levels, rarity)
    }

    /// Bits of one comparison of a person's own, by the frequency of the value.
    pub(super) fn own_bits(&self, comparison: usize, levels: Levels, rarity: Rarity) -> f32 {
        let level = levels.get(comparison);
        self.own[comparison][level]
            + if level == usize::from(SAME) {
                rarity.each[comparison]
            } else {
                0.0
            }
    }

    /// Bits of all that colleagues share, as one comparison.
    pub(super) fn shared(&self, levels: Levels, rarity: Rarity) -> f32 {
        let model = self.model;
        let [mut matches, mut colleagues, mut strangers] = [1.0_f64; 3];
        for comparison in SHARED..COMPARISONS {
            let level = levels.get(comparison);
            if level == 0 {
                continue;
            }
            let stranger = match comparison {
                COMPANY if level == usize::from(SAME) => f64::from(rarity.company),
                _ => model.strangers[comparison][level],
            };
            matches *= model.matches[comparison][level];
            colleagues *= model.colleagues[comparison][level];
            strangers *= stranger;
        }
        let email = levels.get(EMAIL);
        let elsewhere = strangers / model.strangers[EMAIL][email] * model.matches[EMAIL][email];
        let employer = match rarity.employer {
            0.0 => model.same_employer,
            employer if model.same_employer > 0.0 => f64::from(employer),
            _ => 0.0,
        };
        let numerator = (1.0 - model.moved) * matches + model.moved * elsewhere;
        let other = employer * colleagues + (1.0 - employer) * strangers;
        (numerator / other).log2() as f32
    }
}

/// Bits to probability.
pub(super) fn probability(bits: f32) -> f32 {
    1.0 / (1.0 + (-bits).exp2())
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
