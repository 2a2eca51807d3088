//! `forecast`: what will be won, and what if.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::report::{ReportArgs, dimensions};
use super::super::session::Session;
use super::assume::{Assumed, changed_probabilities, open_deal, read};
use super::edited::Edited;
use super::said::called;
use super::{Asked, SEED};
use crate::deal::book::{Book, Columns, Needs};
use crate::fault::Fault;
use crate::forecast::ahead;
use crate::report::{AskForecast, Foreseen, Supposed, forecast, forecast_needs};
use crate::store::Access;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Group by rep, team, product, source, type, process-version or a field of the deal or the account
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    /// The next so many days instead of a period
    #[arg(long, value_name = "N", conflicts_with = "period", value_parser = clap::value_parser!(u16).range(1..=730))]
    days: Option<u16>,
    /// What if: `stage=propose:p=0.5`, `rep=jr:p*=0.9`, `team=south:value*=1.2`, `deal=D7K2:p=1`; p is the chance to be won within the period.
    /// --process FILE asks the same of an edited process file
    #[arg(long, value_name = "WHAT")]
    assume: Vec<String>,
    /// What if this open deal were not there
    #[arg(long, value_name = "DEAL", add = super::super::completion::deals())]
    without: Vec<String>,
    /// Draw the range by chance from another seed
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Say how it was worked out, and what every method says
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Status> {
    // A file that is named on the command line is asked about: that it is not applied goes without saying.
    let session = if cx.globals.process.is_some() {
        cx.session_without_note(Access::Read)?
    } else {
        cx.session(Access::Read)?
    };
    let by = dimensions(&session, &args.by, &[])?;
    let asked = Asked::load(
        &session,
        &args.report,
        args.days,
        by,
        forecast_needs(&session.process).and(Needs::of(Columns::HOLD)),
    )?;
    let book = &asked.book;
    let foreseen = ahead(&session.process, book, asked.period);
    let edited = Edited::read(&session)?;
    let supposed = supposed(args, &session, &asked, edited.as_ref(), &foreseen)?;
    let ask = AskForecast {
        ask: &asked.ask,
        period: asked.period,
        targets: &asked.targets,
        of: &asked.of,
        seed: args.seed,
        explain: args.explain,
        called: called(&session, book.as_of, asked.period, &asked.of)?,
        short: &|id| session.store.short(id).unwrap_or_else(|_| id.handle()),
    };
    let report =
        forecast(&session.process, book, foreseen, supposed, &ask).map_err(Fault::usage)?;
    args.report
        .output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}

fn supposed<'a>(
    args: &Args,
    session: &'a Session<'_>,
    asked: &'a Asked,
    edited: Option<&'a Edited>,
    plain: &Foreseen,
) -> Result<Option<Supposed<'a>>> {
    if edited.is_none() && args.assume.is_empty() && args.without.is_empty() {
        return Ok(None);
    }
    let book = &asked.book;
    let mut words: Vec<String> = edited.iter().map(|edited| edited.words.clone()).collect();
    let mut assumed: Vec<Assumed> = Vec::new();
    if let Some(edited) = edited {
        assumed.extend(changed_probabilities(
            &session.process,
            &edited.process,
            book,
        ));
    }
    let mut notes = Vec::new();
    if let Some(edited) = edited {
        words.extend(edited.prices_in_words(book));
        notes.extend(edited.without_effect(book));
    }
    for typed in &args.assume {
        assumed.push(read(session, book, typed)?);
    }
    let without = gone(session, book, &args.without)?;
    let foreseen = match edited {
        Some(edited) => ahead(&edited.process, &edited.priced(book), asked.period),
        None => plain.clone(),
    };
    let foreseen = foreseen.map(|(outlook, backtest)| {
        let assumptions: Vec<_> = assumed.iter().map(|one| one.assumption).collect();
        let (outlook, touched) = outlook.assuming(book, &assumptions);
        for (one, touched) in assumed.iter().zip(touched) {
            let deals = if touched == 1 {
                "open deal"
            } else {
                "open deals"
            };
            words.push(format!("{} ({touched} {deals})", one.words));
        }
        (outlook.without(&without), backtest)
    });
    for at in &without {
        let id = book.deals.id[*at as usize];
        words.push(format!("without {}", session.store.short(id)?));
    }
    Ok(Some(Supposed {
        words,
        notes,
        process: edited.map_or(&session.process, |edited| &edited.process),
        targets: edited.map_or(&asked.targets, |edited| &edited.targets),
        foreseen,
    }))
}

/// Open deals that are left out: indices into the Book.
fn gone(session: &Session<'_>, book: &Book, typed: &[String]) -> Result<Vec<u32>> {
    let found = typed.iter();
    found
        .map(|typed| Ok(open_deal(session, book, "--without", typed)?.0))
        .collect()
}
