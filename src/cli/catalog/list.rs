//! `catalog list`: who and what there is.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::Kind;
use crate::deal::event::CatalogKind;
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};
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
        margin_share: Option<f64>,
        /// Of a rep, those on hold among them.
        open_deals: Option<u32>,
        active: bool,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let only = args.kind.map(Kind::meant);
    let open = session.store.open_deals_by_owner()?;
    let rows: Vec<EntryRow> = session
        .store
        .catalog()?
        .entries
        .into_iter()
        .map(|(_, entry)| entry)
        .filter(|entry| only.is_none_or(|kind| entry.kind == kind))
        .map(|entry| EntryRow {
            open_deals: (entry.kind == CatalogKind::Rep)
                .then(|| open.get(&entry.name).copied().unwrap_or(0)),
            kind: entry.kind.name(),
            name: entry.name,
            title: entry.title,
            team: entry.team,
            manager: entry.manager,
            login: entry.login,
            price_minor: entry.price_minor,
            capacity: entry.capacity,
            margin_share: entry.margin,
            active: entry.active,
        })
        .collect();
    let answer = output::answer(&session, "salesctl/catalog/1", rows);
    let document = Document::default()
        .heading(counted(answer.n, "entry", "entries"))
        .table(table(&answer, only));
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Of one kind, the columns that it can have something in; of all, those where anything has.
fn table(answer: &Answer<EntryRow>, only: Option<CatalogKind>) -> Table {
    let mut columns = Vec::new();
    let mut cells: Vec<Vec<Cell>> = vec![Vec::new(); answer.rows.len()];
    let mut add = |column: TableColumn, kinds: &[CatalogKind], cell: &dyn Fn(&EntryRow) -> Cell| {
        let told: Vec<Cell> = answer.rows.iter().map(cell).collect();
        let is_shown = match only {
            Some(only) => kinds.contains(&only),
            None => told.iter().any(|cell| *cell != Cell::Nothing),
        };
        if is_shown {
            columns.push(column);
            for (row, cell) in cells.iter_mut().zip(told) {
                row.push(cell);
            }
        }
    };
    let (rep, product) = (CatalogKind::Rep, CatalogKind::Product);
    let all = &[rep, product, CatalogKind::Team, CatalogKind::Source];
    let count = |n: Option<u32>| n.map_or(Cell::Nothing, |n| Cell::Count(i64::from(n)));
    add(TableColumn::left("kind"), all, &|row| {
        Cell::text(Some(row.kind))
    });
    add(TableColumn::left("name"), all, &|row| {
        Cell::text(Some(&row.name))
    });
    add(TableColumn::left("title"), all, &|row| {
        let inactive = if row.active { "" } else { " (inactive)" };
        Cell::Text(format!("{}{inactive}", row.title))
    });
    add(TableColumn::left("team").rank(3), &[rep], &|row| {
        Cell::text(row.team.as_deref())
    });
    add(TableColumn::right("open deals").rank(4), &[rep], &|row| {
        count(row.open_deals)
    });
    add(TableColumn::right("capacity").rank(2), &[rep], &|row| {
        count(row.capacity)
    });
    add(TableColumn::left("login").rank(6), &[rep], &|row| {
        Cell::text(row.login.as_deref())
    });
    add(
        TableColumn::right("price").rank(5),
        &[rep, product],
        &|row| {
            let money = |minor| Cell::Money {
                minor,
                currency: answer.currency,
            };
            row.price_minor.map_or(Cell::Nothing, money)
        },
    );
    add(TableColumn::right("margin").rank(1), &[product], &|row| {
        row.margin_share.map_or(Cell::Nothing, Cell::Share)
    });
    Table {
        columns,
        rows: cells,
    }
}
