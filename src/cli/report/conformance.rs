//! `report conformance`: how far the deals followed the process, and whether that paid.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Asked, Question, ReportArgs, asked, report, show};
use crate::report::{conformance_needs, deviation_needs};

/// How far deals followed the process, how they did not, on which paths, and whether following it wins more
///
/// A deal conforms when it began where the process begins, made only allowed moves, was won from where it may be and
/// left no stage onward before its required steps were done. Overrides, stays past a limit and late follow-ups are
/// told beside. A period keeps the deals that were under way in it; win rates are of those closed in it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report conformance --by team\n  salesctl report conformance --deals --period 2026-Q3 --json"
)]
pub(crate) struct Args {
    /// Group by rep, team, product, source, type, process-version or a field of the deal or the account
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    /// List the deals that deviate, each with what came first
    #[arg(long, conflicts_with_all = ["by", "paths"])]
    deals: bool,
    /// List the paths that deals took, the most frequent first
    #[arg(long, conflicts_with = "by")]
    paths: bool,
    /// At most so many deals or paths [default: 20 paths, all deals]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Say what is judged, and how
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Paths, where nobody says how many.
const PATHS: usize = 20;

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    if args.deals {
        let question = Question::reading(deviation_needs);
        let Asked { session, book, ask } = asked(cx, &args.report, question)?;
        let handles = session.store.handles()?;
        let most = args.limit.unwrap_or(usize::MAX);
        let short = |id| handles.short(id);
        let report =
            crate::report::deviations(&session.process, &book, &ask, (most, args.explain), short)
                .map_err(crate::fault::Fault::usage)?;
        return show(cx, &args.report, &report);
    }
    let question = Question::reading(conformance_needs).by(&args.by);
    if args.paths {
        let most = args.limit.unwrap_or(PATHS);
        return report(cx, &args.report, question, |session, book, ask| {
            crate::report::paths(&session.process, book, ask, (most, args.explain))
        });
    }
    report(cx, &args.report, question, |session, book, ask| {
        crate::report::conformance(&session.process, book, ask, args.explain)
    })
}
