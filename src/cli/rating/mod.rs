//! Ratings: what anybody in the company knows of a person, an account or a name of a list, as stars by
//! topic. `section` shows them on a page, `known` in two lines of a deal.

mod known;
mod section;

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::NaiveDate;
use clap::Args;

use super::contact::{DryRunArgs, Subject};
use super::context::{PROCESS_FILE, Status};
use super::session::Session;
use crate::deal::event::{CatalogKind, Event, Private, StreamKind};
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::prospect::topic::{self, Meant, Rating, Stars, combined, mean_words};
use crate::store::{Catalog, Moment};
use crate::text::visible;

pub(crate) use known::{Known, KnownRating, known_of};
pub(crate) use section::{Opinion, of_name, opinions, rated, said};

/// Stars as they are typed, the same for whomever they are of.
#[derive(Clone, Debug, Args)]
pub(crate) struct RateArgs {
    /// A topic and 1 to 5 stars: forecasting=5
    #[arg(value_name = "TOPIC=STARS", required_unless_present = "take_back")]
    stars: Vec<Stars>,
    /// How you know
    #[arg(long)]
    note: Option<String>,
    /// Whose word it is, when it is not yours
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// When it was said, if not today: a date in the past
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Take the rating by this topic back
    #[arg(long, value_name = "TOPIC", value_delimiter = ',', conflicts_with = "on", value_parser = topic::topic)]
    take_back: Vec<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

/// Rates one of them, or takes ratings back.
pub(crate) fn rate(session: &Session<'_>, subject: &Subject, args: &RateArgs) -> Result<Status> {
    let (stars, notes) = topics_meant(session, &args.stars)?;
    refuse_twice(&stars, args)?;
    let by = rater(session, args.by.as_deref())?;
    let at = session.moment_on(args.on.as_deref())?;
    let known = session.store.ratings_of(&ids(session, subject)?)?;
    let gone = taken_back(session, subject, args, &by, &known)?;
    let told: Vec<Rating> = stars
        .iter()
        .map(|one| Rating {
            subject: subject.id,
            topic: one.topic.clone(),
            by: by.clone(),
            stars: one.stars,
            day: at.day,
            note: args.note.clone().filter(|note| !note.trim().is_empty()),
        })
        .collect();
    let new: Vec<&Rating> = told.iter().filter(|one| !says(&known, one)).collect();
    let ((), outcome) = session.write(args.write.dry_run, |write| {
        for rating in &new {
            subject.append(write, at, event(rating))?;
            // Said of another of their ids on the same day, it would be as new as this.
            for old in known.iter().filter(|old| is_replaced(old, rating)) {
                let taken = Event::RatingTaken {
                    topic: old.topic.clone(),
                    by: old.by.clone(),
                };
                write.append(old.subject, at, [taken])?;
            }
        }
        for rating in &gone {
            let taken = Event::RatingTaken {
                topic: rating.topic.clone(),
                by: by.clone(),
            };
            write.append(rating.subject, at, [taken])?;
        }
        Ok(())
    })?;
    for note in &notes {
        session.cx.console.note(note);
    }
    let words = words(subject.id, &known, &told, &gone, &by, at, session.today);
    let words = if new.is_empty() && gone.is_empty() {
        format!("nothing new: {words}")
    } else {
        words
    };
    subject.say(session, &words, outcome)
}

fn is_replaced(old: &Rating, new: &Rating) -> bool {
    old.subject != new.subject && (&old.topic, &old.by, old.day) == (&new.topic, &new.by, new.day)
}

/// The event that a rating is written as.
pub(crate) fn event(rating: &Rating) -> Event {
    Event::Rated {
        topic: rating.topic.clone(),
        stars: rating.stars,
        by: rating.by.clone(),
        note: rating.note.clone().map(Private::new),
    }
}

/// Whether what is to be written stands there already; who adds no note leaves the one there is.
fn says(known: &[Rating], new: &Rating) -> bool {
    known.iter().any(|one| {
        (one.subject, &one.topic, &one.by, one.stars, one.day)
            == (new.subject, &new.topic, &new.by, new.stars, new.day)
            && (new.note.is_none() || one.note == new.note)
    })
}

/// Every id under which something may have been said of them: of merged ones, and of their rows on lists.
pub(crate) fn ids(session: &Session<'_>, subject: &Subject) -> Result<Vec<Id>> {
    let store = &session.store;
    let entity = match subject.kind {
        StreamKind::Prospect => store
            .name(subject.id)?
            .map_or(subject.id, |name| name.entity),
        _ => subject.id,
    };
    let mut ids = store.person_ids(entity)?;
    if ids.is_empty() {
        ids = store.account_ids(entity)?;
    }
    if ids.is_empty() {
        ids.push(entity);
    }
    let rows = super::page::origins(session, &ids)?;
    ids.extend(rows.iter().map(|row| row.id));
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Whose word it is: a rep by the name that never changes, anybody else as they are called, spelt as before.
pub(crate) fn rater(session: &Session<'_>, typed: Option<&str>) -> Result<String> {
    let catalog = session.store.catalog()?;
    match typed {
        None => Ok(session
            .acting_rep(&catalog)
            .unwrap_or_else(|| session.actor.clone())),
        Some(typed) => rater_among(&catalog, &session.store.raters()?, typed)
            .ok_or_else(|| Fault::usage("--by: whose word is it?").into()),
    }
}

/// The same of a name that stands in a file; none where there is no name.
pub(crate) fn rater_among(catalog: &Catalog, raters: &[String], typed: &str) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return None;
    }
    let rep = catalog
        .find(CatalogKind::Rep, &name)
        .or_else(|| catalog.rep_of_login(&name));
    if let Some(rep) = rep {
        return Some(rep.name.clone());
    }
    let lower = name.to_lowercase();
    let known = raters.iter().find(|rater| rater.to_lowercase() == lower);
    Some(known.cloned().unwrap_or(name))
}

/// The topics that were meant, with a note on each that nobody used before.
fn topics_meant(session: &Session<'_>, typed: &[Stars]) -> Result<(Vec<Stars>, Vec<String>)> {
    let used = session.store.topics()?;
    let declared = &session.process.topics;
    let (mut stars, mut notes) = (Vec::new(), Vec::new());
    for one in typed {
        let topic = match topic::meant(&one.topic, declared, &used) {
            Meant::Known(topic) => topic,
            Meant::New { topic, near } => {
                let rated = |near: &str| used.get(near).copied();
                notes.push(new_topic(&topic, near.as_deref(), rated));
                topic
            }
            Meant::Refused { .. } => return Err(undeclared(session, &one.topic).into()),
        };
        stars.push(Stars {
            topic,
            stars: one.stars,
        });
    }
    Ok((stars, notes))
}

/// ``note: new topic `forcasting`; did you mean `forecasting` (12 rated)?``
pub(crate) fn new_topic(
    topic: &str,
    near: Option<&str>,
    rated: impl Fn(&str) -> Option<usize>,
) -> String {
    let near = near.map(|near| {
        let rated = rated(near).unwrap_or(0);
        format!("; did you mean `{}` ({rated} rated)?", visible(near))
    });
    format!(
        "note: new topic `{}`{}",
        visible(topic),
        near.unwrap_or_default()
    )
}

fn undeclared(session: &Session<'_>, topic: &str) -> Fault {
    let declared = &session.process.topics;
    let names: Vec<&str> = declared.iter().map(|one| one.name.as_str()).collect();
    Fault::unknown(Class::No, "topic", topic, &names)
        .hint(format!(
            "a new one is added to {PROCESS_FILE}: [[topic]] name = \"{topic}\"; then salesctl process apply"
        ))
}

fn refuse_twice(stars: &[Stars], args: &RateArgs) -> Result<()> {
    let mut seen = BTreeSet::new();
    let topics = stars.iter().map(|one| &one.topic).chain(&args.take_back);
    for topic in topics {
        if !seen.insert(topic) {
            return Err(Fault::usage(format!("`{topic}` is given twice")).into());
        }
    }
    Ok(())
}

/// The ratings that are taken back, under whichever id they stand; the topics that nothing is said by.
fn taken_back<'k>(
    session: &Session<'_>,
    subject: &Subject,
    args: &RateArgs,
    by: &str,
    known: &'k [Rating],
) -> Result<Vec<&'k Rating>> {
    let mut gone = Vec::new();
    for topic in &args.take_back {
        let before = gone.len();
        let theirs = |rating: &&Rating| rating.by == by && rating.topic == *topic;
        gone.extend(known.iter().filter(theirs));
        if gone.len() > before {
            continue;
        }
        let name = subject.named(session)?;
        let fault = Fault::no(format!("{} has not rated {name} by `{topic}`", visible(by)));
        let said: BTreeSet<String> = known
            .iter()
            .map(|rating| format!("{} by {}", visible(&rating.topic), visible(&rating.by)))
            .collect();
        let said: Vec<String> = said.into_iter().collect();
        return Err(if said.is_empty() {
            fault.hint("nobody has rated them yet")
        } else {
            fault
                .hint(format!("there is {}", said.join(", ")))
                .hint("--by NAME takes back what stands there as somebody else's word")
        }
        .into());
    }
    Ok(gone)
}

/// `forecasting 3 → 5 of 5 by jr (mean 4.5 of 2 people)`
fn words(
    subject: Id,
    known: &[Rating],
    told: &[Rating],
    gone: &[&Rating],
    by: &str,
    at: Moment,
    today: NaiveDate,
) -> String {
    let theirs = |topic: &str| {
        let same = |rating: &&Rating| rating.topic == topic && rating.by == by;
        known.iter().filter(same).max_by_key(|rating| rating.day)
    };
    let mut after: Vec<Rating> = known.to_vec();
    after.retain(|rating| {
        !gone.contains(&rating)
            && !told.iter().any(|new| {
                (&new.topic, &new.by, new.subject) == (&rating.topic, &rating.by, rating.subject)
                    && new.day >= rating.day
            })
    });
    after.extend(told.iter().cloned());
    let after = combined(after, Some(subject));
    let together = |topic: &str| match after.iter().find(|one| one.topic == topic) {
        Some(one) if one.ratings.len() > 1 => {
            format!(
                " (mean {} of {} people)",
                mean_words(one.mean),
                one.ratings.len()
            )
        }
        _ => String::new(),
    };
    let (mut parts, mut stands) = (Vec::new(), Vec::new());
    for rating in told {
        let topic = &rating.topic;
        let later = theirs(topic).filter(|known| known.day > at.day);
        let before = theirs(topic).filter(|known| known.stars != rating.stars && later.is_none());
        let before = before.map(|known| format!("{} → ", known.stars));
        parts.push(format!(
            "{topic} {}{} of 5{}",
            before.unwrap_or_default(),
            rating.stars,
            together(topic)
        ));
        if let Some(later) = later {
            let day = crate::date::day(later.day);
            stands.push(format!("; {topic} {} of {day} stands", later.stars));
        }
    }
    let taken: BTreeSet<&str> = gone.iter().map(|rating| rating.topic.as_str()).collect();
    for topic in taken {
        parts.push(format!("{topic} taken back{}", together(topic)));
    }
    let when = format!(", on {}", crate::date::day(at.day));
    let when = if told.is_empty() || at.day == today {
        ""
    } else {
        &when
    };
    format!(
        "{} by {}{when}{}",
        parts.join(", "),
        visible(by),
        stands.concat()
    )
}
