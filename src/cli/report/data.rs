//! `report data`: what is missing, stale or past.

use anyhow::Result;

use super::super::command_line::quoted;
use super::super::context::{Context, Status};
use super::{Question, ReportArgs, dimensions, report_by};
use crate::report::{Narrowed, checks, data_needs};
use crate::store::Access;

/// How good the data of open deals is: what is missing, stale, past or nobody's, and how to see which
///
/// What a stage requires counts for the deals in it and in later stages. Each line ends with the command that
/// shows its deals. A period keeps the deals that are expected to close in it, and those lost in it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report data\n  salesctl report data --by rep --team north --json"
)]
pub(crate) struct Args {
    /// Group by rep, team, product, source, type, process-version or a field of the deal or the account
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let checks = checks(&session.process);
    let by = dimensions(&session, &args.by, &[])?;
    let filter = &args.report.filter;
    let options = [
        ("--rep", &filter.rep),
        ("--team", &filter.team),
        ("--as-of", &filter.as_of),
    ];
    let options = options.iter().filter_map(|(option, value)| {
        let value = value.as_ref()?;
        Some(format!(" {option} {}", quoted(value)))
    });
    let narrowed = Narrowed {
        options: options.collect(),
        condition: filter.condition.clone(),
    };
    let question = Question::of(data_needs(&checks)).ahead();
    report_by(
        cx,
        &session,
        &args.report,
        question,
        by,
        |session, book, ask| crate::report::data(&session.process, book, ask, &checks, &narrowed),
    )
}
