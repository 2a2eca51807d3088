//! Survival: competing risks. A deal in a stage is won, lost or moved to another stage, each with a rate of its own
//! by its age there; what comes first decides.
//!
//! The daily rate of each is events over days at risk in a stage and age bin of the last [`WEEKS`] weeks, drawn to the
//! rate of the stage as if [`WEIGHT`] more days had been seen. The chance to be won within the horizon is the
//! cumulative incidence of a semi-Markov process, by backward recursion over the days ahead (J. D. Kalbfleisch and
//! R. L. Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., 8.2; the estimator of O. Aalen and
//! S. Johansen, Scandinavian Journal of Statistics 5 (1978), 141–150, with rates that are constant within bins).

use super::panel::{BINS, EDGES, OLDEST, Panel, Sums};
use super::season::Season;

/// Weeks that rates are counted in.
pub(super) const WEEKS: usize = 26;
/// In days at risk.
const WEIGHT: f64 = 60.0;

/// Daily rates by cell.
#[derive(Clone, Debug)]
pub(super) struct Hazards {
    stages: usize,
    pub(super) won: Vec<f64>,
    pub(super) lost: Vec<f64>,
    /// By cell and stage.
    moved: Vec<f64>,
}

impl Hazards {
    /// Of the last `weeks` weeks as of week `t`.
    pub(super) fn of(panel: &Panel<'_, '_>, t: usize, weeks: usize) -> Self {
        let from = (t + 1).saturating_sub(weeks);
        let stages = panel.past.stages;
        let exposure: Vec<f64> = (0..panel.cells)
            .map(|cell| panel.exposure.at(from, t + 1, cell))
            .collect();
        let rates = |events: &Sums, of: usize| {
            let events: Vec<f64> = (0..panel.cells)
                .map(|cell| events.at(from, t + 1, cell * events.width / panel.cells + of))
                .collect();
            shrunk(&events, &exposure)
        };
        let (mut won, mut lost) = (rates(&panel.wins, 0), rates(&panel.losses, 0));
        let mut moved = vec![0.0; panel.cells * stages];
        for stage in 0..stages {
            for (cell, rate) in rates(&panel.moves, stage).into_iter().enumerate() {
                moved[cell * stages + stage] = rate;
            }
        }
        for cell in 0..panel.cells {
            let moved = &mut moved[cell * stages..][..stages];
            let all = won[cell] + lost[cell] + moved.iter().sum::<f64>();
            if all > 0.95 {
                won[cell] *= 0.95 / all;
                lost[cell] *= 0.95 / all;
                moved.iter_mut().for_each(|rate| *rate *= 0.95 / all);
            }
        }
        Self {
            stages,
            won,
            lost,
            moved,
        }
    }
}

fn shrunk(events: &[f64], exposure: &[f64]) -> Vec<f64> {
    let mut rates = Vec::with_capacity(events.len());
    for (events, exposure) in events.chunks(BINS).zip(exposure.chunks(BINS)) {
        let of_stage =
            (events.iter().sum::<f64>() + 1e-9) / (exposure.iter().sum::<f64>() + WEIGHT);
        let cells = events.iter().zip(exposure);
        rates.extend(cells.map(|(events, exposure)| {
            ((events + WEIGHT * of_stage) / (exposure + WEIGHT)).min(0.9)
        }));
    }
    rates
}

/// Chance to be won within the horizon by stage and age, each stage [`OLDEST`] long.
pub(super) fn chances(
    panel: &Panel<'_, '_>,
    t: usize,
    (wins, losses): (&Season, &Season),
) -> Vec<f64> {
    let hazards = Hazards::of(panel, t, WEEKS);
    let stages = hazards.stages;
    let mut chances = vec![0.0; stages * OLDEST];
    let mut first = vec![0.0; stages];
    // With `left` days to go, the day that passes next is this far from the end.
    for left in 1..=panel.days {
        let month = panel.month_of_quarter(panel.weeks[t] + panel.days - left + 1);
        for (stage, first) in first.iter_mut().enumerate() {
            *first = chances[stage * OLDEST];
        }
        for stage in 0..stages {
            let chances = &mut chances[stage * OLDEST..][..OLDEST];
            for (bin, from) in EDGES.iter().enumerate() {
                let cell = stage * BINS + bin;
                let moved = &hazards.moved[cell * stages..][..stages];
                let mut won = hazards.won[cell] * wins.by_month[month];
                let mut lost = hazards.lost[cell] * losses.by_month[month];
                let mut away: f64 = moved.iter().sum();
                let mut after: f64 = moved.iter().zip(&first).map(|(rate, f)| rate * f).sum();
                let all = won + lost + away;
                if all > 0.98 {
                    let factor = 0.98 / all;
                    won *= factor;
                    lost *= factor;
                    away *= factor;
                    after *= factor;
                }
                let (now, stay) = (won + after, 1.0 - won - lost - away);
                let to = EDGES.get(bin + 1).map_or(OLDEST, |edge| *edge as usize);
                for age in *from as usize..to {
                    let next = chances[(age + 1).min(OLDEST - 1)];
                    chances[age] = now + stay * next;
                }
            }
        }
    }
    chances
}

/// The Aalen-Johansen estimate of the cumulative incidence of one of several competing causes, exact and without
/// drawing rates anywhere: at each time of an event, `F += S × (events of the cause / at risk)`, with S the
/// Kaplan-Meier estimate of no event of any cause before. Steps of (time, incidence). Observations are a time and the
/// cause, `None` for one that was last seen then.
pub fn aalen_johansen(observed: &[(f64, Option<u8>)], cause: u8) -> Vec<(f64, f64)> {
    let mut observed = observed.to_vec();
    observed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut steps = Vec::new();
    let (mut surviving, mut incidence) = (1.0, 0.0);
    let mut at = 0;
    while at < observed.len() {
        let time = observed[at].0;
        let at_risk = (observed.len() - at) as f64;
        let same = observed[at..].partition_point(|(other, _)| *other <= time);
        let events = |of: &dyn Fn(u8) -> bool| {
            let causes = observed[at..at + same].iter();
            causes.filter(|(_, of_it)| of_it.is_some_and(of)).count() as f64
        };
        let (own, all) = (events(&|of| of == cause), events(&|_| true));
        incidence += surviving * own / at_risk;
        surviving *= 1.0 - all / at_risk;
        if own > 0.0 {
            steps.push((time, incidence));
        }
        at += same;
    }
    steps
}
