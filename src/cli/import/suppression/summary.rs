//! What a file of suppressions came to: every row accounted for.

use std::io::Read;

use anyhow::Result;

use super::super::super::context::{Context, Status};
use super::super::super::output::{self, OutputArgs};
use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::file_summary::{first_lines, heading, write_rejects};
use super::{Args, Tally};
use crate::document::{Answer, Document, row};
use crate::id::Id;
use crate::import::{FileReport, Input};
use crate::money::grouped;
use crate::prospect::suppression::{Columns, Kind};
use crate::text::shortened;

row! {
    /// What a file of suppressions came to.
    struct SuppressionImport {
        file: String,
        encoding: &'static str,
        delimiter: &'static str,
        read: u64,
        new: u64,
        known: u64,
        rejected: u64,
        emails: u64,
        phones: u64,
        persons: u64,
        domains: u64,
        companies: u64,
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
    tally: Tally,
    batch: Option<Id>,
) -> Result<Status> {
    let headings = input.reader.headers().to_vec();
    let report = FileReport {
        name: input.name.clone(),
        dialect: input.reader.dialect(),
        counts: tally.counts,
        blank_rows: input.reader.blank_rows(),
        columns_used: columns.used(),
        columns_ignored: columns.ignored(&headings).map(str::to_string).collect(),
        headings,
        rejects: tally.rejects,
    };
    let counts = report.counts;
    let rejects = args.rejects.as_deref();
    let rejects_file = write_rejects(cx, args.dry_run, &args.file, rejects, &report)?;
    let new = tally.entries;
    let of = |kind: Kind| new[kind as usize];
    let entries = Kind::ALL.into_iter().filter(|kind| of(*kind) > 0);
    let entries: Vec<String> = entries
        .map(|kind| counted(of(kind) as usize, kind.words().0, kind.words().1))
        .collect();
    let mut document = Document::default().heading(heading(&report));
    for (what, n, more) in [
        ("new", counts.new, entries.join(", ")),
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
        format!(
            "line {:<7} rejected  {}",
            reject.line,
            shortened(&reject.reason, 200)
        )
    });
    document = first_lines(document, rejected, report.rejects.len(), args.details);
    document = first_lines(
        document,
        tally.passed_over.into_iter(),
        tally.n_passed_over,
        args.details,
    );
    document = document.line(ending(args, session, new.iter().sum(), batch)?);
    let row = SuppressionImport {
        file: report.name.clone(),
        encoding: report.dialect.encoding.name(),
        delimiter: report.dialect.delimiter_name(),
        read: counts.read,
        new: counts.new,
        known: counts.known,
        rejected: counts.rejected,
        emails: of(Kind::Email),
        phones: of(Kind::Phone),
        persons: of(Kind::Person),
        domains: of(Kind::Domain),
        companies: of(Kind::Company),
        batch: batch.map(Id::handle),
        rejects_file,
        columns_ignored: report.columns_ignored,
    };
    let answer: Answer<_> = output::answer(session, "salesctl/import-suppression/1", vec![row]);
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

fn ending(args: &Args, session: &Session<'_>, entries: u64, batch: Option<Id>) -> Result<String> {
    let entries = counted(entries as usize, "entry", "entries");
    Ok(match batch {
        _ if args.dry_run => format!("dry run: nothing written; it would make {entries}"),
        Some(batch) => format!(
            "made {entries} in batch {}, which count from now on; `salesctl undo` takes them back as a whole",
            session.store.short(batch)?
        ),
        None => "nothing new: nothing written".to_string(),
    })
}
