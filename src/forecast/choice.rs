//! Choice: whose word counts, and when there is none.
//!
//! The cohort's by default: it is robust, and a manager can read its table. The ensemble's where it was clearly better
//! without hindsight, over enough finished origins. None of the others is chosen alone: the one that was best of several
//! looks better than it is. Measured on two real histories and twelve simulated ones, choosing it where it was 10, 15 or
//! 20 % better over at least 12 origins was nowhere clearly better and up to 0.009 of WAPE worse.

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
    // Where nothing was won, whoever says least is best.
    let won = errors(finished, COHORT).1;
    if finished.len() >= FEWEST && won > 0.0 && ensemble < (1.0 - BETTER) * cohort {
        ENSEMBLE
    } else {
        COHORT
    }
}

/// The same in words.
pub(super) fn chosen(finished: &[Record]) -> Chosen {
    let method = choose(finished);
    let origins = finished.len().min(ORIGINS);
    let ((ensemble, won), (cohort, _)) = (errors(finished, ENSEMBLE), errors(finished, COHORT));
    let asked = (100.0 * BETTER).round();
    let why = if won <= 0.0 || cohort <= 0.0 {
        format!("cohort speaks: nothing can be told apart over {origins} past origins")
    } else {
        let less = 100.0 * (1.0 - ensemble / cohort);
        let found = format!(
            "{:.0} % {} over {origins} past origins (WAPE {:.2}, cohort {:.2})",
            less.abs(),
            if less < 0.0 { "larger" } else { "smaller" },
            ensemble / won,
            cohort / won
        );
        if method == ENSEMBLE {
            format!(
                "ensemble speaks, in which each method counts by its past errors: its error is {found}"
            )
        } else {
            format!(
                "cohort speaks until the ensemble's error is {asked:.0} % smaller over {FEWEST} origins or more: it is {found}"
            )
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Origins at which cohort and ensemble said so much, and so much was won.
    fn finished(count: usize, (cohort, ensemble): (f64, f64), won: f64) -> Vec<Record> {
        let mut total = [None; METHODS.len()];
        (total[COHORT], total[ENSEMBLE]) = (Some(cohort), Some(ensemble));
        let record = Record {
            day: 0,
            open: total,
            new: total,
            total,
            windows: [None; 5],
            expected_wins: [0.0; 2],
            wins: 0.0,
            actual_open: won,
            actual: won,
            chosen: COHORT,
            chosen_open: cohort,
            chosen_new: 0.0,
            chosen_total: cohort,
            chance: [0.0; 2],
            spread: [0.0; 2],
            new_deals: 0.0,
        };
        vec![record; count]
    }

    /// Off by 20 and by 10 of 100.
    #[test]
    fn the_ensemble_has_to_be_clearly_better() {
        let chosen = super::chosen(&finished(6, (120.0, 110.0), 100.0));
        assert_eq!(chosen.method, "ensemble");
        assert_eq!(
            chosen.why,
            "ensemble speaks, in which each method counts by its past errors: its error is 50 % smaller over 6 past origins (WAPE 0.10, cohort 0.20)"
        );
        let few = super::chosen(&finished(5, (120.0, 110.0), 100.0));
        assert_eq!(few.method, "cohort");
        let chosen = super::chosen(&finished(8, (120.0, 125.0), 100.0));
        assert_eq!(
            chosen.why,
            "cohort speaks until the ensemble's error is 5 % smaller over 6 origins or more: it is 25 % larger over 8 past origins (WAPE 0.25, cohort 0.20)"
        );
    }

    /// Whoever says least is nearest to nothing, and nobody's error is a share of it.
    #[test]
    fn nothing_won_chooses_nobody() {
        let chosen = super::chosen(&finished(20, (120.0, 10.0), 0.0));
        assert_eq!(chosen.method, "cohort");
        assert_eq!(
            chosen.why,
            "cohort speaks: nothing can be told apart over 20 past origins"
        );
    }
}
