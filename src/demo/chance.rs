//! Draws that the plan and the story share.

use chrono::{Datelike, Days, NaiveDate};

use crate::process::Calendar;

/// A seeded source of chance.
#[derive(Debug)]
pub(super) struct Chance {
    rng: fastrand::Rng,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    /// A source of its own for the `n`th thing, so that a change in one deal leaves the others alone.
    pub(super) fn nth(seed: u64, n: usize) -> Self {
        Self::new(seed ^ (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(super) fn is(&mut self, share: f64) -> bool {
        self.rng.f64() < share
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.rng.usize(..n.max(1))
    }

    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.i64(low..=high.max(low))
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// One of several, each with its weight.
    pub(super) fn weighted<T: Copy>(&mut self, of: &[(T, f64)]) -> T {
        let mut left = self.rng.f64() * of.iter().map(|(_, weight)| weight).sum::<f64>();
        for (value, weight) in of {
            left -= weight;
            if left < 0.0 {
                return *value;
            }
        }
        of[of.len() - 1].0
    }

    /// Standard normal, by Box and Muller.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.rng.f64()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.rng.f64()).cos()
    }

    /// Log-normal with the given median; `spread` is the deviation of its logarithm.
    pub(super) fn around(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.normal()).exp()
    }

    /// How many come when `mean` are expected (Poisson).
    pub(super) fn arrivals(&mut self, mean: f64) -> usize {
        let limit = (-mean).exp();
        let mut n = 0;
        let mut left = self.rng.f64();
        while left > limit {
            n += 1;
            left *= self.rng.f64();
        }
        n
    }
}

pub(super) fn later(day: NaiveDate, days: i64) -> NaiveDate {
    if days < 0 {
        return day
            .checked_sub_days(Days::new(days.unsigned_abs()))
            .unwrap_or(day);
    }
    day.checked_add_days(Days::new(days as u64)).unwrap_or(day)
}

/// The day itself when people work on it, else the next one they do.
pub(super) fn workday(calendar: &Calendar, day: NaiveDate) -> NaiveDate {
    (0..60)
        .map(|n| later(day, n))
        .find(|day| calendar.is_working_day(*day) && !is_christmas(*day))
        .unwrap_or(day)
}

/// The template knows no holidays; nobody signs anything on these.
fn is_christmas(day: NaiveDate) -> bool {
    matches!((day.month(), day.day()), (12, 24..=31) | (1, 1))
}

/// The last day of the calendar quarter.
pub(super) fn quarter_end(day: NaiveDate) -> NaiveDate {
    let (year, first_after) = match day.month0() / 3 {
        3 => (day.year() + 1, 1),
        quarter => (day.year(), quarter * 3 + 4),
    };
    NaiveDate::from_ymd_opt(year, first_after, 1).map_or(day, |next| later(next, -1))
}
