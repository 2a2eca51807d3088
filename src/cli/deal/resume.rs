//! `deal resume`: the end of a hold.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{DealArg, WriteArgs, edit, finish};
use crate::deal::book::State;
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::store::Access;

/// Take a deal off hold
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal resume acme\n  salesctl deal resume D7K2 --on monday"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let edited = edit(&session, &args.deal.deal, &args.write, |_, deal, _| {
        if deal.state != State::Hold {
            return Err(
                Fault::no(format!("the deal is {}, not on hold", deal.state.name())).into(),
            );
        }
        Ok(vec![Event::Resumed])
    })?;
    finish(&session, &edited, "off hold")
}
