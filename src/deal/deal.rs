//! A deal as its events tell it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::book::{Left, State};
use super::event::{Activity, Amount, Change, Event, FieldValue, Move, Recorded};
use super::fact;
use super::start::Origin;
use crate::condition::Value;
use crate::id::Id;
use crate::process::{BuyingRole, LOST, WON};

/// Everything about one deal: the fold of its events, in the order of (effective, seq).
#[derive(Clone, Debug, PartialEq)]
pub struct Deal {
    pub id: Id,
    pub account: Option<Id>,
    pub external: Option<String>,
    pub title: Option<String>,
    /// Name of the rep who owns it.
    pub owner: Option<String>,
    pub product: Option<String>,
    pub source: Option<String>,
    pub value: Option<Amount>,
    pub expected_close: Option<NaiveDate>,
    /// Per cent by which whoever works on it expects to win it.
    pub confidence: Option<u8>,
    pub state: State,
    /// Null when never told.
    pub opened: Option<NaiveDate>,
    pub closed: Option<NaiveDate>,
    /// Why it was lost.
    pub reason: Option<String>,
    pub hold_until: Option<NaiveDate>,
    pub hold_reason: Option<String>,
    pub customer_type: Option<String>,
    pub fields: BTreeMap<String, FieldValue>,
    pub visits: Vec<Visit>,
    pub steps: BTreeMap<String, NaiveDate>,
    pub roles: BTreeSet<(BuyingRole, Id)>,
    pub follow_ups: Vec<FollowUp>,
    pub activities: Vec<DatedActivity>,
    /// Facts with the day since when they hold, in order: what `--as-of` reads.
    pub facts: Vec<Fact>,
    /// Where it came from, when the program knows.
    pub origin: Option<Origin>,
    /// Gates passed by override.
    pub overrides: u32,
    /// Version of the process under which it passed its last gate: it began, went on, went back, was won or lost;
    /// `None` where no gate was passed: of what was imported, or moved by a change of the process.
    pub gate_version: Option<u32>,
    /// Day of the last event that counts.
    pub touched: NaiveDate,
    /// When the current visit began: nothing may be back-dated before it.
    pub floor: DateTime<Utc>,
    /// When the latest event took effect: what happens now comes after it.
    pub latest: DateTime<Utc>,
}

/// One stay in one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub stage: String,
    pub entered: Option<NaiveDate>,
    pub left: Option<NaiveDate>,
    pub how: Left,
    pub came: Move,
    /// The stage's exit, or its end, was passed by override.
    pub overridden: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    pub id: Id,
    pub due: NaiveDate,
    pub text: String,
    pub by_rule: bool,
    pub added: NaiveDate,
    pub done: Option<NaiveDate>,
    /// Days on which it was put off, each with the day it was due before.
    pub snoozed: Vec<(NaiveDate, NaiveDate)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DatedActivity {
    pub day: NaiveDate,
    pub seq: i64,
    /// Who logged it.
    pub actor: String,
    pub activity: Activity,
}

/// A fact that holds from a day on.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub day: NaiveDate,
    pub name: String,
    pub value: Value,
}

/// Events that count, in the order they are read: the opening first, the rest by (effective, seq).
/// Left out are undone operations, and imported moves (and the reopenings between them) that a later
/// [`Event::HistoryTold`] replaces.
pub fn effective_order(events: &[Recorded]) -> Vec<&Recorded> {
    let mut void: BTreeSet<Id> = BTreeSet::new();
    for recorded in events {
        match &recorded.event {
            Event::Undone { operation } => {
                void.insert(*operation);
            }
            Event::Redone { operation } => {
                void.remove(operation);
            }
            _ => {}
        }
    }
    let counts = |recorded: &&Recorded| {
        !void.contains(&recorded.operation)
            && !matches!(recorded.event, Event::Undone { .. } | Event::Redone { .. })
    };
    let told = events
        .iter()
        .filter(counts)
        .filter(|recorded| matches!(recorded.event, Event::HistoryTold(_)))
        .map(|recorded| recorded.seq)
        .max()
        .unwrap_or(0);
    let mut order: Vec<&Recorded> = events
        .iter()
        .filter(counts)
        .filter(|recorded| recorded.seq > told || !recorded.event.gives_way_to_history())
        .collect();
    // An import may open a deal on its own day and learn of earlier days later: the opening is first.
    order.sort_by_key(|recorded| {
        let opens = matches!(recorded.event, Event::DealOpened { .. });
        (!opens, recorded.effective, recorded.seq)
    });
    order
}

impl Deal {
    /// Folds the events of a deal's stream; `None` when nothing that counts opened it.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        let order = effective_order(events);
        let since = order.iter().map(|recorded| recorded.day).min()?;
        let mut deal: Option<Self> = None;
        for recorded in order {
            match &mut deal {
                Some(deal) => deal.apply(recorded),
                None => deal = Self::opened(recorded, since),
            }
        }
        deal
    }

    /// The deal that a [`Event::DealOpened`] begins, which is there since the day of its first event.
    pub fn opened(recorded: &Recorded, since: NaiveDate) -> Option<Self> {
        let Event::DealOpened {
            account,
            opened,
            external,
        } = &recorded.event
        else {
            return None;
        };
        let mut deal = Self {
            id: recorded.stream,
            account: *account,
            external: external.clone(),
            title: None,
            owner: None,
            product: None,
            source: None,
            value: None,
            expected_close: None,
            confidence: None,
            state: State::Open,
            opened: *opened,
            closed: None,
            reason: None,
            hold_until: None,
            hold_reason: None,
            customer_type: None,
            fields: BTreeMap::new(),
            visits: Vec::new(),
            steps: BTreeMap::new(),
            roles: BTreeSet::new(),
            follow_ups: Vec::new(),
            activities: Vec::new(),
            facts: Vec::new(),
            origin: None,
            overrides: 0,
            gate_version: None,
            touched: since,
            floor: recorded.effective,
            latest: recorded.effective,
        };
        deal.fact(since, "state", text(State::Open.name()));
        deal.fact(since, "opened", date(*opened));
        deal.account_fact(since);
        deal.fact(since, fact::TOUCHED, date(Some(since)));
        Some(deal)
    }

    /// Lets one more event count. The caller keeps the order.
    pub fn apply(&mut self, recorded: &Recorded) {
        let day = recorded.day;
        // Another name for the stage is nothing that happened to the deal.
        if let Event::StageRenamed { from, to } = &recorded.event {
            self.rename_stage(day, from, to);
            return;
        }
        if recorded.event.passes_gate() {
            if self.gate_version != Some(recorded.version) {
                let version = Value::Integer(i64::from(recorded.version));
                self.fact(day, fact::GATE_VERSION, version);
            }
            self.gate_version = Some(recorded.version);
        }
        self.touched = self.touched.max(day);
        self.latest = self.latest.max(recorded.effective);
        match &recorded.event {
            Event::Changed(change) => self.change(day, change),
            Event::StageEntered {
                stage,
                how,
                entered,
                customer_type,
                overridden,
            } => {
                let left = match how {
                    Move::Back | Move::ImportedBack => Left::Back,
                    Move::Process => Left::Moved,
                    Move::Start | Move::Advance | Move::Imported => Left::Advanced,
                };
                self.leave(day, *entered, left, overridden.is_some());
                self.visits.push(Visit {
                    stage: stage.clone(),
                    entered: *entered,
                    left: None,
                    how: Left::Still,
                    came: *how,
                    overridden: false,
                });
                self.floor = recorded.effective;
                self.fact(day, "stage", text(stage));
                self.fact(day, "stage_entered", date(*entered));
                if *customer_type != self.customer_type {
                    self.customer_type.clone_from(customer_type);
                    self.fact(day, "type", optional(customer_type.as_deref()));
                }
            }
            Event::Won {
                closed, overridden, ..
            } => {
                self.close(day, *closed, State::Won, None);
                self.fact(day, "stage", text(WON));
                self.leave(day, *closed, Left::Won, overridden.is_some());
                self.floor = recorded.effective;
            }
            Event::Lost { reason, closed, .. } => {
                self.close(day, *closed, State::Lost, reason.clone());
                self.fact(day, "stage", text(LOST));
                self.leave(day, *closed, Left::Lost, false);
                self.floor = recorded.effective;
            }
            Event::Reopened { stage, .. } => {
                self.set_state(day, State::Open);
                self.closed = None;
                self.reason = None;
                self.fact(day, "closed", Value::Null);
                self.fact(day, "reason", Value::Null);
                let last = self.visits.last().map(|visit| visit.stage.clone());
                if let Some(stage) = stage.clone().or(last) {
                    let again = Visit {
                        stage,
                        entered: Some(day),
                        left: None,
                        how: Left::Still,
                        came: Move::Back,
                        overridden: false,
                    };
                    self.fact(day, "stage", text(&again.stage));
                    self.fact(day, "stage_entered", date(again.entered));
                    self.visits.push(again);
                }
                self.floor = recorded.effective;
            }
            // A hold, or its end, from before the deal closed but told of later changes nothing.
            Event::Held { .. } | Event::Resumed if !self.state.is_open() => {}
            Event::Held { until, reason } => {
                self.set_state(day, State::Hold);
                self.hold_until = Some(*until);
                self.hold_reason = Some(reason.text.clone());
                self.fact(day, "hold_until", date(Some(*until)));
            }
            Event::Resumed => {
                self.set_state(day, State::Open);
                self.end_hold(day);
            }
            Event::HistoryTold(tells) => {
                let tells = tells.unwrap_or_default();
                let facts = [
                    (true, fact::HISTORY_TOLD),
                    (tells.steps, fact::STEPS_TOLD),
                    (tells.overrides, fact::OVERRIDES_TOLD),
                ];
                for (_, name) in facts.into_iter().filter(|(told, _)| *told) {
                    self.fact(day, name, Value::Integer(1));
                }
            }
            Event::StepDone { step } => {
                self.steps.insert(step.clone(), day);
                self.fact(day, &format!("done_{step}"), Value::Integer(1));
            }
            Event::Logged(activity) => self.activities.push(DatedActivity {
                day,
                seq: recorded.seq,
                actor: recorded.actor.clone(),
                activity: activity.clone(),
            }),
            Event::RoleGiven { person, role } => {
                self.roles.insert((*role, *person));
                self.role_fact(day, *role);
            }
            Event::RoleTaken { person, role } => {
                self.roles.remove(&(*role, *person));
                self.role_fact(day, *role);
            }
            Event::FollowUpAdded {
                id,
                due,
                text,
                by_rule,
            } => self.follow_ups.push(FollowUp {
                id: *id,
                due: *due,
                text: text.text.clone(),
                by_rule: *by_rule,
                added: day,
                done: None,
                snoozed: Vec::new(),
            }),
            Event::FollowUpDone { id } => {
                if let Some(item) = self.follow_ups.iter_mut().find(|item| item.id == *id) {
                    item.done = Some(day);
                }
            }
            Event::FollowUpSnoozed { id, due } => {
                if let Some(item) = self.follow_ups.iter_mut().find(|item| item.id == *id) {
                    item.snoozed.push((day, item.due));
                    item.due = *due;
                }
            }
            Event::DealOrigin(origin) => self.origin = Some((**origin).clone()),
            Event::DealOpened { .. }
            | Event::StageRenamed { .. }
            | Event::Noted { .. }
            | Event::AccountAdded { .. }
            | Event::AccountField { .. }
            | Event::AccountRenamed { .. }
            | Event::AccountMerged { .. }
            | Event::PersonAdded { .. }
            | Event::PersonChanged(_)
            | Event::PersonMerged { .. }
            | Event::SalesRoleGiven { .. }
            | Event::SalesRoleTaken { .. }
            | Event::CatalogSet(_)
            | Event::ProcessApplied { .. }
            | Event::BatchImported { .. }
            | Event::ProspectsImported { .. }
            | Event::ListSet(_)
            | Event::ListSeeded { .. }
            | Event::ListUsed { .. }
            | Event::ListUndeliverable { .. }
            | Event::ListRetired { .. }
            | Event::ListReturned
            | Event::ListNoticeGiven
            | Event::ProspectResponded { .. }
            | Event::ProspectNoticeGiven
            | Event::ProspectIdentified { .. }
            | Event::ProspectDistinct { .. }
            | Event::SuppressionAdded { .. }
            | Event::SuppressionRemoved { .. }
            | Event::Rated { .. }
            | Event::RatingTaken { .. }
            | Event::SelectionSaved { .. }
            | Event::SelectionRemoved
            | Event::CaseOpened(_)
            | Event::CaseAssigned { .. }
            | Event::CaseAnswered { .. }
            | Event::CaseReopened { .. }
            | Event::TargetProposed(_)
            | Event::TargetAnswered { .. }
            | Event::TargetWithdrawn { .. }
            | Event::Committed(_)
            | Event::ProcessSuggested { .. }
            | Event::SuggestionAnswered { .. }
            | Event::ProcessReviewed { .. }
            | Event::CostAdded { .. }
            | Event::CostRemoved { .. }
            | Event::AbsenceAdded { .. }
            | Event::AbsenceRemoved { .. }
            | Event::SnapshotTaken(_)
            | Event::PageMailed { .. }
            | Event::Undone { .. }
            | Event::Redone { .. } => {}
        }
        self.next_step_facts(day, &recorded.event);
        self.fact(day, fact::TOUCHED, date(Some(day)));
    }

    /// Name of the stage it is in, or was in when it closed; `won` and `lost` are states, not stages.
    pub fn stage(&self) -> Option<&str> {
        self.visits.last().map(|visit| visit.stage.as_str())
    }

    /// As the `stage` fact tells it: the stage, or the end it came to.
    pub fn stage_or_end(&self) -> Option<&str> {
        match self.state {
            State::Won => Some(WON),
            State::Lost => Some(LOST),
            State::Open | State::Hold => self.stage(),
        }
    }

    pub fn stage_entered(&self) -> Option<NaiveDate> {
        self.visits.last().and_then(|visit| visit.entered)
    }

    /// How it stands now, without how it came to be so.
    #[must_use]
    pub fn standing(&self) -> Self {
        Self {
            facts: Vec::new(),
            touched: NaiveDate::default(),
            floor: DateTime::UNIX_EPOCH,
            latest: DateTime::UNIX_EPOCH,
            ..self.clone()
        }
    }

    /// Whether a change would change nothing.
    pub fn has(&self, change: &Change) -> bool {
        match change {
            Change::Account(account) => self.account == Some(*account),
            Change::Title(title) => self.title.as_ref() == title.as_ref().map(|t| &t.text),
            Change::Owner(owner) => self.owner == *owner,
            Change::Product(product) => self.product == *product,
            Change::Source(source) => self.source == *source,
            Change::Value(value) => self.value == *value,
            Change::ExpectedClose(day) => self.expected_close == *day,
            Change::Confidence(percent) => self.confidence == *percent,
            Change::Field { name, value } => {
                self.fields.get(name).unwrap_or(&FieldValue::Empty) == value
            }
        }
    }

    /// The earliest open follow-up that somebody set: what a rule of the process asks for is nobody's
    /// intention yet.
    pub fn next_step(&self) -> Option<&FollowUp> {
        self.follow_ups
            .iter()
            .filter(|item| item.done.is_none() && !item.by_rule)
            .min_by_key(|item| (item.due, item.id))
    }

    /// The earliest follow-up that is still open.
    pub fn next_follow_up(&self) -> Option<&FollowUp> {
        self.follow_ups
            .iter()
            .filter(|item| item.done.is_none())
            .min_by_key(|item| (item.due, item.id))
    }

    fn change(&mut self, day: NaiveDate, change: &Change) {
        match change {
            Change::Account(account) => {
                self.account = Some(*account);
                self.account_fact(day);
            }
            Change::Title(title) => {
                self.title = title.as_ref().map(|t| t.text.clone());
                self.fact(day, "title", optional(self.title.clone().as_deref()));
            }
            Change::Owner(owner) => {
                self.owner.clone_from(owner);
                self.fact(day, "owner", optional(owner.as_deref()));
            }
            Change::Product(product) => {
                self.product.clone_from(product);
                self.fact(day, "product", optional(product.as_deref()));
            }
            Change::Source(source) => {
                self.source.clone_from(source);
                self.fact(day, "source", optional(source.as_deref()));
            }
            Change::Value(value) => {
                self.value = *value;
                let (minor, currency) = match value {
                    Some(amount) => (Value::Integer(amount.minor), text(amount.currency.code())),
                    None => (Value::Null, Value::Null),
                };
                self.fact(day, fact::VALUE_MINOR, minor);
                self.fact(day, "currency", currency);
            }
            Change::ExpectedClose(expected) => {
                self.expected_close = *expected;
                self.fact(day, "expected_close", date(*expected));
            }
            Change::Confidence(percent) => {
                self.confidence = *percent;
                let percent = percent.map_or(Value::Null, |one| Value::Integer(i64::from(one)));
                self.fact(day, fact::CONFIDENCE, percent);
            }
            Change::Field { name, value } => {
                self.fact(day, name, value.fact());
                if *value == FieldValue::Empty {
                    self.fields.remove(name);
                } else {
                    self.fields.insert(name.clone(), value.clone());
                }
            }
        }
    }

    fn rename_stage(&mut self, day: NaiveDate, from: &str, to: &str) {
        if let Some(visit) = self.visits.last_mut().filter(|visit| visit.stage == from) {
            visit.stage = to.to_string();
            if self.state.is_open() {
                self.fact(day, "stage", text(to));
            }
        }
    }

    fn leave(&mut self, day: NaiveDate, left: Option<NaiveDate>, how: Left, overridden: bool) {
        if overridden {
            self.overrides += 1;
            self.fact(day, "overrides", Value::Integer(i64::from(self.overrides)));
        }
        if let Some(visit) = self.visits.last_mut() {
            visit.left = left;
            visit.how = how;
            visit.overridden = overridden;
        }
    }

    fn close(
        &mut self,
        day: NaiveDate,
        closed: Option<NaiveDate>,
        state: State,
        reason: Option<String>,
    ) {
        if self.state == State::Hold {
            self.end_hold(day);
        }
        self.set_state(day, state);
        self.closed = closed;
        self.fact(day, "closed", date(closed));
        self.fact(day, "reason", optional(reason.as_deref()));
        self.reason = reason;
    }

    fn end_hold(&mut self, day: NaiveDate) {
        self.hold_until = None;
        self.hold_reason = None;
        self.fact(day, "hold_until", Value::Null);
    }

    fn set_state(&mut self, day: NaiveDate, state: State) {
        self.state = state;
        self.fact(day, "state", text(state.name()));
    }

    fn role_fact(&mut self, day: NaiveDate, role: BuyingRole) {
        let has = self.roles.iter().any(|(held, _)| *held == role);
        self.fact(
            day,
            &format!("has_{}", role.name()),
            Value::Integer(i64::from(has)),
        );
    }

    fn account_fact(&mut self, day: NaiveDate) {
        let account = self.account.map_or(Value::Null, |id| Value::Integer(id.0));
        self.fact(day, fact::ACCOUNT, account);
    }

    fn next_step_facts(&mut self, day: NaiveDate, event: &Event) {
        if !matches!(
            event,
            Event::FollowUpAdded { .. }
                | Event::FollowUpDone { .. }
                | Event::FollowUpSnoozed { .. }
        ) {
            return;
        }
        let booked = date(self.next_follow_up().map(|item| item.due));
        let next = self.next_step();
        let words = optional(next.map(|item| item.text.as_str()));
        let due = date(next.map(|item| item.due));
        self.fact(day, "next_step", words);
        self.fact(day, "next_date", due);
        self.fact(day, fact::BOOKED, booked);
    }

    /// A later fact of the same day and name takes the earlier one's place.
    fn fact(&mut self, day: NaiveDate, name: &str, value: Value) {
        let same_day = self
            .facts
            .iter_mut()
            .rev()
            .take_while(|fact| fact.day == day);
        for fact in same_day {
            if fact.name == name {
                fact.value = value;
                return;
            }
        }
        if value == Value::Null && self.facts.iter().all(|fact| fact.name != name) {
            return;
        }
        self.facts.push(Fact {
            day,
            name: name.to_string(),
            value,
        });
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_string())
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::Text(text.to_string()))
}

fn date(date: Option<NaiveDate>) -> Value {
    date.map_or(Value::Null, |date| Value::Text(date.to_string()))
}
