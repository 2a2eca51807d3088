//! `report --list`: what each report tells, read off the commands themselves so that none can be forgotten.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};

row! {
    pub(crate) struct ReportLine {
        pub(crate) report: String,
        /// What it tells.
        pub(crate) about: String,
        /// The first example of its help.
        pub(crate) example: Option<String>,
    }
}

pub(super) fn run(output: &OutputArgs, cx: &Context) -> Result<Status> {
    let calendar = cx.calendar_of_file();
    let rows = lines();
    let answer = Answer {
        schema: "salesctl/report-list/1",
        as_of: cx.settled_today(&calendar)?.value,
        // There need be no workspace to ask what there is.
        process_version: None,
        currency: "EUR".parse().map_err(anyhow::Error::msg)?,
        period: None,
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes: Vec::new(),
    };
    let cells = answer.rows.iter().map(|row| {
        let texts = [row.report.clone(), row.about.clone()];
        texts.map(Cell::Text).to_vec()
    });
    let document = Document::default()
        .heading(format!("{} reports: salesctl report NAME", answer.n))
        .table(Table {
            columns: vec![TableColumn::left("report"), TableColumn::left("tells")],
            rows: cells.collect(),
        });
    output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn lines() -> Vec<ReportLine> {
    let tree = crate::cli::command();
    let reports = tree.find_subcommand("report");
    let each = reports.into_iter().flat_map(clap::Command::get_subcommands);
    each.filter(|command| command.get_name() != "help")
        .map(|command| {
            let help = command.get_after_help().map(ToString::to_string);
            let example = help.as_deref().and_then(|help| help.lines().nth(1));
            ReportLine {
                report: command.get_name().to_string(),
                about: command
                    .get_about()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                example: example.map(|line| line.trim().to_string()),
            }
        })
        .collect()
}
