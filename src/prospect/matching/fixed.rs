//! The shipped weights: what matching begins from, and uses alone when a file is too small to learn from.
//!
//! Each row says how often a level is seen among matches, among different people of one employer, and
//! among strangers. They come from general experience with business lists (people misspell a last name
//! in some percent of entries, a phone is a direct line in about half), not from any one file; the last
//! level of each comparison is what remains to 1.

use super::compare::{COMPARISONS, WIDTH};
use super::model::Model;
use super::names::Kind;
use super::terms::Common;

type Shares = &'static [f64];

/// For each comparison: matches, colleagues, strangers; levels from the most alike on.
#[rustfmt::skip]
const PERSON: [(Shares, Shares, Shares); COMPARISONS] = [
    (
        &[0.80, 0.06, 0.06, 0.05],
        &[0.006, 0.003, 0.004, 0.002],
        &[0.006, 0.003, 0.004, 0.002],
    ),
    (&[0.70, 0.25], &[0.02, 0.05], &[0.02, 0.05]),
    (
        &[0.88, 0.06, 0.02, 0.01],
        &[0.002, 0.001, 0.003, 1e-5],
        &[0.002, 0.001, 0.003, 1e-5],
    ),
    (&[0.70, 0.15], &[0.06, 0.10], &[0.06, 0.10]),
    (
        &[0.90, 0.06, 0.02],
        &[5e-5, 1e-3, 2e-3],
        &[5e-5, 1e-3, 2e-3],
    ),
    (&[0.92, 0.05], &[1e-6, 1e-5], &[1e-6, 1e-5]),
    (
        &[0.75, 0.05, 0.02, 0.12],
        &[1e-3, 2e-3, 1e-4, 0.05],
        &[1e-8, 1e-7, 1e-5, 0.999],
    ),
    (&[0.97, 0.01], &[0.97, 0.01], &[1e-7, 1e-6]),
    (
        &[0.85, 0.08, 0.04],
        &[0.91, 0.04, 0.03],
        &[1e-4, 2e-4, 5e-3],
    ),
    (&[0.75, 0.05], &[0.35, 0.01], &[1e-7, 1e-6]),
    (
        &[0.70, 0.08, 0.08, 0.04, 0.04, 0.03],
        &[0.74, 0.08, 0.08, 0.03, 0.04, 0.02],
        &[1e-7, 1e-6, 0.004, 0.008, 0.02, 0.02],
    ),
];

/// Companies: the same, but there are no colleagues.
const COMPANY: [(Shares, Shares); 5] = [
    (&[], &[]),
    (&[0.92, 0.02], &[1e-6, 1e-6]),
    (&[0.82, 0.10, 0.05], &[1e-4, 2e-4, 5e-3]),
    (&[0.75, 0.05], &[1e-6, 1e-5]),
    (
        &[0.60, 0.10, 0.10, 0.08, 0.05, 0.03],
        &[1e-6, 1e-6, 0.004, 0.008, 0.02, 0.02],
    ),
];

/// How likely a stranger has the same value, where nothing is known of it: first name, last name, title,
/// birth date, number, company, domain, phone.
const USUAL: [f64; 8] = [0.004, 0.001, 0.03, 5e-5, 1e-6, 5e-5, 1e-5, 1e-5];

impl Model {
    /// The shipped weights.
    pub fn fixed(kind: Kind) -> Self {
        let mut model = Self {
            kind,
            learnt_from: 0,
            matches: [[0.0; WIDTH]; COMPARISONS],
            colleagues: [[0.0; WIDTH]; COMPARISONS],
            strangers: [[0.0; WIDTH]; COMPARISONS],
            moved: if kind == Kind::Person { 0.01 } else { 0.0 },
            same_employer: if kind == Kind::Person { 1e-5 } else { 0.0 },
            within: 0.05,
            across: 0.1,
            common: USUAL.map(Common::usual),
        };
        for (comparison, (matches, colleagues, strangers)) in PERSON.iter().enumerate() {
            model.matches[comparison] = levels(comparison, matches);
            model.colleagues[comparison] = levels(comparison, colleagues);
            model.strangers[comparison] = levels(comparison, strangers);
        }
        if kind == Kind::Company {
            for (n, (matches, strangers)) in COMPANY.iter().enumerate().skip(1) {
                let comparison = super::compare::SHARED + n;
                model.matches[comparison] = levels(comparison, matches);
                model.colleagues[comparison] = levels(comparison, strangers);
                model.strangers[comparison] = levels(comparison, strangers);
            }
        }
        model
    }
}

fn levels(comparison: usize, shares: &[f64]) -> [f64; WIDTH] {
    let mut out = [1.0; WIDTH];
    let last = super::compare::LEVELS[comparison].len();
    out[1..=shares.len()].copy_from_slice(shares);
    out[last] = 1.0 - shares.iter().sum::<f64>();
    out
}
