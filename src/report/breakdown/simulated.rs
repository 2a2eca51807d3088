//! How often the verdict is right: teams whose truth is known, drawn with a fixed seed.
//!
//! Measured once over 10,000 teams a line (12 reps, base 40 %, twice as many deals before as now; in per cent, each
//! ± 0.5 at most):
//!
//! | deals a rep | somebody accused, all equal | without history | one 20 down | everyone 8 down | 15 down | nothing |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | 30 | 4.7 | 5.9 | 32.2 | 39.8 | 97.0 | 91.7 |
//! | 100 | 6.4 | 7.3 | 94.6 | 89.4 | 100.0 | 93.1 |
//! | 300 | 7.5 | 8.5 | | | | |

use fastrand::Rng;

use super::verdict::{Group, Verdict, judge};
use crate::statistics::Trials;

const REPS: usize = 12;

fn drawn(rng: &mut Rng, n: usize, rate: f64) -> Trials {
    Trials::new((0..n).filter(|_| rng.f64() < rate).count(), n)
}

/// A team with a base rate of 40 %, `now` and `before` deals a rep, whose reps now succeed at these rates.
fn team(rng: &mut Rng, (now, before): (usize, usize), rate: impl Fn(usize) -> f64) -> Vec<Group> {
    (0..REPS)
        .map(|rep| Group {
            now: drawn(rng, now, rate(rep)),
            before: drawn(rng, before, 0.4),
        })
        .collect()
}

/// The share of teams for which it holds.
fn share(
    teams: usize,
    deals: (usize, usize),
    rate: impl Fn(usize) -> f64,
    holds: impl Fn(Verdict, &[usize]) -> bool,
) -> f64 {
    let mut rng = Rng::with_seed(20_261_121);
    let right = (0..teams).filter(|_| {
        let judged = judge(&[team(&mut rng, deals, &rate)]);
        let section = &judged.sections[0];
        let flagged: Vec<usize> = (0..REPS)
            .filter(|rep| section.groups[*rep].flagged())
            .collect();
        holds(section.verdict, &flagged)
    });
    right.count() as f64 / teams as f64
}

fn accused(teams: usize, deals: (usize, usize)) -> f64 {
    share(teams, deals, |_| 0.4, |_, flagged| !flagged.is_empty())
}

fn one_down(rep: usize) -> f64 {
    if rep == 7 { 0.2 } else { 0.4 }
}

fn right_few(verdict: Verdict, flagged: &[usize]) -> bool {
    verdict == Verdict::Few && flagged.contains(&7)
}

const TEAMS: usize = 300;

#[test]
fn equal_reps_are_not_accused() {
    for deals in [30, 100, 300] {
        for before in [0, 2 * deals] {
            let accused = accused(TEAMS, (deals, before));
            assert!(accused <= 0.1, "{deals} {before}: {accused}");
        }
    }
}

#[test]
fn one_rep_is_found() {
    let right = share(TEAMS, (100, 200), one_down, right_few);
    assert!(right >= 0.8, "{right}");
}

#[test]
fn everyone_is_told_from_a_few() {
    let right = share(
        TEAMS,
        (100, 200),
        |_| 0.25,
        |verdict, _| verdict == Verdict::Everyone,
    );
    assert!(right >= 0.8, "{right}");
}

#[test]
fn nothing_is_nothing() {
    let right = share(
        TEAMS,
        (100, 200),
        |_| 0.4,
        |verdict, _| verdict == Verdict::Nothing,
    );
    assert!(right >= 0.9, "{right}");
}
