//! The limits of `check`: what is counted or measured, and how much of it is too much.
//!
//! What `check` looks for by itself is written in the same form as `[[check]]`, so that a process can
//! change its limit, its level or what it counts by its name.

use super::keys::Keys;
use super::names::{slug, unique};
use super::reader::{At, Reader};
use super::shape;
use super::stages::StageWritten;
use super::target::{Bound, Known, bound};
use super::{Level, Span};
use crate::condition::Condition;

/// A limit that `check` holds the deals against.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub name: String,
    pub of: LimitOf,
    pub bound: Bound,
    pub level: Level,
    /// What is said of the deals that are counted, as in "6 open deals *have no owner*"; or what the metric
    /// stands for.
    pub say: Option<String>,
    /// Each rep, team or product by itself.
    pub by: Option<String>,
}

/// Conditions were checked; they are kept as text, since few commands judge them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitOf {
    /// Open deals that meet a condition.
    Deals(String),
    /// A metric, over the deals that meet a condition.
    Metric {
        name: String,
        only: Option<String>,
        /// As `--period` takes it.
        period: String,
    },
}

/// The period of a metric that says none.
const PERIOD: &str = "last 12 months";

pub(super) struct LimitWritten {
    name: At<String>,
    when: Option<At<String>>,
    metric: Option<At<String>>,
    only: Option<At<String>>,
    period: Option<At<String>>,
    by: Option<At<String>>,
    bound: Option<At<Bound>>,
    level: Option<Level>,
    say: Option<String>,
}

const LEVELS: [(&str, Level); 2] = [("error", Level::Error), ("warning", Level::Warning)];

/// Deals that rot: what `report aging` shows.
pub const ROTTING: &str = "late AND state = 'open' AND coalesce(next_date, '') < today";

/// Deals for which nobody intends anything. A next step is what somebody set, as gates ask for it: a follow-up that a rule
/// of the process made is nobody's intention yet, and keeps a deal from rotting only. Not those on hold, whose date to
/// come is their next step.
pub const NO_NEXT_STEP: &str = "next_step IS NULL AND state = 'open'";

/// Deals that nothing was noted of for more than [`Process::silent_days`](super::Process::silent_days).
pub fn silent(days: u32) -> String {
    format!("state = 'open' AND idle_days > {days}")
}

/// What `check` looks for by itself: name, condition, what is said. None of it may be, as a warning.
const STANDARD: &[(&str, &str, &str)] = &[
    (
        "past_close",
        "expected_close < today",
        "have a close date in the past",
    ),
    ("no_owner", "owner IS NULL", "have no owner"),
    ("no_next_step", NO_NEXT_STEP, "have no next step"),
    ("no_value", "value IS NULL", "have no value"),
    (
        "no_close_date",
        "expected_close IS NULL",
        "have no expected close date",
    ),
    (
        "rotting",
        ROTTING,
        "are past their stage's limit and have no follow-up booked",
    ),
];

/// Deals are silent to which nothing happened for so many times as long as the slowest stage typically takes,
const SILENT: u32 = 2;
/// or for so many days where no stage says how long it takes.
const SILENT_DAYS: u32 = 30;

pub(super) fn read(reader: &Reader<'_>, file: &Keys<'_>) -> Vec<LimitWritten> {
    let mut found = Vec::new();
    for value in file.tables("check") {
        let Some(keys) = reader.table(&shape::CHECK, value) else {
            continue;
        };
        let name = slug(reader, keys.needed("a check", "name"));
        let by = keys
            .one_of(
                "by",
                "dimension",
                &[("rep", "rep"), ("team", "team"), ("product", "product")],
            )
            .map(|by| At {
                value: by.value.to_string(),
                span: by.span,
            });
        let written = LimitWritten {
            when: keys.text("when"),
            metric: keys.text("metric"),
            only: keys.text("where"),
            period: keys.text("period"),
            by,
            bound: bound(reader, &keys, "a check"),
            level: keys.one_of("level", "level", &LEVELS).map(|at| at.value),
            say: keys.words("say"),
            name: match name {
                Some(name) => name,
                None => continue,
            },
        };
        found.push(written);
    }
    unique(reader, "check", found.iter().map(|limit| &limit.name));
    found
}

/// The standard limits as the file changes them, then those of its own.
pub(super) fn check(
    reader: &Reader<'_>,
    written: Vec<LimitWritten>,
    silent_days: u32,
    known: &Known<'_>,
    condition: impl Fn(&At<String>) -> Option<Condition>,
) -> Vec<Limit> {
    let mut limits = Vec::new();
    let say = format!("were not touched for {silent_days} days");
    let when = silent(silent_days);
    let silent = std::iter::once(("silent", when.as_str(), say.as_str()));
    for (name, when, say) in STANDARD.iter().copied().chain(silent) {
        limits.push(Limit {
            name: name.to_string(),
            of: LimitOf::Deals(when.to_string()),
            bound: Bound::AtMost(0.0),
            level: Level::Warning,
            say: Some(say.to_string()),
            by: None,
        });
    }
    for limit in written {
        let place = limits
            .iter()
            .position(|other| other.name == limit.name.value);
        let of = of(reader, &limit, place.is_some(), known, &condition);
        let (Some(of), Some(bound)) = (of, limit.bound) else {
            continue;
        };
        let changed = place.map(|at| limits.remove(at));
        let (before, level, say) = match changed {
            Some(standard) => (Some(standard.of), standard.level, standard.say),
            None => (None, Level::Warning, None),
        };
        let Some(of) = of.or(before) else {
            continue;
        };
        let built = Limit {
            name: limit.name.value,
            of,
            bound: bound.value,
            level: limit.level.unwrap_or(level),
            say: limit.say.or(say),
            by: limit.by.map(|by| by.value),
        };
        limits.insert(place.unwrap_or(limits.len()), built);
    }
    limits
}

/// What a limit is of: `None` when that was a mistake, `Some(None)` when it is what it was by itself.
#[expect(clippy::option_option, reason = "said above")]
fn of(
    reader: &Reader<'_>,
    limit: &LimitWritten,
    standard: bool,
    known: &Known<'_>,
    condition: &impl Fn(&At<String>) -> Option<Condition>,
) -> Option<Option<LimitOf>> {
    match (&limit.when, &limit.metric) {
        (Some(_), Some(metric)) => {
            reader.error(
                metric.span.clone(),
                "a check has both `when` and `metric`",
                "expected one of them; `where` narrows the deals of a metric",
            );
            None
        }
        (None, None) if standard => Some(None),
        (None, None) => {
            let names: Vec<String> = STANDARD
                .iter()
                .map(|(name, ..)| format!("`{name}`"))
                .chain(std::iter::once("`silent`".to_string()))
                .collect();
            reader.absent(
                limit.name.span.clone(),
                "a check has neither `when` nor `metric`",
                format!(
                    "add `when = \"…\"`, or change one that is there: {}",
                    names.join(", ")
                ),
            );
            None
        }
        (Some(when), None) => {
            for (key, at) in [("where", &limit.only), ("period", &limit.period)] {
                if let Some(at) = at {
                    reader.error(
                        at.span.clone(),
                        format!("a check of deals has `{key}`"),
                        "it belongs to a metric; say it in `when`",
                    );
                }
            }
            condition(when).map(|_| Some(LimitOf::Deals(when.value.clone())))
        }
        (None, Some(metric)) => {
            let is_known = known.metric(reader, metric);
            let only = match &limit.only {
                Some(only) => condition(only).map(|_| Some(only.value.clone()))?,
                None => None,
            };
            let period = limit.period.as_ref();
            is_known.map(|_| {
                Some(LimitOf::Metric {
                    name: metric.value.clone(),
                    only,
                    period: period.map_or_else(|| PERIOD.to_string(), |at| at.value.clone()),
                })
            })
        }
    }
}

/// After so many days without anything an open deal is silent.
pub(super) fn silent_days(stages: &[StageWritten]) -> u32 {
    let typical = stages.iter().filter_map(|stage| stage.typical);
    let slowest = typical.map(calendar_days).max();
    slowest.map_or(SILENT_DAYS, |days| days * SILENT)
}

pub(super) fn calendar_days(span: Span) -> u32 {
    match span {
        Span::Days(n) => n,
        Span::BusinessDays(n) => (n * 7).div_ceil(5),
        Span::Months(n) => n * 30,
    }
}
