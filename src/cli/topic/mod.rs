//! Topics: what people and companies are rated by.

mod list;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::List(args) => list::run(args, cx),
    }
}
