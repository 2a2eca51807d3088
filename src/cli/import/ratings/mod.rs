//! `import ratings`: what many people know of many, from one file.

mod plan;
mod summary;
mod whom;

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::rating;
use super::file::FileArgs;
use super::{Planned, batch_file, open, planned_and_written, sha256_of};
use crate::fault::Fault;
use crate::import::read::{Options, Row};
use crate::prospect::rating_file::Columns;
use crate::store::Access;
use crate::text::shortened;
use plan::{Plan, Read};

/// Bring in ratings of prospects, accounts and persons from a CSV file
///
/// Columns are recognised by their headings, in any order: whom it rates (`who` for an id, e-mail address
/// or name; or `email`, `person`, `account`, `prospect`), `topic` and `stars`; `note`, `by` and `date` where
/// there are any. Names must be whole: nobody is guessed at. Rows that can't be taken go to a file of their
/// own. A second run of the same file changes nothing, and a run is undone as a whole.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import ratings fair-2026.csv --by \"Ann Berg\"\n  salesctl import ratings survey.csv --dry-run --details"
)]
pub(crate) struct Args {
    /// The CSV file, in any common encoding and with any common delimiter
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    how: FileArgs,
    /// Whose word it is where a row doesn't say, when it is not yours
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
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

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let by = rating::rater(&session, args.by.as_deref())?;
    let options = args.how.over(&Options::default());
    let mut input = open(cx, &args.file, &options)?;
    let headings = input.reader.headers().to_vec();
    let columns = Columns::of(&headings);
    refuse_what_is_missing(&columns, &input.name, &headings)?;
    let (mut rows, mut row) = (Vec::new(), Row::default());
    let unreadable = |error| Fault::input(format!("`{}` {error}", input.name));
    while input.reader.next(&mut row).map_err(unreadable)? {
        rows.push(Read {
            line: row.line,
            fields: row.to_fields(),
            said: columns.row(&row, session.today),
        });
    }
    let sha256 = sha256_of(&args.file)?;
    let planned = planned_and_written(
        &session,
        args.dry_run,
        || plan::plan(&session, &rows, &by, &sha256).map(Planned::Ready),
        |plan: &Plan| plan.rated.is_empty(),
        |plan, write| {
            let file = batch_file(cx, &args.file, "ratings", plan.counts)?;
            write.import_ratings(&plan.rated, &file)
        },
    )?;
    match planned {
        Planned::Ready((plan, batch)) => {
            summary::show(args, cx, &session, &input, &columns, plan, batch)
        }
        Planned::Shown(status) => Ok(status),
    }
}

fn refuse_what_is_missing(columns: &Columns, file: &str, headings: &[String]) -> Result<()> {
    let missing = columns.missing();
    if missing.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = headings
        .iter()
        .take(10)
        .map(|heading| shortened(heading, 30))
        .collect();
    let fault = Fault::input(format!(
        "`{file}` lacks columns; it has: {}",
        shown.join(", ")
    ));
    let fault = missing
        .iter()
        .fold(fault, |fault, what| fault.hint(format!("add {what}")));
    Err(fault.into())
}
