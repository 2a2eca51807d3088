//! What can be wrong with a row or a file, with the codes that programs know it by.

use std::fmt;
use std::io;

/// Why a row can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    FieldCount { found: usize, expected: usize },
    UnclosedQuote,
    Nul,
    RecordTooLong { limit: usize },
    TooManyColumns { limit: usize },
    RepeatedHeader,
    Footer,
}

impl Defect {
    pub fn code(&self) -> &'static str {
        match self {
            Self::FieldCount { found: 1, .. } | Self::Footer => "E_FOOTER",
            Self::FieldCount { .. } => "E_FIELD_COUNT",
            Self::UnclosedQuote => "E_UNCLOSED_QUOTE",
            Self::Nul => "E_NUL",
            Self::RecordTooLong { .. } | Self::TooManyColumns { .. } => "E_TOO_LONG",
            Self::RepeatedHeader => "E_REPEATED_HEADER",
        }
    }
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
            Self::TooManyColumns { limit } => write!(f, "more than {limit} columns"),
            Self::RepeatedHeader => f.write_str("the headings again"),
            Self::Footer => f.write_str("a line of totals or a rule, not a row"),
        }
    }
}

/// What a person should know about a row that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A field was longer than allowed, and only its beginning is kept.
    FieldCut { column: usize, limit: usize },
    /// Text that was encoded twice (`MÃ¼ller`) was made readable.
    Mojibake { column: usize },
    /// The row is in another encoding than those before it.
    OtherEncoding,
    /// Bytes that no encoding makes sense of.
    Undecodable { column: usize },
}

impl Warning {
    pub fn code(&self) -> &'static str {
        match self {
            Self::FieldCut { .. } => "W_FIELD_CUT",
            Self::Mojibake { .. } => "W_MOJIBAKE",
            Self::OtherEncoding => "W_CP1252_ROW",
            Self::Undecodable { .. } => "W_ENCODING",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldCut { limit, .. } => {
                write!(f, "a field longer than {} KiB, cut to that", limit / 1024)
            }
            Self::Mojibake { .. } => f.write_str("text that was encoded twice, repaired"),
            Self::OtherEncoding => f.write_str("a row that is not UTF-8 among rows that are"),
            Self::Undecodable { .. } => f.write_str("characters that were lost or make no sense"),
        }
    }
}

/// Why a file can't be read as a table at all.
#[derive(Debug)]
pub enum ReadError {
    Io(io::Error),
    Empty,
    /// It is something else than a table in text: what, and what to do about it.
    NotText {
        what: String,
        advice: &'static str,
    },
    /// The first record is not something headings could be in.
    Header {
        line: u64,
        defect: Defect,
    },
    /// The line where headings should be is beyond the end, or blank.
    NoHeader {
        line: u64,
    },
    /// It is no event log in XML, or a broken one: what was found where.
    Xml {
        line: u64,
        found: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "can't be read: {error}"),
            Self::Empty => f.write_str("is empty; expected a line of column headings, then rows"),
            Self::NotText { what, advice } => write!(f, "is {what}; {advice}"),
            Self::Header { line, defect } => {
                write!(
                    f,
                    "line {line}, where column headings were expected, is no use: {defect}"
                )
            }
            Self::Xml { line, found } => write!(f, "can't be read: line {line} has {found}"),
            Self::NoHeader { line } => write!(
                f,
                "has no line {line} near its beginning, where the headings were said to be"
            ),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
