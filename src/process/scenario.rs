//! Scenarios: what the process is expected to do with a deal of these facts, `[[test]]`.
//!
//! Read once the process is sound, so that a fact, a rule or a type that there is none of is a mistake at its place and
//! not a test that can't fail. They are run by [`crate::deal::scenario`].

use std::collections::BTreeSet;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::Keys;
use super::limit::LimitOf;
use super::names::unique;
use super::prospecting::Priority;
use super::reader::{At, Reader};
use super::same::listed;
use super::shape;
use super::syntax::Source;
use super::{Problem, Process, Stage, WON, prospect_columns};
use crate::condition::{Column, ColumnKind, Value};
use crate::text::nearest;

/// A deal with these facts, in this stage, on this day, and what is expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub name: String,
    pub stage: String,
    pub date: NaiveDate,
    /// Where it is to go; by default the way that the process has for it.
    pub to: Option<String>,
    /// By the names of conditions' columns.
    pub given: Vec<(String, Value)>,
    pub expect: Expect,
    /// Its first line, counted in the whole text.
    pub line: usize,
}

/// What is not told is not looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    pub advance: Option<bool>,
    /// Where it goes.
    pub to: Option<String>,
    /// Fields, roles and steps by name, criteria by what they say: all that is in the way.
    pub blocked_by: Option<Vec<String>>,
    /// The checks of deals that speak up: all of them.
    pub alert: Option<Vec<String>>,
    /// The customer type; `Some(None)` is none.
    pub kind: Option<Option<String>>,
    pub score: Option<i64>,
    pub priority: Option<Priority>,
}

impl Expect {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is about a name of a list, not about a deal.
    pub fn is_of_prospect(&self) -> bool {
        self.score.is_some() || self.priority.is_some()
    }

    /// Whether it is about a deal.
    pub fn is_of_deal(&self) -> bool {
        let of_prospect = Self {
            score: self.score,
            priority: self.priority,
            ..Self::default()
        };
        *self != of_prospect
    }
}

/// The word for a deal of no customer type.
const NO_TYPE: &str = "none";
/// On which day a scenario without one is: no working day is like another, but none of them is today.
const SOME_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 7) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// Facts that are not given, and what says them.
const DERIVED: [(&str, &str); 5] = [
    ("id", "a test has no id"),
    ("today", "`date` of the test says it"),
    ("stage", "`stage` of the test says it"),
    ("state", "the deal of a test is open"),
    (
        "type",
        "it follows from what `when` of the customer types reads: give that",
    ),
];

/// The scenarios of a file of them beside the process, with what is wrong with it.
pub fn scenarios(label: &str, text: &str, process: &Process) -> (Vec<Scenario>, Vec<Problem>) {
    let source = Source::read(text);
    let reader = Reader::new(&source.text, !source.broken.is_empty());
    let root = Spanned::new(0..0, DeValue::Table(source.table().into_inner()));
    let mut found = Vec::new();
    if let Some(file) = reader.keys("a file of tests", &root, &["test"]) {
        if file.get("test").is_none() {
            reader.absent(
                0..0,
                format!("`{label}` has no test"),
                "add `[[test]]` with a `name`, what is `given` and what to `expect`",
            );
        }
        found = read(&reader, &file, process);
    }
    let problems = source.settle(text, reader.into_problems());
    (found, problems)
}

/// Those of the process file itself.
pub(super) fn of_file(reader: &Reader<'_>, table: DeTable<'_>, process: &Process) -> Vec<Scenario> {
    let root = Spanned::new(0..0, DeValue::Table(table));
    reader
        .keys("a process file", &root, &["test"])
        .map_or_else(Vec::new, |file| read(reader, &file, process))
}

fn read(reader: &Reader<'_>, file: &Keys<'_>, process: &Process) -> Vec<Scenario> {
    let prospects = prospect_columns(&process.fields, true);
    let mut names = Vec::new();
    let mut found = Vec::new();
    for value in file.tables("test") {
        let Some(keys) = reader.table(&shape::TEST, value) else {
            continue;
        };
        let name = keys.needed("a test", "name");
        let scenario = Read {
            reader,
            keys: &keys,
            process,
            prospects: &prospects,
        }
        .scenario(name.as_ref());
        if let (Some(name), Some(scenario)) = (name, scenario) {
            names.push(name);
            found.push(scenario);
        }
    }
    unique(reader, "test", &names);
    found
}

/// One `[[test]]`.
struct Read<'a> {
    reader: &'a Reader<'a>,
    keys: &'a Keys<'a>,
    process: &'a Process,
    prospects: &'a [Column],
}

impl Read<'_> {
    fn scenario(&self, name: Option<&At<String>>) -> Option<Scenario> {
        let (reader, process) = (self.reader, self.process);
        let stage = match self.keys.text("stage") {
            Some(named) => {
                let stage = process.stage(&named.value);
                if stage.is_none() {
                    reader.unknown("stage", &named, stage_names(process));
                }
                stage?
            }
            None => process.stages.first()?,
        };
        let date = self.keys.get("date");
        let date = date.and_then(|date| reader.date_of("date", date));
        let to = self.target(self.keys);
        let what = name.map_or("a test", |name| name.value.as_str());
        let expect = match self.keys.get("expect") {
            Some(value) => self.expect(&reader.table(&shape::EXPECT, value)?, stage),
            None => Some(Expect::default()),
        }?;
        if expect.is_empty() {
            let written = self.keys.get("expect");
            let has_keys = written.and_then(|written| written.get_ref().as_table());
            // Each of its keys was refused already.
            if has_keys.is_some_and(|keys| !keys.is_empty()) {
                return None;
            }
            let at = written.map_or_else(|| self.keys.span.clone(), Spanned::span);
            reader.absent(
                at,
                format!("test `{what}` expects nothing"),
                "a test that expects nothing can't fail: add `expect = { advance = true }`",
            );
            return None;
        }
        let given = self.given(&expect, date.is_some());
        Some(Scenario {
            name: name?.value.clone(),
            stage: stage.name.clone(),
            date: date.unwrap_or(SOME_DAY),
            to: to?,
            given,
            expect,
            line: reader.text[..self.keys.span.start].matches('\n').count() + 1,
        })
    }

    /// A stage or `won`; the outer `None` for one that there is none of.
    #[expect(clippy::option_option, reason = "said above")]
    fn target(&self, keys: &Keys<'_>) -> Option<Option<String>> {
        let Some(to) = keys.text("to") else {
            return Some(None);
        };
        if to.value == WON || self.process.stage(&to.value).is_some() {
            // By the name it has now, as the stage where the deal stands.
            return Some(Some(self.process.stage_now(&to.value).to_string()));
        }
        let names = stage_names(self.process).chain([WON]);
        self.reader.unknown("stage", &to, names);
        None
    }

    fn expect(&self, keys: &Keys<'_>, stage: &Stage) -> Option<Expect> {
        let (reader, process) = (self.reader, self.process);
        let mut expect = Expect {
            advance: keys.get("advance").map(|_| keys.flag("advance", true)),
            to: self.target(keys)?,
            score: keys.integer("score", -1_000_000..=1_000_000),
            ..Expect::default()
        };
        if let Some(priority) = keys.one_of(
            "priority",
            "priority",
            &Priority::ALL.map(|one| (one.name(), one)),
        ) {
            if process.prospecting.high.is_none() {
                reader.error(
                    priority.span,
                    "the process has no priorities",
                    "add `high` and `medium` to `[prospecting]`",
                );
                return None;
            }
            expect.priority = Some(priority.value);
        }
        if let Some(kind) = keys.text("type") {
            let is_known = process
                .customer_types
                .iter()
                .any(|known| known.name == kind.value);
            if !is_known && kind.value != NO_TYPE {
                let names = process.customer_types.iter().map(|kind| kind.name.as_str());
                reader.unknown("customer type", &kind, names.chain([NO_TYPE]));
                return None;
            }
            expect.kind = Some(is_known.then_some(kind.value));
        }
        if let Some(names) = keys.texts("blocked_by") {
            let rules = rules(process, stage);
            if !self.are_known("rule", &names, &rules.iter().map(String::as_str)) {
                return None;
            }
            if names.is_empty() {
                let at = keys.get("blocked_by").map_or(0..0, Spanned::span);
                reader.error(
                    at,
                    "`blocked_by` is empty",
                    "what nothing blocks is `advance = true`",
                );
                return None;
            }
            if expect.advance == Some(true) {
                reader.error(
                    names[0].span.clone(),
                    "a deal that is blocked does not advance",
                    "expected one of `advance = true` and `blocked_by`",
                );
                return None;
            }
            expect.blocked_by = Some(names.into_iter().map(|name| name.value).collect());
        }
        if let Some(names) = keys.texts("alert") {
            let of_deals = process
                .limits
                .iter()
                .filter(|limit| matches!(limit.of, LimitOf::Deals(_)))
                .map(|limit| limit.name.as_str());
            if !self.are_known("check of deals", &names, &of_deals) {
                return None;
            }
            expect.alert = Some(names.into_iter().map(|name| name.value).collect());
        }
        Some(expect)
    }

    fn are_known<'n>(
        &self,
        noun: &str,
        names: &[At<String>],
        known: &(impl Iterator<Item = &'n str> + Clone),
    ) -> bool {
        let unknown = names
            .iter()
            .filter(|name| !known.clone().any(|known| known == name.value));
        unknown
            .inspect(|name| self.reader.unknown(noun, name, known.clone()))
            .count()
            == 0
    }

    /// The facts, each of a column that what is expected may read, and of its kind.
    fn given(&self, expect: &Expect, has_date: bool) -> Vec<(String, Value)> {
        let reader = self.reader;
        let mut columns: Vec<&Column> = Vec::new();
        if expect.is_of_deal() {
            columns.extend(self.process.engine.columns());
        }
        if expect.is_of_prospect() {
            columns.extend(self.prospects);
        }
        let mut given = Vec::new();
        for (name, value) in self.keys.named("given") {
            let said_by = |name: &str| DERIVED.iter().find(|(derived, _)| *derived == name);
            if let Some((derived, how)) = said_by(&name.value) {
                let message = format!("`{derived}` is not given");
                reader.error(name.span.clone(), message, *how);
                continue;
            }
            let Some(column) = columns.iter().find(|column| column.name == name.value) else {
                let known = columns.iter().map(|column| column.name.as_str());
                reader.unknown("fact", &name, known.filter(|name| said_by(name).is_none()));
                continue;
            };
            let Some(told) = self.value(column, &name, value) else {
                continue;
            };
            if column.kind == ColumnKind::Date && !has_date {
                reader.absent(
                    name.span.clone(),
                    format!("`{}` is a date, and the test is on no day", name.value),
                    "add `date = 2026-11-21`: the day on which the deal is looked at",
                );
            }
            given.push((name.value, told));
        }
        given
    }

    fn value(
        &self,
        column: &Column,
        name: &At<String>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Value> {
        let reader = self.reader;
        match column.kind {
            ColumnKind::Bool => {
                let is = value.get_ref().as_bool();
                if is.is_none() {
                    reader.wrong_type(&name.value, value, "true or false");
                }
                is.map(|is| Value::Integer(i64::from(is)))
            }
            ColumnKind::Integer => {
                let number = reader.number_of(&name.value, value)?.value;
                if number.fract() == 0.0 {
                    return Some(Value::Integer(number as i64));
                }
                reader.wrong_type(&name.value, value, "a whole number");
                None
            }
            ColumnKind::Number => {
                let number = reader.number_of(&name.value, value)?.value;
                Some(Value::Number(number))
            }
            ColumnKind::Date => {
                let date = reader.date_of(&name.value, value)?;
                Some(Value::Text(date.to_string()))
            }
            ColumnKind::Text => {
                let text = reader.text_of(&name.value, value)?;
                if !column.values.is_empty() && !column.values.contains(&text.value) {
                    let words = column.values.iter().map(String::as_str);
                    let label = match nearest(&text.value, words) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("expected one of {}", listed(&column.values)),
                    };
                    let message = format!("`{}` is not a choice of `{}`", text.value, name.value);
                    reader.error(text.span, message, label);
                    return None;
                }
                Some(Value::Text(text.value))
            }
        }
    }
}

fn stage_names(process: &Process) -> impl Iterator<Item = &str> + Clone {
    process.stages.iter().map(|stage| stage.name.as_str())
}

/// What may be in the way of a deal: of its stage, and of those behind it when it is won.
fn rules(process: &Process, stage: &Stage) -> BTreeSet<String> {
    let mut rules = BTreeSet::new();
    let begin = process.stage_index(&stage.name).unwrap_or(0);
    for stage in &process.stages[begin..] {
        rules.extend(
            stage
                .requires
                .iter()
                .map(|required| required.what.name().to_string()),
        );
        let steps = stage.steps.iter().filter(|step| step.required);
        rules.extend(steps.map(|step| step.name.clone()));
        rules.extend(stage.exit.iter().map(|criterion| criterion.say.clone()));
    }
    rules
}
