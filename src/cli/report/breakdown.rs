//! `report breakdown`: where the process breaks, and for whom.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Periods, Question, ReportArgs, period, report};
use crate::report::{AskBreakdown, BREAKDOWN, BREAKDOWN_BY};

/// Say where deals are lost, and whether it is everyone, a few, or chance
///
/// Of the deals that left each stage in the period, forward or lost, every group is held against everybody else
/// and against itself before. What chance explains is not said; of what is said, no more than one finding in ten
/// is a false alarm. Without --period it is the last twelve months.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report breakdown\n  salesctl report breakdown --by rep --period 2026-Q3 --against 2025-Q3 --explain"
)]
pub(crate) struct Args {
    /// Compare reps, teams, products, sources, types, process-versions or a field, each by itself [default: rep,
    /// product, type, source]; products and types together are compared as pairs too
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    /// The period to hold it against [default: the one before, of the same length]
    #[arg(long, value_name = "PERIOD")]
    against: Option<String>,
    /// Show the numbers behind the sentences: p values, over-dispersion, shrinkage
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let default: Vec<String> = BREAKDOWN_BY.map(str::to_string).to_vec();
    let by = if args.by.is_empty() {
        &default
    } else {
        &args.by
    };
    report(
        cx,
        &args.report,
        Question::of(BREAKDOWN).by(by).one_period(),
        |session, book, ask| {
            let against = period(session, args.against.as_deref(), book.as_of, Periods::ONE)
                .map_err(|fault| fault.to_string().replace("--period", "--against"))?;
            let more = AskBreakdown {
                against,
                explain: args.explain,
            };
            crate::report::breakdown(&session.process, book, ask, more)
        },
    )
}
