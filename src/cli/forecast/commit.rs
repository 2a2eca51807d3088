//! `forecast commit`: what a rep says will be won.

use anyhow::Result;

use super::super::assignment::active_rep;
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::target::{may_speak_for, rep_named};
use super::said::{amount, period_ahead, say};
use crate::deal::book::State;
use crate::deal::commitment::{Commitment, Scope};
use crate::deal::event::{CatalogKind, Private};
use crate::deal::target::Side;
use crate::fault::Fault;
use crate::id::Id;
use crate::money::Money;
use crate::store::Access;
use crate::text::visible;

/// Say what will be won in a period: your own word, kept with everything you said before
///
/// The amount is of the whole period, what is won in it already included, and so never less than that. A rep speaks for
/// themselves, their team's manager for them, and so may whoever is no rep. Said again, the later word counts and the
/// earlier one stays in the record; `undo` takes it back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast commit --amount 120k --best-case 150k\n  salesctl forecast commit --rep jr --period 2026-Q4 --amount 80k --deals D7K2,acme --why \"both have a date\""
)]
pub(crate) struct Args {
    /// Won by the end of the period, by your word: 120k, 120000, 120,000
    #[arg(long, value_name = "AMOUNT")]
    amount: String,
    /// The same when all goes well
    #[arg(long, value_name = "AMOUNT")]
    best_case: Option<String>,
    /// Whose word it is, when you are not the rep yourself
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    rep: Option<String>,
    /// When it is won: 2026-Q4, 2026-12, "next quarter" [default: the fiscal quarter that runs]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// The deals that it rests on, by id or account
    #[arg(long, value_name = "DEAL", value_delimiter = ',', num_args = 1.., add = super::super::completion::deals())]
    deals: Vec<String>,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// When it was said, if not now; accuracy counts it from now on all the same
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let catalog = session.store.catalog()?;
    let at = session.moment_on(args.on.as_deref())?;
    let period = period_ahead(&session, args.period.as_deref(), at)?;
    let name = match &args.rep {
        Some(typed) => active_rep(&catalog, typed.trim())?,
        None => session.acting_rep(&catalog),
    };
    let name = name.ok_or_else(|| {
        Fault::usage(format!("{} is no rep", visible(&session.actor)))
            .hint("--rep NAME says whose word it is; --as NAME says who you are")
    })?;
    may_speak_for(&session, &catalog, rep_named(&catalog, &name)?, Side::Rep)?;
    let amount_minor = amount(&session, "--amount", &args.amount)?;
    let best_case_minor = args
        .best_case
        .as_deref()
        .map(|typed| amount(&session, "--best-case", typed))
        .transpose()?;
    let money = |minor| Money {
        minor,
        currency: session.process.currency,
    };
    if let Some(best) = best_case_minor.filter(|best| *best < amount_minor) {
        return Err(Fault::usage(format!(
            "--best-case: {} is less than the {} that are called anyway",
            money(best),
            money(amount_minor)
        ))
        .into());
    }
    let (deals, worth) = deals(&session, &args.deals, &name)?;
    let mut more = best_case_minor
        .map(|best| format!(", at best {}", money(best)))
        .unwrap_or_default();
    if !deals.is_empty() {
        let n = super::super::show::counted(deals.len(), "deal", "deals");
        more = format!("{more}, on {n} of {}", money(worth));
    }
    let said = Commitment {
        by: Side::Rep,
        scope: Scope::Rep,
        name,
        from: period.from,
        to: period.to,
        amount_minor,
        best_case_minor,
        deals,
        why: words(args.why.as_deref()),
    };
    say(&session, &catalog, said, at, args.dry_run, &more)
}

/// What somebody said with it; nothing when it is blank.
pub(super) fn words(why: Option<&str>) -> Option<Private> {
    why.map(str::trim)
        .filter(|why| !why.is_empty())
        .map(Private::new)
}

/// The rep's deals that were named, each once, and what they are worth as far as that is known.
fn deals(session: &Session<'_>, typed: &[String], rep: &str) -> Result<(Vec<Id>, i64)> {
    let mut found = Vec::new();
    let mut worth = 0_i64;
    for one in typed {
        let id = session.store.resolve_deal(one)?;
        if found.contains(&id) {
            continue;
        }
        let Some(deal) = session.store.deal(id)? else {
            return Err(Fault::not_found("the deal was undone").into());
        };
        let name = super::super::show::deal_name(session, &deal)?;
        if deal.state == State::Lost {
            return Err(Fault::no(format!("--deals: {name} is lost")).into());
        }
        if deal.owner.as_deref() != Some(rep) {
            let owner = deal.owner.as_deref().map_or("nobody".to_string(), visible);
            return Err(Fault::no(format!(
                "--deals: {name} is the deal of {owner}, not of {}",
                visible(rep)
            ))
            .hint("whoever owns a deal calls it")
            .into());
        }
        let rate = deal.value.and_then(|value| {
            let rate = session.process.rate(value.currency, session.today)?;
            Some(value.currency.major(value.minor) * rate)
        });
        let scale = session.process.currency.scale() as f64;
        worth = worth.saturating_add((rate.unwrap_or(0.0) * scale).round() as i64);
        found.push(id);
    }
    Ok((found, worth))
}
