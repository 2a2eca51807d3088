//! `metric`: the numbers of the process, and whether they mean anything.

mod audit;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Audit(audit::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Audit(args) => audit::run(args, cx),
    }
}
