//! `deal done`: a step of the stage is done.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::advance::differences;
use super::{DealArg, WriteArgs, decide, edit, finish};
use crate::store::Access;

/// Mark a step of the deal's stage as done
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal done acme needs_call\n  salesctl deal done D7K2 demo --on yesterday"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// The step, by its name in the process
    step: String,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let edited = edit(&session, &args.deal.deal, &args.write, |write, deal, at| {
        decide(&session, deal, at.day, |case| {
            case.done(&args.step, &mut || write.new_id())
        })
    })?;
    let details = differences(&session, &edited);
    let what = if details.is_empty() {
        format!("{} was done already", args.step)
    } else {
        details.join(", ")
    };
    finish(&session, &edited, &what)
}
