//! How an answer is shown: one file a format. Machine formats serialise the answer, the others draw
//! the document; neither ever depends on where the output goes.

mod cell;
mod csv;
mod json;
mod jsonl;
mod markdown;
mod table;

pub use csv::plain_csv;

use std::fmt;
use std::io;
use std::str::FromStr;

use crate::document::{Answer, Document, Row};
use crate::text::nearest;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Table,
    Json,
    /// One row a line.
    Jsonl,
    Csv,
    Markdown,
}

impl Format {
    pub const ALL: [Self; 5] = [
        Self::Table,
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Markdown,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == typed)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name);
                let near = nearest(typed, names)
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                format!(
                    "`{typed}` is not a format; there are {}{near}",
                    names.join(", ")
                )
            })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Columns of the terminal; `None` when there is none, and nothing is left out.
    pub width: Option<u16>,
    pub color: bool,
    /// Text of csv as it is, for programs; otherwise it is made safe for spreadsheets.
    pub raw: bool,
}

/// Shows an answer in the format that was asked for.
pub fn answer<R: Row>(
    out: &mut dyn io::Write,
    answer: &Answer<R>,
    document: &Document,
    format: Format,
    style: Style,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(out, document, style),
        Format::Json => json::write(out, answer),
        Format::Jsonl => jsonl::write(out, &answer.rows),
        Format::Csv => csv::write(out, answer, style.raw),
        Format::Markdown => markdown::write(out, document),
    }
}

/// Shows what has no machine form beside it.
pub fn document(out: &mut dyn io::Write, document: &Document, style: Style) -> io::Result<()> {
    table::write(out, document, style)
}

#[cfg(test)]
mod tests;
