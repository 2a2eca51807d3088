//! Why two rows are thought to be the same, or not.

use super::compare::{
    COMPANY, COMPARISONS, Comparer, DOMAIN, EMAIL, LEVELS, Levels, PHONE, PLACE, SHARED,
};
use super::conflict::conflict;
use super::find::{Known, Matches, Priors};
use super::model::{Model, Rarity, Weights, probability};
use super::names::Names;
use super::terms::Frequencies;

/// What one comparison said.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// `last name close`
    pub level: &'static str,
    /// For (positive) or against a match: log2 of how much likelier the level is among matches, by the
    /// frequency of the value. What colleagues share is weighed together, so each such comparison has
    /// what it adds to those above it.
    pub bits: f32,
}

/// All that was weighed of a pair.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Comparisons in which nothing is missing.
    pub reasons: Vec<Reason>,
    /// Bits before looking at the pair.
    pub prior: f32,
    /// All bits together, the prior included.
    pub total: f32,
    pub probability: f32,
    /// `same domain, last name close, same city; phone differs`
    pub sentence: String,
}

/// Says what speaks for and against rows `a` and `b` being the same. `among` is what `find` came to with these
/// names, which settled how likely a match is before looking; of a pair on its own there is none.
pub fn explain(
    names: &Names,
    known: Known<'_>,
    model: &Model,
    among: &Matches,
    a: u32,
    b: u32,
) -> Evidence {
    let (a, b) = (a.min(b), a.max(b));
    let levels = Comparer::new(names).levels(a, b);
    let frequencies = Frequencies::new(names, known.entities, model);
    let rarity = Rarity::of(levels, &names.rows[a as usize], &frequencies);
    let weights = Weights::new(model);
    let priors = among
        .priors
        .unwrap_or_else(|| Priors::before(names.len(), known, model));
    let prior = priors.bits(a);
    let total = prior + weights.total(levels, rarity);
    let reasons = reasons(levels, rarity, &weights);
    Evidence {
        sentence: match conflict(names, levels, a, b) {
            Some(why) => format!("{}; never sure: {why}", sentence(&reasons)),
            None => sentence(&reasons),
        },
        reasons,
        prior,
        total,
        probability: probability(total),
    }
}

/// The order in which people think of them: the employer before the e-mail that follows from it.
const SHARED_ORDER: [usize; 5] = [DOMAIN, COMPANY, PLACE, PHONE, EMAIL];

fn reasons(levels: Levels, rarity: Rarity, weights: &Weights<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |comparison: usize, bits: f32| {
        if let Some(level) = levels.get(comparison).checked_sub(1) {
            reasons.push(Reason {
                level: LEVELS[comparison][level],
                bits,
            });
        }
    };
    for comparison in 0..SHARED {
        add(comparison, weights.own_bits(comparison, levels, rarity));
    }
    let mut seen = SHARED_ORDER
        .iter()
        .fold(0, |hidden, comparison| hidden | 1 << comparison);
    let mut before = 0.0;
    for comparison in SHARED_ORDER {
        seen &= !(1 << comparison);
        let so_far = weights.shared(levels.without(seen), rarity);
        add(comparison, so_far - before);
        before = so_far;
    }
    debug_assert!(COMPARISONS == SHARED + SHARED_ORDER.len());
    reasons
}

/// What speaks for a match, the strongest first; after a semicolon what speaks against it.
fn sentence(reasons: &[Reason]) -> String {
    let mut order: Vec<&Reason> = reasons.iter().collect();
    order.sort_by(|x, y| y.bits.abs().total_cmp(&x.bits.abs()));
    let against = |reason: &&&Reason| reason.level.ends_with("differs");
    let said = |list: Vec<&&Reason>| {
        list.iter()
            .map(|reason| reason.level)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let alike = said(order.iter().filter(|reason| !against(reason)).collect());
    let apart = said(order.iter().filter(against).collect());
    match (alike.is_empty(), apart.is_empty()) {
        (true, true) => "nothing to compare".to_string(),
        (false, false) => format!("{alike}; {apart}"),
        _ => alike + &apart,
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
