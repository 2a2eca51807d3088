//! `report scorecard`: every rep in a line, or one in full.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::forecast::glance;
use super::super::session::Session;
use super::{Question, ReportArgs, report};
use crate::deal::book::Book;
use crate::deal::event::CatalogKind;
use crate::report::{Ask, scorecard, scorecard_needs, scorecard_of};
use crate::store::Access;

/// Show the manager's page: every rep against the others, or one rep in full
///
/// Deals handled, sales, closing ratio with what chance explains, cost, cycle, follow-ups on time and
/// capacity used. With a rep: each with the team's median, the closing ratio by product and customer
/// type, the open deals, the mix of activities, and the first months. Anybody may look at anybody's, and
/// sees the same.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report scorecard --period 2026-Q3\n  salesctl report scorecard jr --period \"last 12 months\""
)]
pub(crate) struct Args {
    /// One rep in full
    #[arg(value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    who: Option<String>,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let (needs, who) = {
        let session = cx.session_without_note(Access::Read)?;
        let catalog = session.store.catalog()?;
        let who = match &args.who {
            Some(typed) => in_catalog(&catalog, CatalogKind::Rep, typed)?,
            None => None,
        };
        (scorecard_needs(&session.process), who)
    };
    match who {
        None => report(
            cx,
            &args.report,
            Question::of(needs),
            |session, book, ask| scorecard(&session.process, book, ask),
        ),
        Some(who) => report(
            cx,
            &args.report,
            Question::of(needs).with_forecast(),
            |session, book, ask| {
                let rep = book.owners.iter().position(|owner| owner.name == who);
                let rep = rep.ok_or_else(|| format!("`{who}` has handled no deal"))?;
                let mut report = scorecard_of(&session.process, book, ask, rep)?;
                for line in share(session, book, ask, rep).map_err(|error| format!("{error:#}"))? {
                    report.document = report.document.line(line);
                }
                Ok(report)
            },
        ),
    }
}

/// The rep's share of the forecast: of the quarter, or of the period asked about where it is not over.
fn share(session: &Session<'_>, book: &Book, ask: &Ask, rep: usize) -> Result<Vec<String>> {
    let owner = |deal: &Option<u32>| deal.is_some_and(|at| at as usize == rep);
    let own = book
        .deals
        .owner
        .iter()
        .zip(0..)
        .map(|(of, deal)| owner(of) && ask.includes(deal));
    let only_theirs = Ask {
        only: Some(own.collect()),
        period: ask.period.filter(|period| period.to > book.as_of),
        ..ask.clone()
    };
    let filter = FilterArgs {
        rep: Some(book.owners[rep].name.clone()),
        ..FilterArgs::default()
    };
    Ok(glance(session, book, &only_theirs, &filter)?.lines)
}
