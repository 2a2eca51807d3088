//! Lists: what was agreed on them, and what is done with them until they end.

mod add;
mod all;
mod figures;
mod invoice;
mod notice;
mod retire;
mod returned;
mod seed;
mod set;
mod show;
mod terms_args;
mod undeliverable;
mod used;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use super::session::Session;
use crate::fault::Fault;
use crate::list::{Reading, Seed};
use crate::prospect::SeedColumns;
use crate::store::{ListRow, Moment, Outcome};
use crate::text::visible;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(Box<add::Args>),
    List(all::Args),
    Show(show::Args),
    Set(Box<set::Args>),
    Seed(seed::Args),
    Use(used::Args),
    Undeliverable(undeliverable::Args),
    Notice(notice::Args),
    Invoice(invoice::Args),
    Retire(retire::Args),
    Return(returned::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::List(args) => all::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Set(args) => set::run(args, cx),
        Command::Seed(args) => seed::run(args, cx),
        Command::Use(args) => used::run(args, cx),
        Command::Undeliverable(args) => undeliverable::run(args, cx),
        Command::Notice(args) => notice::run(args, cx),
        Command::Invoice(args) => invoice::run(args, cx),
        Command::Retire(args) => retire::run(args, cx),
        Command::Return(args) => returned::run(args, cx),
    }
}

/// A reference to one list.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArg {
    /// The list's code
    #[arg(value_name = "LIST", add = super::completion::lists())]
    list: String,
}

impl ListArg {
    fn find(&self, session: &Session<'_>) -> Result<ListRow> {
        session.store.list_named(&self.list)
    }
}

fn reading(session: &Session<'_>) -> Reading {
    Reading {
        today: session.today,
        currency: session.process.currency,
    }
}

/// Now, or the end of the past day that `--on` names.
pub(crate) fn moment(session: &Session<'_>, on: Option<&str>) -> Result<Moment> {
    Ok(moment_of(session, session.day(on)?))
}

/// The end of a day, or now.
fn moment_of(session: &Session<'_>, day: chrono::NaiveDate) -> Moment {
    let instant = if day < session.today {
        session.process.calendar.end_of(day)
    } else {
        session.now
    };
    Moment { instant, day }
}

/// The status line of a command that wrote, and whether it was for nothing.
pub(crate) fn finish(cx: &Context, line: &str, outcome: Outcome) -> Result<Status> {
    cx.console.say_wrapped(line)?;
    if outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}

/// Decoys from CSV files; a file without one, or with a row nobody could be known by, is refused.
fn read_seeds(cx: &Context, files: &[PathBuf], ours: bool) -> Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    for path in files {
        let mut rows = Rows::open(cx, path)?;
        let columns =
            SeedColumns::of(rows.headings.iter().map(String::as_str)).ok_or_else(|| {
                Fault::input(format!(
                    "`{}` has no columns that a decoy is known by",
                    cx.shown(path)
                ))
                .hint("expected headings such as email, phone, or last_name with address or zip")
            })?;
        let before = seeds.len();
        while let Some((line, fields)) = rows.next()? {
            let seed = columns.seed(ours, fields.iter().map(String::as_str));
            if !seed.can_be_known() {
                return Err(Fault::input(format!(
                    "{}:{line}: nothing tells this decoy from other names",
                    cx.shown(path)
                ))
                .hint("give its e-mail address, phone, or last name with address or postcode")
                .into());
            }
            if !seeds.contains(&seed) {
                seeds.push(seed);
            }
        }
        if seeds.len() == before {
            return Err(Fault::input(format!("`{}` has no decoys in it", cx.shown(path))).into());
        }
    }
    Ok(seeds)
}

/// The sound rows of a small CSV file, line by line.
struct Rows {
    name: String,
    headings: Vec<String>,
    input: crate::import::Input<Box<dyn std::io::Read>>,
    row: crate::import::read::Row,
}

impl Rows {
    fn open(cx: &Context, path: &Path) -> Result<Self> {
        let input = super::import::open(cx, path, &crate::import::read::Options::default())?;
        Ok(Self {
            name: cx.shown(path),
            headings: input.reader.headers().to_vec(),
            input,
            row: crate::import::read::Row::default(),
        })
    }

    fn next(&mut self) -> Result<Option<(u64, Vec<String>)>> {
        if !self.input.reader.next(&mut self.row)? {
            return Ok(None);
        }
        if let Some(defect) = &self.row.defect {
            return Err(Fault::input(format!("{}:{}: {defect}", self.name, self.row.line)).into());
        }
        Ok(Some((self.row.line, self.row.to_fields())))
    }
}

/// The list's code as it is shown.
fn code(list: &ListRow) -> String {
    visible(list.code())
}
