//! Forecasts: what to expect of a period, how such forecasts did, what a target needs,
//! what people say themselves.

mod accuracy;
mod adjust;
mod assume;
mod backtest;
mod calls;
mod changes;
mod commit;
pub(super) mod edited;
mod evidence;
pub(super) mod expected;
mod need;
mod now;
mod rollup;
mod said;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use super::filter::FilterArgs;
use super::report::{self, ReportArgs, coverage};
use super::session::Session;
use crate::date::{self, parse_period, period_name};
use crate::deal::book::{Book, Needs};
use crate::document::Period;
use crate::fault::Fault;
use crate::forecast::SEED;
use crate::money::Money;
use crate::process::{Target, Whose};
use crate::report::{Ask, Dimension, Glance, Look};

#[derive(Debug, Subcommand)]
enum Command {
    Backtest(backtest::Args),
    Evidence(evidence::Args),
    Need(need::Args),
    Commit(commit::Args),
    Calls(calls::Args),
    Adjust(adjust::Args),
    Rollup(rollup::Args),
    Accuracy(accuracy::Args),
    Changes(changes::Args),
}

/// Say what will be won by the end of a period: a range, who brings it, which deals decide it
///
/// Without --period the quarter that runs. The cohort's word counts (the share won by stage and age) until the ensemble, in
/// which each method counts by its past errors, is clearly better on your own past: the best of several single ones looks
/// better than it is. What was won so far is in every amount. Sums by rep, team or product add up, with what is not open yet in its own line.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  salesctl forecast --by rep\n  salesctl forecast --period 2026-Q4 --assume \"stage=propose:p=0.5\" --explain"
)]
pub(crate) struct ForecastCommand {
    #[command(flatten)]
    now: now::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

pub(crate) fn run(args: &ForecastCommand, cx: &Context) -> Result<Status> {
    match &args.command {
        None => now::run(&args.now, cx),
        Some(Command::Backtest(args)) => backtest::run(args, cx),
        Some(Command::Evidence(args)) => evidence::run(args, cx),
        Some(Command::Need(args)) => need::run(args, cx),
        Some(Command::Commit(args)) => commit::run(args, cx),
        Some(Command::Calls(args)) => calls::run(args, cx),
        Some(Command::Adjust(args)) => adjust::run(args, cx),
        Some(Command::Rollup(args)) => rollup::run(args, cx),
        Some(Command::Accuracy(args)) => accuracy::run(args, cx),
        Some(Command::Changes(args)) => changes::run(args, cx),
    }
}

/// What a forecast is a function of.
struct Asked {
    book: Book,
    ask: Ask,
    period: Period,
    targets: Vec<Target>,
    of: Whose,
}

fn typed_period(
    session: &Session<'_>,
    args: &ReportArgs,
    as_of: chrono::NaiveDate,
) -> Result<Option<Period>, Fault> {
    let typed = args.period.as_deref();
    report::period(session, typed, as_of, report::Periods::ONE_OR_TO_COME)
}

impl Asked {
    fn load(
        session: &Session<'_>,
        args: &ReportArgs,
        days: Option<u16>,
        by: Vec<Dimension>,
        needs: Needs,
    ) -> Result<Self> {
        let filter = &args.filter;
        let as_of = filter.as_of(session)?;
        let period = match (typed_period(session, args, as_of)?, days) {
            (Some(period), _) => period,
            (None, Some(days)) => ahead(as_of, days)?,
            (None, None) => parse_period("this quarter", as_of, session.process.fiscal_month)
                .map_err(Fault::usage)?,
        };
        let needs = by
            .iter()
            .fold(needs, |needs, dimension| needs.and(dimension.needs()))
            .and(filter.needs(session)?);
        let book = session.store.book(&session.process, as_of, &needs)?;
        let ask = Ask {
            period: Some(period),
            only: filter.mask(session, &book)?,
            scope: filter.words(),
            typed: args.typed(),
            by,
            ..Ask::default()
        };
        Ok(Self {
            targets: super::target::all(session, as_of)?,
            of: whose(session, filter)?,
            book,
            ask,
            period,
        })
    }
}

/// Whose target counts: a rep's or a team's when only theirs is asked about, nobody's of a part of that.
pub(super) fn whose(session: &Session<'_>, filter: &FilterArgs) -> Result<Whose> {
    if filter.condition.is_some() {
        // No rep has an empty name.
        return Ok(Whose::Rep(String::new()));
    }
    coverage::whose(session, filter)
}

/// The most deals of which the page of another report works a forecast out; of more it says what the night said.
const LIVE: usize = 20_000;

pub(super) fn is_live(session: &Session<'_>) -> Result<bool> {
    Ok(session.store.size()? <= LIVE)
}

/// What such a page reads beside its own.
pub(super) fn page_needs(session: &Session<'_>) -> Result<Needs> {
    Ok(if is_live(session)? {
        crate::report::forecast_needs(&session.process)
    } else {
        Needs::default()
    })
}

/// A forecast in two lines under another report, of the deals it is about: to the end of its period, or of the quarter
/// that runs.
pub(super) fn glance(
    session: &Session<'_>,
    book: &Book,
    ask: &Ask,
    filter: &FilterArgs,
) -> Result<Glance> {
    let period = match ask.period {
        Some(period) => period,
        None => parse_period("this quarter", book.as_of, session.process.fiscal_month)
            .map_err(Fault::usage)?,
    };
    if period.to <= book.as_of {
        return Ok(Glance::default());
    }
    if !is_live(session)? {
        return Ok(Glance {
            lines: last_said(session, book.as_of, ask)?.into_iter().collect(),
            ..Glance::default()
        });
    }
    let look = Look {
        period,
        targets: &super::target::all(session, book.as_of)?,
        of: &whose(session, filter)?,
        seed: SEED,
    };
    let foreseen = crate::forecast::ahead(&session.process, book, period);
    let found = crate::report::glance(&session.process, book, foreseen, ask, &look);
    Ok(found.map_err(Fault::usage)?)
}

/// What the last night before a day said of the quarter that runs; nothing where only some deals are asked about.
pub(super) fn last_said(
    session: &Session<'_>,
    day: chrono::NaiveDate,
    ask: &Ask,
) -> Result<Option<String>> {
    if ask.only.is_some() || ask.period.is_some() {
        return Ok(None);
    }
    let process = &session.process;
    let quarter = parse_period("this quarter", day, process.fiscal_month).map_err(Fault::usage)?;
    let said = session.store.forecast_of((quarter.from, quarter.to), day)?;
    Ok(said.map(|(night, kept)| {
        let shown = |minor: i64| {
            let with_won = Money {
                minor: kept.won_minor.saturating_add(minor),
                currency: process.currency,
            };
            with_won.whole()
        };
        let range = match (kept.low_minor, kept.high_minor) {
            (Some(low), Some(high)) => {
                format!(", 80 % range {} – {}", shown(low), shown(high))
            }
            _ => String::new(),
        };
        format!(
            "forecast for {} as the night of {} said: {} expected{range}; salesctl forecast says it anew",
            period_name(quarter, process.fiscal_month),
            date::day(night),
            shown(kept.total_minor)
        )
    }))
}

/// The days after a day.
fn ahead(day: chrono::NaiveDate, days: u16) -> Result<Period, Fault> {
    let after = |days: u16| day.checked_add_days(chrono::Days::new(u64::from(days)));
    match (after(1), after(days.max(1))) {
        (Some(from), Some(to)) => Ok(Period { from, to }),
        _ => Err(Fault::usage(format!("--days: {days} days lead nowhere"))),
    }
}
