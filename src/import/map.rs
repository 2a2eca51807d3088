//! What the columns of somebody else's files mean: a small TOML file, written or guessed once, kept in git.
//!
//! [`Mapping::parse`] checks it against the process, [`Section::bind`] against the headings of a file;
//! both give every problem at once, at its place.

use std::collections::HashMap;

use super::cell::tidy;
use super::read::Row;
use crate::process::reader::At;
use crate::process::{Problem, Zone};
use crate::text::nearest;

/// A mapping that has passed every check that needs no data file.
#[derive(Debug, Default)]
pub struct Mapping {
    pub deals: Option<Section>,
    pub history: Option<Section>,
    pub accounts: Option<Section>,
    pub products: Option<Section>,
    pub reps: Option<Section>,
    /// What the file writes (see [`name_key`]) → what the process calls it, by `[values.…]`.
    pub(super) values: HashMap<String, HashMap<String, String>>,
}

/// What one file tells.
#[derive(Debug)]
pub struct Section {
    pub name: &'static str,
    /// Relative to the file given on the command line; only lists beside it have one.
    pub file: Option<String>,
    /// Keeps apart the row ids of different systems.
    pub namespace: String,
    pub formats: Formats,
    pub(super) cells: Vec<(&'static str, Cell)>,
    /// Dates on which stages were entered.
    pub(super) entered: Vec<(String, Cell)>,
    /// Custom fields of the process.
    pub(super) fields: Vec<(String, Cell)>,
}

/// How dates and numbers are written.
#[derive(Clone, Debug)]
pub struct Formats {
    /// In strftime's letters; ISO 8601 without.
    pub date: Option<String>,
    pub decimal: char,
    /// Where times without an offset are meant; the process's time zone without.
    pub timezone: Option<Zone>,
}

/// Where a value comes from, as written.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Column(At<String>),
    Constant(String),
}

/// Where a value comes from, in the file at hand.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    Column(usize),
    Constant(String),
}

impl Slot {
    pub(super) fn of<'r>(&'r self, row: &'r Row) -> &'r str {
        match self {
            Self::Column(column) => row.get(*column),
            Self::Constant(text) => text,
        }
    }
}

/// A section whose columns were found in a file.
#[derive(Debug)]
pub(super) struct Bound {
    cells: Vec<(&'static str, Slot)>,
    pub(super) entered: Vec<(String, Slot)>,
    pub(super) fields: Vec<(String, Slot)>,
}

impl Bound {
    pub(super) fn has(&self, key: &str) -> bool {
        self.cells.iter().any(|(name, _)| *name == key)
    }

    /// The column that a key is mapped to.
    pub(super) fn column(&self, key: &str) -> Option<usize> {
        let slot = self.cells.iter().find(|(name, _)| *name == key)?;
        match slot.1 {
            Slot::Column(column) => Some(column),
            Slot::Constant(_) => None,
        }
    }

    /// The text under a key; `None` when it is not mapped or empty in this row.
    pub(super) fn text<'r>(&'r self, key: &str, row: &'r Row) -> Option<&'r str> {
        let text = self.slot(key)?.of(row);
        Some(text).filter(|text| !text.is_empty())
    }

    /// The same of the fields of a row that was rejected.
    pub(super) fn text_of<'r>(&'r self, key: &str, fields: &'r [String]) -> Option<&'r str> {
        let text = match self.slot(key)? {
            Slot::Column(column) => tidy(fields.get(*column)?),
            Slot::Constant(text) => text,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    fn slot(&self, key: &str) -> Option<&Slot> {
        let mut cells = self.cells.iter();
        Some(&cells.find(|(name, _)| *name == key)?.1)
    }
}

impl Mapping {
    /// What the process calls a text of the file, if the mapping says so.
    pub(super) fn value(&self, of: &str, text: &str) -> Option<&str> {
        self.values
            .get(of)?
            .get(&name_key(text))
            .map(String::as_str)
    }

    /// The lists to be read beside the file of deals, with their paths as written.
    pub fn lists(&self) -> impl Iterator<Item = (&Section, &str)> {
        [&self.accounts, &self.products, &self.reps]
            .into_iter()
            .flatten()
            .filter_map(|section| Some((section, section.file.as_deref()?)))
    }
}

impl Section {
    /// Finds the columns in a file with these headings.
    pub(super) fn bind(&self, file: &str, headings: &[String]) -> Result<Bound, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut slot = |cell: &Cell| match cell {
            Cell::Constant(text) => Slot::Constant(text.clone()),
            Cell::Column(name) => Slot::Column(column(name, headings).unwrap_or_else(|| {
                problems.push(no_column(file, name, headings));
                0
            })),
        };
        let bound = Bound {
            cells: self
                .cells
                .iter()
                .map(|(key, cell)| (*key, slot(cell)))
                .collect(),
            entered: self
                .entered
                .iter()
                .map(|(stage, cell)| (stage.clone(), slot(cell)))
                .collect(),
            fields: self
                .fields
                .iter()
                .map(|(field, cell)| (field.clone(), slot(cell)))
                .collect(),
        };
        if problems.is_empty() {
            Ok(bound)
        } else {
            Err(problems)
        }
    }

    /// Columns that are mapped to something.
    pub(super) fn uses(&self, heading: &str) -> bool {
        let cells = self.cells.iter().map(|(_, cell)| cell);
        let named = self
            .entered
            .iter()
            .chain(&self.fields)
            .map(|(_, cell)| cell);
        let key = name_key(heading);
        cells
            .chain(named)
            .any(|cell| matches!(cell, Cell::Column(name) if name_key(&name.value) == key))
    }
}

fn column(name: &At<String>, headings: &[String]) -> Option<usize> {
    let key = name_key(&name.value);
    let exact = headings.iter().position(|heading| *heading == name.value);
    exact.or_else(|| headings.iter().position(|heading| name_key(heading) == key))
}

fn no_column(file: &str, name: &At<String>, headings: &[String]) -> Problem {
    let label = match nearest(&name.value, headings.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "it has {}",
            headings
                .iter()
                .map(|h| format!("`{h}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    Problem::error(
        name.span.clone(),
        format!("`{file}` has no column `{}`", name.value),
        label,
    )
}

/// Names are the same when they differ only in case and blanks.
pub(super) fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.extend(word.chars().flat_map(char::to_lowercase));
    }
    key
}
