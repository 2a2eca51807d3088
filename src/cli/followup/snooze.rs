//! `followup snooze`: not today.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::deal::{WriteArgs, change_by_id, finish};
use super::{meant, not_mine, open_item};
use crate::date::{Direction, day_and_distance, parse_day};
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Put a follow-up off to another day
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl followup snooze 2 mon\n  salesctl followup snooze acme \"in 2 weeks\""
)]
pub(crate) struct Args {
    /// A line of today's work, or a deal: then its earliest follow-up
    #[arg(value_name = "LINE|DEAL")]
    which: String,
    /// The new day
    #[arg(value_name = "DATE", default_value = "tomorrow")]
    until: String,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let due = parse_day(&args.until, session.today, Direction::Forward).map_err(Fault::usage)?;
    if due < session.today {
        return Err(Fault::usage(format!("{} is past", crate::date::day(due))).into());
    }
    let (id, follow_up) = meant(&session, &args.which)?;
    let mut text = String::new();
    let edited = change_by_id(&session, id, &args.write, |_, deal, _| {
        text = visible(&open_item(deal, follow_up)?.text);
        Ok(vec![Event::FollowUpSnoozed { id: follow_up, due }])
    })?;
    let when = day_and_distance(due, session.today);
    let whose = not_mine(&session, &edited)?;
    finish(
        &session,
        &edited,
        &format!("put off to {when}: {text}{whose}"),
    )
}
