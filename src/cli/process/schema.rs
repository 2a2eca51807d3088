//! `process schema`: the process file for editors.

use anyhow::Result;

use super::super::context::{Context, Status};
use crate::process;

/// Print the JSON Schema of the process file, by which editors complete and check it
///
/// In an editor that reads TOML schemas, a first line `#:schema process.schema.json` in process.toml names it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process schema > process.schema.json\n  salesctl process schema | jq .properties.stage"
)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, cx: &Context) -> Result<Status> {
    let schema = serde_json::to_string_pretty(&process::schema())?;
    cx.console.say(&schema)?;
    Ok(Status::Done)
}
