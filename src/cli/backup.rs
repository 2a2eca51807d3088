//! `backup`: a copy that was opened and checked.

use std::path::PathBuf;

use anyhow::Result;

use super::context::{Context, Status};
use super::show::counted;
use crate::fault::Fault;
use crate::store::{self, Access};

/// Copy the store while it is in use; the copy counts only after it was opened and checked
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl backup /mnt/backup/sales-2026-11-21.db\n  salesctl backup --keep 14 --quiet"
)]
pub(crate) struct Args {
    /// Where to; must not exist
    #[arg(required_unless_present = "keep", conflicts_with = "keep", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Make a dated copy in backups/ beside the store, and keep the newest N of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let store = cx.open_store(Access::Write)?;
    let kept = match (&args.file, args.keep) {
        (Some(file), _) => store::backup(&store, file)?,
        (None, Some(n)) => {
            let stamp = cx.clock.format("%Y-%m-%dT%H%M%SZ").to_string();
            store::keep(&store, &stamp, usize::from(n))?
        }
        (None, None) => return Err(Fault::usage("name a file, or --keep N").into()),
    };
    cx.console.say(&format!(
        "✓ {}   {} KiB, {}, opened and checked",
        cx.shown(&kept.path),
        kept.bytes.div_ceil(1024),
        counted(kept.events as usize, "event", "events"),
    ))?;
    cx.console
        .say(&format!("  head of its chains {}", kept.head))?;
    for old in &kept.removed {
        cx.console.say(&format!("  removed {}", cx.shown(old)))?;
    }
    Ok(Status::Done)
}
