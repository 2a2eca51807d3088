//! `catalog set`: something about a rep, team, product or source changed.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Kind, Known, entry};
use crate::store::Access;
use crate::text::visible;

/// Change what is known of a rep, team, product or source
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl catalog set rep jr --team south\n  salesctl catalog set rep ab --inactive"
)]
pub(crate) struct Args {
    kind: Kind,
    name: String,
    #[command(flatten)]
    known: Known,
    /// Not with us, or not sold, any more
    #[arg(long, conflicts_with = "active")]
    inactive: bool,
    /// With us, or sold, again
    #[arg(long)]
    active: bool,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let before = entry(&session, args.kind.meant(), &args.name)?;
    let mut after = before.clone();
    args.known.lay_over(&session, &mut after)?;
    if args.inactive {
        after.active = false;
    }
    if args.active {
        after.active = true;
    }
    let name = format!("{} {}", before.kind.name(), visible(&before.name));
    if after == before {
        cx.console.say(&format!("✓ {name} is so already"))?;
        return Ok(Status::Done);
    }
    let (_, outcome) = session.write(args.dry_run, |write| write.set_catalog(after))?;
    cx.console.say(&format!("✓ {name} set"))?;
    if outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}
