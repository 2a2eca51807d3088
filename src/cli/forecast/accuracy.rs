//! `forecast accuracy`: how what was said turned out.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::said::period;
use crate::fault::Fault;
use crate::report::{AskAccuracy, accuracy_needs};
use crate::store::Access;

/// Hold what reps, managers and methods said of past periods against what was won
///
/// Of each period that is over one word of everybody counts: the last that was recorded up to its middle, or else the first
/// after it; a call that was recorded after the period counts for nothing, whatever day it is said to be of. Weeks, months,
/// quarters and years are records of their own. Methods are judged by what the nights kept of them. Bias is what was said too much, WAPE how far it was off, both as a share of what was won.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast accuracy\n  salesctl forecast accuracy --last 8 --json"
)]
pub(crate) struct Args {
    /// Only periods inside of this one: 2026, "last 12 months" [default: all]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Only so many of the last periods of each
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    if args.last == Some(0) {
        return Err(Fault::usage("--last: at least one period").into());
    }
    let within = args
        .period
        .as_deref()
        .map(|typed| period(&session, Some(typed)))
        .transpose()?;
    let ask = AskAccuracy {
        within,
        last: args.last,
    };
    let said = session.store.commitments()?;
    let book = session
        .store
        .book(&session.process, session.today, &accuracy_needs())?;
    let report = crate::report::accuracy(&session.process, &book, &said, ask);
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}
