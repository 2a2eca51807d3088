//! Who is referred: a name of a list, somebody we know, or somebody new.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::case::whom::{
    account_meant, add_account, add_person, fill, known_person, record_of, record_of_name,
    record_of_person, refuse_an_ended_list, refuse_the_suppressed,
};
use super::super::person::domain;
use super::super::session::Session;
use crate::deal::contact::{PersonChange, SalesRole};
use crate::deal::event::Event;
use crate::deal::start::{NewPerson, Party};
use crate::fault::Fault;
use crate::id::Id;
use crate::store::{DealOf, Moment, PersonRow, Write};
use crate::text::{nearest, visible};

pub(super) enum Referred {
    /// A name of a list.
    Prospect(Id),
    /// Somebody we know, with what is told of them now.
    Known {
        person: PersonRow,
        told: NewPerson,
        account: Option<Party<String>>,
    },
    New {
        person: Option<NewPerson>,
        account: Option<Party<String>>,
    },
}

impl Referred {
    pub(super) fn prospect(session: &Session<'_>, typed: &str) -> Result<Self> {
        let found = session.store.resolve_prospect(typed, None)?;
        let name = session.store.name(found.id)?;
        let name = name.ok_or_else(|| Fault::not_found("the name is gone"))?;
        refuse_an_ended_list(session, &name)?;
        refuse_the_suppressed(session, &[record_of_name(&name)])?;
        Ok(Self::Prospect(name.id))
    }

    pub(super) fn named(
        session: &Session<'_>,
        person: Option<NewPerson>,
        account: Option<String>,
    ) -> Result<Self> {
        let typed = account.clone();
        let account = employer(session, person.as_ref(), account)?;
        let at = match &account {
            Some(Party::Known(id)) => Some(*id),
            _ => None,
        };
        let known = match &person {
            Some(person) => match known_person(session, at, person)? {
                // Nothing but the name is said: nobody wants a second person of it.
                None if account.is_none() && person.email.is_none() => {
                    person_called(session, &person.name)?
                }
                known => known,
            },
            None => None,
        };
        let company = match at {
            Some(id) => session.store.account_name(id)?,
            None => typed,
        };
        let mut records = vec![record_of(person.as_ref(), company.as_deref())];
        records.extend(known.as_ref().map(record_of_person));
        refuse_the_suppressed(session, &records)?;
        match (known, person) {
            (Some(known), Some(told)) => {
                let account = account.filter(|_| known.account.is_none());
                say_where_else(session, &known, company.as_deref())?;
                Ok(Self::Known {
                    person: known,
                    told,
                    account,
                })
            }
            (_, Some(person)) if person.name.contains('@') => Err(Fault::not_found(format!(
                "nobody we know has the address {}",
                visible(&person.name)
            ))
            .hint("salesctl referral add NAME --email ADDRESS says who it is")
            .into()),
            (_, person) => Ok(Self::New { person, account }),
        }
    }

    /// The deals that they are or were in, and those with the companies of these.
    pub(super) fn deals(&self, session: &Session<'_>) -> Result<Vec<DealOf>> {
        let store = &session.store;
        let mut deals = match self {
            Self::Prospect(id) => {
                let entity = store.name(*id)?.map_or(*id, |name| name.entity);
                let rows = store.names_of_entity(entity)?;
                let rows: Vec<Id> = rows.iter().map(|name| name.id).collect();
                store.deals_begun_with(&rows)?
            }
            Self::Known { person, .. } => {
                let parts = store.buying_roles(person.id)?;
                parts.into_iter().map(|(deal, _)| deal).collect()
            }
            Self::New { .. } => Vec::new(),
        };
        let accounts: BTreeSet<Id> = deals.iter().filter_map(|deal| deal.account).collect();
        for account in accounts {
            deals.extend(store.deals_of(Some(account))?);
        }
        Ok(deals)
    }

    /// The account, if it is one that we know.
    pub(super) fn account(&self) -> Option<Id> {
        let (known, account) = match self {
            Self::Prospect(_) => (None, None),
            Self::Known {
                person, account, ..
            } => (person.account, account.as_ref()),
            Self::New { account, .. } => (None, account.as_ref()),
        };
        known.or(match account {
            Some(Party::Known(id)) => Some(*id),
            _ => None,
        })
    }
}

/// The account that is named, else the one whose people have addresses in the same domain.
fn employer(
    session: &Session<'_>,
    person: Option<&NewPerson>,
    named: Option<String>,
) -> Result<Option<Party<String>>> {
    let store = &session.store;
    if let Some(name) = named {
        if let Some(known) = account_meant(session, &name)? {
            return Ok(Some(Party::Known(known)));
        }
        let accounts = store.accounts()?;
        let known = accounts.iter().map(|(_, known)| known.as_str());
        if let Some(near) = nearest(&name, known) {
            session.cx.console.note(&format!(
                "note: a new account; there is `{}` as well",
                visible(near)
            ));
        }
        return Ok(Some(Party::New(name)));
    }
    let domain = person
        .and_then(|person| person.email.as_deref())
        .and_then(domain::at_work);
    let Some(domain) = domain else {
        return Ok(None);
    };
    let accounts = store.accounts_with_domain(&domain)?;
    Ok(match (accounts.first(), accounts.len()) {
        (Some(account), 1) => Some(Party::Known(*account)),
        _ => None,
    })
}

/// The only one who is called so, which is said, or nobody.
fn person_called(session: &Session<'_>, name: &str) -> Result<Option<PersonRow>> {
    const ANOTHER: &str = "--account or --email adds somebody else of that name";
    let mut same = session.store.persons_called(name)?;
    let named = |person: &PersonRow| {
        let at = person.account_name.as_deref();
        let at = at.map(|account| format!(", {}", visible(account)));
        let short = session.store.short(person.id)?;
        Ok::<_, anyhow::Error>(format!(
            "{short} {}{}",
            visible(&person.name),
            at.unwrap_or_default()
        ))
    };
    if same.len() > 1 {
        let mut fault = Fault::not_found(format!(
            "{} persons are called {}: say which by the id",
            same.len(),
            visible(name)
        ));
        for person in same.iter().take(10) {
            fault = fault.hint(named(person)?);
        }
        return Err(fault.hint(ANOTHER).into());
    }
    if let [one] = same.as_slice() {
        let known = named(one)?;
        let note = format!("note: known: {known}; {ANOTHER}");
        session.cx.console.note(&note);
    }
    Ok(same.pop())
}

/// Somebody known who was said to be at one account, and is at another as far as we know, stays there.
fn say_where_else(session: &Session<'_>, known: &PersonRow, said: Option<&str>) -> Result<()> {
    let (Some(there), Some(said)) = (known.account_name.as_deref(), said) else {
        return Ok(());
    };
    let is_there = account_meant(session, said)? == known.account;
    if !is_there {
        let short = session.store.short(known.id)?;
        session.cx.console.note(&format!(
            "note: {} is at {} as far as we know; salesctl person set {short} --account ACCOUNT if they moved",
            visible(&known.name),
            visible(there)
        ));
    }
    Ok(())
}

/// Adds what is not known yet; whom the referral is about.
pub(super) fn refer(write: &mut Write<'_>, referred: &Referred, at: Moment) -> Result<Id> {
    let account_id = |write: &mut Write<'_>, account: &Option<Party<String>>| match account {
        None => Ok::<_, anyhow::Error>(None),
        Some(Party::Known(id)) => Ok(Some(*id)),
        Some(Party::New(name)) => Ok(Some(add_account(write, name, at)?)),
    };
    match referred {
        Referred::Prospect(id) => Ok(*id),
        Referred::Known {
            person,
            told,
            account,
        } => {
            let mut events = fill(person, told);
            if let Some(account) = account_id(write, account)? {
                events.push(Event::PersonChanged(PersonChange::Account(Some(account))));
            }
            write.append(person.id, at, events)?;
            Ok(person.id)
        }
        Referred::New { person, account } => match (person, account_id(write, account)?) {
            (Some(person), account) => add_person(write, account, person, SalesRole::Suspect, at),
            (None, Some(account)) => Ok(account),
            (None, None) => Err(Fault::usage("a referral names a person or an account").into()),
        },
    }
}
