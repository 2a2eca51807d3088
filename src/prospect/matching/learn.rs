//! Learning weights from the names themselves, without anybody saying which pairs match.
//!
//! How often strangers agree (u) is counted: exactly from frequencies where a level means the same value,
//! else from random pairs. How often matches agree (m) is found by expectation-maximisation over the pairs
//! of one rule at a time, leaving out what the rule makes them agree on, and averaged over the rules
//! (Winkler, "Using the EM algorithm for weight computation in the Fellegi-Sunter model", 1988; Linacre,
//! Splink documentation, "Estimating model parameters"). One EM over all rules pooled, with u left free,
//! takes "same name, other employer" for the matches as soon as there are enough such pairs.

use rustc_hash::FxHashMap;

use super::compare::{
    COMPANY, COMPARISONS, Comparer, DOMAIN, EMAIL, FIRST, LAST, LEVELS, Levels, PHONE, SAME,
    SHARED, WIDTH,
};
use super::find::rates;
use super::keys::{self, RULES};
use super::model::{BY_FREQUENCY, Model, Table};
use super::names::{Kind, Names};
use super::pairs::Pairs;
use super::terms::{self, Column};

/// Random pairs for levels that no frequency tells.
const RANDOM_PAIRS: u64 = 300_000;

/// Fewer candidate pairs teach nothing: the shipped weights are better.
const ENOUGH: usize = 1_000;

/// Fewer pairs of a rule are not worth its own estimate.
const ENOUGH_OF_A_RULE: u64 = 200;

/// So many pairs of a rule are enough; from more, every n-th is taken.
const PLENTY: u64 = 300_000;

/// The shipped weights count as so many pairs seen, so that a level that is rare here is not guessed
/// from three of them.
const BELIEF: f64 = 100.0;

/// No source gets a larger share of names wrong altogether.
const MOST_DIFFER: f64 = 0.25;

const ROUNDS: usize = 25;

/// How often a colleague is met among pairs that agree on a region, against all pairs.
const NEARBY: f64 = 50.0;

impl Model {
    /// Learns from names and their candidate pairs; the shipped weights where there are too few.
    pub fn learn(names: &Names, pairs: &Pairs) -> Self {
        let mut model = Self::fixed(names.kind);
        if pairs.len() < ENOUGH {
            return model;
        }
        model.learnt_from = names.len() as u64;
        strangers(names, &mut model);
        let mut seen = Seen::default();
        for (rule, patterns) in patterns(names, pairs).into_iter().enumerate() {
            let blocked = keys::blocked(names.kind, rule);
            if blocked != 0 && patterns.values().sum::<u64>() >= ENOUGH_OF_A_RULE {
                let patterns: Vec<(Levels, f64)> = patterns
                    .into_iter()
                    .map(|(levels, times)| (levels.without(blocked), times as f64))
                    .collect();
                let mut found = maximise(&patterns, &model, shares_employer(rule));
                if !found.plausible(blocked) {
                    found.matches = Counts::default();
                }
                seen.add(&found, blocked);
            }
        }
        model.matches = seen.matches.blended(&model.matches, BELIEF);
        if names.kind == Kind::Person {
            model.colleagues = seen.colleagues.blended(&model.colleagues, BELIEF);
        }
        for comparison in 0..SHARED {
            model.colleagues[comparison] = model.strangers[comparison];
        }
        model.common = terms::remember(names, &model.common);
        (model.within, model.across) = rates(names, pairs, &model);
        model
    }
}

/// Whether the pairs of a rule are colleagues for the most part.
fn shares_employer(rule: usize) -> bool {
    matches!(rule, 1..=7 | 10)
}

/// Rules that teach; the others find the same pairs again.
const TEACHERS: [usize; 8] = [0, 1, 2, 6, 8, 9, 11, 12];

/// Level patterns of the pairs of each rule that teaches, and how often each is there.
fn patterns(names: &Names, pairs: &Pairs) -> Vec<FxHashMap<Levels, u64>> {
    let mut totals = [0_u64; RULES];
    let rules: Vec<u16> = pairs
        .rows
        .iter()
        .map(|(a, b)| {
            let (a, b) = (&names.keys[*a as usize].0, &names.keys[*b as usize].0);
            let mut rules = 0;
            for rule in TEACHERS {
                if a[rule] != 0 && a[rule] == b[rule] {
                    rules |= 1 << rule;
                    totals[rule] += 1;
                }
            }
            rules
        })
        .collect();
    let mut patterns = vec![FxHashMap::default(); RULES];
    for rule in TEACHERS {
        let step = (totals[rule] / PLENTY + 1) as usize;
        let of_rule = rules
            .iter()
            .zip(&pairs.levels)
            .filter(|(rules, _)| **rules >> rule & 1 == 1);
        for (_, levels) in of_rule.step_by(step) {
            *patterns[rule].entry(*levels).or_default() += 1;
        }
    }
    patterns
}

/// Expected counts of levels, for a class of pairs.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts([[f64; WIDTH]; COMPARISONS]);

impl Counts {
    fn add(&mut self, levels: Levels, comparisons: impl Iterator<Item = usize>, weight: f64) {
        for comparison in comparisons {
            self.0[comparison][levels.get(comparison)] += weight;
        }
    }

    /// Shares of the levels, with the shares believed before counting as `belief` pairs.
    fn blended(&self, before: &Table, belief: f64) -> Table {
        let mut table = [[1.0; WIDTH]; COMPARISONS];
        for comparison in 0..COMPARISONS {
            let count = LEVELS[comparison].len();
            let seen: f64 = self.0[comparison][1..=count].iter().sum();
            for level in 1..=count {
                table[comparison][level] = (self.0[comparison][level]
                    + belief * before[comparison][level])
                    / (seen + belief);
            }
        }
        table
    }
}

/// What all rules together saw.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) matches: Counts,
    pub(super) colleagues: Counts,
}

impl Seen {
    /// Whether its matches are matches. Where a file holds none, or next to none, maximisation finds the
    /// next best class there is, such as colleagues with the same first name; it gives itself away by
    /// how often their names, or their employers, differ.
    fn plausible(&self, blocked: u32) -> bool {
        [FIRST, LAST, DOMAIN, COMPANY]
            .into_iter()
            .all(|comparison| {
                let levels = &self.matches.0[comparison][1..=LEVELS[comparison].len()];
                let seen: f64 = levels.iter().sum();
                let differs = levels.last().copied().unwrap_or_default();
                blocked >> comparison & 1 == 1 || differs <= seen * MOST_DIFFER
            })
    }

    fn add(&mut self, rule: &Self, blocked: u32) {
        for comparison in (0..COMPARISONS).filter(|comparison| blocked >> comparison & 1 == 0) {
            for level in 0..WIDTH {
                self.matches.0[comparison][level] += rule.matches.0[comparison][level];
                self.colleagues.0[comparison][level] += rule.colleagues.0[comparison][level];
            }
        }
    }
}

/// Expectation-maximisation over the patterns of one rule: how often each level is seen among its
/// matches, and among its colleagues. Strangers stay as `model` has them. `colleagues` says whether
/// their share is free; else it is what chance makes it, or matches would pass for colleagues.
pub(super) fn maximise(patterns: &[(Levels, f64)], model: &Model, colleagues: bool) -> Seen {
    let mut now = model.clone();
    let all: f64 = patterns.iter().map(|(_, times)| times).sum();
    let chance = (model.same_employer * NEARBY).min(0.3);
    let mut shares = if model.same_employer == 0.0 {
        [0.2, 0.0, 0.8]
    } else if colleagues {
        [0.1, 0.6, 0.3]
    } else {
        [0.2, 0.8 * chance, 0.8 * (1.0 - chance)]
    };
    let mut seen = Seen::default();
    for _ in 0..ROUNDS {
        seen = Seen::default();
        let mut totals = [0.0; 3];
        for (levels, times) in patterns {
            let likely = Likely::of(*levels, &now, shares);
            let sum = likely.stayed + likely.moved + likely.colleagues + likely.strangers;
            let part = |likely: f64| likely / sum * times;
            let matches = part(likely.stayed) + part(likely.moved);
            seen.matches.add(*levels, 0..=EMAIL, matches);
            seen.matches
                .add(*levels, DOMAIN..COMPARISONS, part(likely.stayed));
            seen.colleagues
                .add(*levels, SHARED..COMPARISONS, part(likely.colleagues));
            totals[0] += matches;
            totals[1] += part(likely.colleagues);
            totals[2] += part(likely.strangers);
        }
        now.matches = seen.matches.blended(&model.matches, BELIEF);
        if model.same_employer > 0.0 {
            now.colleagues = seen.colleagues.blended(&model.colleagues, BELIEF);
        }
        shares = totals.map(|total| (total / all).max(1e-9));
        if model.same_employer == 0.0 {
            shares[1] = 0.0;
        } else if !colleagues {
            let others = shares[1] + shares[2];
            shares[1] = others * chance;
            shares[2] = others * (1.0 - chance);
        }
    }
    seen
}

/// How likely a pattern is in each class, times the share of the class.
struct Likely {
    stayed: f64,
    moved: f64,
    colleagues: f64,
    strangers: f64,
}

impl Likely {
    fn of(levels: Levels, model: &Model, shares: [f64; 3]) -> Self {
        let product = |table: &Table, from: usize, to: usize| -> f64 {
            (from..to)
                .map(|comparison| table[comparison][levels.get(comparison)])
                .product()
        };
        let own_match = product(&model.matches, 0, SHARED) * shares[0];
        let own_other = product(&model.strangers, 0, SHARED);
        let strangers = product(&model.strangers, DOMAIN, COMPARISONS);
        let email = |table: &Table| table[EMAIL][levels.get(EMAIL)];
        Self {
            stayed: own_match * (1.0 - model.moved) * product(&model.matches, SHARED, COMPARISONS),
            moved: own_match * model.moved * email(&model.matches) * strangers,
            colleagues: own_other * shares[1] * product(&model.colleagues, SHARED, COMPARISONS),
            strangers: own_other * shares[2] * email(&model.strangers) * strangers,
        }
    }
}

/// How often strangers agree, into the model.
fn strangers(names: &Names, model: &mut Model) {
    let mut counts = Counts::default();
    let mut comparer = Comparer::new(names);
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let rows = names.len() as u32;
    for _ in 0..RANDOM_PAIRS.min(20 * u64::from(rows)) {
        let (a, b) = (random.u32(..rows), random.u32(..rows));
        if a != b {
            counts.add(comparer.levels(a, b), 0..COMPARISONS, 1.0);
        }
    }
    let fixed = model.strangers;
    model.strangers = counts.blended(&fixed, 10.0);
    for (comparison, usual) in fixed.iter().enumerate() {
        for (level, usual) in usual.iter().enumerate().skip(1) {
            // too rare for the sample: what it saw is chance, or a match
            if counts.0[comparison][level] < 5.0 {
                model.strangers[comparison][level] = *usual;
            }
        }
    }
    let same = usize::from(SAME);
    for (comparison, column) in BY_FREQUENCY {
        if let Some(chance) = terms::coincidence(names, column) {
            model.strangers[comparison][same] = chance.max(1e-9);
        }
    }
    if names.kind == Kind::Person {
        // whatever the share of colleagues shows in best; an address stands in where there is no firm
        let by_key = |rule: usize| {
            let keys = names.keys.iter().map(move |keys| keys.0[rule]);
            terms::coincidence_of(keys.filter(|key| *key != 0).map(u64::from))
        };
        let shared = [
            terms::coincidence(names, Column::Domain),
            terms::coincidence(names, Column::Phone),
            by_key(keys::COMPANY_THERE),
            by_key(keys::SITE),
        ];
        let most = shared.into_iter().flatten().fold(0.0, f64::max);
        model.same_employer = most.clamp(1e-9, 0.1);
        for comparison in [DOMAIN, PHONE] {
            model.strangers[comparison][same] = (model.same_employer * 0.01).max(1e-9);
        }
    }
    if let Some(chance) = terms::coincidence(names, Column::Company) {
        model.strangers[COMPANY][same] =
            (chance - model.same_employer).max(chance * 0.05).max(1e-9);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prospect::matching::compare::TITLE;

    /// A level drawn by its shares.
    fn draw(random: &mut fastrand::Rng, shares: &[f64; WIDTH], count: usize) -> u8 {
        let mut left = random.f64();
        for (level, share) in shares.iter().enumerate().take(count).skip(1) {
            left -= share;
            if left < 0.0 {
                return level as u8;
            }
        }
        count as u8
    }

    /// Pairs made from known shares: expectation-maximisation finds them again, with strangers and
    /// colleagues many times as frequent as matches, and from other shares to begin with.
    #[test]
    fn maximising_finds_the_shares_that_pairs_were_made_from() {
        let start = Model::fixed(Kind::Person);
        let mut truth = start.clone();
        let used = [FIRST, LAST, TITLE, COMPANY, PHONE];
        truth.matches[FIRST] = [1.0, 0.6, 0.2, 0.1, 0.05, 0.05, 1.0, 1.0];
        truth.matches[LAST] = [1.0, 0.7, 0.2, 0.04, 0.03, 0.03, 1.0, 1.0];
        truth.matches[TITLE] = [1.0, 0.5, 0.2, 0.3, 1.0, 1.0, 1.0, 1.0];
        truth.matches[PHONE] = [1.0, 0.9, 0.02, 0.08, 1.0, 1.0, 1.0, 1.0];
        truth.colleagues[PHONE] = [1.0, 0.2, 0.01, 0.79, 1.0, 1.0, 1.0, 1.0];
        let mut random = fastrand::Rng::with_seed(3);
        let mut patterns: FxHashMap<Levels, f64> = FxHashMap::default();
        for n in 0..60_000 {
            let table = match n % 10 {
                0 => &truth.matches,
                1..=7 => &truth.colleagues,
                _ => &truth.strangers,
            };
            let mut levels = Levels::default();
            for comparison in used {
                let count = LEVELS[comparison].len();
                levels.set(comparison, draw(&mut random, &table[comparison], count));
            }
            *patterns.entry(levels).or_default() += 1.0;
        }
        let patterns: Vec<(Levels, f64)> = patterns.into_iter().collect();
        let seen = maximise(&patterns, &start, true);
        let matches = seen.matches.blended(&start.matches, 0.0);
        let colleagues = seen.colleagues.blended(&start.colleagues, 0.0);
        for (comparison, level) in [
            (FIRST, 1),
            (FIRST, 2),
            (LAST, 1),
            (LAST, 2),
            (TITLE, 1),
            (PHONE, 1),
        ] {
            let (found, made) = (matches[comparison][level], truth.matches[comparison][level]);
            assert!(
                (found - made).abs() < 0.03,
                "{comparison} {level}: {found} for {made}"
            );
        }
        let found = colleagues[PHONE][1];
        assert!((found - 0.2).abs() < 0.02, "{found}");
    }
}
