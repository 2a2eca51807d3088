//! What the reader hands out: one physical record at a time, or what is wrong with it.

use std::fmt;
use std::io;

/// What one record may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub record_bytes: usize,
    pub field_bytes: usize,
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 1024 * 1024,
            field_bytes: 64 * 1024,
            columns: 1_000,
        }
    }
}

/// What the caller knows better than the file's looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub delimiter: Option<u8>,
    /// Whether the first row of the table holds headings.
    pub header: Option<bool>,
    pub limits: Limits,
}

/// One physical record. Reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Line it begins on, from 1.
    pub line: u64,
    /// Why its fields can't be trusted.
    pub defect: Option<Defect>,
    pub(super) text: String,
    /// Where each field ends in `text`.
    pub(super) ends: Vec<usize>,
}

impl Row {
    /// A field without the blanks around it; empty when there is none.
    pub fn get(&self, column: usize) -> &str {
        self.raw(column).trim()
    }

    pub(super) fn raw(&self, column: usize) -> &str {
        let start = if column == 0 {
            0
        } else {
            self.ends.get(column - 1).copied().unwrap_or(0)
        };
        self.ends
            .get(column)
            .map_or("", |end| &self.text[start..*end])
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The fields as the file has them.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.raw(column))
    }

    pub fn to_fields(&self) -> Vec<String> {
        self.fields().map(str::to_string).collect()
    }

    /// Cuts long fields to what a reject file should show.
    pub(super) fn shorten(&mut self) {
        let mut short = Self::default();
        for field in self.fields() {
            short.text.extend(field.chars().take(KEPT));
            if field.chars().nth(KEPT).is_some() {
                short.text.push('…');
            }
            short.ends.push(short.text.len());
        }
        self.text = short.text;
        self.ends = short.ends;
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    FieldCount { found: usize, expected: usize },
    UnclosedQuote,
    Nul,
    RecordTooLong { limit: usize },
    FieldTooLong { limit: usize },
    TooManyColumns { limit: usize },
    RepeatedHeader,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldCount { found: 1, expected } => {
                write!(
                    f,
                    "one field, the headings have {expected}: a line of text, not a row"
                )
            }
            Self::FieldCount { found, expected } => {
                write!(f, "{found} fields, the headings have {expected}")
            }
            Self::UnclosedQuote => {
                f.write_str("a quote opens in this line and does not close properly")
            }
            Self::Nul => f.write_str("a NUL byte in the text"),
            Self::RecordTooLong { limit } => write!(f, "longer than {} KiB", limit / 1024),
            Self::FieldTooLong { limit } => write!(f, "a field longer than {} KiB", limit / 1024),
            Self::TooManyColumns { limit } => write!(f, "more than {limit} columns"),
            Self::RepeatedHeader => f.write_str("the headings again"),
        }
    }
}

/// Why a file can't be read as a table at all.
#[derive(Debug)]
pub enum ReadError {
    Io(io::Error),
    Empty,
    /// The first record is not something headings could be in.
    Header {
        line: u64,
        defect: Defect,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "can't be read: {error}"),
            Self::Empty => f.write_str("is empty; expected a line of column headings, then rows"),
            Self::Header { line, defect } => {
                write!(
                    f,
                    "line {line}, where column headings were expected, is no use: {defect}"
                )
            }
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What is kept of an overlong text, for the reject file.
pub(super) const KEPT: usize = 1024;
