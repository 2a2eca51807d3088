//! `report losses`: why deals were lost, and where.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, report};
use crate::report::LOSSES;

/// Why deals were lost, from which stage and with what value; with a period, which reasons grew
///
/// Shares are of all losses of the period, with a 95 % interval. A loss without a reason counts as
/// unrecorded. Rows whose level is `stage` split the row of their reason above.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report losses --period 2026-Q3\n  salesctl report losses --by product --period \"last 12 months\" --json"
)]
pub(crate) struct Args {
    /// Group by rep, team, product, source, type, process-version or a field of the deal or the account
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::of(LOSSES).by(&args.by),
        |session, book, ask| crate::report::losses(&session.process, book, ask),
    )
}
