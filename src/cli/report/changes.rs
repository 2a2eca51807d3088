//! `report changes`: what moved since a day.

use anyhow::Result;
use chrono::{Days, NaiveDate};

use super::super::context::{Context, Status};
use super::super::session::Session;
use super::{Periods, ReportArgs, period};
use crate::date::{Direction, parse_day};
use crate::deal::book::{Book, Columns, Day, Needs};
use crate::document::Period;
use crate::fault::Fault;
use crate::report::Ask;
use crate::report::moves::{MOVES, Moves, moves, owners_on};
use crate::store::Access;

/// Days that are looked back on when nobody says since when.
const BACK: u64 = 7;

/// Show what moved since a day: new, won, lost, grown, shrunk, slipped; opening + changes = closing
///
/// The opening is the end of the day before. Values are converted at the rate of each day, what is won
/// or lost at that of its closing; what only the rates did is a line of its own. --rep and --team also
/// count what was handed over. --where is judged as of the last day.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report changes --since mon\n  salesctl report changes --period 2026-Q3 --team north"
)]
pub(crate) struct Args {
    #[command(flatten)]
    since: SinceArgs,
    #[command(flatten)]
    report: ReportArgs,
}

/// Since when; with a period, it is the period's first day, and its last one the day that is looked at.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct SinceArgs {
    /// The first day that is looked at [default: 7 days ago]
    #[arg(long, value_name = "DATE", conflicts_with = "period")]
    since: Option<String>,
}

/// The Book with what moved in it.
pub(super) struct Moving {
    pub(super) book: Book,
    pub(super) ask: Ask,
    pub(super) moves: Moves,
}

impl SinceArgs {
    /// The first and the last day that are looked at.
    fn days(&self, session: &Session<'_>, args: &ReportArgs) -> Result<(NaiveDate, NaiveDate)> {
        if let Some(period) = period(session, args.period.as_deref(), session.today, Periods::ONE)?
        {
            if args.filter.as_of.is_some() {
                return Err(
                    Fault::usage("`--period` and `--as-of` both say the last day")
                        .hint("`--since DATE --as-of DATE` says both days")
                        .into(),
                );
            }
            return Ok((period.from, period.to.min(session.today)));
        }
        let last = args.filter.as_of(session)?;
        let first = match &self.since {
            Some(typed) => parse_day(typed, session.today, Direction::Back)
                .map_err(|problem| Fault::usage(format!("--since: {problem}")))?,
            None => last.checked_sub_days(Days::new(BACK)).unwrap_or(last),
        };
        if first > last {
            return Err(Fault::usage(format!(
                "--since: {} is after {}, the last day that is looked at",
                crate::date::day(first),
                crate::date::day(last)
            ))
            .into());
        }
        Ok((first, last))
    }

    /// Loads what both days need, and more.
    pub(super) fn load(
        &self,
        session: &Session<'_>,
        args: &ReportArgs,
        more: Needs,
    ) -> Result<Moving> {
        let (first, last) = self.days(session, args)?;
        let names = Needs::of(Columns::ACCOUNT.and(Columns::ACCOUNT_NAMES));
        let needs = MOVES.and(names).and(more).and(args.filter.needs(session)?);
        let book = session.store.book(&session.process, last, &needs)?;
        let opening = Day::new(Day::of(first).number() - 1);
        let owners = owners_on(&book, opening);
        let before = args.filter.mask_of_owners(session, &book, &owners)?;
        let ask = Ask {
            period: Some(Period {
                from: first,
                to: last,
            }),
            only: args.filter.mask(session, &book)?,
            scope: args.filter.words(),
            ..Ask::default()
        };
        let moves = moves(&session.process, &book, &ask, opening, before.as_deref());
        Ok(Moving { book, ask, moves })
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let Moving { book, ask, moves } = args.since.load(&session, &args.report, Needs::default())?;
    let short = |id: crate::id::Id| session.store.short(id).unwrap_or_else(|_| id.handle());
    let report = crate::report::changes(&session.process, &book, &ask, &moves, &short);
    args.report
        .output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}
