//! Who is left out together: the folds of a cross-validation.
//!
//! A prospect is a company not dealt with before, so a company's deals stay together and are predicted
//! from other companies only. Each fold gets its part of the won and of the lost deals.

use rustc_hash::FxHashMap;

/// The order in which companies of equal size are dealt out: shuffled, so that a fold is no period of
/// time, and always the same.
const SEED: u64 = 0x5c0_4e5;

/// The fold of each row, by its company and outcome.
pub(super) fn folds(rows: &[(usize, bool)], count: usize) -> Vec<usize> {
    let mut companies: FxHashMap<usize, (usize, usize)> = FxHashMap::default();
    let mut order: Vec<usize> = Vec::new();
    let mut total = (0, 0);
    for (company, won) in rows {
        let deals = companies.entry(*company).or_insert_with(|| {
            order.push(*company);
            (0, 0)
        });
        let counts = if *won { (1, 0) } else { (0, 1) };
        *deals = (deals.0 + counts.0, deals.1 + counts.1);
        total = (total.0 + counts.0, total.1 + counts.1);
    }
    fastrand::Rng::with_seed(SEED).shuffle(&mut order);
    // The largest first, so that the small ones can level out what they leave.
    order.sort_by_key(|company| {
        let (won, lost) = companies[company];
        std::cmp::Reverse(won + lost)
    });
    let mut filled = vec![(0, 0); count];
    let mut of: FxHashMap<usize, usize> = FxHashMap::default();
    // What a fold's fullness would come to, as squared shares of all won and of all lost deals.
    let share = |n: usize, all: usize| (n as f64 / all.max(1) as f64).powi(2);
    for company in order {
        let (won, lost) = companies[&company];
        let cost = |(w, l): (usize, usize)| {
            share(w + won, total.0) - share(w, total.0) + share(l + lost, total.1)
                - share(l, total.1)
        };
        let best = (0..count).min_by(|a, b| cost(filled[*a]).total_cmp(&cost(filled[*b])));
        let best = best.unwrap_or(0);
        filled[best] = (filled[best].0 + won, filled[best].1 + lost);
        of.insert(company, best);
    }
    rows.iter().map(|(company, _)| of[company]).collect()
}
