//! `process show --origin`: which file each thing comes from.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{Console, OutputArgs};
use super::shown::Shown;
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
        removed: Option<String>,
        /// Which file between had removed it, and why.
        again: Option<String>,
    }
}

pub(super) fn show(
    cx: &Context,
    shown: &Shown<'_>,
    stage: Option<&str>,
    output: &OutputArgs,
) -> Result<Status> {
    let is_asked = |origin: &Origin| {
        let name = origin.name.split(": ").next().unwrap_or_default();
        stage.is_none_or(|stage| origin.what == "stage" && name == stage)
    };
    let (label, text) = shown.source();
    let found: Vec<Origin> = origins(label, text).into_iter().filter(is_asked).collect();
    let document = Document::default()
        .heading(format!("{}: where it comes from", shown.title()))
        .table(table(&found, Console::width()));
    let rows: Vec<OriginRow> = found
        .into_iter()
        .map(|origin| OriginRow {
            what: origin.what,
            name: origin.name,
            file: origin.file,
            line: origin.line,
            keys: origin.keys,
            removed: origin.removed,
            again: origin.again,
        })
        .collect();
    let answer = shown.answer("salesctl/process-origin/1", rows);
    output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Side by side where there is room for it, else the place and what is of it beneath the name.
fn table(found: &[Origin], width: Option<u16>) -> Table {
    let lines: Vec<[String; 4]> = found
        .iter()
        .map(|origin| {
            let mut said = Vec::new();
            said.extend(origin.removed.as_ref().map(|why| format!("removed: {why}")));
            said.extend(origin.again.as_ref().map(|gone| format!("again, {gone}")));
            said.extend((!origin.keys.is_empty()).then(|| origin.keys.join(", ")));
            let place = format!("{}:{}", origin.file, origin.line);
            let name = origin.name.clone();
            [origin.what.clone(), name, place, said.join("; ")]
        })
        .collect();
    let longest = |column: usize| {
        let lengths = lines.iter().map(|line| line[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    // Beside them the longest key has room, and what is between columns.
    let needed = longest(0) + longest(1).min(LONGEST_NAME) + longest(2) + ROOM;
    if width.is_none_or(|width| needed <= usize::from(width)) {
        let heads = ["what", "name", "from", "of it"];
        return Table {
            columns: heads.into_iter().map(TableColumn::left).collect(),
            rows: lines
                .into_iter()
                .map(|line| line.map(Cell::Text).into())
                .collect(),
        };
    }
    Table {
        columns: vec![
            TableColumn::left("what"),
            TableColumn::left("name and from"),
        ],
        rows: lines
            .into_iter()
            .flat_map(|[what, name, place, said]| {
                let beneath = [place, said].into_iter().filter(|line| !line.is_empty());
                let beneath = beneath.map(|line| [String::new(), line]);
                [[what, name]].into_iter().chain(beneath)
            })
            .map(|line| line.map(Cell::Text).into())
            .collect(),
    }
}

/// A longer name is broken between its words.
const LONGEST_NAME: usize = 20;
/// Columns for what is of a thing, with the gaps.
const ROOM: usize = 22;
