//! `history`: the log of commands.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::context::{Context, Status};
use super::output::{self, OutputArgs};
use super::show::counted;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::store::Access;

/// Show what was done, by whom and when, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl history\n  salesctl history --limit 100 --json")]
pub(crate) struct Args {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One line of the answer.
    struct CommandRow {
        recorded: DateTime<Utc>,
        by: String,
        kind: String,
        typed: String,
        events: i64,
        undone: bool,
        operation: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session_without_note(Access::Read)?;
    let rows: Vec<CommandRow> = session
        .store
        .operations(args.limit)?
        .into_iter()
        .map(|operation| CommandRow {
            recorded: operation.recorded,
            by: operation.actor,
            kind: operation.kind,
            typed: operation.typed,
            events: operation.events,
            undone: operation.undone,
            operation: operation.id.handle(),
        })
        .collect();
    let answer = output::answer(&session, "salesctl/history/1", rows);
    let zone = &session.process.calendar.timezone;
    let table = Table {
        columns: vec![
            TableColumn::left("when"),
            TableColumn::left("by"),
            TableColumn::right("events"),
            TableColumn::left("command"),
        ],
        rows: answer
            .rows
            .iter()
            .map(|row| {
                let typed = if row.undone {
                    format!("(undone) {}", row.typed)
                } else {
                    row.typed.clone()
                };
                vec![
                    Cell::Text(
                        zone.local(row.recorded)
                            .format("%Y-%m-%d %H:%M")
                            .to_string(),
                    ),
                    Cell::Text(row.by.clone()),
                    Cell::Count(row.events),
                    Cell::Text(typed),
                ]
            })
            .collect(),
    };
    let document = Document::default()
        .heading(format!(
            "The last {}, newest first",
            counted(answer.n, "command", "commands")
        ))
        .table(table);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
