//! `import prospects`: a rented list goes in whole. Staged row by row, cleaned, held against decoys and who
//! must be left alone, matched with everybody we know; every row accounted for.

mod draft;
pub(super) mod explain;
mod how;
mod links;
mod load;
pub(super) mod retry;
mod rows;
mod scratch;
mod settings;
mod tell;
mod who;
mod words;

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;

use super::super::context::{Context, Status};
use super::super::session::Session;
use super::file::{FileArgs, Reads, open};
use super::sha256_of;
use crate::fault::Fault;
use crate::id::Id;
use crate::import::read::Options;
use crate::prospect::clean::Cleaner;
use crate::prospect::map;
use crate::prospect::matching::Thresholds;
use crate::prospect::{Counts, Seeds};
use crate::store::{Access, ListRow, Run, RunState, Setup, Store};
use how::How;
use load::Guards;
use rows::Rows;
use scratch::Scratch;
use settings::{Chosen, Settings};
use who::Who;

/// Import the names of a rented list, or of our own files
///
/// Every row ends up in exactly one of: new, already known, twice in the file, suppressed, seed, rejected.
/// The same file twice changes nothing; an import that was broken off goes on when it is run again (not one
/// from standard input); `salesctl import undo` takes it back as a whole.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import prospects apollo_2026-11.csv --list zoom-q4 --dry-run\n  salesctl import prospects apollo_2026-11.csv --guess-map"
)]
pub(crate) struct Args {
    /// The file as the broker sent it, also gzipped; `-` is standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// The list it is of; `salesctl list add CODE` registers one
    #[arg(long, value_name = "CODE", required_unless_present = "guess_map")]
    list: Option<String>,
    /// What its columns mean: a TOML file, or one of ours such as apollo, hubspot-contacts, plain
    /// [default: the one that its headings are known by]
    #[arg(long, value_name = "MAP")]
    map: Option<String>,
    /// Write the map that would be used as TOML to edit, and import nothing
    #[arg(long)]
    guess_map: bool,
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    dialect: FileArgs,
}

/// What decides what rows become.
#[derive(Clone, Debug, clap::Args)]
struct Rules {
    /// Where rows are from that don't say it: for phones, postcodes and states
    #[arg(long, value_name = "COUNTRY")]
    country: Option<String>,
    /// What the names are for, which decides who is suppressed
    #[arg(long, value_name = "PURPOSE", default_value = "marketing")]
    purpose: PurposeArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PurposeArg {
    Marketing,
    All,
}

impl PurposeArg {
    fn name(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::All => "all",
        }
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let access = if args.guess_map || args.how.dry_run {
        Access::Read
    } else {
        Access::Write
    };
    let session = cx.session(access)?;
    if args.how.unsure > args.how.sure {
        return Err(Fault::usage("--unsure is above --sure")
            .hint("between the two a person is asked; above --sure nobody is")
            .into());
    }
    let draft_to = args
        .map
        .as_deref()
        .filter(|map| args.guess_map && settings::is_new(map));
    let map = args.map.as_deref().filter(|_| draft_to.is_none());
    let Some(chosen) = settings::choose(cx, map)? else {
        return Ok(Status::Unusable);
    };
    let options = args.dialect.over(&chosen.profile.options);
    if args.guess_map {
        return draft::write(args, cx, &chosen, draft_to, &options);
    }
    let code = args.list.as_deref().unwrap_or_default();
    let list = session.store.list_named(code)?;
    let file = Rows::open(open(cx, &args.file, &options, Reads::Once)?)?;
    let settings = settled(args, chosen, &options, &file)?;
    let job = Job {
        path: &args.file,
        list,
        settings,
        retry_of: None,
        how: &args.how,
    };
    import(cx, &session, &job, file)
}

fn settled<R: Read>(
    args: &Args,
    chosen: Chosen,
    options: &Options,
    file: &Rows<R>,
) -> Result<Settings> {
    let headings = file.input.reader.headers();
    let sample = file.sample();
    let (text, map, why) = match (chosen.text, chosen.map) {
        (Some(text), Some(map)) => (Some(text), map, "given".to_string()),
        (_, Some(map)) => (None, map, "asked for".to_string()),
        (_, None) => {
            let found = map::recognise(headings, &sample, None)
                .filter(|found| found.map.fields().next().is_some())
                .ok_or_else(|| settings::nothing_known(&file.input.name, headings))?;
            // Its text, so that a rerun or a retry reads the columns in the same way.
            let text = map::guess(&file.input.name, headings, &sample, None);
            (Some(text), found.name.to_string(), found.why)
        }
    };
    Ok(Settings {
        text,
        map,
        why,
        country: args.rules.country.clone().or(chosen.profile.country),
        decimal: chosen.profile.decimal,
        date_format: chosen.profile.date_format,
        purpose: args.rules.purpose.name().to_string(),
        dialect: format!("{options:?}"),
    })
}

/// One import of one file.
struct Job<'a> {
    path: &'a Path,
    list: ListRow,
    settings: Settings,
    /// The batch whose rejected rows these are.
    retry_of: Option<Id>,
    how: &'a How,
}

/// What an import came to, to be told.
struct Done {
    run: Run,
    counts: Counts,
    who: Who,
    /// Columns that are kept as they are.
    attributes: Vec<String>,
    columns: usize,
    unknown_codes: Vec<String>,
    resumed: u64,
}

fn import<R: Read>(
    cx: &Context,
    session: &Session<'_>,
    job: &Job<'_>,
    mut file: Rows<R>,
) -> Result<Status> {
    let how = job.how;
    let is_stdin = job.path == Path::new("-");
    let sha256 = if is_stdin {
        cx.console
            .note("note: standard input can't be read twice: broken off, this import begins anew");
        String::new()
    } else {
        sha256_of(job.path)?
    };
    let _turn = if how.dry_run {
        None
    } else {
        let waiting = || {
            cx.console
                .note("note: another import is running; waiting for its end");
        };
        Some(session.store.importing(waiting)?)
    };
    if !is_stdin && let Some(batch) = session.store.batch_of_file(job.list.id, &sha256)? {
        return tell::again(cx, session, job, batch, file.input.reader.headers());
    }
    let headings = file.input.reader.headers().to_vec();
    let sample = file.sample();
    let Some(binding) = settings::bind(cx, &job.settings, &file.input.name, &headings, &sample)?
    else {
        return Ok(Status::Unusable);
    };
    let mut cleaner = Cleaner::new(job.settings.cleaning()?);
    let scratch = Scratch::new(how.dry_run)?;
    let staged = scratch.store.as_ref().unwrap_or(&session.store);
    let acting = session.acting(false);
    let mut run = staged.begin_run(
        &acting,
        &Setup {
            list: job.list.id,
            file: file.input.name.clone(),
            sha256,
            settings: serde_json::to_string(&job.settings)?,
            retry_of: job.retry_of,
        },
    )?;
    let resumed = run.records;
    if run.is_resumed() {
        cx.console.note(&format!(
            "note: going on with batch {}, which was broken off after {} rows",
            session.store.short(run.id)?,
            crate::money::grouped(run.records)
        ));
    }
    if run.state == RunState::Staged {
        staged.unsettle(&run)?;
    }
    if run.state == RunState::Staging {
        let guards = Guards {
            seeds: Seeds::new(session.store.seeds(job.list.id)?),
            suppressed: session.store.suppression_set(session.today)?,
            purpose: job.settings.purpose(),
            seen: session.store.row_hashes(job.list.id)?,
        };
        let size = std::fs::metadata(job.path).map_or(0, |meta| meta.len());
        let bar = cx.console.progress(0, "rows");
        load::load(
            staged,
            &mut run,
            &mut file,
            &binding,
            &mut cleaner,
            &guards,
            |rows, bytes| {
                // How many rows there will be, going by how long they are so far.
                let all = (rows as f64 * size as f64 / bytes.max(1) as f64) as u64;
                bar.set_length(all.max(rows));
                bar.set_position(rows);
            },
        )?;
        bar.finish_and_clear();
    }
    let rejected = staged.rejected_count(run.id)?;
    if let Some(limit) = how.reject_limit
        && limit.is_passed(rejected, run.records)
    {
        staged.give_up(&run)?;
        return Err(Fault::no(format!(
            "{} of {} rows would be rejected, more than --reject-limit allows: nothing was imported",
            crate::money::grouped(rejected),
            crate::money::grouped(run.records)
        ))
        .hint("--dry-run shows which and why; `salesctl import probe FILE` shows how the file is read")
        .into());
    }
    let thresholds = Thresholds {
        sure: how.sure,
        unsure: how.unsure,
    };
    let bar = cx.console.progress(0, "pairs compared");
    let who = who::who(
        staged,
        &session.store,
        &run,
        thresholds,
        &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        },
    )?;
    bar.finish_and_clear();
    settle(staged, &run, &who)?;
    let counts = counted(staged, &run, rejected)?;
    if let Some(path) = &how.links {
        links::write(path, staged, &session.store, &who)?;
    }
    if !how.dry_run {
        staged.complete(&acting, &mut run, counts)?;
    }
    let mut unknown_codes = Vec::new();
    for (field, code, n) in cleaner.unknown_codes() {
        unknown_codes.push(format!("{} `{code}` × {n}", field.name()));
    }
    let done = Done {
        run,
        counts,
        who,
        attributes: binding.attributes().map(str::to_string).collect(),
        columns: headings.len(),
        unknown_codes,
        resumed,
    };
    tell::tell(cx, session, job, &file.input, staged, &done)
}

/// Writes down who the names are.
fn settle(staged: &Store, run: &Run, who: &Who) -> Result<()> {
    for side in [&who.people, &who.companies].into_iter().flatten() {
        let fates: Vec<_> = side.fates().collect();
        let unsure: Vec<_> = side.unsure().collect();
        staged.settle(run, &fates, &[], &unsure, |_| {})?;
        if side.model.is_learnt() {
            let text = serde_json::to_string(&side.model)?;
            staged.keep_match_model(side.model.kind().name(), run.id, &text)?;
        }
    }
    staged.settle(run, &[], &who.employers, &[], |_| {})
}

/// Every row, from what is written down.
fn counted(staged: &Store, run: &Run, rejected: u64) -> Result<Counts> {
    let mut counts = Counts {
        read: run.records,
        known: run.repeated,
        rejected,
        ..Counts::default()
    };
    for tally in staged.tally(run)? {
        *counts.of(tally.fate) += tally.n;
    }
    if !counts.add_up() {
        return Err(Fault::damaged(format!(
            "{} rows were read, but {counts:?} does not add up to it",
            counts.read
        ))
        .into());
    }
    Ok(counts)
}
