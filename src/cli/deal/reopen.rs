//! `deal reopen`: closed too early.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::advance::moved;
use super::{DealArg, WriteArgs, edit, finish};
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::store::Access;

/// Open a won or lost deal again, in the stage it closed from
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal reopen acme --note \"they called back\"\n  salesctl deal reopen D7K2"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// Why
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let edited = edit(&session, &args.deal.deal, &args.write, |_, deal, _| {
        if deal.state.is_open() {
            return Err(Fault::no("the deal is open already").into());
        }
        Ok(vec![Event::Reopened {
            reason: args.note.clone().map(Private::new),
        }])
    })?;
    finish(&session, &edited, &moved(&session, &edited))
}
