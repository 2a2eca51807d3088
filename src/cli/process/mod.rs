//! The sales process: checked, tested, shown, drawn, put in force; and what it gives to those who follow it.

mod apply;
mod beside;
mod burden;
mod check;
mod compared;
mod diff;
mod discover;
mod fmt;
mod guide;
mod log;
mod map;
mod matrix;
mod origin;
mod plan;
mod plan_rows;
mod plan_words;
mod planned;
pub(crate) mod review;
mod schema;
mod show;
mod shown;
mod stage_names;
mod suggest;
mod suggestions;
mod test;
mod tool;

pub(crate) use apply::{apply_first, digest, first_version};
pub(crate) use suggestions::answers;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status, no_workspace};
use crate::fault::Fault;
use crate::process;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Args),
    Show(show::Args),
    Test(test::Args),
    Matrix(matrix::Args),
    Guide(guide::Args),
    Tool(tool::Args),
    Map(map::Args),
    Plan(plan::Args),
    Burden(burden::Args),
    Apply(apply::Args),
    Diff(diff::Args),
    Log(log::Args),
    Suggest(suggest::Args),
    Suggestions(suggestions::SuggestionsCommand),
    Review(review::Args),
    Discover(discover::Args),
    Fmt(fmt::Args),
    Schema(schema::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Check(args) => check::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Test(args) => test::run(args, cx),
        Command::Matrix(args) => matrix::run(args, cx),
        Command::Guide(args) => guide::run(args, cx),
        Command::Tool(args) => tool::run(args, cx),
        Command::Map(args) => map::run(args, cx),
        Command::Plan(args) => plan::run(args, cx),
        Command::Diff(args) => diff::run(args, cx),
        Command::Burden(args) => burden::run(args, cx),
        Command::Apply(args) => apply::run(args, cx),
        Command::Log(args) => log::run(args, cx),
        Command::Suggest(args) => suggest::run(args, cx),
        Command::Suggestions(args) => suggestions::run(args, cx),
        Command::Review(args) => review::run(args, cx),
        Command::Discover(args) => discover::run(args, cx),
        Command::Fmt(args) => fmt::run(args, cx),
        Command::Schema(args) => schema::run(args, cx),
    }
}

/// The process file's path and text.
fn read_file(cx: &Context, named: Option<&Path>) -> Result<(PathBuf, String)> {
    let path = match named {
        Some(path) => path.to_path_buf(),
        None => cx.process_path().ok_or_else(no_workspace)?,
    };
    let text = read_whole(cx, &path)?;
    Ok((path, text))
}

/// The text of a process file with those it extends: what is checked, kept and compared.
pub(crate) fn read_whole(cx: &Context, path: &Path) -> Result<String> {
    let shown = cx.shown(path);
    let bytes = fs::read(path).map_err(|error| {
        Fault::input(format!("cannot read `{shown}`: {error}"))
            .hint("--process FILE names the process file; salesctl init writes one")
    })?;
    let text =
        process::decode(bytes).map_err(|problem| Fault::input(format!("{shown}: {problem}")))?;
    let name = path
        .file_name()
        .map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = |name: &str| {
        let path = folder.join(if name.is_empty() { "." } else { name });
        if path.is_dir() {
            return Err("it is a folder".to_string());
        }
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        process::decode(bytes)
    };
    process::joined(&name, text, read).map_err(|unread| {
        let told = process::render_unread(&shown, &unread);
        // Whoever shows the fault says that it is an error.
        let told = told.strip_prefix("error: ").unwrap_or(&told);
        Fault::input(told.trim_end().to_string()).into()
    })
}
