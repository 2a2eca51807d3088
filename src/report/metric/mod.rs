//! Metrics, worked out of the Book: one pass per aggregate over its columns, then the formula over one row of
//! aggregates a group.
//!
//! `grid` lays out the groups, `fill` counts, `tally` holds the counts of one aggregate. The figures are those
//! of the report that shows the same number, since they are counted by the same code.

mod beside;
mod fill;
mod grid;
mod shown;
mod tally;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_by_hand;

use fill::Filler;
use grid::Grid;
pub use shown::{MetricRow, query};

use super::costs::COSTS;
use super::{Ask, Dimension};
use crate::deal::book::{Book, Columns, Needs};
use crate::process::{Aggregate, Judged, Measure, Metric, MetricUnit, Number, Process, Rows};
use crate::statistics::wilson_of_parts;

/// Metrics by group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// The dimensions, as columns.
    pub by: Vec<String>,
    /// What people read for them.
    pub titles: Vec<String>,
    /// A label for each dimension, by group, in the order of the labels; `None` is of what has none.
    pub groups: Vec<Vec<MetricLabel>>,
    /// By group, then by metric.
    pub figures: Vec<Vec<Figure>>,
    /// What was left out, in words.
    pub notes: Vec<String>,
}

/// A label for machines and one for people.
pub type MetricLabel = Option<(String, String)>;

/// One number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figure {
    /// Money in minor units of the process currency, a share from 0 to 1.
    pub value: Option<f64>,
    /// The 95 % interval, where the metric has one.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// How many observations it stands on.
    pub n: f64,
    /// Why there is no value.
    pub why: Option<&'static str>,
}

pub(crate) const INSUFFICIENT: &str = "insufficient history";
const NO_TARGET: &str = "no target is set";
const NO_COST: &str = "a cost it needs is not known";
const NO_MARGIN: &str = "a margin it needs is not known";
const NO_VALUE: &str = "no value is known";
const NOTHING_TO_DIVIDE_BY: &str = "there is nothing to divide by";

impl Measured {
    /// The figures of the group with these names; none where there is no such group.
    pub fn of(&self, names: &[Option<&str>]) -> Option<&[Figure]> {
        let at = self.groups.iter().position(|labels| {
            labels.len() == names.len()
                && labels
                    .iter()
                    .zip(names)
                    .all(|(label, name)| label.as_ref().map(|(label, _)| label.as_str()) == *name)
        })?;
        self.figures.get(at).map(Vec::as_slice)
    }
}

/// What the Book must have for these metrics by these dimensions.
pub fn needs(metrics: &[&Metric], by: &[Dimension]) -> Needs {
    let over_time = by
        .iter()
        .any(|dimension| matches!(dimension, Dimension::Time(_)));
    let mut needs = Needs::default();
    for dimension in by {
        needs = needs.and(dimension.needs());
    }
    for aggregate in metrics.iter().flat_map(|metric| &metric.aggregates) {
        let rows = match aggregate.of {
            Rows::Opened => Columns::OPENED,
            Rows::Won | Rows::Lost | Rows::Closed => Columns::CLOSED,
            Rows::Open if over_time => Columns::CHANGES,
            Rows::Open | Rows::Target => Columns::NONE,
            Rows::Expected => Columns::EXPECTED_CLOSE,
            Rows::Entered | Rows::Advanced | Rows::LostAt => Columns::OPENED.and(Columns::VISITS),
            Rows::Visits | Rows::Gates | Rows::Overrides | Rows::MovedBack => Columns::VISITS,
            Rows::Activities => Columns::ACTIVITIES.and(Columns::OWNER),
            Rows::FollowUps | Rows::FollowUpsOnTime => Columns::FOLLOW_UPS,
            Rows::Forecasts => Columns::FORECASTS.and(Columns::WORTH),
            Rows::Lists => Columns::LISTS.and(Columns::WORTH),
            Rows::UnderWay => COSTS.columns.and(Columns::LISTS).and(Columns::OWNER),
        };
        let numbers = match &aggregate.measure {
            Measure::Known(number) | Measure::Sum(number) | Measure::Median(number) => match number
            {
                Number::Value => Columns::WORTH,
                Number::Margin => Columns::WORTH.and(Columns::PRODUCT),
                Number::Cost if aggregate.of != Rows::Lists => Columns::EFFORT.and(Columns::OWNER),
                Number::Minutes => Columns::EFFORT,
                Number::CycleDays => Columns::OPENED.and(Columns::CLOSED),
                Number::Cost
                | Number::StageDays
                | Number::NetNames
                | Number::Said
                | Number::Won
                | Number::Error => Columns::NONE,
            },
            Measure::Count | Measure::TargetOf(_) => Columns::NONE,
        };
        let conditions = aggregate.filter.iter().map(|filter| filter.text.clone());
        needs = needs.and(Needs {
            conditions: conditions.collect(),
            ..Needs::of(rows.and(numbers))
        });
    }
    needs
}

/// The metrics of the groups of `ask.by` in `ask.period`, for the deals that are asked about.
pub fn measure(
    process: &Process,
    book: &Book,
    metrics: &[&Metric],
    ask: &Ask,
) -> Result<Measured, String> {
    fits(metrics, &ask.by)?;
    let grid = Grid::new(process, book, metrics, ask)?;
    let mut filler = Filler::new(process, book, ask, &grid);
    let mut told = grid.asked_about(ask);
    let mut rows_by_metric = Vec::with_capacity(metrics.len());
    for metric in metrics {
        let mut rows: Vec<Vec<Option<f64>>> =
            vec![Vec::with_capacity(metric.aggregates.len() + 1); grid.len()];
        for aggregate in &metric.aggregates {
            let tally = filler.fill(aggregate)?;
            for (cell, row) in rows.iter_mut().enumerate() {
                told[cell] |= tally.has_rows(cell);
                row.push(tally.value(cell, &aggregate.measure, process.currency));
            }
        }
        for (cell, row) in rows.iter_mut().enumerate() {
            row.push(grid.days(cell));
        }
        rows_by_metric.push(rows);
    }
    let cells: Vec<usize> = grid
        .in_order()
        .into_iter()
        .filter(|cell| told[*cell])
        .collect();
    let mut figures = vec![Vec::with_capacity(metrics.len()); cells.len()];
    for (metric, mut rows) in metrics.iter().zip(rows_by_metric) {
        let rows: Vec<Vec<Option<f64>>> = cells
            .iter()
            .map(|cell| std::mem::take(&mut rows[*cell]))
            .collect();
        for ((judged, row), figures) in metric.judge(&rows)?.iter().zip(&rows).zip(&mut figures) {
            figures.push(figure(process, metric, *judged, row));
        }
    }
    Ok(Measured {
        by: ask
            .by
            .iter()
            .map(|dimension| dimension.name().to_string())
            .collect(),
        titles: ask
            .by
            .iter()
            .map(|dimension| dimension.title().to_string())
            .collect(),
        groups: cells.iter().map(|cell| grid.labels(*cell)).collect(),
        figures,
        notes: filler.notes(metrics),
    })
}

/// Dimensions that none of the rows of a metric have.
fn fits(metrics: &[&Metric], by: &[Dimension]) -> Result<(), String> {
    for metric in metrics {
        for aggregate in &metric.aggregates {
            let about = aggregate.of.about();
            let wrong = by.iter().find(|dimension| match (dimension, aggregate.of) {
                (Dimension::Stage, rows) => !rows.has_stage(),
                (Dimension::Time(_), _) => false,
                (_, rows) => rows.is_of_all(),
            });
            if let Some(dimension) = wrong {
                return Err(format!(
                    "metric `{}` can't be told by {}: its `{}` counts `{}`, {}",
                    metric.name,
                    dimension.name(),
                    aggregate.name,
                    about.name,
                    about.what
                ));
            }
        }
    }
    Ok(())
}

fn figure(process: &Process, metric: &Metric, judged: Judged, row: &[Option<f64>]) -> Figure {
    let n = judged.sample.unwrap_or(0.0);
    if n < f64::from(metric.at_least) {
        return Figure {
            n,
            why: Some(INSUFFICIENT),
            ..Figure::default()
        };
    }
    let Some(value) = judged.value else {
        return Figure {
            n,
            why: Some(why_unknown(metric, row)),
            ..Figure::default()
        };
    };
    let value = match metric.unit {
        MetricUnit::Money => (value * process.currency.scale() as f64).round(),
        _ => value,
    };
    let interval = (metric.interval && (0.0..=1.0).contains(&value))
        .then(|| wilson_of_parts(value * n, n))
        .flatten();
    Figure {
        value: Some(value),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
        n,
        why: None,
    }
}

/// Which of its aggregates is not known; when all are, it was divided by zero.
fn why_unknown(metric: &Metric, row: &[Option<f64>]) -> &'static str {
    let mut unknown = metric.aggregates.iter().zip(row);
    let is_target = |aggregate: &Aggregate| matches!(aggregate.measure, Measure::TargetOf(_));
    if unknown
        .clone()
        .any(|(aggregate, value)| value.is_none() && is_target(aggregate))
    {
        return NO_TARGET;
    }
    let unknown = unknown.find(|(_, value)| value.is_none());
    match unknown.map(|(aggregate, _)| &aggregate.measure) {
        Some(Measure::Median(_)) => INSUFFICIENT,
        Some(Measure::Sum(Number::Cost)) => NO_COST,
        Some(Measure::Sum(Number::Margin)) => NO_MARGIN,
        Some(_) => NO_VALUE,
        None => NOTHING_TO_DIVIDE_BY,
    }
}
