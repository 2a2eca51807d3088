//! `report requests`: what customers want that we don't have.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::said::Heard;
use super::{ReportArgs, show};
use crate::deal::case::CaseKind;
use crate::report::REQUESTS;

/// What customers asked for that we could not deliver, by the value of the deals it hangs on
///
/// Requests in the same words for the same product are one line.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report requests\n  salesctl report requests --by-product --period 2026 --json"
)]
pub(crate) struct Args {
    /// All requests for a product together
    #[arg(long)]
    by_product: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let Heard {
        session,
        book,
        ask,
        more,
        said,
    } = Heard::read(cx, &args.report, REQUESTS, CaseKind::Request)?;
    let which = (&more, args.by_product);
    let report = crate::report::requests(&session.process, &book, &ask, which, &said);
    show(cx, &args.report, &report)
}
