//! `account add`: a company we know, before there is a deal.

use anyhow::Result;

use super::super::contact::{DryRunArgs, Subject};
use super::super::context::{Context, Status};
use super::super::show::named;
use super::fields;
use crate::deal::event::{Event, StreamKind};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Add an account; `deal add` does so by itself when nobody is called so
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account add \"Acme GmbH\"\n  salesctl account add Globex --set industry=retail"
)]
pub(crate) struct Args {
    name: String,
    /// What is known of it: the fields that the process has for accounts
    #[arg(long = "set", value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Add it although another was called so before
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let name = args.name.trim();
    if name.is_empty() {
        return Err(Fault::usage("an account needs a name").into());
    }
    let fields = fields::parse(&session, &args.set.iter().collect::<Vec<_>>())?;
    if let Some(known) = session.store.account_named(name)? {
        let short = session.store.short(known)?;
        let called = session.store.account_name(known)?.unwrap_or_default();
        if called.to_lowercase() == name.to_lowercase() {
            return Err(Fault::no(format!(
                "there is an account {} already",
                named(&short, Some(&called))
            ))
            .hint(format!(
                "salesctl account set {short} NAME=VALUE says more of it"
            ))
            .into());
        }
        if !args.force {
            return Err(Fault::no(format!(
                "`{}` is a former name of {}",
                visible(name),
                named(&short, Some(&called))
            ))
            .hint("--force adds it all the same")
            .into());
        }
    }
    let at = session.moment_on(None)?;
    let (id, outcome) = session.write(args.write.dry_run, |write| {
        let id = write.create(StreamKind::Account)?;
        let added = Event::AccountAdded {
            name: name.to_string(),
        };
        write.append(id, at, [added])?;
        fields::write(&session, write, id, &fields, at)?;
        Ok(id)
    })?;
    let subject = Subject::new(StreamKind::Account, id, name.to_string());
    subject.say(&session, "added", outcome)
}
