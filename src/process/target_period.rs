//! When targets are to be reached: every month, quarter or year, or one of them; and which run on a day.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use super::Target;
use crate::date::parse_period;
use crate::document::Period;

/// When a target is to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetPeriod {
    /// Every one of them, quarters and years fiscal.
    Every(Unit),
    /// A definite one.
    Once(#[serde(skip)] Period),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Month,
    Quarter,
    Year,
}

impl Unit {
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    pub fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TargetPeriod {
    /// Reads `month`, `quarter`, `year`, or a period that is the same on every day.
    pub fn parse(text: &str, fiscal_month: u32) -> Result<Self, String> {
        if let Some(unit) = Unit::ALL.into_iter().find(|unit| unit.name() == text) {
            return Ok(Self::Every(unit));
        }
        definite(text, fiscal_month).map(Self::Once)
    }

    /// The one of its periods that a day lies in.
    pub fn around(&self, day: NaiveDate, fiscal_month: u32) -> Option<Period> {
        match self {
            Self::Every(unit) => parse_period(&format!("this {unit}"), day, fiscal_month).ok(),
            Self::Once(period) => period.contains(day).then_some(*period),
        }
    }

    /// Those of its periods that lie in another; when that is shorter than any of them, the one around it.
    pub fn within(&self, asked: Period, fiscal_month: u32, most: usize) -> Vec<Period> {
        if let Self::Once(period) = self {
            let meet = period.from <= asked.to && asked.from <= period.to;
            return meet.then_some(*period).into_iter().collect();
        }
        let Some(first) = self.around(asked.from, fiscal_month) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut next = Some(first);
        while let Some(period) = next.filter(|period| period.from <= asked.to) {
            if period.from >= asked.from && period.to <= asked.to {
                found.push(period);
            }
            if found.len() > most {
                break;
            }
            let after = period.to.succ_opt();
            next = after.and_then(|day| self.around(day, fiscal_month));
        }
        if found.is_empty() && first.to >= asked.to {
            found.push(first);
        }
        found
    }
}

/// A period that does not depend on the day on which it is read.
pub fn definite(text: &str, fiscal_month: u32) -> Result<Period, String> {
    let on = |year| {
        let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        parse_period(text, day, fiscal_month)
    };
    let (period, later) = (on(2000)?, on(2020)?);
    if period == later {
        Ok(period)
    } else {
        Err(format!(
            "`{text}` is another period on another day; write one like 2026-Q4, 2026-11 or 2026"
        ))
    }
}

/// A target in one of its periods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InForce<'t> {
    pub target: &'t Target,
    pub period: Period,
}

/// The targets that a period asks for, each in every one of its own periods there; without one those that
/// run on a day. Of two for the same metric, people and period the later one counts, which is what reps and
/// managers agreed on before what the file says. `None` when there are more than `most`.
pub fn in_force(
    targets: &[Target],
    asked: Option<Period>,
    today: NaiveDate,
    fiscal_month: u32,
    most: usize,
) -> Option<Vec<InForce<'_>>> {
    let mut found: Vec<InForce<'_>> = Vec::new();
    for target in targets {
        let periods = match asked {
            Some(asked) => target.period.within(asked, fiscal_month, most),
            None => target
                .period
                .around(today, fiscal_month)
                .into_iter()
                .collect(),
        };
        for period in periods {
            let same = |other: &InForce<'_>| {
                other.period == period
                    && other.target.metric == target.metric
                    && other.target.whose == target.whose
                    && other.target.bound.words() == target.bound.words()
            };
            let this = InForce { target, period };
            match found.iter().position(same) {
                Some(place) => found[place] = this,
                None => found.push(this),
            }
        }
        if found.len() > most {
            return None;
        }
    }
    Some(found)
}
