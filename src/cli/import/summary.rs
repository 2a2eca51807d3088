//! What an import came to: every row accounted for, on one screen.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::ImportArgs;
use crate::document::{Answer, Document, row};
use crate::fault::Fault;
use crate::id::Id;
use crate::import::{FileReport, Missing, rejects};
use crate::money::grouped;
use crate::text::{shortened, visible};

/// Rejected rows that are shown without `--details`.
const SHOWN: usize = 3;

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
        batch: Option<String>,
        rejects_file: Option<String>,
        columns_ignored: Vec<String>,
    }
}

/// What is shown of an import, whether it was kept or not.
pub(super) struct Summary<'a> {
    pub(super) files: &'a [&'a FileReport],
    /// Paths of the files, in the same order.
    pub(super) paths: &'a [PathBuf],
    pub(super) missing: &'a [Missing],
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
        let target = match &args.rejects {
            Some(named) if is_main => named.clone(),
            _ => rejects::path_of(path),
        };
        let written = write_rejects(args, report, &target)?;
        let shown = written.then(|| cx.shown(&target));
        document = file_lines(document, report, shown.as_deref(), args);
        rows.push(FileRow {
            file: report.name.clone(),
            encoding: report.dialect.encoding.name(),
            delimiter: report.dialect.delimiter_name(),
            read: report.counts.read,
            new: report.counts.new,
            known: report.counts.known,
            rejected: report.counts.rejected,
            batch: summary.batch.filter(|_| !args.dry_run).map(Id::handle),
            rejects_file: shown,
            columns_ignored: report.columns_ignored.clone(),
        });
    }
    let mut notes: Vec<String> = summary.notes.to_vec();
    notes.extend(summary.missing.iter().map(missing));
    for note in &notes {
        document = document.line(format!("note: {note}"));
    }
    document = document.line(ending(session, args, summary)?);
    let nothing_taken = rows
        .last()
        .is_some_and(|row| row.rejected > 0 && row.new == 0 && row.known == 0);
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

/// A dry run leaves no file behind; a run without rejects takes an earlier reject file away.
fn write_rejects(args: &ImportArgs, report: &FileReport, target: &std::path::Path) -> Result<bool> {
    if args.dry_run {
        return Ok(false);
    }
    let done = if report.rejects.is_empty() {
        rejects::clear(target).map(|()| false)
    } else {
        rejects::write(target, report).map(|()| true)
    };
    done.map_err(|error| {
        Fault::usage(format!("the rejected rows can't be written: {error}"))
            .hint("--rejects FILE names another place")
            .into()
    })
}

fn file_lines(
    mut document: Document,
    report: &FileReport,
    rejects_file: Option<&str>,
    args: &ImportArgs,
) -> Document {
    let counts = report.counts;
    let ignored = if report.columns_ignored.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = report
            .columns_ignored
            .iter()
            .map(|name| format!("\"{}\"", shortened(name, 30)))
            .collect();
        format!("; ignored: {}", names.join(", "))
    };
    document = document.heading(format!(
        "{}   {}, {}, {}, {} of {} columns{ignored}",
        report.name,
        counted(counts.read as usize, "row", "rows"),
        report.dialect.encoding.name(),
        report.dialect.delimiter_name(),
        report.columns_used,
        report.headings.len(),
    ));
    let mut line = |what: &str, n: u64, more: &str| {
        document.blocks.push(crate::document::Block::Line(format!(
            "  {what:<14} {:>9}{}{more}",
            grouped(n),
            if more.is_empty() { "" } else { "   " }
        )));
    };
    line("new", counts.new, "");
    line("already known", counts.known, "");
    let why = reasons(report);
    let place = rejects_file
        .map(|file| format!(" → {file}"))
        .unwrap_or_default();
    line("rejected", counts.rejected, &format!("{why}{place}"));
    line("total", counts.read, "");
    let limit = if args.details { usize::MAX } else { SHOWN };
    for reject in report.rejects.iter().take(limit) {
        document = document.line(format!(
            "  line {:<7} rejected  {}",
            reject.line,
            shortened(&reject.reason, 200)
        ));
    }
    if report.rejects.len() > limit {
        document = document.line(format!(
            "  … {} more with --details",
            grouped((report.rejects.len() - limit) as u64)
        ));
    }
    document
}

/// The commonest reasons, each with its count; what differs from row to row is left off.
fn reasons(report: &FileReport) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for reject in &report.rejects {
        let kind = reject
            .reason
            .split(['`', '"', ';', ':'])
            .next()
            .unwrap_or_default()
            .trim();
        let kind = shortened(kind, 40);
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, n)) => *n += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let shown: Vec<String> = counts
        .iter()
        .take(3)
        .map(|(kind, n)| format!("{kind} {n}"))
        .collect();
    shown.join(", ")
}

fn missing(missing: &Missing) -> String {
    let near = missing
        .nearest
        .as_deref()
        .map(|near| format!("; the store has `{}`", visible(near)))
        .unwrap_or_default();
    let fate = if missing.created {
        "created".to_string()
    } else {
        format!("rejected (--create {}s takes them)", missing.what)
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
