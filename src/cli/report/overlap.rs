//! `report overlap`: who is on several lists.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::Reckoning;
use super::lists::WhichLists;
use crate::deal::book::Columns;
use crate::list::Credit;

/// Show how many people lists have in common with each other and with our own file
///
/// People are counted once a list; decoys and whoever must be left alone are none of them. The house file is
/// everybody we have for good: persons, accounts, and lists of our own. Who became a person of ours through a
/// list counts as such against the other lists, not against that one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report overlap\n  salesctl report overlap --list zoom-q4 --list cognism-q1 --format csv"
)]
pub(crate) struct Args {
    #[command(flatten)]
    which: WhichLists,
    /// What would have been printed on this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let Reckoning {
        session,
        book,
        payback,
    } = Reckoning::read(cx, args.as_of.as_deref(), Columns::NONE)?;
    let ask = args.which.ask(&session, book.as_of, Credit::default())?;
    let report = crate::report::overlap(&session.process, &book, &payback, &ask);
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}
