//! How far targets are reached: what is there so far, how it stands against the time that has passed, and
//! how far the open deals cover what is missing.
//!
//! `judge` measures, `pace` judges, `coverage` looks at the open deals, `covered` tells coverage for its own sake, `shown` is
//! what people see.

mod coverage;
mod covered;
mod judge;
mod pace;
mod shown;
#[cfg(test)]
mod tests;

pub(super) use covered::given as won_targets;
pub use covered::{COVERAGE_REPORT, CoverageRow, coverage};
pub use judge::judge;
pub use pace::Standing;
pub use shown::in_unit;

use chrono::NaiveDate;
use coverage::{COVERAGE, Needed, Pipeline};
use judge::{dimension, is_won_value};
use pace::{Elapsed, expected};

use super::metric::{Figure, needs};
use super::{Ask, Report, answer};
use crate::deal::book::{Book, Needs};
use crate::document::{Period, row};
use crate::process::{Bound, Given, InForce, MetricUnit, Process, Target, Whose};

row! {
    /// A target in one of its periods. Numbers are in the unit of the metric, money in minor units.
    pub struct TargetRow {
        pub metric: String,
        /// `company`, `team`, `rep` or `product`.
        pub scope: &'static str,
        pub name: Option<String>,
        pub from: NaiveDate,
        pub to: NaiveDate,
        pub unit: &'static str,
        pub at_least: Option<f64>,
        pub at_most: Option<f64>,
        /// So far; null where it can't be known.
        pub value: Option<f64>,
        /// Observations behind it.
        pub n: usize,
        /// Value ÷ target.
        pub progress_share: Option<f64>,
        /// Of the period's working days.
        pub elapsed_share: f64,
        /// Where it should be by now.
        pub expected: f64,
        /// What is needed in each working week that is left; of what grows over the period.
        pub per_week: Option<f64>,
        /// `reached`, `on_pace`, `just_begun`, `to_come`, `slightly_behind`, `behind`, `slightly_missed`,
        /// `missed`, `unknown`.
        pub status: &'static str,
        pub warn_share: f64,
        pub open_deals: Option<usize>,
        pub open_minor: Option<i64>,
        /// By the share won of deals in the same stage.
        pub weighted_minor: Option<i64>,
        /// Open value ÷ what is missing.
        pub coverage: Option<f64>,
        pub coverage_weighted: Option<f64>,
        /// What our own history asks for at this point of a period.
        pub coverage_needed: Option<f64>,
        /// The id of what a rep and a manager agreed on; null for a target of the process file.
        pub agreed: Option<String>,
        pub why: Option<String>,
    }
}

/// One target in one period, judged.
pub struct TargetLine<'t> {
    pub target: &'t Target,
    pub period: Period,
    /// What people call whose it is.
    pub whose: String,
    unit: MetricUnit,
    /// In the unit of the figures.
    bound: Bound,
    pub figure: Figure,
    elapsed: Elapsed,
    grows: bool,
    pub standing: Standing,
    covered: Option<Covered>,
}

/// What is missing of a money target, and what stands against it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Covered {
    missing_minor: i64,
    pipeline: Pipeline,
}

impl Covered {
    fn times(self) -> f64 {
        self.pipeline.value_minor as f64 / self.missing_minor as f64
    }

    fn weighted(self) -> Option<f64> {
        (self.pipeline.unweighted == 0)
            .then(|| self.pipeline.weighted_minor / self.missing_minor as f64)
    }
}

/// What the Book must have for these targets.
pub fn target_needs(process: &Process, running: &[InForce<'_>]) -> Needs {
    let mut wanted = Needs::default();
    for one in running {
        let by = dimension(&one.target.whose);
        let Some(metric) = process.metric(&one.target.metric) else {
            continue;
        };
        wanted = wanted.and(needs(&[metric], by.as_slice()));
        if is_won_value(metric) {
            wanted = wanted.and(COVERAGE);
        }
    }
    wanted
}

/// Everything that is said of targets.
pub struct Judged<'t> {
    pub lines: Vec<TargetLine<'t>>,
    /// Stages for which the process's own probability speaks.
    stated: Vec<String>,
    history: Vec<(Period, Option<Needed>)>,
    notes: Vec<String>,
}

impl Judged<'_> {
    fn needed(&self, period: Period) -> Option<Needed> {
        let found = self.history.iter().find(|(of, _)| *of == period);
        found.and_then(|(_, needed)| *needed)
    }
}

impl TargetLine<'_> {
    /// Value ÷ target.
    fn progress(&self) -> Option<f64> {
        let of = self.bound.number();
        self.figure
            .value
            .filter(|_| of.abs() > f64::EPSILON)
            .map(|value| value / of)
    }

    /// Where it should be by now.
    fn expected(&self) -> f64 {
        expected(self.bound, self.elapsed, self.grows)
    }

    /// What each working week that is left has to bring.
    fn per_week(&self) -> Option<f64> {
        let missing = self.bound.number() - self.figure.value?;
        let wanted = self.grows && matches!(self.bound, Bound::AtLeast(_)) && missing > 0.0;
        // Within the last week all of it.
        (wanted && !self.elapsed.over).then(|| missing / self.elapsed.weeks_left.max(1.0))
    }

    fn row(&self, needed: Option<Needed>) -> TargetRow {
        let pipeline = self.covered.map(|covered| covered.pipeline);
        let weighted = self.covered.and_then(Covered::weighted);
        TargetRow {
            metric: self.target.metric.clone(),
            scope: self.target.whose.kind(),
            name: match &self.target.whose {
                Whose::Company => None,
                whose => Some(whose.name().to_string()),
            },
            from: self.period.from,
            to: self.period.to,
            unit: self.unit.name(),
            at_least: match self.bound {
                Bound::AtLeast(number) => Some(number),
                Bound::AtMost(_) => None,
            },
            at_most: match self.bound {
                Bound::AtMost(number) => Some(number),
                Bound::AtLeast(_) => None,
            },
            value: self.figure.value,
            n: self.figure.n.max(0.0) as usize,
            progress_share: self.progress(),
            elapsed_share: self.elapsed.share(),
            expected: self.expected(),
            per_week: self.per_week(),
            status: self.standing.name(),
            warn_share: self.target.warn,
            open_deals: pipeline.map(|pipeline| pipeline.deals),
            open_minor: pipeline.map(|pipeline| pipeline.value_minor),
            weighted_minor: weighted
                .and(pipeline)
                .map(|pipeline| pipeline.weighted_minor.round() as i64),
            coverage: self.covered.map(Covered::times),
            coverage_weighted: weighted,
            coverage_needed: self.covered.and(needed).map(Needed::coverage),
            agreed: match &self.target.given {
                Given::Agreed(id) => Some(id.clone()),
                Given::File(_) => None,
            },
            why: self.target.why.clone(),
        }
    }
}

/// Every target in its period: progress, pace and coverage.
pub fn targets(
    process: &Process,
    book: &Book,
    running: &[InForce<'_>],
    ask: &Ask,
) -> Result<Report<TargetRow>, String> {
    let judged = judge(process, book, running, ask)?;
    let rows: Vec<TargetRow> = judged
        .lines
        .iter()
        .map(|line| line.row(judged.needed(line.period)))
        .collect();
    let answer = answer(
        "salesctl/report-targets/1",
        process,
        book,
        ask,
        (rows.len(), rows, shown::notes(&judged)),
    );
    let document = shown::document(process, book, &judged, ask, &answer.notes);
    Ok(Report { answer, document })
}
