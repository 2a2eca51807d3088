//! `source cost list`: what was paid for sources and lists.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::All;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::store::Access;

/// List what sources and lists cost beside their terms, the oldest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl source cost list\n  salesctl source cost list fair-2026 --json"
)]
pub(crate) struct Args {
    /// Only of this source or list
    #[arg(value_name = "SOURCE", add = super::super::completion::sources_and_lists())]
    source: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// Something that was paid.
    struct CostRow {
        id: String,
        kind: Option<&'static str>,
        name: Option<String>,
        day: NaiveDate,
        amount_minor: i64,
        currency: &'static str,
        note: Option<String>,
    }
}

/// Enough of a handle to name a cost by.
pub(super) fn short(id: Id) -> String {
    let mut handle = id.handle();
    handle.truncate(6);
    handle
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let all = All::read(&session)?;
    let only = args
        .source
        .as_deref()
        .map(|typed| all.find(typed))
        .transpose()?;
    let costs: Vec<_> = session
        .store
        .costs()?
        .into_iter()
        .filter(|cost| only.as_ref().is_none_or(|only| only.id == cost.subject))
        .collect();
    let rows = costs.iter().map(|cost| {
        let of = all.of(cost.subject);
        CostRow {
            id: cost.id.handle(),
            kind: of.as_ref().map(|of| of.what),
            name: of.map(|of| of.name),
            day: cost.day,
            amount_minor: cost.amount.minor,
            currency: cost.amount.currency.code(),
            note: (!cost.text.is_empty()).then(|| cost.text.clone()),
        }
    });
    let answer = output::answer(&session, "salesctl/source-costs/1", rows.collect());
    let cells = answer.rows.iter().zip(&costs).map(|(row, cost)| {
        vec![
            Cell::Text(short(cost.id)),
            Cell::text(row.kind),
            Cell::text(row.name.clone()),
            Cell::Date(row.day),
            Cell::Money {
                minor: cost.amount.minor,
                currency: cost.amount.currency,
            },
            Cell::text(row.note.clone()),
        ]
    });
    let table = Table {
        columns: vec![
            TableColumn::left("id"),
            TableColumn::left("").rank(2),
            TableColumn::left("of"),
            TableColumn::left("on"),
            TableColumn::right("amount"),
            TableColumn::left("for").rank(1),
        ],
        rows: cells.collect(),
    };
    let document = Document::default()
        .heading(counted(answer.n, "cost", "costs"))
        .table(table);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
