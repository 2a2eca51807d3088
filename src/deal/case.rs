//! Cases: what somebody told us that must not be forgotten - a referral, an experience after the sale, a
//! request we could not meet - each with an owner, a status and an answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::effective_order;
use super::event::{Event, Private, Recorded};
use crate::id::Id;
use crate::process::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// Somebody in the company knows somebody who might buy.
    Referral,
    /// What a customer made of us after the sale, 1 to 5.
    Experience,
    /// Something a customer asked for that we could not deliver.
    Request,
}

impl CaseKind {
    pub const ALL: [Self; 3] = [Self::Referral, Self::Experience, Self::Request];

    pub fn name(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::Experience => "experience",
            Self::Request => "request",
        }
    }

    pub fn many(self) -> &'static str {
        match self {
            Self::Referral => "referrals",
            Self::Experience => "experiences",
            Self::Request => "requests",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An experience of so many stars needs no answer.
pub const GOOD: u8 = 4;
/// Whoever tells us something hears from us within so many days, unless something else is agreed.
pub const ANSWER_WITHIN: Span = Span::Days(7);

/// How a case begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    pub what: CaseKind,
    /// The account, person or prospect it is about.
    pub about: Id,
    /// The deal it came of, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deal: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Who told us: the referrer, who gets the credit; whoever heard it.
    pub by: String,
    /// The rep whose work it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Of an experience, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stars: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Private>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
}

/// A case as its events tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub id: Id,
    pub what: CaseKind,
    pub about: Id,
    /// The deal it came of.
    pub deal: Option<Id>,
    /// The deal that was opened for it.
    pub started: Option<Id>,
    pub product: Option<String>,
    pub by: String,
    pub owner: Option<String>,
    pub stars: Option<u8>,
    pub text: Option<String>,
    pub due: Option<NaiveDate>,
    pub opened: NaiveDate,
    /// The latest answer.
    pub answer: Option<String>,
    /// None while somebody must still do something about it.
    pub closed: Option<NaiveDate>,
}

impl Case {
    /// `None` when nothing that counts opened it.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        let order = effective_order(events);
        let mut case = order.iter().find_map(|recorded| match &recorded.event {
            Event::CaseOpened(opening) => Some(Self {
                id: recorded.stream,
                what: opening.what,
                about: opening.about,
                deal: opening.deal,
                started: None,
                product: opening.product.clone(),
                by: opening.by.clone(),
                owner: opening.owner.clone(),
                stars: opening.stars,
                text: opening.text.as_ref().map(|text| text.text.clone()),
                due: opening.due,
                opened: recorded.day,
                answer: None,
                closed: None,
            }),
            _ => None,
        })?;
        for recorded in order {
            match &recorded.event {
                Event::CaseAssigned { owner, due } => {
                    case.owner.clone_from(owner);
                    case.due = *due;
                }
                Event::CaseAnswered { text, closes, deal } => {
                    if let Some(text) = text {
                        case.answer = Some(text.text.clone());
                    }
                    case.started = deal.or(case.started);
                    case.closed = closes.then_some(recorded.day);
                }
                Event::CaseReopened { .. } => case.closed = None,
                _ => {}
            }
        }
        Some(case)
    }

    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// How it stands, in one word.
    pub fn status(&self) -> &'static str {
        match (self.is_open(), self.started, self.what) {
            (true, ..) => "open",
            (false, Some(_), _) => "started",
            (false, None, CaseKind::Referral) => "declined",
            (false, None, _) if self.answer.is_some() => "answered",
            (false, None, _) => "closed",
        }
    }

    /// How many days ago somebody should have done something about it.
    pub fn late_days(&self, today: NaiveDate) -> Option<i64> {
        let due = self.due.filter(|_| self.is_open())?;
        let days = today.signed_duration_since(due).num_days();
        (days > 0).then_some(days)
    }

    /// `request: export to SAP`
    pub fn words(&self) -> String {
        let what = match (self.what, self.stars) {
            (CaseKind::Referral, _) => format!("referral from {}", self.by),
            (CaseKind::Experience, Some(stars)) => format!("experience {stars} of 5"),
            (what, _) => what.name().to_string(),
        };
        match &self.text {
            Some(text) => format!("{what}: {text}"),
            None => what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::daily;
    use super::*;
    use crate::deal::event::Move;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, n).expect("a date")
    }

    fn told(events: Vec<Event>) -> Vec<Recorded> {
        daily("2026-11-01", events)
    }

    fn opened(what: CaseKind) -> Event {
        Event::CaseOpened(Box::new(Opening {
            what,
            about: Id(3),
            deal: Some(Id(4)),
            product: None,
            by: "ann".to_string(),
            owner: Some("jr".to_string()),
            stars: (what == CaseKind::Experience).then_some(2),
            text: Some(Private::new("slow")),
            due: Some(day(8)),
        }))
    }

    fn answered(text: Option<&str>, closes: bool, deal: Option<Id>) -> Event {
        Event::CaseAnswered {
            text: text.map(Private::new),
            closes,
            deal,
        }
    }

    #[test]
    fn a_case_is_what_its_events_tell() {
        let assigned = Event::CaseAssigned {
            owner: Some("ab".to_string()),
            due: Some(day(20)),
        };
        let reopened = Event::CaseReopened { reason: None };
        let story = [
            opened(CaseKind::Request),
            assigned,
            answered(Some("in March"), true, None),
            reopened,
            answered(None, true, Some(Id(9))),
        ];
        let at = |n: usize| Case::from_events(&told(story[..n].to_vec())).expect("a case");
        assert_eq!(at(1).status(), "open");
        assert_eq!(at(1).opened, day(1));
        assert_eq!(at(1).late_days(day(8)), None);
        assert_eq!(at(1).late_days(day(11)), Some(3));
        assert_eq!(at(2).owner.as_deref(), Some("ab"));
        assert_eq!(at(2).late_days(day(11)), None);
        assert_eq!((at(3).status(), at(3).closed), ("answered", Some(day(3))));
        assert_eq!(at(3).late_days(day(30)), None);
        assert_eq!(at(4).status(), "open");
        assert_eq!(at(4).answer.as_deref(), Some("in March"));
        assert_eq!((at(5).status(), at(5).started), ("started", Some(Id(9))));
        assert_eq!(at(5).deal, Some(Id(4)), "the deal it came of stays known");
    }

    #[test]
    fn what_is_undone_does_not_count() {
        let mut events = told(vec![
            opened(CaseKind::Referral),
            answered(Some("no budget"), true, None),
        ]);
        assert_eq!(
            Case::from_events(&events).expect("one").status(),
            "declined"
        );
        let undone = |operation, seq| Recorded {
            seq,
            event: Event::Undone { operation },
            ..events[0].clone()
        };
        let (second, first) = (undone(Id(101), 3), undone(Id(100), 4));
        events.push(second);
        assert_eq!(Case::from_events(&events).expect("one").status(), "open");
        events.push(first);
        assert_eq!(Case::from_events(&events), None);
    }

    #[test]
    fn a_stream_of_something_else_is_no_case() {
        let entered = Event::StageEntered {
            stage: "qualify".to_string(),
            how: Move::Start,
            entered: None,
            customer_type: None,
            overridden: None,
        };
        assert_eq!(Case::from_events(&told(vec![entered])), None);
    }

    #[test]
    fn it_is_said_with_its_text() {
        let words = |what| {
            Case::from_events(&told(vec![opened(what)]))
                .expect("one")
                .words()
        };
        assert_eq!(words(CaseKind::Referral), "referral from ann: slow");
        assert_eq!(words(CaseKind::Experience), "experience 2 of 5: slow");
        assert_eq!(words(CaseKind::Request), "request: slow");
    }
}
