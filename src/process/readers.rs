//! Who reads a fact: what in the process looks at it, beside the gate that requires it. What nobody reads is a burden.
//!
//! Being required is not reading, nor is being printed by matrix, map and guide, which print all that is asked for; nor
//! are reports that look at whatever field there is when somebody asks for it. What they look at unasked is reading.

use serde::Serialize;

use super::letter::Letter;
use super::metric::Number;
use super::{LimitOf, Measure, Metric, Process, RESULTS};
use crate::condition::Condition;

/// Something that looks at a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reader {
    /// `gate`, `ask`, `type`, `score`, `metric`, `target`, `check`, `tool`, `follow-up`, `report`, `forecast`.
    pub what: &'static str,
    /// Which one; of a report, which it is.
    pub name: String,
}

/// Facts that reports and forecasts look at, whatever the process says of them.
const ALWAYS: &[(&str, &str, &str)] = &[
    ("owner", "report", "what is told by rep and team"),
    ("product", "report", "what is told by product"),
    ("source", "report", "sources and their returns"),
    ("value", "report", "pipeline, win rates by value"),
    ("value", "forecast", "what deals are worth"),
    ("expected_close", "forecast", "when deals are expected"),
    ("next_step", "report", "today's work, deals without one"),
    ("has_decider", "report", "meeting: large deals without one"),
];

/// Everything that reads the fact that a condition calls `column`; of a step, `done_STEP`; of a role, `has_ROLE`.
pub fn readers(process: &Process, column: &str) -> Vec<Reader> {
    let mut found = Vec::new();
    let mut add = |what: &'static str, name: &str| {
        let reader = Reader {
            what,
            name: name.to_string(),
        };
        if !found.contains(&reader) {
            found.push(reader);
        }
    };
    let reads = |when: &Condition| reads(process, when, column);
    for stage in &process.stages {
        for criterion in stage.exit.iter().filter(|one| reads(&one.when)) {
            add("gate", &format!("{}: {}", stage.name, criterion.say));
        }
        let required = stage.requires.iter();
        let required = required.map(|one| (one.what.name(), &one.ask_when));
        let steps = stage.steps.iter();
        let steps = steps.map(|step| (step.name.as_str(), &step.ask_when));
        for (name, when) in required.chain(steps) {
            if when.as_ref().is_some_and(&reads) {
                add("ask", &format!("{}: {name}", stage.name));
            }
        }
        let role = column.strip_prefix("has_");
        for tool in &stage.tools {
            let mut names = tool.text.iter().flat_map(Letter::names);
            if names.any(|name| name == column || role.is_some_and(|role| is_of(name, role))) {
                add("tool", &tool.name);
            }
        }
        for rule in &stage.follow_ups {
            let step = rule.step.as_deref();
            if step.is_some() && step == column.strip_prefix("done_") {
                add("follow-up", &rule.say);
            }
        }
    }
    for kind in &process.customer_types {
        if kind.when.as_ref().is_some_and(&reads) {
            add("type", &kind.name);
        }
    }
    for rule in process.scores.iter().filter(|rule| reads(&rule.when)) {
        add("score", rule.say.as_deref().unwrap_or(&rule.when.text));
    }
    let metrics = process.own_metrics.iter();
    let metrics: Vec<&Metric> = metrics
        .filter(|metric| of_metric(process, metric, column))
        .collect();
    for metric in &metrics {
        add("metric", &metric.name);
    }
    for target in &process.targets {
        if metrics.iter().any(|metric| metric.name == target.metric) {
            add("target", &target.metric);
        }
    }
    for limit in &process.limits {
        let mentions = |text: &str| mentions(process, text, column);
        let is_read = match &limit.of {
            LimitOf::Deals(when) => mentions(when),
            LimitOf::Metric { name, only, .. } => {
                only.as_deref().is_some_and(mentions)
                    || metrics.iter().any(|metric| metric.name == *name)
            }
        };
        if is_read {
            add("check", &limit.name);
        }
    }
    for (_, what, name) in ALWAYS.iter().filter(|(name, ..)| *name == column) {
        add(what, name);
    }
    let mut fields = process.fields.iter();
    if fields.any(|field| field.name == column && field.has_few_values()) {
        add("forecast", "evidence: whether it tells won from lost");
    }
    found
}

/// `{{decider}}`, `{{decider.email}}`.
fn is_of(name: &str, role: &str) -> bool {
    name.split('.').next() == Some(role)
}

fn reads(process: &Process, when: &Condition, column: &str) -> bool {
    when.reads.iter().any(|read| {
        let is_result = RESULTS.contains(&read.as_str());
        read == column || (is_result && column == "owner") || made_of(process, read, column)
    })
}

/// Facts that are worked out from others.
fn made_of(process: &Process, read: &str, column: &str) -> bool {
    match read {
        "team" => column == "owner",
        "next_date" => column == "next_step",
        "type" => {
            let mut kinds = process.customer_types.iter();
            kinds.any(|kind| {
                let reads = kind.when.iter().flat_map(|when| &when.reads);
                reads.into_iter().any(|read| read == column)
            })
        }
        _ => false,
    }
}

/// The same of a condition that is kept as text, checked before.
fn mentions(process: &Process, text: &str, column: &str) -> bool {
    process
        .engine
        .check(text)
        .is_ok_and(|when| reads(process, &when, column))
}

fn of_metric(process: &Process, metric: &Metric, column: &str) -> bool {
    metric.by.iter().any(|by| by == column)
        || metric.aggregates.iter().any(|aggregate| {
            let filter = aggregate.filter.as_ref();
            let worth = |number: Number| {
                column == "value" && matches!(number, Number::Value | Number::Margin)
            };
            filter.is_some_and(|when| reads(process, when, column))
                || match aggregate.measure {
                    Measure::Known(number) | Measure::Sum(number) | Measure::Median(number) => {
                        worth(number)
                    }
                    Measure::Count | Measure::TargetOf(_) => false,
                }
        })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::process::check;

    const PROCESS: &str = r#"[process]
name = "North"
currency = "EUR"

[fields.budget]
type = "number"
why = "no money, no deal"

[fields.legal]
type = "bool"
why = "they have lawyers"

[fields.plan]
type = "text"
why = "nobody knows any more"

[fields.sites]
of = "account"
type = "integer"
why = "how large they are"

[roles.decider]
why = "signs"

[roles.user]
why = "works with it"

[fields.value]
why = "what it is worth"

[[customer_type]]
name = "large"
when = "sites >= 10"

[[stage]]
name = "qualify"
objective = "Worth it?"
requires = ["budget", "plan", "decider", "user", "value", { name = "legal", ask_when = "team_win_rate < 0.3" }]
steps = ["call", "visit"]
exit = [{ when = "budget > 0", say = "there is money" }]
tools = [{ name = "Agenda", text = "To {{decider.email}}" }]
follow_up = [{ after = "1d", step = "call", say = "thank them" }]

[[end]]
name = "lost"
reasons = ["price"]

[prospecting]
high = 30
medium = 10

[[score]]
when = "sites >= 50"
points = 20
say = "many sites"

[[metric]]
name = "with-budget"
title = "With a budget"
kind = "proxy"
stands_for = "win-rate"
unit = "count"
direction = "up"
formula = "n"
sample = "n"
at_least = 0
aggregates = { n = { of = "won", count = true, where = "budget > 100 AND type = 'large'" } }

[[check]]
name = "unlawful"
when = "legal = 0"
at_most = 3
"#;

    #[rstest]
    #[case("budget", &["gate qualify: there is money", "metric with-budget"])]
    #[case("plan", &[])]
    #[case("legal", &["check unlawful", "forecast evidence: whether it tells won from lost"])]
    #[case("sites", &["type large", "score many sites", "metric with-budget"])]
    #[case("has_decider", &["tool Agenda", "report meeting: large deals without one"])]
    #[case("has_user", &[])]
    #[case("done_call", &["follow-up thank them"])]
    #[case("done_visit", &[])]
    #[case("value", &["check no_value", "report pipeline, win rates by value", "forecast what deals are worth"])]
    #[case("owner", &["ask qualify: legal", "check no_owner", "report what is told by rep and team"])]
    fn who_looks_at_it(#[case] column: &str, #[case] expected: &[&str]) {
        let checked = check("process.toml", PROCESS);
        let problems = checked.problems;
        let process = checked.process.unwrap_or_else(|| panic!("{problems:?}"));
        let found = readers(&process, column).into_iter();
        let found: Vec<String> = found
            .map(|one| format!("{} {}", one.what, one.name))
            .collect();
        assert_eq!(found, expected);
    }
}
