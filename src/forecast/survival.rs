//! Survival: competing risks. A deal in a stage is won, lost or moved to another stage, each with a rate of its own
//! by its age there; what comes first decides.
//!
//! The daily rate of each is events over days at risk in a stage and age bin of the last [`WEEKS`] weeks, drawn to the
//! rate of the stage as if [`WEIGHT`] more days had been seen. The chance to be won within the horizon is the
//! cumulative incidence of a semi-Markov process, by backward recursion over the days ahead (J. D. Kalbfleisch and
//! R. L. Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., 8.2; the estimator of O. Aalen and
//! S. Johansen, Scandinavian Journal of Statistics 5 (1978), 141–150, with rates that are constant within bins).

use super::panel::{OLDEST, Panel};
use super::season::Season;
use super::sums::{BINS, EDGES, Sums};

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
                for rate in moved {
                    *rate *= 0.95 / all;
                }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Six deals, won (0) after 1, 4 and 6 days, lost (1) after 3, last seen after 2 and 5:
    /// F(1) = 1/6, S = 5/6; at 3 four are at risk, S = 5/8; F(4) = 1/6 + 5/8 · 1/3, S = 5/12; F(6) = F(4) + 5/12.
    #[test]
    fn incidence_worked_out_by_hand() {
        let observed = [
            (1.0, Some(0)),
            (2.0, None),
            (3.0, Some(1)),
            (4.0, Some(0)),
            (5.0, None),
            (6.0, Some(0)),
        ];
        let won = aalen_johansen(&observed, 0);
        let expected = [(1.0, 1.0 / 6.0), (4.0, 0.375), (6.0, 19.0 / 24.0)];
        assert_eq!(won.len(), expected.len());
        for (found, expected) in won.iter().zip(expected) {
            assert!(
                found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-12,
                "{won:?}"
            );
        }
        let lost = aalen_johansen(&observed, 1);
        assert!((lost[0].1 - 5.0 / 24.0).abs() < 1e-12, "{lost:?}");
        // Every deal ends in one way or the other when the last one does.
        assert!((won[2].1 + lost[0].1 - 1.0).abs() < 1e-12);
    }

    /// With one way to end it is what the product-limit estimate leaves: the weeks of remission under 6-mercaptopurine (E. J.
    /// Freireich and others, 1963), as D. R. Cox and D. Oakes (Analysis of Survival Data, 1984) and most textbooks
    /// print them, with 0.857, 0.807, 0.753, 0.690, 0.627, 0.538 and 0.448 in remission.
    #[test]
    fn of_one_cause_it_is_kaplan_and_meier() {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let mut observed: Vec<(f64, Option<u8>)> = Vec::new();
        observed.extend(ended.map(|week| (f64::from(week), Some(0))));
        observed.extend(open.map(|week| (f64::from(week), None)));
        let expected = [
            (6.0, 6.0 / 7.0),
            (7.0, 6.0 / 7.0 * 16.0 / 17.0),
            (10.0, 0.752_941_176_470_588),
            (13.0, 0.690_196_078_431_373),
            (16.0, 0.627_450_980_392_157),
            (22.0, 0.537_815_126_050_420),
            (23.0, 0.448_179_271_708_683),
        ];
        let steps = aalen_johansen(&observed, 0);
        assert_eq!(steps.len(), expected.len());
        for (found, (week, left)) in steps.iter().zip(expected) {
            assert!(
                found.0 == week && (1.0 - found.1 - left).abs() < 1e-12,
                "{steps:?}"
            );
        }
    }

    /// Without deals that are still open it is the share of all, ties or not.
    #[test]
    fn without_censoring_it_is_the_share() {
        let observed = [
            (1.0, Some(0)),
            (1.0, Some(1)),
            (2.0, Some(0)),
            (2.0, Some(1)),
        ];
        let won = aalen_johansen(&observed, 0);
        assert_eq!(won.len(), 2);
        assert!((won[0].1 - 0.25).abs() < 1e-12 && (won[1].1 - 0.5).abs() < 1e-12);
        assert_eq!(aalen_johansen(&[], 0), []);
    }

    /// 10 events in 940 days of the stage, 4 of them in 140 days of the first bin:
    /// of the stage 10/1000, of the bin (4 + 60/100) / 200.
    #[test]
    fn rates_are_drawn_to_those_of_the_stage() {
        let (mut events, mut exposure) = ([0.0; BINS], [0.0; BINS]);
        (events[0], exposure[0]) = (4.0, 140.0);
        (events[1], exposure[1]) = (6.0, 800.0);
        let rates = shrunk(&events, &exposure);
        assert!((rates[0] - 4.6 / 200.0).abs() < 1e-10, "{rates:?}");
        assert!((rates[1] - 6.6 / 860.0).abs() < 1e-10, "{rates:?}");
        assert!((rates[2] - 0.01).abs() < 1e-10, "{rates:?}");
    }
}
