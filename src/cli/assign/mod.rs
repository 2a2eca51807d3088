//! Who should have which deals.

mod suggest;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Suggest(suggest::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Suggest(args) => suggest::run(args, cx),
    }
}
