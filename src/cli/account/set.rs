//! `account set`: another name, or something about an account changed.

use anyhow::Result;

use super::super::contact::{DryRunArgs, Subject};
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::{field_words, named};
use super::{AccountArg, fields};
use crate::deal::contact::Account;
use crate::deal::event::{Event, StreamKind};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Rename an account, or set its fields; an empty value takes a field away
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account set acme industry=retail\n  salesctl account set 8TH1 --name \"Acme AG\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    account: AccountArg,
    /// What is known of it: the fields that the process has for accounts
    #[arg(value_name = "NAME=VALUE")]
    facts: Vec<String>,
    /// The same, as other commands take it
    #[arg(long = "set", value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// What it is called now; it still answers to the name it had
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::account(&session, &args.account.account)?;
    let typed: Vec<&String> = args.facts.iter().chain(&args.set).collect();
    let fields = fields::parse(&session, &typed)?;
    let name = args.name.as_deref().map(str::trim);
    if fields.is_empty() && name.is_none() {
        return Err(Fault::usage("nothing to set")
            .hint("for example salesctl account set ACCOUNT industry=retail, or --name \"Acme AG\"")
            .into());
    }
    if let Some(name) = name {
        refuse_a_taken_name(&session, &subject, name)?;
    }
    let at = session.moment_on(None)?;
    let ((renamed, set), outcome) = session.write(args.write.dry_run, |write| {
        let before = Account::from_events(write.events(subject.id)?)
            .ok_or_else(|| Fault::not_found("the account is gone"))?;
        let renamed = name.filter(|name| before.name != **name);
        if let Some(name) = renamed {
            let name = name.to_string();
            write.append(subject.id, at, [Event::AccountRenamed { name }])?;
        }
        let set = fields::write(&session, write, subject.id, &fields, at)?;
        Ok((renamed, set))
    })?;
    let mut words: Vec<String> = set
        .iter()
        .map(|field| {
            let value = field_words(&session, &field.name, &field.value);
            format!("{} {value}", field.name)
        })
        .collect();
    if renamed.is_some() {
        words.insert(0, format!("was {}", visible(&subject.name)));
    }
    let what = if words.is_empty() {
        "nothing new".to_string()
    } else {
        words.join(", ")
    };
    let name = renamed.map_or_else(|| subject.name.clone(), str::to_string);
    let now = Subject::new(StreamKind::Account, subject.id, name);
    now.say(&session, &what, outcome)
}

fn refuse_a_taken_name(session: &Session<'_>, subject: &Subject, name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Fault::usage("an account needs a name").into());
    }
    let Some(other) = session.store.account_named(name)? else {
        return Ok(());
    };
    if other == subject.id {
        return Ok(());
    }
    let short = session.store.short(other)?;
    let called = session.store.account_name(other)?;
    Err(Fault::no(format!(
        "{} is or was called `{}`",
        named(&short, called.as_deref()),
        visible(name)
    ))
    .hint(format!(
        "salesctl account merge {short} {}, when they are one company",
        session.store.short(subject.id)?
    ))
    .into())
}
