//! `process log`: the versions that were applied, and the reviews between them.

use std::cmp::Reverse;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::review;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::report::review::next_words;
use crate::store::{Access, Applied};

/// Show the applied versions of the process and its reviews: when, by whom, why
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process log\n  salesctl process log --text 2 > process.toml"
)]
pub(crate) struct Args {
    /// Print the process file as it was applied, whole, with what it extended
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["format", "json", "output"])]
    text: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// A version that was applied, or a review that took place.
    struct LogRow {
        /// `applied` or `reviewed`.
        what: &'static str,
        /// Null of a review.
        version: Option<u32>,
        day: NaiveDate,
        by: String,
        /// Of a review, what was agreed.
        why: Option<String>,
        sha256: Option<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let (versions, reviews) = (session.store.versions()?, session.store.reviews()?);
    if let Some(typed) = &args.text {
        cx.console.print(&version(&versions, typed)?.text)?;
        return Ok(Status::Done);
    }
    let next = review::next(&session, &versions, &reviews);
    let is_there = |number: &u32| versions.iter().any(|applied| applied.version == *number);
    let numbers = 1..session.store.next_version()?;
    let undone: Vec<String> = numbers
        .filter(|number| !is_there(number))
        .map(|number| number.to_string())
        .collect();
    let (applied, reviewed) = (versions.len(), reviews.len());
    let mut rows: Vec<(DateTime<Utc>, LogRow)> = Vec::new();
    rows.extend(versions.into_iter().map(|applied| {
        let row = LogRow {
            what: "applied",
            version: Some(applied.version),
            day: applied.day,
            by: applied.actor,
            why: Some(applied.why),
            sha256: Some(super::digest(applied.text.as_bytes())),
        };
        (applied.recorded, row)
    }));
    rows.extend(reviews.into_iter().map(|review| {
        let row = LogRow {
            what: "reviewed",
            version: None,
            day: review.day,
            by: review.actor,
            why: review.note,
            sha256: None,
        };
        (review.at, row)
    }));
    // The newest first; of one day by the clock, so that versions keep their order.
    rows.sort_by_key(|(at, row)| Reverse((row.day, *at)));
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    let answer = output::answer(&session, "salesctl/process-log/1", rows);
    let table = Table {
        columns: vec![
            TableColumn::right("version"),
            TableColumn::left("on"),
            TableColumn::left("by"),
            TableColumn::left("why"),
        ],
        rows: answer
            .rows
            .iter()
            .map(|row| {
                vec![
                    row.version
                        .map_or(Cell::Nothing, |version| Cell::Count(i64::from(version))),
                    Cell::Date(row.day),
                    Cell::Text(row.by.clone()),
                    Cell::Text(match (row.version, row.why.clone()) {
                        (Some(_), why) => why.unwrap_or_default(),
                        (None, None) => "reviewed".to_string(),
                        (None, Some(agreed)) => format!("reviewed: {agreed}"),
                    }),
                ]
            })
            .collect(),
    };
    let mut document = Document::default()
        .heading(format!(
            "{}: {}{}",
            session.process.name,
            counted(applied, "version", "versions"),
            if reviewed == 0 {
                String::new()
            } else {
                format!(", {}", counted(reviewed, "review", "reviews"))
            }
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

/// The version that somebody means; `versions` are the newest first.
pub(super) fn version<'v>(versions: &'v [Applied], typed: &str) -> Result<&'v Applied> {
    let number: u32 = typed.parse().map_err(|_| {
        Fault::usage(format!("`{typed}` is not the number of a version"))
            .hint("salesctl process log shows the versions with their numbers")
            .hint("salesctl process plan FILE holds a file against the version in force")
    })?;
    let found = versions.iter().find(|known| known.version == number);
    found.ok_or_else(|| {
        let newest = versions.first().map_or(0, |newest| newest.version);
        Fault::not_found(format!(
            "there is no process version {number}; the newest is {newest}"
        ))
        .hint("salesctl process log shows them all")
        .into()
    })
}
