//! What came in through lists, what was paid for them and what became of their people: the plain figures
//! that reports of returns are worked out from. The store counts names; nothing here knows them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::invoice::{Merged, invoice};
use super::terms::{Kind, Terms};
use crate::id::Id;
use crate::money::{Currency, Money};

/// Everything that is known of lists and sources as of a day; deals are in the Book.
#[derive(Clone, Debug, Default)]
pub struct Payback {
    /// By code; other vectors point into this one.
    pub lists: Vec<Came>,
    /// Who is on lists: each person is in exactly one of these.
    pub together: Vec<Together>,
    /// Whoever of them responded, or became a deal.
    pub leads: Vec<Lead>,
    pub paid: Vec<Paid>,
    pub referrals: Vec<Referral>,
    /// The share of a product's value that is left after what it cost.
    pub margins: BTreeMap<String, f64>,
    /// Persons and accounts that we have.
    pub persons: u64,
    pub accounts: u64,
    /// Deals whose row turned out to be a decoy: they are in no return.
    pub decoy_deals: Vec<Id>,
    /// Deals that don't say that they came from a list, with the list that their account or person is on.
    pub unlinked: Vec<(Id, u32)>,
}

/// A list: what was delivered, what each row came to on the day it came in, what was done with it.
#[derive(Clone, Debug)]
pub struct Came {
    pub id: Id,
    pub terms: Terms,
    /// When its first names came in; none yet when nothing did.
    pub since: Option<NaiveDate>,
    /// Rows read. The counts from here to `net` add up to it.
    pub gross: u64,
    pub rejected: u64,
    /// Persons and accounts of ours.
    pub known_own: u64,
    /// People whom a list of our own had before.
    pub known_house: u64,
    /// People whom another list had before.
    pub known_lists: u64,
    /// On this list already: in the same file, or an earlier one.
    pub twice: u64,
    pub suppressed: u64,
    pub seeds: u64,
    pub net: u64,
    /// What its invoice goes by.
    pub merged: Merged,
    /// People on it, decoys and whoever must be left alone not counted.
    pub people: u64,
    /// People who were in at least one use.
    pub used: u64,
    pub uses: u64,
}

impl Came {
    pub fn code(&self) -> &str {
        &self.terms.code
    }

    /// What is owed by its terms, and since when; `None` when they don't say what it costs.
    pub fn bill(&self, currency: Currency) -> Option<(Money, NaiveDate)> {
        let currency = self.terms.currency.unwrap_or(currency);
        let nothing = Money { minor: 0, currency };
        let since = self.since?;
        let is_priced = self.terms.cpm_minor.is_some() || self.terms.flat_fee_minor.is_some();
        if !is_priced && self.terms.kind == Kind::House {
            return Some((nothing, since));
        }
        let invoice = invoice(&self.terms, self.merged).ok()?;
        let minor = invoice.total_minor;
        Some((
            Money { minor, currency },
            self.terms.obtained_on.unwrap_or(since),
        ))
    }
}

/// What our own books say of people on lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Own {
    Stranger,
    Person,
    Account,
}

/// People who are on the same lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// In the order in which they came in.
    pub lists: Vec<u32>,
    pub own: Own,
    /// Those of the lists through which they became ours: these don't have them from us.
    pub through: Vec<u32>,
    pub people: u64,
}

/// A person on a list who responded, or became a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The lists they are on with the day they came in through it, in that order. No day: their row is gone
    /// or must be left alone, though a deal or an answer came through it.
    pub lists: Vec<(u32, Option<NaiveDate>)>,
    /// When first, and through which list.
    pub responded: Option<(NaiveDate, u32)>,
    /// Deals that say they came from this person's row on this list.
    pub deals: Vec<(Id, u32)>,
}

impl Lead {
    /// The lists they were on by a day, and in any case the one that something came through.
    pub fn on(&self, day: Option<NaiveDate>, through: u32) -> Vec<u32> {
        let by = |since: &Option<NaiveDate>| {
            since.is_some_and(|since| day.is_none_or(|day| since <= day))
        };
        self.lists
            .iter()
            .filter(|(list, since)| *list == through || by(since))
            .map(|(list, _)| *list)
            .collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payer {
    /// By its place in [`Payback::lists`].
    List(u32),
    /// By its name in the catalog.
    Source(String),
}

/// Something that was paid beside the terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    pub of: Payer,
    pub day: NaiveDate,
    pub amount: Money,
}

/// Somebody whom a colleague told us of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    pub by: String,
    pub opened: NaiveDate,
    pub deals: Vec<Id>,
}
