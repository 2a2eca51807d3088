//! From metrics as written to sound ones: the formula is compiled by SQLite over the names of its aggregates,
//! conditions over the facts of deals, and names are held against the process.

use super::metric::{Aggregate, DAYS, Metric, MetricKind, columns};
use super::metric_read::MetricWritten;
use super::reader::{At, Reader};
use crate::condition::{Condition, Engine, Mistake};

/// What every deal can be grouped by, beside its fields.
const DIMENSIONS: &[&str] = &["rep", "team", "product", "source", "type", "stage"];

/// What metrics are held against.
pub(super) struct Known<'a> {
    pub(super) stages: &'a [String],
    /// Of deals and accounts.
    pub(super) fields: &'a [String],
    /// Checks a condition over the facts of deals, and reports what is wrong with it.
    pub(super) condition: &'a dyn Fn(&At<String>) -> Option<Condition>,
    /// Metrics beside those that are written here.
    pub(super) others: &'a [Metric],
}

/// Gives each metric its aggregates and holds it against the process.
pub(super) fn check(
    reader: &Reader<'_>,
    written: Vec<MetricWritten>,
    known: &Known<'_>,
) -> Vec<Metric> {
    let names: Vec<String> = written
        .iter()
        .map(|written| written.name.value.clone())
        .chain(known.others.iter().map(|metric| metric.name.clone()))
        .collect();
    let mut places = Vec::with_capacity(written.len());
    let mut metrics = Vec::with_capacity(written.len());
    for written in written {
        expressions(reader, &written);
        names_of(reader, &written, known, &names);
        places.push(written.name.clone());
        let mut metric = written.metric;
        metric.aggregates = written
            .aggregates
            .into_iter()
            .map(|written| Aggregate {
                filter: written.filter.as_ref().and_then(known.condition),
                ..written.aggregate
            })
            .collect();
        metrics.push(metric);
    }
    for (place, metric) in places.iter().zip(&metrics) {
        if let Some(result) = metric.stands_for.as_ref().and_then(|name| {
            let mut all = metrics.iter().chain(known.others);
            all.find(|other| other.name == *name)
        }) {
            stands_for(reader, place, metric, result);
        }
    }
    super::metric_lint::same(reader, &places, &metrics, known.others);
    metrics
}

fn stands_for(reader: &Reader<'_>, place: &At<String>, metric: &Metric, result: &Metric) {
    if metric.kind != MetricKind::Proxy {
        reader.error(
            place.span.clone(),
            format!(
                "`{}` stands for `{}` and is no proxy",
                metric.name, result.name
            ),
            "only `kind = \"proxy\"` has `stands_for`",
        );
    } else if result.kind == MetricKind::Activity {
        reader.error(
            place.span.clone(),
            format!(
                "`{}` stands for `{}`, which is an activity",
                metric.name, result.name
            ),
            "expected a result, or a proxy that stands for one",
        );
    }
}

fn expressions(reader: &Reader<'_>, written: &MetricWritten) {
    let names = written
        .aggregates
        .iter()
        .map(|aggregate| aggregate.name.value.as_str());
    let Ok(engine) = Engine::new(columns(names.clone())) else {
        let message = format!(
            "the aggregates of `{}` cannot be laid out as columns",
            written.name.value
        );
        return reader.error(written.name.span.clone(), message, "too many");
    };
    for aggregate in &written.aggregates {
        let name = &aggregate.name;
        let usable = engine
            .check(&name.value)
            .is_ok_and(|condition| condition.reads == [name.value.as_str()]);
        if !usable {
            let message = format!("`{}` cannot name an aggregate", name.value);
            reader.error(
                name.span.clone(),
                message,
                "formulas are SQL, where this is a word of its own",
            );
        }
    }
    for expression in [&written.formula, &written.sample].into_iter().flatten() {
        if let Err(mistake) = engine.check(&expression.value) {
            // An aggregate that could not be read is not missing.
            let found = expression
                .value
                .get(mistake.range.clone())
                .unwrap_or_default();
            if mistake.message.starts_with("unknown ")
                && written.unreadable.iter().any(|name| name == found)
            {
                continue;
            }
            super::check::mistaken(reader, expression, in_words(mistake, names.clone()));
        }
    }
}

/// The words of conditions said of formulas.
fn in_words<'n>(mistake: Mistake, names: impl Iterator<Item = &'n str>) -> Mistake {
    let said = |text: &str| {
        text.replace("the facts of one deal", "its aggregates")
            .replace("column", "aggregate")
            .replace("condition", "formula")
    };
    let label = if mistake.label.contains("if it is meant as text") {
        let names: Vec<&str> = names.chain([DAYS]).collect();
        format!("no such aggregate; there is {}", names.join(", "))
    } else {
        said(&mistake.label)
    };
    Mistake {
        message: said(&mistake.message),
        label,
        range: mistake.range,
    }
}

/// Stages, dimensions and other metrics that a metric names.
fn names_of(reader: &Reader<'_>, written: &MetricWritten, known: &Known<'_>, metrics: &[String]) {
    let other = |name: &At<String>| {
        if !metrics.contains(&name.value) {
            reader.unknown("metric", name, metrics.iter().map(String::as_str));
        }
    };
    for aggregate in &written.aggregates {
        if let Some(stage) = aggregate
            .stage
            .as_ref()
            .filter(|stage| !known.stages.contains(&stage.value))
        {
            reader.unknown("stage", stage, known.stages.iter().map(String::as_str));
        }
        if let Some(metric) = &aggregate.target_of {
            other(metric);
        }
    }
    if let Some(result) = &written.stands_for {
        if result.value == written.name.value {
            reader.error(
                result.span.clone(),
                "a metric that stands for itself",
                "expected a result",
            );
        } else {
            other(result);
        }
    }
    for name in &written.by {
        let dimensions = DIMENSIONS
            .iter()
            .copied()
            .chain(known.fields.iter().map(String::as_str));
        if !dimensions.clone().any(|dimension| dimension == name.value) {
            reader.unknown("dimension", name, dimensions);
        } else if name.value == "stage"
            && !written
                .aggregates
                .iter()
                .any(|aggregate| aggregate.aggregate.of.has_stage())
        {
            reader.error(
                name.span.clone(),
                "`stage` of rows that are in none",
                "none of its aggregates counts stages",
            );
        }
    }
}
