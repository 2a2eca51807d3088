//! `report activity`: what was done, and what it took.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::said::by_people;
use super::{Asked, Question, ReportArgs, dimensions, show};
use crate::fault::Fault;
use crate::report::{ACTIVITY, ActivityBy, AskActivity};

/// What was done, per rep or by what: calls, mails, meetings, letters, their time and cost
///
/// Counts for who did it, not for who owns the deal; --rep and --team choose by that, too. The cost is the
/// minutes at the rep's cost per hour and what was paid directly.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report activity --period 2026-11\n  salesctl report activity --by kind --rep jr --json"
)]
pub(crate) struct Args {
    /// Group by rep, team, kind, month, or by the deal's product, source, type, process-version or a field
    #[arg(long, value_name = "WHAT", default_value = "rep")]
    by: String,
    #[command(flatten)]
    report: ReportArgs,
}

/// What activities are told by beside what their deals have.
const BESIDE: [&str; 2] = ["kind", "month"];

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let by = ActivityBy::from_name(args.by.trim());
    let of_deal = match &by {
        ActivityBy::Deal(_) => std::slice::from_ref(&args.by),
        _ => &[],
    };
    let question = Question::of(ACTIVITY).by(of_deal).or_by(&BESIDE);
    let (asked, people) = by_people(cx, &args.report, question)?;
    let Asked { session, book, ask } = asked;
    let more = AskActivity {
        by: match dimensions(&session, of_deal, &BESIDE)?.pop() {
            Some(dimension) => ActivityBy::Deal(dimension),
            None => by,
        },
        rep: people.rep,
        team: people.team,
    };
    let report =
        crate::report::activity(&session.process, &book, &ask, &more).map_err(Fault::usage)?;
    show(cx, &args.report, &report)
}
