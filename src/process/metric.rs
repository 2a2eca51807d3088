//! What the team measures: a metric is an SQL expression over one row of named aggregates.
//!
//! `metric_read` reads `[[metric]]` and the standard metrics, which are written in the same form;
//! `report::metric` fills the aggregates from the Book and has the formula judged here.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;

use super::metric_read;
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
}

impl Number {
    pub const ALL: [Self; 7] = [
        Self::Value,
        Self::Margin,
        Self::Cost,
        Self::Minutes,
        Self::CycleDays,
        Self::StageDays,
        Self::NetNames,
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
        }
    }

    /// Kept in minor units.
    pub fn is_money(self) -> bool {
        matches!(self, Self::Value | Self::Margin | Self::Cost)
    }
}

/// A set of rows, each with the date that says into which period it falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Opened,
    Won,
    Lost,
    Closed,
    Open,
    Expected,
    UnderWay,
    Entered,
    Advanced,
    LostAt,
    Visits,
    Gates,
    Overrides,
    MovedBack,
    Activities,
    FollowUps,
    FollowUpsOnTime,
    Lists,
    Target,
}

/// What is said of a set of rows: its name, which rows they are, which date places them, what is left out.
pub struct About {
    pub rows: Rows,
    pub name: &'static str,
    pub what: &'static str,
    pub placed: &'static str,
    pub left_out: &'static str,
    numbers: &'static [Number],
}

const OF_DEALS: &[Number] = &[Number::Value, Number::Margin, Number::Cost];
const OF_CLOSED: &[Number] = &[
    Number::Value,
    Number::Margin,
    Number::Cost,
    Number::CycleDays,
];

/// Every set of rows.
#[rustfmt::skip]
pub const ROWS: &[About] = &[
    About { rows: Rows::Opened, name: "opened", what: "deals, whatever became of them", placed: "the day they were opened",
        left_out: "deals whose opening was never told, when there is a period", numbers: OF_DEALS },
    About { rows: Rows::Won, name: "won", what: "deals that are won", placed: "the day they were won",
        left_out: "deals whose closing was never told, when there is a period", numbers: OF_CLOSED },
    About { rows: Rows::Lost, name: "lost", what: "deals that are lost", placed: "the day they were lost",
        left_out: "deals whose closing was never told, when there is a period", numbers: OF_CLOSED },
    About { rows: Rows::Closed, name: "closed", what: "deals that are won or lost", placed: "the day they closed",
        left_out: "deals whose closing was never told, when there is a period", numbers: OF_CLOSED },
    About { rows: Rows::Open, name: "open", what: "deals that are open or on hold on the as-of date, whatever the period; told by month, quarter or year, at the end of each",
        placed: "",
        left_out: "", numbers: OF_DEALS },
    About { rows: Rows::Expected, name: "expected", what: "deals that are open or on hold on the as-of date",
        placed: "the day they are expected to close", left_out: "open deals without such a day, when there is a period", numbers: OF_DEALS },
    About { rows: Rows::UnderWay, name: "under_way", what: "deals that were under way in the period (as `report costs` counts), decoys not among them",
        placed: "the days from opening to closing; what they cost is what was done in it, and their share of lists and sources",
        left_out: "deals whose opening was never told, when there is a period", numbers: &[Number::Cost] },
    About { rows: Rows::Entered, name: "entered", what: "stages that deals of the cohort entered, each once a deal (as `report funnel` counts)",
        placed: "the day the deal first entered the first stage",
        left_out: "deals whose opening or first entry was never told, and deals that skipped the first stage", numbers: &[] },
    About { rows: Rows::Advanced, name: "advanced", what: "those of `entered` from which the deal later reached a later stage or was won",
        placed: "the day the deal first entered the first stage", left_out: "", numbers: &[] },
    About { rows: Rows::LostAt, name: "lost_at", what: "those of `entered` from which the deal did not advance, and it is lost",
        placed: "the day the deal first entered the first stage", left_out: "deals that are still open where they are", numbers: &[] },
    About { rows: Rows::Visits, name: "visits", what: "visits to stages, each return one of its own (as `report durations` counts)",
        placed: "the day the stage was entered", left_out: "visits whose beginning or end was never told", numbers: &[Number::StageDays] },
    About { rows: Rows::Gates, name: "gates", what: "stages left forward: to a later one, or won",
        placed: "the day the stage was left", left_out: "visits whose end was never told, when there is a period", numbers: &[] },
    About { rows: Rows::Overrides, name: "overrides", what: "those of `gates` that were passed by override",
        placed: "the day the stage was left", left_out: "", numbers: &[] },
    About { rows: Rows::MovedBack, name: "moved_back", what: "stages left to an earlier one",
        placed: "the day the stage was left", left_out: "visits whose end was never told, when there is a period", numbers: &[] },
    About { rows: Rows::Activities, name: "activities", what: "calls, mails, meetings and what else was logged; they count for who did them",
        placed: "the day it was done", left_out: "what was done for no deal, when only some deals are asked about", numbers: &[Number::Minutes, Number::Cost] },
    About { rows: Rows::FollowUps, name: "follow_ups", what: "follow-ups that were due before the as-of date",
        placed: "the day they were due, as last put off", left_out: "follow-ups due later, done or not", numbers: &[] },
    About { rows: Rows::FollowUpsOnTime, name: "follow_ups_on_time", what: "those of `follow_ups` that were done by the day they were due",
        placed: "the day they were due, as last put off", left_out: "", numbers: &[] },
    About { rows: Rows::Lists, name: "lists", what: "lists of names; they belong to no rep, team or product",
        placed: "the day their first names came in", left_out: "lists of which nothing came in", numbers: &[Number::NetNames, Number::Cost] },
    About { rows: Rows::Target, name: "target", what: "the target of a metric, for the same people and period",
        placed: "the period it is for", left_out: "", numbers: &[] },
];

impl Rows {
    pub fn about(self) -> &'static About {
        ROWS.iter()
            .find(|about| about.rows == self)
            .unwrap_or(&ROWS[0])
    }

    pub fn from_name(name: &str) -> Option<Self> {
        ROWS.iter()
            .find(|about| about.name == name)
            .map(|about| about.rows)
    }

    /// The numbers its rows have.
    pub fn numbers(self) -> &'static [Number] {
        self.about().numbers
    }

    /// Whether each row is in a stage.
    pub fn has_stage(self) -> bool {
        matches!(
            self,
            Self::Entered
                | Self::Advanced
                | Self::LostAt
                | Self::Visits
                | Self::Gates
                | Self::Overrides
                | Self::MovedBack
        )
    }

    /// Whether rows are of deals, for which conditions can be asked.
    pub fn has_deals(self) -> bool {
        !matches!(self, Self::Lists | Self::Target)
    }
}

/// The kinds of activities that `kind` can ask for.
pub const ACTIVITY_KINDS: &[&str] = &["call", "mail", "meeting", "letter", "other"];

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

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: &str = "
[process]
name = \"x\"
currency = \"EUR\"
[[stage]]
name = \"qualify\"
objective = \"o\"
[[end]]
name = \"lost\"
reasons = [\"price\"]
";

    /// Checked as if a process had written them: the formulas are sound, and no two are the same.
    #[test]
    fn the_standard_metrics_are_sound() {
        let checked = crate::process::check("standard.toml", &format!("{PROCESS}{STANDARD}"));
        assert_eq!(checked.problems, []);
        let process = checked.process.expect("a process");
        assert_eq!(process.own_metrics.len(), standard_metrics().len());
        assert_eq!(process.metrics().count(), standard_metrics().len());
        for (own, standard) in process.own_metrics.iter().zip(standard_metrics()) {
            assert_eq!(own.aggregates, standard.aggregates);
            assert_eq!(own.written, standard.written);
            assert!(own.written.starts_with("[[metric]]"), "{}", own.written);
            assert!(standard.about.is_some() && standard.standard && !own.standard);
        }
    }

    #[test]
    fn a_metric_of_the_same_name_takes_the_place_of_the_standard_one() {
        let own = STANDARD.split("\n\n").nth(1).expect("the first");
        let text = format!("{PROCESS}{}", own.replace("at_least = 5", "at_least = 7"));
        let process = crate::process::check("x.toml", &text)
            .process
            .expect("a process");
        assert_eq!(process.metrics().count(), standard_metrics().len());
        assert_eq!(
            process.metric("win-rate").map(|metric| metric.at_least),
            Some(7)
        );
    }

    #[test]
    fn division_by_zero_gives_nothing() {
        let metric = &standard_metrics()[0];
        let rows = [
            vec![Some(3.0), Some(1.0), None],
            vec![Some(0.0), Some(0.0), None],
            vec![None, Some(1.0), None],
        ];
        let judged = metric.judge(&rows).expect("judged");
        let values: Vec<_> = judged
            .iter()
            .map(|judged| (judged.value, judged.sample))
            .collect();
        assert_eq!(
            values,
            [(Some(0.75), Some(4.0)), (None, Some(0.0)), (None, None)]
        );
    }

    #[test]
    fn what_a_metric_reads() {
        let reads = |name: &str| {
            let metric = standard_metrics().iter().find(|metric| metric.name == name);
            metric.map(Metric::reads).unwrap_or_default()
        };
        assert!(reads("win-rate").is_empty());
        assert_eq!(reads("margin"), ["value", "product"]);
        assert_eq!(reads("coverage"), ["expected_close", "value"]);
    }

    #[test]
    fn every_set_of_rows_is_said_once() {
        for about in ROWS {
            assert_eq!(Rows::from_name(about.name), Some(about.rows));
            assert_eq!(about.rows.about().name, about.name);
        }
    }
}
