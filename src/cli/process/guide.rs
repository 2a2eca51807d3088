//! `process guide`: the playbook for a new rep.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::output::OutputArgs;
use super::super::report::{Periods, period};
use super::super::session::Session;
use super::shown::{Shown, stage};
use crate::date;
use crate::fault::Fault;
use crate::process::{self, History, Practice};
use crate::report::{Ask, DURATIONS, FUNNEL, durations, funnel};
use crate::statistics::ENOUGH;

/// Print the guide for a new rep: what a stage is for, what to ask and do, and what good looks like
///
/// What good looks like is told of our own deals, as `report durations` and `report funnel` count them. With
/// --process FILE it shows a draft, of which there is no history.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process guide qualify\n  salesctl process guide --format html --output guide.html\n  salesctl process guide --type large --period \"last 12 months\""
)]
pub(crate) struct Args {
    /// One stage [default: all of them]
    #[arg(add = super::super::completion::stages())]
    stage: Option<String>,
    /// Only what applies to this customer type, and the history of its deals
    #[arg(long = "type", value_name = "TYPE", add = super::super::completion::customer_types())]
    kind: Option<String>,
    /// The period of what good looks like: 2026, 2026-Q3, "last 12 months" [default: all time]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let shown = Shown::of(cx)?;
    let view = shown.view(args.kind.as_deref())?;
    let asked = match &args.stage {
        Some(typed) => Some(stage(view.process, typed)?),
        None => None,
    };
    if let Some(stage) = asked.filter(|stage| !view.shows(&stage.only)) {
        return Err(Fault::usage(format!(
            "`{}` is only for {}",
            stage.name,
            stage.only.0.join(", ")
        ))
        .hint(format!("salesctl process guide {}", stage.name))
        .into());
    }
    let history = match &shown {
        Shown::InForce(session) => Some(history(session, args)?),
        Shown::Draft { .. } => None,
    };
    let (rows, document) = process::guide(&view, &shown.title(), asked, history.as_ref());
    let answer = shown.answer("salesctl/process-guide/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// What the reports say of each stage.
fn history(session: &Session<'_>, args: &Args) -> Result<History> {
    let process = &session.process;
    let filter = FilterArgs::of_type(args.kind.as_deref());
    let period = period(
        session,
        args.period.as_deref(),
        session.today,
        Periods::default(),
    )?;
    let needs = DURATIONS.and(FUNNEL).and(filter.needs(session)?);
    let book = session.store.book(process, session.today, &needs)?;
    let ask = Ask {
        period,
        only: filter.mask(session, &book)?,
        ..Ask::default()
    };
    let stays = durations(process, &book, &ask).answer.rows;
    let steps = funnel(process, &book, &ask).map_err(Fault::usage)?;
    let steps = steps.answer.rows;
    let practice = process.stages.iter().map(|stage| {
        let stay = stays.iter().find(|row| row.stage == stage.name);
        let step = steps.iter().find(|row| row.stage == stage.name);
        let resolved = step.map_or(0, |row| row.advanced.unwrap_or(0) + row.lost.unwrap_or(0));
        let advanced = step
            .filter(|_| resolved >= ENOUGH)
            .and_then(|row| Some((row.resolved_share?, row.resolved_low?, row.resolved_high?)));
        Practice {
            stage: stage.name.clone(),
            visits: stay.map_or(0, |row| row.n),
            median_days: stay.and_then(|row| row.median_days),
            resolved,
            advanced,
        }
    });
    let when = period.map_or_else(
        || "of all time".to_string(),
        |period| format!("of {}", date::range(period)),
    );
    let whose = args
        .kind
        .as_ref()
        .map_or_else(String::new, |kind| format!(" of type {kind}"));
    Ok(History {
        of: format!(
            "our own deals{whose} {when}, as of {}; salesctl report durations and report funnel have more",
            date::day(session.today)
        ),
        stages: practice.collect(),
    })
}
