//! Who must not be contacted: said one by one, listed, checked. Files come in by `import suppression`.

mod add;
mod check;
mod list;
mod remove;

use anyhow::Result;
use clap::{Subcommand, ValueEnum};

use super::context::{Context, Status};
use crate::prospect::suppression::{Kind, Purpose};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    Remove(remove::Args),
    List(list::Args),
    Check(check::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::Remove(args) => remove::run(args, cx),
        Command::List(args) => list::run(args, cx),
        Command::Check(args) => check::run(args, cx),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PurposeArg {
    /// Cold mailings and calls; existing customers can still be written to
    Marketing,
    /// Anything at all
    All,
}

impl From<PurposeArg> for Purpose {
    fn from(purpose: PurposeArg) -> Self {
        match purpose {
            PurposeArg::Marketing => Self::Marketing,
            PurposeArg::All => Self::All,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindArg {
    Email,
    Phone,
    Person,
    Domain,
    Company,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Email => Self::Email,
            KindArg::Phone => Self::Phone,
            KindArg::Person => Self::Person,
            KindArg::Domain => Self::Domain,
            KindArg::Company => Self::Company,
        }
    }
}

/// A reason that says something.
fn reason(typed: &str) -> Result<&str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(crate::fault::Fault::usage("--reason is empty; say why in a few words").into());
    }
    Ok(typed)
}
