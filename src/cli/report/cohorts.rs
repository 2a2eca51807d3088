//! `report cohorts`: what became of deals by when they began.

use anyhow::Result;
use clap::ValueEnum;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, report};
use crate::report::{COHORTS, Every};

/// What became of the deals opened in each month or quarter, at the same ages
///
/// Won, lost and still open 30, 60, 90 and 180 days after each deal was opened, and to date. An age that some
/// deals of a cohort have not reached is not stated yet.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report cohorts --period \"last 12 months\"\n  salesctl report cohorts --every quarter --json"
)]
pub(crate) struct Args {
    /// How long the openings of one cohort go on
    #[arg(long, value_name = "SPAN", default_value = "month")]
    every: Opened,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Opened {
    /// A month
    Month,
    /// A quarter of the fiscal year
    Quarter,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let every = match args.every {
        Opened::Month => Every::Month,
        Opened::Quarter => Every::Quarter,
    };
    report(
        cx,
        &args.report,
        Question::of(COHORTS),
        |session, book, ask| Ok(crate::report::cohorts(&session.process, book, ask, every)),
    )
}
