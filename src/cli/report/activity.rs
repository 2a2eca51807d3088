//! `report activity`: what was done, and what it took.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::{Asked, Question, ReportArgs, asked, dimensions, show};
use crate::deal::event::CatalogKind;
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
    /// Group by rep, team, kind, month, or by the deal's product, source, type or a field
    #[arg(long, value_name = "WHAT", default_value = "rep")]
    by: String,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let by = ActivityBy::from_name(args.by.trim());
    let of_deal = match &by {
        ActivityBy::Deal(_) => std::slice::from_ref(&args.by),
        _ => &[],
    };
    // Who did it is chosen among activities, not among deals.
    let deals = ReportArgs {
        filter: FilterArgs {
            rep: None,
            team: None,
            ..args.report.filter.clone()
        },
        ..args.report.clone()
    };
    let question = Question::of(ACTIVITY).by(of_deal);
    let Asked {
        session,
        book,
        mut ask,
    } = asked(cx, &deals, question)?;
    ask.scope = args.report.filter.words();
    let catalog = session.store.catalog()?;
    let named = |kind, typed: &Option<String>| {
        let name = typed
            .as_ref()
            .map(|typed| in_catalog(&catalog, kind, typed));
        // An empty name means nobody.
        name.transpose()
            .map(|name| name.map(Option::unwrap_or_default))
    };
    let more = AskActivity {
        by: match dimensions(&session, of_deal)?.pop() {
            Some(dimension) => ActivityBy::Deal(dimension),
            None => by,
        },
        rep: named(CatalogKind::Rep, &args.report.filter.rep)?,
        team: named(CatalogKind::Team, &args.report.filter.team)?,
    };
    let report =
        crate::report::activity(&session.process, &book, &ask, &more).map_err(Fault::usage)?;
    show(cx, &args.report, &report)
}
