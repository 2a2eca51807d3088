//! `report pipeline`: what is open, stage by stage.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::forecast::glance;
use super::{Question, ReportArgs, report};
use crate::fault::Fault;
use crate::report::{PIPELINE, forecast_needs};

/// Open deals by stage, rep, product or close month: how many, how much, how many past their limit
///
/// A period keeps the deals that are expected to close in it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report pipeline\n  salesctl report pipeline --by month --team north"
)]
pub(crate) struct Args {
    /// Group by stage, by month (of the expected close), or by rep, team, product, source, type or a
    /// field of the deal or the account
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
            Question::of(PIPELINE.and(forecast_needs())).ahead(),
            |session, book, ask| {
                let mut report = crate::report::pipeline(&session.process, book, ask);
                let glance = glance(session, book, ask, &args.report.filter)
                    .map_err(|error| format!("{error:#}"))?;
                // Where nothing can be said, the open deals stand for themselves.
                if glance.median_minor.is_some() {
                    for line in glance.lines {
                        report.document = report.document.line(line);
                    }
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
