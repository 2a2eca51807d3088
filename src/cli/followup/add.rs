//! `followup add`: something to do about a deal, by a day.

use anyhow::Result;

use super::super::assignment::parse_next;
use super::super::context::{Context, Status};
use super::super::deal::{WriteArgs, change_by_id, finish};
use super::{deal_meant, not_mine};
use crate::date::day_and_distance;
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Give a deal a follow-up, beside those it has; its owner is asked to do it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl followup add 3 \"fri: call Jana\"\n  salesctl followup add acme \"in 2 weeks: send the offer\""
)]
pub(crate) struct Args {
    /// A line of today's work or of `report meeting`, whichever was shown last, or a deal
    #[arg(value_name = "LINE|DEAL")]
    which: String,
    /// By when, and what is to be done
    #[arg(value_name = "DATE: WHAT")]
    what: String,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let (due, words) = parse_next(&session, args.what.trim())?;
    let id = deal_meant(&session, &args.which)?;
    let edited = change_by_id(&session, id, &args.write, |write, deal, _| {
        if !deal.state.is_open() {
            return Err(Fault::no(format!("the deal is {}", deal.state.name()))
                .hint("salesctl deal reopen DEAL --stage STAGE opens it again")
                .into());
        }
        Ok(vec![Event::FollowUpAdded {
            id: write.new_id()?,
            due,
            text: Private::new(words.clone()),
            by_rule: false,
        }])
    })?;
    let when = day_and_distance(due, session.today);
    let whose = not_mine(&session, &edited)?;
    finish(
        &session,
        &edited,
        &format!("to do: {} {when}{whose}", visible(&words)),
    )
}
