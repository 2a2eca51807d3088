//! Saved selections: what they ask for, whom they stand for, and the same asked again.

mod all;
mod remove;
mod rerun;
mod show;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use super::session::Session;
use crate::prospect::Query;
use crate::store::SelectionRow;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(all::Args),
    Show(show::Args),
    Run(rerun::Args),
    Remove(remove::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::List(args) => all::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Run(args) => rerun::run(args, cx),
        Command::Remove(args) => remove::run(args, cx),
    }
}

/// A reference to one selection.
#[derive(Clone, Debug, Args)]
struct SelectionArg {
    /// The name it was saved under
    #[arg(value_name = "NAME", add = super::completion::selections())]
    name: String,
}

impl SelectionArg {
    fn find(&self, session: &Session<'_>) -> Result<SelectionRow> {
        session.store.selection_named(self.name.trim())
    }
}

/// The options that ask for the same again.
fn options(query: &Query) -> String {
    let quoted = |text: &str| {
        let plain = |c: char| c.is_alphanumeric() || "-_.,/".contains(c);
        if !text.is_empty() && text.chars().all(plain) {
            return text.to_string();
        }
        if !text.contains(['"', '$', '`', '\\', '!']) {
            return format!("\"{text}\"");
        }
        format!("'{}'", text.replace('\'', "'\\''"))
    };
    let mut words = Vec::new();
    if query.customers {
        words.push("--customers".to_string());
    }
    let mut give = |option: &str, values: &[String]| {
        for value in values {
            words.push(format!("--{option} {}", quoted(value)));
        }
    };
    give("where", query.condition.as_slice());
    give("topic", &query.topics);
    give("like", &query.like);
    give("list", &query.lists);
    give("owner", query.owner.as_slice());
    if query.like_won {
        words.push("--like-won".to_string());
    }
    words.push(format!("--limit {}", query.limit.unwrap_or(0)));
    if query.mailing {
        words.push("--mailing".to_string());
    }
    words.join(" ")
}
