//! Whom a case is about: found, or added to what is known; and whether they may be contacted at all.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::contact::email_is_known;
use super::super::session::Session;
use crate::deal::contact::{PersonChange, SalesRole};
use crate::deal::event::{Event, Private, StreamKind};
use crate::deal::start::NewPerson;
use crate::fault::Fault;
use crate::id::Id;
use crate::list::State;
use crate::prospect::normal::company;
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Field, Record};
use crate::store::{Moment, Name, PersonRow, Write};
use crate::text::visible;

/// The account of this name; one that is called so but for its legal form will do where none was said:
/// `acme` is `Acme GmbH`, and `Acme AG` is not.
pub(crate) fn account_meant(session: &Session<'_>, name: &str) -> Result<Option<Id>> {
    if name.is_empty() {
        return Ok(None);
    }
    if let Some(known) = session.store.account_named(name)? {
        return Ok(Some(known));
    }
    let (mut words, mut plain, mut other) = (String::new(), String::new(), String::new());
    company(name, &mut words, &mut plain);
    let says_its_form = words.split(' ').count() > plain.split(' ').count();
    if plain.is_empty() || says_its_form {
        return Ok(None);
    }
    let mut meant: BTreeMap<Id, String> = BTreeMap::new();
    for (id, known) in session.store.accounts()? {
        company(&known, &mut words, &mut other);
        if other == plain {
            meant.entry(id).or_insert(known);
        }
    }
    if meant.len() > 1 {
        let mut fault = Fault::not_found(format!(
            "`{}` may be {} accounts: say which by the whole name",
            visible(name),
            meant.len()
        ));
        for (id, known) in &meant {
            fault = fault.hint(format!("{}  {}", session.store.short(*id)?, visible(known)));
        }
        return Err(fault.into());
    }
    Ok(meant.into_keys().next())
}

pub(crate) fn add_account(write: &mut Write<'_>, name: &str, at: Moment) -> Result<Id> {
    let account = write.create(StreamKind::Account)?;
    let name = name.to_string();
    write.append(account, at, [Event::AccountAdded { name }])?;
    // Whoever asks next reads the rows.
    write.flush()?;
    Ok(account)
}

/// Whoever is known already by address, id, or name at the account.
pub(crate) fn known_person(
    session: &Session<'_>,
    account: Option<Id>,
    new: &NewPerson,
) -> Result<Option<PersonRow>> {
    let store = &session.store;
    if let Some(email) = &new.email {
        let theirs = store.persons_with_email(email)?;
        match theirs.as_slice() {
            [] => {}
            [one] => return Ok(Some(one.clone())),
            many => {
                let fault = email_is_known(session, email, many)?;
                return Err(fault.hint("name them by their id").into());
            }
        }
    }
    if let Some(id) = store.person_by_id_or_email(&new.name)? {
        return store.person(id);
    }
    let Some(account) = account else {
        return Ok(None);
    };
    let key = new.name.to_lowercase();
    let mut same = store.persons_at(Some(account))?;
    same.retain(|person| person.name.to_lowercase() == key);
    if same.len() > 1 {
        let mut fault = Fault::not_found(format!(
            "{} persons at the account are called {}: say which by the id",
            same.len(),
            visible(&new.name)
        ));
        for person in &same {
            let short = store.short(person.id)?;
            let title = person.title.as_deref().unwrap_or_default();
            fault = fault.hint(format!("{short}  {}", visible(title)));
        }
        return Err(fault.into());
    }
    Ok(same.pop())
}

/// What is told of somebody who is known, where nothing was.
pub(crate) fn fill(known: &PersonRow, new: &NewPerson) -> Vec<Event> {
    let told = |known: &Option<String>, new: &Option<String>| {
        let new = new.as_ref().filter(|_| known.is_none());
        new.map(|text| Some(Private::new(text)))
    };
    [
        told(&known.email, &new.email).map(PersonChange::Email),
        told(&known.phone, &new.phone).map(PersonChange::Phone),
        told(&known.mobile, &new.mobile).map(PersonChange::Mobile),
        told(&known.title, &new.title).map(PersonChange::Title),
    ]
    .into_iter()
    .flatten()
    .map(Event::PersonChanged)
    .collect()
}

/// Adds somebody who is not known yet.
pub(crate) fn add_person(
    write: &mut Write<'_>,
    account: Option<Id>,
    new: &NewPerson,
    role: SalesRole,
    at: Moment,
) -> Result<Id> {
    let private = |text: &Option<String>| text.as_ref().map(Private::new);
    let id = write.create(StreamKind::Person)?;
    let mut events = vec![
        Event::PersonAdded {
            account,
            name: Private::new(&new.name),
            title: private(&new.title),
            email: private(&new.email),
            phone: private(&new.phone),
        },
        Event::SalesRoleGiven { role },
    ];
    if let Some(mobile) = private(&new.mobile) {
        events.push(Event::PersonChanged(PersonChange::Mobile(Some(mobile))));
    }
    write.append(id, at, events)?;
    Ok(id)
}

/// A name of a list as somebody new.
pub(crate) fn person_of_name(name: &Name) -> Option<NewPerson> {
    let told = |field| Some(name.get(field).to_string()).filter(|text| !text.is_empty());
    let parts = [Field::First, Field::Middle, Field::Last].map(|field| name.get(field));
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let called = Some(parts.join(" ")).filter(|called| !called.is_empty());
    Some(NewPerson {
        name: called.or_else(|| told(Field::Name))?,
        title: told(Field::Title),
        email: told(Field::Email),
        phone: told(Field::Phone),
        mobile: told(Field::Mobile),
    })
}

/// Refuses a name of a list that may not be used any more and never became ours.
pub(crate) fn refuse_an_ended_list(session: &Session<'_>, name: &Name) -> Result<()> {
    let list = match &name.list {
        Some(code) => session.store.list(code)?,
        None => None,
    };
    let Some(list) = list.filter(|_| name.responded.is_none()) else {
        return Ok(());
    };
    let code = visible(list.code());
    let ended = match list.state {
        State::Returned => "was returned",
        State::Retired if !list.terms.is_ours() => "was retired",
        _ if list.terms.expired(session.today) => "has expired",
        _ => return Ok(()),
    };
    let id = super::super::prospect::short(name.id);
    Err(Fault::no(format!(
        "the list {code} {ended}, and {} is not ours",
        visible(&name.called())
    ))
    .hint(format!(
        "salesctl prospect respond {id} --note \"…\" if they answered us: then they are"
    ))
    .into())
}

/// What somebody can be recognised by.
pub(crate) fn record_of(new: Option<&NewPerson>, company: Option<&str>) -> Record {
    let mut record = Record::default();
    record.begin(0);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    if let Some(new) = new {
        record.set(Field::Name, &new.name);
        record.set(Field::Email, &text(&new.email));
        record.set(Field::Phone, &text(&new.phone));
        record.set(Field::Mobile, &text(&new.mobile));
    }
    record.set(Field::Company, company.unwrap_or_default());
    record
}

/// A person as they are known.
pub(crate) fn record_of_person(person: &PersonRow) -> Record {
    let known = NewPerson {
        name: person.name.clone(),
        title: None,
        email: person.email.clone(),
        phone: person.phone.clone(),
        mobile: person.mobile.clone(),
    };
    record_of(Some(&known), person.account_name.as_deref())
}

/// The row of a list.
pub(crate) fn record_of_name(name: &Name) -> Record {
    let mut record = Record::default();
    record.begin(name.line);
    for field in Field::ALL {
        record.set(field, name.get(field));
    }
    record
}

/// Refuses somebody who asked to be left alone altogether; who wants no marketing may still be talked to
/// about what a colleague promised them, which is said.
pub(crate) fn refuse_the_suppressed(session: &Session<'_>, records: &[Record]) -> Result<()> {
    let set = session.store.stated_suppressions()?;
    let mut scratch = Scratch::default();
    let mut warned = false;
    for record in records {
        if let Some(hit) = set.reason_for(record, Purpose::All, &mut scratch) {
            let short = session.store.short(hit.id)?;
            return Err(Fault::no(format!(
                "they must not be contacted for any purpose: {}",
                visible(hit.reason)
            ))
            .hint(format!(
                "salesctl suppress remove {short} --reason \"…\" if they want to be contacted after all"
            ))
            .into());
        }
        let hit = set.reason_for(record, Purpose::Marketing, &mut scratch);
        if let Some(hit) = hit.filter(|_| !warned) {
            warned = true;
            session.cx.console.note(&format!(
                "note: they want no marketing ({}): no mailings, only what they asked for",
                visible(hit.reason)
            ));
        }
    }
    Ok(())
}
