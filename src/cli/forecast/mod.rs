//! Forecasts: what to expect of a period, how such forecasts did, what a target needs.

mod assume;
mod backtest;
mod need;
mod now;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use super::filter::FilterArgs;
use super::report::{self, ReportArgs, coverage};
use super::session::Session;
use crate::date::parse_period;
use crate::deal::book::{Book, Day, Needs};
use crate::document::Period;
use crate::fault::Fault;
use crate::process::{Target, Whose};
use crate::report::{Ask, Dimension};

/// Seed of the draws when none is given: the same answer every time.
const SEED: u64 = 1;

#[derive(Debug, Subcommand)]
enum Command {
    Backtest(backtest::Args),
    Need(need::Args),
}

/// Say what will be won by the end of a period: a range, who brings it, which deals decide it
///
/// Without --period the quarter that runs. The method with the best record on your own past speaks; what was won so far is
/// in every amount. Sums by rep, team or product add up, with what is not open yet in its own line.
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
        Some(Command::Need(args)) => need::run(args, cx),
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

impl Asked {
    /// The first day of the period and its last.
    fn days(&self) -> (Day, Day) {
        (Day::of(self.period.from), Day::of(self.period.to))
    }

    fn load(
        session: &Session<'_>,
        args: &ReportArgs,
        days: Option<u16>,
        by: Vec<Dimension>,
        needs: Needs,
    ) -> Result<Self> {
        let filter = &args.filter;
        let as_of = filter.as_of(session)?;
        let period = match (report::period(session, args.period.as_deref())?, days) {
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
fn whose(session: &Session<'_>, filter: &FilterArgs) -> Result<Whose> {
    if filter.condition.is_some() {
        // No rep has an empty name.
        return Ok(Whose::Rep(String::new()));
    }
    coverage::whose(session, filter)
}

/// The days after a day.
fn ahead(day: chrono::NaiveDate, days: u16) -> Result<Period, Fault> {
    let after = |days: u16| day.checked_add_days(chrono::Days::new(u64::from(days)));
    match (after(1), after(days.max(1))) {
        (Some(from), Some(to)) => Ok(Period { from, to }),
        _ => Err(Fault::usage(format!("--days: {days} days lead nowhere"))),
    }
}
