//! `followup done`: it was done.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::deal::{WriteArgs, change_by_id, finish};
use super::{meant, not_mine, open_item};
use crate::deal::event::Event;
use crate::store::Access;
use crate::text::visible;

/// Mark a follow-up as done
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl followup done 1\n  salesctl followup done acme --on yesterday"
)]
pub(crate) struct Args {
    /// A line of today's work, or a deal: then its earliest follow-up
    #[arg(value_name = "LINE|DEAL")]
    which: String,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let (id, follow_up) = meant(&session, &args.which)?;
    let mut text = String::new();
    let edited = change_by_id(&session, id, &args.write, |_, deal, _| {
        text = visible(&open_item(deal, follow_up)?.text);
        Ok(vec![Event::FollowUpDone { id: follow_up }])
    })?;
    let whose = not_mine(&session, &edited)?;
    finish(&session, &edited, &format!("done: {text}{whose}"))
}
