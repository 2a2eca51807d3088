//! Who is selected: everybody that the store finds, the best first, as many as may be.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use anyhow::Result;
use rustc_hash::FxHashSet;

use super::super::super::filter;
use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::start::staff::Staff;
use crate::date;
use crate::deal::book::Day;
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::money::grouped;
use crate::process::{Priority, Process};
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Query, TopicRule};
use crate::store::{Candidate, Candidates, ListRow, Name, Stars, Wanted};
use crate::text::{shortened, visible};

/// One of those who were selected.
pub(crate) struct Line {
    pub(crate) candidate: Candidate,
    pub(super) name: Name,
    pub(super) priority: Option<Priority>,
    /// By each of the topics that were asked for.
    pub(super) stars: Vec<Stars>,
    pub(crate) why: String,
}

/// Who was selected, the best first, and what there is to say about the others.
pub(crate) struct Selected {
    pub(crate) lines: Vec<Line>,
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

pub(crate) fn choose(session: &Session<'_>, query: &Query) -> Result<Selected> {
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
    let mut candidates = session.store.candidates(&wanted)?;
    let limit = query.limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let most = limit.min(room.unwrap_or(usize::MAX));
    let found = candidates.found.len();
    let (best, suppressed) = best(session, &mut candidates, most)?;
    let left_out = left_out(session, &candidates, suppressed)?;
    if best.is_empty() {
        return Err(nobody(session, query, &wanted, &candidates, &left_out)?.into());
    }
    let found = found - suppressed;
    let bound = (best.len() < found).then(|| match room {
        Some(room) if room < limit => format!(
            "the reps who are here have room for {}; --mailing selects whoever fits",
            counted(room, "deal", "deals")
        ),
        _ => format!("--limit {limit}; 0 selects all"),
    });
    let lines = lines(
        session,
        &candidates,
        &topics,
        condition.as_ref().map(|c| c.text.as_str()),
        best,
    )?;
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
fn topics(session: &Session<'_>, typed: &[String]) -> Result<Vec<TopicRule>> {
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

/// The `most` best, and how many were passed over since they must not be contacted. Asked in the order of
/// rank, since a mailing of a hundred needs not know of everybody.
fn best(
    session: &Session<'_>,
    candidates: &mut Candidates,
    most: usize,
) -> Result<(Vec<Candidate>, usize)> {
    const FEWEST: usize = 200;
    const MOST: usize = 20_000;
    let found = std::mem::take(&mut candidates.found);
    let ranked = found.iter().enumerate().map(|(at, one)| {
        let day: Option<Day> = one.source_day;
        (one.score, day, Reverse(one.id), at)
    });
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
    topics: &[TopicRule],
    condition: Option<&str>,
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
        let mut line = Line {
            candidate,
            name,
            priority,
            stars,
            why: String::new(),
        };
        line.why = why(session, &line, topics, condition);
        line
    });
    Ok(lines.collect())
}

/// `high priority, 70 points; forecasting 4.5 of 2`
fn why(
    session: &Session<'_>,
    line: &Line,
    topics: &[TopicRule],
    condition: Option<&str>,
) -> String {
    let mut parts = Vec::new();
    let points = || counted_points(line.candidate.score);
    match line.priority {
        Some(priority) => parts.push(format!("{} priority, {}", priority.name(), points())),
        None if !session.process.scores.is_empty() => parts.push(points()),
        None => {}
    }
    for (rule, stars) in topics.iter().zip(&line.stars) {
        parts.push(format!(
            "{} {} of {}",
            rule.topic,
            tenths(stars.mean),
            stars.raters
        ));
    }
    if parts.is_empty() {
        parts.push(match condition {
            Some(condition) => shortened(condition, 60),
            None => format!("on {}", line.name.list.as_deref().unwrap_or("a list")),
        });
    }
    parts.join("; ")
}

fn counted_points(points: i64) -> String {
    let unit = if points.abs() == 1 { "point" } else { "points" };
    format!("{points} {unit}")
}

/// Stars with a decimal only where there is one.
pub(super) fn tenths(mean: f64) -> String {
    let text = format!("{mean:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_string()
}

/// Who was left out, and why, in words.
fn left_out(
    session: &Session<'_>,
    candidates: &Candidates,
    suppressed: usize,
) -> Result<Vec<String>> {
    let mut parts = Vec::new();
    let mut say = |n: usize, what: &str| {
        if n > 0 {
            parts.push(format!("{} {what}", grouped(n as u64)));
        }
    };
    say(candidates.unrated, "without those ratings");
    let lists = session.store.lists()?;
    for (list, n) in &candidates.unusable {
        let named = lists.iter().find(|one| one.id == *list);
        say(*n, &unusable(session, named)?);
    }
    say(candidates.in_a_deal, "in a deal already");
    let prospecting = &session.process.prospecting;
    let since = (session.process.calendar).still_within(session.today, prospecting.contact_gap);
    say(
        candidates.contacted,
        &format!("contacted since {}", date::day(since)),
    );
    say(
        candidates.suppressed + suppressed,
        "who must not be contacted",
    );
    Ok(parts)
}

/// `on old: its last day was …`
fn unusable(session: &Session<'_>, list: Option<&ListRow>) -> Result<String> {
    let Some(list) = list else {
        return Ok("on a list that was taken back".to_string());
    };
    let against = session.store.list_forbids(list, session.today)?;
    let why = against.first().map(|one| one.why.clone());
    Ok(format!(
        "on {}, which can't be used ({})",
        visible(list.code()),
        visible(&why.unwrap_or_default())
    ))
}

/// The empty selection: what there was at each step, up to the one that left none.
fn nobody(
    session: &Session<'_>,
    query: &Query,
    wanted: &Wanted<'_>,
    candidates: &Candidates,
    left_out: &[String],
) -> Result<Fault> {
    let on = || match query.lists.as_slice() {
        [] => "on any list".to_string(),
        lists => format!("on {}", visible(&lists.join(", "))),
    };
    if candidates.passing == 0 {
        let all = Wanted {
            condition: None,
            ..*wanted
        };
        let all = session.store.candidates(&all)?.passing;
        return Ok(match &query.condition {
            Some(condition) if all > 0 => Fault::no(format!(
                "nobody is selected: of {} {} none passes --where \"{}\"",
                super::tell::people(all),
                on(),
                visible(condition)
            )),
            _ => Fault::no(format!("nobody is selected: there are no names {}", on()))
                .hint("salesctl import prospects FILE --list CODE brings names in"),
        });
    }
    let passing = super::tell::people(candidates.passing);
    let passes = match &query.condition {
        Some(condition) => format!("pass --where \"{}\"", visible(condition)),
        None => format!("are {}", on()),
    };
    if candidates.unrated == candidates.passing {
        return Ok(Fault::no(format!(
            "nobody is selected: {passing} {passes}, none of them is rated {}",
            visible(&query.topics.join(", "))
        )));
    }
    Ok(Fault::no(format!(
        "nobody is selected: {passing} {passes}, and all are left out"
    ))
    .hint(format!("left out: {}", left_out.join(", "))))
}

/// The query in words, for the heading.
fn asked(query: &Query) -> Option<String> {
    let mut parts: Vec<String> = query.condition.iter().cloned().collect();
    parts.extend(query.topics.iter().cloned());
    if !query.lists.is_empty() {
        parts.push(format!("on {}", query.lists.join(", ")));
    }
    if query.mailing {
        parts.push("for a mailing".to_string());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
