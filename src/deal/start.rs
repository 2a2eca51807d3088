//! Deals that begin together: what is known of each before it has an id.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::FieldValue;
use crate::id::Id;

/// Where a deal came from: the first link of the chain from a list to the money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The row of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prospect: Option<Id>,
    /// Whom it began with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// The list that row is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<Id>,
    /// The referral or request it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<Id>,
    /// Why they were chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Deals to open in one operation, with the accounts that come into being by it.
#[derive(Clone, Debug, Default)]
pub struct Starting {
    pub accounts: Vec<NewAccount>,
    pub deals: Vec<NewDeal>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewAccount {
    pub name: String,
    pub fields: Vec<(String, FieldValue)>,
}

/// Somebody there is an id of, or who is the n-th of those that come into being.
#[derive(Clone, Debug, PartialEq)]
pub enum Party<N> {
    Known(Id),
    New(N),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPerson {
    pub name: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub mobile: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewDeal {
    /// New: the place in [`Starting::accounts`].
    pub account: Party<usize>,
    pub person: Option<Party<NewPerson>>,
    pub title: Option<String>,
    pub owner: Option<String>,
    pub product: Option<String>,
    pub source: Option<String>,
    pub stage: String,
    pub customer_type: Option<String>,
    pub follow_ups: Vec<NewFollowUp>,
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFollowUp {
    pub due: NaiveDate,
    pub text: String,
    /// Asked for by the process, not by a person.
    pub by_rule: bool,
}
