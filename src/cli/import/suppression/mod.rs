//! `import suppression`: files of who must not be contacted.

mod summary;

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::suppress::PurposeArg;
use super::file::{self, Reads};
use super::file_summary::SHOWN;
use super::{batch_file, open};
use crate::fault::Fault;
use crate::id::Id;
use crate::import::read::{Header, Options, Row};
use crate::import::{Counts, Input, Reject};
use crate::prospect::Record;
use crate::prospect::suppression::{Columns, Kind, Purpose, Source, Taken, are_values};
use crate::store::{Access, Staged, Staging};
use crate::text::shortened;

/// Rows that are read to see what columns without a telling heading hold.
const SAMPLE: usize = 200;
/// Entries written in one transaction: other commands wait for a tenth of a second.
const CHUNK: usize = 20_000;

/// Bring in who must not be contacted from a CSV file; every row is new, there already or rejected
///
/// Columns are recognised by their headings (e-mail, phone, domain, website, name or first and last,
/// company, zip, city, reason, purpose) or by their values; a bare list of addresses or domains will do.
/// A row about a person suppresses that person, a row about a company all of it. What the file says counts
/// as soon as it is in: under CAN-SPAM an opt-out must be honoured within 10 business days.
/// A second run of the same file changes nothing, and a run is undone as a whole.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import suppression unsubscribed.csv --purpose marketing --reason unsubscribed\n  salesctl import suppression dnc.csv --map Mail=email --purpose all --reason \"do not contact\" --dry-run"
)]
pub(crate) struct Args {
    /// The CSV file, in any common encoding and with any common delimiter
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// What a column holds, where its heading doesn't tell: HEADING=email, phone, mobile, domain, website,
    /// first, last, name, company, zip, city, reason or purpose
    #[arg(long, value_name = "HEADING=WHAT", value_delimiter = ',')]
    map: Vec<String>,
    /// What they must not be contacted for, unless a column says
    #[arg(long)]
    purpose: Option<PurposeArg>,
    /// Why, unless a column says
    #[arg(long)]
    reason: Option<String>,
    /// Where rejected rows go [default: FILE.rejects.csv beside it]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    rejects: Option<PathBuf>,
    /// All rejected rows in the summary, not only the first
    #[arg(long)]
    details: bool,
    /// The summary as JSON
    #[arg(long)]
    json: bool,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// What became of the rows so far.
#[derive(Default)]
struct Tally {
    counts: Counts,
    /// New entries of each kind.
    entries: [u64; Kind::ALL.len()],
    rejects: Vec<Reject>,
    /// Values of rows that were taken for what else they tell.
    passed_over: Vec<String>,
    n_passed_over: usize,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let (mut input, columns) = open_listed(cx, &args.file, &args.map)?;
    refuse_what_is_left_open(args, &columns)?;
    let (tally, staging) = read(args, &session, &mut input, &columns)?;
    let batch = match staging {
        Some(staging) => {
            let file = batch_file(cx, &args.file, "suppression", tally.counts)?;
            let acting = session.acting(false);
            session.store.write(&acting, "import", |write| {
                write.finish_suppressions(&staging, &file)
            })?;
            Some(staging.batch)
        }
        None => None,
    };
    summary::show(args, cx, &session, &input, &columns, tally, batch)
}

/// Opens a file of people or companies, and says which column is what.
pub(crate) fn open_listed(
    cx: &Context,
    path: &Path,
    map: &[String],
) -> Result<(Input<Box<dyn Read>>, Columns)> {
    let first = open(cx, path, &Options::default())?;
    let headless = Options {
        header: Header::None,
        ..Options::default()
    };
    let options = if are_values(first.reader.headers()) {
        headless
    } else {
        Options::default()
    };
    let mut sampled = file::open(cx, path, &options, Reads::Again)?;
    let mut rows = Vec::new();
    let mut row = Row::default();
    while rows.len() < SAMPLE
        && sampled
            .reader
            .next(&mut row)
            .map_err(|e| unreadable(&sampled, &e))?
    {
        rows.push(row.clone());
    }
    let headers = sampled.reader.headers();
    let mut columns = Columns::of(headers, &rows);
    columns.lay_over(headers, map).map_err(|problems| {
        problems
            .iter()
            .fold(Fault::usage("--map can't be followed"), |fault, problem| {
                fault.hint(problem)
            })
    })?;
    if !columns.name_anybody() {
        let shown: Vec<String> = headers
            .iter()
            .take(10)
            .map(|header| shortened(header, 30))
            .collect();
        return Err(Fault::input(format!(
            "`{}` has no column that says who is meant; its columns are: {}",
            sampled.name,
            shown.join(", ")
        ))
        .hint("--map HEADING=email says what a column holds; also phone, domain, name, company")
        .into());
    }
    Ok((file::open(cx, path, &options, Reads::Again)?, columns))
}

pub(crate) fn unreadable<R>(input: &Input<R>, error: &dyn std::fmt::Display) -> Fault {
    Fault::input(format!("`{}` {error}", input.name))
}

/// What neither the command nor the file says.
fn refuse_what_is_left_open(args: &Args, columns: &Columns) -> Result<()> {
    let mut missing = Vec::new();
    if args.purpose.is_none() && !columns.tell_purpose() {
        missing.push("what they must not be contacted for: --purpose marketing, or --purpose all");
    }
    let has_reason = args
        .reason
        .as_ref()
        .is_some_and(|reason| !reason.trim().is_empty());
    if !has_reason && !columns.tell_reason() {
        missing.push("why: --reason \"unsubscribed\"");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Fault::usage(format!("say {}", missing.join("; and "))).into())
}

/// Reads every row; what is new is staged in a batch that does not count yet.
fn read(
    args: &Args,
    session: &Session<'_>,
    input: &mut Input<Box<dyn Read>>,
    columns: &Columns,
) -> Result<(Tally, Option<Staging>)> {
    let mut known = session.store.stated_suppressions()?;
    let mut tally = Tally::default();
    let mut staging: Option<Staging> = None;
    let mut staged: Vec<Staged> = Vec::new();
    let (mut row, mut record) = (Row::default(), Record::default());
    let mut write = |staged: &mut Vec<Staged>| -> Result<()> {
        if !args.dry_run && !staged.is_empty() {
            let begun = match &mut staging {
                Some(begun) => begun,
                none => none.insert(session.store.begin_suppressions(&session.acting(false))?),
            };
            session.store.stage_suppressions(begun, staged)?;
        }
        staged.clear();
        Ok(())
    };
    while input
        .reader
        .next(&mut row)
        .map_err(|error| Fault::input(format!("`{}` {error}", input.name)))?
    {
        tally.counts.read += 1;
        let mut taken = match &row.defect {
            Some(defect) => Taken {
                problems: vec![defect.to_string()],
                ..Taken::default()
            },
            None => columns.entries(&row, &mut record),
        };
        let purpose = taken.purpose.or(args.purpose.map(Purpose::from));
        let reason = taken.reason.take().or_else(|| args.reason.clone());
        let (Some(purpose), Some(reason)) =
            (purpose, reason.filter(|reason| !reason.trim().is_empty()))
        else {
            if purpose.is_none() && taken.problems.is_empty() {
                taken
                    .problems
                    .push("no purpose, and none was given by --purpose".to_string());
            }
            if taken.problems.is_empty() {
                taken
                    .problems
                    .push("no reason, and none was given by --reason".to_string());
            }
            tally.reject(&row, &taken);
            continue;
        };
        if taken.entries.is_empty() {
            tally.reject(&row, &taken);
            continue;
        }
        tally.pass_over(&row, &taken, args.details);
        let before = staged.len();
        for entry in &taken.entries {
            let Some(keys) = entry.keys() else { continue };
            if known.holds(keys, purpose) {
                continue;
            }
            known.insert(keys, entry.kind, purpose, Source::Stated, Id(0), &reason);
            tally.entries[entry.kind as usize] += 1;
            staged.push(Staged {
                line: row.line,
                kind: entry.kind,
                keys,
                shown: entry.shown(),
                purpose,
                reason: reason.clone(),
            });
        }
        if staged.len() == before {
            tally.counts.known += 1;
        } else {
            tally.counts.new += 1;
        }
        if staged.len() >= CHUNK {
            write(&mut staged)?;
        }
    }
    write(&mut staged)?;
    Ok((tally, staging))
}

impl Tally {
    fn reject(&mut self, row: &Row, taken: &Taken) {
        self.counts.rejected += 1;
        let reason = if taken.problems.is_empty() {
            "says of nobody who is meant".to_string()
        } else {
            taken.problems.join("; ")
        };
        self.rejects.push(Reject {
            column: None,
            line: row.line,
            reason,
            fields: row.to_fields(),
        });
    }

    fn pass_over(&mut self, row: &Row, taken: &Taken, all: bool) {
        self.n_passed_over += taken.problems.len();
        for problem in &taken.problems {
            if all || self.passed_over.len() < SHOWN {
                self.passed_over.push(format!(
                    "line {:<7} passed over {problem}; the rest of the row counts",
                    row.line
                ));
            }
        }
    }
}
