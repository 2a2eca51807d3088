//! Measures and judges targets: those of one period and one dimension at once.

use super::coverage::{Pipeline, StageRates, needed, pipeline, undated};
use super::pace::{Elapsed, grows, standing};
use super::{Covered, Judged, TargetLine};
use crate::deal::book::{Book, Named};
use crate::document::Period;
use crate::process::{
    Bound, InForce, Measure, Metric, MetricUnit, Number, Process, Rows, Target, Whose,
};
use crate::report::convert::Converter;
use crate::report::metric::{Figure, Measured, measure};
use crate::report::{Ask, Dimension};

/// Whether what is missing of it is covered by open deals: the value of what is won.
pub(super) fn is_won_value(metric: &Metric) -> bool {
    let formula = metric.formula.trim();
    metric.unit == MetricUnit::Money
        && metric.aggregates.iter().any(|aggregate| {
            aggregate.name == formula
                && aggregate.of == Rows::Won
                && aggregate.measure == Measure::Sum(Number::Value)
                && aggregate.filter.is_none()
        })
}

pub(super) fn dimension(whose: &Whose) -> Option<Dimension> {
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
        let at = if let Some(at) = batches.iter().position(of_batch) {
            at
        } else {
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
        told.notes
            .extend(undated(process, &mut converter, book, ask));
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
