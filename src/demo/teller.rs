//! One deal told as events: what its owner does day by day, and how it passes its gates.
//!
//! Every move goes through the decisions that commands use, so that a demo holds nothing which a
//! command would have refused.

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::chance::{Chance, later, workday};
use super::plan::{DealPlan, End, Stay};
use super::story::{Account, Names};
use super::{Dated, words};
use crate::deal::Deal;
use crate::deal::decide::{Case, Decision};
use crate::deal::event::{
    Activity, ActivityKind, Amount, Change, Event, FieldValue, Move, Private, Recorded,
};
use crate::deal::fact::{Rows, Subject};
use crate::id::Id;
use crate::process::{BuyingRole, Process, Requirement, Stage};

pub(super) struct Teller<'a> {
    process: &'a Process,
    plan: &'a DealPlan,
    account: &'a Account,
    names: &'a mut Names,
    chance: Chance,
    /// Nothing is told after this day.
    last: NaiveDate,
    day: NaiveDate,
    instant: DateTime<Utc>,
    told: Vec<Dated>,
}

/// Something the gate asks for, to be found out or done.
#[derive(Clone, Debug, PartialEq)]
enum Task {
    Field(String),
    Role(BuyingRole),
    Step(String),
}

impl<'a> Teller<'a> {
    pub(super) fn new(
        process: &'a Process,
        today: NaiveDate,
        plan: &'a DealPlan,
        account: &'a Account,
        names: &'a mut Names,
        chance: Chance,
    ) -> Self {
        Self {
            process,
            plan,
            account,
            names,
            chance,
            last: later(today, -1),
            day: plan.opened,
            instant: DateTime::UNIX_EPOCH,
            told: Vec::new(),
        }
    }

    pub(super) fn tell(mut self, id: Id, opened: DateTime<Utc>) -> Result<Vec<Dated>> {
        let who = self.account.name;
        self.instant = opened;
        let mut deal = self.open(id)?;
        for stay in &self.plan.stays {
            let ended = self
                .stay(&mut deal, stay)
                .with_context(|| format!("the demo's deal {id} with {who}"))?;
            if !ended {
                break;
            }
        }
        Ok(self.told)
    }

    fn open(&mut self, id: Id) -> Result<Deal> {
        let plan = self.plan;
        let opened = self.recorded(
            id,
            Event::DealOpened {
                account: Some(self.account.id),
                opened: Some(self.day),
                external: None,
            },
        );
        let mut deal =
            Deal::opened(&opened, opened.day).ok_or_else(|| anyhow!("a deal begins by opening"))?;
        self.keep(opened);
        if let Some(title) = plan.title {
            self.change(&mut deal, Change::Title(Some(Private::new(title))));
        }
        self.change(&mut deal, Change::Owner(Some(plan.rep.to_string())));
        self.change(&mut deal, Change::Product(Some(plan.product.to_string())));
        self.change(&mut deal, Change::Source(Some(plan.source.to_string())));
        if plan.shown || self.chance.is(0.85) {
            self.set_value(&mut deal, plan.value);
        }
        let first = self
            .process
            .stages
            .first()
            .map_or("", |stage| stage.name.as_str());
        let events = self.decide(&deal, |case, new_id| {
            case.enter(first, Move::Start, None, new_id)
        })?;
        self.push_all(&mut deal, events);
        Ok(deal)
    }

    /// One stay in one stage; whether it came to its end before today.
    fn stay(&mut self, deal: &mut Deal, stay: &Stay) -> Result<bool> {
        let process = self.process;
        let stage = process
            .stages
            .get(stay.stage)
            .ok_or_else(|| anyhow!("the process has no stage {}", stay.stage + 1))?;
        let entered = self.day;
        let worked_until = stay.silent.unwrap_or(stay.until);
        let mut tasks = self.tasks(deal, stage, stay.end);
        let n = tasks.len() as i64;
        let room = worked_until.signed_duration_since(entered).num_days();
        let mut hold = stay.hold;
        let mut day = workday(
            &process.calendar,
            later(entered, self.chance.between(1, 2).min(room)),
        );
        while day < worked_until && day <= self.last {
            // Nobody is always up to date: something is left over from the last days.
            if later(day, 6) > self.last && self.chance.is(0.12) && !self.plan.shown {
                break;
            }
            if hold.is_some_and(|hold| day >= hold.from) {
                let Some(held) = hold.take() else { break };
                self.at(day);
                self.finish_follow_ups(deal, true);
                self.push(
                    deal,
                    Event::Held {
                        until: held.until,
                        reason: Private::new(held.reason),
                    },
                );
                day = held.until;
                if day > self.last {
                    break;
                }
                self.at(day);
                self.push(deal, Event::Resumed);
                continue;
            }
            let next = self.next_touch(deal, day);
            let is_last = next >= worked_until;
            let goes_silent = is_last && stay.silent.is_some();
            self.at(day);
            self.hand_over(deal);
            self.finish_follow_ups(deal, goes_silent);
            self.act(deal, stage);
            let passed = day.signed_duration_since(entered).num_days();
            let due = if is_last {
                tasks.len()
            } else {
                let left = n - n * passed / room.max(1);
                tasks.len().saturating_sub(left.max(0) as usize)
            };
            for task in tasks.drain(..due) {
                self.supply(deal, &task, stay.end)?;
            }
            if goes_silent {
                // What a step asks for is forgotten with the rest.
                self.finish_follow_ups(deal, true);
            } else {
                self.plan_next(deal, stay.stage, next);
            }
            day = next;
        }
        if stay.until > self.last {
            self.hand_over_by(deal, self.last);
            return Ok(false);
        }
        self.hand_over_by(deal, stay.until);
        self.at(stay.until);
        self.end(deal, stage, stay, &tasks)?;
        Ok(true)
    }

    fn end(&mut self, deal: &mut Deal, stage: &Stage, stay: &Stay, left: &[Task]) -> Result<()> {
        self.finish_follow_ups(deal, false);
        if !matches!(stay.end, End::Lost(_)) {
            for task in left {
                self.supply(deal, task, stay.end)?;
            }
            if deal.next_step().is_none() {
                let due = workday(
                    &self.process.calendar,
                    later(self.day, self.chance.between(1, 5)),
                );
                self.plan_next(deal, stay.stage, due);
            }
        }
        let events = match stay.end {
            End::Advance(reason) => {
                if reason.is_none() {
                    self.mend(deal, stage);
                }
                let decision =
                    self.decide(deal, |case, new_id| case.advance(None, reason, new_id))?;
                granted(decision)?
            }
            End::Won => {
                if let Some(value) = deal.value.filter(|_| self.chance.is(0.4)) {
                    let major = self.process.currency.major(value.minor);
                    let discount = self.chance.between(90, 98) as f64 / 100.0;
                    self.set_value(deal, round(major * discount).max(5_000));
                }
                self.mend(deal, stage);
                let decision = self.decide(deal, |case, _| case.win(None))?;
                granted(decision)?
            }
            End::Back => {
                let decision = self.decide(deal, |case, new_id| case.back(None, new_id))?;
                granted(decision)?
            }
            End::Lost(reason) => {
                let note = self
                    .chance
                    .is(0.3)
                    .then(|| self.chance.one(words::LOSS_NOTES));
                self.decide(deal, |case, _| case.lose(reason, note))?
            }
        };
        self.push_all(deal, events);
        // An offer is calculated, and seldom comes to what was thought before.
        if stay.stage == 1 && matches!(stay.end, End::Advance(_)) && self.chance.is(0.5) {
            if let Some(value) = deal.value {
                let major = self.process.currency.major(value.minor);
                let offered = round(major * self.chance.around(1.0, 0.08).clamp(0.85, 1.15));
                self.set_value(deal, offered.max(5_000));
            }
        }
        Ok(())
    }

    /// What the stage asks for and is not known yet. A deal that is lost never gets to all of it.
    fn tasks(&mut self, deal: &Deal, stage: &Stage, end: End) -> Vec<Task> {
        let asked = stage
            .requires
            .iter()
            .filter_map(|requirement| match requirement {
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

    fn supply(&mut self, deal: &mut Deal, task: &Task, end: End) -> Result<()> {
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

    fn find_out(&mut self, deal: &mut Deal, name: &str, end: End) {
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
    fn mend(&mut self, deal: &mut Deal, stage: &Stage) {
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
    fn act(&mut self, deal: &mut Deal, stage: &Stage) {
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
            text: self
                .chance
                .is(0.2)
                .then(|| Private::new(self.chance.one(words::NOTES))),
        };
        self.push(deal, Event::Logged(activity));
    }

    /// When its owner comes back to it: in some days, or when a follow-up falls due before.
    fn next_touch(&mut self, deal: &Deal, day: NaiveDate) -> NaiveDate {
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

    fn plan_next(&mut self, deal: &mut Deal, stage: usize, due: NaiveDate) {
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
    fn finish_follow_ups(&mut self, deal: &mut Deal, all: bool) {
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
    fn hand_over_by(&mut self, deal: &mut Deal, by: NaiveDate) {
        if let Some((day, _)) = self.plan.heir.filter(|(day, _)| *day <= by) {
            self.at(day.max(self.day));
            self.hand_over(deal);
        }
    }

    fn hand_over(&mut self, deal: &mut Deal) {
        if let Some((_, heir)) = self.plan.heir.filter(|(day, _)| *day <= self.day) {
            self.change(deal, Change::Owner(Some(heir.to_string())));
        }
    }

    fn set_value(&mut self, deal: &mut Deal, major: i64) {
        let currency = self.process.currency;
        self.change(
            deal,
            Change::Value(Some(Amount {
                minor: major * currency.scale(),
                currency,
            })),
        );
    }

    fn change(&mut self, deal: &mut Deal, change: Change) {
        if !deal.has(&change) {
            self.push(deal, Event::Changed(change));
        }
    }

    /// Some time in the working hours of a day, after what was told of it already.
    fn at(&mut self, day: NaiveDate) {
        self.day = day;
        let hour = TimeDelta::minutes(self.chance.between(-230, 280));
        self.instant = self.instant.max(self.process.calendar.noon_of(day) + hour);
    }

    fn decide<T>(
        &mut self,
        deal: &Deal,
        decision: impl FnOnce(&Case<'_>, &mut dyn FnMut() -> Result<Id>) -> Result<T>,
    ) -> Result<T> {
        let rows = Rows::new(self.process, self.day);
        let team = self
            .process
            .reps
            .iter()
            .find(|rep| Some(&rep.name) == deal.owner.as_ref())
            .and_then(|rep| rep.team.as_deref());
        let subject = Subject {
            id: deal.id,
            account: Some(self.account.name),
            team,
            account_facts: &self.account.facts,
        };
        let case = Case {
            process: self.process,
            deal,
            row: rows.of_deal(deal, &subject),
            rows: &rows,
            day: self.day,
        };
        let (names, instant) = (&mut *self.names, self.instant);
        decision(&case, &mut || Ok(names.next(instant)))
    }

    fn push_all(&mut self, deal: &mut Deal, events: Vec<Event>) {
        for event in events {
            self.push(deal, event);
        }
    }

    fn push(&mut self, deal: &mut Deal, event: Event) {
        self.instant += TimeDelta::seconds(20);
        let recorded = self.recorded(deal.id, event);
        deal.apply(&recorded);
        self.keep(recorded);
    }

    fn recorded(&self, stream: Id, event: Event) -> Recorded {
        Recorded {
            stream,
            seq: self.told.len() as i64 + 1,
            operation: Id(0),
            recorded: self.instant,
            effective: self.instant,
            day: self.day,
            actor: String::new(),
            version: 1,
            event,
        }
    }

    fn keep(&mut self, recorded: Recorded) {
        self.told.push(Dated {
            instant: recorded.effective,
            day: recorded.day,
            event: recorded.event,
        });
    }
}

fn granted(decision: Decision) -> Result<Vec<Event>> {
    match decision {
        Decision::Go { events, .. } => Ok(events),
        Decision::Stay(refusal) => {
            let open: Vec<&str> = refusal.open().map(|line| line.name.as_str()).collect();
            Err(anyhow!(
                "stays in `{}`: {} open",
                refusal.from,
                open.join(", ")
            ))
        }
    }
}

fn round(major: f64) -> i64 {
    (major / 100.0).round() as i64 * 100
}
