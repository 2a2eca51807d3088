//! The deals before they have ids: all that is known of each, and how they are cut down to those that fit.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::super::super::session::Session;
use super::accounts::{self, Accounts};
use super::choose::{Candidate, Prospect, Who};
use super::{Asked, judge};
use crate::deal::event::FieldValue;
use crate::deal::start::{NewDeal, NewFollowUp, Origin, Party, Starting};
use crate::id::Id;
use crate::store::{AccountFacts, ListRow, Moment, SelectionRow};

/// The deals as far as they are known without their reps.
pub(super) fn draft(
    session: &Session<'_>,
    asked: &Asked,
    selection: &SelectionRow,
    candidates: &[Candidate],
    lists: &[ListRow],
    accounts: &mut Accounts<'_>,
    at: Moment,
) -> Result<Vec<NewDeal>> {
    let prospects: Vec<&Prospect> = candidates
        .iter()
        .filter_map(|one| match &one.who {
            Who::Prospect(prospect) => Some(prospect.as_ref()),
            Who::Customer { .. } => None,
        })
        .collect();
    let mut stages = judge::stages(session, &prospects)?.into_iter();
    let first = session.process.stages.first();
    let first = first.map(|stage| stage.name.clone()).unwrap_or_default();
    let mut follow_ups: BTreeMap<String, Vec<NewFollowUp>> = BTreeMap::new();
    let mut deals = Vec::with_capacity(candidates.len());
    for one in candidates {
        let why = one.why.trim();
        let mut origin = Origin {
            selection: Some(selection.id),
            why: (!why.is_empty()).then(|| why.to_string()),
            ..Origin::default()
        };
        let (account, person, stage) = match &one.who {
            Who::Prospect(prospect) => {
                origin.prospect = Some(prospect.name.id);
                origin.person = prospect.bond.person;
                origin.list = prospect.list.map(|at| lists[at].id);
                (
                    accounts.of(prospect),
                    accounts::person(prospect),
                    stages.next().unwrap_or_else(|| first.clone()),
                )
            }
            Who::Customer { account, .. } => (Party::Known(*account), None, first.clone()),
        };
        let due = follow_ups
            .entry(stage.clone())
            .or_insert_with(|| rules_of(session, asked, &stage, at.day));
        deals.push(NewDeal {
            account,
            person,
            title: None,
            owner: None,
            product: asked.product.clone(),
            source: asked.source.clone(),
            customer_type: None,
            follow_ups: due.clone(),
            origin,
            stage,
        });
    }
    Ok(deals)
}

/// What is to be done first: what was asked for, and what the stage asks for.
pub(super) fn rules_of(
    session: &Session<'_>,
    asked: &Asked,
    stage: &str,
    day: NaiveDate,
) -> Vec<NewFollowUp> {
    let calendar = &session.process.calendar;
    let next = asked.next.iter().map(|(due, text)| NewFollowUp {
        due: *due,
        text: text.clone(),
        by_rule: false,
    });
    let rules = session.process.stage(stage).map(|stage| &stage.follow_ups);
    let rules = rules.into_iter().flatten();
    let rules = rules
        // Its customer type is fixed at its first gate.
        .filter(|rule| rule.step.is_none() && rule.only.includes(None))
        .map(|rule| NewFollowUp {
            due: calendar.working_day_from(calendar.add(day, rule.after)),
            text: rule.say.clone(),
            by_rule: true,
        });
    next.chain(rules).collect()
}

pub(super) fn known_accounts(deals: &[NewDeal]) -> Vec<Id> {
    let known: BTreeSet<Id> = deals
        .iter()
        .filter_map(|deal| match deal.account {
            Party::Known(id) => Some(id),
            Party::New(_) => None,
        })
        .collect();
    known.into_iter().collect()
}

pub(super) fn facts(
    session: &Session<'_>,
    deals: &[NewDeal],
    at: Moment,
) -> Result<FxHashMap<Id, AccountFacts>> {
    session
        .store
        .facts_of_accounts(&known_accounts(deals), at.day)
}

/// What is known of the accounts together with what the rows add to it.
pub(super) fn with(
    facts: &FxHashMap<Id, AccountFacts>,
    news: &BTreeMap<Id, Vec<(String, FieldValue)>>,
) -> FxHashMap<Id, AccountFacts> {
    let mut all = facts.clone();
    for (account, fields) in news {
        let known = &mut all.entry(*account).or_default().fields;
        known.extend(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), value.fact())),
        );
    }
    all
}

pub(super) fn set_types(deals: &mut [NewDeal], types: Vec<Option<String>>) {
    for (deal, kind) in deals.iter_mut().zip(types) {
        deal.customer_type = kind;
    }
}

pub(super) fn owners(candidates: &[Candidate]) -> Vec<Option<String>> {
    let owner = |one: &Candidate| match &one.who {
        Who::Customer { owner, .. } => owner.clone(),
        Who::Prospect(_) => None,
    };
    candidates.iter().map(owner).collect()
}

/// Those for whom there is a rep.
pub(super) fn keep<T>(all: &mut Vec<T>, given: &[Option<String>]) {
    let mut reps = given.iter();
    all.retain(|_| reps.next().is_some_and(Option::is_some));
}

/// Accounts of deals that nobody had room for don't come into being.
pub(super) fn with_accounts_used(accounts: Accounts<'_>, mut deals: Vec<NewDeal>) -> Starting {
    let mut places: Vec<Option<usize>> = vec![None; accounts.new.len()];
    let mut used = 0;
    for deal in &mut deals {
        if let Party::New(at) = &mut deal.account {
            *at = *places[*at].get_or_insert_with(|| {
                used += 1;
                used - 1
            });
        }
    }
    let mut new: Vec<(usize, _)> = accounts
        .new
        .into_iter()
        .zip(places)
        .filter_map(|(account, place)| Some((place?, account)))
        .collect();
    new.sort_by_key(|(place, _)| *place);
    Starting {
        accounts: new.into_iter().map(|(_, account)| account).collect(),
        deals,
    }
}

/// The names that the terms of their lists bind, by list.
pub(super) fn borrowed(candidates: &[Candidate]) -> BTreeMap<usize, Vec<Id>> {
    let mut names: BTreeMap<usize, Vec<Id>> = BTreeMap::new();
    for one in candidates {
        if let Who::Prospect(prospect) = &one.who
            && prospect.borrowed
            && let Some(list) = prospect.list
        {
            names.entry(list).or_default().push(prospect.name.id);
        }
    }
    names
}
