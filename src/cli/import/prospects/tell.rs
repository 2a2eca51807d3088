//! What an import of names came to: every row accounted for, on one screen.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::super::context::{Context, Status};
use super::super::super::output::{self, OutputArgs};
use super::super::super::session::Session;
use super::super::super::show::counted;
use super::words::{accounts, kept, notes, terms};
use super::{Done, Job, explain};
use crate::document::{Answer, Document, row};
use crate::fault::Fault;
use crate::id::Id;
use crate::import::Input;
use crate::import::rejects::{self, RejectFile};
use crate::money::grouped;
use crate::prospect::Fate;
use crate::store::{Rejected, Store};
use crate::text::{shortened, visible};

/// Rejected rows that are shown without `--details`.
const SHOWN: usize = 3;
/// Rows taken for somebody known that are shown.
const SHOWN_KNOWN: usize = 2;

row! {
    /// One import of names.
    pub(super) struct ImportLine {
        pub(super) file: String,
        pub(super) list: String,
        pub(super) map: String,
        pub(super) encoding: &'static str,
        pub(super) delimiter: &'static str,
        pub(super) read: u64,
        pub(super) new: u64,
        pub(super) known: u64,
        pub(super) duplicate: u64,
        pub(super) suppressed: u64,
        pub(super) seed: u64,
        pub(super) rejected: u64,
        /// Pairs for a person to decide.
        pub(super) unsure: usize,
        pub(super) companies: usize,
        pub(super) companies_known: usize,
        pub(super) batch: Option<String>,
        pub(super) retry_of: Option<String>,
        pub(super) rejects_file: Option<String>,
    }
}

/// Writes the reject file and prints the summary.
pub(super) fn tell<R>(
    cx: &Context,
    session: &Session<'_>,
    job: &Job<'_>,
    input: &Input<R>,
    staged: &Store,
    done: &Done,
) -> Result<Status>
where
    R: std::io::Read,
{
    let how = job.how;
    let rejected = staged.rejected(done.run.id)?;
    let rejects_file = write_rejects(job, input.reader.headers(), &rejected, done.run.id)?;
    let tallies = staged.tally(&done.run)?;
    let dialect = input.reader.dialect();
    let counts = done.counts;
    let unsure = [&done.who.people, &done.who.companies]
        .into_iter()
        .flatten()
        .map(|side| side.matches.unsure.len())
        .sum();
    let line = ImportLine {
        file: input.name.clone(),
        list: job.list.terms.code.clone(),
        map: job.settings.map.clone(),
        encoding: dialect.encoding.name(),
        delimiter: dialect.delimiter_name(),
        read: counts.read,
        new: counts.new,
        known: counts.known,
        duplicate: counts.twice,
        suppressed: counts.suppressed,
        seed: counts.seed,
        rejected: counts.rejected,
        unsure,
        companies: done.who.workplaces,
        companies_known: done.who.known_workplaces,
        batch: (!how.dry_run).then(|| done.run.id.handle()),
        retry_of: job.retry_of.map(Id::handle),
        rejects_file: rejects_file.as_ref().map(|path| cx.shown(path)),
    };
    let mut document = Document::default().heading(format!(
        "{}   {}, {}, {}, map {} ({} of {} columns{})",
        input.name,
        counted(counts.read as usize, "row", "rows"),
        line.encoding,
        line.delimiter,
        line.map,
        done.columns - done.attributes.len(),
        done.columns,
        kept(&done.attributes)
    ));
    document = accounts(document, &line, &tallies, &rejected);
    document = document.line(format!(
        "  list {:<9} {}",
        visible(&line.list),
        terms(
            &job.list,
            counts.new + counts.known + counts.twice,
            counts.new
        )
    ));
    document = matched(document, &line, done, how.dry_run);
    let notes = notes(&tallies, done, input.reader.blank_rows());
    for note in &notes {
        document = document.line(format!("  note: {note}"));
    }
    document = first_rejected(document, &rejected, how.details);
    document = first_known(document, session, staged, done)?;
    if let Some(on) = how.explain {
        let lines = explain::lines(&done.who, on)
            .unwrap_or_else(|| vec!["no name was made of it, or it is a decoy".to_string()]);
        document = document.line(format!("  line {on}"));
        for told in lines {
            document = document.line(format!("    {}", visible(&told)));
        }
    }
    document = document.line(if how.dry_run {
        "dry run: nothing written".to_string()
    } else {
        let short = session.store.short(done.run.id)?;
        format!("batch {short}; `salesctl import undo {short}` takes it back as a whole")
    });
    let answer = Answer {
        notes,
        ..output::answer(session, "salesctl/import-prospects/1", vec![line])
    };
    show(cx, job, &answer, &document)?;
    if counts.read > 0 && counts.rejected == counts.read {
        cx.console.warn("error: no row could be taken");
        return Ok(Status::No);
    }
    Ok(Status::Done)
}

/// The very file that was imported before: nothing to do, unless it was broken off before the rejected rows
/// were written to their file, or that is gone.
pub(super) fn again(
    cx: &Context,
    session: &Session<'_>,
    job: &Job<'_>,
    batch: Id,
    headings: &[String],
) -> Result<Status> {
    let before = session.store.resolve_batch(&batch.handle())?;
    let rejects_file = if before.counts.rejected > 0 && !rejects_target(job).exists() {
        write_rejects(job, headings, &session.store.rejected(batch)?, batch)?
    } else {
        None
    };
    let short = session.store.short(batch)?;
    let mut note = format!(
        "{} was imported already, on {} as batch {short}: nothing to do",
        before.file,
        crate::date::day(session.process.calendar.date_of(before.recorded)),
    );
    let rejects_file = rejects_file.map(|path| cx.shown(&path));
    if let Some(file) = &rejects_file {
        note.push_str(" but to write ");
        note.push_str(file);
        note.push_str(" again");
    }
    let mut notes = vec![note];
    if job.how.explain.is_some() {
        notes.push(format!(
            "--explain is for rows as they are imported; of this one's, `salesctl import explain {short} LINE`"
        ));
    }
    let settings = serde_json::to_string(&job.settings)?;
    let run = session.store.run(batch)?;
    if run.is_some_and(|run| run.setup.settings != settings) {
        notes.push(format!(
            "it was with another map or other settings: `salesctl import undo {short}` first, to take it anew"
        ));
    }
    let counts = before.counts;
    let line = ImportLine {
        file: before.file.clone(),
        list: job.list.terms.code.clone(),
        map: job.settings.map.clone(),
        encoding: "",
        delimiter: "",
        read: counts.read,
        new: 0,
        known: counts.read - counts.rejected,
        duplicate: 0,
        suppressed: 0,
        seed: 0,
        rejected: counts.rejected,
        unsure: 0,
        companies: 0,
        companies_known: 0,
        batch: Some(batch.handle()),
        retry_of: before.retry_of.map(Id::handle),
        rejects_file,
    };
    let document = notes.iter().fold(Document::default(), |document, note| {
        document.line(visible(note))
    });
    let answer = Answer {
        notes,
        ..output::answer(session, "salesctl/import-prospects/1", vec![line])
    };
    show(cx, job, &answer, &document)?;
    Ok(Status::Done)
}

fn show(
    cx: &Context,
    job: &Job<'_>,
    answer: &Answer<ImportLine>,
    document: &Document,
) -> Result<()> {
    if job.how.json || !cx.console.quiet {
        let output = OutputArgs {
            json: job.how.json,
            ..OutputArgs::default()
        };
        output.show(&cx.console, answer, document)?;
    }
    Ok(())
}

/// Where the rejected rows go.
fn rejects_target(job: &Job<'_>) -> PathBuf {
    match (&job.how.rejects, job.path == Path::new("-")) {
        (Some(named), _) => named.clone(),
        (None, true) => PathBuf::from("stdin.rejects.csv"),
        (None, false) => rejects::path_of(job.path),
    }
}

/// A dry run leaves no file behind; a run without rejects takes an earlier reject file away.
fn write_rejects(
    job: &Job<'_>,
    headings: &[String],
    rejected: &[Rejected],
    batch: Id,
) -> Result<Option<PathBuf>> {
    if job.how.dry_run {
        return Ok(None);
    }
    let target = rejects_target(job);
    let batch = batch.handle();
    let file = RejectFile {
        headings,
        batch: Some(&batch),
        rows: rejected
            .iter()
            .map(|row| rejects::Rejected {
                line: row.line,
                column: row.column.as_deref(),
                reason: &row.reason,
                fields: &row.fields,
            })
            .collect(),
    };
    let written = if rejected.is_empty() {
        rejects::clear(&target).map(|()| None)
    } else {
        rejects::write(&target, &file).map(|()| Some(target))
    };
    written.map_err(|error| {
        Fault::usage(format!(
            "the names are imported, but the rejected rows can't be written: {error}"
        ))
        .hint("`salesctl import show BATCH` lists them; --rejects FILE names another place")
        .into()
    })
}

fn matched(mut document: Document, line: &ImportLine, done: &Done, dry_run: bool) -> Document {
    if line.companies > 0 {
        document = document.line(format!(
            "  companies      {} named, {} of them accounts of ours ({})",
            grouped(line.companies as u64),
            grouped(line.companies_known as u64),
            counted(
                done.who.employers.len(),
                "name works there",
                "names work there"
            ),
        ));
    }
    if line.unsure > 0 {
        let pairs = counted(line.unsure, "pair", "pairs");
        // Nothing is kept of a dry run that could be shown.
        let how = if dry_run {
            ""
        } else {
            ": `salesctl prospect duplicates` shows them side by side"
        };
        document = document.line(format!("  to be decided  {pairs}{how}"));
    }
    document
}

fn first_rejected(mut document: Document, rejected: &[Rejected], details: bool) -> Document {
    let limit = if details { usize::MAX } else { SHOWN };
    for row in rejected.iter().take(limit) {
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
    if rejected.len() > limit {
        document = document.line(format!(
            "  … {} more with --details",
            grouped((rejected.len() - limit) as u64)
        ));
    }
    document
}

/// The first rows that are somebody the store had.
fn first_known(
    mut document: Document,
    session: &Session<'_>,
    staged: &Store,
    done: &Done,
) -> Result<Document> {
    let sides = [&done.who.people, &done.who.companies];
    let known = sides.into_iter().flatten().flat_map(|side| {
        let fated = side
            .matches
            .links
            .iter()
            .map(|link| (link, side.fated(link)));
        fated.filter(|(link, fated)| {
            (link.to as usize) < side.known_rows() && fated.fate == Fate::Known
        })
    });
    for (_, fated) in known.take(SHOWN_KNOWN) {
        let Some((line, _)) = staged.place_of_name(fated.name)? else {
            continue;
        };
        let whom = if let Some(name) = session.store.name(fated.entity)? {
            format!(
                "{}, from list {}",
                visible(&name.called()),
                visible(name.list.as_deref().unwrap_or_default())
            )
        } else if let Some(person) = session.store.person(fated.entity)? {
            visible(&person.name)
        } else {
            let account = session.store.account_name(fated.entity)?;
            format!("our account {}", visible(&account.unwrap_or_default()))
        };
        document = document.line(format!(
            "  line {line:<7} {:<9} = {} {whom} ({:.3})",
            fated.fate.name(),
            crate::cli::prospect::short(fated.entity),
            fated.probability
        ));
    }
    Ok(document)
}
