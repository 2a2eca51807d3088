//! `deal note`: words for the history.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{DealArg, WriteArgs, finish, jot};
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::store::Access;

/// Write a note into a deal's history
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal note acme \"Jana is back from leave on Monday\"\n  salesctl deal note D7K2 \"budget is in the new plan\" --on yesterday"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// What there is to remember
    text: String,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    if args.text.trim().is_empty() {
        return Err(Fault::usage("a note needs words").into());
    }
    let edited = jot(&session, &args.deal.deal, &args.write, |_, _, _| {
        Ok(vec![Event::Noted {
            text: Private::new(args.text.clone()),
        }])
    })?;
    finish(&session, &edited, "noted")
}
