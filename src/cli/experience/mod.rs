//! Experiences: what customers made of us after the sale, 1 to 5, and what we answered.

mod add;

use anyhow::Result;
use clap::Subcommand;

use super::case::{answer, assign, list, reopen, show};
use super::context::{Context, Status};
use crate::deal::case::CaseKind::Experience;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    /// List the experiences that nobody answered yet, the oldest first
    #[command(
        after_help = "Examples:\n  salesctl experience list --owner jr\n  salesctl experience list --all --json"
    )]
    List(list::Args),
    /// Show an experience, and what we answered
    #[command(
        after_help = "Examples:\n  salesctl experience show X4K2\n  salesctl experience show X4K2 --json"
    )]
    Show(show::Args),
    /// Give the answering of an experience to a rep
    #[command(
        after_help = "Examples:\n  salesctl experience assign X4K2 --to jr\n  salesctl experience assign X4K2 --due \"in 2 weeks\""
    )]
    Assign(assign::Args),
    /// Say what we answered, which closes it unless --due says when to come back to it
    #[command(
        after_help = "Examples:\n  salesctl experience answer X4K2 \"new charger sent\"\n  salesctl experience answer X4K2 \"technician comes on Monday\" --due tue"
    )]
    Answer(answer::Args),
    /// Close an experience without an answer
    #[command(
        after_help = "Examples:\n  salesctl experience close X4K2 --reason \"meant somebody else\"\n  salesctl experience close X4K2 --dry-run"
    )]
    Close(answer::CloseArgs),
    /// Open an experience again
    #[command(
        after_help = "Examples:\n  salesctl experience reopen X4K2\n  salesctl experience reopen X4K2 --reason \"it broke again\" --due mon"
    )]
    Reopen(reopen::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::List(args) => list::run(Experience, args, cx),
        Command::Show(args) => show::run(Experience, args, cx),
        Command::Assign(args) => assign::run(Experience, args, cx),
        Command::Answer(args) => answer::run(Experience, args, cx),
        Command::Close(args) => answer::close(Experience, args, cx),
        Command::Reopen(args) => reopen::run(Experience, args, cx),
    }
}
