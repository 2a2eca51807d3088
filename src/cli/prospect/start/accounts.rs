//! With whom each deal is: an account we have, or one that comes into being; nothing is typed twice.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::super::super::session::Session;
use super::super::super::value::field_value;
use super::choose::Prospect;
use crate::condition::Value;
use crate::deal::event::FieldValue;
use crate::deal::start::{NewAccount, NewPerson, Party};
use crate::id::Id;
use crate::process::{FieldOf, slugified};
use crate::prospect::Field;
use crate::prospect::normal::company;
use crate::store::{AccountFacts, AccountNames, Name};

/// The accounts of the deals, found and made one after the other.
pub(super) struct Accounts<'s> {
    session: &'s Session<'s>,
    known: AccountNames,
    pub(super) new: Vec<NewAccount>,
    by_name: FxHashMap<String, usize>,
    by_domain: FxHashMap<String, usize>,
    /// What rows tell of accounts that we have, by account and field.
    told: BTreeMap<(Id, String), FieldValue>,
    /// Values of rows that a field can't take, by field: how many, and the first.
    pub(super) unreadable: BTreeMap<String, (usize, String)>,
}

impl<'s> Accounts<'s> {
    pub(super) fn new(session: &'s Session<'s>, known: AccountNames) -> Self {
        Self {
            session,
            known,
            new: Vec::new(),
            by_name: FxHashMap::default(),
            by_domain: FxHashMap::default(),
            told: BTreeMap::new(),
            unreadable: BTreeMap::new(),
        }
    }

    /// The account of a row: where matching found them, else the one of their company's name, else a new one
    /// that all rows of the company share.
    pub(super) fn of(&mut self, prospect: &Prospect) -> Party<usize> {
        let name = &prospect.name;
        let company = name.get(Field::Company).trim();
        let domain = name.get(Field::Domain).trim();
        let called = [company, domain].into_iter().find(|text| !text.is_empty());
        let called = called.map_or_else(|| name.called(), str::to_string);
        let known = prospect.bond.account.or_else(|| self.known.get(&called));
        if let Some(account) = known {
            for (field, value) in self.values(name) {
                self.told.entry((account, field)).or_insert(value);
            }
            return Party::Known(account);
        }
        let at = self.shared(company, domain).unwrap_or_else(|| {
            self.new.push(NewAccount {
                name: called.clone(),
                fields: Vec::new(),
            });
            self.new.len() - 1
        });
        if !company.is_empty() {
            self.by_name.entry(key(company)).or_insert(at);
            // A row that told only the domain may have come first.
            if self.new[at].name == domain {
                self.new[at].name = called;
            }
        }
        if !domain.is_empty() {
            self.by_domain.entry(domain.to_string()).or_insert(at);
        }
        for (field, value) in self.values(name) {
            let fields = &mut self.new[at].fields;
            if !fields.iter().any(|(known, _)| *known == field) {
                fields.push((field, value));
            }
        }
        Party::New(at)
    }

    /// One of the new ones: of the same company, or of the same domain when one of both rows names no company.
    fn shared(&self, company: &str, domain: &str) -> Option<usize> {
        let by_domain = || self.by_domain.get(domain).copied();
        if company.is_empty() {
            return by_domain();
        }
        let by_name = self.by_name.get(&key(company)).copied();
        by_name.or_else(|| by_domain().filter(|at| self.new[*at].name == domain))
    }

    /// The account fields that columns of the row are called like.
    fn values(&mut self, name: &Name) -> Vec<(String, FieldValue)> {
        let session = self.session;
        let mut values = Vec::new();
        let fields = session.process.fields.iter();
        for field in fields.filter(|field| field.of == FieldOf::Account) {
            let own = Field::from_name(&field.name).map(|own| name.get(own));
            let extra = || {
                let mut columns = name.attributes.iter();
                let found = columns.find(|(heading, _)| slugified(heading) == field.name);
                found.map(|(_, value)| value.as_str())
            };
            let text = own.filter(|text| !text.is_empty()).or_else(extra);
            let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
                continue;
            };
            if let Ok(value) = field_value(session, field, text) {
                values.push((field.name.clone(), value));
            } else {
                let first = || (0, text.to_string());
                let counted = self.unreadable.entry(field.name.clone());
                counted.or_insert_with(first).0 += 1;
            }
        }
        values
    }

    /// What the rows tell that was not known of our accounts.
    pub(super) fn news(
        &self,
        facts: &FxHashMap<Id, AccountFacts>,
    ) -> BTreeMap<Id, Vec<(String, FieldValue)>> {
        let mut news: BTreeMap<Id, Vec<(String, FieldValue)>> = BTreeMap::new();
        for ((account, field), value) in &self.told {
            let known = facts.get(account).is_some_and(|facts| {
                let mut fields = facts.fields.iter();
                fields.any(|(name, value)| name == field && *value != Value::Null)
            });
            if !known {
                let told = news.entry(*account).or_default();
                told.push((field.clone(), value.clone()));
            }
        }
        news
    }
}

/// Whom the deal begins with, when the row tells of a person.
pub(super) fn person(prospect: &Prospect) -> Option<Party<NewPerson>> {
    if let Some(person) = prospect.bond.person {
        return Some(Party::Known(person));
    }
    let name = &prospect.name;
    let told = |field: Field| {
        let text = name.get(field).trim();
        (!text.is_empty()).then(|| text.to_string())
    };
    let named = [Field::First, Field::Last, Field::Name];
    let called = if named.into_iter().any(|field| told(field).is_some()) {
        name.called()
    } else {
        told(Field::Email)?
    };
    Some(Party::New(NewPerson {
        name: called,
        title: told(Field::Title),
        email: told(Field::Email),
        phone: told(Field::Phone),
        mobile: told(Field::Mobile),
    }))
}

/// One company in different writings.
fn key(name: &str) -> String {
    let (mut words, mut out) = (String::new(), String::new());
    company(name, &mut words, &mut out);
    if out.is_empty() {
        return name.to_lowercase();
    }
    out
}
