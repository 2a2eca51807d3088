//! `selection list`: every selection that was saved.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::store::Access;

/// List saved selections: how many each stands for, since when, and what it asks for
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl selection list\n  salesctl selection list --json")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// A saved selection.
    struct SelectionLine {
        id: String,
        name: String,
        names: u64,
        saved: NaiveDate,
        by: String,
        /// The options of `prospect select`.
        query: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let selections = session.store.selections()?;
    let rows: Vec<SelectionLine> = selections
        .iter()
        .map(|one| SelectionLine {
            id: one.id.handle(),
            name: one.name.clone(),
            names: one.names,
            saved: one.day,
            by: one.by.clone(),
            query: super::options(&one.query),
        })
        .collect();
    let mut document = Document::default().heading(counted(rows.len(), "selection", "selections"));
    if rows.is_empty() {
        document = document.line("salesctl prospect select … --save NAME makes one");
    } else {
        document = document.table(table(&rows));
    }
    let answer = output::answer(&session, "salesctl/selections/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn table(rows: &[SelectionLine]) -> Table {
    Table {
        columns: vec![
            TableColumn::left("name"),
            TableColumn::right("names"),
            TableColumn::left("saved"),
            TableColumn::left("by").rank(1),
            TableColumn::left("asks for"),
        ],
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    Cell::Text(row.name.clone()),
                    Cell::Count(row.names as i64),
                    Cell::Date(row.saved),
                    Cell::Text(row.by.clone()),
                    Cell::Text(row.query.clone()),
                ]
            })
            .collect(),
    }
}
