//! What a file of ratings came to: every row accounted for.

use std::io::Read;

use anyhow::Result;

use super::super::super::context::{Context, Status};
use super::super::super::output::{self, OutputArgs};
use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::file_summary;
use super::Args;
use super::plan::Plan;
use crate::document::{Answer, Document, row};
use crate::id::Id;
use crate::import::{FileReport, Input};
use crate::money::grouped;
use crate::prospect::rating_file::Columns;
use crate::text::shortened;

/// New topics that are named.
const NOTED: usize = 10;

row! {
    /// What a file of ratings came to.
    struct RatingsImport {
        file: String,
        encoding: &'static str,
        delimiter: &'static str,
        read: u64,
        new: u64,
        known: u64,
        rejected: u64,
        /// How many were rated anew.
        rated: usize,
        topics: Vec<String>,
        batch: Option<String>,
        rejects_file: Option<String>,
        columns_ignored: Vec<String>,
    }
}

/// Writes the reject file and prints the summary.
pub(super) fn show(
    args: &Args,
    cx: &Context,
    session: &Session<'_>,
    input: &Input<Box<dyn Read>>,
    columns: &Columns,
    plan: Plan,
    batch: Option<Id>,
) -> Result<Status> {
    let headings = input.reader.headers().to_vec();
    let report = FileReport {
        name: input.name.clone(),
        dialect: input.reader.dialect(),
        counts: plan.counts,
        blank_rows: input.reader.blank_rows(),
        columns_used: columns.used(),
        columns_ignored: columns.ignored(&headings).map(str::to_string).collect(),
        headings,
        rejects: plan.rejects,
    };
    let counts = report.counts;
    let rejects = args.rejects.as_deref();
    let rejects_file = file_summary::write_rejects(cx, args.dry_run, &args.file, rejects, &report)?;
    let topics = plan.topics.iter();
    let topics: Vec<String> = topics.map(|(topic, n)| format!("{topic} {n}")).collect();
    let mut document = Document::default().heading(file_summary::heading(&report));
    for (what, n, more) in [
        ("new", counts.new, topics.join(", ")),
        ("already there", counts.known, String::new()),
        (
            "rejected",
            counts.rejected,
            rejects_file
                .as_ref()
                .map(|file| format!("→ {file}"))
                .unwrap_or_default(),
        ),
        ("total", counts.read, String::new()),
    ] {
        let line = format!("  {what:<14} {:>9}   {more}", grouped(n));
        document = document.line(line.trim_end());
    }
    let rejected = report.rejects.iter().map(|reject| {
        let reason = shortened(&reject.reason, 200);
        format!("line {:<7} rejected  {reason}", reject.line)
    });
    let n = report.rejects.len();
    document = file_summary::first_lines(document, rejected, n, args.details);
    document = document.line(ending(args, session, counts.new, plan.rated.len(), batch)?);
    for note in plan.notes.iter().take(NOTED) {
        cx.console.note(note);
    }
    if plan.notes.len() > NOTED {
        let more = plan.notes.len() - NOTED;
        cx.console
            .note(&format!("note: and {more} more new topics"));
    }
    let row = RatingsImport {
        file: report.name.clone(),
        encoding: report.dialect.encoding.name(),
        delimiter: report.dialect.delimiter_name(),
        read: counts.read,
        new: counts.new,
        known: counts.known,
        rejected: counts.rejected,
        rated: plan.rated.len(),
        topics: plan.topics.into_keys().collect(),
        batch: batch.filter(|_| !args.dry_run).map(Id::handle),
        rejects_file,
        columns_ignored: report.columns_ignored,
    };
    let answer: Answer<_> = output::answer(session, "salesctl/import-ratings/1", vec![row]);
    if args.json || !cx.console.quiet {
        let output = OutputArgs {
            json: args.json,
            ..OutputArgs::default()
        };
        output.show(&cx.console, &answer, &document)?;
    }
    if counts.rejected > 0 && counts.rejected == counts.read {
        cx.console.warn("error: no row could be taken");
        return Ok(Status::No);
    }
    Ok(Status::Done)
}

fn ending(
    args: &Args,
    session: &Session<'_>,
    new: u64,
    subjects: usize,
    batch: Option<Id>,
) -> Result<String> {
    let made = format!(
        "{}, of {}",
        counted(new as usize, "rating", "ratings"),
        counted(subjects, "person or company", "people and companies")
    );
    Ok(match batch {
        _ if args.dry_run => format!("dry run: nothing written; it would make {made}"),
        Some(batch) => format!(
            "made {made} in batch {}; `salesctl undo` takes them back as a whole",
            session.store.short(batch)?
        ),
        None => "nothing new: nothing written".to_string(),
    })
}
