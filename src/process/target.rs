//! What the team wants to reach, and what it does not want to see: `[[target]]` and `[[check]]`.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::people::Person;
use super::problem::{Level, Lines, Problem};
use super::reader::{At, Reader};
use super::shape;
use super::{
    Metric, Product, TargetPeriod, Team, backward_target, impossible_bound, limit, poor_target,
    too_many_targets,
};
use crate::text::nearest;

/// What a metric should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    pub metric: String,
    pub whose: Whose,
    pub period: TargetPeriod,
    pub bound: Bound,
    /// So large a share may be missing before it is more than a warning.
    pub warn: f64,
    pub why: Option<String>,
    pub given: Given,
}

impl Target {
    /// What may be missing of a target that says nothing about it.
    pub const WARN: f64 = 0.1;
}

/// Who says what a metric should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// The process file, in these lines.
    File(Range<usize>),
    /// A rep and a manager: the id of what they agreed on.
    Agreed(String),
}

/// Whose deals are measured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Company,
    Team(String),
    Rep(String),
    Product(String),
}

impl Whose {
    /// `company`, or the name of the team, rep or product.
    pub fn name(&self) -> &str {
        match self {
            Self::Company => "company",
            Self::Team(name) | Self::Rep(name) | Self::Product(name) => name,
        }
    }

    /// `company`, `team`, `rep` or `product`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Team(_) => "team",
            Self::Rep(_) => "rep",
            Self::Product(_) => "product",
        }
    }
}

/// A limit on one side, in the unit that the metric is written in: money in major units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    pub fn number(self) -> f64 {
        match self {
            Self::AtLeast(number) | Self::AtMost(number) => number,
        }
    }

    /// `at least`, `at most`.
    pub fn words(self) -> &'static str {
        match self {
            Self::AtLeast(_) => "at least",
            Self::AtMost(_) => "at most",
        }
    }

    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }

    /// The same limit on another number.
    #[must_use]
    pub fn with(self, number: f64) -> Self {
        match self {
            Self::AtLeast(_) => Self::AtLeast(number),
            Self::AtMost(_) => Self::AtMost(number),
        }
    }
}

/// `[[target]]` and `[[check]]` with the places that `check` points at.
#[derive(Default)]
pub(super) struct Written {
    pub(super) targets: Vec<TargetWritten>,
    pub(super) limits: Vec<limit::LimitWritten>,
}

pub(super) struct TargetWritten {
    pub(super) metric: At<String>,
    whose: Vec<At<Whose>>,
    period: Option<TargetPeriod>,
    bound: Option<At<Bound>>,
    warn: Option<f64>,
    why: Option<String>,
    lines: Range<usize>,
}

pub(super) fn read(
    reader: &Reader<'_>,
    lines: &Lines<'_>,
    file: &Keys<'_>,
    fiscal_month: u32,
) -> Written {
    let mut written = Written {
        targets: Vec::new(),
        limits: limit::read(reader, file),
    };
    for value in file.tables("target") {
        let Some(keys) = reader.table(&shape::TARGET, value) else {
            continue;
        };
        // All keys are read before any is missed: their problems are wanted together.
        let metric = keys.needed("a target", "metric");
        let whose = [
            keys.text("team").map(|at| whose_of(at, Whose::Team)),
            keys.text("rep").map(|at| whose_of(at, Whose::Rep)),
            keys.text("product").map(|at| whose_of(at, Whose::Product)),
        ];
        let period = period(reader, &keys, fiscal_month);
        let bound = bound(reader, &keys, "a target");
        let warn = keys.share("warn");
        let why = keys.words("why");
        if let Some(metric) = metric {
            written.targets.push(TargetWritten {
                metric,
                whose: whose.into_iter().flatten().collect(),
                period,
                bound,
                warn,
                why,
                lines: lines.lines_of(&keys.span),
            });
        }
    }
    written
}

fn whose_of(at: At<String>, of: fn(String) -> Whose) -> At<Whose> {
    At {
        value: of(at.value),
        span: at.span,
    }
}

fn period(reader: &Reader<'_>, keys: &Keys<'_>, fiscal_month: u32) -> Option<TargetPeriod> {
    if keys.get("period").is_none() {
        reader.absent(
            keys.span.clone(),
            "a target has no `period`",
            "add `period = \"quarter\"`, or a definite one such as \"2026-Q4\"",
        );
    }
    let text = keys.text("period")?;
    TargetPeriod::parse(&text.value, fiscal_month)
        .map_err(|problem| {
            let found = problem
                .split_once("; ")
                .map_or(problem.as_str(), |(found, _)| found);
            let label =
                "expected month, quarter or year for every one of them, or one such as 2026-Q4";
            reader.error(text.span, found, label);
        })
        .ok()
}

/// Reads `at_least` or `at_most`, of which there must be one.
pub(super) fn bound(reader: &Reader<'_>, keys: &Keys<'_>, what: &str) -> Option<At<Bound>> {
    let (least, most) = (keys.number("at_least"), keys.number("at_most"));
    match (keys.get("at_least"), keys.get("at_most")) {
        (None, None) => {
            reader.absent(
                keys.span.clone(),
                format!("{what} has neither `at_least` nor `at_most`"),
                "add `at_least = …` or `at_most = …`",
            );
        }
        (Some(_), Some(second)) => {
            reader.error(
                second.span(),
                format!("{what} has both `at_least` and `at_most`"),
                "expected one of them; write a second one for the other side",
            );
        }
        _ => {}
    }
    let limit = least
        .map(|at| (Bound::AtLeast(at.value), at.span))
        .or_else(|| most.map(|at| (Bound::AtMost(at.value), at.span)));
    let (value, span) = limit?;
    if !value.number().is_finite() {
        reader.error(span, "a limit that is not a number", "expected one like 12");
        return None;
    }
    Some(At { value, span })
}

/// Names of the file that targets and limits refer to.
pub(super) struct Known<'k> {
    /// Those of the file first, which take the place of standard ones.
    pub(super) metrics: Vec<&'k Metric>,
    pub(super) teams: &'k [At<Team>],
    pub(super) reps: &'k [Person],
    pub(super) products: &'k [At<Product>],
}

fn no_rep(name: &str) -> String {
    format!("`{name}` is no rep of this file")
}

/// Judges again, with the catalog at hand: whom only it has is no problem, who is in neither is an error.
pub fn reps_of_the_catalog(
    problems: &mut Vec<Problem>,
    targets: &[Target],
    is_known: impl Fn(&str) -> bool,
) {
    for target in targets {
        let about = match &target.whose {
            Whose::Rep(rep) => no_rep(rep),
            _ => continue,
        };
        if is_known(target.whose.name()) {
            problems.retain(|problem| problem.message != about);
        }
        for problem in problems.iter_mut().filter(|it| it.message == about) {
            problem.level = Level::Error;
            problem.message = format!("{about}, nor of the catalog");
        }
    }
}

impl Known<'_> {
    /// The metric of that name; one that nobody defined is reported.
    pub(super) fn metric(&self, reader: &Reader<'_>, metric: &At<String>) -> Option<&Metric> {
        let names = self.metrics.iter().map(|metric| metric.name.as_str());
        let found = self.metrics.iter().find(|known| known.name == metric.value);
        if found.is_none() {
            reader.unknown("metric", metric, names);
        }
        found.copied()
    }

    fn whose(&self, reader: &Reader<'_>, whose: &At<Whose>) {
        let names: Vec<&str> = match &whose.value {
            Whose::Company => return,
            Whose::Team(_) => self
                .teams
                .iter()
                .map(|team| team.value.name.as_str())
                .collect(),
            Whose::Rep(_) => self.reps.iter().map(|one| one.rep.name.as_str()).collect(),
            Whose::Product(_) => {
                let products = self.products.iter();
                products
                    .map(|product| product.value.name.as_str())
                    .collect()
            }
        };
        let name = whose.value.name();
        if !names.contains(&name) && matches!(whose.value, Whose::Rep(_)) {
            let near = nearest(name, names.iter().copied())
                .map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            reader.report(Problem::warning(
                whose.span.clone(),
                no_rep(name),
                format!("{near}a rep of `salesctl catalog list rep` is fine, too"),
            ));
        } else if !names.contains(&name) {
            let at = At {
                value: name.to_string(),
                span: whose.span.clone(),
            };
            reader.unknown(whose.value.kind(), &at, names.iter().copied());
        }
    }
}

/// Reports a limit that its metric can't have, or that asks for the worse.
fn fits(reader: &Reader<'_>, metric: &Metric, bound: &At<Bound>) {
    if let Some(message) = impossible_bound(metric, bound.value) {
        let label = "expected a number from 0 to 1; 40 % is 0.4";
        reader.error(bound.span.clone(), message, label);
    }
    if let Some((message, instead)) = backward_target(metric, bound.value) {
        let label = format!("did you mean `{instead}`?");
        reader.report(Problem::warning(bound.span.clone(), message, label));
    }
}

/// Holds the targets against the names of the file.
pub(super) fn check(
    reader: &Reader<'_>,
    written: &[TargetWritten],
    known: &Known<'_>,
) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for target in written {
        let metric = known.metric(reader, &target.metric);
        if let Some((message, label)) = metric.and_then(poor_target) {
            reader.report(Problem::warning(target.metric.span.clone(), message, label));
        }
        if let (Some(metric), Some(bound)) = (metric, &target.bound) {
            fits(reader, metric, bound);
        }
        for whose in &target.whose {
            known.whose(reader, whose);
        }
        if let [_, second, ..] = target.whose.as_slice() {
            reader.error(
                second.span.clone(),
                "a target of a team, a rep and a product at once",
                "expected one of `team`, `rep` and `product`; none of them is the company",
            );
        }
        let (Some(period), Some(bound)) = (&target.period, &target.bound) else {
            continue;
        };
        let built = Target {
            metric: target.metric.value.clone(),
            whose: target
                .whose
                .first()
                .map_or(Whose::Company, |whose| whose.value.clone()),
            period: period.clone(),
            bound: bound.value,
            warn: target.warn.unwrap_or(Target::WARN),
            why: target.why.clone(),
            given: Given::File(target.lines.clone()),
        };
        let same = |other: &Target| {
            (&other.metric, &other.whose, &other.period)
                == (&built.metric, &built.whose, &built.period)
                && other.bound.words() == built.bound.words()
        };
        if targets.iter().any(same) {
            reader.error(
                target.metric.span.clone(),
                format!("a second target for `{}` and the same period", built.metric),
                "already given above",
            );
        }
        targets.push(built);
    }
    for person in known.reps {
        let rep = &person.rep.name;
        let theirs = written.iter().filter(|target| {
            let whose = target.whose.iter().map(|whose| &whose.value);
            whose.clone().any(|whose| *whose == Whose::Rep(rep.clone()))
        });
        let theirs: Vec<&TargetWritten> = theirs.collect();
        if let (Some((message, label)), Some(last)) =
            (too_many_targets(rep, theirs.len()), theirs.last())
        {
            reader.report(Problem::warning(last.metric.span.clone(), message, label));
        }
    }
    targets
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
