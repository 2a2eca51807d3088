//! The sales process: check, show, apply, log.

mod apply;
mod check;
mod log;
mod show;

pub(crate) use apply::{apply_first, digest, first_version};

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status, no_workspace};
use crate::fault::Fault;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Args),
    Show(show::Args),
    Apply(apply::Args),
    Log(log::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Check(args) => check::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Apply(args) => apply::run(args, cx),
        Command::Log(args) => log::run(args, cx),
    }
}

/// The process file's path and text.
fn read_file(cx: &Context, named: Option<&Path>) -> Result<(PathBuf, String)> {
    let path = match named {
        Some(path) => path.to_path_buf(),
        None => cx.process_path().ok_or_else(no_workspace)?,
    };
    let bytes = fs::read(&path).map_err(|error| {
        Fault::input(format!("cannot read `{}`: {error}", cx.shown(&path)))
            .hint("--process FILE names the process file; salesctl init writes one")
    })?;
    let text = crate::process::decode(bytes)
        .map_err(|problem| Fault::input(format!("{}: {problem}", cx.shown(&path))))?;
    Ok((path, text))
}
