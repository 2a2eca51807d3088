//! `report pipeline`: what is open, stage by stage.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, report};
use crate::report::PIPELINE;

/// Open deals stage by stage: how many, how much, how late
///
/// A period keeps the deals that are expected to close in it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report pipeline\n  salesctl report pipeline --team north --as-of 2026-06-30"
)]
pub(crate) struct Args {
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::of(PIPELINE),
        |session, book, ask| Ok(crate::report::pipeline(&session.process, book, ask)),
    )
}
