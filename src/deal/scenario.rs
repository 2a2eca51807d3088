//! Runs scenarios: a deal is made up of what is given, and goes through the same decisions as a real one.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use rustc_hash::FxHashMap;

use super::Deal;
use super::decide::{Case, Decision};
use super::event::{Event, Move, Recorded};
use super::fact::{Rows, Subject, TOUCHED};
use super::gate::Judged;
use crate::condition::{Condition, Engine, Truth, Value};
use crate::fault::Fault;
use crate::id::Id;
use crate::process::{LimitOf, Process, Scenario, prospect_columns};

/// One thing that was expected, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `advance`, `to`, `blocked_by`, `alert`, `type`, `score` or `priority`.
    pub what: &'static str,
    pub expected: String,
    pub found: String,
}

impl Outcome {
    pub fn holds(&self) -> bool {
        self.expected == self.found
    }
}

/// Everything that each scenario expects, with what was found: in their order.
///
/// Those of a stage are judged together, since they ask for the same conditions.
pub fn run(process: &Process, scenarios: &[&Scenario]) -> Result<Vec<Vec<Outcome>>> {
    let mut days: FxHashMap<NaiveDate, Rows<'_>> = FxHashMap::default();
    for scenario in scenarios {
        let day = scenario.date;
        days.entry(day).or_insert_with(|| Rows::new(process, day));
    }
    let mut outcomes = vec![Vec::new(); scenarios.len()];
    for stage in &process.stages {
        let mut stand = Vec::new();
        for (place, scenario) in scenarios.iter().enumerate() {
            if scenario.stage == stage.name && scenario.expect.is_of_deal() {
                stand.push(Stand::of(place, scenario, &days[&scenario.date])?);
            }
        }
        for (place, of_deal) in of_deals(process, stand)? {
            outcomes[place] = of_deal;
        }
    }
    let is_of_name = |place: &usize| scenarios[*place].expect.is_of_prospect();
    let places: Vec<usize> = (0..scenarios.len()).filter(is_of_name).collect();
    let names: Vec<&Scenario> = places.iter().map(|place| scenarios[*place]).collect();
    for (place, points) in places.into_iter().zip(points(process, &names)?) {
        of_name(process, scenarios[place], points, &mut outcomes[place]);
    }
    Ok(outcomes)
}

/// A scenario as the deal that it speaks of.
struct Stand<'a> {
    place: usize,
    scenario: &'a Scenario,
    deal: Deal,
    rows: &'a Rows<'a>,
    row: Vec<Value>,
}

impl<'a> Stand<'a> {
    fn of(place: usize, scenario: &'a Scenario, rows: &'a Rows<'a>) -> Result<Self> {
        let deal = deal(scenario)?;
        let row = row(rows, &deal, scenario);
        Ok(Self {
            place,
            scenario,
            deal,
            rows,
            row,
        })
    }

    fn case<'c>(&'c self, process: &'c Process, judged: &'c Judged<'c>, at: usize) -> Case<'c> {
        Case {
            process,
            deal: &self.deal,
            rows: self.rows,
            row: self.row.clone(),
            among: Some((judged, at)),
            day: self.scenario.date,
        }
    }
}

/// What deals in one stage come to.
fn of_deals(process: &Process, mut all: Vec<Stand<'_>>) -> Result<Vec<(usize, Vec<Outcome>)>> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let load = |all: &[Stand<'_>]| {
        let rows = all.iter().map(|stand| stand.row.clone());
        Judged::load(&process.engine, rows)
    };
    let mut judged = load(&all)?;
    // Conditions may read the type, which follows from the other facts.
    let mut kinds = Vec::with_capacity(all.len());
    for (at, stand) in all.iter().enumerate() {
        kinds.push(stand.case(process, &judged, at).customer_type()?);
    }
    if kinds.iter().any(Option::is_some) {
        for (stand, kind) in all.iter_mut().zip(kinds) {
            let kind = kind.map_or(Value::Null, Value::Text);
            stand.rows.put(&mut stand.row, "type", kind);
        }
        judged = load(&all)?;
    }
    let mut found = Vec::with_capacity(all.len());
    for (at, stand) in all.iter().enumerate() {
        let case = stand.case(process, &judged, at);
        found.push((stand.place, of_deal(&case, stand.scenario)?));
    }
    Ok(found)
}

fn of_deal(case: &Case<'_>, scenario: &Scenario) -> Result<Vec<Outcome>> {
    let expect = &scenario.expect;
    let mut outcomes = Vec::new();
    decided(case, scenario, &mut outcomes)?;
    if let Some(alert) = &expect.alert {
        let found = alerts(case)?;
        outcomes.push(outcome("alert", in_order(alert), in_order(&found)));
    }
    if let Some(kind) = &expect.kind {
        let named = |kind: Option<String>| kind.unwrap_or_else(|| "none".to_string());
        let found = named(case.customer_type()?);
        outcomes.push(outcome("type", named(kind.clone()), found));
    }
    Ok(outcomes)
}

fn of_name(process: &Process, scenario: &Scenario, points: i64, outcomes: &mut Vec<Outcome>) {
    let expect = &scenario.expect;
    if let Some(score) = expect.score {
        outcomes.push(outcome("score", score.to_string(), points.to_string()));
    }
    if let Some(priority) = expect.priority {
        let found = process.prospecting.priority(points);
        outcomes.push(outcome(
            "priority",
            priority.name().to_string(),
            found.map_or_else(|| "none".to_string(), |found| found.name().to_string()),
        ));
    }
}

/// The points of names with these facts.
fn points(process: &Process, scenarios: &[&Scenario]) -> Result<Vec<i64>> {
    let mut points = vec![0; scenarios.len()];
    if scenarios.is_empty() {
        return Ok(points);
    }
    let engine = Engine::new(prospect_columns(&process.fields, true))?;
    let rows = scenarios.iter().map(|scenario| {
        let given = |name: &str| {
            let told = scenario.given.iter().find(|(known, _)| known == name);
            told.map_or(Value::Null, |(_, value)| value.clone())
        };
        let columns = engine.columns().iter();
        columns.map(|column| given(&column.name)).collect()
    });
    engine.load(rows)?;
    for rule in &process.scores {
        for (points, truth) in points.iter_mut().zip(engine.judge(&rule.when)?) {
            if truth == Truth::Met {
                *points += rule.points;
            }
        }
    }
    Ok(points)
}

fn outcome(what: &'static str, expected: String, found: String) -> Outcome {
    Outcome {
        what,
        expected,
        found,
    }
}

fn in_order(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_string();
    }
    let mut names = names.to_vec();
    names.sort();
    names.join(", ")
}

/// What the process decides when the deal is to go on.
fn decided(case: &Case<'_>, scenario: &Scenario, outcomes: &mut Vec<Outcome>) -> Result<()> {
    let expect = &scenario.expect;
    if expect.advance.is_none() && expect.to.is_none() && expect.blocked_by.is_none() {
        return Ok(());
    }
    let mut ids = 0;
    let mut new_id = || {
        ids += 1;
        Ok(Id(ids))
    };
    let decision = match case.advance(scenario.to.as_deref(), None, &mut new_id) {
        Ok(decision) => decision,
        // No way leads there: the process does not let it.
        Err(error) if error.downcast_ref::<Fault>().is_some() => {
            let why = error.to_string();
            for what in [
                expect.advance.map(|is| ("advance", yes(is))),
                expect.to.clone().map(|to| ("to", to)),
                expect
                    .blocked_by
                    .as_ref()
                    .map(|by| ("blocked_by", in_order(by))),
            ] {
                let Some((what, expected)) = what else {
                    continue;
                };
                let found = if what == "advance" && expected == yes(false) {
                    expected.clone()
                } else {
                    why.clone()
                };
                outcomes.push(outcome(what, expected, found));
            }
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let (went, open) = match decision {
        Decision::Go { to, .. } => (Some(to), Vec::new()),
        Decision::Stay(refusal) => (None, refusal.open().cloned().collect()),
    };
    let words = |expected: &[String]| {
        let mut found: Vec<String> = Vec::new();
        for line in &open {
            // As the test calls it, if it does.
            let says = |word: &&String| {
                *word == &line.name
                    || line.say.as_ref() == Some(*word)
                    || line.rule.as_ref() == Some(*word)
            };
            let word = expected.iter().find(says).cloned();
            let own = || line.say.clone().unwrap_or_else(|| line.name.clone());
            found.push(word.unwrap_or_else(own));
        }
        found.dedup();
        found
    };
    if let Some(advance) = expect.advance {
        let mut found = yes(went.is_some());
        if advance && went.is_none() {
            let _ = write!(found, ", blocked by {}", in_order(&words(&[])));
        }
        outcomes.push(outcome("advance", yes(advance), found));
    }
    if let Some(to) = &expect.to {
        let found = went.clone();
        let found = found.unwrap_or_else(|| format!("blocked by {}", in_order(&words(&[]))));
        outcomes.push(outcome("to", to.clone(), found));
    }
    if let Some(by) = &expect.blocked_by {
        outcomes.push(outcome("blocked_by", in_order(by), in_order(&words(by))));
    }
    Ok(())
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_string()
}

/// The checks that speak up for it.
fn alerts(case: &Case<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for limit in &case.process.limits {
        let LimitOf::Deals(text) = &limit.of else {
            continue;
        };
        let condition = Condition {
            text: text.clone(),
            reads: Vec::new(),
        };
        if case.judge(&condition)? == Truth::Met {
            found.push(limit.name.clone());
        }
    }
    Ok(found)
}

/// Days that a fact is told by how long it is ago.
fn day_before(scenario: &Scenario, name: &str) -> Option<NaiveDate> {
    let told = scenario.given.iter().find(|(known, _)| known == name)?;
    match told.1 {
        Value::Integer(days) => scenario.date.checked_sub_signed(TimeDelta::try_days(days)?),
        _ => None,
    }
}

fn date_of(scenario: &Scenario, name: &str) -> Option<NaiveDate> {
    let told = scenario.given.iter().find(|(known, _)| known == name)?;
    match &told.1 {
        Value::Text(date) => date.parse().ok(),
        _ => None,
    }
}

/// A deal that was opened and put into its stage.
fn deal(scenario: &Scenario) -> Result<Deal> {
    let entered =
        date_of(scenario, "stage_entered").or_else(|| day_before(scenario, "days_in_stage"));
    let entered = entered.unwrap_or(scenario.date);
    let opened = date_of(scenario, "opened").or_else(|| day_before(scenario, "age_days"));
    let opened = opened.unwrap_or(entered).min(entered);
    let at = |seq: i64, day: NaiveDate, event: Event| Recorded {
        stream: Id(1),
        seq,
        operation: Id(seq),
        recorded: day.and_time(NaiveTime::MIN).and_utc(),
        effective: day.and_time(NaiveTime::MIN).and_utc(),
        day,
        actor: String::new(),
        version: 0,
        event,
    };
    let events = [
        at(
            1,
            opened,
            Event::DealOpened {
                account: None,
                opened: Some(opened),
                external: None,
            },
        ),
        at(
            2,
            entered,
            Event::StageEntered {
                stage: scenario.stage.clone(),
                how: Move::Start,
                entered: Some(entered),
                customer_type: None,
                overridden: None,
            },
        ),
    ];
    let deal = Deal::from_events(&events);
    let mut deal = deal.ok_or_else(|| anyhow!("a scenario opened no deal"))?;
    for (name, value) in &scenario.given {
        if let (Some(step), Value::Integer(1)) = (name.strip_prefix("done_"), value) {
            deal.steps.insert(step.to_string(), entered);
        }
    }
    Ok(deal)
}

/// Its facts: those that follow from others are worked out unless they are given.
fn row(rows: &Rows<'_>, deal: &Deal, scenario: &Scenario) -> Vec<Value> {
    let text = |name: &str| match scenario.given.iter().find(|(known, _)| known == name) {
        Some((_, Value::Text(text))) => Some(text.as_str()),
        _ => None,
    };
    let subject = Subject {
        id: deal.id,
        account: text("account"),
        team: text("team"),
        account_facts: &[],
    };
    let touched = day_before(scenario, "idle_days").unwrap_or(deal.touched);
    let own = deal
        .facts
        .iter()
        .map(|fact| (fact.name.as_str(), fact.value.clone()))
        .chain([(TOUCHED, Value::Text(touched.to_string()))]);
    let given = scenario.given.iter();
    let given = given.map(|(name, value)| (name.as_str(), value.clone()));
    let mut row = rows.row(&subject, own.chain(given.clone()));
    for (name, value) in given {
        rows.put(&mut row, name, value);
    }
    row
}

#[cfg(test)]
#[path = "scenario_tests.rs"]
mod tests;
