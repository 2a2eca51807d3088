//! `forecast evidence`: which fields tell whether a deal is won.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::report::{Question, ReportArgs, report};
use crate::forecast::evidence_needs;

/// Test which fields tell won deals from lost ones, or say that none does
///
/// Over the deals that were decided in the period: owner, product, source, customer type, the stage they began in,
/// and the process's own fields with a few values. Where none tells, the base rate is the best that can be said.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast evidence\n  salesctl forecast evidence --period \"last 12 months\" --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::reading(evidence_needs),
        |session, book, ask| {
            Ok(crate::report::forecast_evidence(
                &session.process,
                book,
                ask,
            ))
        },
    )
}
