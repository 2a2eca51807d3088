//! `process diff`: what one version of the process says other than another.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::compared::{Line, table};
use super::log::version;
use crate::document::{Document, row};
use crate::process::changes;
use crate::store::{Access, Applied};

/// Tell what differs between two applied versions, or between one and the file
///
/// One version alone is held against the process file as it is now. What it did to deals is told before, by `process
/// plan`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process diff 6 7\n  salesctl process diff 6 --details --json"
)]
pub(crate) struct Args {
    /// The earlier version, by its number in `process log` [default: the one in force]
    #[arg(value_name = "A")]
    before: Option<String>,
    /// The later version [default: the process file]
    #[arg(value_name = "B")]
    after: Option<String>,
    /// Every text, also those that only people read
    #[arg(long)]
    details: bool,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One thing that differs.
    struct DiffRow {
        change: &'static str,
        effect: Option<&'static str>,
        place: String,
        name: String,
        words: String,
        before: Option<String>,
        after: Option<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session_without_note(Access::Read)?;
    let versions = session.store.versions()?;
    let in_force = session.version.to_string();
    let before = version(&versions, args.before.as_deref().unwrap_or(&in_force))?;
    let words = |applied: &Applied| {
        format!(
            "version {} ({} by {}: {})",
            applied.version,
            crate::date::day(applied.day),
            applied.actor,
            applied.why
        )
    };
    let (after, name) = if let Some(typed) = &args.after {
        let after = version(&versions, typed)?;
        (after.text.clone(), words(after))
    } else {
        let (path, text) = super::read_file(cx, None)?;
        (text, cx.shown(&path))
    };
    let lines: Vec<Line> = changes(&before.text, &after)
        .into_iter()
        .map(Line::new)
        .collect();
    let mut document = Document::default().heading(format!("{name} against {}", words(before)));
    document = if lines.is_empty() {
        document.line(if before.text == after {
            "no difference"
        } else {
            "no difference in what they say, only in how it is written"
        })
    } else {
        document.table(table(&lines, args.details))
    };
    let rows: Vec<DiffRow> = lines
        .iter()
        .map(|line| DiffRow {
            change: line.change.what.name(),
            effect: line.told.effect.name(),
            place: line.place(),
            name: line.name(),
            words: line.told.words.clone(),
            before: line.change.before.as_ref().map(ToString::to_string),
            after: line.change.after.as_ref().map(ToString::to_string),
        })
        .collect();
    let answer = output::answer(&session, "salesctl/process-diff/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
