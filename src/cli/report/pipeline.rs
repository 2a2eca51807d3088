//! `report pipeline`: what is open, stage by stage.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::forecast::last_said;
use super::{Question, ReportArgs, report};
use crate::fault::Fault;
use crate::report::PIPELINE;

/// Open deals by stage, rep, product or close month: how many, how much, how many past their limit
///
/// A period keeps the deals that are expected to close in it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report pipeline\n  salesctl report pipeline --by month --team north"
)]
pub(crate) struct Args {
    /// Group by stage, by month (of the expected close), or by rep, team, product, source, type,
    /// process-version or a field of the deal or the account
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        default_value = "stage"
    )]
    by: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

/// What open deals are grouped by and by nothing else with it.
const ALONE: [&str; 2] = ["stage", "month"];

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let by: Vec<&str> = args.by.iter().map(String::as_str).collect();
    match by.as_slice() {
        ["stage"] => report(
            cx,
            &args.report,
            Question::of(PIPELINE).ahead(),
            |session, book, ask| {
                let mut report = crate::report::pipeline(&session.process, book, ask);
                // A forecast takes a hundred times as long as the open deals: what the night said will do.
                let said =
                    last_said(session, book.as_of, ask).map_err(|error| format!("{error:#}"))?;
                if let Some(line) = said {
                    report.document = report.document.line(line);
                }
                Ok(report)
            },
        ),
        ["month"] => report(
            cx,
            &args.report,
            Question::of(PIPELINE).ahead(),
            |session, book, ask| {
                Ok(crate::report::pipeline_by_month(
                    &session.process,
                    book,
                    ask,
                ))
            },
        ),
        several => {
            if let Some(alone) = several.iter().find(|name| ALONE.contains(name)) {
                return Err(Fault::usage(format!(
                    "--by: `{alone}` stands alone, the open deals can't be grouped by it and another"
                ))
                .hint(format!("salesctl report pipeline --by {alone}"))
                .into());
            }
            report(
                cx,
                &args.report,
                Question::of(PIPELINE).ahead().by(&args.by).or_by(&ALONE),
                |session, book, ask| crate::report::pipeline_by(&session.process, book, ask),
            )
        }
    }
}
