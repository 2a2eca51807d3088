//! `config`: what is in force here, and where each value came from.

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, PROCESS_FILE, STORE_FILE, Settled, Status};
use super::output::OutputArgs;
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(Args),
}

/// List what is in force here, and where each value came from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl config list\n  salesctl config list --as jr --json")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One setting.
    struct SettingRow {
        name: &'static str,
        value: Option<String>,
        /// `flag`, `environment`, `workspace`, `user config`, `login`, `clock` or `built in`.
        from: &'static str,
    }
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    let Command::List(args) = command;
    let settings = cx.settings_of_file().unwrap_or_default();
    let shown = |settled: Option<Settled<std::path::PathBuf>>, file: &str| match settled {
        Some(settled) => (Some(cx.shown(&settled.value)), settled.from),
        None => (Some(format!("{file} (no workspace here)")), "built in"),
    };
    let (store, store_from) = shown(cx.settled_store(), STORE_FILE);
    let (process, process_from) = shown(cx.settled_process(), PROCESS_FILE);
    let actor = cx.settled_actor(settings.user.as_deref());
    let calendar = cx.calendar_of_file();
    let today = cx.settled_today(&calendar)?;
    let rows = vec![
        SettingRow {
            name: "process",
            value: process,
            from: process_from,
        },
        SettingRow {
            name: "store",
            value: store,
            from: store_from,
        },
        SettingRow {
            name: "as",
            value: Some(actor.value),
            from: actor.from,
        },
        SettingRow {
            name: "today",
            value: Some(today.value.to_string()),
            from: today.from,
        },
    ];
    let answer = Answer {
        schema: "salesctl/config/1",
        as_of: today.value,
        process_version: None,
        currency: "EUR".parse().map_err(anyhow::Error::msg)?,
        period: None,
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes: Vec::new(),
    };
    let table = Table {
        columns: vec![
            TableColumn::left("setting"),
            TableColumn::left("value"),
            TableColumn::left("from"),
        ],
        rows: answer
            .rows
            .iter()
            .map(|row| {
                vec![
                    Cell::Text(row.name.to_string()),
                    row.value.clone().map_or(Cell::Nothing, Cell::Text),
                    Cell::Text(row.from.to_string()),
                ]
            })
            .collect(),
    };
    let document = Document::default()
        .heading("What is in force here")
        .table(table);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
