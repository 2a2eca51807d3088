//! What a gate looks at: required fields and roles, required steps, exit criteria; each met, not met
//! or missing, with its why and the flag that would supply it.

use std::cell::RefCell;

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::decide::Case;
use crate::condition::{Condition, Engine, Truth, Value};
use crate::process::{
    BuyingRole, Criterion, FieldKind, FieldOf, Only, REQUIRABLE, Requirement, Stage,
};

/// One thing a gate looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct GateLine {
    pub stage: String,
    pub verdict: Truth,
    /// The field, role or step, or the first fact a criterion reads.
    pub name: String,
    /// A criterion's condition or a step's title.
    pub rule: Option<String>,
    /// The facts it read, by name.
    pub found: Vec<(String, Value)>,
    pub say: Option<String>,
    pub why: Option<String>,
    /// What would supply it.
    pub supply: Option<Supply>,
    pub lines: Vec<std::ops::Range<usize>>,
}

/// The flag that would supply what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supply {
    /// `--set NAME=VALUE`, with a word such as `AMOUNT` to be replaced.
    Set(String, String),
    /// `--next "fri: …"`
    Next,
    /// `--done STEP`
    Done(String),
}

/// Rows of many cases in the engine, where a condition is judged on all of them when the first one asks. Nothing else
/// may be loaded meanwhile.
pub struct Judged<'p> {
    engine: &'p Engine,
    truths: RefCell<FxHashMap<String, Vec<Truth>>>,
}

impl<'p> Judged<'p> {
    pub fn load(engine: &'p Engine, rows: impl IntoIterator<Item = Vec<Value>>) -> Result<Self> {
        engine.load(rows)?;
        Ok(Self {
            engine,
            truths: RefCell::default(),
        })
    }

    fn judge(&self, condition: &Condition, at: usize) -> Result<Truth> {
        let of_row = |truths: &Vec<Truth>| truths.get(at).copied().unwrap_or(Truth::Missing);
        if let Some(truths) = self.truths.borrow().get(&condition.text) {
            return Ok(of_row(truths));
        }
        let truths = self.engine.judge(condition)?;
        let truth = of_row(&truths);
        let text = condition.text.clone();
        self.truths.borrow_mut().insert(text, truths);
        Ok(truth)
    }
}

/// Why it is asked for, and of whom.
fn with_asked(why: Option<String>, ask_when: Option<&Condition>) -> Option<String> {
    let Some(when) = ask_when else {
        return why;
    };
    let asked = format!("asked when {}", when.text);
    Some(why.map_or_else(|| asked.clone(), |why| format!("{why} ({asked})")))
}

impl Case<'_> {
    /// Every line of a stage's gate that is for deals of its type, met or not.
    pub fn gate(&self, stage: &Stage) -> Result<Vec<GateLine>> {
        let mut lines = Vec::new();
        let kind = self.customer_type()?;
        let asked = |only: &Only| only.includes(kind.as_deref());
        if !asked(&stage.only) {
            return Ok(lines);
        }
        for required in stage.requires.iter().filter(|one| asked(&one.only)) {
            if self.is_asked(required.ask_when.as_ref())? {
                let mut line = self.requirement(stage, &required.what);
                line.why = with_asked(line.why, required.ask_when.as_ref());
                lines.push(line);
            }
        }
        let steps = stage.steps.iter().filter(|step| asked(&step.only));
        for step in steps.filter(|step| step.required) {
            if !self.is_asked(step.ask_when.as_ref())? {
                continue;
            }
            let done = self.deal.steps.contains_key(&step.name);
            lines.push(GateLine {
                stage: stage.name.clone(),
                verdict: if done { Truth::Met } else { Truth::Missing },
                name: step.name.clone(),
                rule: Some(step.title.clone()),
                found: Vec::new(),
                say: None,
                why: with_asked(step.why.clone(), step.ask_when.as_ref()),
                supply: Some(Supply::Done(step.name.clone())),
                lines: stage.lines.clone(),
            });
        }
        for criterion in stage.exit.iter().filter(|one| asked(&one.only)) {
            let line = self.criterion(stage, criterion)?;
            // What a requirement says already is not said twice.
            let about = |known: &GateLine| {
                known.rule.is_none() && criterion.when.reads.first() == Some(&known.name)
            };
            if line.verdict == Truth::Missing
                && let Some(known) = lines
                    .iter_mut()
                    .find(|known| about(known) && known.verdict != Truth::Met)
            {
                known.say = Some(format!("and then: {}", criterion.when.text));
                continue;
            }
            lines.retain(|known| !(about(known) && known.verdict == Truth::Met));
            lines.push(line);
        }
        Ok(lines)
    }

    /// The first customer type whose condition holds, by falling priority.
    pub fn customer_type(&self) -> Result<Option<String>> {
        for kind in &self.process.customer_types {
            let fits = match &kind.when {
                None => true,
                Some(when) => self.judge(when)? == Truth::Met,
            };
            if fits {
                return Ok(Some(kind.name.clone()));
            }
        }
        Ok(None)
    }

    /// What may be so is asked for: only a deal of which the condition is known to be false is left alone.
    fn is_asked(&self, ask_when: Option<&Condition>) -> Result<bool> {
        Ok(match ask_when {
            Some(when) => self.judge(when)? != Truth::NotMet,
            None => true,
        })
    }

    pub(super) fn judge(&self, condition: &Condition) -> Result<Truth> {
        if let Some((all, at)) = self.among {
            return all.judge(condition, at);
        }
        self.process.engine.load([self.row.clone()])?;
        let truths = self.process.engine.judge(condition)?;
        Ok(truths.first().copied().unwrap_or(Truth::Missing))
    }

    fn requirement(&self, stage: &Stage, requirement: &Requirement) -> GateLine {
        let name = requirement.name();
        let (found, why) = match requirement {
            Requirement::Field(field) => (
                self.rows.get(&self.row, field).clone(),
                self.process.field(field).and_then(|f| f.why.clone()),
            ),
            Requirement::Role(role) => (
                match self.rows.get(&self.row, &format!("has_{name}")) {
                    Value::Integer(1) => Value::Integer(1),
                    _ => Value::Null,
                },
                self.process.role(*role).and_then(|rule| rule.why.clone()),
            ),
        };
        let blank = match &found {
            Value::Null => true,
            Value::Text(text) => text.trim().is_empty(),
            _ => false,
        };
        let mut found = vec![(name.to_string(), found)];
        let mut verdict = if blank { Truth::Missing } else { Truth::Met };
        // A next step that is overdue is no plan any more.
        if name == "next_step" && !blank {
            let due = self.rows.get(&self.row, "next_date").clone();
            if matches!(&due, Value::Text(due) if *due < self.day.to_string()) {
                verdict = Truth::NotMet;
                found.push(("next_date".to_string(), due));
            }
        }
        GateLine {
            stage: stage.name.clone(),
            verdict,
            name: name.to_string(),
            rule: None,
            found,
            say: None,
            why,
            supply: Some(self.supply(name)),
            lines: stage.lines.clone(),
        }
    }

    fn criterion(&self, stage: &Stage, criterion: &Criterion) -> Result<GateLine> {
        let name = criterion
            .when
            .reads
            .first()
            .cloned()
            .unwrap_or_else(|| criterion.say.clone());
        Ok(GateLine {
            stage: stage.name.clone(),
            verdict: self.judge(&criterion.when)?,
            supply: self.is_settable(&name).then(|| self.supply(&name)),
            name,
            rule: Some(criterion.when.text.clone()),
            found: criterion
                .when
                .reads
                .iter()
                .map(|read| (read.clone(), self.rows.get(&self.row, read).clone()))
                .collect(),
            say: Some(criterion.say.clone()),
            why: criterion.why.clone(),
            lines: criterion.lines.clone(),
        })
    }

    fn is_settable(&self, name: &str) -> bool {
        let role = name.strip_prefix("has_").unwrap_or(name);
        REQUIRABLE.iter().any(|(known, _)| *known == name)
            || self
                .process
                .field(name)
                .is_some_and(|field| field.of != FieldOf::BuiltIn)
            || BuyingRole::from_name(role).is_some()
            || name.starts_with("done_")
    }

    /// The flag that supplies a fact, with a word in the place of its value.
    fn supply(&self, name: &str) -> Supply {
        if name == "next_step" {
            return Supply::Next;
        }
        if let Some(step) = name.strip_prefix("done_") {
            return Supply::Done(step.to_string());
        }
        let name = name.strip_prefix("has_").unwrap_or(name);
        if BuyingRole::from_name(name).is_some() {
            return Supply::Set(name.to_string(), "NAME".to_string());
        }
        let field = self.process.field(name);
        let kind = field.map_or_else(
            || {
                REQUIRABLE
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map_or(FieldKind::Text, |(_, kind)| *kind)
            },
            |field| field.kind,
        );
        // A word to be replaced, which is itself no value of the kind: what nobody knows is not made up.
        let value = match kind {
            FieldKind::Money => "AMOUNT".to_string(),
            FieldKind::Number | FieldKind::Integer => "NUMBER".to_string(),
            FieldKind::Date => "DATE".to_string(),
            FieldKind::Bool => "yes|no".to_string(),
            FieldKind::Choice => field
                .map(|field| field.choices.join("|"))
                .unwrap_or_default(),
            FieldKind::Person => "NAME".to_string(),
            FieldKind::Text => "TEXT".to_string(),
        };
        Supply::Set(name.to_string(), value)
    }
}
