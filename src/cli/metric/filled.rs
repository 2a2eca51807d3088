//! Whether metrics stand on what is told: `process check` asks the store, where there is one.

use anyhow::Result;

use super::super::session::Session;
use crate::deal::book::{Book, Columns, Needs};
use crate::process::{FieldOf, Metric, Problem, Process, seldom_filled};

/// The columns of built-in facts that may be empty.
const BUILT_IN: &[(&str, Columns)] = &[
    ("value", Columns::VALUE),
    ("expected_close", Columns::EXPECTED_CLOSE),
    ("product", Columns::PRODUCT),
    ("source", Columns::SOURCE),
    ("owner", Columns::OWNER),
    ("team", Columns::OWNER),
    ("type", Columns::TYPE),
    ("opened", Columns::OPENED),
];

/// A warning for each metric of the file, or one with a target, that reads what less than half of the deals
/// have: that is not easy to measure.
pub(crate) fn unfilled(
    session: &Session<'_>,
    process: &Process,
    text: &str,
) -> Result<Vec<Problem>> {
    let is_own = |metric: &Metric| !metric.standard;
    let aimed_at = |metric: &Metric| process.targets.iter().any(|one| one.metric == metric.name);
    let metrics: Vec<&Metric> = process
        .metrics()
        .filter(|metric| is_own(metric) || aimed_at(metric))
        .filter(|metric| !metric.reads().is_empty())
        .collect();
    if metrics.is_empty() {
        return Ok(Vec::new());
    }
    let mut needs = Needs::default();
    for name in metrics.iter().flat_map(|metric| metric.reads()) {
        if let Some((_, columns)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            needs = needs.and(Needs::of(*columns));
        } else if process
            .field(name)
            .is_some_and(|field| field.of != FieldOf::BuiltIn)
        {
            needs.attributes.push(name.to_string());
        }
    }
    let book = session.store.book(process, session.today, &needs)?;
    if book.deals.is_empty() {
        return Ok(Vec::new());
    }
    let problems = metrics.into_iter().flat_map(|metric| {
        seldom_filled(metric, |fact| filled(&book, fact))
            .into_iter()
            .map(|(fact, share)| {
                let share = (share * 100.0).round();
                let message = format!(
                    "`{}` reads `{fact}`, which {share:.0} % of the {} deals have",
                    metric.name,
                    book.deals.len()
                );
                let label = "not easy to measure: require it at a stage, or count something else";
                Problem::warning(place(process, metric, text), message, label)
            })
    });
    Ok(problems.collect())
}

/// Where the file defines the metric, or aims at it.
fn place(process: &Process, metric: &Metric, text: &str) -> std::ops::Range<usize> {
    let line = if metric.standard {
        process
            .targets
            .iter()
            .find_map(|target| match &target.given {
                crate::process::Given::File(lines) if target.metric == metric.name => {
                    Some(lines.start)
                }
                _ => None,
            })
    } else {
        Some(metric.lines.start)
    };
    let mut start = 0;
    for (at, found) in text.split_inclusive('\n').enumerate() {
        if Some(at + 1) == line {
            return start..start + found.trim_end().len();
        }
        start += found.len();
    }
    0..0
}

/// The share of the deals that have a fact; nothing for facts that all have.
fn filled(book: &Book, fact: &str) -> Option<f64> {
    let deals = &book.deals;
    let of = |known: usize| known as f64 / deals.len() as f64;
    let told = |column: &[Option<u32>]| of(column.iter().flatten().count());
    Some(match fact {
        "value" => of(deals.value_minor.iter().flatten().count()),
        "expected_close" => of(deals.expected_close.iter().flatten().count()),
        "opened" => of(deals.opened.iter().flatten().count()),
        "product" => told(&deals.product),
        "source" => told(&deals.source),
        "owner" => told(&deals.owner),
        "team" => told(&deals.team),
        "type" => told(&deals.customer_type),
        field => told(&book.attributes.get(field)?.index),
    })
}
