//! `report coverage`: open deals against what is missing of the period.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::session::Session;
use super::{Question, ReportArgs, report};
use crate::deal::event::CatalogKind;
use crate::process::Whose;
use crate::report::COVERAGE_REPORT;

/// Hold the open deals expected in a period against what its target still lacks
///
/// Without --period the quarter that runs. What coverage is needed is measured: which share of such open
/// value earlier periods won in time, seen from as far into each.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report coverage\n  salesctl report coverage --by rep --period 2026-Q4"
)]
pub(crate) struct Args {
    /// Group by rep, team, product, source, type, process-version or a field of the deal or the account
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    report(
        cx,
        &args.report,
        Question::of(COVERAGE_REPORT)
            .with_forecast()
            .by(&args.by)
            .ahead()
            .one_period(),
        |session, book, ask| {
            let targets = super::super::target::all(session, book.as_of)
                .map_err(|error| format!("{error:#}"))?;
            let of = whose(session, &args.report.filter).map_err(|error| format!("{error:#}"))?;
            let mut report = crate::report::coverage(&session.process, book, &targets, &of, ask)?;
            let glance = super::super::forecast::glance(session, book, ask, &args.report.filter);
            for line in glance.map_err(|error| format!("{error:#}"))?.lines {
                report.document = report.document.line(line);
            }
            Ok(report)
        },
    )
}

/// Whose deals are asked about; a rep of a team is the rep.
pub(crate) fn whose(session: &Session<'_>, filter: &FilterArgs) -> Result<Whose> {
    let (kind, typed, whose): (_, _, fn(String) -> Whose) = match (&filter.rep, &filter.team) {
        (Some(rep), _) => (CatalogKind::Rep, rep, Whose::Rep),
        (None, Some(team)) => (CatalogKind::Team, team, Whose::Team),
        (None, None) => return Ok(Whose::Company),
    };
    let catalog = session.store.catalog()?;
    // An empty name is nobody, who has no target.
    Ok(whose(
        in_catalog(&catalog, kind, typed)?.unwrap_or_default(),
    ))
}
