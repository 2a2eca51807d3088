//! What reps were asked for at the gates their deals went through, and what of it was there: what `process burden`
//! counts. Each gate is looked at by the version of the process that was in force then, with the facts of that day.

use anyhow::Result;
use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::book::Day;
use super::decide::to_the_end;
use super::fact::{Rows, Subject};
use super::results::Results;
use crate::condition::{Condition, Truth, Value};
use crate::id::Id;
use crate::process::{Process, Requirement, Stage};

/// Rows of facts judged at a time, which bounds the memory.
const CHUNK: usize = 10_000;

/// A deal went through a gate: forward, or to be won through all that were left. Imported moves are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub deal: Id,
    pub day: Day,
    /// Version of the process that asked.
    pub version: u32,
    /// The stage it left.
    pub from: String,
    pub won: bool,
    /// As of this gate; of a win it is worked out.
    pub customer_type: Option<String>,
    /// What was missing and passed over.
    pub open: Vec<String>,
}

/// A value of a deal that somebody typed, by the name of the fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub deal: Id,
    pub name: String,
}

/// What the log tells of work at deals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// In the order of their deals.
    pub passed: Vec<Passed>,
    /// In the order of their deals.
    pub typed: Vec<Typed>,
}

/// Dated facts of one deal or account, in the order of their days: place of the name, day, value.
pub type Told = Vec<(u16, Day, Value)>;

/// What was known of deals and their accounts, by day.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub names: Vec<String>,
    pub of: FxHashMap<Id, Told>,
    /// The account of each deal, as it is now.
    pub accounts: FxHashMap<Id, Id>,
    /// The team of each rep, as it is now.
    pub teams: FxHashMap<String, String>,
    pub results: Results,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asks {
    Field,
    Role,
    Step,
}

impl Asks {
    pub fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Role => "role",
            Self::Step => "step",
        }
    }
}

/// Something that was asked for at a gate, or would have been but for `only` or `ask_when`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Index into [`Work::passed`].
    pub at: u32,
    /// Index into the items.
    pub item: u16,
    /// Otherwise it was left alone.
    pub held: bool,
    pub filled: bool,
    pub overridden: bool,
}

pub type Item = (Asks, String);

/// One thing that a stage requires.
struct Wanted<'p> {
    asks: Asks,
    name: &'p str,
    /// As overrides call it.
    called: &'p str,
    /// The fact that is there when it is.
    fact: String,
    only: &'p crate::process::Only,
    ask_when: Option<&'p Condition>,
}

fn wanted(stage: &Stage) -> Vec<Wanted<'_>> {
    let required = stage.requires.iter().map(|one| Wanted {
        asks: match one.what {
            Requirement::Field(_) => Asks::Field,
            Requirement::Role(_) => Asks::Role,
        },
        name: one.what.name(),
        called: one.what.name(),
        fact: match one.what {
            Requirement::Field(_) => one.what.name().to_string(),
            Requirement::Role(role) => format!("has_{}", role.name()),
        },
        only: &one.only,
        ask_when: one.ask_when.as_ref(),
    });
    let steps = stage.steps.iter().filter(|step| step.required);
    let steps = steps.map(|step| Wanted {
        asks: Asks::Step,
        name: &step.name,
        called: &step.title,
        fact: format!("done_{}", step.name),
        only: &step.only,
        ask_when: step.ask_when.as_ref(),
    });
    required.chain(steps).collect()
}

/// Everything that a process requires, each once, in the order of the stages.
pub fn items(process: &Process) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for one in process.stages.iter().flat_map(wanted) {
        let item = (one.asks, one.name.to_string());
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items
}

/// The columns that are looked at to say what was asked and what was there.
pub fn columns_read(process: &Process) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let kinds = process.customer_types.iter();
    for when in kinds.filter_map(|kind| kind.when.as_ref()) {
        names.extend(when.reads.iter().cloned());
    }
    for one in process.stages.iter().flat_map(wanted) {
        names.extend(one.ask_when.iter().flat_map(|when| when.reads.clone()));
        names.push(one.fact);
    }
    names.sort();
    names.dedup();
    names
}

/// What was asked of `items` at the gates in `places` of `passed`, all of one version, which is `process`.
pub fn asked(
    process: &Process,
    passed: &[Passed],
    places: &[u32],
    known: &Known,
    items: &[Item],
) -> Result<Vec<Asked>> {
    let mut all = Vec::new();
    let mut conditions: Vec<&Condition> = Vec::new();
    for one in process.stages.iter().flat_map(wanted) {
        conditions.extend(one.ask_when.filter(|when| !conditions.contains(when)));
    }
    // Rows of a day are made by what holds for that day.
    let mut places = places.to_vec();
    places.sort_by_key(|at| passed[*at as usize].day);
    let mut rows: Option<(NaiveDate, Rows<'_>)> = None;
    for chunk in places.chunks(CHUNK) {
        let mut facts = Vec::with_capacity(chunk.len());
        for at in chunk {
            let one = &passed[*at as usize];
            let day = one.day.date();
            if rows.as_ref().is_none_or(|(of, _)| *of != day) {
                let made = Rows::new(process, day).without_id();
                rows = Some((day, made.with_results(&known.results)));
            }
            if let Some((_, rows)) = &rows {
                facts.push(known.row(rows, one));
            }
        }
        process.engine.load(facts.iter().cloned())?;
        let mut truths = Vec::with_capacity(conditions.len());
        for condition in &conditions {
            truths.push(process.engine.judge(condition)?);
        }
        let kinds = customer_types(process, chunk.len())?;
        let names = Rows::new(process, NaiveDate::default());
        for (nth, at) in chunk.iter().enumerate() {
            let one = &passed[*at as usize];
            let kind = if one.won {
                kinds[nth].as_deref()
            } else {
                one.customer_type.as_deref()
            };
            let Some(stage) = process.stage(&one.from) else {
                continue;
            };
            let gates = if one.won {
                to_the_end(process, stage, kind)
            } else {
                vec![stage]
            };
            let first = all.len();
            for (stage, want) in gates.iter().flat_map(|gate| {
                let of_gate = wanted(gate).into_iter();
                of_gate.map(move |want| (*gate, want))
            }) {
                let is_wanted = |(asks, name): &Item| *asks == want.asks && name == want.name;
                let Some(item) = items.iter().position(is_wanted) else {
                    continue;
                };
                let asks = want.ask_when.is_none_or(|when| {
                    let place = conditions.iter().position(|known| *known == when);
                    place.is_none_or(|place| truths[place][nth] != Truth::NotMet)
                });
                let held = asks && stage.only.includes(kind) && want.only.includes(kind);
                let asked = Asked {
                    at: *at,
                    item: item as u16,
                    held,
                    filled: is_there(names.get(&facts[nth], &want.fact), want.asks),
                    overridden: held && one.open.iter().any(|open| open == want.called),
                };
                // Gates that a win goes through at once ask for a thing once.
                let same = all[first..]
                    .iter_mut()
                    .find(|known: &&mut Asked| known.item == asked.item);
                match same {
                    Some(same) => {
                        same.held |= asked.held;
                        same.overridden |= asked.overridden;
                    }
                    None => all.push(asked),
                }
            }
        }
    }
    Ok(all)
}

/// As gates have it: a text of blanks is none, a step or role is there or not.
fn is_there(value: &Value, asks: Asks) -> bool {
    match (asks, value) {
        (_, Value::Null) => false,
        (Asks::Field, Value::Text(text)) => !text.trim().is_empty(),
        (Asks::Field, _) => true,
        (_, value) => *value == Value::Integer(1),
    }
}

/// The customer type of each row that is loaded.
fn customer_types(process: &Process, rows: usize) -> Result<Vec<Option<String>>> {
    let mut types = vec![None; rows];
    for kind in &process.customer_types {
        let truths = match &kind.when {
            None => vec![Truth::Met; rows],
            Some(when) => process.engine.judge(when)?,
        };
        for (found, truth) in types.iter_mut().zip(truths) {
            if found.is_none() && truth == Truth::Met {
                *found = Some(kind.name.clone());
            }
        }
    }
    Ok(types)
}

impl Known {
    /// The facts of a deal at the end of the day on which it went through a gate.
    fn row(&self, rows: &Rows<'_>, passed: &Passed) -> Vec<Value> {
        let until = |of: Id| {
            let told = self.of.get(&of).into_iter().flatten();
            told.filter(|(_, day, _)| *day <= passed.day)
                .map(|(name, _, value)| (self.names[*name as usize].as_str(), value.clone()))
        };
        let mut told = until(passed.deal);
        let owner = told.rfind(|(name, _)| *name == "owner");
        let team = match &owner {
            Some((_, Value::Text(owner))) => self.teams.get(owner).map(String::as_str),
            _ => None,
        };
        let account = self.accounts.get(&passed.deal);
        let of_account: Vec<(String, Value)> = account
            .into_iter()
            .flat_map(|account| until(*account))
            .map(|(name, value)| (name.to_string(), value))
            .collect();
        let subject = Subject {
            id: passed.deal,
            account: None,
            team,
            account_facts: &of_account,
        };
        // A win tells how it ended; before it the deal was where it was.
        let before = [("stage", Value::Text(passed.from.clone()))];
        let ended =
            |name: &str| ["closed", "state", "reason", "stage", "stage_entered"].contains(&name);
        let own = until(passed.deal).filter(|(name, _)| !ended(name));
        rows.row(&subject, own.chain(before))
    }
}

#[cfg(test)]
#[path = "asked_tests.rs"]
mod tests;
