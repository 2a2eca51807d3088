//! One deal told as events: what its owner does day by day, and how it passes its gates.
//!
//! Every move goes through the decisions that commands use, so that a demo holds nothing which a
//! command would have refused.

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::chance::{Chance, later, workday};
use super::desk::{Task, round};
use super::plan::{DealPlan, End, Stay};
use super::story::{Account, Names};
use super::{Dated, words};
use crate::deal::Deal;
use crate::deal::decide::{Case, Decision};
use crate::deal::event::{Amount, Change, Event, Move, Private, Recorded};
use crate::deal::fact::{Rows, Subject};
use crate::id::Id;
use crate::process::{Process, Stage};

pub(super) struct Teller<'a> {
    pub(super) process: &'a Process,
    pub(super) plan: &'a DealPlan,
    pub(super) account: &'a Account,
    pub(super) names: &'a mut Names,
    pub(super) chance: Chance,
    /// Nothing is told after this day.
    pub(super) last: NaiveDate,
    pub(super) day: NaiveDate,
    pub(super) instant: DateTime<Utc>,
    told: Vec<Dated>,
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
                let Some(pause) = hold.take() else { break };
                self.at(day);
                self.finish_follow_ups(deal, true);
                self.push(
                    deal,
                    Event::Held {
                        until: pause.until,
                        reason: Private::new(pause.reason),
                    },
                );
                day = pause.until;
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
        if let Some(value) = deal.value.filter(|_| {
            stay.stage == 1 && matches!(stay.end, End::Advance(_)) && self.chance.is(0.5)
        }) {
            let major = self.process.currency.major(value.minor);
            let offered = round(major * self.chance.around(1.0, 0.08).clamp(0.85, 1.15));
            self.set_value(deal, offered.max(5_000));
        }
        Ok(())
    }

    pub(super) fn set_value(&mut self, deal: &mut Deal, major: i64) {
        let currency = self.process.currency;
        self.change(
            deal,
            Change::Value(Some(Amount {
                minor: major * currency.scale(),
                currency,
            })),
        );
    }

    pub(super) fn change(&mut self, deal: &mut Deal, change: Change) {
        if !deal.has(&change) {
            self.push(deal, Event::Changed(change));
        }
    }

    /// Some time in the working hours of a day, after what was told of it already.
    pub(super) fn at(&mut self, day: NaiveDate) {
        self.day = day;
        let hour = TimeDelta::minutes(self.chance.between(-230, 280));
        self.instant = self.instant.max(self.process.calendar.noon_of(day) + hour);
    }

    pub(super) fn decide<T>(
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
            among: None,
            day: self.day,
        };
        let (names, instant) = (&mut *self.names, self.instant);
        decision(&case, &mut || Ok(names.next(instant)))
    }

    pub(super) fn push_all(&mut self, deal: &mut Deal, events: Vec<Event>) {
        for event in events {
            self.push(deal, event);
        }
    }

    pub(super) fn push(&mut self, deal: &mut Deal, event: Event) {
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
