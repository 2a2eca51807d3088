//! `deal hold`: nothing to do until a date, for a reason.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{DealArg, WriteArgs, edit, finish};
use crate::date::{Direction, day_and_distance, parse_day};
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::store::Access;

/// Put a deal on hold until a date, for a reason; it does not rot meanwhile
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal hold acme --until 2027-01-15 --reason \"budget freeze until the new year\"\n  salesctl deal hold D7K2 --until \"in 2 weeks\" --reason \"Jana is on leave\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// When it is due again
    #[arg(long, value_name = "DATE")]
    until: String,
    /// Why nothing can be done until then
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let until = parse_day(&args.until, session.today, Direction::Forward)
        .map_err(|problem| Fault::usage(format!("--until: {problem}")))?;
    if until <= session.today {
        return Err(Fault::usage(format!(
            "--until: {} is not in the future",
            crate::date::day(until)
        ))
        .into());
    }
    if args.reason.trim().is_empty() {
        return Err(Fault::usage("a hold needs a reason").into());
    }
    let edited = edit(&session, &args.deal.deal, &args.write, |_, deal, _| {
        if !deal.state.is_open() {
            return Err(Fault::no(format!("the deal is {}", deal.state.name()))
                .hint("salesctl deal reopen DEAL opens it again")
                .into());
        }
        Ok(vec![Event::Held {
            until,
            reason: Private::new(args.reason.clone()),
        }])
    })?;
    let when = day_and_distance(until, session.today);
    finish(&session, &edited, &format!("on hold until {when}"))
}
