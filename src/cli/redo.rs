//! `redo`: brings back what `undo` took away.

use anyhow::Result;

use super::context::{Context, Status};
use super::undo::what_now;
use crate::store::Access;
use crate::text::visible;

/// Bring back what you undid last
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl redo\n  salesctl redo --dry-run")]
pub(crate) struct Args {
    /// Say what would come back
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session_without_note(Access::Write)?;
    let reversed = session.store.redo(&session.acting(args.dry_run))?;
    cx.console.say_wrapped(&format!(
        "{} `{}` by {}: {}",
        if reversed.outcome.dry_run {
            "would redo"
        } else {
            "redid"
        },
        visible(&reversed.operation.typed),
        visible(&reversed.operation.actor),
        what_now(&session, &reversed)?
    ))?;
    if reversed.outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}
