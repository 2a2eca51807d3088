//! `import undo`: takes one import back as a whole, whoever ran it and whatever was done since.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::super::undo;
use crate::fault::Fault;
use crate::store::{Access, BatchState};
use crate::text::visible;

/// Undo one import as a whole; what was worked on since is kept and named
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import undo 7KQ2 --dry-run\n  salesctl import undo 7KQ2"
)]
pub(crate) struct Args {
    /// The beginning of its id, as `import list` shows it
    batch: String,
    /// Say what would be undone
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let batch = session.store.resolve_batch(&args.batch)?;
    let short = session.store.short(batch.id)?;
    if batch.state == BatchState::Incomplete {
        let _turn = session.store.try_importing()?.ok_or_else(|| {
            Fault::store(format!("batch {short} is being imported just now"))
                .hint("wait for it to end, or stop it first")
        })?;
        if let Some(run) = session.store.run(batch.id)?
            && !args.dry_run
        {
            session.store.give_up(&run)?;
        }
        cx.console.say(&format!(
            "gave up batch {short} of {}: {} were read, none counted",
            visible(&batch.file),
            counted(batch.counts.read as usize, "row", "rows")
        ))?;
    } else {
        let reversed = session
            .store
            .undo_batch(&session.acting(args.dry_run), batch.id)?;
        let kept = undo::kept_words(&session, &reversed)?;
        cx.console.say(&format!(
            "undid the import of {} from {}, {} (`salesctl redo` by {} brings it back)",
            visible(&batch.what),
            visible(&batch.file),
            counted(batch.counts.read as usize, "row", "rows"),
            visible(&reversed.operation.actor),
        ))?;
        if let Some(kept) = kept {
            cx.console
                .say(&format!("kept, since changed or in use: {kept}"))?;
        }
    }
    if args.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}
