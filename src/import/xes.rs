//! XES, the event log of process mining (IEEE 1849-2016), as rows: one event a row, under the keys that
//! mining tools give its columns (`case:concept:name`, `concept:name`, `time:timestamp`).
//!
//! Streaming: one element at a time is in memory. Nothing is expanded but the five entities of XML; a
//! document type, deep nesting and endless elements are refused, each with its line.

use std::collections::HashMap;
use std::io::{self, BufRead};

use quick_xml::escape::EscapeError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error as XmlError, Reader as Xml, XmlVersion};

use super::plan::{Rows, counted};
use super::read::{Dialect, Encoding, ReadError, Row, Warning};
use super::row::Limits;
use super::xes_source::{ELEMENT, Endless, Lines};
pub use super::xes_source::{is_xml, opened};

pub const CASE: &str = "case:concept:name";
pub const ACTIVITY: &str = "concept:name";
pub const TIMESTAMP: &str = "time:timestamp";
pub const RESOURCE: &str = "org:resource";
pub const LIFECYCLE: &str = "lifecycle:transition";

/// Every log has these columns; what lacks its value is told row by row.
const ALWAYS: [&str; 3] = [CASE, ACTIVITY, TIMESTAMP];
/// Lists in lists in lists: no log is as deep.
const DEPTH: usize = 64;
/// Different attributes of traces and events.
const KEYS: usize = 1000;
/// XML attributes of one element; XES gives two.
const XML_ATTRIBUTES: usize = 64;
/// What stands for the delimiter where there is none.
pub(super) const NO_DELIMITER: u8 = b'<';

pub struct Xes<'r> {
    xml: Xml<Lines<'r>>,
    buffer: Vec<u8>,
    headings: Vec<String>,
    columns: HashMap<String, usize>,
    /// New keys become columns; otherwise what is no column is passed over.
    collects: bool,
    trace: Vec<String>,
    event: Vec<String>,
    /// Names of the elements around.
    inside: Vec<Inside>,
    number: u64,
    events_of_trace: u64,
    empty_traces: u64,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Log,
    Trace,
    /// Which line it begins on.
    Event(u64),
    /// What tells nothing of this kind: extensions, nested attributes.
    Other,
}

impl<'r> Xes<'r> {
    /// All columns that the log has, after it was read through; so it is known to be whole.
    pub fn headings_of(input: Box<dyn BufRead + 'r>) -> Result<Vec<String>, ReadError> {
        let mut xes = Self::new(input, &ALWAYS.map(str::to_string), true);
        let mut row = Row::default();
        while xes.next(&mut row)? {}
        Ok(xes.headings)
    }

    /// The rows of a log, with these columns.
    pub fn open(input: Box<dyn BufRead + 'r>, headings: &[String]) -> Self {
        Self::new(input, headings, false)
    }

    fn new(input: Box<dyn BufRead + 'r>, headings: &[String], collects: bool) -> Self {
        let mut xml = Xml::from_reader(Lines::new(input));
        xml.config_mut().check_end_names = true;
        let mut xes = Self {
            xml,
            buffer: Vec::new(),
            headings: Vec::new(),
            columns: HashMap::new(),
            collects,
            trace: Vec::new(),
            event: Vec::new(),
            inside: Vec::new(),
            number: 0,
            events_of_trace: 0,
            empty_traces: 0,
            ended: false,
        };
        for heading in headings {
            xes.add_column(heading);
        }
        xes
    }

    fn add_column(&mut self, heading: &str) -> usize {
        let at = self.headings.len();
        self.headings.push(heading.to_string());
        self.columns.insert(heading.to_string(), at);
        self.trace.push(String::new());
        self.event.push(String::new());
        at
    }

    /// Reads on to the end of the next event; the line it begins on.
    fn next_event(&mut self) -> Result<Option<u64>, ReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let found = loop {
            buffer.clear();
            let lines = self.xml.get_mut();
            let line = lines.begin();
            let event = match self.xml.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return Err(broken(line, error)),
            };
            match event {
                Event::Start(tag) => self.begin(&tag, line)?,
                Event::Empty(tag) => {
                    self.begin(&tag, line)?;
                    if let Some(line) = self.end() {
                        break Some(line);
                    }
                }
                Event::End(_) => {
                    if let Some(line) = self.end() {
                        break Some(line);
                    }
                }
                Event::DocType(_) => {
                    return Err(told(
                        line,
                        "a document type (`<!DOCTYPE`); logs need none, and entities are not expanded",
                    ));
                }
                Event::Eof => {
                    self.at_end(line)?;
                    break None;
                }
                Event::Text(text) if self.inside.is_empty() && !text.trim().is_empty() => {
                    return Err(told(
                        line,
                        "text where `<log>` was expected: it is no XML (a table is read when its name ends in .csv)",
                    ));
                }
                _ => {}
            }
        };
        self.buffer = buffer;
        Ok(found)
    }

    fn at_end(&self, line: u64) -> Result<(), ReadError> {
        match self.inside.last() {
            None if self.ended => Ok(()),
            None => Err(told(line, "the end, and no element; expected `<log>`")),
            Some(_) => Err(told(
                line,
                "the end in the middle of the log; the rest is missing",
            )),
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>, line: u64) -> Result<(), ReadError> {
        let name = tag.local_name();
        let name = name.as_ref();
        if self.inside.len() == DEPTH {
            return Err(told(
                line,
                format!("elements in more than {DEPTH} others; no log is so deep"),
            ));
        }
        let inside = match (self.inside.last(), name) {
            (None, "log") if !self.ended => Inside::Log,
            (None, _) if self.ended => {
                return Err(told(line, "another element after the end of the log"));
            }
            (None, other) => {
                let other = crate::text::shortened(other, 40);
                return Err(told(
                    line,
                    format!("`<{other}>`, which is XML but no event log; expected `<log>`"),
                ));
            }
            (Some(Inside::Log), "trace") => {
                self.trace.iter_mut().for_each(String::clear);
                self.events_of_trace = 0;
                Inside::Trace
            }
            (Some(Inside::Log | Inside::Trace), "event") => {
                if self.inside.last() == Some(&Inside::Log) {
                    self.trace.iter_mut().for_each(String::clear);
                }
                self.event.iter_mut().for_each(String::clear);
                Inside::Event(line)
            }
            (Some(Inside::Trace), "string" | "date" | "int" | "float" | "boolean" | "id") => {
                self.attribute(tag, line, true)?;
                Inside::Other
            }
            (Some(Inside::Event(_)), "string" | "date" | "int" | "float" | "boolean" | "id") => {
                self.attribute(tag, line, false)?;
                Inside::Other
            }
            _ => Inside::Other,
        };
        self.inside.push(inside);
        Ok(())
    }

    /// The line an event began on, when one ends.
    fn end(&mut self) -> Option<u64> {
        match self.inside.pop() {
            Some(Inside::Event(line)) => {
                self.events_of_trace += 1;
                Some(line)
            }
            Some(Inside::Trace) => {
                self.empty_traces += u64::from(self.events_of_trace == 0);
                None
            }
            Some(Inside::Log) => {
                self.ended = true;
                None
            }
            _ => None,
        }
    }

    fn attribute(
        &mut self,
        tag: &BytesStart<'_>,
        line: u64,
        of_trace: bool,
    ) -> Result<(), ReadError> {
        let (mut key, mut value) = (None, None);
        for (n, attribute) in tag.attributes().with_checks(false).enumerate() {
            if n == XML_ATTRIBUTES {
                return Err(told(
                    line,
                    format!("an element with more than {XML_ATTRIBUTES} attributes"),
                ));
            }
            let attribute = attribute
                .map_err(|error| told(line, format!("a tag that can't be read: {error}")))?;
            let read = || {
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|error| unread(line, &error))
            };
            match attribute.key.as_ref() {
                "key" => key = Some(read()?),
                "value" => value = Some(read()?),
                _ => {}
            }
        }
        let (Some(key), Some(value)) = (key, value) else {
            return Err(told(
                line,
                "an attribute without `key` and `value`, which XES needs both",
            ));
        };
        let heading = if of_trace {
            format!("case:{key}")
        } else {
            key.into_owned()
        };
        let column = match self.columns.get(&heading) {
            Some(column) => *column,
            None if !self.collects => return Ok(()),
            None if self.columns.len() == KEYS => {
                return Err(told(
                    line,
                    format!("more than {KEYS} different attributes; no log has so many"),
                ));
            }
            None => self.add_column(&heading),
        };
        let cells = if of_trace {
            &mut self.trace
        } else {
            &mut self.event
        };
        // XES allows a key once; of several the first counts.
        if cells[column].is_empty() {
            cells[column].push_str(&value);
        }
        Ok(())
    }
}

impl Rows for Xes<'_> {
    fn headings(&self) -> &[String] {
        &self.headings
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        let Some(line) = self.next_event()? else {
            return Ok(false);
        };
        self.number += 1;
        row.begin(line, 0);
        row.number = self.number;
        let limit = Limits::default().field_bytes;
        for column in 0..self.headings.len() {
            let event = &self.event[column];
            let cell = if event.is_empty() {
                &self.trace[column]
            } else {
                event
            };
            if cell.len() > limit {
                let mut end = limit;
                while !cell.is_char_boundary(end) {
                    end -= 1;
                }
                row.text.push_str(&cell[..end]);
                row.warn(Warning::FieldCut { column, limit });
            } else {
                row.text.push_str(cell);
            }
            row.ends.push(row.text.len());
        }
        Ok(true)
    }

    fn dialect(&self) -> Dialect {
        Dialect {
            encoding: Encoding::Utf8,
            delimiter: NO_DELIMITER,
            quote: None,
            header_line: None,
            preamble: 0,
        }
    }

    fn blank_rows(&self) -> u64 {
        0
    }

    fn notes(&self) -> Vec<String> {
        let n = self.empty_traces;
        let note = || {
            format!(
                "{} without events: nothing to take",
                counted(n, "trace", "traces")
            )
        };
        (n > 0).then(note).into_iter().collect()
    }
}

fn broken(line: u64, error: XmlError) -> ReadError {
    match error {
        XmlError::Io(error)
            if error
                .get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Endless>) =>
        {
            told(
                line,
                format!(
                    "something longer than {} KiB without an end",
                    ELEMENT / 1024
                ),
            )
        }
        XmlError::Io(error) => ReadError::Io(io::Error::new(error.kind(), error.to_string())),
        XmlError::Encoding(_) => told(line, "bytes that are not UTF-8; save the log as UTF-8"),
        error => unread(line, &error),
    }
}

fn told(line: u64, found: impl Into<String>) -> ReadError {
    ReadError::Xml {
        line,
        found: found.into(),
    }
}

fn unread(line: u64, error: &XmlError) -> ReadError {
    if let XmlError::Escape(EscapeError::UnrecognizedEntity(_, name)) = error {
        let name = crate::text::shortened(name, 40);
        return told(
            line,
            format!("the entity `&{name};`, which is none of XML's five"),
        );
    }
    told(line, format!("broken XML: {error}"))
}

#[cfg(test)]
#[path = "xes_tests.rs"]
mod tests;
