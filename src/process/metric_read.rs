//! `[[metric]]` as written; `metric_aggregate` reads what it counts, `metric_check` makes sound [`Metric`]s of it.

use toml::Spanned;
use toml::de::DeValue;

use super::keys::Keys;
use super::metric::{Better, Grain, Metric, MetricKind, MetricUnit};
use super::metric_aggregate::{self, AggregateWritten};
use super::names::{slug, titled, unique};
use super::problem::Lines;
use super::reader::{At, Reader};
use super::shape;
use super::syntax::Source;

/// A metric with the places that `check` points at.
pub(super) struct MetricWritten {
    pub(super) name: At<String>,
    pub(super) metric: Metric,
    pub(super) aggregates: Vec<AggregateWritten>,
    /// Those that could not be read; a formula that names one of them is not to blame.
    pub(super) unreadable: Vec<String>,
    pub(super) formula: Option<At<String>>,
    pub(super) sample: Option<At<String>>,
    pub(super) stands_for: Option<At<String>>,
    pub(super) by: Vec<At<String>>,
}

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
    let keys = reader.table(&shape::METRIC, value)?;
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
    let aggregates = metric_aggregate::read(reader, &keys, &mut unreadable);
    let formula = keys.text("formula");
    let sample = keys.text("sample");
    let periods = periods(reader, &keys);
    let extents = lines.spans_of(value);
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
            written: extents
                .iter()
                .filter_map(|extent| reader.text.get(extent.clone()))
                .map(str::trim_end)
                .collect::<Vec<_>>()
                .join("\n\n"),
            lines: extents.last().map_or(0..0, |extent| lines.lines_of(extent)),
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
