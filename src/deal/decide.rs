//! May this deal do that? Pure decisions: the process, the deal and the request in; events, or
//! everything that stands in the way, out.

use anyhow::Result;
use chrono::NaiveDate;

use super::Deal;
use super::book::State;
use super::event::{Event, Move, Override, Private};
use super::fact::Rows;
use crate::condition::{Truth, Value};
use crate::fault::Fault;
use crate::id::Id;
use crate::process::{Criterion, FieldKind, LOST, Process, Requirement, Stage, WON};

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
    pub lines: std::ops::Range<usize>,
}

/// The flag that would supply what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supply {
    /// `--set NAME=VALUE`, with a value that would be accepted.
    Set(String, String),
    /// `--next "fri: …"`
    Next,
    /// `--done STEP`
    Done(String),
}

/// Why a deal stays where it is: every line of the gate, the open ones among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub from: String,
    pub to: String,
    pub lines: Vec<GateLine>,
}

impl Refusal {
    pub fn open(&self) -> impl Iterator<Item = &GateLine> {
        self.lines.iter().filter(|line| line.verdict != Truth::Met)
    }
}

/// What a decision comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    Go { to: String, events: Vec<Event> },
    Stay(Refusal),
}

/// A deal with the row of facts that conditions read, in one evaluation.
pub struct Case<'a> {
    pub process: &'a Process,
    pub deal: &'a Deal,
    pub rows: &'a Rows<'a>,
    pub row: Vec<Value>,
    /// The date the decision takes effect.
    pub day: NaiveDate,
}

impl Case<'_> {
    /// Moves the deal forward, to `to` or to the stage that comes next by default.
    pub fn advance(
        &self,
        to: Option<&str>,
        override_reason: Option<&str>,
        new_id: &mut dyn FnMut() -> Result<Id>,
    ) -> Result<Decision> {
        let stage = self.current_stage()?;
        let to = match to {
            Some(to) => self.forward_target(stage, to)?,
            None => stage.next.first().cloned().ok_or_else(|| {
                Fault::no(format!("stage `{}` has no next stage", stage.name))
                    .hint("`next` in the process file lists where a deal may go from here")
            })?,
        };
        if to == WON {
            return self.win(override_reason);
        }
        let lines = self.gate(stage)?;
        let overridden = match pass(stage, &to, lines, override_reason) {
            Ok(overridden) => overridden,
            Err(refusal) => return Ok(Decision::Stay(refusal)),
        };
        let events = self.enter(&to, Move::Advance, overridden, new_id)?;
        Ok(Decision::Go { to, events })
    }

    /// Wins the deal: all remaining gates on the default way to the end must be passed.
    pub fn win(&self, override_reason: Option<&str>) -> Result<Decision> {
        let stage = self.current_stage()?;
        let mut lines = Vec::new();
        let mut at = Some(stage);
        let mut seen = Vec::new();
        while let Some(gate) = at {
            if seen.contains(&&gate.name) {
                break;
            }
            seen.push(&gate.name);
            for line in self.gate(gate)? {
                let twice = lines
                    .iter()
                    .any(|known: &GateLine| known.name == line.name && known.rule == line.rule);
                if !twice {
                    lines.push(line);
                }
            }
            at = gate.next.first().and_then(|next| self.process.stage(next));
        }
        let overridden = match pass(stage, WON, lines, override_reason) {
            Ok(overridden) => overridden,
            Err(refusal) => return Ok(Decision::Stay(refusal)),
        };
        let mut events = self.resume_first();
        events.push(Event::Won {
            imported: false,
            closed: Some(self.day),
            overridden,
        });
        Ok(Decision::Go {
            to: WON.to_string(),
            events,
        })
    }

    /// Moves the deal back to an earlier stage, by default the one before.
    pub fn back(
        &self,
        to: Option<&str>,
        new_id: &mut dyn FnMut() -> Result<Id>,
    ) -> Result<Decision> {
        let stage = self.current_stage()?;
        let here = self.process.stage_index(&stage.name).unwrap_or(0);
        let to = match to {
            Some(to) => to.to_string(),
            None => stage
                .back
                .iter()
                .filter_map(|name| self.process.stage_index(name))
                .filter(|index| *index < here)
                .max()
                .map(|index| self.process.stages[index].name.clone())
                .ok_or_else(|| {
                    Fault::no(format!("no stage lies before `{}`", stage.name))
                        .hint("`back` in the process file lists where a deal may return to")
                })?,
        };
        if !stage.back.contains(&to) {
            return Err(self.not_allowed(stage, &to, "back to", &stage.back).into());
        }
        let events = self.enter(&to, Move::Back, None, new_id)?;
        Ok(Decision::Go { to, events })
    }

    /// Loses the deal, for a reason from the process's list.
    pub fn lose(&self, reason: &str, note: Option<&str>) -> Result<Vec<Event>> {
        self.must_be_open()?;
        let known = self
            .process
            .lost_reasons
            .iter()
            .find(|known| known.name == reason || known.title.eq_ignore_ascii_case(reason));
        let Some(known) = known else {
            let names: Vec<&str> = self
                .process
                .lost_reasons
                .iter()
                .map(|r| r.name.as_str())
                .collect();
            let fault = Fault::usage(format!("`{reason}` is not a reason for a loss"));
            let fault = match crate::text::nearest(reason, names.iter().copied()) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            };
            return Err(fault
                .hint(format!("the reasons are: {}", names.join(", ")))
                .into());
        };
        let mut events = self.resume_first();
        events.push(Event::Lost {
            reason: Some(known.name.clone()),
            note: note.map(Private::new),
            imported: false,
            closed: Some(self.day),
        });
        Ok(events)
    }

    /// The events that put the deal into a stage: the visit, its customer type, its follow-ups.
    pub fn enter(
        &self,
        stage: &str,
        how: Move,
        overridden: Option<Override>,
        new_id: &mut dyn FnMut() -> Result<Id>,
    ) -> Result<Vec<Event>> {
        let mut events = self.resume_first();
        events.push(Event::StageEntered {
            stage: stage.to_string(),
            how,
            entered: Some(self.day),
            customer_type: self.customer_type()?,
            overridden,
        });
        let rules = self
            .process
            .stage(stage)
            .map_or(&[][..], |s| s.follow_ups.as_slice());
        for rule in rules.iter().filter(|rule| rule.step.is_none()) {
            events.push(self.follow_up(&rule.say, rule.after, new_id)?);
        }
        Ok(events)
    }

    /// Marks a step of the current stage as done, with the follow-ups it asks for.
    pub fn done(&self, step: &str, new_id: &mut dyn FnMut() -> Result<Id>) -> Result<Vec<Event>> {
        let stage = self.current_stage()?;
        let Some(found) = stage
            .steps
            .iter()
            .find(|known| known.name == step || known.title.eq_ignore_ascii_case(step))
        else {
            let names: Vec<&str> = stage.steps.iter().map(|s| s.name.as_str()).collect();
            let mut fault = Fault::usage(format!("stage `{}` has no step `{step}`", stage.name));
            if let Some(near) = crate::text::nearest(step, names.iter().copied()) {
                fault = fault.hint(format!("did you mean `{near}`?"));
            }
            return Err(if names.is_empty() {
                fault.hint(format!("`{}` has no steps", stage.name)).into()
            } else {
                fault
                    .hint(format!("its steps are: {}", names.join(", ")))
                    .into()
            });
        };
        if self.deal.steps.contains_key(&found.name) {
            return Ok(Vec::new());
        }
        let mut events = vec![Event::StepDone {
            step: found.name.clone(),
        }];
        for rule in &stage.follow_ups {
            if rule.step.as_deref() == Some(found.name.as_str()) {
                events.push(self.follow_up(&rule.say, rule.after, new_id)?);
            }
        }
        Ok(events)
    }

    /// Every line of a stage's gate, met or not.
    pub fn gate(&self, stage: &Stage) -> Result<Vec<GateLine>> {
        let mut lines = Vec::new();
        for requirement in &stage.requires {
            lines.push(self.requirement(stage, requirement));
        }
        for step in stage.steps.iter().filter(|step| step.required) {
            let done = self.deal.steps.contains_key(&step.name);
            lines.push(GateLine {
                stage: stage.name.clone(),
                verdict: if done { Truth::Met } else { Truth::Missing },
                name: step.name.clone(),
                rule: Some(step.title.clone()),
                found: Vec::new(),
                say: None,
                why: step.why.clone(),
                supply: Some(Supply::Done(step.name.clone())),
                lines: stage.lines.clone(),
            });
        }
        for criterion in &stage.exit {
            let line = self.criterion(stage, criterion)?;
            // What a requirement says already is not said twice.
            let about = |known: &GateLine| {
                known.rule.is_none() && criterion.when.reads.first() == Some(&known.name)
            };
            if line.verdict == Truth::Missing
                && lines
                    .iter()
                    .any(|known| about(known) && known.verdict != Truth::Met)
            {
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

    fn judge(&self, condition: &crate::condition::Condition) -> Result<Truth> {
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
        GateLine {
            stage: stage.name.clone(),
            verdict: if blank { Truth::Missing } else { Truth::Met },
            name: name.to_string(),
            rule: None,
            found: vec![(name.to_string(), found)],
            say: None,
            why,
            supply: Some(self.supply(name, None)),
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
            supply: self
                .is_settable(&name)
                .then(|| self.supply(&name, Some(&criterion.when.text))),
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
        crate::process::REQUIRABLE
            .iter()
            .any(|(known, _)| *known == name)
            || self
                .process
                .field(name)
                .is_some_and(|field| field.of != crate::process::FieldOf::BuiltIn)
            || crate::process::BuyingRole::from_name(role).is_some()
            || name.starts_with("done_")
    }

    /// The flag that supplies a fact, with a value that its kind accepts.
    fn supply(&self, name: &str, condition: Option<&str>) -> Supply {
        if name == "next_step" {
            return Supply::Next;
        }
        if let Some(step) = name.strip_prefix("done_") {
            return Supply::Done(step.to_string());
        }
        let name = name.strip_prefix("has_").unwrap_or(name);
        if crate::process::BuyingRole::from_name(name).is_some() {
            return Supply::Set(name.to_string(), "First Last".to_string());
        }
        let kind = self.process.field(name).map_or_else(
            || {
                crate::process::REQUIRABLE
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map_or(FieldKind::Text, |(_, kind)| *kind)
            },
            |field| field.kind,
        );
        // `value >= 5000` tells itself which number would do.
        let number = condition.and_then(|condition| {
            let rest = condition.strip_prefix(name)?.trim_start();
            let rest = rest
                .strip_prefix(">=")
                .or_else(|| rest.strip_prefix("<="))?
                .trim();
            rest.parse::<f64>().ok().map(|_| rest.to_string())
        });
        let value = match kind {
            FieldKind::Money | FieldKind::Number => number.unwrap_or_else(|| "5000".into()),
            FieldKind::Integer => number.unwrap_or_else(|| "10".into()),
            FieldKind::Date => "eom".into(),
            FieldKind::Bool => "yes".into(),
            FieldKind::Choice => self
                .process
                .field(name)
                .and_then(|field| field.choices.first().cloned())
                .unwrap_or_default(),
            FieldKind::Person => "First Last".into(),
            FieldKind::Text => "…".into(),
        };
        Supply::Set(name.to_string(), value)
    }

    fn forward_target(&self, stage: &Stage, to: &str) -> Result<String> {
        if stage.next.iter().any(|next| next == to) {
            return Ok(to.to_string());
        }
        Err(self.not_allowed(stage, to, "on to", &stage.next).into())
    }

    fn not_allowed(&self, stage: &Stage, to: &str, way: &str, allowed: &[String]) -> Fault {
        let known = to == WON || to == LOST || self.process.stage(to).is_some();
        let mut fault = if known {
            Fault::no(format!("a deal in `{}` can't go {way} `{to}`", stage.name))
        } else {
            let all = self
                .process
                .stages
                .iter()
                .map(|s| s.name.as_str())
                .chain([WON, LOST]);
            let fault = Fault::usage(format!("there is no stage `{to}`"));
            match crate::text::nearest(to, all) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            }
        };
        fault = fault.hint(if allowed.is_empty() {
            format!("from `{}` it can't go {way} any stage", stage.name)
        } else {
            format!(
                "from `{}` it can go {way}: {}",
                stage.name,
                allowed.join(", ")
            )
        });
        if to == LOST {
            fault = fault.hint("salesctl deal lose DEAL --reason REASON closes it as lost");
        }
        fault
    }

    fn current_stage(&self) -> Result<&Stage> {
        self.must_be_open()?;
        let Some(name) = self.deal.stage() else {
            return Err(Fault::no(
                "the deal is in no stage: the file it came from did not tell one",
            )
            .hint(format!(
                "salesctl deal set {} --set stage={} puts it into one",
                self.deal.id.handle(),
                self.process
                    .stages
                    .first()
                    .map_or("", |stage| stage.name.as_str())
            ))
            .into());
        };
        self.process.stage(name).ok_or_else(|| {
            let stages: Vec<&str> = self
                .process
                .stages
                .iter()
                .map(|s| s.name.as_str())
                .collect();
            Fault::no(format!("its stage `{name}` is not in the process any more"))
                .hint(format!("the stages now are: {}", stages.join(", ")))
                .into()
        })
    }

    fn must_be_open(&self) -> Result<()> {
        if self.deal.state.is_open() {
            return Ok(());
        }
        Err(Fault::no(format!(
            "the deal is {} since {}",
            self.deal.state.name(),
            self.deal.closed.map_or_else(
                || "an unknown date".to_string(),
                |closed| closed.to_string()
            )
        ))
        .hint(format!(
            "salesctl deal reopen {} opens it again",
            self.deal.id
        ))
        .into())
    }

    /// A deal on hold that moves is on hold no more.
    fn resume_first(&self) -> Vec<Event> {
        if self.deal.state == State::Hold {
            vec![Event::Resumed]
        } else {
            Vec::new()
        }
    }

    fn follow_up(
        &self,
        say: &str,
        after: crate::process::Span,
        new_id: &mut dyn FnMut() -> Result<Id>,
    ) -> Result<Event> {
        Ok(Event::FollowUpAdded {
            id: new_id()?,
            due: self.process.calendar.add(self.day, after),
            text: Private::new(say),
            by_rule: true,
        })
    }
}

/// Whether the gate lets it through, and over what.
fn pass(
    stage: &Stage,
    to: &str,
    lines: Vec<GateLine>,
    override_reason: Option<&str>,
) -> Result<Option<Override>, Refusal> {
    let open: Vec<String> = lines
        .iter()
        .filter(|line| line.verdict != Truth::Met)
        .map(|line| line.rule.clone().unwrap_or_else(|| line.name.clone()))
        .collect();
    match (open.is_empty(), override_reason) {
        // Nothing was passed over, so nothing is recorded as an override.
        (true, _) => Ok(None),
        (false, Some(reason)) => Ok(Some(Override {
            reason: Private::new(reason),
            open,
        })),
        (false, None) => Err(Refusal {
            from: stage.name.clone(),
            to: to.to_string(),
            lines,
        }),
    }
}
