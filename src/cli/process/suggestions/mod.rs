//! `process suggestions`: what was suggested to change, and the answers to it.

mod answer;
mod list;

pub(crate) use list::answers;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::super::context::{Context, Status};

#[derive(Debug, Subcommand)]
enum Command {
    Accept(answer::AcceptArgs),
    Decline(answer::DeclineArgs),
}

/// List what was suggested to change in the process, or answer one of them
///
/// Without a command: those that nobody answered yet, the oldest first.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  salesctl process suggestions --stage demonstrate\n  salesctl process suggestions --all --json"
)]
pub(crate) struct SuggestionsCommand {
    #[command(flatten)]
    list: list::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

pub(crate) fn run(args: &SuggestionsCommand, cx: &Context) -> Result<Status> {
    match &args.command {
        None => list::run(&args.list, cx),
        Some(Command::Accept(args)) => answer::accept(args, cx),
        Some(Command::Decline(args)) => answer::decline(args, cx),
    }
}
