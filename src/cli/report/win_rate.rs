//! `report win-rate`: won of decided, by whom or by what.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, report};
use crate::report::WIN_RATE;

/// Won ÷ (won + lost) among the deals closed in the period, with a 95 % interval
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report win-rate --by rep\n  salesctl report win-rate --by product,source --period \"last 12 months\" --format csv"
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
        Question::of(WIN_RATE).by(&args.by),
        |session, book, ask| crate::report::win_rate(&session.process, book, ask),
    )
}
