//! Cohort: the share won within the horizon, by stage and age in the stage.
//!
//! Of the deals that were in a cell on a past snapshot, `w` of `n` were won within the horizon. The share is drawn
//! towards that of deals of the stage at about that age, that towards the stage's, and that towards the share of all, as if
//! [`WEIGHT`] more deals had been seen there:
//!
//! `p = (w + k p_near) / (n + k)`, `p_near = (w_near + k p_stage) / (n_near + k)`,
//! `p_stage = (w_stage + k p_all) / (n_stage + k)`
//!
//! (the posterior mean of a beta-binomial: A. Gelman and others, Bayesian Data Analysis, 3rd ed., 2.4 and 5.3). Near are
//! the other cells of the stage, each counting half as much as the one next to it on the way: an age that no snapshot saw
//! has the share of its neighbours.

use super::panel::Panel;
use super::sums::BINS;

/// Snapshots that it is counted from.
const WEEKS: usize = 39;
/// k, in deals.
const WEIGHT: f64 = 20.0;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shares {
    pub(super) by_cell: Vec<f64>,
    pub(super) by_stage: Vec<f64>,
    pub(super) of_all: f64,
}

/// `None` when no snapshot with an open deal is over.
pub(super) fn shares(panel: &Panel<'_, '_>, t: usize) -> Option<Shares> {
    let weeks = panel.over(t, WEEKS)?;
    let counts = (0..panel.cells).map(|cell| {
        let n = panel.open.at(weeks.start, weeks.end, cell);
        (n, panel.open_won.at(weeks.start, weeks.end, cell))
    });
    shrunk(&counts.collect::<Vec<_>>())
}

fn shrunk(counts: &[(f64, f64)]) -> Option<Shares> {
    let sum = |counts: &[(f64, f64)]| {
        let add = |(n, w): (f64, f64), more: &(f64, f64)| (n + more.0, w + more.1);
        counts.iter().fold((0.0, 0.0), add)
    };
    let (n, w) = sum(counts);
    if n <= 0.0 {
        return None;
    }
    let toward = |(n, w): (f64, f64), prior: f64| (w + WEIGHT * prior) / (n + WEIGHT);
    let mut shares = Shares {
        by_cell: Vec::with_capacity(counts.len()),
        by_stage: Vec::with_capacity(counts.len() / BINS),
        of_all: w / n,
    };
    for stage in counts.chunks(BINS) {
        let share = toward(sum(stage), w / n);
        shares.by_stage.push(share);
        let cells = stage.iter().zip(near(stage));
        let cells = cells.map(|(count, near)| toward(*count, toward(near, share)));
        shares.by_cell.extend(cells);
    }
    Some(shares)
}

/// Of each cell of a stage, what the others saw: those next to it in full, those behind them half as much, and so on.
fn near(stage: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut near = vec![(0.0, 0.0); stage.len()];
    let mut towards = |places: &mut dyn Iterator<Item = usize>| {
        let (mut n, mut w) = (0.0, 0.0);
        for at in places {
            near[at].0 += n;
            near[at].1 += w;
            n = n / 2.0 + stage[at].0;
            w = w / 2.0 + stage[at].1;
        }
    };
    towards(&mut (0..stage.len()));
    towards(&mut (0..stage.len()).rev());
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two stages; 30 of 100 in one cell, 0 of 80 in another of the first, none seen in the second.
    #[test]
    fn drawn_towards_the_stage_and_all() {
        let mut counts = vec![(0.0, 0.0); 2 * BINS];
        counts[0] = (100.0, 30.0);
        counts[1] = (80.0, 0.0);
        let shares = shrunk(&counts).expect("some");
        // All: 30 of 180. The first stage: (30 + 20/6) / 200.
        let first = (30.0 + 20.0 / 6.0) / 200.0;
        assert!((shares.by_stage[0] - first).abs() < 1e-12);
        assert!((shares.by_stage[1] - 1.0 / 6.0).abs() < 1e-12);
        // Near the first are the 80 of the second, and the other way round.
        let near = [20.0 * first / 100.0, (30.0 + 20.0 * first) / 120.0];
        assert!((shares.by_cell[0] - (30.0 + 20.0 * near[0]) / 120.0).abs() < 1e-12);
        assert!((shares.by_cell[1] - 20.0 * near[1] / 100.0).abs() < 1e-12);
        // Near the third are the 80 and half of the 100, near the fourth half as many.
        let third = (15.0 + 20.0 * first) / 150.0;
        assert!((shares.by_cell[2] - third).abs() < 1e-12);
        let fourth = (7.5 + 20.0 * first) / 85.0;
        assert!((shares.by_cell[3] - fourth).abs() < 1e-12);
        assert_eq!(shrunk(&[(0.0, 0.0)]), None);
    }

    /// Snapshots are of one weekday, so that hardly any sees a deal on its first day: its chance is that of the next days,
    /// not that of the whole stage.
    #[test]
    fn an_age_that_nobody_saw_is_as_those_beside_it() {
        let mut counts = vec![(0.0, 0.0); BINS];
        counts[1..6].fill((200.0, 2.0));
        counts[6..12].fill((200.0, 40.0));
        let shares = shrunk(&counts).expect("some").by_cell;
        assert!(shares[0] < 0.03, "{shares:?}");
        assert!(shares[BINS - 1] > 0.15, "{shares:?}");
        // More wins beside it never make it less likely.
        counts[1].1 += 50.0;
        let more = shrunk(&counts).expect("some").by_cell;
        assert!(shares.iter().zip(&more).all(|(less, more)| less < more));
    }
}
