//! What an import came to: every row accounted for, on one screen.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::{amount, counted};
use super::ImportArgs;
use super::file_summary::{self, first_lines, reasons};
use crate::document::{Answer, Document, row};
use crate::id::Id;
use crate::import::{Changed, FileReport, Missing, MissingFate};
use crate::money::grouped;
use crate::text::{shortened, visible};

/// Missing names of a kind that are shown without `--details`.
const NAMES: usize = 5;

row! {
    /// One file of an import.
    struct FileRow {
        file: String,
        encoding: &'static str,
        delimiter: &'static str,
        read: u64,
        new: u64,
        known: u64,
        rejected: u64,
        /// Rows that tell nothing an import could take.
        passed_over: u64,
        batch: Option<String>,
        rejects_file: Option<String>,
        columns_ignored: Vec<String>,
        changed: Vec<String>,
    }
}

/// Refuses before anything is written when the rejected rows would have no place.
pub(super) fn rejects_have_a_place(
    cx: &Context,
    args: &ImportArgs,
    files: &[&FileReport],
    paths: &[PathBuf],
) -> Result<()> {
    for (at, (report, path)) in files.iter().zip(paths).enumerate() {
        let named = args.rejects.as_deref().filter(|_| at + 1 == files.len());
        file_summary::rejects_have_a_place(cx, path, named, report)?;
    }
    Ok(())
}

/// What is shown of an import, whether it was kept or not.
pub(super) struct Summary<'a> {
    pub(super) files: &'a [&'a FileReport],
    /// Paths of the files, in the same order.
    pub(super) paths: &'a [PathBuf],
    pub(super) missing: &'a [Missing],
    /// Rows of the main file.
    pub(super) changed: &'a [Changed],
    pub(super) notes: &'a [String],
    /// What was made, in words: `8,800 deals, 85 accounts`.
    pub(super) made: String,
    pub(super) batch: Option<Id>,
}

/// Writes the reject files and prints the summary.
pub(super) fn show(
    cx: &Context,
    session: &Session<'_>,
    args: &ImportArgs,
    summary: &Summary<'_>,
) -> Result<Status> {
    let mut rows = Vec::new();
    let mut document = Document::default();
    for (at, (report, path)) in summary.files.iter().zip(summary.paths).enumerate() {
        let is_main = at + 1 == summary.files.len();
        let named = args.rejects.as_deref().filter(|_| is_main);
        let shown = file_summary::write_rejects(cx, args.dry_run, path, named, report)?;
        document = file_lines(document, report, shown.as_deref(), args);
        let mut changes = Vec::new();
        if is_main {
            for changed in summary.changed {
                changes.push(change(session, changed)?);
            }
        }
        document = first_lines(
            document,
            changes.iter().cloned(),
            changes.len(),
            args.details,
        );
        rows.push(FileRow {
            file: report.name.clone(),
            encoding: report.dialect.encoding.name(),
            delimiter: report.dialect.delimiter_name(),
            read: report.counts.read,
            new: report.counts.new,
            known: report.counts.known,
            rejected: report.counts.rejected,
            passed_over: report.counts.passed_over,
            batch: summary.batch.filter(|_| !args.dry_run).map(Id::handle),
            rejects_file: shown,
            columns_ignored: report.columns_ignored.clone(),
            changed: changes,
        });
    }
    let mut notes: Vec<String> = summary.notes.to_vec();
    let nothing = |report: &&&FileReport| report.counts.read == 0;
    notes.extend(
        summary
            .files
            .iter()
            .filter(nothing)
            .map(|report| format!("`{}` has column headings and no rows", report.name)),
    );
    let names = names(summary.missing, args);
    for note in notes.iter().chain(&names) {
        document = document.line(format!("note: {note}"));
    }
    notes.extend(summary.missing.iter().map(missing));
    document = document.line(ending(session, args, summary)?);
    let nothing_taken = rows
        .last()
        .is_some_and(|row| row.rejected > 0 && row.new + row.known + row.passed_over == 0);
    let answer = Answer {
        notes,
        ..output::answer(session, "salesctl/import/1", rows)
    };
    if args.json || !cx.console.quiet {
        let output = OutputArgs {
            json: args.json,
            ..OutputArgs::default()
        };
        output.show(&cx.console, &answer, &document)?;
    }
    if nothing_taken {
        cx.console.warn("error: no row could be taken");
        return Ok(Status::No);
    }
    Ok(Status::Done)
}

fn file_lines(
    mut document: Document,
    report: &FileReport,
    rejects_file: Option<&str>,
    args: &ImportArgs,
) -> Document {
    let counts = report.counts;
    document = document.heading(file_summary::heading(report));
    let mut line = |what: &str, n: u64, more: &str| {
        document.blocks.push(crate::document::Block::Line(format!(
            "  {what:<14} {:>9}{}{more}",
            grouped(n),
            if more.is_empty() { "" } else { "   " }
        )));
    };
    line("new", counts.new, "");
    line("already known", counts.known, "");
    let why = reasons(&report.rejects);
    let place = rejects_file
        .map(|file| format!(" → {file}"))
        .unwrap_or_default();
    line("rejected", counts.rejected, &format!("{why}{place}"));
    if counts.passed_over > 0 {
        line("passed over", counts.passed_over, "the notes say why");
    }
    line("total", counts.read, "");
    let rejected = report.rejects.iter().map(|reject| {
        let reason = shortened(&reject.reason, 200);
        format!("line {:<7} rejected  {reason}", reject.line)
    });
    first_lines(document, rejected, report.rejects.len(), args.details)
}

/// What a row tells otherwise than the store: from what the store has to what the row says.
fn change(session: &Session<'_>, changed: &Changed) -> Result<String> {
    let id = match &changed.id {
        Some(id) => shortened(id, 40),
        None => session.store.short(changed.deal)?,
    };
    let outcome = changed
        .outcome
        .map(|(old, new)| format!("outcome {} → {}", old.name(), new.name()));
    let value = changed.value.map(|(old, new)| {
        let old = old.map_or_else(|| "none".to_string(), |old| amount(Some(old)));
        format!("value {old} → {}", amount(Some(new)))
    });
    let differs: Vec<String> = outcome.into_iter().chain(value).collect();
    Ok(format!(
        "line {:<7} known     `{id}`: {}",
        changed.line,
        differs.join(", ")
    ))
}

/// The most frequent missing names of each kind, and how many there are beside them.
fn names(all: &[Missing], args: &ImportArgs) -> Vec<String> {
    let limit = if args.details { usize::MAX } else { NAMES };
    let mut kinds: Vec<(&str, Vec<&Missing>)> = Vec::new();
    for name in all {
        match kinds.iter_mut().find(|(kind, _)| *kind == name.what) {
            Some((_, names)) => names.push(name),
            None => kinds.push((name.what, vec![name])),
        }
    }
    let mut lines = Vec::new();
    for (kind, names) in kinds {
        lines.extend(names.iter().take(limit).map(|name| missing(name)));
        if let Some(more) = names.len().checked_sub(limit).filter(|more| *more > 0) {
            let more = counted(more, &format!("more {kind}"), &format!("more {kind}s"));
            lines.push(format!("… and {more} (--details)"));
        }
    }
    lines
}

fn missing(missing: &Missing) -> String {
    let near = missing.nearest.as_ref().map_or_else(String::new, |near| {
        let name = visible(&near.name);
        if near.is_new {
            format!("; like `{name}` of this import")
        } else {
            format!("; the store has `{name}`")
        }
    });
    let fate = match missing.fate {
        MissingFate::Created => "created".to_string(),
        MissingFate::NotTaken => "not created, none of its rows was taken".to_string(),
        MissingFate::Rejected => format!("rejected (--create {}s takes them)", missing.what),
    };
    format!(
        "{} `{}` is new, in {}: {fate}{near}",
        missing.what,
        shortened(&missing.name, 60),
        counted(missing.rows as usize, "row", "rows")
    )
}

fn ending(session: &Session<'_>, args: &ImportArgs, summary: &Summary<'_>) -> Result<String> {
    Ok(match (args.dry_run, summary.batch) {
        (true, _) => format!("dry run: nothing written; it would make {}", summary.made),
        (false, Some(batch)) => format!(
            "made {} in batch {}; `salesctl undo` takes it back as a whole",
            summary.made,
            session.store.short(batch)?
        ),
        (false, None) => "nothing new: nothing written".to_string(),
    })
}
