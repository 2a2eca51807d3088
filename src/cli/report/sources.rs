//! `report sources`: what each source brought, cost and paid back.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::{Periods, Reckoning};
use crate::deal::book::Columns;
use crate::deal::event::CatalogKind;
use crate::fault::{Class, Fault};
use crate::report::{AskSources, By};

/// Show what each source brought and cost on the same footing: lists, events, referrals
///
/// A lead is a deal, or somebody who may become one: a person on a list who responded, a referral. People
/// count once, however many deals they became. Cost is what `source cost add` noted and, where deals started
/// from lists, what these cost; return is (margin − cost) ÷ cost. The cost of a process adds what was done
/// for the deals: the minutes of activities at the hourly cost of the deal's owner, and direct costs.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report sources\n  salesctl report sources --by referrer --period 2026 --json"
)]
pub(crate) struct Args {
    /// Group by source, or by who referred
    #[arg(long, value_name = "WHAT", default_value = "source", value_parser = by)]
    by: By,
    /// Only leads and deals that began then, with all that became of them since, and what was paid then
    /// [default: all]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Only this source, or none for deals without one; may be given again
    #[arg(long, value_name = "SOURCE", add = super::super::completion::catalog(CatalogKind::Source))]
    source: Vec<String>,
    /// What would have been printed on this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

fn by(typed: &str) -> Result<By, String> {
    [By::Source, By::Referrer]
        .into_iter()
        .find(|by| by.name() == typed)
        .ok_or_else(|| format!("`{typed}` is neither source nor referrer"))
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    if args.by == By::Referrer && !args.source.is_empty() {
        return Err(Fault::usage("--source: referrers are not grouped by source").into());
    }
    let Reckoning {
        session,
        book,
        payback,
    } = Reckoning::read(cx, args.as_of.as_deref(), Columns::EFFORT)?;
    let catalog = session.store.catalog()?;
    let sources = args.source.iter().map(|typed| {
        if let Some(entry) = catalog.find(CatalogKind::Source, typed) {
            return Ok(Some(entry.name.clone()));
        }
        if typed == "none" || typed == "(none)" {
            return Ok(None);
        }
        let names: Vec<&str> = catalog
            .of(CatalogKind::Source)
            .map(|entry| entry.name.as_str())
            .collect();
        Err(Fault::unknown(Class::NotFound, "source", typed, &names))
    });
    let sources = sources.collect::<Result<Vec<_>, Fault>>()?;
    let ask = AskSources {
        period: super::period(
            &session,
            args.period.as_deref(),
            book.as_of,
            Periods::default(),
        )?,
        sources: (!sources.is_empty()).then_some(sources),
        by: args.by,
    };
    let report = crate::report::sources(&session.process, &book, &payback, &ask);
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}
