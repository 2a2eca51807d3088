//! Whom the rows of a file of ratings mean. Exactly: an id or its beginning, an e-mail address, a whole
//! name; a file is read when nobody is there to ask. Who was taken up by hand or through a deal is looked
//! for before the names of lists, which are gone through once for all rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;

use super::super::super::contact::Subject;
use super::super::super::session::Session;
use crate::deal::event::StreamKind;
use crate::id::{Id, canonical_handle};
use crate::prospect::Field;
use crate::prospect::rating_file::Whom;
use crate::store::{PersonName, ProspectMatch};
use crate::text::{nearest, visible};

/// Candidates that a rejected row names.
const NAMED: usize = 3;
/// Fewer characters are no beginning of an id.
const FEWEST: usize = 4;

/// Everybody a file may be about, by what they are called.
pub(super) struct Everybody<'s, 'c> {
    session: &'s Session<'c>,
    persons: Vec<PersonName>,
    by_name: HashMap<String, Vec<usize>>,
    by_email: HashMap<String, Vec<usize>>,
    accounts: HashMap<String, BTreeSet<Id>>,
    account_names: Vec<String>,
    /// By the ids that begin with it; of who is a person or an account.
    handles: BTreeMap<String, (StreamKind, Id)>,
    /// Rows of lists by the references that asked for them.
    names: HashMap<String, Vec<Id>>,
    rows: HashMap<Id, OnList>,
}

/// A row of a list.
struct OnList {
    entity: Id,
    shown: String,
    company: String,
}

fn key(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What could begin an id, as handles are written.
fn beginning(typed: &str) -> Option<String> {
    let is_id = typed.len() >= FEWEST && typed.contains(|c: char| c.is_ascii_digit());
    is_id.then(|| canonical_handle(typed)).flatten()
}

impl<'s, 'c> Everybody<'s, 'c> {
    pub(super) fn of(session: &'s Session<'c>, asked: &BTreeSet<&Whom>) -> Result<Self> {
        let mut all = Self {
            session,
            persons: session.store.person_names()?,
            by_name: HashMap::new(),
            by_email: HashMap::new(),
            accounts: HashMap::new(),
            account_names: Vec::new(),
            handles: BTreeMap::new(),
            names: HashMap::new(),
            rows: HashMap::new(),
        };
        for (at, person) in all.persons.iter().enumerate() {
            all.by_name.entry(key(&person.name)).or_default().push(at);
            if let Some(email) = &person.email {
                all.by_email.entry(key(email)).or_default().push(at);
            }
            let handle = person.id.handle();
            all.handles.insert(handle, (StreamKind::Person, person.id));
        }
        for (id, name) in session.store.accounts()? {
            all.accounts.entry(key(&name)).or_default().insert(id);
            all.handles.insert(id.handle(), (StreamKind::Account, id));
            all.account_names.push(name);
        }
        all.look_on_lists(asked)?;
        Ok(all)
    }

    /// Goes through the names of lists for whatever nobody else is called.
    fn look_on_lists(&mut self, asked: &BTreeSet<&Whom>) -> Result<()> {
        let mut wanted: HashMap<String, Vec<Id>> = HashMap::new();
        for whom in asked {
            let refs = [&whom.who, &whom.email, &whom.person, &whom.prospect];
            for reference in refs.into_iter().filter(|text| !text.is_empty()) {
                if *reference == whom.prospect || self.people(reference).is_empty() {
                    wanted.entry(key(reference)).or_default();
                }
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let beginnings: HashMap<String, String> = wanted
            .keys()
            .filter_map(|typed| Some((beginning(typed)?, typed.clone())))
            .collect();
        let lengths: BTreeSet<usize> = beginnings.keys().map(String::len).collect();
        let mut rows: HashMap<Id, OnList> = HashMap::new();
        self.session.store.known_names(|name| {
            let full = [name.get(Field::First), name.get(Field::Last)].join(" ");
            let (full, company) = (full.trim(), name.get(Field::Company));
            let called = if full.is_empty() { company } else { full };
            let mut keys = vec![key(name.get(Field::Email)), key(called)];
            if !lengths.is_empty() {
                let handle = name.id.handle();
                let begun = lengths.iter().filter_map(|length| handle.get(..*length));
                keys.extend(begun.filter_map(|begun| beginnings.get(begun).cloned()));
            }
            for key in keys {
                let Some(hits) = wanted.get_mut(&key).filter(|_| !key.is_empty()) else {
                    continue;
                };
                hits.push(name.id);
                rows.entry(name.id).or_insert_with(|| OnList {
                    entity: name.entity,
                    shown: called.to_string(),
                    company: self::key(company),
                });
            }
            Ok(())
        })?;
        self.names = wanted;
        self.rows = rows;
        Ok(())
    }

    /// The one who is meant, or why it is not sure.
    pub(super) fn find(&self, whom: &Whom) -> Result<Result<Subject, String>> {
        let company = key(&whom.account);
        if !whom.prospect.is_empty() {
            return self.one(
                &whom.prospect,
                "prospect",
                &self.on_lists(&whom.prospect, ""),
            );
        }
        if !whom.email.is_empty() {
            return self.anybody(&whom.email, "");
        }
        if !whom.who.is_empty() {
            return self.anybody(&whom.who, &company);
        }
        if !whom.person.is_empty() {
            let persons = self.persons(&whom.person, &company);
            let found = if persons.is_empty() {
                self.on_lists(&whom.person, &company)
            } else {
                persons
            };
            let named = if whom.account.is_empty() {
                whom.person.clone()
            } else {
                format!("{}, {}", whom.person, whom.account)
            };
            return self.one(&named, "person", &found);
        }
        self.one(&whom.account, "account", &self.accounts(&whom.account))
    }

    fn anybody(&self, reference: &str, company: &str) -> Result<Result<Subject, String>> {
        let mut found = self.people(reference);
        if found.len() > 1 && !company.is_empty() {
            let narrowed = self.persons(reference, company);
            found = if narrowed.is_empty() { found } else { narrowed };
        }
        if found.is_empty() {
            found = self.on_lists(reference, company);
        }
        self.one(reference, "person, account or prospect", &found)
    }

    /// Persons and accounts of this id, address or name.
    fn people(&self, reference: &str) -> Vec<(StreamKind, Id)> {
        let mut found = self.persons(reference, "");
        for account in self.accounts(reference) {
            if !found.contains(&account) {
                found.push(account);
            }
        }
        found
    }

    fn persons(&self, reference: &str, company: &str) -> Vec<(StreamKind, Id)> {
        let reference_key = key(reference);
        let named = self.by_email.get(&reference_key);
        let named = named.or_else(|| self.by_name.get(&reference_key));
        let mut found: BTreeSet<Id> = BTreeSet::new();
        for at in named.into_iter().flatten() {
            let Some(person) = self.persons.get(*at) else {
                continue;
            };
            let works_at = person.company.as_deref().map(key);
            if company.is_empty() || works_at.as_deref() == Some(company) {
                found.insert(person.id);
            }
        }
        if found.is_empty() {
            found = self.beginning_with(reference, StreamKind::Person);
        }
        found
            .into_iter()
            .map(|id| (StreamKind::Person, id))
            .collect()
    }

    fn accounts(&self, reference: &str) -> Vec<(StreamKind, Id)> {
        let named = self.accounts.get(&key(reference)).cloned();
        let found = named.unwrap_or_else(|| self.beginning_with(reference, StreamKind::Account));
        found
            .into_iter()
            .map(|id| (StreamKind::Account, id))
            .collect()
    }

    fn beginning_with(&self, reference: &str, kind: StreamKind) -> BTreeSet<Id> {
        let Some(prefix) = beginning(reference) else {
            return BTreeSet::new();
        };
        let from = self.handles.range(prefix.clone()..);
        from.take_while(|(handle, _)| handle.starts_with(&prefix))
            .filter(|(_, (known, _))| *known == kind)
            .map(|(_, (_, id))| *id)
            .collect()
    }

    /// Who is on lists under a reference; several rows of one are that one, the first of them.
    fn on_lists(&self, reference: &str, company: &str) -> Vec<(StreamKind, Id)> {
        let mut found: BTreeMap<Id, Id> = BTreeMap::new();
        for id in self.names.get(&key(reference)).into_iter().flatten() {
            let Some(row) = self.rows.get(id) else {
                continue;
            };
            if company.is_empty() || row.company == company {
                found.entry(row.entity).or_insert(*id);
            }
        }
        found
            .into_values()
            .map(|id| (StreamKind::Prospect, id))
            .collect()
    }

    fn one(
        &self,
        reference: &str,
        kind: &str,
        found: &[(StreamKind, Id)],
    ) -> Result<Result<Subject, String>> {
        match found {
            [] => Ok(Err(self.nobody(reference, kind))),
            [(kind, id)] => self.subject(*kind, *id).map(Ok),
            many => {
                let mut named = Vec::new();
                for (kind, id) in many.iter().take(NAMED) {
                    named.push(self.subject(*kind, *id)?.named(self.session)?);
                }
                let more = many.len().saturating_sub(NAMED);
                let more = (more > 0).then(|| format!(" and {more} more"));
                Ok(Err(format!(
                    "`{}` may be any of {}: {}{}",
                    visible(reference),
                    many.len(),
                    named.join(", "),
                    more.unwrap_or_default()
                )))
            }
        }
    }

    /// Who the id is of; a row of a list that turned out to be a person or account is that one.
    fn subject(&self, kind: StreamKind, id: Id) -> Result<Subject> {
        let store = &self.session.store;
        Ok(match kind {
            StreamKind::Person => {
                let person = store.person(id)?;
                let name = person.map(|person| person.name).unwrap_or_default();
                Subject::new(kind, id, name)
            }
            StreamKind::Account => {
                Subject::new(kind, id, store.account_name(id)?.unwrap_or_default())
            }
            _ => {
                let Some(row) = self.rows.get(&id) else {
                    return Ok(Subject::new(kind, id, ProspectMatch::short_of(id)));
                };
                if let Some(person) = store.person(row.entity)? {
                    return Ok(Subject::new(StreamKind::Person, person.id, person.name));
                }
                match store.account_name(row.entity)? {
                    Some(name) => {
                        Subject::new(StreamKind::Account, store.account_now(row.entity)?, name)
                    }
                    None => Subject::new(kind, id, row.shown.clone()),
                }
            }
        })
    }

    fn nobody(&self, reference: &str, kind: &str) -> String {
        let persons = self.persons.iter().map(|person| person.name.as_str());
        let accounts = self.account_names.iter().map(String::as_str);
        let near = nearest(reference, persons.chain(accounts));
        let near = near.map(|near| format!("; did you mean `{}`?", visible(near)));
        format!(
            "no {kind} is called `{}`{}",
            visible(reference),
            near.unwrap_or_default()
        )
    }
}
