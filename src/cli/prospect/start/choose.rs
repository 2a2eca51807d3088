//! Of those who were selected, who may get a deal now: a lot can have happened since.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::super::session::Session;
use crate::condition::Value;
use crate::id::Id;
use crate::list::State;
use crate::prospect::suppression::{Purpose, Scratch, Source};
use crate::prospect::{Fate, Field, Record, Seeds};
use crate::store::{Bond, Chosen, ListRow, Name, SelectionRow, Standing};

/// Somebody a deal is to begin with.
pub(crate) struct Candidate {
    pub(crate) why: String,
    pub(crate) who: Who,
}

pub(crate) enum Who {
    /// A row of a list.
    Prospect(Box<Prospect>),
    Customer {
        account: Id,
        /// Whose its latest deal is.
        owner: Option<String>,
    },
}

pub(crate) struct Prospect {
    pub(crate) name: Name,
    pub(crate) bond: Bond,
    /// Its place among the lists.
    pub(crate) list: Option<usize>,
    /// Bound by the terms of that list: neither did they answer, nor are they ours by another way.
    pub(crate) borrowed: bool,
    /// Reached within `contact_gap`, whoever did it.
    pub(crate) contacted: bool,
}

/// Who was left out, by why.
#[derive(Default)]
pub(crate) struct Left {
    gone: usize,
    decoys: usize,
    twice: usize,
    in_deals: usize,
    suppressed: BTreeMap<String, usize>,
}

impl Left {
    /// `3 suppressed (2 do not contact, 1 customer), 2 in a deal already`; nothing when nobody was left out.
    pub(crate) fn words(&self) -> Option<String> {
        const SHOWN: usize = 3;
        let mut parts = Vec::new();
        let suppressed: usize = self.suppressed.values().sum();
        if suppressed > 0 {
            let mut reasons: Vec<(&String, &usize)> = self.suppressed.iter().collect();
            reasons.sort_by_key(|(reason, n)| (std::cmp::Reverse(**n), *reason));
            let mut told: Vec<String> = reasons
                .iter()
                .take(SHOWN)
                .map(|(reason, n)| format!("{n} {}", crate::text::visible(reason)))
                .collect();
            let others: usize = reasons.iter().skip(SHOWN).map(|(_, n)| **n).sum();
            if others > 0 {
                told.push(format!("{others} for other reasons"));
            }
            parts.push(format!("{suppressed} suppressed ({})", told.join(", ")));
        }
        for (n, what) in [
            (self.in_deals, "in a deal already"),
            (self.twice, "selected twice, as rows of the same person"),
            (self.decoys, "of a list's decoys"),
            (self.gone, "not there any more"),
        ] {
            if n > 0 {
                parts.push(format!("{n} {what}"));
            }
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// The customers of a selection who may get a deal for `product`.
pub(crate) fn customers(
    session: &Session<'_>,
    selection: &SelectionRow,
    chosen: &[Chosen],
    product: Option<&str>,
) -> Result<(Vec<Candidate>, Left)> {
    let suppressed = session.store.suppression_set(session.today)?;
    let why: FxHashMap<Id, &str> = reasons(chosen);
    let rows = session.store.chosen_customers(selection.run)?;
    let mut left = Left {
        gone: chosen.len().saturating_sub(rows.len()),
        ..Left::default()
    };
    let accounts: Vec<Id> = rows.iter().map(|row| row.account).collect();
    let facts = session.store.facts_of_accounts(&accounts, session.today)?;
    let mut scratch = Scratch::default();
    let mut seen = FxHashSet::default();
    let mut candidates = Vec::new();
    for row in rows {
        // Whom we talk with about something else may hear of this too.
        let talking = match product {
            Some(product) => row.open.iter().flatten().any(|open| open == product),
            None => !row.open.is_empty(),
        };
        let fields = facts.get(&row.account).map(|facts| &facts.fields);
        let record = of_company(&row.name, |field| {
            let mut fields = fields.into_iter().flatten();
            fields
                .find(|(name, _)| name == field)
                .map(|(_, value)| value)
        });
        // Customers are spared cold mailings, not the talk with whoever looks after them.
        let hit = suppressed.reason_for(&record, Purpose::All, &mut scratch);
        if !seen.insert(row.account) {
            left.twice += 1;
        } else if let Some(hit) = hit {
            *left.suppressed.entry(hit.reason.to_string()).or_default() += 1;
        } else if talking {
            left.in_deals += 1;
        } else {
            candidates.push(Candidate {
                why: why.get(&row.subject).copied().unwrap_or_default().into(),
                who: Who::Customer {
                    account: row.account,
                    owner: row.owner,
                },
            });
        }
    }
    Ok((candidates, left))
}

/// The names of a selection who may get a deal.
pub(crate) fn prospects(
    session: &Session<'_>,
    selection: &SelectionRow,
    chosen: &[Chosen],
    lists: &[ListRow],
) -> Result<(Vec<Candidate>, Left)> {
    let store = &session.store;
    let why = reasons(chosen);
    let mut names: FxHashMap<Id, Name> = store
        .names_chosen(selection.run)?
        .into_iter()
        .map(|name| (name.id, name))
        .collect();
    let places: FxHashMap<&str, usize> = lists
        .iter()
        .enumerate()
        .map(|(at, list)| (list.code(), at))
        .collect();
    let standing = store.standing(selection.run, since(session))?;
    let known = Known::read(session, &standing, lists)?;
    let mut decoys: FxHashMap<usize, Seeds> = FxHashMap::default();
    let mut seen = FxHashSet::default();
    let (mut left, mut candidates) = (Left::default(), Vec::new());
    let mut record = Record::default();
    let mut found = 0;
    for bond in standing.bonds {
        let Some(name) = names.remove(&bond.prospect) else {
            continue;
        };
        found += 1;
        let list = name
            .list
            .as_deref()
            .and_then(|code| places.get(code).copied());
        if let Some(at) = list
            && !decoys.contains_key(&at)
        {
            decoys.insert(at, Seeds::new(store.seeds(lists[at].id)?));
        }
        fill(&mut record, &name);
        let decoy = list.and_then(|at| decoys.get(&at));
        if name.fate == Fate::Seed || decoy.is_some_and(|decoys| decoys.holds(&record)) {
            left.decoys += 1;
            continue;
        }
        if !seen.insert(bond.entity) {
            left.twice += 1;
            continue;
        }
        if standing.in_deals.contains(&bond.entity) {
            left.in_deals += 1;
            continue;
        }
        match known.blocked.get(&bond.entity) {
            Some(None) => left.in_deals += 1,
            Some(Some(reason)) => *left.suppressed.entry(reason.clone()).or_default() += 1,
            None => candidates.push(Candidate {
                why: why.get(&bond.prospect).copied().unwrap_or_default().into(),
                who: Who::Prospect(Box::new(Prospect {
                    contacted: standing.contacted.contains(&bond.entity),
                    borrowed: bond.person.is_none() && !known.ours.contains(&bond.entity),
                    name,
                    bond,
                    list,
                })),
            }),
        }
    }
    left.gone = chosen.len().saturating_sub(found);
    Ok((candidates, left))
}

/// Whoever was reached on this day or later may not be selected yet.
pub(crate) fn since(session: &Session<'_>) -> NaiveDate {
    let process = &session.process;
    let gap = process.prospecting.contact_gap;
    process.calendar.still_within(session.today, gap)
}

fn reasons(chosen: &[Chosen]) -> FxHashMap<Id, &str> {
    let each = chosen.iter().map(|one| (one.subject, one.why.as_str()));
    each.collect()
}

/// By what a customer can be suppressed: its name, and where its web pages are.
pub(crate) fn of_company<'v>(name: &str, value: impl Fn(&str) -> Option<&'v Value>) -> Record {
    let mut record = Record::default();
    record.begin(0);
    record.set(Field::Company, name);
    for (name, field) in [("website", Field::Website), ("domain", Field::Domain)] {
        if let Some(Value::Text(site)) = value(name) {
            record.set(field, site);
        }
    }
    record
}

pub(crate) fn fill(record: &mut Record, name: &Name) {
    record.begin(name.line);
    for field in Field::ALL {
        record.set(field, name.get(field));
    }
}

/// What all rows of the chosen people say of them.
#[derive(Default)]
struct Known {
    /// Whoever must be left alone by anything that is known of them, with the reason; none for those who are
    /// in a deal.
    blocked: FxHashMap<Id, Option<String>>,
    /// Whoever answered or had a deal, or is on a list that is ours.
    ours: FxHashSet<Id>,
}

impl Known {
    fn read(session: &Session<'_>, standing: &Standing, lists: &[ListRow]) -> Result<Self> {
        let suppressed = session.store.suppression_set(session.today)?;
        let own: FxHashSet<Id> = lists
            .iter()
            .filter(|list| list.terms.is_ours() && list.state != State::Returned)
            .map(|list| list.id)
            .collect();
        let mut known = Self {
            ours: session.store.won_over()?,
            ..Self::default()
        };
        let mut scratch = Scratch::default();
        session
            .store
            .each_known_of_standing(standing, |entity, list, record| {
                if list.is_some_and(|list| own.contains(&list)) {
                    known.ours.insert(entity);
                }
                let hit = suppressed.reason_for(record, Purpose::Marketing, &mut scratch);
                if let Some(hit) = hit {
                    let reason = (hit.source != Source::OpenDeal).then(|| hit.reason.to_string());
                    // What somebody said goes before what follows from deals.
                    let kept = known.blocked.entry(entity).or_default();
                    *kept = kept.take().or(reason);
                }
            })?;
        Ok(known)
    }
}
