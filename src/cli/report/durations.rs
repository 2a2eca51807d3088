//! `report durations`: how long deals stay in each stage.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, report};
use crate::report::DURATIONS;

/// Calendar days from entering to leaving each stage; stays that go on count as censored
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report durations\n  salesctl report durations --period 2026 --rep jr"
)]
pub(crate) struct Args {
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::of(DURATIONS),
        |session, book, ask| Ok(crate::report::durations(&session.process, book, ask)),
    )
}
