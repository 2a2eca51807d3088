//! `--guess-map`: a first draft of what the columns mean.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::write_file;
use super::super::session::Session;
use super::open;
use crate::fault::Fault;
use crate::import::guess_map;
use crate::import::read::{Options, Row};

/// So many rows show what is in a column.
const SAMPLE: usize = 1_000;

/// Writes the draft to `to`, or beside where the command runs as `FILE.map.toml`.
pub(super) fn run(
    cx: &Context,
    session: &Session<'_>,
    file: &Path,
    to: Option<&Path>,
    options: &Options,
) -> Result<Status> {
    let mut input = open(cx, file, options)?;
    let mut rows = Vec::new();
    let mut row = Row::default();
    while rows.len() < SAMPLE
        && input
            .reader
            .next(&mut row)
            .map_err(|error| Fault::input(format!("`{}` {error}", input.name)))?
    {
        if row.defect.is_none() {
            rows.push(row.to_fields());
        }
    }
    let headings = input.reader.headers().to_vec();
    let text = guess_map(&input.name, &headings, &rows, &session.process);
    let target = to.map_or_else(
        || {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            PathBuf::from(format!("{stem}.map.toml"))
        },
        Path::to_path_buf,
    );
    if target.exists() {
        return Err(Fault::no(format!("`{}` exists already", cx.shown(&target)))
            .hint("--guess-map never overwrites: name another file with --map FILE")
            .into());
    }
    write_file(&target, text.as_bytes(), false)?;
    cx.console.say(&format!(
        "✓ {}   a first draft from {} columns and {} rows; read it, mend it, then:",
        cx.shown(&target),
        headings.len(),
        rows.len()
    ))?;
    cx.console.say(&format!(
        "  salesctl import deals {} --map {} --dry-run",
        cx.shown(file),
        cx.shown(&target)
    ))?;
    Ok(Status::Done)
}
