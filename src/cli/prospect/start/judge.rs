//! What the process makes of those deals: the stage they begin in, the kind of customer each is with.

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::super::super::session::Session;
use super::choose::Prospect;
use crate::condition::{Truth, Value};
use crate::deal::Deal;
use crate::deal::event::{Change, Event, Recorded};
use crate::deal::fact::{Rows, Subject};
use crate::deal::start::{NewAccount, NewDeal, Party};
use crate::id::Id;
use crate::prospect::score::{Score, scores};
use crate::store::{AccountFacts, Catalog, Moment};

/// The stage that the priority of each prospect calls for: the first one where the process says nothing.
pub(super) fn stages(session: &Session<'_>, prospects: &[&Prospect]) -> Result<Vec<String>> {
    let process = &session.process;
    let first = process.stages.first().map(|stage| stage.name.clone());
    let first = first.unwrap_or_default();
    if process.prospecting.start_stage.is_empty() {
        return Ok(vec![first; prospects.len()]);
    }
    let ids: Vec<Id> = prospects.iter().map(|prospect| prospect.name.id).collect();
    let (_, facts) = session
        .store
        .prospect_facts(&session.process, session.today, &ids)?;
    let stage = |score: Score<'_>| {
        let priority = score.priority?;
        process.prospecting.start_stage.get(&priority).cloned()
    };
    let scores = scores(process, &facts)?.into_iter();
    Ok(scores
        .map(|score| stage(score).unwrap_or_else(|| first.clone()))
        .collect())
}

/// What customer types are judged by, besides the deals.
pub(super) struct Known<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) new: &'a [NewAccount],
    pub(super) facts: &'a FxHashMap<Id, AccountFacts>,
    pub(super) at: Moment,
}

/// The customer type of each deal, by the same facts as at any gate; all deals in one evaluation.
pub(super) fn customer_types(
    session: &Session<'_>,
    deals: &[NewDeal],
    known: &Known<'_>,
) -> Result<Vec<Option<String>>> {
    let process = &session.process;
    let mut types = vec![None; deals.len()];
    if process.customer_types.is_empty() {
        return Ok(types);
    }
    let mut rows = Rows::new(process, known.at.day);
    let results;
    if process.reads_results() {
        results = session.store.results(known.at.day)?;
        rows = rows.with_results(&results);
    }
    process
        .engine
        .load(deals.iter().map(|deal| row(&rows, deal, known)))?;
    for kind in &process.customer_types {
        let truths = match &kind.when {
            None => vec![Truth::Met; deals.len()],
            Some(when) => process.engine.judge(when)?,
        };
        for (found, truth) in types.iter_mut().zip(truths) {
            if found.is_none() && truth == Truth::Met {
                *found = Some(kind.name.clone());
            }
        }
    }
    Ok(types)
}

/// Whether a rep makes a difference to what type a customer is.
pub(super) fn owners_matter(session: &Session<'_>) -> bool {
    let mut types = session.process.customer_types.iter();
    types.any(|kind| {
        let reads = kind.when.iter().flat_map(|when| &when.reads);
        reads
            .into_iter()
            .any(|name| name == "owner" || name == "team")
    })
}

fn row(rows: &Rows<'_>, new: &NewDeal, known: &Known<'_>) -> Vec<Value> {
    let none = AccountFacts::default();
    let (account, told);
    match &new.account {
        Party::Known(id) => {
            let facts = known.facts.get(id).unwrap_or(&none);
            (account, told) = (facts.name.as_str(), facts.fields.clone());
        }
        Party::New(at) => {
            let new = &known.new[*at];
            let fields = new.fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), value.fact()));
            (account, told) = (new.name.as_str(), fields.collect());
        }
    }
    let owner = new.owner.as_deref();
    let rep = owner.and_then(|name| {
        known
            .catalog
            .get(crate::deal::event::CatalogKind::Rep, name)
    });
    let subject = Subject {
        id: Id(0),
        account: Some(account),
        team: rep.and_then(|rep| rep.team.as_deref()),
        account_facts: &told,
    };
    as_opened(new, known.at).map_or_else(
        || rows.row(&subject, []),
        |deal| rows.of_deal(&deal, &subject),
    )
}

/// The deal as it will be just before it enters its stage, which is when its type is asked for.
fn as_opened(new: &NewDeal, at: Moment) -> Option<Deal> {
    let opened = Event::DealOpened {
        account: Some(match &new.account {
            Party::Known(id) => *id,
            Party::New(_) => Id(0),
        }),
        opened: Some(at.day),
        external: None,
    };
    let changes = [
        new.owner.clone().map(|owner| Change::Owner(Some(owner))),
        new.product.clone().map(|name| Change::Product(Some(name))),
        new.source.clone().map(|name| Change::Source(Some(name))),
    ];
    let changes = changes.into_iter().flatten().map(Event::Changed);
    let events: Vec<Recorded> = std::iter::once(opened)
        .chain(changes)
        .zip(1..)
        .map(|(event, seq)| Recorded {
            stream: Id(0),
            seq,
            operation: Id(0),
            recorded: at.instant,
            effective: at.instant,
            day: at.day,
            actor: String::new(),
            version: 0,
            event,
        })
        .collect();
    Deal::from_events(&events)
}
