//! `deal back`: to an earlier stage.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::advance::moved;
use super::{DealArg, WriteArgs, decide, edit, finish, granted};
use crate::deal::event::{Event, Private};
use crate::store::Access;

/// Move a deal back to an earlier stage
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal back acme\n  salesctl deal back D7K2 --to qualify --note \"the decider left\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// The stage to return to, one of the stage's `back` [default: the nearest before]
    #[arg(long, value_name = "STAGE", add = super::super::completion::stages())]
    to: Option<String>,
    /// Why, for the deal's history
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let edited = edit(&session, &args.deal.deal, &args.write, |write, deal, at| {
        let decision = decide(&session, deal, at.day, |case| {
            case.back(args.to.as_deref(), &mut || write.new_id())
        })?;
        let (_, mut events) = granted(&session, deal, decision, "back DEAL")?;
        events.extend(args.note.as_ref().map(|note| Event::Noted {
            text: Private::new(note.clone()),
        }));
        Ok(events)
    })?;
    finish(&session, &edited, &moved(&session, &edited))
}
