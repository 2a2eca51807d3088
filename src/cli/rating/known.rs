//! What the company knows of a deal's account and people, in two lines: the pages have the rest.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::super::contact::Subject;
use super::super::page;
use super::super::session::Session;
use super::{ids, opinions};
use crate::deal::Deal;
use crate::deal::event::StreamKind;
use crate::prospect::topic::mean_words;
use crate::store::PersonRow;

/// So many topics of each are named in a line.
const NAMED: usize = 4;

/// What those who take part in a deal were given by one topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct KnownRating {
    of: String,
    of_id: String,
    topic: String,
    mean_stars: f64,
    n: usize,
}

/// What is known outside of the deal.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) ratings: Vec<KnownRating>,
    /// Calls, meetings, notes and the like with them, outside of the deal.
    pub(crate) talks: usize,
    pub(crate) last_talk: Option<NaiveDate>,
    /// Name and value, for people.
    pub(crate) facts: Vec<(&'static str, String)>,
}

/// What was said of, and talked over with, a deal's account and those who take part in it.
pub(crate) fn known_of(session: &Session<'_>, deal: &Deal, people: &[PersonRow]) -> Result<Known> {
    let mut subjects = Vec::new();
    if let Some(account) = deal.account {
        let account = session.store.account_now(account)?;
        let name = session.store.account_name(account)?.unwrap_or_default();
        subjects.push(Subject::new(StreamKind::Account, account, name));
    }
    for person in people {
        if !subjects.iter().any(|known| known.id == person.id) {
            subjects.push(Subject::new(
                StreamKind::Person,
                person.id,
                person.name.clone(),
            ));
        }
    }
    let mut known = Known::default();
    let mut talks = Vec::new();
    let mut pages = Vec::new();
    for subject in &subjects {
        let ids = ids(session, subject)?;
        let rated = opinions(session, &ids, subject.id, None)?;
        let about = (subject.kind == StreamKind::Person).then_some(subject.name.as_str());
        let entries = page::entries(session, &ids, about, |_| true)?;
        if !rated.is_empty() || !entries.is_empty() {
            let short = session.store.short(subject.id)?;
            pages.push(format!("salesctl {} show {short}", subject.kind.name()));
        }
        known
            .ratings
            .extend(rated.into_iter().map(|one| KnownRating {
                of: subject.name.clone(),
                of_id: subject.id.handle(),
                topic: one.topic,
                mean_stars: one.mean_stars,
                n: one.n,
            }));
        talks.extend(entries);
    }
    talks.sort_by_key(|entry| entry.day);
    known.talks = talks.len();
    known.last_talk = talks.last().map(|entry| entry.day);
    if !known.ratings.is_empty() {
        known.facts.push(("rated", rated_words(&known.ratings)));
    }
    if let Some(last) = talks.last() {
        let whom = last.person.as_ref().map(|person| format!("{person}: "));
        let by = last.by.as_ref().map(|by| format!(" by {by}"));
        known.facts.push((
            "talks",
            format!(
                "{} outside of this deal, the last {}{}: {}{}",
                talks.len(),
                crate::date::day(last.day),
                by.unwrap_or_default(),
                whom.unwrap_or_default(),
                crate::text::shortened(&last.what, 60)
            ),
        ));
    }
    if !pages.is_empty() {
        known.facts.push(("more", pages.join("; ")));
    }
    Ok(known)
}

/// `Acme GmbH forecasting 2; Jana Roth forecasting 4.5, cloud 3`, of each the best first.
fn rated_words(ratings: &[KnownRating]) -> String {
    let mut words = Vec::new();
    for theirs in ratings.chunk_by(|a, b| a.of_id == b.of_id) {
        let mut best: Vec<&KnownRating> = theirs.iter().collect();
        best.sort_by(|a, b| b.mean_stars.total_cmp(&a.mean_stars));
        let named = best.iter().take(NAMED);
        let named: Vec<String> = named
            .map(|one| format!("{} {}", one.topic, mean_words(one.mean_stars)))
            .collect();
        let more = best.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!(" and {more} more"));
        let of = best.first().map_or("", |one| one.of.as_str());
        words.push(format!(
            "{of} {}{}",
            named.join(", "),
            more.unwrap_or_default()
        ));
    }
    words.join("; ")
}
