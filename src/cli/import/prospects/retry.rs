//! `import retry`: rejected rows, repaired, taken the way the rest of their file was.

use std::path::PathBuf;

use anyhow::Result;

use super::super::super::context::{Context, Status};
use super::super::file::{Reads, open};
use super::rows::Rows;
use super::settings::Settings;
use super::{How, Job, import};
use crate::fault::Fault;
use crate::import::read::Options;
use crate::store::{Access, BatchState};

/// Import the rows of a reject file that you have repaired
///
/// The list, the map and the settings are those of the import that rejected them; the new batch says so.
/// The columns that salesctl put in front, and its guards against formulas, are taken off again.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import retry apollo_2026-11.rejects.csv --dry-run\n  salesctl import retry apollo_2026-11.rejects.csv"
)]
pub(crate) struct Args {
    /// The reject file, repaired
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    how: How,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let access = if args.how.dry_run {
        Access::Read
    } else {
        Access::Write
    };
    let session = cx.session(access)?;
    let file = Rows::open(open(cx, &args.file, &Options::default(), Reads::Once)?)?;
    let shown = cx.shown(&args.file);
    let from = file.input.reader.rejected_from().map(str::to_string);
    let Some(handle) = from else {
        return Err(Fault::input(format!(
            "`{shown}` is not a file of rejected names: it has no column `rejected_batch` that says where they are from"
        ))
        .hint("salesctl import prospects FILE --list CODE imports any other file")
        .into());
    };
    if handle.is_empty() {
        return Err(Fault::input(format!(
            "the rows of `{shown}` are not of an import of names, which alone is retried; the command that rejected them takes them as they are, with the same --map and options"
        ))
        .hint(format!("salesctl import history {shown} takes the rows of a log"))
        .hint(format!("salesctl import deals {shown} takes deals"))
        .into());
    }
    let before = session.store.resolve_batch(&handle)?;
    if before.state == BatchState::Undone {
        return Err(Fault::no(format!(
            "the import that rejected these rows, {} of {}, was undone",
            session.store.short(before.id)?,
            before.file
        ))
        .hint("import the whole file again, or bring the import back with `salesctl redo`")
        .into());
    }
    let run = session.store.run(before.id)?.ok_or_else(|| {
        Fault::no(format!(
            "batch {handle} is no import of names; `import deals` takes its reject file as it is"
        ))
    })?;
    let settings: Settings = serde_json::from_str(&run.setup.settings)
        .map_err(|_| Fault::damaged(format!("the settings of batch {handle} can't be read")))?;
    let list = session
        .store
        .lists()?
        .into_iter()
        .find(|list| list.id == run.setup.list)
        .ok_or_else(|| {
            Fault::no("the list of these rows is gone; `salesctl redo` may bring it back")
        })?;
    let job = Job {
        path: &args.file,
        list,
        settings,
        retry_of: Some(before.id),
        how: &args.how,
    };
    import(cx, &session, &job, file)
}
