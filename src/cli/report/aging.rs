//! `report aging`: open deals that nobody moves.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Asked, Question, ReportArgs, asked, show};
use crate::report::AGING;

/// Open deals that rot: too long in their stage, with nothing booked; the most valuable first
///
/// Too long is past the stage's limit, or longer than nine of ten won deals stayed there (from ten stays on).
/// A follow-up booked in time, or a hold to a date to come, keeps a deal from rotting. A period keeps the
/// deals that are expected to close in it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report aging --team north\n  salesctl report aging --limit 10 --json"
)]
pub(crate) struct Args {
    /// At most so many deals; the sums are of all
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let Asked { session, book, ask } = asked(cx, &args.report, Question::of(AGING).to_come())?;
    let handles = session.store.handles()?;
    let most = args.limit.unwrap_or(usize::MAX);
    let report = crate::report::aging(&session.process, &book, &ask, most, |id| handles.short(id));
    show(cx, &args.report, &report)
}
