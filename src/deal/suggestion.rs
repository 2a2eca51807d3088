//! How the process is looked after: changes that those who work in it propose, the answers to them, and the reviews at
//! which somebody looked at all of it.
//!
//! Each suggestion and each review is a stream of its own, so that whoever made one can take it back (`undo`) whatever
//! was said since.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::effective_order;
use super::event::{Event, Recorded};
use crate::id::Id;
use crate::process::Process;

/// What was answered to a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    Declined,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Accepted, Self::Declined]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }
}

/// A change of the process that somebody proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub id: Id,
    pub text: String,
    /// The stage it is about, by name; none where it is about the whole process.
    pub stage: Option<String>,
    pub day: NaiveDate,
    pub at: DateTime<Utc>,
    pub actor: String,
    /// The version of the process that it was made to.
    pub version: u32,
    pub answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub verdict: Verdict,
    pub text: String,
    pub day: NaiveDate,
    pub actor: String,
}

impl Suggestion {
    /// `None` when it was taken back. Of several answers the last counts.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        let order = effective_order(events);
        let mut suggestion = order.iter().find_map(|recorded| match &recorded.event {
            Event::ProcessSuggested { text, stage } => Some(Self {
                id: recorded.stream,
                text: text.text.clone(),
                stage: stage.clone(),
                day: recorded.day,
                at: recorded.effective,
                actor: recorded.actor.clone(),
                version: recorded.version,
                answer: None,
            }),
            _ => None,
        })?;
        for recorded in order {
            if let Event::SuggestionAnswered { verdict, text } = &recorded.event {
                suggestion.answer = Some(Answer {
                    verdict: *verdict,
                    text: text.text.clone(),
                    day: recorded.day,
                    actor: recorded.actor.clone(),
                });
            }
        }
        Some(suggestion)
    }

    /// How it stands, in one word.
    pub fn status(&self) -> &'static str {
        self.answer
            .as_ref()
            .map_or("open", |answer| answer.verdict.name())
    }
}

/// Somebody looked at the whole process.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub id: Id,
    pub day: NaiveDate,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub note: Option<String>,
}

impl Review {
    /// `None` when it was taken back.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        effective_order(events)
            .into_iter()
            .find_map(|recorded| match &recorded.event {
                Event::ProcessReviewed { note } => Some(Self {
                    id: recorded.stream,
                    day: recorded.day,
                    at: recorded.effective,
                    actor: recorded.actor.clone(),
                    note: note.as_ref().map(|note| note.text.clone()),
                }),
                _ => None,
            })
    }
}

/// When the process is to be reviewed next: as long after the last review as it says itself, or after the first
/// version where there was none. A new version is no review. `None` when the process says nothing of reviews.
pub fn next_review(
    process: &Process,
    first_version: NaiveDate,
    last_review: Option<NaiveDate>,
) -> Option<NaiveDate> {
    let every = process.review_every?;
    Some(
        process
            .calendar
            .add(last_review.unwrap_or(first_version), every),
    )
}

#[cfg(test)]
mod tests {
    use super::super::event::Private;
    use super::super::sample::daily;
    use super::*;

    /// What `jr` began, and `ann` went on with.
    fn told(events: Vec<Event>) -> Vec<Recorded> {
        let mut told = daily("2026-10-05", events);
        for later in told.iter_mut().skip(1) {
            later.actor = "ann".to_string();
        }
        told
    }

    fn suggested() -> Event {
        Event::ProcessSuggested {
            text: Private::new("a call is enough for small deals"),
            stage: Some("demonstrate".to_string()),
        }
    }

    fn answered(verdict: Verdict, text: &str) -> Event {
        Event::SuggestionAnswered {
            verdict,
            text: Private::new(text),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_suggestion_is_open_until_it_is_answered() {
        let mut events = vec![suggested()];
        let open = Suggestion::from_events(&told(events.clone())).expect("one");
        assert_eq!(open.status(), "open");
        assert_eq!((open.actor.as_str(), open.version), ("jr", 1));
        assert_eq!(open.day, day("2026-10-05"));
        assert_eq!(open.stage.as_deref(), Some("demonstrate"));

        events.push(answered(Verdict::Declined, "the demo is what sells"));
        let declined = Suggestion::from_events(&told(events.clone())).expect("one");
        assert_eq!(declined.status(), "declined");
        assert_eq!(
            declined.answer,
            Some(Answer {
                verdict: Verdict::Declined,
                text: "the demo is what sells".to_string(),
                day: day("2026-10-06"),
                actor: "ann".to_string(),
            })
        );
    }

    #[test]
    fn what_is_taken_back_was_not_said() {
        let mut events = vec![suggested(), answered(Verdict::Accepted, "in version 4")];
        events.push(Event::Undone { operation: Id(101) });
        let again = Suggestion::from_events(&told(events.clone())).expect("one");
        assert_eq!(again.status(), "open");
        events.push(Event::Undone { operation: Id(100) });
        assert_eq!(Suggestion::from_events(&told(events.clone())), None);
        events.push(Event::Redone { operation: Id(100) });
        events.push(Event::Redone { operation: Id(101) });
        let redone = Suggestion::from_events(&told(events)).expect("one");
        assert_eq!(redone.status(), "accepted");
    }

    #[test]
    fn a_review_that_is_undone_was_none() {
        let mut events = vec![Event::ProcessReviewed {
            note: Some(Private::new("all three suggestions answered")),
        }];
        let review = Review::from_events(&told(events.clone())).expect("one");
        assert_eq!(
            review.note.as_deref(),
            Some("all three suggestions answered")
        );
        assert_eq!(review.day, day("2026-10-05"));
        events.push(Event::Undone { operation: Id(100) });
        assert_eq!(Review::from_events(&told(events)), None);
    }

    #[test]
    fn the_next_review_counts_from_the_last_one() {
        let process = |every: &str| {
            let text = format!(
                "[process]\nname = \"P\"\ncurrency = \"EUR\"\n{every}\n[[stage]]\nname = \"qualify\"\n\
                 [[end]]\nname = \"won\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n"
            );
            crate::process::check("process.toml", &text)
                .process
                .expect("a process")
        };
        let quarterly = process("review_every = \"3m\"");
        let first = day("2026-01-15");
        assert_eq!(
            next_review(&quarterly, first, None),
            Some(day("2026-04-15"))
        );
        assert_eq!(
            next_review(&quarterly, first, Some(day("2026-05-04"))),
            Some(day("2026-08-04"))
        );
        assert_eq!(next_review(&process(""), first, None), None);
    }
}
