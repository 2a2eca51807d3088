//! How far a target is along: held against how much of its period's working time has passed.

use chrono::NaiveDate;

use crate::document::Period;
use crate::process::{Bound, Calendar, Measure, Metric, Rows};

/// Pace is judged once so large a share of the working days has passed: before, one deal decides.
pub(super) const JUDGED_FROM: f64 = 0.25;

/// How much of a period's working time has passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Elapsed {
    pub(super) days: u32,
    pub(super) of: u32,
    /// The period is over.
    pub(super) over: bool,
    /// Working weeks that are left, parts of one included.
    pub(super) weeks_left: f64,
}

impl Elapsed {
    pub(super) fn of(calendar: &Calendar, period: Period, as_of: NaiveDate) -> Self {
        let working = |from: NaiveDate, to: NaiveDate| {
            let days = from.iter_days().take_while(|day| *day <= to);
            days.filter(|day| calendar.is_working_day(*day)).count() as u32
        };
        let of = working(period.from, period.to);
        let days = working(period.from, period.to.min(as_of));
        let a_week = calendar.working_days.len().max(1) as f64;
        Self {
            days,
            of,
            over: period.to <= as_of,
            weeks_left: f64::from(of - days) / a_week,
        }
    }

    /// From 0 to 1; a period without a working day has passed when it is over.
    pub(super) fn share(self) -> f64 {
        if self.of == 0 {
            return f64::from(u8::from(self.over));
        }
        f64::from(self.days) / f64::from(self.of)
    }
}

/// How a target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Reached,
    OnPace,
    /// Too early to say.
    JustBegun,
    ToCome,
    /// Within the margin of the target.
    SlightlyBehind,
    Behind,
    /// Its period is over; within the margin.
    SlightlyMissed,
    Missed,
    /// Insufficient history: neither met nor missed.
    Unknown,
}

impl Standing {
    /// For machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::OnPace => "on_pace",
            Self::JustBegun => "just_begun",
            Self::ToCome => "to_come",
            Self::SlightlyBehind => "slightly_behind",
            Self::Behind => "behind",
            Self::SlightlyMissed => "slightly_missed",
            Self::Missed => "missed",
            Self::Unknown => "unknown",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::OnPace => "on pace",
            Self::JustBegun => "just begun",
            Self::ToCome => "to come",
            Self::SlightlyBehind => "a bit behind",
            Self::Behind => "behind",
            Self::SlightlyMissed => "just missed",
            Self::Missed => "missed",
            Self::Unknown => "?",
        }
    }

    /// `Some(true)` for what is more than a warning, `Some(false)` for a warning.
    pub fn alarm(self) -> Option<bool> {
        match self {
            Self::Missed | Self::Behind => Some(true),
            Self::SlightlyMissed | Self::SlightlyBehind => Some(false),
            _ => None,
        }
    }
}

/// Whether a metric grows from nothing over its period, as sums and counts of what happens do; a rate, a
/// median or what is open now does not.
pub(super) fn grows(metric: &Metric) -> bool {
    let formula = metric.formula.trim();
    metric.aggregates.iter().any(|aggregate| {
        aggregate.name == formula
            && matches!(aggregate.measure, Measure::Count | Measure::Sum(_))
            && !matches!(
                aggregate.of,
                Rows::Open | Rows::Expected | Rows::Target | Rows::Lists | Rows::Forecasts
            )
    })
}

/// Where a metric should be by now: a growing one as much of the bound as working time has passed.
pub(super) fn expected(bound: Bound, elapsed: Elapsed, grows: bool) -> f64 {
    if grows {
        bound.number() * elapsed.share()
    } else {
        bound.number()
    }
}

/// Holds a value against its bound. `warn` is the share that may be missing before it is more than a warning.
pub(super) fn standing(
    bound: Bound,
    value: Option<f64>,
    elapsed: Elapsed,
    grows: bool,
    warn: f64,
) -> Standing {
    if elapsed.days == 0 && !elapsed.over {
        return Standing::ToCome;
    }
    let Some(value) = value else {
        return Standing::Unknown;
    };
    // What is missing, as a share of what should be.
    let short = |should: f64| {
        let missing = match bound {
            Bound::AtLeast(_) => should - value,
            Bound::AtMost(_) => value - should,
        };
        if should.abs() > f64::EPSILON {
            missing / should.abs()
        } else if missing > 0.0 {
            f64::INFINITY
        } else {
            0.0
        }
    };
    let graded = |should: f64, slightly, fully| {
        // A bound of 0.4 and a value of 0.36 are 10 % apart, which is within a margin of 10 %.
        if short(should) <= warn + 1e-9 {
            slightly
        } else {
            fully
        }
    };
    let holds = bound.holds(value);
    if elapsed.over {
        return if holds {
            Standing::Reached
        } else {
            graded(bound.number(), Standing::SlightlyMissed, Standing::Missed)
        };
    }
    // What grows does not come back: enough is reached, too much is missed.
    match (grows, holds, bound) {
        (true, true, Bound::AtLeast(_)) => return Standing::Reached,
        (true, false, Bound::AtMost(_)) => {
            return graded(bound.number(), Standing::SlightlyMissed, Standing::Missed);
        }
        _ => {}
    }
    paced(bound, value, elapsed, grows, graded)
}

fn paced(
    bound: Bound,
    value: f64,
    elapsed: Elapsed,
    grows: bool,
    graded: impl Fn(f64, Standing, Standing) -> Standing,
) -> Standing {
    let should = expected(bound, elapsed, grows);
    if bound.with(should).holds(value) {
        Standing::OnPace
    } else if elapsed.share() < JUDGED_FROM {
        Standing::JustBegun
    } else {
        graded(should, Standing::SlightlyBehind, Standing::Behind)
    }
}
