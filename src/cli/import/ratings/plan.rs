//! What the rows of a file of ratings will write: of each who is meant, which topic, and what the store has
//! already.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use chrono::NaiveDate;

use super::super::super::contact::Subject;
use super::super::super::rating;
use super::super::super::session::Session;
use super::whom::Everybody;
use crate::deal::effective_order;
use crate::deal::event::{Event, StreamKind};
use crate::id::Id;
use crate::import::{Counts, Reject};
use crate::prospect::rating_file::{RatedRow, Whom};
use crate::prospect::topic::{self, Meant, Rating, combined};
use crate::store::{BatchState, Catalog, Moment, Rated};
use crate::text::visible;

/// A row of the file, with what makes it a reject.
pub(super) struct Read {
    pub(super) line: u64,
    pub(super) fields: Vec<String>,
    pub(super) said: Result<RatedRow, Vec<String>>,
}

#[derive(Default)]
pub(super) struct Plan {
    pub(super) rated: Vec<Rated>,
    pub(super) counts: Counts,
    pub(super) rejects: Vec<Reject>,
    /// How many rows rate by each topic.
    pub(super) topics: BTreeMap<String, u64>,
    /// On topics that nobody used before.
    pub(super) notes: Vec<String>,
}

/// What is known of one whom the file rates.
struct Known {
    subject: Subject,
    /// Everything that was ever said, with the operation that wrote it: a file is known again although
    /// something else was said since.
    told: Vec<(Rating, Id)>,
    standing: Vec<Rating>,
    new: Vec<(Moment, Event)>,
}

/// Who, which topic, whose word, which day.
type Place = (Id, String, String, NaiveDate);

pub(super) fn plan(session: &Session<'_>, rows: &[Read], by: &str, sha256: &str) -> Result<Plan> {
    let asked = rows.iter().filter_map(|row| row.said.as_ref().ok());
    let asked: BTreeSet<&Whom> = asked.map(|row| &row.whom).collect();
    let mut planner = Planner {
        session,
        everybody: Everybody::of(session, &asked)?,
        words: Words::of(session, by)?,
        repeated: operations_of(session, sha256)?,
        found: HashMap::new(),
        known: BTreeMap::new(),
        places: HashMap::new(),
    };
    let mut plan = Plan::default();
    for row in rows {
        plan.counts.read += 1;
        match planner.take(row)? {
            Fate::New(topic) => {
                plan.counts.new += 1;
                *plan.topics.entry(topic).or_default() += 1;
            }
            Fate::Known => plan.counts.known += 1,
            Fate::Rejected(reason) => {
                plan.counts.rejected += 1;
                plan.rejects.push(Reject {
                    column: None,
                    line: row.line,
                    reason,
                    fields: row.fields.clone(),
                });
            }
        }
    }
    plan.notes = planner.words.notes(plan.topics.keys());
    let known = planner.known.into_values();
    plan.rated = known
        .filter(|theirs| !theirs.new.is_empty())
        .map(|theirs| Rated {
            subject: theirs.subject.id,
            is_name: theirs.subject.kind == StreamKind::Prospect,
            events: theirs.new,
        })
        .collect();
    Ok(plan)
}

struct Planner<'s, 'c, 'r> {
    session: &'s Session<'c>,
    everybody: Everybody<'s, 'c>,
    words: Words<'s, 'c>,
    /// What wrote this very file before.
    repeated: BTreeSet<Id>,
    found: HashMap<&'r Whom, Result<Id, String>>,
    known: BTreeMap<Id, Known>,
    /// Line and stars of each place so far.
    places: HashMap<Place, (u64, u8)>,
}

/// What becomes of a row.
enum Fate {
    /// With its topic.
    New(String),
    Known,
    Rejected(String),
}

impl<'r> Planner<'_, '_, 'r> {
    fn take(&mut self, row: &'r Read) -> Result<Fate> {
        let said = match &row.said {
            Ok(said) => said,
            Err(problems) => return Ok(Fate::Rejected(problems.join("; "))),
        };
        let (id, topic) = match (self.find(&said.whom)?, self.words.topic(&said.topic)) {
            (Ok(id), Ok(topic)) => (id, topic),
            (whom, topic) => {
                let problems: Vec<String> = whom.err().into_iter().chain(topic.err()).collect();
                return Ok(Fate::Rejected(problems.join("; ")));
            }
        };
        let rating = Rating {
            subject: id,
            topic,
            by: self.words.rater(said.by.as_deref()),
            stars: said.stars,
            day: said.day.unwrap_or(self.session.today),
            note: said.note.clone(),
        };
        let place = (id, rating.topic.clone(), rating.by.clone(), rating.day);
        match self.places.get(&place) {
            Some((line, stars)) if *stars != rating.stars => {
                return Ok(Fate::Rejected(format!(
                    "line {line} says {stars} of 5 for the same"
                )));
            }
            Some(_) => return Ok(Fate::Known),
            None => self.places.insert(place, (row.line, rating.stars)),
        };
        let at = match said.day {
            Some(day) if day < self.session.today => Moment {
                instant: self.session.process.calendar.end_of(day),
                day,
            },
            _ => self.session.moment_on(None)?,
        };
        match self.known.get_mut(&id) {
            Some(theirs) if !theirs.say(&rating, said.day, &self.repeated) => {
                theirs.new.push((at, rating::event(&rating)));
                Ok(Fate::New(rating.topic))
            }
            _ => Ok(Fate::Known),
        }
    }

    fn find(&mut self, whom: &'r Whom) -> Result<Result<Id, String>> {
        if let Some(found) = self.found.get(whom) {
            return Ok(found.clone());
        }
        let found = match self.everybody.find(whom)? {
            Ok(subject) => {
                let id = subject.id;
                if let Entry::Vacant(slot) = self.known.entry(id) {
                    slot.insert(Known::of(self.session, subject)?);
                }
                Ok(id)
            }
            Err(problem) => Err(problem),
        };
        self.found.insert(whom, found.clone());
        Ok(found)
    }
}

impl Known {
    fn of(session: &Session<'_>, subject: Subject) -> Result<Self> {
        let ids = rating::ids(session, &subject)?;
        let mut told = Vec::new();
        for id in &ids {
            let events = session.store.events(*id)?;
            for recorded in effective_order(&events) {
                if let Event::Rated {
                    topic,
                    stars,
                    by,
                    note,
                } = &recorded.event
                {
                    let rating = Rating {
                        subject: subject.id,
                        topic: topic.clone(),
                        by: by.clone(),
                        stars: *stars,
                        day: recorded.day,
                        note: note.as_ref().map(|note| note.text.clone()),
                    };
                    told.push((rating, recorded.operation));
                }
            }
        }
        let standing = session.store.ratings_of(&ids)?;
        let standing = combined(standing, Some(subject.id));
        Ok(Self {
            standing: standing.into_iter().flat_map(|one| one.ratings).collect(),
            told,
            subject,
            new: Vec::new(),
        })
    }

    /// Whether the row says what was said before: on its day; without one now, or when the file was read
    /// the last time.
    fn say(&self, row: &Rating, day: Option<NaiveDate>, repeated: &BTreeSet<Id>) -> bool {
        let same = |known: &Rating| {
            (&known.topic, &known.by, known.stars) == (&row.topic, &row.by, row.stars)
                && known.note == row.note
        };
        let mut told = self.told.iter();
        if let Some(day) = day {
            return told.any(|(known, _)| same(known) && known.day == day);
        }
        self.standing.iter().any(same)
            || told.any(|(known, operation)| same(known) && repeated.contains(operation))
    }
}

/// What wrote this very file before, and counts.
fn operations_of(session: &Session<'_>, sha256: &str) -> Result<BTreeSet<Id>> {
    let mut operations = BTreeSet::new();
    for batch in session.store.batches()? {
        if batch.sha256 == sha256 && batch.state == BatchState::Complete {
            let events = session.store.events(batch.id)?;
            operations.extend(events.first().map(|recorded| recorded.operation));
        }
    }
    Ok(operations)
}

/// Topics and names as this workspace spells them.
struct Words<'s, 'c> {
    session: &'s Session<'c>,
    used: BTreeMap<String, usize>,
    catalog: Catalog,
    raters: Vec<String>,
    /// Whose word it is where a row doesn't say.
    by: &'s str,
}

impl<'s, 'c> Words<'s, 'c> {
    fn of(session: &'s Session<'c>, by: &'s str) -> Result<Self> {
        Ok(Self {
            session,
            used: session.store.topics()?,
            catalog: session.store.catalog()?,
            raters: session.store.raters()?,
            by,
        })
    }

    fn rater(&self, typed: Option<&str>) -> String {
        typed
            .and_then(|typed| rating::rater_among(&self.catalog, &self.raters, typed))
            .unwrap_or_else(|| self.by.to_string())
    }

    fn topic(&self, written: &str) -> Result<String, String> {
        match topic::meant(written, &self.session.process.topics, &self.used) {
            Meant::Known(topic) | Meant::New { topic, .. } => Ok(topic),
            Meant::Refused { near } => {
                let near = near.map(|near| format!("; did you mean `{}`?", visible(&near)));
                Err(format!(
                    "`{}` is no [[topic]] of the process{}",
                    visible(written),
                    near.unwrap_or_default()
                ))
            }
        }
    }

    fn notes<'t>(&self, topics: impl Iterator<Item = &'t String>) -> Vec<String> {
        let declared = &self.session.process.topics;
        topics
            .filter_map(
                |written| match topic::meant(written, declared, &self.used) {
                    Meant::New { topic, near } => {
                        let rated = |near: &str| self.used.get(near).copied();
                        Some(rating::new_topic(&topic, near.as_deref(), rated))
                    }
                    _ => None,
                },
            )
            .collect()
    }
}
