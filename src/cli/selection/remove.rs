//! `selection remove`: a selection that is not needed any more.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::SelectionArg;
use crate::store::Access;
use crate::text::visible;

/// Remove a saved selection; deals that began with it keep their origin
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl selection remove fair-2026\n  salesctl selection remove fair-2026 --dry-run"
)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: SelectionArg,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let selection = args.selection.find(&session)?;
    let ((), outcome) =
        session.write(args.dry_run, |write| write.remove_selection(selection.id))?;
    cx.console.say(&format!(
        "✓ selection {} removed, which stood for {}",
        visible(&selection.name),
        counted(selection.names as usize, "name", "names")
    ))?;
    if outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}
