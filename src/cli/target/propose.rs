//! `target propose`: a rep sets an objective of their own, or a manager asks one of a rep.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::{BoundArgs, metric, rep_named, say, side, words};
use crate::date::{day, parse_period};
use crate::deal::event::{CatalogKind, Event, StreamKind};
use crate::deal::target::{Offer, Proposal};
use crate::fault::Fault;
use crate::store::Access;

/// Propose a target: as a rep for yourself, as a manager for a rep
///
/// It counts once the other side accepted it, and then takes the place of the process file's target for
/// the same metric, rep and period.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl target propose revenue --at-least 60k --period 2027-Q1 --why \"two renewals\"\n  salesctl target propose win-rate --at-least 40% --period \"next quarter\" --rep jr"
)]
pub(crate) struct Args {
    /// The metric: one of the process, or a standard one
    #[arg(value_name = "METRIC")]
    metric: String,
    #[command(flatten)]
    bound: BoundArgs,
    /// When it is to be reached: 2027-Q1, 2026-12, "next quarter"
    #[arg(long, value_name = "PERIOD")]
    period: String,
    /// Whose target, when you are not the rep yourself
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    rep: Option<String>,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let catalog = session.store.catalog()?;
    let metric = metric(&session, &args.metric)?;
    let bound = args.bound.bound(&session, metric)?;
    let fiscal_month = session.process.fiscal_month;
    let period = parse_period(&args.period, session.today, fiscal_month)
        .map_err(|problem| Fault::usage(format!("--period: {problem}")))?;
    if period.to < session.today {
        return Err(Fault::usage(format!(
            "--period: it ended {}; a target is for a period that still runs or is to come",
            day(period.to)
        ))
        .into());
    }
    let name = match &args.rep {
        Some(typed) => in_catalog(&catalog, CatalogKind::Rep, typed.trim())?,
        None => session.acting_rep(&catalog),
    };
    let name = name.ok_or_else(|| {
        Fault::usage(format!(
            "{} is no rep",
            crate::text::visible(&session.actor)
        ))
        .hint("--rep NAME says whose target it is; --as NAME says who you are")
    })?;
    let rep = rep_named(&catalog, &name)?;
    let offer = Offer {
        metric: metric.name.clone(),
        rep: name.clone(),
        from: period.from,
        to: period.to,
        bound,
        by: side(&session, &catalog, rep)?,
        why: words(args.why.as_deref()),
    };
    let at = session.moment_on(None)?;
    let (proposal, outcome) = session.write(args.dry_run, |write| {
        let open = session.store.proposals()?;
        let open = open.iter().find(|other| {
            other.is_open()
                && (&other.metric, &other.rep, other.from, other.to)
                    == (&offer.metric, &offer.rep, offer.from, offer.to)
        });
        if let Some(open) = open {
            let short = session.store.short(open.id)?;
            return Err(Fault::no(format!(
                "{short} is {} for the same metric, rep and period already",
                open.status()
            ))
            .hint(format!(
                "salesctl target answer {short} --at-least NUMBER changes it"
            ))
            .into());
        }
        let id = write.create(StreamKind::Target)?;
        write.append(id, at, [Event::TargetProposed(Box::new(offer))])?;
        Proposal::from_events(write.events(id)?)
            .ok_or_else(|| Fault::damaged("a proposal was not kept").into())
    })?;
    say(&session, &catalog, &proposal, outcome)
}
