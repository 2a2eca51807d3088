//! How far targets are reached: what is there so far, how it stands against the time that has passed, and
//! how far the open deals cover what is missing.
//!
//! `pace` judges, `coverage` looks at the open deals, `covered` tells coverage for its own sake, `shown` is
//! what people see.

mod coverage;
mod covered;
mod pace;
mod shown;
#[cfg(test)]
mod tests;

pub use covered::{COVERAGE_REPORT, CoverageRow, coverage};
pub use pace::Standing;
pub use shown::in_unit;

use chrono::NaiveDate;
use coverage::{COVERAGE, Needed, Pipeline, StageRates, needed, pipeline};
use pace::{Elapsed, expected, grows, standing};

use super::convert::Converter;
use super::metric::{Figure, Measured, measure, needs};
use super::{Ask, Dimension, Report, answer};
use crate::deal::book::{Book, Named, Needs};
use crate::document::{Period, row};
use crate::process::{
    Bound, Given, InForce, Measure, Metric, MetricUnit, Number, Process, Rows, Target, Whose,
};

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

/// Whether what is missing of it is covered by open deals: the value of what is won.
fn is_won_value(metric: &Metric) -> bool {
    let formula = metric.formula.trim();
    metric.unit == MetricUnit::Money
        && metric.aggregates.iter().any(|aggregate| {
            aggregate.name == formula
                && aggregate.of == Rows::Won
                && aggregate.measure == Measure::Sum(Number::Value)
                && aggregate.filter.is_none()
        })
}

fn dimension(whose: &Whose) -> Option<Dimension> {
    match whose {
        Whose::Company => None,
        Whose::Team(_) => Some(Dimension::Team),
        Whose::Rep(_) => Some(Dimension::Rep),
        Whose::Product(_) => Some(Dimension::Product),
    }
}

/// The groups that a dimension puts deals in, and their names.
fn grouped<'b>(book: &'b Book, whose: &Whose) -> (&'b [Option<u32>], &'b [Named]) {
    match whose {
        Whose::Company => (&[], &[]),
        Whose::Team(_) => (&book.deals.team, &book.teams),
        Whose::Rep(_) => (&book.deals.owner, &book.owners),
        Whose::Product(_) => (&book.deals.product, &book.products),
    }
}

/// What was measured for one period and one dimension.
struct Batch {
    period: Period,
    kind: &'static str,
    metrics: Vec<String>,
    measured: Measured,
    pipelines: Vec<Pipeline>,
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

/// Judges every target in its period.
pub fn judge<'t>(
    process: &Process,
    book: &Book,
    running: &[InForce<'t>],
    ask: &Ask,
) -> Result<Judged<'t>, String> {
    let mut converter = Converter::new(process, book);
    let covers = |one: &InForce<'_>| process.metric(&one.target.metric).is_some_and(is_won_value);
    let rates = running
        .iter()
        .any(covers)
        .then(|| StageRates::of(process, book));
    let mut batches: Vec<Batch> = Vec::new();
    let mut told = Judged {
        lines: Vec::with_capacity(running.len()),
        stated: Vec::new(),
        history: Vec::new(),
        notes: Vec::new(),
    };
    for one in running {
        let of_batch =
            |batch: &Batch| batch.period == one.period && batch.kind == one.target.whose.kind();
        let at = match batches.iter().position(of_batch) {
            Some(at) => at,
            None => {
                let pipelines = rates.as_ref().map_or_else(Vec::new, |rates| {
                    pipelines(&mut converter, book, rates, one, ask)
                });
                let batch = batch(process, book, running, one, pipelines, ask)?;
                for note in &batch.measured.notes {
                    if !told.notes.contains(note) {
                        told.notes.push(note.clone());
                    }
                }
                batches.push(batch);
                batches.len() - 1
            }
        };
        let line = line(process, book, *one, &batches[at])?;
        if line.covered.is_some() && !told.history.iter().any(|(period, _)| *period == one.period) {
            told.history
                .push((one.period, needed(&converter, book, one.period)));
        }
        told.lines.push(line);
    }
    if told.lines.iter().any(|line| line.covered.is_some()) {
        told.stated = rates.map(|rates| rates.stated).unwrap_or_default();
    }
    for note in converter.notes() {
        if !told.notes.contains(&note) {
            told.notes.push(note);
        }
    }
    Ok(told)
}

fn pipelines(
    converter: &mut Converter<'_>,
    book: &Book,
    rates: &StageRates,
    one: &InForce<'_>,
    ask: &Ask,
) -> Vec<Pipeline> {
    let whose = &one.target.whose;
    let (index, names) = grouped(book, whose);
    let group = |deal: usize| {
        if !ask.includes(deal) {
            None
        } else if *whose == Whose::Company {
            Some(0)
        } else {
            index[deal].map(|at| at as usize)
        }
    };
    pipeline(
        converter,
        book,
        rates,
        one.period,
        names.len().max(1),
        group,
    )
}

/// Measures the metrics of all targets of this period and dimension in one go.
fn batch(
    process: &Process,
    book: &Book,
    running: &[InForce<'_>],
    one: &InForce<'_>,
    pipelines: Vec<Pipeline>,
    ask: &Ask,
) -> Result<Batch, String> {
    let kind = one.target.whose.kind();
    let mut metrics: Vec<&Metric> = Vec::new();
    for other in running {
        if other.period == one.period && other.target.whose.kind() == kind {
            let metric = metric_of(process, other.target)?;
            if !metrics.iter().any(|known| known.name == metric.name) {
                metrics.push(metric);
            }
        }
    }
    let ask = Ask {
        period: Some(one.period),
        only: ask.only.clone(),
        by: dimension(&one.target.whose).into_iter().collect(),
        ..Ask::default()
    };
    Ok(Batch {
        period: one.period,
        kind,
        measured: measure(process, book, &metrics, &ask)?,
        metrics: metrics.iter().map(|metric| metric.name.clone()).collect(),
        pipelines,
    })
}

fn metric_of<'p>(process: &'p Process, target: &Target) -> Result<&'p Metric, String> {
    let name = &target.metric;
    process
        .metric(name)
        .ok_or_else(|| format!("a target is for `{name}`, which is no metric of the process"))
}

fn line<'t>(
    process: &Process,
    book: &Book,
    one: InForce<'t>,
    batch: &Batch,
) -> Result<TargetLine<'t>, String> {
    let InForce { target, period } = one;
    let metric = metric_of(process, target)?;
    let (_, names) = grouped(book, &target.whose);
    let place = names
        .iter()
        .position(|named| named.name == target.whose.name());
    let label = (target.whose != Whose::Company).then(|| Some(target.whose.name()));
    let column = batch.metrics.iter().position(|name| *name == metric.name);
    let measured = batch.measured.of(label.as_slice());
    let grows = grows(metric);
    let nothing = Figure {
        value: grows.then_some(0.0),
        ..Figure::default()
    };
    // Whoever has nothing to count has nothing so far of what is counted.
    let figure = measured
        .zip(column)
        .and_then(|(figures, at)| figures.get(at).copied())
        .unwrap_or(nothing);
    let scale = match metric.unit {
        MetricUnit::Money => process.currency.scale() as f64,
        _ => 1.0,
    };
    let bound = target.bound.with(target.bound.number() * scale);
    let elapsed = Elapsed::of(&process.calendar, period, book.as_of);
    let standing = standing(bound, figure.value, elapsed, grows, target.warn);
    let missing = figure
        .value
        .map(|value| (bound.number() - value).round() as i64)
        .filter(|missing| *missing > 0 && !elapsed.over);
    let pipeline = if target.whose == Whose::Company {
        batch.pipelines.first()
    } else {
        place.and_then(|at| batch.pipelines.get(at))
    };
    let covers = is_won_value(metric) && matches!(bound, Bound::AtLeast(_));
    let covered = missing.filter(|_| covers).map(|missing_minor| Covered {
        missing_minor,
        pipeline: pipeline.copied().unwrap_or_default(),
    });
    Ok(TargetLine {
        whose: place.map_or_else(
            || target.whose.name().to_string(),
            |at| names[at].title.clone(),
        ),
        target,
        period,
        unit: metric.unit,
        bound,
        figure,
        elapsed,
        grows,
        standing,
        covered,
    })
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
