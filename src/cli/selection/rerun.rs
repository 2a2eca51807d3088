//! `selection run`: the same question asked again, and its new answer kept.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::super::prospect::select;
use super::SelectionArg;
use crate::store::Access;

/// Run a saved selection again, and keep who is chosen now
///
/// Who got a deal, was contacted or must not be any more is left out by itself, so that the next best move
/// up.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl selection run fair-2026\n  salesctl selection run fair-2026 --dry-run --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: SelectionArg,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let selection = args.selection.find(&session)?;
    let save = Some(selection.name.as_str());
    select::answer(&session, &selection.query, save, args.dry_run, &args.output)
}
