//! What every method says on the day of one origin, with what was known by then.

use super::ensemble::{
    COHORT, ENSEMBLE, LOGISTIC, RUN_RATE, Record, STAGE_WEIGHTED, SURVIVAL, mean, score, weights,
};
use super::panel::{OLDEST, Panel, Row};
use super::season::{Season, seasons};
use super::{METHODS, choice, cohort, logistic, new_business, recalibration, run_rate};
use super::{stage_weighted, survival};

/// No deal is surer than this.
const SUREST: f64 = 0.98;
/// Days in which wins tell what of a value is realised, and what new deals bring.
pub(super) const YEAR: i32 = 365;
/// Wins at the value that was known that are believed before.
const AS_KNOWN: f64 = 30.0;
/// Standard deviation of the logarithm that is believed of errors before own ones are known, as of so many.
const SPREAD: f64 = 0.25;
const SPREAD_ORIGINS: f64 = 4.0;

/// All that was said.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) record: Record,
    pub(super) rows: Vec<Row>,
    /// By method; empty of the run-rate.
    pub(super) chances: [Vec<f64>; METHODS.len()],
    /// Those that add up with the new business to what is said.
    pub(super) settled: Vec<f64>,
    pub(super) realised: f64,
    pub(super) season: Season,
    /// Chance by stage, for a deal of which no more is known.
    pub(super) by_stage: Vec<f64>,
    pub(super) of_all: f64,
}

/// Asks all methods on the day of week `t`, about the stays that its snapshot sees. `finished`: what was said at origins
/// whose horizon is over by then. `None` with too little history for any of them.
pub(super) fn ask(
    panel: &Panel<'_, '_>,
    t: usize,
    seen: &[u32],
    finished: &[Record],
) -> Option<Asked> {
    let (day, days) = (panel.weeks[t], panel.days);
    let rows = panel.rows(t, seen);
    let (season, of_losses) = seasons(panel, t);
    let realised = realised(panel.won(day - YEAR, day));
    let new = new_business::expected(panel, t, &season)?;
    let shares = cohort::shares(panel, t)?;
    let incidence = survival::chances(panel, t, (&season, &of_losses));
    let mut chances: [Vec<f64>; METHODS.len()] = Default::default();
    let of_rows = |of: &dyn Fn(&Row) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
    let by_stage = stage_weighted::probabilities(panel, t);
    chances[STAGE_WEIGHTED] = of_rows(&|row| by_stage[usize::from(row.stage)]);
    chances[COHORT] = of_rows(&|row| shares.by_cell[row.cell()]);
    chances[SURVIVAL] = of_rows(&|row| {
        let age = (row.age as usize).min(OLDEST - 1);
        incidence[usize::from(row.stage) * OLDEST + age]
    });
    chances[LOGISTIC] = logistic::chances(panel, t, &season, &rows)?;
    let mut expected_wins = [0.0; 2];
    for (place, method) in [SURVIVAL, LOGISTIC].into_iter().enumerate() {
        expected_wins[place] = chances[method].iter().sum();
        let factor = recalibration::factor(finished, days, place);
        for chance in &mut chances[method] {
            *chance = (*chance * factor).min(SUREST);
        }
    }
    let worth = |chances: &[f64]| {
        let both = chances.iter().zip(&rows);
        both.map(|(chance, row)| chance * row.worth).sum::<f64>()
    };
    let mut open = [None; METHODS.len()];
    let mut news = [None; METHODS.len()];
    let mut total = [None; METHODS.len()];
    // As people know it: at the values in the pipeline, and nothing that is not there yet.
    open[STAGE_WEIGHTED] = Some(worth(&chances[STAGE_WEIGHTED]));
    news[STAGE_WEIGHTED] = Some(0.0);
    total[STAGE_WEIGHTED] = open[STAGE_WEIGHTED];
    for method in [COHORT, SURVIVAL, LOGISTIC] {
        let of_open = worth(&chances[method]) * realised;
        let of_new = if method == COHORT {
            new.value
        } else {
            new.seasonal
        };
        open[method] = Some(of_open);
        news[method] = Some(of_new);
        total[method] = Some(of_open + of_new);
    }
    let windows = run_rate::windows(panel, t, &season);
    total[RUN_RATE] = run_rate::mean_of(&windows, |window| {
        let prior = (run_rate::PRIORS[window], run_rate::PRIOR_ORIGINS);
        score(
            finished,
            prior,
            |record| record.windows[window],
            |record| record.actual,
        )
    });
    let of_open = weights(
        finished,
        &[COHORT, SURVIVAL, LOGISTIC],
        &open,
        |record| &record.open,
        |record| record.actual_open,
    );
    let of_total = weights(
        finished,
        &[COHORT, SURVIVAL, LOGISTIC, RUN_RATE],
        &total,
        |record| &record.total,
        |record| record.actual,
    );
    open[ENSEMBLE] = Some(mean(&of_open, &open));
    total[ENSEMBLE] = Some(mean(&of_total, &total));
    news[ENSEMBLE] = total[ENSEMBLE]
        .zip(open[ENSEMBLE])
        .map(|(all, open)| all - open);
    let mut together = vec![0.0; rows.len()];
    for (weight, chances) in of_open.iter().zip(&chances) {
        if let Some(weight) = weight {
            for (sum, chance) in together.iter_mut().zip(chances) {
                *sum += weight * chance;
            }
        }
    }
    chances[ENSEMBLE] = together;
    // New business is never negative: where the total is below what open deals bring, these are less likely.
    let chosen = choice::choose(finished);
    let chosen_total = total[chosen]?;
    let of_open = open[chosen]?;
    let scale = if of_open > chosen_total {
        chosen_total / of_open
    } else {
        1.0
    };
    let settled: Vec<f64> = chances[chosen]
        .iter()
        .map(|chance| chance * scale)
        .collect();
    let chosen_open = of_open * scale;
    let chosen_new = chosen_total - chosen_open;
    let wins = panel.won(day - YEAR, day);
    let mean_value = wins[1] / wins[0].max(1.0);
    let new_deals = if mean_value > 0.0 {
        (chosen_new / mean_value).max(0.0)
    } else {
        new.deals
    };
    let by_chance: f64 = settled
        .iter()
        .zip(&rows)
        .map(|(p, row)| p * (1.0 - p) * (row.worth * realised).powi(2))
        .sum();
    let of_new = new_deals * wins[3] / wins[0].max(1.0);
    let relative = |variance: f64, of: f64| (variance / of.max(1e-9).powi(2)).ln_1p();
    let chance = [
        relative(by_chance + of_new, chosen_total),
        relative(by_chance, chosen_open),
    ];
    let record = Record {
        day,
        open,
        new: news,
        total,
        windows,
        expected_wins,
        wins: panel.actual_open_wins[t],
        actual_open: panel.actual_open[t],
        actual: panel.actual[t],
        chosen,
        chosen_open,
        chosen_new,
        chosen_total,
        chance,
        spread: spread(finished, chosen),
        new_deals,
    };
    Some(Asked {
        record,
        rows,
        chances,
        settled,
        realised,
        season,
        by_stage: shares.by_stage,
        of_all: shares.of_all,
    })
}

/// What wins brought against what was known of their value before.
fn realised([number, value, before, _]: [f64; 4]) -> f64 {
    if before <= 0.0 {
        return 1.0;
    }
    let prior = AS_KNOWN * before / number;
    (value + prior) / (before + prior)
}

/// How far errors go beyond what chance explains: of the total by the chosen method, and of what open deals bring;
/// the root of the mean square of log errors less its part.
fn spread(finished: &[Record], chosen: usize) -> [f64; 2] {
    let last = &finished[finished.len().saturating_sub(super::ensemble::ORIGINS)..];
    let prior = SPREAD_ORIGINS * SPREAD * SPREAD;
    let root = |sum: f64| {
        ((sum + prior) / (last.len() as f64 + SPREAD_ORIGINS))
            .max(0.0)
            .sqrt()
    };
    let of_total = last.iter().map(|record| {
        let said = record.total[chosen].unwrap_or(record.chosen_total);
        log_error(record.actual, said).powi(2) - record.chance[0]
    });
    let of_open = last
        .iter()
        .map(|record| log_error(record.actual_open, record.chosen_open).powi(2) - record.chance[1]);
    [root(of_total.sum()), root(of_open.sum())]
}

/// Two hundredths of what was said are added to both, so that nothing won is an error that can be counted.
fn log_error(actual: f64, said: f64) -> f64 {
    ((actual + 0.02 * said + 1e-9) / (1.02 * said + 1e-9))
        .ln()
        .clamp(-1.5, 1.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 60 wins for 90 that were thought to be worth 120, and 30 more as thought: (90 + 60) / (120 + 60).
    #[test]
    fn what_of_a_value_is_realised() {
        assert!((realised([60.0, 90.0, 120.0, 0.0]) - 150.0 / 180.0).abs() < 1e-12);
        assert_eq!(realised([0.0; 4]), 1.0);
    }
}
