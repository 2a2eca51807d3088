//! What a rep does on a deal, day by day: finds out, does the steps, calls, plans what comes next.

use anyhow::Result;
use chrono::NaiveDate;

use super::chance::{later, workday};
use super::plan::End;
use super::teller::Teller;
use super::words;
use crate::deal::Deal;
use crate::deal::event::{Activity, ActivityKind, Change, Event, FieldValue, Private};
use crate::id::Id;
use crate::process::{BuyingRole, Requirement, Stage};

/// Something the gate asks for, to be found out or done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Task {
    Field(String),
    Role(BuyingRole),
    Step(String),
}

impl Teller<'_> {
    /// What the stage asks for and is not known yet. A deal that is lost never gets to all of it.
    pub(super) fn tasks(&mut self, deal: &Deal, stage: &Stage, end: End) -> Vec<Task> {
        let asked = stage
            .requires
            .iter()
            .filter_map(|required| match &required.what {
                Requirement::Field(name) if name == "next_step" => None,
                Requirement::Field(name) => Some(Task::Field(name.clone())),
                Requirement::Role(role) => Some(Task::Role(*role)),
            });
        let mut tasks: Vec<Task> = asked.collect();
        if matches!(end, End::Advance(Some(_))) {
            let fields: Vec<usize> = (0..tasks.len())
                .filter(|at| matches!(tasks[*at], Task::Field(_)))
                .collect();
            if !fields.is_empty() {
                tasks.remove(self.chance.one(&fields));
            }
        }
        for (n, step) in stage.steps.iter().enumerate() {
            if step.required || self.chance.is(0.55) {
                // Most is learnt in the first step, the others come when that is known.
                let place = if n == 0 { 0 } else { tasks.len() };
                tasks.insert(place, Task::Step(step.name.clone()));
            }
        }
        tasks.retain(|task| match task {
            Task::Field(name) => match name.as_str() {
                "expected_close" => deal.expected_close.is_none(),
                "value" => deal.value.is_none(),
                name => !deal.fields.contains_key(name),
            },
            Task::Role(role) => deal.roles.iter().all(|(held, _)| held != role),
            Task::Step(step) => !deal.steps.contains_key(step),
        });
        if matches!(end, End::Lost(_)) {
            let share = self.chance.between(20, 90) as usize;
            tasks.truncate((tasks.len() * share).div_ceil(100));
        }
        tasks
    }

    pub(super) fn supply(&mut self, deal: &mut Deal, task: &Task, end: End) -> Result<()> {
        match task {
            Task::Step(step) => {
                let events = self.decide(deal, |case, new_id| case.done(step, new_id))?;
                self.push_all(deal, events);
            }
            Task::Role(role) => {
                let person = match role {
                    BuyingRole::Decider => self.account.decider,
                    BuyingRole::User => self.account.user,
                    _ => self.account.other,
                };
                self.push(
                    deal,
                    Event::RoleGiven {
                        person,
                        role: *role,
                    },
                );
            }
            Task::Field(name) => self.find_out(deal, name, end),
        }
        Ok(())
    }

    pub(super) fn find_out(&mut self, deal: &mut Deal, name: &str, end: End) {
        let text = |text: &str| FieldValue::Text(Private::new(text));
        let value = match name {
            "problem" if self.plan.shown => text(words::PROBLEMS[0]),
            "problem" => text(self.chance.one(words::PROBLEMS)),
            "competitor" => text(self.chance.one(words::COMPETITORS)),
            "impact" => {
                let value = deal
                    .value
                    .map_or(12_000.0, |value| self.process.currency.major(value.minor));
                let times = self.chance.between(15, 60) as f64 / 10.0;
                FieldValue::Number((value * times / 1_000.0).round() * 1_000.0)
            }
            "budget" => {
                let none = f64::from(u8::from(matches!(end, End::Lost(_))));
                let shares = [("approved", 4.0), ("planned", 5.0), ("none", 4.0 * none)];
                FieldValue::Word(self.chance.weighted(&shares).to_string())
            }
            "decision_date" => {
                FieldValue::Word(later(self.day, self.chance.between(12, 40)).to_string())
            }
            "expected_close" => {
                let days = self.chance.between(18, 50);
                let day = workday(&self.process.calendar, later(self.day, days));
                return self.change(deal, Change::ExpectedClose(Some(day)));
            }
            "value" => return self.set_value(deal, self.plan.value),
            _ => return,
        };
        self.change(
            deal,
            Change::Field {
                name: name.to_string(),
                value,
            },
        );
    }

    /// What is known but would not pass the gate is talked about once more.
    pub(super) fn mend(&mut self, deal: &mut Deal, stage: &Stage) {
        let reads = |name: &str| {
            stage
                .exit
                .iter()
                .any(|criterion| criterion.when.reads.iter().any(|read| read == name))
        };
        if reads("value") && deal.value.is_none() {
            self.set_value(deal, self.plan.value.max(5_000));
        }
        let major = deal
            .value
            .map(|value| self.process.currency.major(value.minor));
        match major {
            Some(major) if reads("impact") => {
                let impact = match deal.fields.get("impact") {
                    Some(FieldValue::Number(impact)) => *impact,
                    _ => 0.0,
                };
                if impact <= major {
                    let value = FieldValue::Number((major * 2.0 / 1_000.0).ceil() * 1_000.0);
                    self.change(
                        deal,
                        Change::Field {
                            name: "impact".to_string(),
                            value,
                        },
                    );
                }
            }
            Some(major) if reads("value") && major < 5_000.0 => {
                let raised = round(self.chance.between(5_000, 6_800) as f64);
                self.set_value(deal, raised);
            }
            _ => {}
        }
        if reads("decision_date") {
            let decided = match deal.fields.get("decision_date") {
                Some(FieldValue::Word(day)) => day.parse::<NaiveDate>().ok(),
                _ => None,
            };
            if let Some(decided) = decided.filter(|day| deal.expected_close < Some(*day)) {
                let day = workday(
                    &self.process.calendar,
                    later(decided, self.chance.between(0, 10)),
                );
                self.change(deal, Change::ExpectedClose(Some(day)));
            }
        }
    }

    /// A call, a mail, a meeting, and what it changes.
    pub(super) fn act(&mut self, deal: &mut Deal, stage: &Stage) {
        let late = later(self.day, -3);
        if deal.expected_close.is_some_and(|close| close < late) && self.chance.is(0.6) {
            let moved = later(self.day, self.chance.between(10, 35));
            let moved = workday(&self.process.calendar, moved);
            self.change(deal, Change::ExpectedClose(Some(moved)));
        }
        if self.chance.is(0.25) {
            return;
        }
        let meets = if stage.probability.is_some_and(|share| share > 0.3) {
            2.0
        } else {
            0.5
        };
        let what = self.chance.weighted(&[
            (ActivityKind::Call, 5.0),
            (ActivityKind::Mail, 3.0),
            (ActivityKind::Meeting, meets),
            (ActivityKind::Letter, 0.2),
        ]);
        let (low, high) = match what {
            ActivityKind::Meeting => (40, 120),
            ActivityKind::Call => (5, 35),
            _ => (5, 20),
        };
        let travels = what == ActivityKind::Meeting && self.chance.is(0.4);
        let activity = Activity {
            what,
            minutes: Some((self.chance.between(low, high) / 5 * 5).max(5) as u32),
            cost_minor: travels.then(|| self.chance.between(20, 180) * 100),
            person: Some(if self.chance.is(0.6) {
                self.account.decider
            } else {
                self.account.user
            }),
            tool: None,
            text: self
                .chance
                .is(0.2)
                .then(|| Private::new(self.chance.one(words::NOTES))),
        };
        self.push(deal, Event::Logged(activity));
    }

    /// When its owner comes back to it: in some days, or when a follow-up falls due before.
    pub(super) fn next_touch(&mut self, deal: &Deal, day: NaiveDate) -> NaiveDate {
        let usual = later(day, self.chance.between(4, 11));
        let due = deal
            .follow_ups
            .iter()
            .filter(|item| item.done.is_none() && item.due > later(day, 1))
            .map(|item| item.due)
            .min()
            .filter(|due| *due < usual && self.chance.is(0.8));
        workday(&self.process.calendar, due.unwrap_or(usual))
    }

    pub(super) fn plan_next(&mut self, deal: &mut Deal, stage: usize, due: NaiveDate) {
        let texts = words::NEXT_STEPS[stage.min(words::NEXT_STEPS.len() - 1)];
        let event = Event::FollowUpAdded {
            id: self.names.next(self.instant),
            due,
            text: Private::new(self.chance.one(texts)),
            by_rule: false,
        };
        self.push(deal, event);
    }

    /// What is due is done; with `all`, whatever is open.
    pub(super) fn finish_follow_ups(&mut self, deal: &mut Deal, all: bool) {
        let soon = later(self.day, 1);
        let due: Vec<Id> = deal
            .follow_ups
            .iter()
            .filter(|item| item.done.is_none() && (all || item.due <= soon))
            .map(|item| item.id)
            .collect();
        for id in due {
            self.push(deal, Event::FollowUpDone { id });
        }
    }

    /// A rep who leaves hands over on that day.
    pub(super) fn hand_over_by(&mut self, deal: &mut Deal, by: NaiveDate) {
        if let Some((day, _)) = self.plan.heir.filter(|(day, _)| *day <= by) {
            self.at(day.max(self.day));
            self.hand_over(deal);
        }
    }

    pub(super) fn hand_over(&mut self, deal: &mut Deal) {
        if let Some((_, heir)) = self.plan.heir.filter(|(day, _)| *day <= self.day) {
            self.change(deal, Change::Owner(Some(heir.to_string())));
        }
    }
}

/// To hundreds, as offers are.
pub(super) fn round(major: f64) -> i64 {
    (major / 100.0).round() as i64 * 100
}
