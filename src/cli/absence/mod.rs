//! When reps are away: who is given no deals then.

mod add;
mod list;
mod remove;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};
use super::session::Session;
use crate::date;
use crate::deal::event::CatalogKind;
use crate::id::Id;
use crate::store::{Absence, Catalog};
use crate::text::visible;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    List(list::Args),
    Remove(remove::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::List(args) => list::run(args, cx),
        Command::Remove(args) => remove::run(args, cx),
    }
}

/// The name of the rep of an absence, as deals carry it.
fn rep_name(catalog: &Catalog, rep: Id) -> String {
    let entry = catalog.entries.iter().find(|(id, _)| *id == rep);
    entry.map_or_else(|| rep.handle(), |(_, entry)| entry.name.clone())
}

/// `Mon 23 Nov 2026 – Fri 4 Dec 2026`, or the one day.
fn span(absence: &Absence) -> String {
    if absence.from == absence.until {
        return date::day(absence.from);
    }
    format!("{} – {}", date::day(absence.from), date::day(absence.until))
}

/// So much of an absence's id is shown.
fn short(id: Id) -> String {
    id.handle()[..6].to_string()
}

/// The entry of a rep who is with us, by name or title.
fn rep(session: &Session<'_>, typed: &str) -> Result<(Id, String)> {
    let catalog = session.store.catalog()?;
    let name = super::assignment::active_rep(&catalog, typed)?.unwrap_or_default();
    let found = catalog
        .entries
        .iter()
        .find(|(_, entry)| entry.kind == CatalogKind::Rep && entry.name == name);
    found
        .map(|(id, entry)| (*id, entry.name.clone()))
        .ok_or_else(|| {
            crate::fault::Fault::usage(format!("`{}` names no rep", visible(typed)))
                .hint("salesctl catalog list rep shows them")
                .into()
        })
}
