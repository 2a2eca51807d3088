//! A selection in words: why each was chosen, who was left out, what left nobody.

use anyhow::Result;

use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::start::choose::since;
use super::choose::Line;
use crate::date;
use crate::fault::Fault;
use crate::money::grouped;
use crate::prospect::{Query, TopicRule};
use crate::store::{Candidates, ListRow, Wanted};
use crate::text::{shortened, visible};

/// `high priority, 70 points; forecasting 4.5 (2 ratings)`
pub(super) fn why(
    session: &Session<'_>,
    line: &Line,
    topics: &[TopicRule],
    condition: Option<&str>,
) -> String {
    let mut parts: Vec<String> = likeness(line).into_iter().collect();
    let points = || counted_points(line.candidate.score);
    match line.priority {
        Some(priority) => parts.push(format!("{} priority, {}", priority.name(), points())),
        None if !session.process.scores.is_empty() => parts.push(points()),
        None => {}
    }
    parts.extend(ratings(line, topics));
    if parts.is_empty() {
        parts.push(match condition {
            Some(condition) => shortened(condition, 60),
            None => format!("on {}", line.name.list.as_deref().unwrap_or("a list")),
        });
    }
    parts.join("; ")
}

/// What speaks for one beside the points, where these have columns of their own.
pub(super) fn beside_points(line: &Line, topics: &[TopicRule]) -> Option<String> {
    let parts: Vec<String> = likeness(line)
        .into_iter()
        .chain(ratings(line, topics))
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `62 % like Tyrell: same industry: services`
fn likeness(of: &Line) -> Option<String> {
    let like = of.like.as_ref()?;
    let percent = (like.share * 100.0).round();
    let text = format!("{percent} % like {}", like.account);
    Some(if like.reasons.is_empty() {
        text
    } else {
        format!("{text}: {}", like.reasons.join(", "))
    })
}

/// `forecasting 5.0 (1 rating)`: the decimal and the brackets keep "5 of 1" from being read.
fn ratings(line: &Line, topics: &[TopicRule]) -> impl Iterator<Item = String> {
    let rated = topics.iter().zip(&line.stars);
    rated.map(|(rule, stars)| {
        let n = counted(stars.raters, "rating", "ratings");
        format!("{} {:.1} ({n})", rule.topic, stars.mean)
    })
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
pub(super) fn left_out(
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
    say(candidates.contacted, &contacted(session));
    say(
        candidates.suppressed + suppressed,
        "who must not be contacted",
    );
    Ok(parts)
}

/// `contacted since 24 Aug 2026`
pub(in super::super) fn contacted(session: &Session<'_>) -> String {
    format!("contacted since {}", date::day(since(session)))
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
pub(super) fn nobody(
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
        let all = session.store.candidates(&all, None)?.passing;
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
    let on = || match query.lists.as_slice() {
        [] => "on the lists".to_string(),
        _ => on(),
    };
    let passes = match &query.condition {
        Some(condition) => format!("pass --where \"{}\"", visible(condition)),
        None if candidates.passing == 1 => format!("is {}", on()),
        None => format!("are {}", on()),
    };
    if candidates.unrated == candidates.passing {
        return Ok(Fault::no(format!(
            "nobody is selected: {passing} {passes}, none of them is rated {}",
            visible(&query.topics.join(", "))
        )));
    }
    Ok(Fault::no(format!(
        "nobody is selected: {passing} {passes}, and all are left out: {}",
        left_out.join(", ")
    )))
}

/// The query in words, for the heading.
pub(super) fn asked(query: &Query) -> Option<String> {
    let mut parts: Vec<String> = query.condition.iter().cloned().collect();
    parts.extend(query.topics.iter().cloned());
    if !query.lists.is_empty() {
        parts.push(format!("on {}", query.lists.join(", ")));
    }
    parts.extend(query.like.iter().map(|account| format!("like {account}")));
    if query.like_won {
        parts.push("like our customers".to_string());
    }
    if query.mailing {
        parts.push("for a mailing".to_string());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
