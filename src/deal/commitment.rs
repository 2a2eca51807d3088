//! What people say will be won in a period: a rep by their own word, a manager by what they make of it.
//!
//! Each time it is said is a stream of its own, so that a later word never takes the place of an earlier one, and
//! whoever said it can take it back (`undo`) whatever was said since.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::effective_order;
use super::event::{Event, Private, Recorded};
use super::target::Side;
use crate::id::Id;

/// Of whom it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Rep,
    Team,
}

impl Scope {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Team => "team",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Rep, Self::Team]
            .into_iter()
            .find(|scope| scope.name() == name)
    }
}

/// What was said. Amounts are what will have been won when the period is over, in minor units of the process
/// currency: what is won already is in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commitment {
    /// The rep's own word, or the manager's adjustment of it.
    pub by: Side,
    pub scope: Scope,
    pub name: String,
    /// First and last day.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub amount_minor: i64,
    /// When all goes well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_case_minor: Option<i64>,
    /// Deals that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deals: Vec<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Private>,
}

impl Commitment {
    /// `commitment` or `adjustment`
    pub fn word(&self) -> &'static str {
        match self.by {
            Side::Rep => "commitment",
            Side::Manager => "adjustment",
        }
    }

    /// Whether a later one of these says something else about the same.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        (self.by, self.scope, &self.name, self.from, self.to)
            == (other.by, other.scope, &other.name, other.from, other.to)
    }
}

/// What was said, with when and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    pub id: Id,
    pub said: Commitment,
    pub day: NaiveDate,
    pub at: DateTime<Utc>,
    /// When it was written down: what is told later was no foresight, whatever day it is said to be of.
    pub recorded: DateTime<Utc>,
    pub actor: String,
}

impl Committed {
    /// `None` when it was taken back.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        effective_order(events)
            .into_iter()
            .find_map(|recorded| match &recorded.event {
                Event::Committed(said) => Some(Self {
                    id: recorded.stream,
                    said: Commitment::clone(said),
                    day: recorded.day,
                    at: recorded.effective,
                    recorded: recorded.recorded,
                    actor: recorded.actor.clone(),
                }),
                _ => None,
            })
    }
}

/// The last that was said of each, of what is in the order in which it was said.
pub fn latest(said: &[Committed]) -> Vec<&Committed> {
    let mut last: Vec<&Committed> = Vec::new();
    for one in said {
        match last
            .iter_mut()
            .find(|other| other.said.is_about_the_same(&one.said))
        {
            Some(earlier) => *earlier = one,
            None => last.push(one),
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(seq: i64, operation: i64, event: Event) -> Recorded {
        let at: DateTime<Utc> = "2026-10-05T09:00:00Z".parse().expect("an instant");
        Recorded {
            stream: Id(7),
            seq,
            operation: Id(operation),
            recorded: at,
            effective: at,
            day: at.date_naive(),
            actor: "jr".to_string(),
            version: 1,
            event,
        }
    }

    fn said(amount_minor: i64, by: Side) -> Commitment {
        let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).expect("a day");
        Commitment {
            by,
            scope: Scope::Rep,
            name: "jr".to_string(),
            from: day(1),
            to: day(31),
            amount_minor,
            best_case_minor: None,
            deals: Vec::new(),
            why: None,
        }
    }

    #[test]
    fn what_is_taken_back_was_not_said() {
        let mut events = vec![recorded(
            1,
            100,
            Event::Committed(Box::new(said(12_000, Side::Rep))),
        )];
        let amount =
            |events: &[Recorded]| Committed::from_events(events).map(|one| one.said.amount_minor);
        assert_eq!(amount(&events), Some(12_000));
        events.push(recorded(2, 101, Event::Undone { operation: Id(100) }));
        assert_eq!(amount(&events), None);
        events.push(recorded(3, 102, Event::Redone { operation: Id(100) }));
        assert_eq!(amount(&events), Some(12_000));
    }

    #[test]
    fn the_last_word_of_each_side_counts() {
        let committed = |id, said| Committed {
            id: Id(id),
            said,
            day: NaiveDate::default(),
            at: DateTime::UNIX_EPOCH,
            recorded: DateTime::UNIX_EPOCH,
            actor: String::new(),
        };
        let all = [
            committed(1, said(10, Side::Rep)),
            committed(2, said(8, Side::Manager)),
            committed(3, said(12, Side::Rep)),
        ];
        let ids: Vec<i64> = latest(&all).iter().map(|one| one.id.0).collect();
        assert_eq!(ids, [3, 2]);
    }
}
