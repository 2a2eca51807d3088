//! `metric audit`: which numbers go with winning on our own history.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::report::{Question, ReportArgs, report};
use crate::report::audit_needs;

/// Test which numbers of a deal really go with winning: activities, stand-ins, times, fields
///
/// Over the deals won or lost in the period, each is asked how often a won deal had the better value than a
/// lost one (AUC, with its 95 % interval), allowing for how many are tested. It says what goes with winning,
/// never what causes it, and marks what is known only once a deal is closed. Activities count up to the
/// close; fields as they stood on the day before.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl metric audit --period \"last 12 months\"\n  salesctl metric audit calls_first_14d value --team north --json"
)]
pub(crate) struct Args {
    /// Test only these, and show their win rates from low to high [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Show what is known only afterwards, win rates from low to high, and what can't be tested
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::reading(audit_needs),
        |session, book, ask| {
            crate::report::audit(&session.process, book, ask, &args.names, args.explain)
        },
    )
}
