//! `forecast calls`: everything that was said of what will be won.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::NaiveDate;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::said::{period, period_of, whose};
use crate::date::period_name;
use crate::deal::commitment::{Committed, Scope, latest};
use crate::deal::event::CatalogKind;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::store::{Access, Catalog};
use crate::text::visible;

/// List what reps called and managers adjusted, each with what was said before
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast calls\n  salesctl forecast calls --rep jr --period 2026-Q4"
)]
pub(crate) struct Args {
    /// Only of this period: 2026-Q4, 2026-12 [default: every period]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Only of one rep
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    rep: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// Something that was said, and not taken back.
    struct CallRow {
        id: String,
        /// `rep` for the rep's own word, `manager` for what was made of it.
        side: &'static str,
        /// `rep` or `team`.
        scope: &'static str,
        name: String,
        from: NaiveDate,
        to: NaiveDate,
        said: NaiveDate,
        /// When it was written down, which is later when it was dated back.
        recorded: NaiveDate,
        by: String,
        amount_minor: i64,
        /// Against what was said before it.
        change_minor: Option<i64>,
        best_case_minor: Option<i64>,
        /// Ids of the deals that it rests on.
        deals: Vec<String>,
        why: Option<String>,
        /// Whether nothing was said about the same since.
        counts: bool,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let catalog = session.store.catalog()?;
    let rep = match &args.rep {
        Some(typed) => in_catalog(&catalog, CatalogKind::Rep, typed.trim())?,
        None => None,
    };
    let only = args
        .period
        .as_deref()
        .map(|typed| period(&session, Some(typed)))
        .transpose()?;
    let mut said = session.store.commitments()?;
    said.retain(|one| {
        let theirs = rep
            .as_ref()
            .is_none_or(|rep| one.said.scope == Scope::Rep && one.said.name == *rep);
        theirs && only.is_none_or(|only| period_of(&one.said) == only)
    });
    let counts: BTreeSet<Id> = latest(&said).iter().map(|one| one.id).collect();
    let rows: Vec<CallRow> = (0..said.len())
        .rev()
        .map(|at| row(&session, &said, at, &counts))
        .collect();
    let answer = output::answer(&session, "salesctl/forecast-calls/1", rows);
    let late = answer.rows.iter().any(|row| row.recorded != row.said);
    let shown = answer
        .rows
        .iter()
        .zip(said.iter().rev())
        .map(|(row, one)| cells(&session, &catalog, row, one, late))
        .collect();
    let code = session.process.currency.code();
    let mut columns = vec![
        TableColumn::left("period"),
        TableColumn::left("of"),
        TableColumn::right(format!("amount {code}")),
        TableColumn::right(format!("change {code}")),
        TableColumn::left("said"),
    ];
    if late {
        columns.push(TableColumn::left("recorded").beneath());
    }
    columns.extend([
        TableColumn::left("by").beneath(),
        TableColumn::right("at best").beneath(),
        TableColumn::right("deals").beneath(),
        TableColumn::left("why").beneath(),
    ]);
    let document = if answer.n == 0 {
        Document::default()
            .line("nobody said anything yet; salesctl forecast commit --amount AMOUNT says what you will win")
    } else {
        Document::default()
            .heading(counted(answer.n, "call", "calls"))
            .table(Table {
                columns,
                rows: shown,
            })
    };
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn row(session: &Session<'_>, all: &[Committed], at: usize, counts: &BTreeSet<Id>) -> CallRow {
    let one = &all[at];
    let said = &one.said;
    let before = all[..at]
        .iter()
        .rfind(|other| other.said.is_about_the_same(said));
    CallRow {
        id: one.id.handle(),
        side: said.by.name(),
        scope: said.scope.name(),
        name: said.name.clone(),
        from: said.from,
        to: said.to,
        said: one.day,
        recorded: session.process.calendar.date_of(one.recorded),
        by: one.actor.clone(),
        amount_minor: said.amount_minor,
        change_minor: before.map(|before| said.amount_minor - before.said.amount_minor),
        best_case_minor: said.best_case_minor,
        deals: said.deals.iter().map(|deal| deal.handle()).collect(),
        why: said.why.as_ref().map(|why| why.text.clone()),
        counts: counts.contains(&one.id),
    }
}

fn cells(
    session: &Session<'_>,
    catalog: &Catalog,
    row: &CallRow,
    one: &Committed,
    late: bool,
) -> Vec<Cell> {
    let money = |minor: Option<i64>| {
        minor.map_or(Cell::Nothing, |minor| Cell::Money {
            minor,
            currency: session.process.currency,
        })
    };
    let of = whose(catalog, &one.said);
    let period = period_name(period_of(&one.said), session.process.fiscal_month);
    let mut cells = vec![
        Cell::Text(period),
        Cell::Text(if row.side == "manager" {
            format!("{of}, adjusted to")
        } else {
            of
        }),
        money(Some(row.amount_minor)),
        money(row.change_minor),
        Cell::Date(row.said),
    ];
    if late {
        cells.push(match row.recorded {
            same if same == row.said => Cell::Nothing,
            later => Cell::Date(later),
        });
    }
    cells.extend([
        Cell::Text(visible(&row.by)),
        money(row.best_case_minor),
        if row.deals.is_empty() {
            Cell::Nothing
        } else {
            Cell::Count(row.deals.len() as i64)
        },
        Cell::text(row.why.as_deref().map(visible)),
    ]);
    cells
}
