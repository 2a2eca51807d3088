//! `suppress add`: somebody must not be contacted any more.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::session::Session;
use super::PurposeArg;
use crate::fault::Fault;
use crate::id::canonical_handle;
use crate::prospect::suppression::{Entry, Purpose};
use crate::store::{Access, Contact, ProspectMatch};
use crate::text::visible;

/// Keep an address, a number, a domain, a person or a company from being contacted, from now on
///
/// WHO is an e-mail address, a phone number, a domain or a name; a person is known by the name together
/// with --company or --place, and somebody the store knows (by id or whole name) is suppressed under their
/// e-mail address, their phone number and their name at once. Without WHO, --company alone suppresses a
/// company. An address counts as it is written: `anna+news@acme.com` is not `anna@acme.com`.
/// CAN-SPAM gives 10 business days to honour an opt-out; this takes effect at once.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl suppress add j.roth@acme.example --reason unsubscribed --purpose marketing\n  salesctl suppress add --company \"Globex AG\" --reason competitor --purpose all"
)]
pub(crate) struct Args {
    /// An e-mail address, a phone number, a domain, a name, or the id of somebody in the store
    #[arg(required_unless_present = "company")]
    who: Option<String>,
    /// Where the person works; without WHO, the company that is meant
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// The person's postcode, or the company's town
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// Why, in a few words
    #[arg(long)]
    reason: String,
    /// What they must not be contacted for
    #[arg(long)]
    purpose: PurposeArg,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let reason = super::reason(&args.reason)?;
    let purpose = Purpose::from(args.purpose);
    let session = cx.session(Access::Write)?;
    let entries = entries(args, &session)?;
    let mut new = Vec::new();
    for entry in &entries {
        let Some(keys) = entry.keys() else { continue };
        let known = session.store.suppressions_of(keys)?;
        let covering = known.iter().find(|known| known.purpose.covers(purpose));
        if let Some(known) = covering {
            cx.console.say(&format!(
                "{} {} is suppressed for {} already, since {}: {}",
                entry.kind.words().0,
                visible(&entry.shown()),
                known.purpose.name(),
                crate::date::day(known.day),
                visible(&known.reason)
            ))?;
        } else {
            new.push(entry);
        }
    }
    let (ids, outcome) = session.write(args.dry_run, |write| {
        new.iter()
            .map(|entry| write.add_suppression(entry, purpose, reason))
            .collect::<Result<Vec<_>>>()
    })?;
    for (entry, id) in new.iter().zip(ids) {
        let short = if outcome.dry_run {
            String::new()
        } else {
            format!("{} ", session.store.short(id)?)
        };
        cx.console.say(&format!(
            "✓ {short}{} {} suppressed for {}: {}",
            entry.kind.words().0,
            visible(&entry.shown()),
            purpose.name(),
            visible(reason)
        ))?;
    }
    if outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}

/// What was typed, or everything that is known of whom it names.
fn entries(args: &Args, session: &Session<'_>) -> Result<Vec<Entry>> {
    let (company, place) = (args.company.as_deref(), args.place.as_deref());
    let Some(who) = args.who.as_deref().map(str::trim) else {
        let company = company.unwrap_or_default();
        let entry = Entry::company(company, place);
        return entry.map(|entry| vec![entry]).ok_or_else(|| {
            Fault::usage(format!("`{}` is no company's name", visible(company))).into()
        });
    };
    if let Some(entry) = Entry::recognised(who) {
        if company.is_some() || place.is_some() {
            return Err(Fault::usage(format!(
                "--company and --place go with a person's name; `{}` is a {} and known without them",
                visible(who),
                entry.kind.words().0
            ))
            .into());
        }
        return Ok(vec![entry]);
    }
    if who.contains('@') {
        return Err(Fault::usage(format!("`{}` is no e-mail address", visible(who))).into());
    }
    if company.is_some() || place.is_some() {
        let entry = Entry::person(who, company, place);
        return entry.map(|entry| vec![entry]).ok_or_else(|| {
            Fault::usage(format!("`{}` is not a first and a last name", visible(who)))
                .hint("--company alone, without a name before it, means the whole company")
                .into()
        });
    }
    let mut entries: Vec<Entry> = Vec::new();
    for entry in known(session, who)?.iter().flat_map(of_contact) {
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if entries.is_empty() {
        return Err(Fault::no(format!(
            "nothing is known of {} by which they could be recognised",
            visible(who)
        ))
        .hint("give their e-mail address or phone number instead")
        .into());
    }
    Ok(entries)
}

/// The one person that an id or a whole name means, by everything that the store has of them: as a person,
/// and on each row of a list.
fn known(session: &Session<'_>, who: &str) -> Result<Vec<Contact>> {
    let store = &session.store;
    let mut found = store.contacts(who)?;
    let mut entities = Vec::new();
    for person in &found {
        entities.extend(store.person_ids(person.id)?);
    }
    if found.is_empty() {
        // A company's name is no person's.
        let (_, mut names) = store.prospects_meant(who)?;
        names.retain(|name| {
            name.name.to_lowercase() == who.to_lowercase()
                || canonical_handle(who).is_some_and(|id| name.id.handle().starts_with(&id))
        });
        for name in names {
            if !entities.contains(&name.entity) {
                entities.push(name.entity);
                let row = store.name(name.id)?;
                found.extend(row.as_ref().map(Contact::of));
            }
        }
    }
    if found.len() > 1 {
        return Err(several(session, who, &found)?.into());
    }
    if found.is_empty() {
        return Err(Fault::not_found(format!(
            "`{}` is no e-mail address, phone number or domain, and nobody in the store has it as name or id",
            visible(who)
        ))
        .hint("--company NAME or --place POSTCODE says which person of that name is meant")
        .hint("--company alone, without a name before it, means the whole company")
        .into());
    }
    for entity in entities {
        found.extend(store.names_of_entity(entity)?.iter().map(Contact::of));
    }
    Ok(found)
}

fn several(session: &Session<'_>, who: &str, found: &[Contact]) -> Result<Fault> {
    let mut fault = Fault::not_found(format!(
        "`{}` is the name of {} people: say which by the id",
        visible(who),
        found.len()
    ));
    for contact in found.iter().take(10) {
        let company = contact.company.as_deref().unwrap_or("(no account)");
        // Names of lists are no streams, whose beginnings are told apart by themselves.
        let short = match session.store.person(contact.id)? {
            Some(_) => session.store.short(contact.id)?,
            None => ProspectMatch::short_of(contact.id),
        };
        fault = fault.hint(format!(
            "{short}  {}, {}",
            visible(&contact.name),
            visible(company)
        ));
    }
    Ok(fault)
}

fn of_contact(contact: &Contact) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let emails = contact
        .emails
        .iter()
        .filter_map(|email| Entry::email(email));
    let phones = contact
        .phones
        .iter()
        .filter_map(|phone| Entry::phone(phone));
    let person = Entry::person(
        &contact.name,
        contact.company.as_deref(),
        contact.zip.as_deref(),
    );
    for entry in emails.chain(phones).chain(person) {
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}
