//! Persons and accounts as their events tell them, and what one of two that are the same takes from the
//! other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::effective_order;
use super::event::{Activity, Event, FieldValue, Private, Recorded};
use crate::id::Id;

/// What a person is to us. One person may be several at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SalesRole {
    Suspect,
    Prospect,
    Lead,
    Customer,
    Consumer,
    Buyer,
}

impl SalesRole {
    pub const ALL: [Self; 6] = [
        Self::Suspect,
        Self::Prospect,
        Self::Lead,
        Self::Customer,
        Self::Consumer,
        Self::Buyer,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Suspect => "suspect",
            Self::Prospect => "prospect",
            Self::Lead => "lead",
            Self::Customer => "customer",
            Self::Consumer => "consumer",
            Self::Buyer => "buyer",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Something about a person that has one value at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "attribute", content = "value", rename_all = "snake_case")]
pub enum PersonChange {
    Account(Option<Id>),
    Name(Private),
    Title(Option<Private>),
    Email(Option<Private>),
    Phone(Option<Private>),
    Mobile(Option<Private>),
}

impl PersonChange {
    /// As a line of a history.
    pub fn words(&self) -> String {
        let told = |what: &str, value: Option<&Private>| {
            let text = value.map_or("(none)", |value| value.text.as_str());
            format!("{what} {text}")
        };
        match self {
            Self::Account(None) => "belongs to no account".to_string(),
            Self::Account(Some(_)) => "account changed".to_string(),
            Self::Name(name) => told("name", Some(name)),
            Self::Title(title) => told("title", title.as_ref()),
            Self::Email(email) => told("e-mail", email.as_ref()),
            Self::Phone(phone) => told("phone", phone.as_ref()),
            Self::Mobile(mobile) => told("mobile", mobile.as_ref()),
        }
    }
}

/// A call, mail, note or the like: what there was with a person, account or prospect outside of deals.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub day: NaiveDate,
    pub seq: i64,
    pub by: String,
    pub what: Happened,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    Activity(Activity),
    Note(String),
}

/// What was logged and noted in a stream, in order of days.
pub fn contacts(events: &[Recorded]) -> Vec<Contact> {
    let entry = |recorded: &Recorded| {
        let what = match &recorded.event {
            Event::Logged(activity) => Happened::Activity(activity.clone()),
            Event::Noted { text } => Happened::Note(text.text.clone()),
            _ => return None,
        };
        Some(Contact {
            day: recorded.day,
            seq: recorded.seq,
            by: recorded.actor.clone(),
            what,
        })
    };
    effective_order(events)
        .into_iter()
        .filter_map(entry)
        .collect()
}

/// Everything about one person: the fold of their events.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub id: Id,
    pub account: Option<Id>,
    pub name: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub mobile: Option<String>,
    pub roles: BTreeSet<SalesRole>,
    /// Who they turned out to be.
    pub merged: Option<Id>,
}

impl Person {
    /// `None` when nothing that counts added them.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        let order = effective_order(events);
        // Something may have been logged for a day before they were added.
        let mut person = order.iter().find_map(|recorded| match &recorded.event {
            Event::PersonAdded {
                account,
                name,
                title,
                email,
                phone,
            } => Some(Self {
                id: recorded.stream,
                account: *account,
                name: name.text.clone(),
                title: text(title.as_ref()),
                email: text(email.as_ref()),
                phone: text(phone.as_ref()),
                mobile: None,
                roles: BTreeSet::new(),
                merged: None,
            }),
            _ => None,
        })?;
        for recorded in order {
            person.apply(&recorded.event);
        }
        Some(person)
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::PersonChanged(change) => match change {
                PersonChange::Account(account) => self.account = *account,
                PersonChange::Name(name) => self.name.clone_from(&name.text),
                PersonChange::Title(title) => self.title = text(title.as_ref()),
                PersonChange::Email(email) => self.email = text(email.as_ref()),
                PersonChange::Phone(phone) => self.phone = text(phone.as_ref()),
                PersonChange::Mobile(mobile) => self.mobile = text(mobile.as_ref()),
            },
            Event::SalesRoleGiven { role } => {
                self.roles.insert(*role);
            }
            Event::SalesRoleTaken { role } => {
                self.roles.remove(role);
            }
            Event::PersonMerged { into } => self.merged = Some(*into),
            _ => {}
        }
    }

    /// Whether the change says what is so already.
    pub fn has(&self, change: &PersonChange) -> bool {
        let same = |known: &Option<String>, told: &Option<Private>| *known == text(told.as_ref());
        match change {
            PersonChange::Account(account) => self.account == *account,
            PersonChange::Name(name) => self.name == name.text,
            PersonChange::Title(title) => same(&self.title, title),
            PersonChange::Email(email) => same(&self.email, email),
            PersonChange::Phone(phone) => same(&self.phone, phone),
            PersonChange::Mobile(mobile) => same(&self.mobile, mobile),
        }
    }

    /// The events by which they take from another what they have not: blanks are filled, roles added,
    /// nothing is replaced.
    pub fn filled_from(&self, other: &Self) -> Vec<Event> {
        let blank = |mine: &Option<String>, theirs: &Option<String>| {
            let fills = mine.is_none() && theirs.is_some();
            fills.then(|| theirs.clone().map(Private::new))
        };
        let changes = [
            (self.account.is_none() && other.account.is_some())
                .then_some(PersonChange::Account(other.account)),
            blank(&self.title, &other.title).map(PersonChange::Title),
            blank(&self.email, &other.email).map(PersonChange::Email),
            blank(&self.phone, &other.phone).map(PersonChange::Phone),
            blank(&self.mobile, &other.mobile).map(PersonChange::Mobile),
        ];
        let roles = other.roles.difference(&self.roles);
        changes
            .into_iter()
            .flatten()
            .map(Event::PersonChanged)
            .chain(roles.map(|role| Event::SalesRoleGiven { role: *role }))
            .collect()
    }
}

fn text(private: Option<&Private>) -> Option<String> {
    private.map(|private| private.text.clone())
}

/// Everything about one account: the fold of its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub id: Id,
    pub name: String,
    /// Fields with the day since when they hold, in order.
    pub fields: Vec<DatedField>,
    /// What it turned out to be.
    pub merged: Option<Id>,
}

/// A field of an account, as it was told.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedField {
    pub effective: DateTime<Utc>,
    pub day: NaiveDate,
    pub name: String,
    pub value: FieldValue,
}

impl Account {
    /// `None` when nothing that counts added it.
    pub fn from_events(events: &[Recorded]) -> Option<Self> {
        let order = effective_order(events);
        let mut account = order.iter().find_map(|recorded| match &recorded.event {
            Event::AccountAdded { name } => Some(Self {
                id: recorded.stream,
                name: name.clone(),
                fields: Vec::new(),
                merged: None,
            }),
            _ => None,
        })?;
        for recorded in order {
            match &recorded.event {
                Event::AccountRenamed { name } => account.name.clone_from(name),
                Event::AccountMerged { into } => account.merged = Some(*into),
                Event::AccountField { name, value } => account.fields.push(DatedField {
                    effective: recorded.effective,
                    day: recorded.day,
                    name: name.clone(),
                    value: value.clone(),
                }),
                _ => {}
            }
        }
        Some(account)
    }

    /// The fields as they are now; what was taken away is left out.
    pub fn now(&self) -> BTreeMap<&str, &FieldValue> {
        let mut now: BTreeMap<&str, &FieldValue> = self
            .fields
            .iter()
            .map(|field| (field.name.as_str(), &field.value))
            .collect();
        now.retain(|_, value| **value != FieldValue::Empty);
        now
    }

    /// What it takes from another for the fields that it never had, each since the day it was so there:
    /// a report as of that day knows it for the deals that came along.
    pub fn filled_from<'o>(&self, other: &'o Self) -> Vec<&'o DatedField> {
        let known: BTreeSet<&str> = self.fields.iter().map(|f| f.name.as_str()).collect();
        other
            .fields
            .iter()
            .filter(|field| !known.contains(field.name.as_str()))
            .collect()
    }

    /// What it takes from another for the fields that it had and has no more.
    pub fn refilled_from<'o>(&self, other: &'o Self) -> Vec<(&'o str, &'o FieldValue)> {
        let now = self.now();
        let had = |name: &str| self.fields.iter().any(|field| field.name == name);
        other
            .now()
            .into_iter()
            .filter(|(name, _)| had(name) && !now.contains_key(name))
            .collect()
    }
}
