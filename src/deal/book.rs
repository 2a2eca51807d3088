//! The Book: compact columns of what happened, as of a day. Every report is a pure function of it.
//!
//! The store loads it in one pass (`store::book`); nothing here knows SQL. Deals are in the order of
//! their ids, visits in the order of their deals and, within a deal, of time. Undone events, and
//! whatever took effect after [`Book::as_of`], are not in it.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;

use crate::id::Id;
use crate::money::Currency;

/// A business date as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    pub fn of(date: NaiveDate) -> Self {
        Self(date.signed_duration_since(NaiveDate::default()).num_days() as i32)
    }

    pub fn date(self) -> NaiveDate {
        NaiveDate::default()
            .checked_add_signed(TimeDelta::days(i64::from(self.0)))
            .unwrap_or(NaiveDate::MAX)
    }

    /// Calendar days from `earlier` to this day.
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Hold,
    Won,
    Lost,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Hold => "hold",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Hold, Self::Won, Self::Lost]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// Open or on hold: not yet decided.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Hold)
    }
}

/// How a visit to a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// The deal is still in it.
    Still,
    /// To a later stage (gated, overridden or imported).
    Advanced,
    /// To an earlier stage.
    Back,
    Won,
    Lost,
}

/// Everything reports read, as columns: index `i` of each vector of [`Deals`] is one deal.
#[derive(Clone, Debug)]
pub struct Book {
    pub as_of: NaiveDate,
    /// Newest applied version of the process on that day.
    pub process_version: u32,
    pub currency: Currency,
    pub deals: Deals,
    pub visits: Visits,
    /// Labels that the index columns point into.
    pub accounts: Vec<String>,
    pub owners: Vec<Named>,
    pub teams: Vec<Named>,
    pub products: Vec<Named>,
    pub sources: Vec<Named>,
    /// Stage names, those of the process first and in selling order, then unknown older ones.
    pub stages: Vec<String>,
    pub currencies: Vec<Currency>,
    /// Account or deal fields that were asked for, by field name.
    pub attributes: BTreeMap<String, Labelled>,
}

/// Something with an immutable name and a title for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub title: String,
}

/// A column of text values by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labelled {
    pub labels: Vec<String>,
    /// One per deal.
    pub index: Vec<Option<u32>>,
}

#[derive(Clone, Debug, Default)]
pub struct Deals {
    pub id: Vec<Id>,
    pub account: Vec<Option<u32>>,
    pub owner: Vec<Option<u32>>,
    /// The owner's team.
    pub team: Vec<Option<u32>>,
    pub product: Vec<Option<u32>>,
    pub source: Vec<Option<u32>>,
    pub state: Vec<State>,
    /// Index into [`Book::stages`]: where it is, or where it was when it closed; `None` when never told.
    pub stage: Vec<Option<u16>>,
    /// Day it entered that stage.
    pub stage_entered: Vec<Option<Day>>,
    /// Minor units of its own currency.
    pub value_minor: Vec<Option<i64>>,
    /// Index into [`Book::currencies`].
    pub currency: Vec<u8>,
    pub opened: Vec<Option<Day>>,
    /// Day it was won or lost.
    pub closed: Vec<Option<Day>>,
    pub expected_close: Vec<Option<Day>>,
    /// A hold's end.
    pub hold_until: Vec<Option<Day>>,
    /// When the earliest open follow-up is due.
    pub next_due: Vec<Option<Day>>,
}

/// One stay of a deal in one stage per index.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// Index into [`Deals`].
    pub deal: Vec<u32>,
    /// Index into [`Book::stages`].
    pub stage: Vec<u16>,
    /// `None` when an import did not tell it.
    pub entered: Vec<Option<Day>>,
    /// `None` while in it, or when an import did not tell it.
    pub left: Vec<Option<Day>>,
    pub how: Vec<Left>,
    /// Passed by override.
    pub overridden: Vec<bool>,
}

impl Deals {
    pub fn len(&self) -> usize {
        self.id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
}

impl Visits {
    pub fn len(&self) -> usize {
        self.deal.len()
    }

    pub fn is_empty(&self) -> bool {
        self.deal.is_empty()
    }
}
