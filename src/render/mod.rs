//! How an answer is shown: one file a format. Machine formats serialise the answer, the others draw
//! the document; neither ever depends on where the output goes.

mod cell;
mod chart;
mod csv;
mod flow;
mod html;
mod json;
mod jsonl;
mod mail;
mod markdown;
mod table;
mod xes;
mod xlsx;

pub use csv::PlainCsv;
pub use html::Section;
pub use mail::{Address, Letterhead, message};
pub use xes::{XesLog, XesValue, instant};
pub use xlsx::MOST_ROWS;

use std::fmt;
use std::io;
use std::str::FromStr;

use crate::date;
use crate::document::{Answer, Block, Document, Row};
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
    /// One page that holds everything it needs.
    Html,
    /// A spreadsheet, which is no text.
    Xlsx,
    /// A picture of its own, of what has one.
    Svg,
    Mermaid,
    Dot,
}

impl Format {
    /// What every answer is shown in.
    pub const ALL: [Self; 7] = [
        Self::Table,
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Markdown,
        Self::Html,
        Self::Xlsx,
    ];
    /// What only a [`Flow`](crate::document::Flow) is shown in.
    pub const DRAWN: [Self; 3] = [Self::Svg, Self::Mermaid, Self::Dot];

    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Xlsx => "xlsx",
            Self::Svg => "svg",
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .chain(Self::DRAWN)
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
        Format::Html => html::write(out, document, &name(answer)),
        Format::Xlsx => xlsx::write(out, answer),
        Format::Svg | Format::Mermaid | Format::Dot => drawn(out, document, format),
    }
}

/// The pictures of a document, each by itself.
fn drawn(out: &mut dyn io::Write, document: &Document, format: Format) -> io::Result<()> {
    for block in &document.blocks {
        let Block::Flow(flow) = block else { continue };
        let picture = match format {
            Format::Mermaid => flow::mermaid(flow),
            Format::Dot => flow::dot(flow),
            _ => flow::svg(flow),
        };
        out.write_all(picture.as_bytes())?;
    }
    Ok(())
}

/// `salesctl/source-costs/1` of 21 Nov is `source costs, as of 21 Nov 2026`.
fn name<R>(answer: &Answer<R>) -> String {
    let what = answer.schema.split('/').nth(1).unwrap_or(answer.schema);
    let what = what.trim_start_matches("report-").replace('-', " ");
    format!("{what}, as of {}", date::day(answer.as_of))
}

/// Shows what has no machine form beside it.
pub fn document(out: &mut dyn io::Write, document: &Document, style: Style) -> io::Result<()> {
    table::write(out, document, style)
}

/// Several documents as one self-contained page, for the nightly report.
pub fn page(out: &mut dyn io::Write, title: &str, sections: &[Section]) -> io::Result<()> {
    html::write_page(out, title, sections)
}

/// The same as Markdown.
pub fn markdown_page(out: &mut dyn io::Write, title: &str, sections: &[Section]) -> io::Result<()> {
    markdown::write_page(out, title, sections)
}

#[cfg(test)]
mod tests;
