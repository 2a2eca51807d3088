//! `person set`: something about a person changed.

use anyhow::Result;

use super::super::contact::{DryRunArgs, Subject, email_is_known, sound_email};
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::PersonArg;
use crate::deal::contact::{Person, PersonChange};
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Change what is known of a person; an empty value takes it away
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person set \"Jana Roth\" --title \"Chief Operating Officer\" --phone \"+49 30 5550100\"\n  salesctl person set P4K2 --account globex"
)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArg,
    /// What they are called now
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where they work now
    #[arg(long, add = super::super::completion::accounts())]
    account: Option<String>,
    #[arg(long)]
    email: Option<String>,
    #[arg(long)]
    phone: Option<String>,
    /// Their mobile phone
    #[arg(long)]
    mobile: Option<String>,
    /// Their position
    #[arg(long)]
    title: Option<String>,
    /// Set the e-mail although somebody else has it
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::person(&session, &args.person.person)?;
    let changes = changes(&session, args, &subject)?;
    if changes.is_empty() {
        return Err(Fault::usage("nothing to set")
            .hint("for example --title \"Head of Operations\"")
            .into());
    }
    let at = session.moment_on(None)?;
    let (set, outcome) = session.write(args.write.dry_run, |write| {
        let before = Person::from_events(write.events(subject.id)?)
            .ok_or_else(|| Fault::not_found("the person is gone"))?;
        let set: Vec<PersonChange> = changes
            .into_iter()
            .filter(|change| !before.has(change))
            .collect();
        let events = set.iter().cloned().map(Event::PersonChanged);
        write.append(subject.id, at, events)?;
        Ok(set)
    })?;
    let mut words = Vec::new();
    for change in &set {
        words.push(match change {
            PersonChange::Account(Some(account)) => {
                let name = session.store.account_name(*account)?.unwrap_or_default();
                format!("account {}", visible(&name))
            }
            other => visible(&other.words()),
        });
    }
    let what = if words.is_empty() {
        "nothing new".to_string()
    } else {
        words.join(", ")
    };
    let subject = Subject::person(&session, &subject.id.handle())?;
    subject.say(&session, &what, outcome)
}

fn changes(session: &Session<'_>, args: &Args, subject: &Subject) -> Result<Vec<PersonChange>> {
    let told = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| Private::new(text))
    };
    let mut changes = Vec::new();
    if let Some(name) = &args.name {
        let name = told(name).ok_or_else(|| Fault::usage("a person needs a name"))?;
        changes.push(PersonChange::Name(name));
    }
    if let Some(typed) = &args.account {
        let account = match told(typed) {
            None => None,
            Some(_) => Some(session.store.resolve_account(typed)?),
        };
        changes.push(PersonChange::Account(account));
    }
    if let Some(typed) = &args.email {
        let email = told(typed);
        if let Some(email) = &email {
            sound_email(&email.text)?;
            let mut theirs = session.store.persons_with_email(&email.text)?;
            theirs.retain(|person| person.id != subject.id);
            if !theirs.is_empty() && !args.force {
                return Err(email_is_known(session, &email.text, &theirs)?
                    .hint("--force sets it all the same; salesctl person merge A B, when they are one person")
                    .into());
            }
        }
        changes.push(PersonChange::Email(email));
    }
    let mut add = |typed: &Option<String>, change: fn(Option<Private>) -> PersonChange| {
        changes.extend(typed.as_deref().map(|typed| change(told(typed))));
    };
    add(&args.phone, PersonChange::Phone);
    add(&args.mobile, PersonChange::Mobile);
    add(&args.title, PersonChange::Title);
    Ok(changes)
}
