//! `list list`: which lists there are.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::figures;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::list::{State, Uses};
use crate::store::Access;

/// List the lists: their terms in short, their names, what is left of them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl list list\n  salesctl list list --all --json")]
pub(crate) struct Args {
    /// Retired and returned ones too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let mut lists = session.store.lists()?;
    let all = lists.len();
    lists.retain(|list| args.all || list.state == State::Active);
    let ended = all - lists.len();
    let (mut rows, mut shown) = (Vec::new(), Vec::new());
    for list in &lists {
        let figures = figures::of(&session, list)?;
        let left = match (list.state, figures::days_left(&session, list)) {
            (State::Active, Some(days)) if days < 0 => "expired".to_string(),
            (State::Active, Some(days)) => format!("{days} d"),
            (State::Active, None) => String::new(),
            (state, _) => state.name().to_string(),
        };
        let uses = match list.terms.uses {
            Uses::Unlimited => figures.uses.len().to_string(),
            Uses::Times(n) => format!("{} of {n}", figures.uses.len()),
        };
        let from = list.terms.broker.clone().or(list.terms.owner.clone());
        shown.push(vec![
            Cell::Text(list.terms.code.clone()),
            Cell::text(from),
            Cell::text(list.terms.until.map(crate::date::day)),
            Cell::Text(left),
            Cell::Text(uses),
            Cell::Count(figures.people.all as i64),
            Cell::Count(figures.people.responded as i64),
        ]);
        rows.push(figures::row(&session, list, &figures));
    }
    let answer = output::answer(&session, "salesctl/lists/1", rows);
    let mut document = Document::default()
        .heading(counted(answer.n, "list", "lists"))
        .table(Table {
            columns: vec![
                TableColumn::left("list"),
                TableColumn::left("from").rank(2),
                TableColumn::left("until"),
                TableColumn::left("left").rank(1),
                TableColumn::left("uses"),
                TableColumn::right("names"),
                TableColumn::right("responded").rank(3),
            ],
            rows: shown,
        });
    if answer.n == 0 {
        document = Document::default().line(match ended {
            0 => "no lists; salesctl list add CODE adds one".to_string(),
            n => format!(
                "no list in use, {} retired or returned: salesctl list list --all",
                counted(n, "list", "lists")
            ),
        });
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
