//! `report conformance`: how far the deals followed the process, and whether that paid.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{Question, ReportArgs, dimensions, loaded, report_by, show};
use crate::fault::Fault;
use crate::report::{
    Judging, Listed, conformance, conformance_needs, deviation_needs, deviations, paths,
};
use crate::store::Access;

/// How far deals followed the process, how they did not, on which paths, and whether following it wins more
///
/// A deal conforms when it began where the process begins, made only allowed moves, was won from where it may be and
/// left no stage onward before its required steps were done. Overrides, stays past a limit and late follow-ups are
/// told beside. Each move is judged by the version of the process under which it was made. A period keeps the deals that were under way in it; win rates are of those closed in it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report conformance --by team\n  salesctl report conformance --deals --period 2026-Q3 --json"
)]
#[expect(clippy::struct_excessive_bools, reason = "as many flags")]
pub(crate) struct Args {
    /// Group by rep, team, product, source, type, process-version or a field of the deal or the account
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    /// List the deals that deviate, each with what came first
    #[arg(long, conflicts_with_all = ["by", "paths"])]
    deals: bool,
    /// With --deals: those that conform, too, when they have an override, a stay past a limit or a late follow-up
    #[arg(long, requires = "deals")]
    beside: bool,
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
    let session = cx.session(Access::Read)?;
    let earlier = session.earlier()?;
    let judging = Judging {
        process: &session.process,
        earlier: &earlier,
    };
    if args.deals {
        let question = Question::of(deviation_needs(judging));
        let (book, ask) = loaded(&session, &args.report, question, Vec::new())?;
        let handles = session.store.handles()?;
        let which = Listed {
            beside: args.beside,
            most: args.limit.unwrap_or(usize::MAX),
            explain: args.explain,
        };
        let external = session.store.external_ids()?;
        let short = |id| handles.short(id);
        let report = deviations(judging, &book, &ask, which, short, |id| {
            external.get(&id).cloned()
        });
        return show(cx, &args.report, &report.map_err(Fault::usage)?);
    }
    let by = dimensions(&session, &args.by, &[])?;
    let question = Question::of(conformance_needs(judging));
    if args.paths {
        let most = args.limit.unwrap_or(PATHS);
        return report_by(cx, &session, &args.report, question, by, |_, book, ask| {
            paths(judging, book, ask, (most, args.explain))
        });
    }
    report_by(cx, &session, &args.report, question, by, |_, book, ask| {
        conformance(judging, book, ask, args.explain)
    })
}
