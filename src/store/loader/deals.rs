//! The columns of deals and their visits: as they are, or as they were on an earlier day.

use std::collections::BTreeSet;

use anyhow::Result;

use super::Loader;
use super::names::{Interned, in_order, retain};
use crate::condition::Value;
use crate::deal::book::{Columns, Day, Left, State, Visits};
use crate::deal::fact;
use crate::id::Id;
use crate::money::Currency;
use crate::store::columns::{Children, damaged, day_of};
use crate::store::project;

impl Loader<'_, '_> {
    /// Which deals there are, and whether they are open.
    pub(super) fn states(&mut self) -> Result<()> {
        let state = |name: &str| State::from_name(name).ok_or_else(damaged);
        let Some(cut) = self.cut else {
            self.deals.state = self.view.labels("state", State::Open, state)?;
            return Ok(());
        };
        let states = self.view.fact_on("state", Some(cut))?;
        let states = states.map(None, |value| match value {
            Value::Text(name) => state(name).map(Some),
            _ => Ok(None),
        })?;
        let mut places = Vec::with_capacity(states.len());
        for (id, state) in self.view.ids.iter().zip(states) {
            places.push(state.map(|state| {
                self.deals.id.push(*id);
                self.deals.state.push(state);
                self.deals.id.len() as u32 - 1
            }));
        }
        self.places = Some(places);
        Ok(())
    }

    /// Nothing happened after the as-of day.
    pub(super) fn is_newest(&self) -> bool {
        self.cut.is_none()
    }

    /// The values of those deals of the view that are in the Book.
    pub(super) fn kept<T: Clone>(&self, values: Vec<T>) -> Vec<T> {
        match &self.places {
            None => values,
            Some(places) => {
                let there = values.into_iter().zip(places);
                there
                    .filter_map(|(value, place)| place.map(|_| value))
                    .collect()
            }
        }
    }

    pub(super) fn label(
        &self,
        column: &str,
        fact: &str,
        mut place: impl FnMut(&str) -> Result<u32>,
    ) -> Result<Vec<Option<u32>>> {
        let Some(cut) = self.cut else {
            return self
                .view
                .labels(column, None, |label| place(label).map(Some));
        };
        let told = self.view.fact_on(fact, Some(cut))?;
        let all = told.map(None, |value| match value {
            Value::Text(text) => place(text).map(Some),
            _ => Ok(None),
        })?;
        Ok(self.kept(all))
    }

    fn day(&self, column: &str, fact: &str) -> Result<Vec<Option<Day>>> {
        let Some(cut) = self.cut else {
            return self
                .view
                .numbers(column, |day| day.map(|day| Day::new(day as i32)));
        };
        let told = self.view.fact_on(fact, Some(cut))?;
        Ok(self.kept(told.map(None, |value| Ok(day_of(value)))?))
    }

    pub(super) fn whole(&self, column: &str, fact: &str) -> Result<Vec<Option<i64>>> {
        let Some(cut) = self.cut else {
            return self.view.numbers(column, |n| n);
        };
        let told = self.view.fact_on(fact, Some(cut))?;
        let all = told.map(None, |value| {
            Ok(match value {
                Value::Integer(n) => Some(*n),
                _ => None,
            })
        })?;
        Ok(self.kept(all))
    }

    pub(super) fn value_of_deals(&mut self, currencies: &mut Vec<Currency>) -> Result<()> {
        self.deals.value_minor = self.whole("value_minor", fact::VALUE_MINOR)?;
        // Without a currency it is that of the process, which comes first.
        if self.is_newest() {
            let place = |code: &str| place_of(currencies, code);
            self.deals.currency = self.view.labels("currency", 0, place)?;
            return Ok(());
        }
        let place = |code: &str| place_of(currencies, code).map(u32::from);
        let places = self.label("currency", "currency", place)?;
        let place = |place: Option<u32>| place.unwrap_or(0) as u8;
        self.deals.currency = places.into_iter().map(place).collect();
        Ok(())
    }

    /// The dates of deals, why they were lost, and what type of customer they are with.
    pub(super) fn days_and_reasons(
        &mut self,
        wanted: Columns,
    ) -> Result<(Vec<String>, Vec<String>)> {
        if wanted.has(Columns::OPENED) {
            self.deals.opened = self.day("opened", "opened")?;
        }
        if wanted.has(Columns::CLOSED) {
            self.deals.closed = self.day("closed", "closed")?;
        }
        if wanted.has(Columns::EXPECTED_CLOSE) {
            self.deals.expected_close = self.day("expected_close", "expected_close")?;
        }
        if wanted.has(Columns::HOLD) {
            self.deals.hold_until = self.day("hold_until", "hold_until")?;
        }
        if wanted.has(Columns::NEXT_DUE) {
            self.deals.next_due = self.day("next_due", fact::BOOKED)?;
        }
        if wanted.has(Columns::TOUCHED) {
            self.deals.touched = self.day("touched", fact::TOUCHED)?;
        }
        let mut reasons = Interned::default();
        if wanted.has(Columns::REASON) {
            let mut told = self.label("reason", "reason", |name| Ok(reasons.index(name)))?;
            for (reason, state) in told.iter_mut().zip(&self.deals.state) {
                if *state != State::Lost {
                    *reason = None;
                }
            }
            self.deals.reason = told;
        }
        let mut types = Interned::default();
        if wanted.has(Columns::TYPE) {
            self.deals.customer_type =
                self.label("customer_type", "type", |name| Ok(types.index(name)))?;
        }
        Ok((
            in_order(reasons.names(), &mut self.deals.reason),
            in_order(types.names(), &mut self.deals.customer_type),
        ))
    }

    /// Which deals a file told of.
    pub(super) fn imported(&self) -> Result<Vec<bool>> {
        let mut imported = vec![false; self.view.len()];
        let mut statement = self
            .connection
            .prepare_cached("SELECT deal FROM imported ORDER BY deal")?;
        let mut rows = statement.query([])?;
        let mut at = 0;
        while let Some(row) = rows.next()? {
            let deal = Id(row.get(0)?);
            // Both are in the order of ids.
            while self.view.ids.get(at).is_some_and(|id| *id < deal) {
                at += 1;
            }
            if self.view.ids.get(at) == Some(&deal) {
                imported[at] = true;
            }
        }
        Ok(self.kept(imported))
    }

    pub(super) fn stage_of_deals(&mut self) -> Result<()> {
        let mut stages = std::mem::take(&mut self.stages);
        let Some(cut) = self.cut else {
            let place = |name: &str| Ok(Some(stages.index(name) as u16));
            self.deals.stage = self.view.labels("stage", None, place)?;
            self.deals.stage_entered = self.day("stage_entered", "stage_entered")?;
            self.stages = stages;
            return Ok(());
        };
        // On an earlier day it is in the last stage that it had entered.
        let children = self.view.children("visit")?;
        let stage = self
            .view
            .child_labels(&children, "stage", 0, |name| Ok(stages.index(name) as u16))?;
        let entered = self.child_days(&children, "entered")?;
        let mut all = vec![(None, None); self.view.len()];
        for ((deal, stage), entered) in children
            .deals(|deal| deal)
            .into_iter()
            .zip(stage)
            .zip(entered)
        {
            if entered.is_none_or(|day| day <= cut) {
                all[deal as usize] = (Some(stage), entered);
            }
        }
        self.stages = stages;
        (self.deals.stage, self.deals.stage_entered) = self.kept(all).into_iter().unzip();
        Ok(())
    }

    /// Under which version of the process each deal passed its last gate, and which versions these are.
    pub(super) fn gate_versions(&self) -> Result<(Vec<Option<u32>>, Vec<String>)> {
        let told = self.view.fact_on(fact::GATE_VERSION, self.cut)?;
        let found = self.kept(told.map(None, |value| match value {
            Value::Integer(version) => Ok(Some(*version)),
            _ => Ok(None),
        })?);
        let known: BTreeSet<i64> = found.iter().flatten().copied().collect();
        let known: Vec<i64> = known.into_iter().collect();
        let place = |version: Option<i64>| Some(known.binary_search(&version?).ok()? as u32);
        let places = found.into_iter().map(place).collect();
        Ok((places, known.iter().map(i64::to_string).collect()))
    }

    pub(super) fn child_days(&self, children: &Children, column: &str) -> Result<Vec<Option<Day>>> {
        self.view
            .child_numbers(children, column, |day| day.map(|day| Day::new(day as i32)))
    }

    /// The deal of the Book that each row belongs to.
    pub(super) fn deals_of(&self, children: &Children) -> Vec<Option<u32>> {
        match &self.places {
            None => children.deals(Some),
            Some(places) => children.deals(|deal| places[deal as usize]),
        }
    }

    /// Visits up to the as-of day; one that ended later is still going on.
    pub(super) fn visits(&mut self) -> Result<Visits> {
        let children = self.view.children("visit")?;
        let stages = &mut self.stages;
        let stage = self
            .view
            .child_labels(&children, "stage", 0, |name| Ok(stages.index(name) as u16))?;
        let how = self
            .view
            .child_labels(&children, "how", Left::Still, |name| {
                project::left_from_name(name).ok_or_else(damaged)
            })?;
        let mut visits = Visits {
            deal: Vec::new(),
            stage,
            entered: self.child_days(&children, "entered")?,
            left: self.child_days(&children, "left_day")?,
            how,
            overridden: self
                .view
                .child_numbers(&children, "overridden", |n| n == Some(1))?,
        };
        let later = |day: &Option<Day>| day.is_some_and(|day| day > self.as_of);
        for at in 0..visits.left.len() {
            if later(&visits.left[at]) {
                visits.left[at] = None;
                visits.how[at] = Left::Still;
                visits.overridden[at] = false;
            }
        }
        if self.places.is_none() && !visits.entered.iter().any(later) {
            visits.deal = children.deals(|deal| deal);
            return Ok(visits);
        }
        let deals = self.deals_of(&children);
        let kept: Vec<bool> = deals
            .iter()
            .zip(&visits.entered)
            .map(|(deal, entered)| deal.is_some() && !later(entered))
            .collect();
        visits.deal = deals
            .iter()
            .zip(&kept)
            .filter_map(|(deal, kept)| deal.filter(|_| *kept))
            .collect();
        retain(&mut visits.stage, &kept);
        retain(&mut visits.entered, &kept);
        retain(&mut visits.left, &kept);
        retain(&mut visits.how, &kept);
        retain(&mut visits.overridden, &kept);
        Ok(visits)
    }
}

/// The place of a currency by its code.
pub(super) fn place_of(currencies: &mut Vec<Currency>, code: &str) -> Result<u8> {
    let currency: Currency = code.parse().map_err(|_| damaged())?;
    let place = currencies.iter().position(|known| *known == currency);
    Ok(place.unwrap_or_else(|| {
        currencies.push(currency);
        currencies.len() - 1
    }) as u8)
}
