//! Who is selected: everybody that the store finds, the best first, as many as may be.

use std::collections::BinaryHeap;

use anyhow::Result;
use rustc_hash::FxHashSet;

use super::super::super::filter;
use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::super::staff::Staff;
use super::words::{asked, left_out, nobody, why};
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::process::{Priority, Process};
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Query, TopicRule};
use crate::store::{Candidate, Candidates, Compared, Name, Resembled, Stars, Wanted};

/// How many of the most alike are found beyond twice as many as are wanted: some of them must not be
/// contacted.
const SPARE: usize = 1_000;

/// One of those who were selected.
pub(super) struct Line {
    pub(super) candidate: Candidate,
    pub(super) name: Name,
    pub(super) priority: Option<Priority>,
    /// By each of the topics that were asked for.
    pub(super) stars: Vec<Stars>,
    /// The customer that they are most like.
    pub(super) like: Option<Like>,
    pub(super) why: String,
}

/// How much like whom, and in what.
pub(super) struct Like {
    pub(super) share: f64,
    pub(super) account: String,
    pub(super) reasons: Vec<String>,
}

/// Who was selected, the best first, and what there is to say about the others.
pub(super) struct Selected {
    pub(super) lines: Vec<Line>,
    /// How many could have been, capacity and limit aside.
    pub(super) found: usize,
    pub(super) topics: Vec<TopicRule>,
    /// `312 contacted since 24 Aug 2026`
    pub(super) left_out: Vec<String>,
    /// Why there are not more.
    pub(super) bound: Option<String>,
    /// What was asked for, in words.
    pub(super) asked: Option<String>,
}

pub(super) fn choose(session: &Session<'_>, query: &Query) -> Result<Selected> {
    let process: &Process = &session.process;
    let condition = match &query.condition {
        None => None,
        Some(typed) => Some(filter::checked(&process.prospect_engine()?, typed)?),
    };
    let topics = topics(session, &query.topics)?;
    let lists = query
        .lists
        .iter()
        .map(|code| session.store.list_named(code))
        .collect::<Result<Vec<_>>>()?;
    let on: Vec<Id> = lists.iter().map(|list| list.id).collect();
    let room = room(session, query)?;
    let wanted = Wanted {
        process,
        today: session.today,
        condition: condition.as_ref(),
        topics: &topics,
        lists: &on,
    };
    let mut resembled = resembled(session, query)?;
    let limit = query.limit.unwrap_or(usize::MAX);
    let most = limit.min(room.unwrap_or(usize::MAX));
    let mut find = |of_most: usize| {
        let compared = resembled.as_mut().map(|resembled| Compared {
            likeness: &mut resembled.likeness,
            most: of_most,
        });
        session.store.candidates(&wanted, compared)
    };
    let mut candidates = find(most.saturating_mul(2).saturating_add(SPARE))?;
    let mut found = candidates.found.len();
    let (mut best, mut suppressed) = take_best(session, &mut candidates, most)?;
    if candidates.passed_over && best.iter().any(|one| one.like.is_none()) {
        // So many of the most alike must not be contacted that the others matter.
        candidates = find(usize::MAX)?;
        found = candidates.found.len();
        (best, suppressed) = take_best(session, &mut candidates, most)?;
    }
    let left_out = left_out(session, &candidates, suppressed)?;
    if best.is_empty() {
        return Err(nobody(session, query, &wanted, &candidates, &left_out)?.into());
    }
    let found = found - suppressed;
    let bound = (best.len() < found).then(|| bound(limit, room, found));
    let mut lines = lines(session, &candidates, best)?;
    for line in &mut lines {
        if let Some(resembled) = &mut resembled {
            line.like = like(&candidates, resembled, line);
        }
        line.why = why(session, line, &topics, query.condition.as_deref());
    }
    Ok(Selected {
        lines,
        found,
        topics,
        left_out,
        bound,
        asked: asked(query),
    })
}

/// Rules about topics that are used, each by the name it has there.
pub(super) fn topics(session: &Session<'_>, typed: &[String]) -> Result<Vec<TopicRule>> {
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let declared = &session.process.topics;
    // Where the process declares none, whatever was used may be asked for.
    let mut names: Vec<String> = declared.iter().map(|topic| topic.name.clone()).collect();
    if names.is_empty() {
        names = session.store.topics()?.into_keys().collect();
    }
    let mut rules = Vec::new();
    for typed in typed {
        let mut rule: TopicRule = typed
            .parse()
            .map_err(|problem| Fault::usage(format!("--topic: {problem}")))?;
        let same = |name: &str| name.to_lowercase() == rule.topic.to_lowercase();
        let titled = declared.iter().find(|topic| same(&topic.title));
        let found = names.iter().find(|name| same(name)).cloned();
        let Some(name) = found.or_else(|| titled.map(|topic| topic.name.clone())) else {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let fault = Fault::unknown(Class::NotFound, "topic", &rule.topic, &names);
            return Err(fault
                .hint("salesctl prospect rate PROSPECT TOPIC=5 rates somebody")
                .into());
        };
        rule.topic = name;
        rules.push(rule);
    }
    Ok(rules)
}

/// Whom names are compared with.
fn resembled(session: &Session<'_>, query: &Query) -> Result<Option<Resembled>> {
    if query.like.is_empty() && !query.like_won {
        return Ok(None);
    }
    let store = &session.store;
    let named = query
        .like
        .iter()
        .map(|typed| store.resolve_account(typed))
        .collect::<Result<Vec<Id>>>()?;
    let resembled = store.resembled(&session.process, session.today, &named, query.like_won)?;
    if resembled.customers.is_empty() {
        return Err(
            Fault::no("nobody has bought anything yet that prospects could be like")
                .hint("--like ACCOUNT compares them with an account, whether it bought or not")
                .into(),
        );
    }
    Ok(Some(resembled))
}

fn like(candidates: &Candidates, resembled: &mut Resembled, line: &Line) -> Option<Like> {
    let near = line.candidate.like?;
    let likeness = &mut resembled.likeness;
    let profile = candidates.profile(likeness, &line.name, line.candidate.entity);
    let reasons = likeness.reasons(&profile, near.customer);
    let account = resembled.customers.get(near.customer)?;
    Some(Like {
        share: near.likeness,
        account: account.name.clone(),
        reasons: reasons.into_iter().map(|reason| reason.words).collect(),
    })
}

/// How many more deals the reps who are here can take; none when that does not matter.
fn room(session: &Session<'_>, query: &Query) -> Result<Option<usize>> {
    if query.mailing {
        return Ok(None);
    }
    let catalog = session.store.catalog()?;
    let room = Staff::read(session, &catalog)?.room();
    if room == Some(0) {
        return Err(
            Fault::no("capacity reached: no rep who is here can take another deal")
                .hint("--mailing selects for a mailing, which gives no rep work")
                .hint("salesctl catalog set rep NAME --capacity N gives a rep more room")
                .hint("salesctl absence list shows who is away")
                .into(),
        );
    }
    Ok(room)
}

/// Why there are not more of those who were found, and what takes more of them.
fn bound(limit: usize, room: Option<usize>, found: usize) -> String {
    let deals = |room| counted(room, "deal", "deals");
    match room {
        Some(room) if room <= limit => format!(
            "the reps who are here have room for {}; --mailing selects whoever fits",
            deals(room)
        ),
        Some(room) if room < found => format!(
            "--limit N takes more, up to the {} that the reps who are here have room for; --mailing selects whoever fits",
            deals(room)
        ),
        _ => "--limit N takes more, --limit 0 all".to_string(),
    }
}

/// The `most` best, and how many were passed over since they must not be contacted. Asked in the order of
/// rank, since a mailing of a hundred needs not know of everybody.
fn take_best(
    session: &Session<'_>,
    candidates: &mut Candidates,
    most: usize,
) -> Result<(Vec<Candidate>, usize)> {
    const FEWEST: usize = 200;
    const MOST: usize = 20_000;
    let found = std::mem::take(&mut candidates.found);
    let ranked = found.iter().enumerate().map(|(at, one)| (one.rank(), at));
    let mut heap: BinaryHeap<_> = ranked.collect();
    let set = session.store.suppression_set(session.today)?;
    let mut scratch = Scratch::default();
    let (mut best, mut suppressed) = (Vec::new(), 0);
    while best.len() < most && !heap.is_empty() {
        let some = (most - best.len()).clamp(FEWEST, MOST);
        let some: Vec<Candidate> = std::iter::from_fn(|| heap.pop())
            .take(some)
            .map(|(.., at)| found[at])
            .collect();
        let mut hit: FxHashSet<Id> = FxHashSet::default();
        if !set.is_empty() {
            let entities: Vec<Id> = some.iter().map(|one| one.entity).collect();
            session
                .store
                .each_known_of(candidates, &entities, |entity, record| {
                    if set
                        .reason_for(record, Purpose::Marketing, &mut scratch)
                        .is_some()
                    {
                        hit.insert(entity);
                    }
                })?;
        }
        for one in some {
            if best.len() == most {
                break;
            }
            if hit.contains(&one.entity) {
                suppressed += 1;
            } else {
                best.push(one);
            }
        }
    }
    Ok((best, suppressed))
}

fn lines(
    session: &Session<'_>,
    candidates: &Candidates,
    best: Vec<Candidate>,
) -> Result<Vec<Line>> {
    let ids: Vec<Id> = best.iter().map(|one| one.id).collect();
    let names = session.store.names_by_id(&ids)?;
    if names.len() < ids.len() {
        return Err(
            Fault::store("an import was undone while the names were being read")
                .hint("run the command again")
                .into(),
        );
    }
    let lines = best.into_iter().zip(names).map(|(candidate, name)| {
        let stars = candidates.stars(candidate.entity);
        let priority = session.process.prospecting.priority(candidate.score);
        Line {
            candidate,
            name,
            priority,
            stars,
            like: None,
            why: String::new(),
        }
    });
    Ok(lines.collect())
}
