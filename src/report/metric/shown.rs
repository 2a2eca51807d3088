//! Metrics as `metric query` prints them.

use serde::{Serialize, Serializer};

use super::{Figure, INSUFFICIENT, Measured, MetricLabel, measure};
use crate::date;
use crate::deal::book::Book;
use crate::document::{Bar, Cell, Chart, Document, Row, Shape, Table, TableColumn, Unit, row};
use crate::money::Currency;
use crate::process::{Measure, Metric, MetricUnit, Process};
use crate::report::group::{GroupColumns, as_columns};
use crate::report::{Ask, Dimension, Report, answer, or_nothing, percents, with_notes};
use crate::statistics::ENOUGH;

/// One metric of one group: its dimensions come first, as columns of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricRow {
    /// Column and value; null where it has none.
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub told: Told,
}

row! {
    pub struct Told {
        pub metric: String,
        /// What `value`, `low` and `high` are in: `minor` is minor units of the currency.
        pub unit: &'static str,
        #[serde(serialize_with = "plain_number")]
        pub value: Option<f64>,
        /// The 95 % interval.
        pub low: Option<f64>,
        pub high: Option<f64>,
        #[serde(serialize_with = "plain_number")]
        pub n: Option<f64>,
        /// Why there is no value.
        pub why: Option<&'static str>,
    }
}

impl Row for MetricRow {
    fn columns() -> Vec<&'static str> {
        Told::columns()
    }
}

/// Whole numbers without a fraction, as counts and minor units are.
#[expect(clippy::ref_option, reason = "serde hands it over so")]
fn plain_number<S: Serializer>(number: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number {
        Some(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            to.serialize_i64(*number as i64)
        }
        Some(number) => to.serialize_f64(*number),
        None => to.serialize_none(),
    }
}

/// The metrics by `ask.by` in `ask.period`.
pub fn query(
    process: &Process,
    book: &Book,
    metrics: &[&Metric],
    ask: &Ask,
) -> Result<Report<MetricRow>, String> {
    let measured = measure(process, book, metrics, ask)?;
    let mut rows = Vec::with_capacity(measured.groups.len() * metrics.len());
    for (labels, figures) in measured.groups.iter().zip(&measured.figures) {
        for (metric, figure) in metrics.iter().zip(figures) {
            let values = labels
                .iter()
                .map(|label| label.as_ref().map(|(name, _)| name.clone()));
            rows.push(MetricRow {
                group: measured.by.iter().cloned().zip(values).collect(),
                told: Told {
                    metric: metric.name.clone(),
                    unit: unit(metric.unit),
                    value: figure.value,
                    low: figure.low,
                    high: figure.high,
                    n: Some(figure.n),
                    why: figure.why,
                },
            });
        }
    }
    let n = rests_on(&measured);
    let mut notes = unknown(metrics, &measured);
    notes.extend(meant(metrics, &measured.by, process));
    notes.extend(measured.notes.iter().cloned());
    let mut answer = answer(
        "salesctl/metric-query/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    answer.by.clone_from(&measured.by);

    let table = if measured.by.is_empty() {
        one_a_line(metrics, &measured, process.currency)
    } else {
        one_a_column(metrics, &measured, process.currency)
    };
    let mut document = Document::default()
        .heading(heading(metrics, &measured, ask, book))
        .table(table);
    if let Some(chart) = chart(process, metrics, &measured, ask) {
        document = document.chart(chart);
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

fn unit(unit: MetricUnit) -> &'static str {
    match unit {
        MetricUnit::Money => "minor",
        unit => unit.name(),
    }
}

/// How many observations stand behind all figures of the metric that has most: metrics may count the same ones.
fn rests_on(measured: &Measured) -> usize {
    let metrics = measured.figures.first().map_or(0, Vec::len);
    let of = |at: usize| {
        measured
            .figures
            .iter()
            .map(|figures| figures[at].n)
            .sum::<f64>()
    };
    (0..metrics).map(of).fold(0.0, f64::max).round() as usize
}

/// `Win rate by rep, 1 Jul – 30 Sep 2026, as of 21 Nov 2026`: every figure says its own n.
fn heading(metrics: &[&Metric], measured: &Measured, ask: &Ask, book: &Book) -> String {
    let what = match metrics {
        [only] => only.title.clone(),
        several => format!("{} metrics", several.len()),
    };
    let by = match measured.titles.as_slice() {
        [] => String::new(),
        by => format!(" by {}", by.join(", ")),
    };
    let period = ask
        .period
        .map_or_else(|| "all time".to_string(), date::range);
    let scope = ask.scope.as_ref().map(|scope| format!(", only {scope}"));
    format!(
        "{what}{by}, {period}{}, as of {}",
        scope.unwrap_or_default(),
        date::day(book.as_of)
    )
}

fn value(metric: &Metric, value: Option<f64>, currency: Currency) -> Cell {
    or_nothing(value, |value| match metric.unit {
        MetricUnit::Share => Cell::Share(value),
        MetricUnit::Money => Cell::Money {
            minor: value as i64,
            currency,
        },
        MetricUnit::Days => Cell::Days(value),
        MetricUnit::Count | MetricUnit::Minutes if value.fract() == 0.0 => {
            Cell::Count(value as i64)
        }
        _ => Cell::Text(format!("{value:.2}")),
    })
}

fn interval(metric: &Metric, figure: &Figure) -> Cell {
    or_nothing(figure.low.zip(figure.high), |(low, high)| {
        match metric.unit {
            MetricUnit::Share => Cell::Text(percents(low, high)),
            _ => Cell::Text(format!("{low:.2}–{high:.2}")),
        }
    })
}

fn sample(figure: &Figure) -> Cell {
    if figure.n.fract() == 0.0 {
        Cell::Count(figure.n as i64)
    } else {
        Cell::Text(format!("{:.1}", figure.n))
    }
}

fn one_a_line(metrics: &[&Metric], measured: &Measured, currency: Currency) -> Table {
    let figures = measured
        .figures
        .first()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let rows = metrics.iter().zip(figures).map(|(metric, figure)| {
        vec![
            Cell::Text(metric.title.clone()),
            value(metric, figure.value, currency),
            Cell::Text(match metric.unit {
                // The amount says its currency.
                MetricUnit::Money => String::new(),
                _ => in_unit(metric, currency),
            }),
            interval(metric, figure),
            sample(figure),
        ]
    });
    Table {
        rows: rows.collect(),
        columns: vec![
            TableColumn::left("metric"),
            TableColumn::right("value"),
            TableColumn::left(""),
            TableColumn::right("95 % interval").rank(1),
            TableColumn::right("n"),
        ],
    }
}

fn in_unit(metric: &Metric, currency: Currency) -> String {
    match metric.unit {
        MetricUnit::Money => currency.code().to_string(),
        MetricUnit::Days => "days".to_string(),
        MetricUnit::Minutes => "minutes".to_string(),
        MetricUnit::Share | MetricUnit::Count | MetricUnit::Number => String::new(),
    }
}

fn one_a_column(metrics: &[&Metric], measured: &Measured, currency: Currency) -> Table {
    let mut columns: Vec<TableColumn> = measured.titles.iter().map(TableColumn::left).collect();
    for (at, metric) in metrics.iter().enumerate() {
        let place = u8::try_from(at).unwrap_or(u8::MAX / 2 - 1);
        // What stands at the end of the line of metrics goes first, intervals before all values.
        let rank = if at == 0 { 0 } else { place };
        let unit = match in_unit(metric, currency) {
            unit if unit.is_empty() => unit,
            unit => format!(" {unit}"),
        };
        let title = metric.title.to_lowercase();
        columns.push(TableColumn::right(format!("{title}{unit}")).rank(rank));
        if metric.interval {
            columns.push(TableColumn::right("95 % interval").rank(place.saturating_add(100)));
        }
        columns.push(TableColumn::right("n").rank(if at == 0 {
            99
        } else {
            place.saturating_add(150)
        }));
    }
    let rows = measured
        .groups
        .iter()
        .zip(&measured.figures)
        .map(|(labels, figures)| {
            let mut cells: Vec<Cell> = labels
                .iter()
                .map(|label| Cell::Text(title(label)))
                .collect();
            for (metric, figure) in metrics.iter().zip(figures) {
                cells.push(value(metric, figure.value, currency));
                if metric.interval {
                    cells.push(interval(metric, figure));
                }
                cells.push(sample(figure));
            }
            cells
        });
    Table {
        rows: rows.collect(),
        columns,
    }
}

fn title(label: &MetricLabel) -> String {
    label
        .as_ref()
        .map_or_else(|| "(none)".to_string(), |(_, title)| title.clone())
}

/// From what sample on a number is given: a median needs its own, whatever the metric asks for.
fn least(metric: &Metric) -> usize {
    let has_median = metric
        .aggregates
        .iter()
        .any(|aggregate| matches!(aggregate.measure, Measure::Median(_)));
    let own = metric.at_least as usize;
    if has_median { own.max(ENOUGH) } else { own }
}

/// Of which groups a number is not given, and why.
fn unknown(metrics: &[&Metric], measured: &Measured) -> Vec<String> {
    const NAMED: usize = 5;
    let mut notes = Vec::new();
    for (at, metric) in metrics.iter().enumerate() {
        let mut whys: Vec<(&'static str, Vec<String>)> = Vec::new();
        for (labels, figures) in measured.groups.iter().zip(&measured.figures) {
            let Some(why) = figures[at].why else {
                continue;
            };
            let group = labels.iter().map(title).collect::<Vec<_>>().join(" / ");
            match whys.iter_mut().find(|(known, _)| *known == why) {
                Some((_, groups)) => groups.push(group),
                None => whys.push((why, vec![group])),
            }
        }
        for (why, groups) in whys {
            let rule = if why == INSUFFICIENT {
                format!(" (`{}` is below {})", metric.sample, least(metric))
            } else {
                String::new()
            };
            let of = match groups.as_slice() {
                _ if measured.by.is_empty() => String::new(),
                all if all.len() == measured.groups.len() => " of every group".to_string(),
                some if some.len() > NAMED => format!(
                    " of {} and {} more",
                    some[..NAMED].join(", "),
                    some.len() - NAMED
                ),
                some => format!(" of {}", some.join(", ")),
            };
            notes.push(format!("`{}`{of}: {why}{rule}", metric.name));
        }
    }
    notes
}

/// Dimensions that a metric was not made for.
fn meant(metrics: &[&Metric], by: &[String], process: &Process) -> Vec<String> {
    let mut notes = Vec::new();
    for metric in metrics.iter().filter(|metric| !metric.by.is_empty()) {
        for name in by {
            let is_time = metric.periods.iter().any(|grain| grain.name() == name);
            if !is_time && !metric.by.contains(name) && process.field(name).is_none() {
                notes.push(format!(
                    "`{}` is not meant to be told by {name}: its `by` has {}",
                    metric.name,
                    metric.by.join(", ")
                ));
            }
        }
    }
    notes
}

/// One metric by one dimension: columns over time, else bars with the interval.
fn chart(process: &Process, metrics: &[&Metric], measured: &Measured, ask: &Ask) -> Option<Chart> {
    let ([metric], [dimension]) = (metrics, ask.by.as_slice()) else {
        return None;
    };
    let figures = || {
        measured
            .groups
            .iter()
            .zip(&measured.figures)
            .map(|(labels, figures)| (labels.first().map(title).unwrap_or_default(), figures[0]))
    };
    let shape = if matches!(dimension, Dimension::Time(_)) {
        Shape::Columns {
            labels: figures().map(|(label, _)| label).collect(),
            series: vec![(
                metric.title.clone(),
                figures()
                    .map(|(_, figure)| figure.value.unwrap_or(0.0))
                    .collect(),
            )],
        }
    } else {
        Shape::Bars(
            figures()
                .filter_map(|(label, figure)| {
                    Some(Bar {
                        label,
                        value: figure.value?,
                        interval: figure.low.zip(figure.high),
                        mark: None,
                    })
                })
                .collect(),
        )
    };
    Some(Chart {
        title: metric.title.clone(),
        description: format!(
            "{} by {}; the table has the numbers.",
            metric.title,
            dimension.title()
        ),
        unit: match metric.unit {
            MetricUnit::Share => Unit::Share,
            MetricUnit::Money => Unit::Money(process.currency),
            MetricUnit::Days => Unit::Days,
            MetricUnit::Count => Unit::Count,
            MetricUnit::Minutes | MetricUnit::Number => Unit::Number,
        },
        shape,
    })
}
