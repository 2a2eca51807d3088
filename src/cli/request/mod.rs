//! Requests: what customers asked for that we could not deliver, until we can, or said that we won't.

mod add;

use anyhow::Result;
use clap::Subcommand;

use super::case::{answer, assign, list, reopen, show, start};
use super::context::{Context, Status};
use crate::deal::case::CaseKind::Request;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    /// List the requests that are open, the oldest first
    #[command(
        after_help = "Examples:\n  salesctl request list --owner jr\n  salesctl request list --all --json"
    )]
    List(list::Args),
    /// Show a request, and what became of it
    #[command(
        after_help = "Examples:\n  salesctl request show Q4K2\n  salesctl request show Q4K2 --json"
    )]
    Show(show::Args),
    /// Give a request to a rep
    #[command(
        after_help = "Examples:\n  salesctl request assign Q4K2 --to jr\n  salesctl request assign Q4K2 --due \"in 2 weeks\""
    )]
    Assign(assign::Args),
    /// Say what we answered, which closes it unless --due says when to come back to it
    #[command(
        after_help = "Examples:\n  salesctl request answer Q4K2 \"not before 2028\"\n  salesctl request answer Q4K2 \"comes in March\" --due 2027-03-01"
    )]
    Answer(answer::Args),
    /// Close a request without an answer
    #[command(
        after_help = "Examples:\n  salesctl request close Q4K2 --reason \"asked twice\"\n  salesctl request close Q4K2 --dry-run"
    )]
    Close(answer::CloseArgs),
    /// Open a request again
    #[command(
        after_help = "Examples:\n  salesctl request reopen Q4K2\n  salesctl request reopen Q4K2 --reason \"they asked again\" --due mon"
    )]
    Reopen(reopen::Args),
    /// Open a deal when the request can be met, and close it
    #[command(
        after_help = "Examples:\n  salesctl request start Q4K2 --value 6k --next \"fri: show the export\"\n  salesctl request start Q4K2 --owner jr --product starter"
    )]
    Start(start::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::List(args) => list::run(Request, args, cx),
        Command::Show(args) => show::run(Request, args, cx),
        Command::Assign(args) => assign::run(Request, args, cx),
        Command::Answer(args) => answer::run(Request, args, cx),
        Command::Close(args) => answer::close(Request, args, cx),
        Command::Reopen(args) => reopen::run(Request, args, cx),
        Command::Start(args) => start::run(Request, args, cx),
    }
}
