//! Prospects: names of lists, of whom something is known or done before there is a deal.

mod log;
mod note;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::contact::Subject;
use super::context::{Context, Status};
use super::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Log(log::Args),
    Note(note::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Log(args) => log::run(args, cx),
        Command::Note(args) => note::run(args, cx),
    }
}

/// A reference to one name.
#[derive(Clone, Debug, Args)]
struct ProspectArg {
    /// The prospect: their e-mail, name, or the beginning of their id
    #[arg(value_name = "PROSPECT")]
    prospect: String,
    /// The list they are on, when they are on several
    #[arg(long, value_name = "CODE")]
    list: Option<String>,
}

impl ProspectArg {
    fn subject(&self, session: &Session<'_>) -> Result<Subject> {
        Subject::prospect(session, &self.prospect, self.list.as_deref())
    }
}
