//! `import history`: the log of moves of deals that a CRM exports.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::summary::{self, Summary};
use super::{ImportArgs, no_plan, open, sha256_of};
use crate::import::{self, plan_history};
use crate::store::{Access, BatchFile};

/// Bring the past of deals in: a CSV log of which deal came to which stage, when and by whom
///
/// Deals that have been moved here already are refused: two tellings of one past can't be merged.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import history stages.csv --map stages.map.toml --dry-run\n  salesctl import history stages.csv --map stages.map.toml --create-deals --create reps"
)]
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
    let Some((map_path, map_text, mapping)) = import.mapping(cx, &session)? else {
        return Ok(Status::Unusable);
    };
    let known = session.store.known()?;
    let context = import::Context {
        process: &session.process,
        mapping: &mapping,
        known: &known,
        create: import.create(),
        today: session.today,
    };
    let log = open(cx, &import.file)?;
    let planned = plan_history(&context, log, args.create_deals, session.now, |id| {
        session.store.events(id)
    })?;
    let plan = match planned {
        Ok(plan) => plan,
        Err(error) => return no_plan(cx, &map_path, &map_text, &error),
    };
    let is_empty = plan.deals.is_empty() && plan.catalog.is_empty() && plan.accounts.is_empty();
    let batch = if is_empty {
        None
    } else {
        let counts = plan.file.counts;
        let file = BatchFile {
            name: cx.shown(&import.file),
            sha256: sha256_of(&import.file)?,
            what: "history",
            read: counts.read,
            new: counts.new,
            known: counts.known,
            rejected: counts.rejected,
        };
        let bar = cx.console.progress(plan.deals.len(), "deals");
        let acting = session.acting(import.dry_run);
        let (batch, _) = session.store.write(&acting, "import", |write| {
            write.import_history(&plan, &file, &session.process.calendar, |n| {
                bar.set_position(n as u64);
            })
        })?;
        bar.finish_and_clear();
        Some(batch)
    };
    summary::show(
        cx,
        &session,
        import,
        &Summary {
            files: &[&plan.file],
            paths: std::slice::from_ref(&import.file),
            missing: &plan.missing,
            notes: &plan.notes,
            made: format!(
                "the history of {}",
                counted(plan.deals.len(), "deal", "deals")
            ),
            batch,
        },
    )
}
