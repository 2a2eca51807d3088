//! `import history`: the log of moves of deals that a CRM, or a tool of process mining, exports.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::file::open_log;
use super::summary::{self, Summary};
use super::{ImportArgs, Planned, batch_file, no_plan, planned_and_written};
use crate::fault::Fault;
use crate::import::{self, HISTORY_CELLS, HistoryPlan, Mapping, Section, plan_history};
use crate::store::{Access, Write};
use crate::text::{visible, wrapped};

/// Bring the past of deals in: a log, CSV or XES, of which deal came to which stage, when and by whom
///
/// XES (also packed: .xes.gz), and CSV with the columns case, activity and timestamp, need no mapping. Of
/// activities that start and complete, only `complete` counts.
///
/// The logs of `export log` come back whole: steps, overrides, and of deals that are made here owner, product,
/// source and value. What happened in a stage that the process removed, or had in an earlier version, stays as it
/// was.
///
/// The log is the whole story: it takes the place of the stages that a file of deals told, of which the
/// end stays where the log tells none. Deals that were moved here are refused.
#[derive(Debug, clap::Args)]
#[command(after_help = help())]
pub(crate) struct Args {
    #[command(flatten)]
    import: ImportArgs,
    /// Make the deals that the store does not have
    #[arg(long)]
    create_deals: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let import = &args.import;
    let (map_path, map_text, mut mapping) = if import.map.is_none() {
        (PathBuf::new(), String::new(), Mapping::default())
    } else {
        match import.mapping(cx, &session)? {
            Some(read) => read,
            None => return Ok(Status::Unusable),
        }
    };
    if mapping.history.is_none() {
        let log = open_log(cx, &import.file, &import.options())?;
        let headings = log.rows.headings();
        let by_itself = Section::of_event_log(headings);
        mapping.history = Some(by_itself.ok_or_else(|| not_clear(&log.name, headings))?);
    }
    let earlier = session.earlier()?;
    let plan = || {
        let log = open_log(cx, &import.file, &import.options())?;
        let known = session.store.known()?;
        let context = import::Context {
            process: &session.process,
            earlier: &earlier,
            mapping: &mapping,
            known: &known,
            create: import.create(),
            today: session.today,
        };
        let planned = plan_history(&context, log, args.create_deals, session.now, |id| {
            session.store.events(id)
        })?;
        match planned {
            Ok(plan) => Ok(Planned::Ready(plan)),
            Err(error) => no_plan(cx, &map_path, &map_text, &error),
        }
    };
    let write = |plan: &HistoryPlan, write: &mut Write<'_>| {
        let paths = std::slice::from_ref(&import.file);
        summary::rejects_have_a_place(cx, import, &[&plan.file], paths)?;
        let file = batch_file(cx, &import.file, "history", plan.file.counts)?;
        let bar = cx.console.progress(plan.deals.len(), "deals");
        let batch = write.import_history(plan, &file, &session.process.calendar, |n| {
            bar.set_position(n as u64);
        });
        bar.finish_and_clear();
        batch
    };
    let done = planned_and_written(&session, import.dry_run, plan, HistoryPlan::is_empty, write)?;
    let (plan, batch) = match done {
        Planned::Ready(done) => done,
        Planned::Shown(status) => return Ok(status),
    };
    summary::show(
        cx,
        &session,
        import,
        &Summary {
            files: &[&plan.file],
            paths: std::slice::from_ref(&import.file),
            missing: &plan.missing,
            changed: &[],
            notes: &plan.notes,
            made: format!(
                "the history of {}",
                counted(plan.deals.len(), "deal", "deals")
            ),
            batch,
        },
    )
}

/// Examples, and what a mapping may say.
fn help() -> String {
    let cells = HISTORY_CELLS.join(", ");
    let map = [
        "[history] which column tells what, as in `deal = \"Opportunity ID\"`; the first three are needed:",
        &cells,
        "and how they are written: date_format, decimal, timezone; the namespace of the deals' ids",
        "[values.stage] what its words mean, as in `\"Demo held\" = \"show\"`: a stage, won, lost, done_STEP, or \"\" for \
         nothing; in the same way [values.rep], team, product, source, account and reason. A map of values alone is laid \
         over what the headings of an event log say by themselves.",
    ];
    let map = map.map(|line| format!("  {}", wrapped(line, Some(76), 4)));
    format!(
        "Examples:
  salesctl import history stages.csv --map stages.map.toml --dry-run
  salesctl import history stages.csv --map stages.map.toml --create-deals --create reps
  salesctl import history log.xes.gz --create-deals --dry-run

In a map:
{}",
        map.join("\n")
    )
}

fn not_clear(name: &str, headings: &[String]) -> Fault {
    let columns: Vec<String> = headings
        .iter()
        .map(|heading| format!("`{}`", visible(heading)))
        .collect();
    Fault::usage(format!(
        "which columns of `{name}` tell the deal, the stage and the time is not clear; it has {}",
        columns.join(", ")
    ))
    .hint("--map FILE, with `[history]` and in it `deal`, `stage` and `at`, each = \"the column's heading\"")
}
