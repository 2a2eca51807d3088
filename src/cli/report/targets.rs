//! `report targets`: how far they are reached.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::super::forecast::{is_live, page_needs};
use super::super::session::Session;
use super::{Periods, ReportArgs, period};
use crate::deal::book::{Book, Named};
use crate::deal::event::CatalogKind;
use crate::document::{Block, Period};
use crate::fault::Fault;
use crate::forecast::SEED;
use crate::process::{InForce, Target, Whose, in_force};
use crate::report::{
    Ask, Foreseen, Look, Report, TargetRow, chance_in_words, glance, target_needs, target_of,
};
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
    let needs = target_needs(&session.process, &running)
        .and(page_needs(&session)?)
        .and(filter.needs(&session)?);
    let book = session.store.book(&session.process, as_of, &needs)?;
    let ask = Ask {
        period,
        only: filter.mask(&session, &book)?,
        scope: filter.words(),
        ..Ask::default()
    };
    let mut report =
        crate::report::targets(&session.process, &book, &running, &ask).map_err(Fault::usage)?;
    if is_live(&session)? {
        add_chances(&session, &book, (&targets, &running), &ask, &mut report)?;
    }
    args.report
        .output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}

/// The chance to reach each target of what is won, while its period runs: one outlook a period. The company's is told
/// in full, with its range and record.
fn add_chances(
    session: &Session<'_>,
    book: &Book,
    (targets, running): (&[Target], &[InForce<'_>]),
    ask: &Ask,
    report: &mut Report<TargetRow>,
) -> Result<()> {
    let process = &session.process;
    let mut foreseen: Vec<(Period, Foreseen)> = Vec::new();
    let mut others = Vec::new();
    for one in running {
        let (period, of) = (one.period, &one.target.whose);
        let runs = period.from <= book.as_of && book.as_of < period.to;
        if !runs || target_of(process, book, targets, of, period).is_none() {
            continue;
        }
        let Some(only) = owned(book, ask, of) else {
            continue;
        };
        if !foreseen.iter().any(|(known, _)| *known == period) {
            foreseen.push((period, crate::forecast::ahead(process, book, period)));
        }
        let known = foreseen.iter().find(|(known, _)| *known == period);
        let Some((_, known)) = known else {
            continue;
        };
        let look = Look {
            period,
            targets,
            of,
            seed: SEED,
        };
        let glance = glance(process, book, known.clone(), &only, &look).map_err(Fault::usage)?;
        let row = report.answer.rows.iter_mut().find(|row| {
            let named = row.name.as_deref() == (*of != Whose::Company).then(|| of.name());
            (row.metric == one.target.metric && row.scope == of.kind() && named)
                && (row.from, row.to) == (period.from, period.to)
        });
        if let Some(row) = row {
            row.chance_share = glance.target_share;
        }
        match of {
            Whose::Company => {
                for line in glance.lines {
                    report.document.blocks.push(Block::Line(line));
                }
            }
            one => others.extend(
                glance
                    .target_share
                    .map(|share| format!("{} {}", one.name(), chance_in_words(share))),
            ),
        }
    }
    if !others.is_empty() {
        let line = format!("chance to reach their targets: {}", others.join(", "));
        report.document.blocks.push(Block::Line(line));
    }
    Ok(())
}

/// What is asked, of the deals that work towards somebody's target; nothing of a product's, whose deals are not told
/// apart by owner.
fn owned(book: &Book, ask: &Ask, of: &Whose) -> Option<Ask> {
    let deals = &book.deals;
    let column = |place: Option<usize>, column: &[Option<u32>]| {
        let own = column
            .iter()
            .map(|at| at.map(|at| at as usize) == place && place.is_some());
        own.collect()
    };
    let place = |names: &[Named]| names.iter().position(|known| known.name == of.name());
    let only: Option<Vec<bool>> = match of {
        Whose::Company => None,
        Whose::Rep(_) => Some(column(place(&book.owners), &deals.owner)),
        Whose::Team(_) => Some(column(place(&book.teams), &deals.team)),
        Whose::Product(_) => return None,
    };
    Some(Ask {
        only,
        period: None,
        ..ask.clone()
    })
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
