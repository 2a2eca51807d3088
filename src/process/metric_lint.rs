//! What is wrong with a set of metrics, and with what they are used for: `process check` says it.

use std::fmt::Write as _;

use super::metric::{Better, Metric, MetricKind, MetricUnit};
use super::problem::Problem;
use super::reader::{At, Reader};
use super::target::Bound;

/// More targets than this at a time are none.
pub const MOST_TARGETS: usize = 9;

/// Metrics that are the same number under two names.
pub(super) fn same(
    reader: &Reader<'_>,
    places: &[At<String>],
    metrics: &[Metric],
    standard: &[Metric],
) {
    let keys: Vec<String> = metrics.iter().map(meaning).collect();
    for (at, (place, metric)) in places.iter().zip(metrics).enumerate() {
        let earlier = metrics[..at].iter().zip(&keys);
        let built_in = standard
            .iter()
            .filter(|other| !metrics.iter().any(|own| own.name == other.name))
            .map(|other| (other, meaning(other)));
        let twin = earlier
            .map(|(other, key)| (other, key.clone()))
            .chain(built_in)
            .find(|(other, key)| other.name != metric.name && *key == keys[at]);
        if let Some((twin, _)) = twin {
            let kind = if twin.standard {
                "the standard metric "
            } else {
                ""
            };
            reader.report(Problem::warning(
                place.span.clone(),
                format!(
                    "`{}` is the same number as {kind}`{}`",
                    metric.name, twin.name
                ),
                "two names for one number make two opinions of it; keep one",
            ));
        }
    }
}

/// The formula with what its aggregates count in the place of their names, without white space.
fn meaning(metric: &Metric) -> String {
    let mut meaning = String::new();
    let mut rest = metric.formula.as_str();
    while let Some(first) = rest.chars().next() {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let len = if is_part(first) {
            rest.find(|c| !is_part(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let word = &rest[..len];
        let counted = metric
            .aggregates
            .iter()
            .find(|aggregate| aggregate.name == word);
        match counted {
            Some(counted) => {
                let filter = counted
                    .filter
                    .as_ref()
                    .map(|filter| filter.text.split_whitespace().collect::<Vec<_>>().join(" "));
                let measure = &counted.measure;
                let what = (
                    counted.of.about().name,
                    measure,
                    filter,
                    &counted.stage,
                    &counted.kind,
                );
                let _ = write!(meaning, "{what:?}");
            }
            None if first.is_whitespace() => {}
            None => meaning.push_str(&word.to_ascii_lowercase()),
        }
        rest = &rest[len..];
    }
    meaning
}

/// Why a metric makes a poor target: what is warned of where it is used as one.
pub fn poor_target(metric: &Metric) -> Option<(String, &'static str)> {
    match metric.kind {
        MetricKind::Activity => Some((
            format!("`{}` is an activity and has a target", metric.name),
            "what is counted gets done whether it sells or not; set the target on the result it should bring",
        )),
        MetricKind::Result | MetricKind::Proxy => None,
    }
}

/// What can't be meant by a limit on a metric: a share that no share can be.
pub fn impossible_bound(metric: &Metric, bound: Bound) -> Option<String> {
    let number = bound.number();
    let impossible = metric.unit == MetricUnit::Share && !(0.0..=1.0).contains(&number);
    impossible.then(|| format!("`{}` is a share, and no share is {number}", metric.name))
}

/// A target that asks for the worse: more of what less is better of, or the other way round.
pub fn backward_target(metric: &Metric, bound: Bound) -> Option<(String, &'static str)> {
    let (better, instead) = match (metric.direction, bound) {
        (Better::Down, Bound::AtLeast(_)) => ("less", "at_most"),
        (Better::Up, Bound::AtMost(_)) => ("more", "at_least"),
        (Better::Up, Bound::AtLeast(_)) | (Better::Down, Bound::AtMost(_)) => return None,
    };
    Some((
        format!(
            "of `{}` {better} is better, and its target is {} {}",
            metric.name,
            bound.words(),
            bound.number()
        ),
        instead,
    ))
}

/// What is warned of when one rep has so many targets at a time.
pub fn too_many_targets(rep: &str, targets: usize) -> Option<(String, String)> {
    (targets > MOST_TARGETS).then(|| {
        (
            format!("`{rep}` has {targets} targets"),
            format!("nobody works towards more than {MOST_TARGETS} at a time; keep those that matter most"),
        )
    })
}

/// The facts a metric stands on that are known of less than half of the deals, with the share that is;
/// `filled` says it of a fact, or nothing where there are no deals to tell from.
pub fn seldom_filled(metric: &Metric, filled: impl Fn(&str) -> Option<f64>) -> Vec<(&str, f64)> {
    metric
        .reads()
        .into_iter()
        .filter_map(|fact| Some((fact, filled(fact)?)))
        .filter(|(_, share)| *share < 0.5)
        .collect()
}
