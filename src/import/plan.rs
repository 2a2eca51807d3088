//! What an import will do, complete before anything is written: the store applies a [`Plan`], a dry run
//! shows it.

use std::fmt;
use std::io::Read;

use chrono::NaiveDate;

use super::changed::Changed;
use super::known::{Create, Known};
use super::map::Mapping;
use super::missing::Missing;
use super::planned::{PlannedAccount, PlannedDeal};
use super::read::{Dialect, ReadError, Reader, Row};
use crate::deal::event::CatalogEntry;
use crate::process::{Earlier, Problem, Process};

/// What planning needs to know beside the files.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub process: &'a Process,
    /// The versions of the process before, whose stages and steps the past may name.
    pub earlier: &'a [Earlier],
    pub mapping: &'a Mapping,
    pub known: &'a Known,
    pub create: Create,
    pub today: NaiveDate,
}

/// A file under the name people know it by.
pub struct Input<R> {
    pub name: String,
    pub reader: Reader<R>,
}

/// Where the rows of a file come from: a table of any dialect, or an event log.
pub trait Rows {
    fn headings(&self) -> &[String];
    /// Reads the next row into `row`; false at the end.
    fn next(&mut self, row: &mut Row) -> Result<bool, ReadError>;
    fn dialect(&self) -> Dialect;
    fn blank_rows(&self) -> u64;
    /// What a person should know of the file, when all of it was read.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

impl<R: Read> Rows for Reader<R> {
    fn headings(&self) -> &[String] {
        self.headers()
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        Self::next(self, row)
    }

    fn dialect(&self) -> Dialect {
        Self::dialect(self)
    }

    fn blank_rows(&self) -> u64 {
        Self::blank_rows(self)
    }
}

/// An event log under the name people know it by, whatever it is written in.
pub struct Log<'r> {
    pub name: String,
    pub rows: Box<dyn Rows + 'r>,
}

impl<'r, R: Read + 'r> From<Input<R>> for Log<'r> {
    fn from(input: Input<R>) -> Self {
        Self {
            name: input.name,
            rows: Box::new(input.reader),
        }
    }
}

#[derive(Debug)]
pub struct Plan {
    /// Applied in this order: catalog, accounts, deals.
    pub catalog: Vec<CatalogEntry>,
    pub accounts: Vec<PlannedAccount>,
    pub deals: Vec<PlannedDeal>,
    /// Lists beside the file first, the file of deals last.
    pub files: Vec<FileReport>,
    pub missing: Vec<Missing>,
    /// Rows that tell another end of a known deal, in the order of the file.
    pub changed: Vec<Changed>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
}

impl Plan {
    /// Whether applying it would change anything.
    pub fn is_empty(&self) -> bool {
        self.catalog.is_empty() && self.accounts.is_empty() && self.deals.is_empty()
    }

    /// The file given on the command line.
    pub fn main_file(&self) -> Option<&FileReport> {
        self.files.last()
    }
}

/// What became of the rows of one file: `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: u64,
    pub new: u64,
    pub known: u64,
    pub rejected: u64,
    /// Rows that tell nothing an import could take; notes say what.
    pub passed_over: u64,
}

#[derive(Debug)]
pub struct FileReport {
    pub name: String,
    pub headings: Vec<String>,
    pub dialect: Dialect,
    pub counts: Counts,
    /// Rows without any text, not counted as read.
    pub blank_rows: u64,
    pub columns_used: usize,
    /// Columns the mapping says nothing about.
    pub columns_ignored: Vec<String>,
    pub rejects: Vec<Reject>,
}

/// A row that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    pub line: u64,
    /// The column it failed on, where it is one.
    pub column: Option<usize>,
    pub reason: String,
    pub fields: Vec<String>,
}

/// Why there is no plan at all.
#[derive(Debug)]
pub enum PlanError {
    /// The mapping doesn't fit the files; places are those of the mapping's text.
    Mapping(Vec<Problem>),
    /// The mapping lacks the section this import needs.
    NoSection(&'static str),
    File {
        name: String,
        error: ReadError,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mapping(problems) => write!(
                f,
                "the mapping does not fit the files: {} problems",
                problems.len()
            ),
            Self::NoSection(name) => write!(f, "the mapping has no [{name}]"),
            Self::File { name, error } => write!(f, "`{name}` {error}"),
        }
    }
}

impl std::error::Error for PlanError {}

/// What one row came to.
pub(super) enum Fate {
    New,
    Known,
    Rejected(String),
    /// The same, for what stands in a column.
    RejectedFor(Option<usize>, String),
    PassedOver,
}

/// Runs through the rows of a file; each is counted exactly once.
pub(super) fn each_row<R: Read>(
    input: &mut Input<R>,
    used: impl Fn(&str) -> bool,
    judge: impl FnMut(&Row) -> Fate,
) -> Result<FileReport, PlanError> {
    each_of(&input.name, &mut input.reader, used, judge)
}

/// The same for rows that come from anywhere.
pub(super) fn each_of(
    name: &str,
    rows: &mut dyn Rows,
    used: impl Fn(&str) -> bool,
    mut judge: impl FnMut(&Row) -> Fate,
) -> Result<FileReport, PlanError> {
    let mut counts = Counts::default();
    let mut rejects = Vec::new();
    let mut row = Row::default();
    let failed = |error| PlanError::File {
        name: name.to_string(),
        error,
    };
    while rows.next(&mut row).map_err(failed)? {
        counts.read += 1;
        let fate = match &row.defect {
            Some(defect) => Fate::Rejected(defect.to_string()),
            // Half a title or a note is no title or note.
            None if row.cut().is_some() => {
                row.shorten();
                Fate::Rejected(row.warnings().iter().map(ToString::to_string).collect())
            }
            None => judge(&row),
        };
        let (column, reason) = match fate {
            Fate::New => {
                counts.new += 1;
                continue;
            }
            Fate::Known => {
                counts.known += 1;
                continue;
            }
            Fate::PassedOver => {
                counts.passed_over += 1;
                continue;
            }
            Fate::Rejected(reason) => (None, reason),
            Fate::RejectedFor(column, reason) => (column, reason),
        };
        counts.rejected += 1;
        rejects.push(Reject {
            line: row.line,
            column,
            reason,
            fields: row.to_fields(),
        });
    }
    let headings = rows.headings().to_vec();
    let ignored: Vec<String> = headings
        .iter()
        .filter(|heading| !used(heading))
        .cloned()
        .collect();
    Ok(FileReport {
        name: name.to_string(),
        dialect: rows.dialect(),
        counts,
        blank_rows: rows.blank_rows(),
        columns_used: headings.len() - ignored.len(),
        columns_ignored: ignored,
        headings,
        rejects,
    })
}

/// `1,425 deals without an account`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        crate::money::grouped(n),
        if n == 1 { one } else { many }
    )
}
