//! `--guess-map`: the map in force, to be read and edited.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::super::context::{Context, Status};
use super::super::super::output::write_source;
use super::super::file::{Reads, open};
use super::Args;
use super::rows::Rows;
use super::settings::Chosen;
use crate::fault::Fault;
use crate::import::read::Options;
use crate::prospect::map;

/// The map in force as text that can be edited, with how the file is written where that was told; to a new
/// file that `--map` names, else beside the list.
pub(super) fn write(
    args: &Args,
    cx: &Context,
    chosen: &Chosen,
    to: Option<&str>,
    options: &Options,
) -> Result<Status> {
    if let (Some(_), Some(named)) = (&chosen.text, &chosen.map) {
        return Err(Fault::no(format!("`{named}` is a map already"))
            .hint("edit it, or name a new file with --map FILE.toml")
            .into());
    }
    let file = Rows::open(open(cx, &args.file, options, Reads::Once)?)?;
    let mut text = map::guess(
        &file.input.name,
        file.input.reader.headers(),
        &file.sample(),
        chosen.map.as_deref(),
    );
    if let Some(table) = &chosen.file {
        text.push('\n');
        text.push_str(table);
    }
    let target = match to {
        Some(named) => PathBuf::from(named),
        None if args.file == Path::new("-") => PathBuf::from("stdin.map.toml"),
        None => args.file.with_extension("map.toml"),
    };
    if target.exists() {
        return Err(Fault::no(format!("`{}` exists already", cx.shown(&target)))
            .hint("--guess-map never overwrites: name another file with --map FILE")
            .into());
    }
    write_source(&target, &text, false)?;
    cx.console.say(&format!(
        "✓ {}   a draft: read it, edit it, then `salesctl import prospects {} --list {} --map {}`",
        cx.shown(&target),
        cx.shown(&args.file),
        args.list.as_deref().unwrap_or("CODE"),
        cx.shown(&target)
    ))?;
    Ok(Status::Done)
}
