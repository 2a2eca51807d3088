//! `catalog list`: who and what there is.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::Kind;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::store::Access;

/// List reps, teams, products and sources
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl catalog list\n  salesctl catalog list rep --json")]
pub(crate) struct Args {
    /// Only these
    kind: Option<Kind>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// A rep, team, product or source.
    struct EntryRow {
        kind: &'static str,
        name: String,
        title: String,
        team: Option<String>,
        manager: Option<String>,
        login: Option<String>,
        price_minor: Option<i64>,
        capacity: Option<u32>,
        active: bool,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let only = args.kind.map(Kind::meant);
    let rows: Vec<EntryRow> = session
        .store
        .catalog()?
        .entries
        .into_iter()
        .map(|(_, entry)| entry)
        .filter(|entry| only.is_none_or(|kind| entry.kind == kind))
        .map(|entry| EntryRow {
            kind: entry.kind.name(),
            name: entry.name,
            title: entry.title,
            team: entry.team,
            manager: entry.manager,
            login: entry.login,
            price_minor: entry.price_minor,
            capacity: entry.capacity,
            active: entry.active,
        })
        .collect();
    let answer = output::answer(&session, "salesctl/catalog/1", rows);
    let table = Table {
        columns: vec![
            TableColumn::left("kind"),
            TableColumn::left("name"),
            TableColumn::left("title"),
            TableColumn::left("team").rank(1),
            TableColumn::left("login").rank(3),
            TableColumn::right("price").rank(2),
        ],
        rows: answer
            .rows
            .iter()
            .map(|row| {
                let text = |text: &Option<String>| text.clone().map_or(Cell::Nothing, Cell::Text);
                let inactive = if row.active { "" } else { " (inactive)" };
                vec![
                    Cell::Text(row.kind.to_string()),
                    Cell::Text(row.name.clone()),
                    Cell::Text(format!("{}{inactive}", row.title)),
                    text(&row.team),
                    text(&row.login),
                    row.price_minor.map_or(Cell::Nothing, |minor| Cell::Money {
                        minor,
                        currency: answer.currency,
                    }),
                ]
            })
            .collect(),
    };
    let document = Document::default()
        .heading(counted(answer.n, "entry", "entries"))
        .table(table);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
