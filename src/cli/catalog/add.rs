//! `catalog add`: one more rep, team, product or source.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Kind, Known};
use crate::deal::event::CatalogEntry;
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Add a rep, team, product or source
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl catalog add rep jr --title \"Jana Roth\" --team north --login jroth\n  salesctl catalog add product gtx-pro --title \"GTX Pro\" --price 4821"
)]
pub(crate) struct Args {
    kind: Kind,
    /// Its name, which never changes; deals refer to it
    name: String,
    #[command(flatten)]
    known: Known,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let kind = args.kind.meant();
    let name = args.name.trim();
    if name.is_empty() {
        return Err(Fault::usage("a name is needed").into());
    }
    if session.store.catalog()?.find(kind, name).is_some() {
        return Err(Fault::no(format!(
            "there is a {} `{}` already",
            kind.name(),
            visible(name)
        ))
        .hint(format!(
            "salesctl catalog set {} {name} … changes it",
            kind.name()
        ))
        .into());
    }
    let mut entry = CatalogEntry {
        kind,
        name: name.to_string(),
        title: name.to_string(),
        team: None,
        manager: None,
        login: None,
        price_minor: None,
        capacity: None,
        margin: None,
        since: None,
        active: true,
    };
    args.known.lay_over(&session, &mut entry)?;
    let (_, outcome) = session.write(args.dry_run, |write| write.set_catalog(entry))?;
    cx.console
        .say(&format!("✓ {} {} added", kind.name(), visible(name)))?;
    if outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}
