//! Accounts: the companies, with their people, their deals and what is known of them.

mod add;
mod fields;
mod list;
mod log;
mod merge;
mod note;
mod rate;
mod set;
mod show;
pub(crate) mod totals;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::{Context, Status};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Set(set::Args),
    Merge(merge::Args),
    Log(log::Args),
    Note(note::Args),
    Rate(rate::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::List(args) => list::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Set(args) => set::run(args, cx),
        Command::Merge(args) => merge::run(args, cx),
        Command::Log(args) => log::run(args, cx),
        Command::Note(args) => note::run(args, cx),
        Command::Rate(args) => rate::run(args, cx),
    }
}

/// A reference to one account.
#[derive(Clone, Debug, Args)]
struct AccountArg {
    /// The account: its name, or the beginning of its id
    #[arg(value_name = "ACCOUNT", add = super::completion::accounts())]
    account: String,
}
