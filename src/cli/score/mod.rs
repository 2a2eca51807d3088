//! Points for prospects: what our own history says they should be.

mod fit;
mod tell;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Fit(fit::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Fit(args) => fit::run(args, cx),
    }
}
