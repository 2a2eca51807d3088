//! Names of lists, one by one.

mod respond;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Respond(respond::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Respond(args) => respond::run(args, cx),
    }
}
