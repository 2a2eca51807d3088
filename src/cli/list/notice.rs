//! `list notice`: people were told where we have them from.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::{ListArg, code, finish, moment_of};
use crate::date::day;
use crate::store::{Access, Notified};

/// Record that the names of a list, or some of them, were told where we have them from
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list notice zoom-q4 --given today\n  salesctl list notice zoom-q4 --given fri --name jana@acme.example"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    /// When they were told
    #[arg(long, value_name = "DATE")]
    given: String,
    /// Only this name, by its e-mail address or id; may be given again
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let list = args.list.find(&session)?;
    let at = moment_of(&session, session.day_of("--given", &args.given)?);
    let names = args
        .names
        .iter()
        .map(|name| session.store.resolve_prospect(name, Some(list.code())))
        .collect::<Result<Vec<_>>>()?;
    let who = if names.is_empty() {
        "all its names".to_string()
    } else {
        counted(names.len(), "name", "names")
    };
    let ((), outcome) = session.write(args.dry_run, |write| {
        if names.is_empty() {
            return write.give_notice(Notified::List(list.id), at);
        }
        for name in &names {
            write.give_notice(Notified::Name(name.id), at)?;
        }
        Ok(())
    })?;
    let line = format!(
        "✓ list {}: notice given to {who} on {}",
        code(&list),
        day(at.day)
    );
    finish(cx, &line, outcome)
}
