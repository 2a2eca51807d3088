//! `report targets`: how far they are reached.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::{Periods, ReportArgs, period};
use crate::deal::event::CatalogKind;
use crate::fault::Fault;
use crate::process::{Whose, in_force};
use crate::report::{Ask, target_needs};
use crate::store::{Access, Catalog};

/// Say how far each target is reached, whether it is on pace, and what covers the rest
///
/// Pace is the share of the period's working days that has passed. Without --period the targets whose
/// period runs today.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report targets\n  salesctl report targets --period 2026-Q3 --rep jr"
)]
pub(crate) struct Args {
    #[command(flatten)]
    report: ReportArgs,
}

/// More than so many targets and periods are no page that anybody reads.
pub(crate) const MOST: usize = 400;

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let filter = &args.report.filter;
    let as_of = filter.as_of(&session)?;
    let period = period(
        &session,
        args.report.period.as_deref(),
        as_of,
        Periods::ONE_OR_TO_COME,
    )?;
    let targets = super::super::target::all(&session, as_of)?;
    let fiscal_month = session.process.fiscal_month;
    let mut running = in_force(&targets, period, as_of, fiscal_month, MOST).ok_or_else(|| {
        Fault::usage(format!(
            "--period: that makes more than {MOST} targets; ask for a shorter one"
        ))
    })?;
    let catalog = session.store.catalog()?;
    let whose = whose(&catalog, filter.rep.as_deref(), filter.team.as_deref())?;
    running.retain(|one| {
        whose
            .as_ref()
            .is_none_or(|names| names.contains(&one.target.whose))
    });
    let needs = target_needs(&session.process, &running).and(filter.needs(&session)?);
    let book = session.store.book(&session.process, as_of, &needs)?;
    let ask = Ask {
        period,
        only: filter.mask(&session, &book)?,
        scope: filter.words(),
        ..Ask::default()
    };
    let report =
        crate::report::targets(&session.process, &book, &running, &ask).map_err(Fault::usage)?;
    args.report
        .output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}

/// Whose targets `--rep` and `--team` mean: a team's are its own and those of its reps.
fn whose(catalog: &Catalog, rep: Option<&str>, team: Option<&str>) -> Result<Option<Vec<Whose>>> {
    let named = |kind, typed: Option<&str>| match typed {
        Some(typed) => in_catalog(catalog, kind, typed),
        None => Ok(None),
    };
    let (rep, team) = (
        named(CatalogKind::Rep, rep)?,
        named(CatalogKind::Team, team)?,
    );
    Ok(match (rep, team) {
        (None, None) => None,
        (Some(rep), _) => Some(vec![Whose::Rep(rep)]),
        (None, Some(team)) => {
            let reps = catalog.of(CatalogKind::Rep);
            let reps = reps.filter(|rep| rep.team.as_ref() == Some(&team));
            let mut whose: Vec<Whose> = reps.map(|rep| Whose::Rep(rep.name.clone())).collect();
            whose.push(Whose::Team(team));
            Some(whose)
        }
    })
}
