//! The tables of the Book beside deals and visits: what was done, what is to be done, what changed.

use std::collections::HashMap;

use anyhow::Result;

use super::Loader;
use super::accounts::{may_be_of_account, numbers_of_accounts};
use super::deals::place_of;
use super::names::{Interned, in_order, retain};
use crate::deal::book::{Activities, Changes, Columns, Dated, Day, FollowUps, State};
use crate::deal::event::ActivityKind;
use crate::deal::fact;
use crate::fault::Fault;
use crate::id::Id;
use crate::money::Currency;
use crate::process::{LOST, WON};
use crate::store::columns::damaged;

impl Loader<'_, '_> {
    /// What was done up to the as-of day, for deals and for nobody's deal.
    pub(super) fn activities(
        &mut self,
        wanted: Columns,
        tools: &mut Vec<String>,
    ) -> Result<Activities> {
        let children = self.view.children("activity")?;
        let mut used = Interned::default();
        let kind = |name: &str| ActivityKind::from_name(name).ok_or_else(damaged);
        let logins = &self.logins;
        let mut all = Activities {
            deal: self.deals_of(&children),
            day: self.view.child_numbers(&children, "day", |day| {
                Day::new(day.unwrap_or_default() as i32)
            })?,
            ..Activities::default()
        };
        if wanted.has(Columns::ACTIVITIES) {
            all.kind = self
                .view
                .child_labels(&children, "kind", ActivityKind::Other, kind)?;
            all.by = self.view.child_labels(&children, "actor", None, |name| {
                Ok(logins.get(name).copied())
            })?;
        }
        if wanted.has(Columns::EFFORT) {
            let minutes = |n: Option<i64>| n.map(|n| n as u32);
            all.minutes = self.view.child_numbers(&children, "minutes", minutes)?;
            all.cost_minor =
                self.view
                    .child_numbers(&children, "cost_minor", Option::unwrap_or_default)?;
        }
        if wanted.has(Columns::TOOLS) {
            let place = |name: &str| Ok(Some(used.index(name)));
            all.tool = self.view.child_labels(&children, "tool", None, place)?;
        }
        for (by, deal) in all.by.iter_mut().zip(&all.deal) {
            if by.is_none() {
                *by = deal.and_then(|deal| self.deals.owner[deal as usize]);
            }
        }
        let as_of = self.as_of;
        if !self.is_newest() {
            let kept: Vec<bool> = all
                .day
                .iter()
                .zip(&all.deal)
                .map(|(day, deal)| deal.is_some() && *day <= as_of)
                .collect();
            retain(&mut all.deal, &kept);
            retain(&mut all.day, &kept);
            retain(&mut all.kind, &kept);
            retain(&mut all.by, &kept);
            retain(&mut all.minutes, &kept);
            retain(&mut all.cost_minor, &kept);
            retain(&mut all.tool, &kept);
        }
        if wanted.has(Columns::ACTIVITIES) {
            self.with_contacts(wanted, &mut all, &mut used)?;
        }
        let names = used.named.into_iter().map(|tool| tool.name).collect();
        *tools = in_order(names, &mut all.tool);
        Ok(all)
    }

    /// What was done with people outside of deals.
    fn with_contacts(
        &self,
        wanted: Columns,
        all: &mut Activities,
        tools: &mut Interned,
    ) -> Result<()> {
        let mut statement = self.connection.prepare(
            "SELECT day, kind, minutes, cost_minor, actor, tool FROM contact_activity WHERE day <= $1",
        )?;
        let mut rows = statement.query([self.as_of.number()])?;
        while let Some(row) = rows.next()? {
            let kind = row.get_ref(1)?.as_str().map_err(anyhow::Error::from)?;
            let kind = ActivityKind::from_name(kind)
                .ok_or_else(|| Fault::damaged(format!("unknown activity `{kind}`")))?;
            let text = |at: usize| {
                row.get_ref(at)?
                    .as_str_or_null()
                    .map_err(anyhow::Error::from)
            };
            all.by
                .push(text(4)?.and_then(|actor| self.logins.get(actor).copied()));
            all.deal.push(None);
            all.day.push(Day::new(row.get(0)?));
            all.kind.push(kind);
            if wanted.has(Columns::EFFORT) {
                all.minutes.push(row.get(2)?);
                let cost: Option<i64> = row.get(3)?;
                all.cost_minor.push(cost.unwrap_or_default());
            }
            if wanted.has(Columns::TOOLS) {
                all.tool.push(text(5)?.map(|name| tools.index(name)));
            }
        }
        Ok(())
    }

    /// What was to be done by the as-of day, due when it was due as of then.
    pub(super) fn follow_ups(&self, wanted: Columns) -> Result<FollowUps> {
        let children = self.view.children("follow_up")?;
        let days = |column: &str| {
            self.view.child_numbers(&children, column, |day| {
                Day::new(day.unwrap_or_default() as i32)
            })
        };
        let id = |id: Option<i64>| Id(id.unwrap_or_default());
        let ids = self.view.child_numbers(&children, "item", id)?;
        let (due, added) = (days("due")?, days("added")?);
        let done = self.child_days(&children, "done")?;
        let by_rule = self
            .view
            .child_numbers(&children, "by_rule", |n| n == Some(1))?;
        let due_before = self.due_before()?;
        let with_texts = wanted.has(Columns::FOLLOW_UPS);
        let mut texts = if with_texts {
            self.texts()?
        } else {
            HashMap::new()
        };
        let mut all = FollowUps::default();
        for (at, deal) in self.deals_of(&children).into_iter().enumerate() {
            let Some(deal) = deal.filter(|_| added[at] <= self.as_of) else {
                continue;
            };
            let done = done[at].filter(|day| *day <= self.as_of);
            all.deal.push(deal);
            all.due
                .push(due_before.get(&ids[at]).copied().unwrap_or(due[at]));
            all.added.push(added[at]);
            all.done.push(done);
            all.by_rule.push(by_rule[at]);
            if with_texts {
                all.id.push(ids[at]);
                all.text.push(match done {
                    None => texts.remove(&ids[at]).unwrap_or_default(),
                    Some(_) => String::new(),
                });
            }
        }
        Ok(all)
    }

    /// When what was put off after the as-of day had been due.
    fn due_before(&self) -> Result<HashMap<Id, Day>> {
        let children = self.view.children("snooze")?;
        let id = |id: Option<i64>| Id(id.unwrap_or_default());
        let items = self.view.child_numbers(&children, "item", id)?;
        let days = self.child_days(&children, "day")?;
        let before = self.child_days(&children, "due_before")?;
        let mut due = HashMap::new();
        for ((item, day), before) in items.into_iter().zip(days).zip(before) {
            if let (Some(day), Some(before)) = (day, before)
                && day > self.as_of
            {
                // The first time after that day; they are in the order of their days.
                due.entry(item).or_insert(before);
            }
        }
        Ok(due)
    }

    /// The words of what was not done by the as-of day.
    fn texts(&self) -> Result<HashMap<Id, String>> {
        let mut texts = HashMap::new();
        for query in [
            "SELECT id, text FROM followup WHERE done IS NULL AND added <= $1",
            "SELECT id, text FROM followup WHERE done > $1 AND added <= $1",
        ] {
            if self.is_newest() && query.contains("done >") {
                continue;
            }
            let mut statement = self.connection.prepare_cached(query)?;
            let mut rows = statement.query([self.as_of.number()])?;
            while let Some(row) = rows.next()? {
                texts.insert(Id(row.get(0)?), row.get(1)?);
            }
        }
        Ok(texts)
    }

    /// The dated values of what the Book has the last of.
    pub(super) fn changes(
        &mut self,
        wanted: Columns,
        currencies: &mut Vec<Currency>,
    ) -> Result<Changes> {
        let mut changes = Changes::default();
        if wanted.has(Columns::WORTH_CHANGES) {
            let mut owners = std::mem::take(&mut self.owners);
            changes.owner = self.dated_labels("owner", |name| Ok(Some(owners.index(name))))?;
            self.owners = owners;
            changes.value_minor = self.dated(fact::VALUE_MINOR, "whole", |_, n| n)?;
            let mut place = |code: &str| place_of(currencies, code).map(Some);
            let told = self.dated_labels("currency", &mut place)?;
            changes.currency = Dated {
                deal: told.deal,
                day: told.day,
                to: told.to.iter().map(|to| to.unwrap_or(0)).collect(),
            };
        }
        if wanted.has(Columns::CHANGES) {
            let mut stages = std::mem::take(&mut self.stages);
            changes.stage = self.dated_labels("stage", |name| {
                let open = ![WON, LOST].contains(&name);
                Ok(open.then(|| stages.index(name) as u16))
            })?;
            self.stages = stages;
            changes.expected_close = self.dated("expected_close", "date", |day, date| {
                date.map(|date| Day::new(day.number() + date as i32))
            })?;
            let state = |name: &str| State::from_name(name).map(Some).ok_or_else(damaged);
            let told = self.dated_labels("state", state)?;
            for ((deal, day), state) in told.deal.into_iter().zip(told.day).zip(told.to) {
                if let Some(state) = state {
                    changes.state.push(deal, day, state);
                }
            }
        }
        Ok(changes)
    }

    /// A number or flag with its earlier values: the deal's or, where it has none, its account's.
    pub(super) fn dated_number(
        &self,
        name: &str,
        account_ids: &[i64],
    ) -> Result<Dated<Option<f64>>> {
        let children = self.view.history(name)?;
        let number = |bits: Option<i64>| bits.map(|bits| f64::from_bits(bits as u64));
        let mut to = self.view.child_numbers(&children, "number", number)?;
        let whole = |n: Option<i64>| n.map(|n| n as f64);
        let wholes = self.view.child_numbers(&children, "whole", whole)?;
        for (to, whole) in to.iter_mut().zip(wholes) {
            *to = whole.or(*to);
        }
        let days = self.view.child_numbers(&children, "day", |day| {
            Day::new(day.unwrap_or_default() as i32)
        })?;
        let own = self.until_as_of(self.deals_of(&children), days, to);
        if !may_be_of_account(self.process, name) {
            return Ok(own);
        }
        let of_accounts = numbers_of_accounts(self.connection, name, self.as_of)?;
        let mut all: Dated<Option<f64>> = Dated::default();
        let mut next = 0;
        for (deal, account) in (0_u32..).zip(&self.deals.account) {
            let begin = next;
            while own.deal.get(next) == Some(&deal) {
                all.push(deal, own.day[next], own.to[next]);
                next += 1;
            }
            let account = account.map(|account| account_ids[account as usize]);
            if next == begin
                && let Some(values) = account.and_then(|account| of_accounts.get(&account))
            {
                for (day, value) in values {
                    all.push(deal, *day, *value);
                }
            }
        }
        Ok(all)
    }

    fn dated_labels<T: Copy>(
        &self,
        name: &str,
        place: impl FnMut(&str) -> Result<Option<T>>,
    ) -> Result<Dated<Option<T>>> {
        let children = self.view.history(name)?;
        let days = self.view.child_numbers(&children, "day", |day| {
            Day::new(day.unwrap_or_default() as i32)
        })?;
        let to = self.view.child_labels(&children, "text", None, place)?;
        Ok(self.until_as_of(self.deals_of(&children), days, to))
    }

    fn dated<T: Copy>(
        &self,
        name: &str,
        column: &str,
        of: impl Fn(Day, Option<i64>) -> T,
    ) -> Result<Dated<T>> {
        let children = self.view.history(name)?;
        let days = self.view.child_numbers(&children, "day", |day| {
            Day::new(day.unwrap_or_default() as i32)
        })?;
        let to = self.view.child_numbers(&children, column, |n| n)?;
        let to = days.iter().zip(to).map(|(day, to)| of(*day, to)).collect();
        Ok(self.until_as_of(self.deals_of(&children), days, to))
    }

    fn until_as_of<T: Copy>(
        &self,
        deals: Vec<Option<u32>>,
        days: Vec<Day>,
        to: Vec<T>,
    ) -> Dated<T> {
        let mut dated = Dated::default();
        dated.deal.reserve_exact(days.len());
        dated.day.reserve_exact(days.len());
        dated.to.reserve_exact(days.len());
        for ((deal, day), to) in deals.into_iter().zip(days).zip(to) {
            if let Some(deal) = deal.filter(|_| day <= self.as_of) {
                dated.push(deal, day, to);
            }
        }
        dated
    }
}
