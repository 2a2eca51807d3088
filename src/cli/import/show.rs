//! `import show`: one import, every row accounted for.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::list::BatchLine;
use crate::document::Document;
use crate::money::grouped;
use crate::store::{Access, BatchRow, BatchState};
use crate::text::{shortened, visible};

/// Show one import: what became of its rows, and which were rejected
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import show 7KQ2\n  salesctl import show 7KQ2 --json"
)]
pub(crate) struct Args {
    /// The beginning of its id, as `import list` shows it
    batch: String,
    #[command(flatten)]
    output: OutputArgs,
}

/// Rejected rows that are shown.
const SHOWN: usize = 10;

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let batch = session.store.resolve_batch(&args.batch)?;
    let answer = output::answer(
        &session,
        "salesctl/import-batch/1",
        vec![BatchLine::of(&batch)],
    );
    let by = batch
        .actor
        .as_ref()
        .map(|actor| format!(" by {actor}"))
        .unwrap_or_default();
    let mut document = Document::default().heading(format!(
        "{} {} from {}, {}{by}, {}",
        session.store.short(batch.id)?,
        batch.what,
        batch.file,
        crate::date::day(session.process.calendar.date_of(batch.recorded)),
        batch.state.name(),
    ));
    let counts = batch.counts;
    for (what, n) in [
        ("new", counts.new),
        ("already known", counts.known),
        ("twice in file", counts.twice),
        ("suppressed", counts.suppressed),
        ("seed", counts.seed),
        ("rejected", counts.rejected),
        ("read", counts.read),
    ] {
        document = document.line(format!("  {what:<14} {:>11}", grouped(n)));
    }
    for told in retries(&session, &batch)? {
        document = document.line(format!("  {told}"));
    }
    let rejected = session.store.rejected(batch.id)?;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rejected {
        *reasons.entry(row.reason.as_str()).or_default() += 1;
    }
    for row in rejected.iter().take(SHOWN) {
        let column = row
            .column
            .as_ref()
            .map(|column| format!("\"{}\": ", shortened(column, 30)))
            .unwrap_or_default();
        document = document.line(format!(
            "  line {:<7} rejected  {column}{}",
            row.line,
            shortened(&row.reason, 200)
        ));
    }
    if rejected.len() > SHOWN {
        document = document.line(format!(
            "  … {} more, for {} reasons",
            grouped((rejected.len() - SHOWN) as u64),
            reasons.len()
        ));
    }
    if batch.state == BatchState::Incomplete {
        document = document.line(format!(
            "it was broken off: run the same import again to go on, or `salesctl import undo {}`",
            session.store.short(batch.id)?
        ));
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Where its rows were rejected before, and where those that it rejected came again.
fn retries(session: &Session<'_>, batch: &BatchRow) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for other in session.store.batches()? {
        let called = || -> Result<String> {
            let short = session.store.short(other.id)?;
            Ok(format!("batch {short} of {}", visible(&other.file)))
        };
        if batch.retry_of == Some(other.id) {
            lines.push(format!("rows that {} rejected, repaired", called()?));
        }
        if other.retry_of == Some(batch.id) {
            let state = match other.state {
                BatchState::Complete => String::new(),
                state => format!(", {}", state.name()),
            };
            let read = grouped(other.counts.read);
            lines.push(format!(
                "{read} of its rejected rows came again in {}{state}",
                called()?
            ));
        }
    }
    Ok(lines)
}
