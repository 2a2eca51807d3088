//! Backtest: the past is replayed at weekly origins, each with only what was known on its day.
//!
//! What one origin learns from (weights, recalibration, the width of the range) are the errors of origins whose horizon
//! was over by then (L. J. Tashman, Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16
//! (2000), 437–450: rolling origins). So more weeks are replayed than are told of.

use super::choice::{self, DECIDED};
use super::ensemble::{ORIGINS, Record};
use super::origin::{Asked, YEAR, ask};
use super::panel::Panel;
use super::range::{Mix, drawn};
use super::rows::PastRows;
use super::{Backtest, Expected, METHODS, Origin, SEED, Said};
use crate::deal::book::Day;

/// Which origins are told of, counted back from the last one whose horizon is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How {
    pub origins: usize,
    /// Weeks between two of them.
    pub every: usize,
}

impl Default for How {
    fn default() -> Self {
        Self {
            origins: ORIGINS,
            every: 1,
        }
    }
}

/// Open deals that are asked about over all origins; more, and origins are further apart. An origin costs as much as
/// [`FIXED`] deals beside its own.
const DEALS: usize = 2_500_000;
const FIXED: usize = 10_000;

/// What was said at past origins.
pub fn backtest(panel: &Panel<'_, '_>, how: How) -> Backtest {
    replay(panel, how).backtest
}

pub(super) struct Replay {
    /// Of all origins, the oldest first.
    pub(super) records: Vec<Record>,
    pub(super) backtest: Backtest,
    /// Rows of the past for these origins and the as-of day.
    pub(super) drawn: PastRows,
}

/// Asks at all origins before the as-of day that how needs.
pub(super) fn replay(panel: &Panel<'_, '_>, how: How) -> Replay {
    let now = panel.weeks.len() - 1;
    let mut replay = Replay {
        records: Vec::new(),
        backtest: Backtest {
            days: panel.days,
            every: how.every.max(1),
            origins: Vec::new(),
        },
        drawn: PastRows::default(),
    };
    let Some(last) = panel.last_over(now) else {
        return replay;
    };
    let every = how.every.max(1);
    let ahead = now - last;
    let lead = ORIGINS + ahead;
    let from = last.saturating_sub(how.origins.saturating_sub(1).saturating_mul(every) + lead);
    let from = from.max(panel.first);
    let cost: usize = (from..now).map(|t| panel.count(t) + FIXED).sum();
    let step = cost.div_ceil(DEALS).max(1);
    let every = every.next_multiple_of(step);
    replay.backtest.every = every;
    let latest = now - ahead.next_multiple_of(step).min(now);
    let mut told = 0;
    // Counted from the as-of day back.
    let mut weeks: Vec<usize> = (1..)
        .map_while(|k: usize| now.checked_sub(k * step))
        .take_while(|t| *t >= from)
        .collect();
    let mut is_told = vec![false; weeks.len()];
    for (week, is_told) in weeks.iter().zip(&mut is_told) {
        if *week <= latest && (latest - week).is_multiple_of(every) && told < how.origins {
            *is_told = true;
            told += 1;
        }
    }
    weeks.reverse();
    is_told.reverse();
    let origins: Vec<usize> = weeks.iter().copied().chain([now]).collect();
    replay.drawn = PastRows::new(panel, &origins);
    let seen = panel.seen_in(&weeks);
    for ((t, is_told), seen) in weeks.into_iter().zip(is_told).zip(seen) {
        let finished = finished(&replay.records, panel.weeks[t], panel.days);
        if !is_decided(panel, t) {
            continue;
        }
        let Some(asked) = ask(panel, &replay.drawn, t, &seen, finished) else {
            continue;
        };
        if is_told {
            let counts = choice::enough(finished, panel.days);
            let origin = told_of(panel, &asked, counts);
            replay.backtest.origins.push(origin);
        }
        replay.records.push(asked.record);
    }
    replay
}

/// Enough wins and losses by the day of a week.
fn is_decided(panel: &Panel<'_, '_>, t: usize) -> bool {
    let day = panel.weeks[t];
    panel.past.wins.partition_point(|win| win.day <= day) >= DECIDED
        && panel.past.losses.partition_point(|lost| *lost <= day) >= DECIDED
}

/// Those whose horizon is over by a day.
pub(super) fn finished(records: &[Record], day: i32, days: i32) -> &[Record] {
    &records[..records.partition_point(|record| record.day + days <= day)]
}

/// By every method, with its chances.
pub(super) fn said(record: &Record, chances: [Vec<f64>; METHODS.len()]) -> Vec<Said> {
    let methods = METHODS.into_iter().zip(chances).enumerate();
    methods
        .filter_map(|(place, (method, chances))| {
            Some(Said {
                method,
                expected: Expected {
                    open_minor: record.open[place],
                    new_minor: record.new[place],
                    total_minor: record.total[place]?,
                    chances,
                },
            })
        })
        .collect()
}

fn told_of(panel: &Panel<'_, '_>, asked: &Asked, counts: bool) -> Origin {
    let record = &asked.record;
    let (low, high) = range(panel, asked);
    Origin {
        day: Day::new(record.day),
        said: said(record, asked.chances.clone()),
        chosen: METHODS[record.chosen],
        total_minor: record.chosen_total,
        open_minor: record.chosen_open,
        new_minor: record.chosen_new,
        chances: asked.settled.clone(),
        won: asked.rows.iter().map(|row| row.won).collect(),
        actual_open_minor: record.actual_open,
        actual_minor: record.actual,
        low_minor: low.round(),
        high_minor: high.round(),
        counts,
    }
}

/// The ends of the range that was said on the day.
fn range(panel: &Panel<'_, '_>, asked: &Asked) -> (f64, f64) {
    let record = &asked.record;
    let values = panel.past.won_values(record.day - YEAR, record.day);
    let mix = Mix {
        new_minor: record.chosen_new,
        new_deals: record.new_deals,
        won_values: &values,
        spread: record.spread[0],
    };
    let deals = asked.rows.iter().zip(&asked.settled);
    let deals = deals.map(|(row, chance)| (*chance, row.worth * asked.realised, 0));
    drawn(&mix, deals, 1, SEED).total(0.0).ends()
}
