//! `forecast`: what to expect, and how well that was known before.

mod evidence;

use anyhow::Result;

use super::context::{Context, Status};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Evidence(evidence::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Evidence(args) => evidence::run(args, cx),
    }
}
