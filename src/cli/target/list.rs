//! `target list`: what is to be reached, by whom, and what is proposed.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::{all, bound_in_words, period_of, target_of};
use crate::date::period_name;
use crate::deal::event::CatalogKind;
use crate::deal::target::Proposal;
use crate::document::{Cell, Document, Period, Table, TableColumn, row};
use crate::process::{Bound, Given, Target, TargetPeriod, Whose, in_force};
use crate::store::{Access, Catalog};
use crate::text::visible;

/// List the targets of the process and those that reps and managers agreed on or proposed
///
/// `report targets` says how far they are reached.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl target list\n  salesctl target list --rep jr --all    what is over or withdrawn too"
)]
pub(crate) struct Args {
    /// What is over or withdrawn, too
    #[arg(long)]
    all: bool,
    /// Only targets of one rep
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    rep: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// A target.
    struct TargetRow {
        /// Of what was proposed.
        id: Option<String>,
        metric: String,
        /// `company`, `team`, `rep` or `product`.
        scope: &'static str,
        name: Option<String>,
        /// `month`, `quarter` or `year` for every one of them.
        every: Option<&'static str>,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        /// In the unit of the metric, money in major units as in the process file.
        at_least: Option<f64>,
        at_most: Option<f64>,
        warn_share: f64,
        status: &'static str,
        waits_for: Option<&'static str>,
        why: Option<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let catalog = session.store.catalog()?;
    let rep = match &args.rep {
        Some(typed) => super::super::assignment::in_catalog(&catalog, CatalogKind::Rep, typed)?,
        None => None,
    };
    let mut lines = Vec::new();
    for target in &session.process.targets {
        let status = match target.period {
            TargetPeriod::Once(period) if period.to < session.today => "over",
            TargetPeriod::Once(period) if period.from > session.today => "to come",
            _ if superseded(&session, target)? => "superseded",
            _ => "in force",
        };
        lines.push((target.clone(), status, None));
    }
    for proposal in session.store.proposals()? {
        let over = proposal.to < session.today;
        let status = match proposal.status() {
            "withdrawn" => "withdrawn",
            _ if over => "over",
            status => status,
        };
        lines.push((target_of(&proposal), status, Some(proposal)));
    }
    lines.retain(|(target, status, _)| {
        let theirs = rep
            .as_ref()
            .is_none_or(|rep| target.whose == Whose::Rep(rep.clone()));
        theirs && (args.all || !["over", "withdrawn"].contains(status))
    });
    let mut shown = Vec::new();
    let mut rows = Vec::new();
    for (target, status, proposal) in &lines {
        shown.push(cells(
            &session,
            &catalog,
            target,
            status,
            proposal.as_ref(),
        )?);
        rows.push(row(target, status, proposal.as_ref()));
    }
    let answer = output::answer(&session, "salesctl/target-list/1", rows);
    let document = if answer.n == 0 {
        Document::default()
            .line("no targets; add `[[target]]` to process.toml, or salesctl target propose METRIC --at-least N --period PERIOD")
    } else {
        Document::default()
            .heading(counted(answer.n, "target", "targets"))
            .table(Table {
                columns: vec![
                    TableColumn::left("id"),
                    TableColumn::left("metric"),
                    TableColumn::left("of"),
                    TableColumn::left("period"),
                    TableColumn::left("target"),
                    TableColumn::left("status"),
                    TableColumn::left("why").rank(1),
                ],
                rows: shown,
            })
    };
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Whether something that was agreed on takes a target's place today.
fn superseded(session: &Session<'_>, target: &Target) -> Result<bool> {
    let targets = all(session, session.today)?;
    let running = in_force(
        &targets,
        None,
        session.today,
        session.process.fiscal_month,
        usize::MAX,
    );
    Ok(running.is_some_and(|running| !running.iter().any(|one| one.target == target)))
}

fn row(target: &Target, status: &'static str, proposal: Option<&Proposal>) -> TargetRow {
    let (every, period) = match target.period {
        TargetPeriod::Every(unit) => (Some(unit.name()), None),
        TargetPeriod::Once(period) => (None, Some(period)),
    };
    TargetRow {
        id: match &target.given {
            Given::Agreed(id) => Some(id.clone()),
            Given::File(_) => None,
        },
        metric: target.metric.clone(),
        scope: target.whose.kind(),
        name: match &target.whose {
            Whose::Company => None,
            whose => Some(whose.name().to_string()),
        },
        every,
        from: period.map(|period| period.from),
        to: period.map(|period| period.to),
        at_least: match target.bound {
            Bound::AtLeast(number) => Some(number),
            Bound::AtMost(_) => None,
        },
        at_most: match target.bound {
            Bound::AtMost(number) => Some(number),
            Bound::AtLeast(_) => None,
        },
        warn_share: target.warn,
        status,
        waits_for: proposal
            .and_then(Proposal::waits_for)
            .map(crate::deal::target::Side::name),
        why: target.why.clone(),
    }
}

fn cells(
    session: &Session<'_>,
    catalog: &Catalog,
    target: &Target,
    status: &str,
    proposal: Option<&Proposal>,
) -> Result<Vec<Cell>> {
    let short = match proposal {
        Some(proposal) => Some(session.store.short(proposal.id)?),
        None => None,
    };
    let named = |period: Period| period_name(period, session.process.fiscal_month);
    let period = match (&target.period, proposal) {
        (_, Some(proposal)) => named(period_of(proposal)),
        (TargetPeriod::Once(period), None) => named(*period),
        (TargetPeriod::Every(unit), None) => format!("every {unit}"),
    };
    Ok(vec![
        Cell::text(short),
        Cell::Text(target.metric.clone()),
        Cell::Text(title(catalog, &target.whose)),
        Cell::Text(period),
        Cell::Text(bound_in_words(session, &target.metric, target.bound)),
        Cell::Text(status.to_string()),
        Cell::text(target.why.as_deref().map(visible)),
    ])
}

/// What people call whose target it is.
fn title(catalog: &Catalog, whose: &Whose) -> String {
    let kind = match whose {
        Whose::Company => return "company".to_string(),
        Whose::Team(_) => CatalogKind::Team,
        Whose::Rep(_) => CatalogKind::Rep,
        Whose::Product(_) => CatalogKind::Product,
    };
    catalog.title(kind, whose.name()).to_string()
}
