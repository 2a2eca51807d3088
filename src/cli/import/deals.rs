//! `import deals`: an existing pipeline.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::summary::{self, Summary};
use super::{ImportArgs, draft, no_plan, open, sha256_of};
use crate::fault::Fault;
use crate::import::{self, Plan, plan_deals};
use crate::store::{Access, BatchFile};

/// Bring deals in from a CSV file; every row is new, known already or rejected with its reason
///
/// A second run of the same file changes nothing, and a run is undone as a whole.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import deals pipeline.csv --guess-map\n  salesctl import deals pipeline.csv --map pipeline.map.toml --create accounts --dry-run"
)]
pub(crate) struct Args {
    #[command(flatten)]
    import: ImportArgs,
    /// Write a first draft of the mapping to edit, and import nothing
    #[arg(long)]
    guess_map: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let access = if args.guess_map {
        Access::Read
    } else {
        Access::Write
    };
    let session = cx.session(access)?;
    let import = &args.import;
    if args.guess_map {
        return draft::run(cx, &session, &import.file, import.map.as_deref());
    }
    let Some((map_path, map_text, mapping)) = import.mapping(cx, &session)? else {
        return Ok(Status::Unusable);
    };
    let folder = import.file.parent().unwrap_or(Path::new(""));
    let mut paths: Vec<PathBuf> = mapping.lists().map(|(_, file)| folder.join(file)).collect();
    let lists = paths
        .iter()
        .map(|path| open(cx, path))
        .collect::<Result<Vec<_>>>()?;
    let deals = open(cx, &import.file)?;
    paths.push(import.file.clone());
    let known = session.store.known()?;
    let context = import::Context {
        process: &session.process,
        mapping: &mapping,
        known: &known,
        create: import.create(),
        today: session.today,
    };
    let plan = match plan_deals(&context, lists, deals) {
        Ok(plan) => plan,
        Err(error) => return no_plan(cx, &map_path, &map_text, &error),
    };
    let batch = if plan.is_empty() {
        None
    } else {
        Some(write(args, cx, &session, &plan)?)
    };
    let files: Vec<_> = plan.files.iter().collect();
    summary::show(
        cx,
        &session,
        import,
        &Summary {
            files: &files,
            paths: &paths,
            missing: &plan.missing,
            notes: &plan.notes,
            made: made(&plan),
            batch,
        },
    )
}

fn write(
    args: &Args,
    cx: &Context,
    session: &super::super::session::Session<'_>,
    plan: &Plan,
) -> Result<crate::id::Id> {
    let counts = plan
        .main_file()
        .map(|file| file.counts)
        .ok_or_else(|| Fault::input("no file was read"))?;
    let file = BatchFile {
        name: cx.shown(&args.import.file),
        sha256: sha256_of(&args.import.file)?,
        what: "deals",
        read: counts.read,
        new: counts.new,
        known: counts.known,
        rejected: counts.rejected,
    };
    let bar = cx.console.progress(plan.deals.len(), "deals");
    let acting = session.acting(args.import.dry_run);
    let (batch, _) = session.store.write(&acting, "import", |write| {
        write.import_deals(plan, &file, &session.process.calendar, |n| {
            bar.set_position(n as u64);
        })
    })?;
    bar.finish_and_clear();
    Ok(batch)
}

fn made(plan: &Plan) -> String {
    let mut parts = vec![counted(plan.deals.len(), "deal", "deals")];
    if !plan.accounts.is_empty() {
        parts.push(counted(plan.accounts.len(), "account", "accounts"));
    }
    if !plan.catalog.is_empty() {
        parts.push(format!(
            "{} (reps, teams, products, sources)",
            counted(plan.catalog.len(), "catalog entry", "catalog entries")
        ));
    }
    parts.join(", ")
}
