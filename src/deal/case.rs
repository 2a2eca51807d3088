//! Cases: what somebody told us that must not be forgotten - a referral, an experience after the sale, a
//! request we could not meet - each with an owner, a status and an answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::effective_order;
use super::event::{Event, Private, Recorded};
use crate::id::Id;

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

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

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
    /// The deal it came of, or that was opened for it.
    pub deal: Option<Id>,
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
                    case.deal = deal.or(case.deal);
                    case.closed = closes.then_some(recorded.day);
                }
                Event::CaseReopened { .. } => case.closed = None,
                _ => {}
            }
        }
        Some(case)
    }
}
