//! What the team measures: a metric is an SQL expression over one row of named aggregates.
//!
//! `metric_read` reads `[[metric]]` and the standard metrics, which are written in the same form;
//! `report::metric` fills the aggregates from the Book and has the formula judged here.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;

use super::metric_read;
use super::metric_rows::Rows;
use crate::condition::{Column, ColumnKind, Condition, Engine, Value};

/// A defined number.
#[derive(Clone, Debug)]
pub struct Metric {
    pub name: String,
    pub title: String,
    /// What it tells.
    pub about: Option<String>,
    pub kind: MetricKind,
    pub unit: MetricUnit,
    /// Which way is better.
    pub direction: Better,
    pub aggregates: Vec<Aggregate>,
    /// An SQL expression over the names of the aggregates and `days`.
    pub formula: String,
    /// The same, for how many observations stand behind the number.
    pub sample: String,
    /// Fewer of them are `insufficient history`.
    pub at_least: u32,
    /// A share of the sample, which has a 95 % interval.
    pub interval: bool,
    pub periods: Vec<Grain>,
    /// The dimensions it makes sense by.
    pub by: Vec<String>,
    /// The result that a proxy stands for.
    pub stands_for: Option<String>,
    /// Built in, and not from the process file.
    pub standard: bool,
    /// As it stands in the file.
    pub written: String,
    /// First and last line there.
    pub lines: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// What the company lives on.
    Result,
    /// What somebody does for it.
    Activity,
    /// What stands in for a result.
    Proxy,
}

impl MetricKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Activity => "activity",
            Self::Proxy => "proxy",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricUnit {
    Count,
    /// A fraction from 0 to 1.
    Share,
    /// Major units of the process currency in the formula, minor units in the figure.
    Money,
    Days,
    Minutes,
    Number,
}

impl MetricUnit {
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "share",
            Self::Money => "money",
            Self::Days => "days",
            Self::Minutes => "minutes",
            Self::Number => "number",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Up,
    Down,
}

impl Better {
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// Spans of time that a number is told for, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    Month,
    Quarter,
    Year,
}

impl Grain {
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    pub fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grain| grain.name() == name)
    }
}

/// One number about a set of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    pub name: String,
    pub of: Rows,
    pub measure: Measure,
    /// Only rows of deals for which this is true.
    pub filter: Option<Condition>,
    /// Only rows in this stage.
    pub stage: Option<String>,
    /// Only activities of this kind.
    pub kind: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many there are.
    Count,
    /// For how many of them a number is known.
    Known(Number),
    Sum(Number),
    Median(Number),
    /// The target of this metric, for the same people and period.
    TargetOf(String),
}

/// What rows have numbers of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Value,
    Margin,
    Cost,
    Minutes,
    CycleDays,
    StageDays,
    NetNames,
    Said,
    Won,
    Error,
}

impl Number {
    pub const ALL: [Self; 10] = [
        Self::Value,
        Self::Margin,
        Self::Cost,
        Self::Minutes,
        Self::CycleDays,
        Self::StageDays,
        Self::NetNames,
        Self::Said,
        Self::Won,
        Self::Error,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Margin => "margin",
            Self::Cost => "cost",
            Self::Minutes => "minutes",
            Self::CycleDays => "cycle_days",
            Self::StageDays => "stage_days",
            Self::NetNames => "net_names",
            Self::Said => "said",
            Self::Won => "won",
            Self::Error => "error",
        }
    }

    /// Kept in minor units.
    pub fn is_money(self) -> bool {
        matches!(
            self,
            Self::Value | Self::Margin | Self::Cost | Self::Said | Self::Won | Self::Error
        )
    }
}

/// The kinds of activities that `kind` can ask for.
pub const ACTIVITY_KINDS: &[&str] = &["call", "mail", "meeting", "letter", "other"];

/// What forecasts are of, which `kind` can ask for: a period of the calendar, or the 30 days after a night.
pub(super) const HORIZONS: &[&str] = &["period", "30_days"];

/// The column of formulas beside the aggregates: how long the period is.
pub(super) const DAYS: &str = "days";

/// Rows of aggregates judged at a time, which bounds the memory.
const CHUNK: usize = 10_000;

/// What a formula gives for one row of aggregates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// None where it can't be known, or something was divided by zero.
    pub value: Option<f64>,
    pub sample: Option<f64>,
}

impl Metric {
    /// The facts that its aggregates read of deals, the ones of their conditions among them.
    pub fn reads(&self) -> Vec<&str> {
        let mut reads: Vec<&str> = Vec::new();
        for aggregate in &self.aggregates {
            let of_number = match aggregate.measure {
                Measure::Known(number) | Measure::Sum(number) | Measure::Median(number) => {
                    match number {
                        Number::Value => &["value"][..],
                        Number::Margin => &["value", "product"],
                        _ => &[],
                    }
                }
                Measure::Count | Measure::TargetOf(_) => &[],
            };
            let of_rows: &[&str] = match aggregate.of {
                Rows::Expected => &["expected_close"],
                _ => &[],
            };
            let of_filter = aggregate.filter.iter().flat_map(|filter| &filter.reads);
            for name in of_number
                .iter()
                .chain(of_rows)
                .copied()
                .chain(of_filter.map(String::as_str))
            {
                if !reads.contains(&name) {
                    reads.push(name);
                }
            }
        }
        reads
    }

    /// Judges rows of aggregates: one value for each of [`Metric::aggregates`], in major units where it
    /// is money, then the days of the period.
    pub fn judge(&self, rows: &[Vec<Option<f64>>]) -> Result<Vec<Judged>, String> {
        let failed = |problem: &dyn std::fmt::Display| format!("metric `{}`: {problem}", self.name);
        let engine = Engine::new(self.columns()).map_err(|error| failed(&error))?;
        let checked = |text: &str| {
            engine
                .check(text)
                .map_err(|mistake| failed(&format!("{}: {}", mistake.message, mistake.label)))
        };
        let (formula, sample) = (checked(&self.formula)?, checked(&self.sample)?);
        let mut judged = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(CHUNK) {
            let values = chunk.iter().map(|row| {
                row.iter()
                    .map(|value| value.map_or(Value::Null, Value::Number))
                    .collect()
            });
            engine.load(values).map_err(|error| failed(&error))?;
            let worked_out = |expression: &Condition| {
                engine
                    .values(expression)
                    .map_err(|error| failed(&format!("{error:#}")))
            };
            let samples = worked_out(&sample)?;
            for (value, sample) in worked_out(&formula)?.into_iter().zip(samples) {
                judged.push(Judged { value, sample });
            }
        }
        Ok(judged)
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        columns(
            self.aggregates
                .iter()
                .map(|aggregate| aggregate.name.as_str()),
        )
    }
}

/// What a formula may name.
pub(super) fn columns<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Column> {
    names
        .chain([DAYS])
        .map(|name| Column {
            name: name.to_string(),
            kind: ColumnKind::Number,
            doc: String::new(),
            values: Vec::new(),
        })
        .collect()
}

/// The text of the standard metrics, in the form of a process file.
pub const STANDARD: &str = include_str!("standard_metrics.toml");

static STANDARD_METRICS: LazyLock<Vec<Metric>> = LazyLock::new(|| metric_read::standard(STANDARD));

/// The metrics every process has. They say nothing that depends on a process.
pub fn standard_metrics() -> &'static [Metric] {
    &STANDARD_METRICS
}
