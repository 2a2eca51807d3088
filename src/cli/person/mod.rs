//! Persons: who they are, what they are to us, and what they are in each deal.

mod add;
pub(crate) mod domain;
mod list;
mod log;
mod merge;
mod note;
mod rate;
mod role;
mod set;
mod show;

use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use crate::deal::contact::SalesRole;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Set(set::Args),
    Role(role::Args),
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
        Command::Role(args) => role::run(args, cx),
        Command::Merge(args) => merge::run(args, cx),
        Command::Log(args) => log::run(args, cx),
        Command::Note(args) => note::run(args, cx),
        Command::Rate(args) => rate::run(args, cx),
    }
}

/// A reference to one person.
#[derive(Clone, Debug, Args)]
struct PersonArg {
    /// The person: their name, e-mail, or the beginning of their id
    #[arg(value_name = "PERSON", add = super::completion::persons())]
    person: String,
}

/// What a person is to us, by name.
fn sales_roles() -> impl TypedValueParser<Value = SalesRole> {
    PossibleValuesParser::new(SalesRole::ALL.map(SalesRole::name))
        .map(|name| SalesRole::from_name(&name).unwrap_or(SalesRole::Suspect))
}
