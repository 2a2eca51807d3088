//! Sources: what a campaign, an event or a list cost beside what its terms say.

mod add;
mod list;
mod remove;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};
use super::session::Session;
use crate::deal::event::CatalogKind;
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::store::{Catalog, ListRow};
use crate::text::visible;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What was paid for a source or a list: a stand at a fair, a mailing, an agency
    #[command(subcommand)]
    Cost(Cost),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Cost {
    Add(add::Args),
    List(list::Args),
    Remove(remove::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Cost(Cost::Add(args)) => add::run(args, cx),
        Command::Cost(Cost::List(args)) => list::run(args, cx),
        Command::Cost(Cost::Remove(args)) => remove::run(args, cx),
    }
}

/// Whatever can cost something.
struct Costly {
    id: Id,
    /// `source` or `list`.
    what: &'static str,
    name: String,
}

impl Costly {
    /// `source fair-2026`
    fn said(&self) -> String {
        format!("{} {}", self.what, visible(&self.name))
    }
}

/// Every source and every list.
struct All {
    catalog: Catalog,
    lists: Vec<ListRow>,
}

impl All {
    fn read(session: &Session<'_>) -> Result<Self> {
        Ok(Self {
            catalog: session.store.catalog()?,
            lists: session.store.lists()?,
        })
    }

    /// The source or list that was named; `source:NAME` and `list:CODE` say which, when both have the name.
    fn find(&self, typed: &str) -> Result<Costly, Fault> {
        let (only, name) = match typed.split_once(':') {
            Some((kind @ ("source" | "list"), name)) => (Some(kind), name),
            _ => (None, typed),
        };
        let name = name.trim();
        let source = self.source(name).filter(|_| only != Some("list"));
        let list = self.list(name).filter(|_| only != Some("source"));
        match (source, list) {
            (Some(source), None) => Ok(source),
            (None, Some(list)) => Ok(list),
            (Some(_), Some(_)) => {
                let name = visible(name);
                Err(Fault::not_found(format!("`{name}` is a source and a list"))
                    .hint(format!("write source:{name} or list:{name}")))
            }
            (None, None) => {
                let sources = self.catalog.of(CatalogKind::Source);
                let names: Vec<&str> = sources
                    .map(|entry| entry.name.as_str())
                    .chain(self.lists.iter().map(ListRow::code))
                    .collect();
                Err(
                    Fault::unknown(Class::NotFound, "source or list", name, &names)
                        .hint("salesctl catalog add source NAME adds a source"),
                )
            }
        }
    }

    fn source(&self, name: &str) -> Option<Costly> {
        let entry = self.catalog.find(CatalogKind::Source, name)?;
        let mut entries = self.catalog.entries.iter();
        let (id, entry) = entries.find(|(_, one)| one == entry)?;
        Some(Costly {
            id: *id,
            what: "source",
            name: entry.name.clone(),
        })
    }

    fn list(&self, code: &str) -> Option<Costly> {
        let exact = self.lists.iter().find(|list| list.code() == code);
        let found = exact.or_else(|| {
            let lower = code.to_lowercase();
            let mut lists = self.lists.iter();
            lists.find(|list| list.code().to_lowercase() == lower)
        })?;
        Some(Costly {
            id: found.id,
            what: "list",
            name: found.code().to_string(),
        })
    }

    /// Whatever has this id.
    fn of(&self, id: Id) -> Option<Costly> {
        let mut lists = self.lists.iter();
        if let Some(list) = lists.find(|list| list.id == id) {
            return self.list(list.code());
        }
        let mut entries = self.catalog.entries.iter();
        let (_, entry) = entries.find(|(known, _)| *known == id)?;
        self.source(&entry.name)
    }
}
