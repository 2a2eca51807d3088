//! May this deal do that? Pure decisions: the process, the deal and the request in; events, or
//! everything that stands in the way, out.

use anyhow::Result;
use chrono::NaiveDate;

use super::Deal;
use super::book::State;
use super::event::{Event, Move, Override, Private};
use super::fact::Rows;
use super::gate::{GateLine, Judged};
use crate::condition::{Truth, Value};
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::process::{Process, Stage, Step, WON};

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
    /// Where its row is judged with those of others; `None`: by itself.
    pub among: Option<(&'a Judged<'a>, usize)>,
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
        let kind = self.customer_type()?;
        let onward = self.process.onward(stage, kind.as_deref());
        let to = match to {
            Some(to) => self.forward_target(stage, to, (&onward, kind.as_deref()))?,
            None => onward.first().map(|to| (*to).to_string()).ok_or_else(|| {
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
        let kind = self.customer_type()?;
        let mut lines = Vec::new();
        for gate in to_the_end(self.process, stage, kind.as_deref()) {
            for line in self.gate(gate)? {
                let twice = lines
                    .iter()
                    .any(|known: &GateLine| known.name == line.name && known.rule == line.rule);
                if !twice {
                    lines.push(line);
                }
            }
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
        let kind = self.customer_type()?;
        events.push(Event::StageEntered {
            stage: stage.to_string(),
            how,
            entered: Some(self.day),
            customer_type: kind.clone(),
            overridden,
        });
        let rules = self
            .process
            .stage(stage)
            .map_or(&[][..], |s| s.follow_ups.as_slice());
        // A deal that comes back is not reminded twice of the same.
        let open = |say: &str| {
            let mut items = self.deal.follow_ups.iter();
            items.any(|item| item.by_rule && item.done.is_none() && item.text == say)
        };
        for rule in rules
            .iter()
            .filter(|rule| rule.only.includes(kind.as_deref()))
            .filter(|rule| rule.step.is_none() && !open(&rule.say))
        {
            events.push(self.follow_up(&rule.say, rule.after, new_id)?);
        }
        Ok(events)
    }

    /// Marks a step of the current stage as done, with the follow-ups it asks for.
    pub fn done(&self, step: &str, new_id: &mut dyn FnMut() -> Result<Id>) -> Result<Vec<Event>> {
        let stage = self.current_stage()?;
        // A deal may be ahead of its stage: steps of other stages count too, its own come first.
        let others = self
            .process
            .stages
            .iter()
            .filter(|other| other.name != stage.name);
        let known = std::iter::once(stage).chain(others).find_map(|stage| {
            let named =
                |known: &&Step| known.name == step || known.title.eq_ignore_ascii_case(step);
            stage.steps.iter().find(named).map(|found| (stage, found))
        });
        let Some((stage, found)) = known else {
            let names: Vec<&str> = stage.steps.iter().map(|step| step.name.as_str()).collect();
            let what = format!("step of stage `{}` called", stage.name);
            return Err(Fault::unknown(Class::Usage, &what, step, &names).into());
        };
        if self.deal.steps.contains_key(&found.name) {
            return Ok(Vec::new());
        }
        let mut events = vec![Event::StepDone {
            step: found.name.clone(),
        }];
        let kind = self.customer_type()?;
        for rule in &stage.follow_ups {
            if rule.step.as_deref() == Some(found.name.as_str())
                && rule.only.includes(kind.as_deref())
            {
                events.push(self.follow_up(&rule.say, rule.after, new_id)?);
            }
        }
        Ok(events)
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
            due: self
                .process
                .calendar
                .working_day_from(self.process.calendar.add(self.day, after)),
            text: Private::new(say),
            by_rule: true,
        })
    }
}

/// The stages whose gates a win passes: from one on, the usual way of a customer type.
pub(super) fn to_the_end<'p>(
    process: &'p Process,
    stage: &'p Stage,
    kind: Option<&str>,
) -> Vec<&'p Stage> {
    let mut way: Vec<&Stage> = Vec::new();
    let mut at = Some(stage);
    while let Some(gate) = at.filter(|gate| way.iter().all(|known| known.name != gate.name)) {
        way.push(gate);
        let onward = process.onward(gate, kind);
        at = onward.first().and_then(|next| process.stage(next));
    }
    way
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
