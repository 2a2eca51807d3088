//! Names of lists, one by one: who they are, where they came from, what became of them.

mod duplicates;
mod export;
mod identify;
mod list;
mod log;
mod note;
mod rate;
mod respond;
pub(crate) mod select;
mod show;
mod start;
mod why;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::contact::Subject;
use super::context::{Context, Status};
use super::session::Session;
use crate::id::Id;
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Field, Record};
use crate::store::Name;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Show(show::Args),
    Respond(respond::Args),
    Duplicates(duplicates::Args),
    Merge(identify::MergeArgs),
    Distinct(identify::DistinctArgs),
    Split(identify::SplitArgs),
    Log(log::Args),
    Note(note::Args),
    Select(Box<select::Args>),
    Start(Box<start::Args>),
    Export(export::Args),
    Rate(rate::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::List(args) => list::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Respond(args) => respond::run(args, cx),
        Command::Duplicates(args) => duplicates::run(args, cx),
        Command::Merge(args) => identify::merge(args, cx),
        Command::Distinct(args) => identify::distinct(args, cx),
        Command::Split(args) => identify::split(args, cx),
        Command::Log(args) => log::run(args, cx),
        Command::Note(args) => note::run(args, cx),
        Command::Select(args) => select::run(args, cx),
        Command::Start(args) => start::run(args, cx),
        Command::Export(args) => export::run(args, cx),
        Command::Rate(args) => rate::run(args, cx),
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

/// So much of a name's id is shown: names of one file differ in their first five characters.
pub(crate) fn short(id: Id) -> String {
    id.handle()[..6].to_string()
}

fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Marketing => "marketing",
        Purpose::All => "any purpose",
    }
}

/// Why a name must not be contacted for marketing, as things stand today.
fn suppressed(session: &Session<'_>, name: &Name) -> Result<Option<String>> {
    let set = session.store.suppression_set(session.today)?;
    let mut record = Record::default();
    record.begin(name.line);
    for field in Field::ALL {
        record.set(field, name.get(field));
    }
    let mut scratch = Scratch::default();
    let hit = set.reason_for(&record, Purpose::Marketing, &mut scratch);
    Ok(hit.map(|hit| format!("{} (for {})", hit.reason, purpose_words(hit.purpose))))
}
