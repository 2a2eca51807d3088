//! `import deals`: an existing pipeline.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::counted;
use super::summary::{self, Summary};
use super::{ImportArgs, Planned, batch_file, draft, no_plan, open, planned_and_written};
use crate::deal::book::{Columns, Needs};
use crate::deal::event::Amount;
use crate::fault::Fault;
use crate::id::Id;
use crate::import::read::Options;
use crate::import::{self, Plan, plan_deals};
use crate::store::{Access, Write};

/// Bring deals in from a CSV file; every row is new, known already or rejected with its reason
///
/// A second run of the same file changes nothing, and a run is undone as a whole. In the mapping, `value_since` names the
/// column with the day on which a value was known; without it, the value of a closed deal came with its end.
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
        return draft::run(
            cx,
            &session,
            &import.file,
            import.map.as_deref(),
            &import.options(),
        );
    }
    let Some((map_path, map_text, mapping)) = import.mapping(cx, &session)? else {
        return Ok(Status::Unusable);
    };
    let folder = import.file.parent().unwrap_or(Path::new(""));
    let mut paths: Vec<PathBuf> = mapping.lists().map(|(_, file)| folder.join(file)).collect();
    paths.push(import.file.clone());
    let plan = || {
        let mut inputs = paths
            .iter()
            .map(|path| {
                // The lists beside it are files of their own.
                let is_main = *path == import.file;
                let options = if is_main {
                    import.options()
                } else {
                    Options::default()
                };
                open(cx, path, &options)
            })
            .collect::<Result<Vec<_>>>()?;
        let deals = inputs
            .pop()
            .ok_or_else(|| Fault::input("no file was named"))?;
        let known = session.store.known()?;
        let values = values(&session)?;
        let context = import::Context {
            process: &session.process,
            earlier: &[],
            mapping: &mapping,
            known: &known,
            create: import.create(),
            today: session.today,
        };
        match plan_deals(&context, inputs, deals, |id| values.get(&id).copied()) {
            Ok(plan) => Ok(Planned::Ready(plan)),
            Err(error) => no_plan(cx, &map_path, &map_text, &error),
        }
    };
    let write = |plan: &Plan, write: &mut Write<'_>| {
        let files: Vec<_> = plan.files.iter().collect();
        summary::rejects_have_a_place(cx, import, &files, &paths)?;
        let counts = plan.main_file().map(|file| file.counts).unwrap_or_default();
        let file = batch_file(cx, &import.file, "deals", counts)?;
        let bar = cx.console.progress(plan.deals.len(), "deals");
        let batch = write.import_deals(plan, &file, &session.process.calendar, |n| {
            bar.set_position(n as u64);
        });
        bar.finish_and_clear();
        batch
    };
    let done = planned_and_written(&session, import.dry_run, plan, Plan::is_empty, write)?;
    let (plan, batch) = match done {
        Planned::Ready(done) => done,
        Planned::Shown(status) => return Ok(status),
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
            changed: &plan.changed,
            notes: &plan.notes,
            made: made(&plan),
            batch,
        },
    )
}

/// What the deals in the store are worth.
fn values(session: &Session<'_>) -> Result<HashMap<Id, Amount>> {
    let book = session
        .store
        .book(&session.process, session.today, &Needs::of(Columns::VALUE))?;
    let deals = &book.deals;
    let value = |(i, id): (usize, &Id)| {
        let currency = book.currencies[deals.currency[i] as usize];
        let minor = deals.value_minor[i]?;
        Some((*id, Amount { minor, currency }))
    };
    Ok(deals.id.iter().enumerate().filter_map(value).collect())
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
