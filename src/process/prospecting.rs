//! What makes a name worth a seller's time: `[prospecting]`, `[[score]]` and `[[topic]]`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::names::{slug, titled, unique};
use super::problem::Lines;
use super::reader::{At, Reader};
use super::shape;
use super::{ScoreRule, Span, Topic};
use crate::condition::Condition;

/// How soon a prospect deserves a seller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    High,
    Medium,
    Low,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// How names become deals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Prospecting {
    /// Points from which a prospect has high priority, and medium; none without scoring.
    pub high: Option<i64>,
    pub medium: Option<i64>,
    /// Where a deal of each priority starts; the first stage where nothing is said.
    pub start_stage: BTreeMap<Priority, String>,
    /// Nobody is selected again before this is over since the last contact.
    pub contact_gap: Span,
    /// The source of deals that start from a list, unless the command names another.
    pub source: Option<String>,
}

impl Default for Prospecting {
    fn default() -> Self {
        Self {
            high: None,
            medium: None,
            start_stage: BTreeMap::new(),
            contact_gap: Span::Days(90),
            source: None,
        }
    }
}

impl Prospecting {
    /// The priority of a number of points; none where the process scores nobody.
    pub fn priority(&self, points: i64) -> Option<Priority> {
        let (high, medium) = (self.high?, self.medium?);
        Some(if points >= high {
            Priority::High
        } else if points >= medium {
            Priority::Medium
        } else {
            Priority::Low
        })
    }
}

/// `[prospecting]` and its company with the places that `check` points at.
#[derive(Default)]
pub(super) struct Written {
    pub(super) prospecting: Prospecting,
    pub(super) start_stages: Vec<(Priority, At<String>)>,
    pub(super) source: Option<At<String>>,
    pub(super) scores: Vec<ScoreWritten>,
    pub(super) topics: Vec<Topic>,
    /// The heading of `[prospecting]`.
    span: Range<usize>,
}

pub(super) struct ScoreWritten {
    when: At<String>,
    points: i64,
    say: Option<String>,
    lines: Range<usize>,
}

pub(super) fn read(reader: &Reader<'_>, lines: &Lines<'_>, file: &Keys<'_>) -> Written {
    let mut written = Written::default();
    if let Some(value) = file.get("prospecting")
        && let Some(keys) = reader.table(&shape::PROSPECTING, value)
    {
        heading(reader, &keys, &mut written);
    }
    for value in file.tables("score") {
        let Some(keys) = reader.table(&shape::SCORE, value) else {
            continue;
        };
        let points = keys.integer("points", -1_000..=1_000);
        if keys.get("points").is_none() {
            let message = "a score has no `points`";
            reader.absent(keys.span.clone(), message, "add `points = 10`");
        }
        let Some(when) = keys.needed("a score", "when") else {
            continue;
        };
        written.scores.push(ScoreWritten {
            when,
            points: points.unwrap_or(0),
            say: keys.words("say"),
            lines: lines.lines_of(&keys.span),
        });
    }
    let mut names = Vec::new();
    for value in file.tables("topic") {
        let Some(keys) = reader.table(&shape::TOPIC, value) else {
            continue;
        };
        let Some(name) = slug(reader, keys.needed("a topic", "name")) else {
            continue;
        };
        written.topics.push(Topic {
            name: name.value.clone(),
            title: keys.words("title").unwrap_or_else(|| titled(&name.value)),
        });
        names.push(name);
    }
    unique(reader, "topic", &names);
    thresholds(reader, &written);
    written
}

fn heading(reader: &Reader<'_>, keys: &Keys<'_>, written: &mut Written) {
    written.span.clone_from(&keys.span);
    let limits = -1_000_000..=1_000_000;
    written.prospecting.high = keys.integer("high", limits.clone());
    written.prospecting.medium = keys.integer("medium", limits);
    if let Some(gap) = keys.parsed("contact_gap") {
        written.prospecting.contact_gap = gap;
    }
    written.source = keys.text("source");
    written.prospecting.source = keys.words("source");
    let Some(value) = keys.get("start_stage") else {
        return;
    };
    let names = Priority::ALL.map(Priority::name);
    if let Some(stages) = reader.keys("`start_stage`", value, &names) {
        for priority in Priority::ALL {
            if let Some(stage) = stages.text(priority.name()) {
                written.start_stages.push((priority, stage));
            }
        }
    }
}

/// Points mean nothing without the limits between priorities, nor these without points.
fn thresholds(reader: &Reader<'_>, written: &Written) {
    let (high, medium) = (written.prospecting.high, written.prospecting.medium);
    match (high, medium) {
        (Some(high), Some(medium)) if high <= medium => reader.error(
            written.span.clone(),
            format!("`high` is {high} and `medium` is {medium}"),
            "expected more points for `high` than for `medium`",
        ),
        (Some(_), Some(_)) => {}
        (None, None) if written.scores.is_empty() => {}
        _ => reader.absent(
            written.span.clone(),
            "the points have no limits between high, medium and low priority",
            "add `[prospecting]` with `high = 60` and `medium = 30`",
        ),
    }
}

/// Holds what was read against the stages and sources, and gives each rule its condition.
pub(super) fn check(
    reader: &Reader<'_>,
    written: Written,
    stages: &[String],
    sources: &[String],
    condition: impl Fn(&At<String>) -> Option<Condition>,
) -> (Prospecting, Vec<ScoreRule>, Vec<Topic>) {
    let mut prospecting = written.prospecting;
    for (priority, stage) in written.start_stages {
        if stages.contains(&stage.value) {
            prospecting.start_stage.insert(priority, stage.value);
        } else {
            reader.unknown("stage", &stage, stages.iter().map(String::as_str));
        }
    }
    if let Some(source) = written.source
        && !sources.contains(&source.value)
    {
        reader.unknown("source", &source, sources.iter().map(String::as_str));
    }
    let scores = written.scores.into_iter().filter_map(|score| {
        Some(ScoreRule {
            when: condition(&score.when)?,
            points: score.points,
            say: score.say,
            lines: score.lines,
        })
    });
    (prospecting, scores.collect(), written.topics)
}
