//! `process fmt`: the file in its canonical layout.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::super::context::{Context, Status, no_workspace};
use crate::fault::Fault;
use crate::process;

/// Format the process file: order of keys, spaces, one thing a line; comments stay
///
/// Tables keep their order, since comments speak of their neighbours. What the file means stays the same.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process fmt\n  salesctl process fmt --check drafts/process.toml"
)]
pub(crate) struct Args {
    /// The file [default: process.toml of the workspace]
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Only say whether it is formatted; exit code 1 when not
    #[arg(long)]
    check: bool,
    /// Do everything but write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let path = match &args.file {
        Some(path) => path.clone(),
        None => cx.process_path().ok_or_else(no_workspace)?,
    };
    let label = cx.shown(&path);
    let text = fs::read(&path)
        .map_err(|error| error.to_string())
        .and_then(process::decode)
        .map_err(|error| Fault::input(format!("cannot read `{label}`: {error}")))?;
    let formatted = process::formatted(&text).map_err(|error| {
        Fault::input(format!("{label} can't be read: {error}"))
            .hint("salesctl process check shows where")
    })?;
    if formatted == text {
        cx.console
            .say_wrapped(&format!("✓ {label} is formatted already"))?;
        return Ok(Status::Done);
    }
    if args.check {
        cx.console.say_wrapped(&format!(
            "✗ {label} is not formatted: salesctl process fmt does it"
        ))?;
        return Ok(Status::No);
    }
    let is_same = text.parse::<toml::Table>().ok() == formatted.parse::<toml::Table>().ok();
    anyhow::ensure!(
        is_same,
        "formatting {label} would change its meaning; nothing was written"
    );
    if args.dry_run {
        cx.console.say_wrapped(&format!("✓ {label} would change"))?;
        cx.console.say("dry run: nothing written")?;
        return Ok(Status::Done);
    }
    // Beside it first: a full disk must not take the file.
    let beside = path.with_extension("toml.new");
    fs::write(&beside, &formatted)
        .and_then(|()| fs::rename(&beside, &path))
        .with_context(|| Fault::input(format!("cannot write `{label}`")))?;
    cx.console.say_wrapped(&format!("✓ {label} is formatted"))?;
    Ok(Status::Done)
}
