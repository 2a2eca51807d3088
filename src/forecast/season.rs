//! Season: wins (or losses) by month of the quarter, where history shows them.
//!
//! For each calendar month of the past: what happened against what stage and age would have made expected,
//! `y = ln((O + ½) / (E + ½))`, weighed by `1 / (1/(E + 1) + 0.01)` (the variance of a Poisson logarithm, and 10 % that
//! months differ by anyhow). The means of the three months of a quarter are compared by an F ratio of the scatter
//! between them against that within, and drawn to 1 by `1 - 3/F`: the positive-part James-Stein rule with a margin
//! (B. Efron and C. Morris, Stein's estimation rule and its competitors, JASA 68 (1973), 117–130), so that a season
//! that luck explains is none.

use chrono::Datelike;

use super::panel::Panel;
use super::survival::Hazards;
use crate::deal::book::Day;

/// Months that it is judged by.
const MONTHS: usize = 24;
/// Fewer are none.
const FEWEST: usize = 5;
/// A month with fewer expected tells nothing.
const EXPECTED: f64 = 8.0;

/// Multipliers by month of the quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Season {
    pub(super) by_month: [f64; 3],
    /// How much of the difference is believed: 0 when there is no season.
    pub(super) belief: f64,
}

impl Season {
    pub(super) const NONE: Self = Self {
        by_month: [1.0; 3],
        belief: 0.0,
    };

    /// Mean multiplier over the days after `after` up to and with `to`.
    pub(super) fn mean(&self, panel: &Panel<'_, '_>, after: i32, to: i32) -> f64 {
        if self.belief <= 0.0 {
            return 1.0;
        }
        let sum: f64 = (after + 1..=to)
            .map(|day| self.by_month[panel.month_of_quarter(day)])
            .sum();
        sum / f64::from((to - after).max(1))
    }
}

/// The season of wins and of losses as of week `t`.
pub(super) fn seasons(panel: &Panel<'_, '_>, t: usize) -> (Season, Season) {
    let hazards = Hazards::of(panel, t, MONTHS * 5);
    let mut months: Vec<Month> = Vec::new();
    for week in 0..=t {
        // The middle of the week.
        let number = month(panel.weeks[week] - 3);
        let quarter = panel.month_of_quarter(panel.weeks[week] - 3);
        if months.last().is_none_or(|last| last.number != number) {
            months.push(Month {
                number,
                quarter,
                ..Month::default()
            });
        }
        let Some(last) = months.last_mut() else {
            continue;
        };
        last.weeks += 1;
        for cell in 0..panel.cells {
            let exposure = panel.exposure.at(week, week + 1, cell);
            last.expected[0] += exposure * hazards.won[cell];
            last.expected[1] += exposure * hazards.lost[cell];
            last.observed[0] += panel.wins.at(week, week + 1, cell);
            last.observed[1] += panel.losses.at(week, week + 1, cell);
        }
    }
    let season = |kind: usize| {
        let told = months
            .iter()
            .filter(|month| month.expected[kind] >= EXPECTED && month.weeks >= 2)
            .map(|month| (month.quarter, month.observed[kind], month.expected[kind]));
        let told: Vec<_> = told.collect();
        fit(&told[told.len().saturating_sub(MONTHS)..])
    };
    (season(0), season(1))
}

#[derive(Clone, Copy, Debug, Default)]
struct Month {
    number: i32,
    quarter: usize,
    weeks: usize,
    expected: [f64; 2],
    observed: [f64; 2],
}

/// The month in which a day is, counted from the year 0.
pub(super) fn month(day: i32) -> i32 {
    let date = Day::new(day).date();
    date.year() * 12 + date.month0() as i32
}

/// From months: which of the quarter, observed, expected.
fn fit(months: &[(usize, f64, f64)]) -> Season {
    let has = |quarter: usize| months.iter().any(|(of, ..)| *of == quarter);
    if months.len() < FEWEST || !(0..3).all(has) {
        return Season::NONE;
    }
    let mut sums = [(0.0, 0.0); 3];
    let told: Vec<(usize, f64, f64)> = months
        .iter()
        .map(|(quarter, observed, expected)| {
            let y = ((observed + 0.5) / (expected + 0.5)).ln();
            let weight = 1.0 / (1.0 / (expected + 1.0) + 0.01);
            sums[*quarter].0 += weight * y;
            sums[*quarter].1 += weight;
            (*quarter, y, weight)
        })
        .collect();
    let means = sums.map(|(sum, weight)| sum / weight);
    let all = sums.iter().map(|(sum, _)| sum).sum::<f64>()
        / sums.iter().map(|(_, weight)| weight).sum::<f64>();
    let between: f64 = (0..3)
        .map(|quarter| sums[quarter].1 * (means[quarter] - all).powi(2))
        .sum::<f64>()
        / 2.0;
    // The scatter within is taken to be 1, as weighed, by two degrees of freedom.
    let within = (told
        .iter()
        .map(|(quarter, y, weight)| weight * (y - means[*quarter]).powi(2))
        .sum::<f64>()
        + 2.0)
        / (told.len() as f64 - 3.0 + 2.0);
    let ratio = between / within.max(1e-9);
    if ratio <= 3.0 {
        return Season::NONE;
    }
    let belief = 1.0 - 3.0 / ratio;
    Season {
        by_month: means.map(|mean| (belief * (mean - all)).exp()),
        belief,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six months of 99 expected each: 50, 100 and 150 won by month of the quarter, twice. With weights all alike,
    /// 1/(1/100 + 0.01) = 50, and no scatter within: between = 50 · 2 · Σ(g - ḡ)² / 2, within = 2/5.
    #[test]
    fn three_months_that_differ() {
        let months: Vec<_> = [0, 1, 2, 0, 1, 2]
            .map(|quarter| (quarter, [50.0, 100.0, 150.0][quarter], 99.0))
            .into();
        let logs = [50.0, 100.0, 150.0].map(|won: f64| ((won + 0.5) / 99.5).ln());
        let mean = logs.iter().sum::<f64>() / 3.0;
        let between: f64 = 50.0 * logs.iter().map(|y| (y - mean).powi(2)).sum::<f64>();
        let belief = 1.0 - 3.0 / (between / 0.4);
        let season = fit(&months);
        assert!((season.belief - belief).abs() < 1e-12 && belief > 0.9);
        for (found, y) in season.by_month.iter().zip(logs) {
            assert!((found - (belief * (y - mean)).exp()).abs() < 1e-12);
        }
    }

    #[test]
    fn luck_is_no_season() {
        let months: Vec<_> = [0, 1, 2, 0, 1, 2]
            .map(|quarter| (quarter, [95.0, 100.0, 103.0][quarter], 99.0))
            .into();
        assert_eq!(fit(&months), Season::NONE);
        assert_eq!(fit(&months[..4]), Season::NONE, "too few months");
    }
}
