//! Objectives that reps and their managers agree on: proposed by one, answered or accepted by the other.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::effective_order;
use super::event::{Event, Private, Recorded};
use crate::id::Id;
use crate::process::Bound;

/// Who made an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Rep,
    Manager,
}

impl Side {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Manager => "manager",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Rep, Self::Manager]
            .into_iter()
            .find(|side| side.name() == name)
    }
}

/// What was proposed first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub metric: String,
    pub rep: String,
    /// First and last day.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub bound: Bound,
    pub by: Side,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Private>,
}

/// A proposed target as its events tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub id: Id,
    pub metric: String,
    pub rep: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The latest offer.
    pub bound: Bound,
    /// Who made that.
    pub by: Side,
    /// What they said with it.
    pub why: Option<String>,
    pub proposed: NaiveDate,
    pub accepted: Option<NaiveDate>,
    pub withdrawn: Option<NaiveDate>,
}

impl Proposal {
    /// `None` when nothing that counts proposed it.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        let order = effective_order(events);
        let mut proposal = order.iter().find_map(|recorded| match &recorded.event {
            Event::TargetProposed(offer) => Some(Self {
                id: recorded.stream,
                metric: offer.metric.clone(),
                rep: offer.rep.clone(),
                from: offer.from,
                to: offer.to,
                bound: offer.bound,
                by: offer.by,
                why: offer.why.as_ref().map(|why| why.text.clone()),
                proposed: recorded.day,
                accepted: None,
                withdrawn: None,
            }),
            _ => None,
        })?;
        for recorded in order {
            match &recorded.event {
                Event::TargetAnswered { bound, by, why } => {
                    if let Some(bound) = bound {
                        proposal.bound = *bound;
                        proposal.by = *by;
                        proposal.why = why.as_ref().map(|why| why.text.clone());
                    } else {
                        proposal.accepted = Some(recorded.day);
                    }
                }
                Event::TargetWithdrawn { .. } => proposal.withdrawn = Some(recorded.day),
                _ => {}
            }
        }
        Some(proposal)
    }

    /// Whether it waits for somebody.
    pub fn is_open(&self) -> bool {
        self.accepted.is_none() && self.withdrawn.is_none()
    }

    /// Whether it counted on a day.
    pub fn counts_on(&self, day: NaiveDate) -> bool {
        self.accepted.is_some_and(|since| since <= day)
            && self.withdrawn.is_none_or(|since| since > day)
    }

    /// Who must say something about it.
    pub fn waits_for(&self) -> Option<Side> {
        self.is_open().then_some(match self.by {
            Side::Rep => Side::Manager,
            Side::Manager => Side::Rep,
        })
    }

    /// How it stands, in one word.
    pub fn status(&self) -> &'static str {
        match (self.withdrawn, self.accepted, self.by) {
            (Some(_), ..) => "withdrawn",
            (None, Some(_), _) => "accepted",
            (None, None, Side::Rep) => "proposed",
            (None, None, Side::Manager) => "answered",
        }
    }
}

#[cfg(test)]
mod tests {

    use super::super::sample::daily;
    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, n).expect("a date")
    }

    fn told(events: Vec<Event>) -> Vec<Recorded> {
        daily("2026-11-01", events)
    }

    fn proposed() -> Event {
        Event::TargetProposed(Box::new(Offer {
            metric: "revenue".to_string(),
            rep: "jr".to_string(),
            from: day(1),
            to: day(30),
            bound: Bound::AtLeast(60_000.0),
            by: Side::Rep,
            why: Some(Private::new("two big ones")),
        }))
    }

    fn answered(number: Option<f64>, by: Side) -> Event {
        Event::TargetAnswered {
            bound: number.map(Bound::AtLeast),
            by,
            why: number.map(|_| Private::new("three")),
        }
    }

    #[test]
    fn a_proposal_is_what_its_events_tell() {
        let story = [
            proposed(),
            answered(Some(70_000.0), Side::Manager),
            answered(None, Side::Rep),
            Event::TargetWithdrawn { why: None },
        ];
        let at = |n: usize| Proposal::from_events(&told(story[..n].to_vec())).expect("one");
        assert_eq!(
            (at(1).status(), at(1).waits_for()),
            ("proposed", Some(Side::Manager))
        );
        assert_eq!(at(1).why.as_deref(), Some("two big ones"));
        assert_eq!(
            (at(2).status(), at(2).waits_for()),
            ("answered", Some(Side::Rep))
        );
        assert_eq!(at(2).bound, Bound::AtLeast(70_000.0));
        assert_eq!(at(2).why.as_deref(), Some("three"));
        assert!(!at(2).counts_on(day(30)));
        assert_eq!((at(3).status(), at(3).waits_for()), ("accepted", None));
        assert_eq!(
            at(3).bound,
            Bound::AtLeast(70_000.0),
            "what was offered last"
        );
        assert!(!at(3).counts_on(day(2)) && at(3).counts_on(day(3)));
        assert_eq!(at(4).status(), "withdrawn");
        assert!(at(4).counts_on(day(3)) && !at(4).counts_on(day(4)));
    }

    #[test]
    fn what_is_undone_does_not_count_and_what_is_redone_does() {
        let mut events = told(vec![proposed(), answered(None, Side::Manager)]);
        let next = |events: &[Recorded], event: Event| {
            let mut all: Vec<Event> = events.iter().map(|one| one.event.clone()).collect();
            all.push(event);
            told(all)
        };
        let status = |events: &[Recorded]| Proposal::from_events(events).map(|one| one.status());
        assert_eq!(status(&events), Some("accepted"));
        events = next(&events, Event::Undone { operation: Id(101) });
        assert_eq!(status(&events), Some("proposed"));
        events = next(&events, Event::Redone { operation: Id(101) });
        assert_eq!(status(&events), Some("accepted"));
        events = next(&events, Event::Undone { operation: Id(100) });
        assert_eq!(status(&events), None);
    }
}
