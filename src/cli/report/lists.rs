//! `report lists`: what each list brought in, became, cost and paid back.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::super::session::Session;
use super::{Periods, Reckoning};
use crate::deal::book::Columns;
use crate::list::Credit;
use crate::report::AskLists;

/// Show what came in on each list, what became of its names, what it cost and paid back
///
/// Names are counted in rows, as they were found on the day they came in: net is what was read, without
/// rejected rows, people whom we, a house list or another list had before, rows twice on the list,
/// suppressed ones and decoys. A lead is a person on a list who responded or became a deal; their deals are
/// those that started from their row. Whoever is on several lists is credited to the one that brought them
/// first, or with --credit split in equal parts to all they were on by then, so that the columns add up to
/// what there is; decoys are never counted. Cost is the list's invoice, as `list invoice` computes it, and
/// what `source cost add` noted beside; return is (margin − cost) ÷ cost.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report lists\n  salesctl report lists --credit split --period 2026 --format csv"
)]
pub(crate) struct Args {
    /// How people on several lists are credited: first or split
    #[arg(long, value_name = "RULE", default_value = "first", value_parser = credit)]
    credit: Credit,
    #[command(flatten)]
    which: WhichLists,
    /// What would have been printed on this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which lists a report is about.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct WhichLists {
    /// Only lists whose first names came in then, with all that became of them since: 2026-Q3, "last 12
    /// months" [default: all]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Only this list; may be given again
    #[arg(long, value_name = "LIST", add = super::super::completion::lists())]
    list: Vec<String>,
}

impl WhichLists {
    pub(super) fn ask(
        &self,
        session: &Session<'_>,
        as_of: NaiveDate,
        credit: Credit,
    ) -> Result<AskLists> {
        let lists: Vec<String> = self
            .list
            .iter()
            .map(|code| Ok(session.store.list_named(code)?.code().to_string()))
            .collect::<Result<_>>()?;
        Ok(AskLists {
            period: super::period(session, self.period.as_deref(), as_of, Periods::default())?,
            lists: (!lists.is_empty()).then_some(lists),
            credit,
        })
    }
}

fn credit(typed: &str) -> Result<Credit, String> {
    typed.parse()
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let Reckoning {
        session,
        book,
        payback,
    } = Reckoning::read(cx, args.as_of.as_deref(), Columns::NONE)?;
    let ask = args.which.ask(&session, book.as_of, args.credit)?;
    let report = crate::report::lists(&session.process, &book, &payback, &ask);
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}
