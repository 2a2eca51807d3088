//! `prospect export` of customers: who is written to at each.

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::start::choose::{Candidate, Who, since};
use super::{Args, Chosen, Line, Of};
use crate::condition::Value;
use crate::id::Id;
use crate::prospect::suppression::{Purpose, Scratch, Source};
use crate::prospect::{Field, Record};
use crate::store::PersonRow;

/// Everybody of the customers; the company itself where nobody is known.
pub(super) fn customers(
    args: &Args,
    session: &Session<'_>,
    candidates: &[Candidate],
    chosen: &mut Chosen,
) -> Result<()> {
    let accounts: Vec<Id> = candidates
        .iter()
        .filter_map(|one| match one.who {
            Who::Customer { account, .. } => Some(account),
            Who::Prospect(_) => None,
        })
        .collect();
    let facts = session.store.facts_of_accounts(&accounts, session.today)?;
    let mut people: FxHashMap<Id, Vec<PersonRow>> = FxHashMap::default();
    for person in session.store.persons()? {
        if let Some(account) = person.account {
            people.entry(account).or_default().push(person);
        }
    }
    let stated = session.store.suppression_set(session.today)?;
    let mut scratch = Scratch::default();
    let reached = (
        session.store.last_contacts()?,
        session.store.last_contacts_of_accounts()?,
    );
    let since = since(session);
    let (mut suppressed, mut contacted) = (0, 0);
    for account in accounts {
        let mut company = Record::default();
        company.begin(0);
        if let Some(facts) = facts.get(&account) {
            for (name, value) in &facts.fields {
                if let (Some(field), Value::Text(text)) = (Field::from_name(name), value) {
                    company.set(field, text);
                }
            }
            company.set(Field::Company, &facts.name);
        }
        let mut lines: Vec<Line> = people
            .remove(&account)
            .unwrap_or_default()
            .into_iter()
            .map(|person| of_person(&person, &company))
            .collect();
        if lines.is_empty() {
            lines.push(Line {
                id: account,
                list: None,
                record: company,
                of: Of::Account(account),
            });
        }
        for line in lines {
            // That they are customers keeps them out of cold mailings only, what they said themselves of all.
            let hit = stated.reason_for(&line.record, Purpose::Marketing, &mut scratch);
            if hit.is_some_and(|hit| hit.source == Source::Stated) {
                suppressed += 1;
            } else if !args.again
                && last_contact(&reached, &line.of).is_some_and(|day| day >= since)
            {
                contacted += 1;
            } else {
                chosen.lines.push(line);
            }
        }
    }
    chosen.leave_out_contacted(session, contacted);
    if suppressed > 0 {
        let people = counted(suppressed, "person", "people");
        chosen.left.push(format!("{people} suppressed"));
    }
    Ok(())
}

fn last_contact(
    (persons, accounts): &(HashMap<Id, NaiveDate>, HashMap<Id, NaiveDate>),
    of: &Of,
) -> Option<NaiveDate> {
    match of {
        Of::Person(id) => persons.get(id).copied(),
        Of::Account(id) => accounts.get(id).copied(),
        Of::Use | Of::Ours => None,
    }
}

/// Somebody at a customer, at the customer's address.
fn of_person(person: &PersonRow, company: &Record) -> Line {
    let mut record = company.clone();
    let (first, last) = person.name.rsplit_once(' ').unwrap_or(("", &person.name));
    record.set(Field::First, first);
    record.set(Field::Last, last);
    for (field, value) in [
        (Field::Title, &person.title),
        (Field::Email, &person.email),
        (Field::Phone, &person.phone),
        (Field::Mobile, &person.mobile),
    ] {
        record.set(field, value.as_deref().unwrap_or_default());
    }
    Line {
        id: person.id,
        list: None,
        record,
        of: Of::Person(person.id),
    }
}
