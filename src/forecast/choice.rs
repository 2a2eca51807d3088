//! Choice: whose word counts, and when there is none.
//!
//! The cohort's by default: it is robust, and a manager can read its table. The ensemble's where it was clearly better
//! without hindsight, over enough finished origins.

use super::ensemble::{COHORT, ENSEMBLE, ORIGINS, Record};
use super::panel::Panel;
use super::{Chosen, METHODS, Refusal};
use crate::deal::book::Day;

/// Finished origins that a method must be judged by.
pub(super) const FEWEST: usize = 6;
/// So much better than the default, as a share of its error.
const BETTER: f64 = 0.05;
/// Horizons, end to end, that finished origins must span.
const SPAN: f64 = 3.0;
/// Wins, and losses, that a share of wins needs.
pub(super) const DECIDED: usize = 30;

fn errors(finished: &[Record], method: usize) -> (f64, f64) {
    let last = &finished[finished.len().saturating_sub(ORIGINS)..];
    let off = last
        .iter()
        .filter_map(|record| Some((record.total[method]? - record.actual).abs()))
        .sum();
    (off, last.iter().map(|record| record.actual).sum())
}

/// The place of the method whose word counts, by what is finished.
pub(super) fn choose(finished: &[Record]) -> usize {
    let (ensemble, cohort) = (errors(finished, ENSEMBLE).0, errors(finished, COHORT).0);
    if finished.len() >= FEWEST && ensemble < (1.0 - BETTER) * cohort {
        ENSEMBLE
    } else {
        COHORT
    }
}

/// The same in words.
pub(super) fn chosen(finished: &[Record]) -> Chosen {
    let method = choose(finished);
    let origins = finished.len().min(ORIGINS);
    let wape = |method: usize| {
        let (off, won) = errors(finished, method);
        off / won.max(1e-9)
    };
    let (ensemble, cohort) = (wape(ENSEMBLE), wape(COHORT));
    let why = if method == ENSEMBLE {
        format!("ensemble: WAPE {ensemble:.2} over {origins} origins, cohort {cohort:.2}")
    } else {
        format!(
            "cohort: WAPE {cohort:.2} over {origins} origins; the ensemble's {ensemble:.2} is not clearly better"
        )
    };
    Chosen {
        method: METHODS[method],
        why,
        origins,
    }
}

/// Whether finished origins are enough for a forecast to be given.
pub(super) fn enough(finished: &[Record], days: i32) -> bool {
    finished.len() >= FEWEST && spanned(finished, days) >= SPAN
}

/// Horizons from the first finished origin to the end of the last one's.
fn spanned(finished: &[Record], days: i32) -> f64 {
    match (finished.first(), finished.last()) {
        (Some(first), Some(last)) => f64::from(last.day + days - first.day) / f64::from(days),
        _ => 0.0,
    }
}

/// Why there is no forecast at week `t`, if there is none.
pub(super) fn refusal(panel: &Panel<'_, '_>, t: usize, finished: &[Record]) -> Option<Refusal> {
    let day = panel.weeks[t];
    let wins = panel.past.wins.partition_point(|win| win.day <= day);
    let losses = panel.past.losses.partition_point(|lost| *lost <= day);
    let mut until = None;
    let s = |n: usize| if n == 1 { "" } else { "s" };
    let why = if wins < DECIDED {
        format!(
            "insufficient history: {wins} deal{} won and {losses} lost, {DECIDED} of each are needed",
            s(wins)
        )
    } else if losses == 0 {
        format!(
            "no losses are recorded beside {wins} wins, so a share of wins says nothing; {DECIDED} are needed: close what is dead as lost"
        )
    } else if losses < DECIDED {
        format!(
            "insufficient history: {losses} deal{} lost beside {wins} won, {DECIDED} are needed",
            s(losses)
        )
    } else if !enough(finished, panel.days) {
        let found = finished.len();
        let days = panel.days;
        until = enough_on(panel, day, finished);
        if found < FEWEST {
            format!(
                "insufficient history: {found} past forecast{} for {days} days {} over, {FEWEST} are needed; a nearer end needs less",
                s(found),
                if found == 1 { "is" } else { "are" }
            )
        } else {
            format!(
                "insufficient history: past forecasts span {:.1} times {days} days, {SPAN:.0} are needed; a nearer end needs less",
                spanned(finished, days)
            )
        }
    } else {
        return None;
    };
    Some(Refusal { why, until })
}

/// The day from which on finished origins are enough for the same end: as time passes they grow more while the end
/// comes nearer. Weeks are counted back from every day anew, so it is the day by which they surely are.
fn enough_on(panel: &Panel<'_, '_>, day: i32, finished: &[Record]) -> Option<Day> {
    let first = finished.first()?.day;
    let (days, weeks) = (f64::from(panel.days), finished.len() as f64);
    // A day later they span a day more of a horizon that is a day less, and two days more have origins that are over.
    let span = (SPAN * days - spanned(finished, panel.days) * days) / (SPAN + 1.0);
    let fewest = (FEWEST as f64 - weeks) * 7.0 / 2.0;
    let wait = span.max(fewest).max(1.0).ceil() as i32;
    let end = day + panel.days;
    (first < day && day + wait < end).then(|| Day::new(day + wait))
}
