//! What people have a right to be told.

mod source;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Source(source::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Source(args) => source::run(args, cx),
    }
}
