//! All that is suppressed, in memory, to hold rows against.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;

use super::entry::{Keys, Kind, Make, Purpose, key};
use super::form::{self, Number, PART};
use crate::id::Id;
use crate::prospect::{Field, Record};

/// Why something is suppressed; the order is that in which reasons are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Somebody said so: `Hit::id` is the entry.
    Stated,
    /// It takes part in an open deal, which is `Hit::id`.
    OpenDeal,
    /// It is a customer, whose account is `Hit::id`.
    Customer,
}

/// Why a row must be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'s> {
    pub reason: &'s str,
    pub kind: Kind,
    /// Of the entry: one for `all` is hit when asked for `marketing` too.
    pub purpose: Purpose,
    pub source: Source,
    pub id: Id,
}

/// Texts that lookups reuse, so that none of them allocates.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    text: String,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    id: Id,
    reason: u32,
    kind: Kind,
    purpose: Purpose,
    source: Source,
}

/// Entries by key; about fifty bytes each.
#[derive(Clone, Debug, Default)]
pub struct SuppressionSet {
    known: Vec<Known>,
    places: HashMap<u64, u32, BuildHasherDefault<FxHasher>>,
    reasons: Vec<String>,
    reason_places: HashMap<String, u32>,
    /// How many entries of each kind, since what nobody is known by need not be looked up.
    kinds: [usize; Kind::ALL.len()],
}

impl SuppressionSet {
    pub fn with_capacity(entries: usize) -> Self {
        Self {
            known: Vec::with_capacity(entries),
            places: HashMap::with_capacity_and_hasher(entries, BuildHasherDefault::default()),
            ..Self::default()
        }
    }

    pub fn len(&self) -> usize {
        self.known.len()
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// How many entries, deals or accounts it holds of `source`.
    pub fn count(&self, source: Source) -> usize {
        let of_it = self.known.iter().filter(|known| known.source == source);
        of_it.map(|known| known.id).collect::<HashSet<_>>().len()
    }

    /// Adds an entry. Of two with one key the one for `all` counts, else the earlier.
    pub fn insert(
        &mut self,
        keys: Keys,
        kind: Kind,
        purpose: Purpose,
        source: Source,
        id: Id,
        reason: &str,
    ) {
        let reason = self.reason(reason);
        let place = self.known.len() as u32;
        self.known.push(Known {
            id,
            reason,
            kind,
            purpose,
            source,
        });
        self.kinds[kind as usize] += 1;
        for key in keys.iter() {
            match self.places.entry(key) {
                Slot::Vacant(slot) => {
                    slot.insert(place);
                }
                Slot::Occupied(mut slot) => {
                    if purpose > self.known[*slot.get() as usize].purpose {
                        slot.insert(place);
                    }
                }
            }
        }
    }

    fn reason(&mut self, text: &str) -> u32 {
        if let Some(place) = self.reason_places.get(text) {
            return *place;
        }
        let place = self.reasons.len() as u32;
        self.reasons.push(text.to_string());
        self.reason_places.insert(text.to_string(), place);
        place
    }

    /// Whether an entry of these keys would forbid nothing that isn't forbidden already.
    pub fn holds(&self, keys: Keys, purpose: Purpose) -> bool {
        keys.iter().all(|key| self.find(key, purpose).is_some())
    }

    fn find(&self, key: u64, purpose: Purpose) -> Option<&Known> {
        let known = &self.known[*self.places.get(&key)? as usize];
        known.purpose.covers(purpose).then_some(known)
    }

    /// Why the row must not be contacted for `purpose`: what somebody said before what follows from deals,
    /// then an address before a name.
    pub fn reason_for(
        &self,
        record: &Record,
        purpose: Purpose,
        scratch: &mut Scratch,
    ) -> Option<Hit<'_>> {
        if self.known.is_empty() {
            return None;
        }
        let mut best: Option<&Known> = None;
        let mut look = |key: u64| {
            let Some(found) = self.find(key, purpose) else {
                return;
            };
            if best.is_none_or(|best| (found.source, found.kind) < (best.source, best.kind)) {
                best = Some(found);
            }
        };
        let text = &mut scratch.text;
        if self.has(Kind::Email) || self.has(Kind::Domain) {
            text.clear();
            if form::email(record.get(Field::Email), text) {
                look(key(Make::Email, text));
            }
        }
        if self.has(Kind::Phone) {
            for field in [Field::Phone, Field::Mobile] {
                text.clear();
                match form::phone(record.get(field), text) {
                    Some(Number::Whole { country }) => {
                        look(key(Make::WholeNumber, text));
                        look(key(Make::HomeOnly, form::national(text, country)));
                    }
                    Some(Number::National) => {
                        look(key(Make::HomeOfWhole, text));
                        look(key(Make::HomeOnly, text));
                    }
                    None => {}
                }
            }
        }
        if self.has(Kind::Domain) {
            for field in [Field::Email, Field::Domain, Field::Website] {
                text.clear();
                if record.has(field) && form::domain(record.get(field), text) {
                    look(key(Make::Domain, text));
                }
            }
        }
        if self.has(Kind::Person) {
            keys_of_person(record, text, &mut look);
        }
        if self.has(Kind::Company) {
            keys_of_company(record, text, &mut look);
        }
        best.map(|known| Hit {
            reason: &self.reasons[known.reason as usize],
            kind: known.kind,
            purpose: known.purpose,
            source: known.source,
            id: known.id,
        })
    }

    fn has(&self, kind: Kind) -> bool {
        self.kinds[kind as usize] > 0
    }
}

fn keys_of_person(record: &Record, text: &mut String, look: &mut impl FnMut(u64)) {
    if !record.has(Field::Company) && !record.has(Field::Zip) {
        return;
    }
    text.clear();
    let named = if record.has(Field::First) && record.has(Field::Last) {
        form::person_of(record.get(Field::First), record.get(Field::Last), text)
    } else {
        form::person(record.get(Field::Name), text)
    };
    if !named {
        return;
    }
    text.push(PART);
    let name = text.len();
    if form::company(record.get(Field::Company), text) {
        look(key(Make::PersonAtCompany, text));
    }
    text.truncate(name);
    if form::place(record.get(Field::Zip), text) {
        look(key(Make::PersonAtZip, text));
    }
}

fn keys_of_company(record: &Record, text: &mut String, look: &mut impl FnMut(u64)) {
    text.clear();
    if !form::company(record.get(Field::Company), text) {
        return;
    }
    look(key(Make::Company, text));
    let name = text.len();
    text.push(PART);
    if form::place(record.get(Field::City), text) {
        look(key(Make::CompanyInPlace, text));
    } else {
        text.truncate(name);
        look(key(Make::CompanySomewhere, text));
    }
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
