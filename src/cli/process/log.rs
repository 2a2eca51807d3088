//! `process log`: the versions that were applied.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::review;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::report::review::next_words;
use crate::store::Access;

/// Show the applied versions of the process: when, by whom, why
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl process log\n  salesctl process log --json")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One line of the answer.
    struct VersionRow {
        version: u32,
        applied: NaiveDate,
        by: String,
        why: String,
        sha256: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let (versions, reviews) = (session.store.versions()?, session.store.reviews()?);
    let next = review::next(&session, &versions, &reviews);
    let is_there = |number: &u32| versions.iter().any(|applied| applied.version == *number);
    let numbers = 1..session.store.next_version()?;
    let undone: Vec<String> = numbers
        .filter(|number| !is_there(number))
        .map(|number| number.to_string())
        .collect();
    let rows: Vec<VersionRow> = versions
        .into_iter()
        .map(|applied| VersionRow {
            version: applied.version,
            applied: applied.day,
            by: applied.actor,
            why: applied.why,
            sha256: super::digest(applied.text.as_bytes()),
        })
        .collect();
    let answer = output::answer(&session, "salesctl/process-log/1", rows);
    let table = Table {
        columns: vec![
            TableColumn::right("version"),
            TableColumn::left("applied"),
            TableColumn::left("by"),
            TableColumn::left("why"),
        ],
        rows: answer
            .rows
            .iter()
            .map(|row| {
                vec![
                    Cell::Count(i64::from(row.version)),
                    Cell::Date(row.applied),
                    Cell::Text(row.by.clone()),
                    Cell::Text(row.why.clone()),
                ]
            })
            .collect(),
    };
    let mut document = Document::default()
        .heading(format!(
            "{}: {}",
            session.process.name,
            counted(answer.n, "version", "versions")
        ))
        .table(table);
    match undone.as_slice() {
        [] => {}
        [one] => {
            document = document.line(format!(
                "version {one} was undone; its number is not used again"
            ));
        }
        several => {
            document = document.line(format!(
                "versions {} were undone; their numbers are not used again",
                several.join(", ")
            ));
        }
    }
    if let Some(next) = next {
        document = document.line(format!(
            "{}: salesctl process review",
            next_words(Some(next.due), session.today)
        ));
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
