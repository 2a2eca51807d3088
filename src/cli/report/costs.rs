//! `report costs`: what a sales process costs.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Asked, Question, ReportArgs, asked, show};
use crate::fault::Fault;
use crate::report::COSTS;

/// What a sales process costs: work, direct costs and its share of lists and sources
///
/// Processes are the deals under way in the period, those that were lost included. Their cost is the minutes
/// of activities at the hourly cost of who did them, what was paid directly, and an equal share of what the
/// list and the source they came from cost. What has no minutes or no hourly cost is said, not counted as 0.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report costs --by rep --period 2026-Q3\n  salesctl report costs --by source --json"
)]
pub(crate) struct Args {
    /// Group by rep, team, product, source, type, process-version or a field of the deal or the account
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let question = Question::of(COSTS).by(&args.by);
    let Asked { session, book, ask } = asked(cx, &args.report, question)?;
    let payback = session.store.payback(book.as_of)?;
    let report =
        crate::report::costs(&session.process, &book, &payback, &ask).map_err(Fault::usage)?;
    show(cx, &args.report, &report)
}
