//! `process show --origin`: which file each thing comes from.

use anyhow::Result;

use super::super::context::Status;
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::{Origin, origins};

row! {
    /// What one file says of a thing.
    struct OriginRow {
        what: String,
        name: String,
        file: String,
        line: usize,
        /// The keys that are from this file, where another one says the rest.
        keys: Vec<String>,
        /// Why this file does without it.
        removed: Option<String>,
    }
}

pub(super) fn show(
    session: &Session<'_>,
    stage: Option<&str>,
    output: &OutputArgs,
) -> Result<Status> {
    let is_asked = |origin: &Origin| {
        let name = origin.name.split(": ").next().unwrap_or_default();
        stage.is_none_or(|stage| origin.what == "stage" && name == stage)
    };
    let found: Vec<Origin> = origins(&session.applied_path, &session.applied_text)
        .into_iter()
        .filter(is_asked)
        .collect();
    let rows = found.iter().map(|origin| {
        vec![
            Cell::Text(origin.what.clone()),
            Cell::Text(origin.name.clone()),
            Cell::Text(format!("{}:{}", origin.file, origin.line)),
            Cell::Text(match &origin.removed {
                Some(why) => format!("removed: {why}"),
                None => origin.keys.join(", "),
            }),
        ]
    });
    let document = Document::default()
        .heading(format!(
            "{}, version {}: where it comes from",
            session.process.name, session.version
        ))
        .table(Table {
            columns: vec![
                TableColumn::left("what"),
                TableColumn::left("name"),
                TableColumn::left("from"),
                TableColumn::left("of it"),
            ],
            rows: rows.collect(),
        });
    let rows: Vec<OriginRow> = found
        .into_iter()
        .map(|origin| OriginRow {
            what: origin.what,
            name: origin.name,
            file: origin.file,
            line: origin.line,
            keys: origin.keys,
            removed: origin.removed,
        })
        .collect();
    let answer = output::answer(session, "salesctl/process-origin/1", rows);
    output.show(&session.cx.console, &answer, &document)?;
    Ok(Status::Done)
}
