//! `report velocity`: what the pipeline brings a day.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, report};
use crate::report::VELOCITY;

/// Open deals × win rate × mean won value ÷ median sales cycle
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report velocity\n  salesctl report velocity --team north --period \"last 12 months\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::of(VELOCITY),
        |session, book, ask| Ok(crate::report::velocity(&session.process, book, ask)),
    )
}
