//! `[[metric]]` as written, and from there to sound [`Metric`]s: the formula is compiled by SQLite over the
//! names of its aggregates, conditions over the facts of deals.

use toml::Spanned;
use toml::de::DeValue;

use super::keys::Keys;
use super::metric::{
    ACTIVITY_KINDS, Aggregate, Better, DAYS, Grain, Measure, Metric, MetricKind, MetricUnit,
    Number, ROWS, Rows, columns,
};
use super::names::{is_word, slug, titled, unique};
use super::problem::Lines;
use super::reader::{At, Reader, extent};
use super::stages::line_range;
use super::syntax::Source;
use crate::condition::{Condition, Engine, Mistake};

/// A metric with the places that `check` points at.
pub(super) struct MetricWritten {
    name: At<String>,
    metric: Metric,
    aggregates: Vec<AggregateWritten>,
    /// Those that could not be read; a formula that names one of them is not to blame.
    unreadable: Vec<String>,
    formula: Option<At<String>>,
    sample: Option<At<String>>,
    stands_for: Option<At<String>>,
    by: Vec<At<String>>,
}

struct AggregateWritten {
    name: At<String>,
    aggregate: Aggregate,
    filter: Option<At<String>>,
    stage: Option<At<String>>,
    target_of: Option<At<String>>,
}

const KEYS: &[&str] = &[
    "name",
    "title",
    "about",
    "kind",
    "unit",
    "direction",
    "aggregates",
    "formula",
    "sample",
    "at_least",
    "interval",
    "periods",
    "by",
    "stands_for",
];

const KINDS: &[(&str, MetricKind)] = &[
    ("result", MetricKind::Result),
    ("activity", MetricKind::Activity),
    ("proxy", MetricKind::Proxy),
];
const UNITS: &[(&str, MetricUnit)] = &[
    ("count", MetricUnit::Count),
    ("share", MetricUnit::Share),
    ("money", MetricUnit::Money),
    ("days", MetricUnit::Days),
    ("minutes", MetricUnit::Minutes),
    ("number", MetricUnit::Number),
];
const DIRECTIONS: &[(&str, Better)] = &[("up", Better::Up), ("down", Better::Down)];

/// What every deal can be grouped by, beside its fields.
const DIMENSIONS: &[&str] = &["rep", "team", "product", "source", "type", "stage"];

pub(super) fn read(reader: &Reader<'_>, lines: &Lines<'_>, file: &Keys<'_>) -> Vec<MetricWritten> {
    let written: Vec<MetricWritten> = file
        .tables("metric")
        .into_iter()
        .filter_map(|value| metric(reader, lines, value))
        .collect();
    unique(reader, "metric", written.iter().map(|metric| &metric.name));
    written
}

fn metric(
    reader: &Reader<'_>,
    lines: &Lines<'_>,
    value: &Spanned<DeValue<'_>>,
) -> Option<MetricWritten> {
    let keys = reader.keys("a metric", value, KEYS)?;
    let name = slug(reader, keys.needed("a metric", "name"));
    let what = name.as_ref().map_or_else(
        || "a metric".to_string(),
        |name| format!("metric `{}`", name.value),
    );
    let lacks = |key: &str, label: &str| {
        if keys.get(key).is_none() {
            reader.absent(keys.span.clone(), format!("{what} has no `{key}`"), label);
        }
    };
    lacks(
        "kind",
        "add `kind = \"result\"`, \"activity\" (an input) or \"proxy\" (stands in for a result)",
    );
    lacks(
        "unit",
        "add `unit = \"share\"`, or count, money, days, minutes, number",
    );
    lacks(
        "direction",
        "add `direction = \"up\"` or \"down\": which way is better",
    );
    lacks(
        "aggregates",
        "add what is counted, such as `aggregates.won = { of = \"won\", count = true }`",
    );
    lacks("formula", "add `formula = \"won / (won + lost)\"`");
    lacks(
        "sample",
        "add the number of observations it stands on, such as `sample = \"won + lost\"`",
    );
    lacks(
        "at_least",
        "add the sample from which it is stated, such as `at_least = 5`; 0 for a plain count or sum",
    );
    let kind = keys.one_of("kind", "kind", KINDS).map(|kind| kind.value);
    let stands_for = keys.text("stands_for");
    if kind == Some(MetricKind::Proxy) && keys.get("stands_for").is_none() {
        reader.absent(
            keys.span.clone(),
            format!("{what} is a proxy and stands for nothing"),
            "add the result it stands for, such as `stands_for = \"revenue\"`",
        );
    }
    let unit = keys.one_of("unit", "unit", UNITS).map(|unit| unit.value);
    let interval = keys.flag("interval", false);
    if interval && unit.is_some_and(|unit| unit != MetricUnit::Share) {
        let span = keys
            .get("interval")
            .map_or(keys.span.clone(), Spanned::span);
        let label = "only a share of its sample has one: `unit = \"share\"`";
        reader.error(
            span,
            format!("{what} has an interval and is no share"),
            label,
        );
    }
    let direction = keys.one_of("direction", "direction", DIRECTIONS);
    let mut unreadable = Vec::new();
    let aggregates = aggregates(reader, &keys, &mut unreadable);
    let formula = keys.text("formula");
    let sample = keys.text("sample");
    let periods = periods(reader, &keys);
    let extent = extent(value);
    let title = keys.words("title");
    let about = keys.words("about");
    let at_least = keys.integer("at_least", 0..=1_000_000).unwrap_or(0) as u32;
    let by = keys.texts("by").unwrap_or_default();
    let name = name?;
    Some(MetricWritten {
        metric: Metric {
            title: title.unwrap_or_else(|| titled(&name.value)),
            name: name.value.clone(),
            about,
            kind: kind.unwrap_or(MetricKind::Result),
            unit: unit.unwrap_or(MetricUnit::Number),
            direction: direction.map_or(Better::Up, |direction| direction.value),
            aggregates: Vec::new(),
            formula: formula
                .as_ref()
                .map(|text| text.value.clone())
                .unwrap_or_default(),
            sample: sample
                .as_ref()
                .map(|text| text.value.clone())
                .unwrap_or_default(),
            at_least,
            interval,
            periods,
            by: by.iter().map(|name| name.value.clone()).collect(),
            stands_for: stands_for.as_ref().map(|name| name.value.clone()),
            standard: false,
            written: reader
                .text
                .get(extent.clone())
                .unwrap_or_default()
                .trim_end()
                .to_string(),
            lines: line_range(lines, &extent),
        },
        name,
        aggregates,
        unreadable,
        formula,
        sample,
        stands_for,
        by,
    })
}

fn periods(reader: &Reader<'_>, keys: &Keys<'_>) -> Vec<Grain> {
    let Some(written) = keys.texts("periods") else {
        return Grain::ALL.to_vec();
    };
    let mut periods = Vec::new();
    for name in &written {
        match Grain::from_name(&name.value) {
            Some(grain) => periods.push(grain),
            None => reader.unknown("period", name, Grain::ALL.iter().map(|grain| grain.name())),
        }
    }
    periods
}

fn aggregates(
    reader: &Reader<'_>,
    keys: &Keys<'_>,
    unreadable: &mut Vec<String>,
) -> Vec<AggregateWritten> {
    let mut found = Vec::new();
    for (name, value) in keys.named("aggregates") {
        if !is_word(&name.value) || name.value == DAYS {
            reader.error(
                name.span.clone(),
                format!("`{}` cannot name an aggregate", name.value),
                "expected lower-case letters, digits and `_`, and not `days`, which is the length of the period",
            );
            unreadable.push(name.value);
            continue;
        }
        match aggregate(reader, &name, value) {
            Some(aggregate) => found.push(aggregate),
            None => unreadable.push(name.value),
        }
    }
    found
}

fn aggregate(
    reader: &Reader<'_>,
    name: &At<String>,
    value: &Spanned<DeValue<'_>>,
) -> Option<AggregateWritten> {
    let known = [
        "of", "count", "sum", "median", "where", "stage", "kind", "metric",
    ];
    let keys = reader.keys("an aggregate", value, &known)?;
    let of = keys.needed("an aggregate", "of")?;
    let Some(rows) = Rows::from_name(&of.value) else {
        reader.unknown("set of rows", &of, ROWS.iter().map(|about| about.name));
        return None;
    };
    let (filter, stage, kind) = (keys.text("where"), keys.text("stage"), keys.text("kind"));
    let refuse = |at: Option<&At<String>>, key: &str, wrong: bool| {
        if let Some(at) = at.filter(|_| wrong) {
            let label = format!("rows of `{}` have none", of.value);
            reader.error(at.span.clone(), format!("`{key}` of `{}`", of.value), label);
        }
    };
    refuse(filter.as_ref(), "where", !rows.has_deals());
    refuse(stage.as_ref(), "stage", !rows.has_stage());
    refuse(kind.as_ref(), "kind", rows != Rows::Activities);
    if let Some(kind) = kind
        .as_ref()
        .filter(|kind| !ACTIVITY_KINDS.contains(&kind.value.as_str()))
    {
        reader.unknown("kind of activity", kind, ACTIVITY_KINDS.iter().copied());
    }
    let (measure, target_of) = measure(reader, &keys, rows, &of)?;
    Some(AggregateWritten {
        aggregate: Aggregate {
            name: name.value.clone(),
            of: rows,
            measure,
            filter: None,
            stage: stage.as_ref().map(|stage| stage.value.clone()),
            kind: kind.map(|kind| kind.value),
        },
        name: name.clone(),
        filter,
        stage,
        target_of,
    })
}

/// `count`, `sum` or `median`; of a target, `metric`.
fn measure(
    reader: &Reader<'_>,
    keys: &Keys<'_>,
    rows: Rows,
    of: &At<String>,
) -> Option<(Measure, Option<At<String>>)> {
    let given: Vec<&str> = ["count", "sum", "median", "metric"]
        .into_iter()
        .filter(|key| keys.get(key).is_some())
        .collect();
    let expected = if rows == Rows::Target {
        "expected the metric it is a target of, `metric = \"revenue\"`, and nothing else"
    } else if rows.numbers().is_empty() {
        "expected `count = true`"
    } else {
        "expected one of `count = true`, `sum = \"…\"` and `median = \"…\"`"
    };
    let (&[key], true) = (
        given.as_slice(),
        (given == ["metric"]) == (rows == Rows::Target),
    ) else {
        let message = if given.is_empty() {
            format!("nothing is measured of `{}`", of.value)
        } else {
            format!("{} of `{}`", given.join(" and "), of.value)
        };
        reader.error(of.span.clone(), message, expected);
        return None;
    };
    if key == "metric" {
        let metric = keys.text("metric")?;
        return Some((Measure::TargetOf(metric.value.clone()), Some(metric)));
    }
    if key == "count"
        && keys
            .get("count")
            .is_some_and(|value| value.get_ref().as_bool() == Some(true))
    {
        return Some((Measure::Count, None));
    }
    let named = keys.text(key)?;
    let medians = [Number::CycleDays, Number::StageDays];
    let fits = |number: &Number| match key {
        "median" => medians.contains(number),
        "sum" => !medians.contains(number),
        _ => true,
    };
    let numbers = rows.numbers().iter().copied().filter(fits);
    let Some(number) = numbers.clone().find(|number| number.name() == named.value) else {
        if rows.numbers().is_empty() {
            let message = format!("`{key}` of `{}`, whose rows have no numbers", of.value);
            reader.error(named.span, message, expected);
        } else {
            reader.unknown("number", &named, numbers.map(Number::name));
        }
        return None;
    };
    let measure = match key {
        "count" => Measure::Known(number),
        "sum" => Measure::Sum(number),
        _ => Measure::Median(number),
    };
    Some((measure, None))
}

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
            let named = expression
                .value
                .get(mistake.range.clone())
                .unwrap_or_default();
            if mistake.message.starts_with("unknown ")
                && written.unreadable.iter().any(|name| name == named)
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

/// Reads the standard metrics; a test holds that they are sound.
pub(super) fn standard(text: &str) -> Vec<Metric> {
    let reader = Reader::new(text, false);
    let mut source = Source::read(text);
    let Some(table) = source.clean.take() else {
        return Vec::new();
    };
    let root = Spanned::new(0..0, DeValue::Table(table.into_inner()));
    let Some(file) = reader.keys("the standard metrics", &root, &["metric"]) else {
        return Vec::new();
    };
    read(&reader, &Lines::of(text), &file)
        .into_iter()
        .map(|written| Metric {
            aggregates: written
                .aggregates
                .into_iter()
                .map(|aggregate| aggregate.aggregate)
                .collect(),
            standard: true,
            ..written.metric
        })
        .collect()
}
