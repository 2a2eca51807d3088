//! `report meeting`: one page for a pipeline meeting.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::forecast::{glance, page_needs};
use super::super::worklist;
use super::ReportArgs;
use super::changes::{Moving, SinceArgs};
use crate::date::parse_period;
use crate::fault::Fault;
use crate::report::Ask;
use crate::report::meeting::{Agenda, meeting, meeting_needs};
use crate::store::Access;

/// Write one page for a pipeline meeting: what changed, what needs a decision, what is overdue, what is expected
///
/// Every line about a deal has a number: `salesctl followup add 3 "fri: call Jana"` gives that deal a
/// follow-up, `salesctl followup done 5` marks one that was overdue.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report meeting --team north\n  salesctl report meeting --since mon --format markdown --output meeting.md"
)]
pub(crate) struct Args {
    #[command(flatten)]
    since: SinceArgs,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let Moving { book, ask, moves } = args.since.load(
        &session,
        &args.report,
        meeting_needs().and(page_needs(&session)?),
    )?;
    let around = |unit: &str| {
        parse_period(
            &format!("this {unit}"),
            book.as_of,
            session.process.fiscal_month,
        )
        .map_err(Fault::usage)
    };
    // The period of a meeting is what changed in it; what is expected is of the quarter.
    let of_quarter = Ask {
        period: None,
        ..ask.clone()
    };
    let ahead = glance(&session, &book, &of_quarter, &args.report.filter)?;
    let agenda = Agenda {
        ahead: &ahead.lines,
        moves: &moves,
        quarter: around("quarter")?,
        month: around("month")?,
        live: book.as_of >= session.today,
        short: &|id| session.store.short(id).unwrap_or_else(|_| id.handle()),
    };
    let meeting = meeting(&session.process, &book, &ask, &agenda);
    worklist::remember(&session, meeting.lines);
    args.report.output.show(
        &cx.console,
        &meeting.report.answer,
        &meeting.report.document,
    )?;
    Ok(Status::Done)
}
