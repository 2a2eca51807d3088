//! `report funnel`: how far the deals of one cohort came.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, report};
use crate::report::FUNNEL;

/// Follow the deals that first entered a stage in the period: how many reached each later stage
///
/// Deals still open count as neither advanced nor lost. A deal counts once per stage.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report funnel --period 2026-Q3\n  salesctl report funnel --from-stage qualify --rep jr --json"
)]
pub(crate) struct Args {
    /// The stage the cohort begins in [default: the first]
    #[arg(long, value_name = "STAGE", add = super::super::completion::stages())]
    from_stage: Option<String>,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::of(FUNNEL).cohort_from(args.from_stage.as_deref()),
        |session, book, ask| crate::report::funnel(&session.process, book, ask),
    )
}
