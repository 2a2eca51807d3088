//! `forecast adjust`: what a manager makes of a rep's or a team's word.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::super::target::{may_speak_for, rep_named};
use super::commit::words;
use super::said::{amount, period_ahead, say};
use crate::deal::commitment::{Commitment, Scope};
use crate::deal::event::CatalogKind;
use crate::deal::target::Side;
use crate::fault::Fault;
use crate::store::Access;

/// Adjust what a rep called, or what a team comes to, for the roll-up
///
/// What the rep said stays as it was said; the roll-up shows both, with who adjusted it and why. `undo` takes it back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast adjust --rep jr --amount 90k --why \"two renewals slip\"\n  salesctl forecast adjust --team north --period 2026-Q4 --amount 300k --why \"the fair was cancelled\""
)]
#[command(group(clap::ArgGroup::new("whose").required(true).args(["rep", "team"])))]
pub(crate) struct Args {
    /// Whose call
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    rep: Option<String>,
    /// Which team's sum
    #[arg(long, value_name = "TEAM", add = super::super::completion::catalog(CatalogKind::Team))]
    team: Option<String>,
    /// What it should say instead, of the whole period
    #[arg(long, value_name = "AMOUNT")]
    amount: String,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// Which period: 2026-Q4, 2026-12, "next quarter" [default: the fiscal quarter that runs]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
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
    let (kind, typed, scope) = match (&args.rep, &args.team) {
        (Some(rep), _) => (CatalogKind::Rep, rep.as_str(), Scope::Rep),
        (None, team) => (
            CatalogKind::Team,
            team.as_deref().unwrap_or_default(),
            Scope::Team,
        ),
    };
    let name = in_catalog(&catalog, kind, typed.trim())?
        .ok_or_else(|| Fault::usage(format!("which {} is not said", kind.name())))?;
    let entry = match scope {
        Scope::Rep => rep_named(&catalog, &name)?,
        Scope::Team => catalog
            .get(CatalogKind::Team, &name)
            .ok_or_else(|| Fault::not_found("there is no such team any more"))?,
    };
    may_speak_for(&session, &catalog, entry, Side::Manager)?;
    let why = words(Some(&args.why)).ok_or_else(|| {
        Fault::usage("--why: an adjustment without a reason teaches nobody anything")
    })?;
    let said = Commitment {
        by: Side::Manager,
        scope,
        name,
        from: period.from,
        to: period.to,
        amount_minor: amount(&session, "--amount", &args.amount)?,
        best_case_minor: None,
        deals: Vec::new(),
        why: Some(why),
    };
    say(&session, &catalog, said, at, args.dry_run, "")
}
