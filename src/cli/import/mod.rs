//! Imports: files of other systems in, every row accounted for.

mod deals;
mod draft;
mod explain;
pub(super) mod file;
pub(super) mod file_summary;
mod history;
mod list;
mod probe;
mod prospects;
mod ratings;
mod show;
mod summary;
pub(super) mod suppression;
mod undo;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use sha2::{Digest, Sha256};

use super::context::{Context, Status};
use super::session::Session;
use crate::fault::Fault;
use crate::id::Id;
use crate::import::read::Options;
use crate::import::{Counts, Create, Input, Mapping, PlanError};
use crate::process::render_problems;
use crate::store::{BatchFile, Write};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Prospects(prospects::Args),
    Retry(prospects::retry::Args),
    Deals(deals::Args),
    History(history::Args),
    List(list::Args),
    Show(show::Args),
    Explain(explain::Args),
    Undo(undo::Args),
    Suppression(suppression::Args),
    Ratings(ratings::Args),
    Probe(probe::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Prospects(args) => prospects::run(args, cx),
        Command::Retry(args) => prospects::retry::run(args, cx),
        Command::Deals(args) => deals::run(args, cx),
        Command::History(args) => history::run(args, cx),
        Command::List(args) => list::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Explain(args) => explain::run(args, cx),
        Command::Undo(args) => undo::run(args, cx),
        Command::Suppression(args) => suppression::run(args, cx),
        Command::Ratings(args) => ratings::run(args, cx),
        Command::Probe(args) => probe::run(args, cx),
    }
}

/// Options of every import.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArgs {
    /// The CSV file, in any common encoding and with any common delimiter
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    how: file::FileArgs,
    /// What its columns mean: a small TOML file
    #[arg(long, value_name = "MAP", value_hint = clap::ValueHint::FilePath)]
    map: Option<PathBuf>,
    /// Create what the store does not have yet instead of rejecting its rows
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    create: Vec<Creatable>,
    /// Where rejected rows go [default: FILE.rejects.csv beside it]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    rejects: Option<PathBuf>,
    /// All rejected rows, changed rows and missing names in the summary, not only the first
    #[arg(long)]
    details: bool,
    /// The summary as JSON
    #[arg(long)]
    json: bool,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Creatable {
    All,
    Accounts,
    Reps,
    Products,
    Sources,
}

impl ImportArgs {
    /// How the file is written, as far as it was said.
    fn options(&self) -> Options {
        self.how.over(&Options::default())
    }

    fn create(&self) -> Create {
        let has = |what| self.create.contains(&Creatable::All) || self.create.contains(&what);
        Create {
            accounts: has(Creatable::Accounts),
            reps: has(Creatable::Reps),
            products: has(Creatable::Products),
            sources: has(Creatable::Sources),
        }
    }

    /// The mapping, checked; every problem in it is shown at its place. `None` when it was unusable.
    fn mapping(
        &self,
        cx: &Context,
        session: &Session<'_>,
    ) -> Result<Option<(PathBuf, String, Mapping)>> {
        let Some(path) = &self.map else {
            let file = self.file.display();
            return Err(Fault::usage("say what the columns mean with --map MAP")
                .hint(format!(
                    "salesctl import deals {file} --guess-map writes a first draft"
                ))
                .into());
        };
        let bytes = std::fs::read(path).map_err(|error| {
            Fault::input(format!(
                "cannot read the mapping `{}`: {error}",
                cx.shown(path)
            ))
        })?;
        let text = crate::process::decode(bytes)
            .map_err(|problem| Fault::input(format!("{}: {problem}", cx.shown(path))))?;
        match Mapping::parse(&text, &session.process) {
            Ok(mapping) => Ok(Some((path.clone(), text, mapping))),
            Err(problems) => {
                let shown = render_problems(
                    &cx.shown(path),
                    &text,
                    &problems,
                    cx.console.colors_stderr(),
                );
                cx.console.warn(shown.trim_end());
                Ok(None)
            }
        }
    }
}

/// Opens a file that is read more than once.
pub(super) fn open(cx: &Context, path: &Path, options: &Options) -> Result<Input<Box<dyn Read>>> {
    file::open(cx, path, options, file::Reads::Again)
}

/// Tries before an import gives way to the other commands that write.
const TRIES: usize = 8;

/// What an import came to.
enum Planned<P> {
    Ready(P),
    /// There is no plan; why was shown already.
    Shown(Status),
}

/// Plans without a lock and writes if nothing else was written meanwhile; otherwise plans again, since
/// what was missing may be there now. The plan, and the batch unless there was nothing to write.
fn planned_and_written<P>(
    session: &Session<'_>,
    dry_run: bool,
    plan: impl Fn() -> Result<Planned<P>>,
    is_empty: impl Fn(&P) -> bool,
    write: impl Fn(&P, &mut Write<'_>) -> Result<Id>,
) -> Result<Planned<(P, Option<Id>)>> {
    for _ in 0..TRIES {
        let seen = session.store.newest_operation()?;
        let plan = match plan()? {
            Planned::Ready(plan) => plan,
            Planned::Shown(status) => return Ok(Planned::Shown(status)),
        };
        if is_empty(&plan) {
            return Ok(Planned::Ready((plan, None)));
        }
        let acting = session.acting(dry_run);
        let (batch, _) = session.store.write(&acting, "import", |open| {
            if open.is_next_after(seen)? {
                write(&plan, open).map(Some)
            } else {
                Ok(None)
            }
        })?;
        if batch.is_some() {
            return Ok(Planned::Ready((plan, batch)));
        }
    }
    Err(Fault::store(format!(
        "other commands wrote to the store during each of {TRIES} tries to import"
    ))
    .hint("nothing was imported; run the command again when less is going on")
    .into())
}

/// Why there is no plan: problems of the mapping are shown, the rest is an error.
fn no_plan<P>(cx: &Context, map: &Path, text: &str, error: &PlanError) -> Result<Planned<P>> {
    match error {
        PlanError::Mapping(problems) => {
            let shown = render_problems(&cx.shown(map), text, problems, cx.console.colors_stderr());
            cx.console.warn(shown.trim_end());
            Ok(Planned::Shown(Status::Unusable))
        }
        other => Err(Fault::input(other.to_string()).into()),
    }
}

/// What the store keeps about the file.
fn batch_file(cx: &Context, path: &Path, what: &'static str, counts: Counts) -> Result<BatchFile> {
    Ok(BatchFile {
        name: cx.shown(path),
        sha256: sha256_of(path)?,
        what,
        read: counts.read,
        new: counts.new,
        known: counts.known,
        rejected: counts.rejected,
    })
}

fn sha256_of(path: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(crate::text::hex(&hash.finalize()))
}
