//! What the columns of a list mean: a small TOML file, one of ours or somebody's own.
//!
//! [`ProspectMap::parse`] checks it, [`recognise`] finds the one for a file, [`ProspectMap::bind`] holds it against the
//! headings, and [`Binding::apply`] makes a cleaned [`Record`](super::Record) of each row.

mod binding;
mod built_in;
mod evidence;
mod file;
mod guess;

use rustc_hash::FxHashMap;

pub use binding::Binding;
pub use built_in::{Recognised, built_in, built_in_names, recognise};
pub use guess::guess;

use super::clean::Rule;
use super::field::Field;
use crate::process::Problem;
use crate::process::reader::At;
use crate::text::{nearest, visible};

/// A map that has passed every check that needs no data file.
#[derive(Clone, Debug, Default)]
pub struct ProspectMap {
    /// In the order of [`Field`]; each at most once.
    cells: Vec<(Field, Cell)>,
    /// What a code of the file means, by field and [`code_key`].
    values: FxHashMap<Field, FxHashMap<String, String>>,
    /// Columns that are kept under another name.
    attributes: Vec<Attribute>,
    /// Columns that are not kept.
    ignore: Vec<At<String>>,
    /// How a file of this kind is known.
    marks: Marks,
}

#[derive(Clone, Debug, Default)]
struct Marks {
    title: String,
    /// Headings that hardly anybody else writes.
    headings: Vec<String>,
    /// So many of them are proof.
    needs: usize,
}

#[derive(Clone, Debug)]
struct Attribute {
    name: String,
    heading: At<String>,
}

/// Where a value comes from and what is done to it, as written.
#[derive(Clone, Debug)]
struct Cell {
    origin: Origin,
    default: Option<String>,
    case: Option<Case>,
    rule: Rule,
}

impl Cell {
    fn of(origin: Origin) -> Self {
        Self {
            origin,
            default: None,
            case: None,
            rule: Rule::default(),
        }
    }
}

#[derive(Clone, Debug)]
enum Origin {
    Column(At<String>),
    /// All that are filled, with a text between.
    Join(Vec<At<String>>, String),
    /// The first that is filled.
    First(Vec<At<String>>),
    Constant(String),
}

impl Origin {
    fn headings(&self) -> &[At<String>] {
        match self {
            Self::Column(heading) => std::slice::from_ref(heading),
            Self::Join(headings, _) | Self::First(headings) => headings,
            Self::Constant(_) => &[],
        }
    }

    /// Of these headings only.
    fn keep(&self, wanted: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let mut kept: Vec<At<String>> = Vec::new();
        for heading in self.headings() {
            if let Some(value) = wanted(&heading.value)
                && !kept.iter().any(|known| known.value == value)
            {
                let span = heading.span.clone();
                kept.push(At { value, span });
            }
        }
        match (self, kept.as_slice()) {
            (Self::Constant(text), _) => Some(Self::Constant(text.clone())),
            (_, []) => None,
            (_, [one]) => Some(Self::Column(one.clone())),
            (Self::Join(_, with), _) => Some(Self::Join(kept, with.clone())),
            _ => Some(Self::First(kept)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Upper,
    Lower,
    Title,
}

impl ProspectMap {
    /// Fields it says something of.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.cells.iter().map(|(field, _)| *field)
    }

    /// The map with the columns that a file has, each under the heading it has there.
    fn settled(&self, headings: &[String]) -> Self {
        let columns = Columns::of(headings);
        let find = |name: &str| Some(headings[columns.find(name)?].clone());
        let mut settled = self.clone();
        settled.cells = self
            .cells
            .iter()
            .filter_map(|(field, cell)| {
                let origin = cell.origin.keep(find)?;
                Some((
                    *field,
                    Cell {
                        origin,
                        ..cell.clone()
                    },
                ))
            })
            .collect();
        settled
            .attributes
            .retain(|attribute| find(&attribute.heading.value).is_some());
        settled
            .ignore
            .retain(|heading| find(&heading.value).is_some());
        settled
    }

    /// Puts a cell in its place, unless the field has one.
    fn add(&mut self, field: Field, cell: Cell) {
        if let Err(at) = self.cells.binary_search_by_key(&field, |(of, _)| *of) {
            self.cells.insert(at, (field, cell));
        }
    }

    fn uses(&self, heading: &str) -> bool {
        let cells = self
            .cells
            .iter()
            .flat_map(|(_, cell)| cell.origin.headings());
        let renamed = self.attributes.iter().map(|attribute| &attribute.heading);
        cells
            .chain(renamed)
            .chain(&self.ignore)
            .any(|known| known.value == heading)
    }

    /// Finds the columns in a file with these headings; every one that is not there is told at its place.
    pub fn bind(&self, file: &str, headings: &[String]) -> Result<Binding, Vec<Problem>> {
        let mut problems = Vec::new();
        let columns = Columns::of(headings);
        let binding = Binding::of(
            self,
            |name| {
                let found = columns.find(&name.value);
                if found.is_none() {
                    problems.push(no_column(file, name, headings));
                }
                found
            },
            headings,
        );
        if problems.is_empty() {
            Ok(binding)
        } else {
            problems.sort_by_key(|problem| problem.span.start);
            Err(problems)
        }
    }
}

/// The columns of a file by their headings: maps know hundreds of names, and files have thousands of columns.
struct Columns<'h> {
    written: FxHashMap<&'h str, usize>,
    by_key: FxHashMap<String, usize>,
}

impl<'h> Columns<'h> {
    fn of(headings: &'h [String]) -> Self {
        let mut columns = Self {
            written: FxHashMap::default(),
            by_key: FxHashMap::default(),
        };
        for (at, heading) in headings.iter().enumerate() {
            columns.written.entry(heading).or_insert(at);
            columns.by_key.entry(heading_key(heading)).or_insert(at);
        }
        columns.by_key.remove("");
        columns
    }

    /// The column of that name: as written, else by [`heading_key`]. Of several the first.
    fn find(&self, name: &str) -> Option<usize> {
        let near = || self.by_key.get(&heading_key(name));
        self.written.get(name).or_else(near).copied()
    }
}

fn no_column(file: &str, name: &At<String>, headings: &[String]) -> Problem {
    let label = if let Some(near) = nearest(&name.value, headings.iter().map(String::as_str)) {
        format!("did you mean `{near}`?")
    } else {
        let listed: Vec<String> = headings.iter().take(30).map(|h| format!("`{h}`")).collect();
        format!("it has {}", listed.join(", "))
    };
    let message = format!("`{}` has no column `{}`", visible(file), name.value);
    Problem::error(name.span.clone(), message, label)
}

/// Headings are the same when they differ in case, accents, blanks and marks only: `E-Mail`, `email`, `EMAIL`.
fn heading_key(heading: &str) -> String {
    let folded = any_ascii::any_ascii(heading);
    let plain = folded.chars().filter(char::is_ascii_alphanumeric);
    plain.map(|c| c.to_ascii_lowercase()).collect()
}

/// Codes are the same when they differ in case and the blanks around them only.
fn code_key(code: &str) -> String {
    code.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
