//! What a metric counts, as written: `aggregates.won = { of = "won", count = true }`.

use toml::Spanned;
use toml::de::DeValue;

use super::keys::Keys;
use super::metric::{Aggregate, DAYS, Measure, Number};
use super::metric_rows::{ROWS, Rows};
use super::names::is_word;
use super::reader::{At, Reader};
use super::shape;

/// An aggregate with the places that `metric_check` points at.
pub(super) struct AggregateWritten {
    pub(super) name: At<String>,
    pub(super) aggregate: Aggregate,
    pub(super) filter: Option<At<String>>,
    pub(super) stage: Option<At<String>>,
    pub(super) target_of: Option<At<String>>,
}

pub(super) fn read(
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
    let keys = reader.table(&shape::AGGREGATE, value)?;
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
    refuse(kind.as_ref(), "kind", rows.kinds().is_empty());
    if let Some(kind) = kind
        .as_ref()
        .filter(|kind| !rows.kinds().is_empty() && !rows.kinds().contains(&kind.value.as_str()))
    {
        let what = match rows {
            Rows::Forecasts => "kind of forecast",
            _ => "kind of activity",
        };
        reader.unknown(what, kind, rows.kinds().iter().copied());
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
