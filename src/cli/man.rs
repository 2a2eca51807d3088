//! `man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::context::{Context, Status};

/// Write the manual pages into a folder
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl man ~/.local/share/man/man1\n  salesctl man . && man ./salesctl.1"
)]
pub(crate) struct Args {
    /// Where to; made when it is not there
    #[arg(value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    fs::create_dir_all(&args.folder).with_context(|| {
        crate::fault::Fault::usage(format!("cannot make `{}`", args.folder.display()))
    })?;
    clap_mangen::generate_to(super::command(), &args.folder)?;
    let pages = fs::read_dir(&args.folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("salesctl") && name.ends_with(".1"))
        .count();
    cx.console
        .say(&format!("✓ {pages} pages in {}", cx.shown(&args.folder)))?;
    Ok(Status::Done)
}
