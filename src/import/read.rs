//! Rows from any CSV: whatever the encoding, delimiter or damage, every physical record comes out
//! with its line number, as fields or as a defect. Streaming: memory stays within [`Limits`].
//!
//! `source` gives the text, `sniff` says where the table is, `records` finds one record after the other;
//! here stands what needs the headings: how wide a row is, and what is no row.

use std::io::Read;

pub use super::cell::EMPTY;
use super::cell::{tidy, trimmed};
pub use super::dialect::{Dialect, Encoding};
use super::dialect::{sep_line, unique_names};
use super::letters::Letters;
use super::records::{Input, Records};
use super::rejects;
pub use super::row::{Defect, Header, Limits, Options, Quote, ReadError, Row, Warning};
use super::sniff::{Layout, Told, layout};
use super::source::{SAMPLE, Source};

pub struct Reader<R> {
    records: Records<R>,
    dialect: Dialect,
    headers: Vec<String>,
    /// The headings as written, in lower case, to know them again.
    header_fields: Option<Vec<String>>,
    /// The file has the rows that an earlier import rejected.
    has_rejects: bool,
    /// Rows handed out.
    number: u64,
}

impl<R: Read> Reader<R> {
    pub fn open(input: R, options: &Options) -> Result<Self, ReadError> {
        let (mut source, encoding) = Source::open(input, options.encoding)?;
        let mut buffer = Vec::with_capacity(SAMPLE * 2);
        let mut ended = false;
        while !ended && wants_more(&buffer, options.limits) {
            ended = !source.fill(&mut buffer)?;
        }
        let letters = Letters::new(encoding, options.encoding.is_some());
        let (told, passed) = passed(&buffer, options)?;
        let Layout {
            syntax,
            at,
            line,
            preamble,
            has_header,
            width,
        } = layout(&buffer[passed.bytes..], ended, &letters, told);
        let mut records =
            Records::new(Input::File(source), buffer, syntax, letters, options.limits);
        records.begin_at(at + passed.bytes as u64, line + passed.lines);
        let mut reader = Self {
            records,
            dialect: Dialect {
                encoding,
                delimiter: syntax.delimiter,
                quote: syntax.quote,
                header_line: None,
                preamble,
            },
            headers: Vec::new(),
            header_fields: None,
            has_rejects: false,
            number: 0,
        };
        if has_header {
            reader.take_header(width, options.header)?;
        } else {
            reader.headers = (1..=width).map(|n| format!("column {n}")).collect();
        }
        if reader.headers.is_empty() {
            return Err(ReadError::Empty);
        }
        reader.records.expected = reader.headers.len() + reader.marks();
        reader.records.blank = 0;
        Ok(reader)
    }

    fn take_header(&mut self, width: usize, told: Header) -> Result<(), ReadError> {
        let mut row = Row::default();
        let found = self.records.next(&mut row)?;
        if let Header::Line(line) = told
            && (!found || row.line != line)
        {
            return Err(ReadError::NoHeader { line });
        }
        if !found {
            return Err(ReadError::Empty);
        }
        let line = row.line;
        if let Some(defect) = row.defect.take() {
            return Err(ReadError::Header { line, defect });
        }
        if row.cut().is_some() {
            let limit = self.records.limits().field_bytes;
            return Err(ReadError::Header {
                line,
                defect: Defect::RecordTooLong { limit },
            });
        }
        self.dialect.header_line = Some(line);
        self.has_rejects = row.fields().take(2).eq(rejects::MARK);
        let rows = width.saturating_sub(self.marks());
        self.restore(&mut row);
        // A delimiter at the end of every line makes no column.
        while rows > 0 && row.len() > rows && row.get(row.len() - 1).is_empty() {
            row.ends.pop();
        }
        self.headers = unique_names(row.fields().map(trimmed));
        self.header_fields = Some(
            row.fields()
                .map(|field| tidy(field).to_lowercase())
                .collect(),
        );
        Ok(())
    }

    /// The columns, each under a name of its own: a column without a heading is `column 3`, a second
    /// `Name` is `Name (2)`.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// What was made out so far; the encoding is sure when all rows are read.
    pub fn dialect(&self) -> Dialect {
        Dialect {
            encoding: self.records.letters.encoding(),
            ..self.dialect.clone()
        }
    }

    /// Lines and rows without any text, which are passed over.
    pub fn blank_rows(&self) -> u64 {
        self.records.blank
    }

    /// Reads the next row into `row`; false at the end.
    pub fn next(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        if !self.records.next(row)? {
            return Ok(false);
        }
        self.number += 1;
        row.number = self.number;
        self.restore(row);
        if row.defect.is_none() {
            row.defect = self.check(row);
        }
        if row.defect.is_some() && row.cut().is_some() {
            row.shorten();
        }
        Ok(true)
    }

    /// Passes over rows that were read in an earlier run; how many there were.
    pub fn skip(&mut self, rows: u64) -> Result<u64, ReadError> {
        let mut row = Row::default();
        let mut passed = 0;
        while passed < rows && self.records.next(&mut row)? {
            passed += 1;
        }
        self.number += passed;
        Ok(passed)
    }

    /// Columns that stand before the file's own in a file of rejected rows.
    fn marks(&self) -> usize {
        if self.has_rejects {
            rejects::MARK.len()
        } else {
            0
        }
    }

    /// A rejected row as the file had it that it was rejected from.
    fn restore(&self, row: &mut Row) {
        if self.has_rejects {
            row.rewrite(rejects::MARK.len(), |_, field| {
                let bare = crate::text::unguarded(field);
                (bare.len() < field.len()).then(|| bare.to_string())
            });
        }
    }

    fn check(&self, row: &mut Row) -> Option<Defect> {
        let expected = self.headers.len();
        while row.len() > expected && trimmed(row.raw(row.len() - 1)).is_empty() {
            row.ends.pop();
        }
        // Padding at the end of a field is no text.
        if row.text.contains('\0') && row.fields().any(|field| trimmed(field).contains('\0')) {
            return Some(Defect::Nul);
        }
        if row.len() != expected {
            return Some(Defect::FieldCount {
                found: row.len(),
                expected,
            });
        }
        if self.is_header_again(row) {
            return Some(Defect::RepeatedHeader);
        }
        is_footer(row).then_some(Defect::Footer)
    }

    fn is_header_again(&self, row: &Row) -> bool {
        let Some(headings) = &self.header_fields else {
            return false;
        };
        let same = |(heading, cell): (&String, &str)| {
            let cell = tidy(cell);
            heading.eq_ignore_ascii_case(cell) || *heading == cell.to_lowercase()
        };
        // Nearly always the lengths of the first cells tell.
        headings.first().is_some_and(|first| {
            let cell = row.get(0);
            (first.len() == cell.len() || !cell.is_ascii())
                && headings.iter().zip(row.fields()).all(same)
        })
    }
}

/// Lines that must be seen for a judgement of the table, unless they are very long.
const LINES: usize = 40;

fn wants_more(buffer: &[u8], limits: Limits) -> bool {
    if buffer.len() < SAMPLE {
        return true;
    }
    let lines = memchr::memchr2_iter(b'\n', b'\r', buffer)
        .take(LINES)
        .count();
    lines < LINES && buffer.len() <= limits.record_bytes
}

/// What stands at the beginning and is not part of the table for sure.
struct Passed {
    bytes: usize,
    lines: u64,
}

fn passed(text: &[u8], options: &Options) -> Result<(Told, Passed), ReadError> {
    let (sep, length) = sep_line(text);
    let mut told = Told {
        delimiter: options.delimiter,
        sep,
        quote: options.quote,
        ..Told::default()
    };
    let mut passed = Passed {
        bytes: length,
        lines: u64::from(length > 0),
    };
    match options.header {
        Header::Sniff => {}
        Header::None => told.header = Some(false),
        Header::Line(line) => {
            passed = pass_lines(text, line).ok_or(ReadError::NoHeader { line })?;
            told.header = Some(true);
            told.begins_here = true;
        }
    }
    Ok((told, passed))
}

/// To the start of a physical line.
fn pass_lines(text: &[u8], line: u64) -> Option<Passed> {
    let mut bytes = 0;
    for _ in 1..line {
        let end = bytes + memchr::memchr2(b'\n', b'\r', &text[bytes..])?;
        let crlf = text[end] == b'\r' && text.get(end + 1) == Some(&b'\n');
        bytes = end + 1 + usize::from(crlf);
    }
    (line > 0 && bytes < text.len()).then_some(Passed {
        bytes,
        lines: line - 1,
    })
}

/// `Total: 4`, `(4 rows affected)`, a rule of dashes: under the table or between its parts.
fn is_footer(row: &Row) -> bool {
    let first = row.get(0);
    let written = trimmed(row.raw(0));
    if written.starts_with(['-', '=', '_', '*']) {
        let is_rule = |cell: &str| {
            let cell = trimmed(cell);
            cell.len() > 1
                && cell
                    .bytes()
                    .all(|byte| matches!(byte, b'-' | b'=' | b'_' | b'*' | b' '))
        };
        if row.fields().all(is_rule) {
            return true;
        }
    }
    if first.is_empty()
        || (1..row.len())
            .filter(|column| !row.get(*column).is_empty())
            .nth(1)
            .is_some()
    {
        return false;
    }
    let lone = (1..row.len()).all(|column| row.get(column).is_empty());
    let lower = first.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let mut words = bare
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_counted = |word: &str| {
        matches!(
            word,
            "row"
                | "rows"
                | "record"
                | "records"
                | "lead"
                | "leads"
                | "contact"
                | "contacts"
                | "names"
                | "entries"
                | "zeilen"
                | "datensätze"
                | "affected"
                | "selected"
                | "count"
                | "exported"
                | "anzahl"
                | "returned"
        )
    };
    let is_sum = |word: &str| {
        matches!(
            word,
            "total"
                | "totals"
                | "subtotal"
                | "sum"
                | "grand"
                | "summe"
                | "gesamt"
                | "gesamtsumme"
                | "insgesamt"
        )
    };
    let Some(begin) = words.next() else {
        return false;
    };
    let rest: Vec<&str> = words.collect();
    let figures = is_number(begin) || rest.iter().any(|word| is_number(word));
    let all = |word: &str| {
        is_sum(word)
            || is_counted(word)
            || is_number(word)
            || matches!(word, "of" | "number" | "in")
    };
    let tells_a_sum = (is_sum(begin) || is_counted(begin) || is_number(begin))
        && rest.iter().all(|word| all(word));
    // A company can be called Total, and a column can be all numbers.
    if tells_a_sum
        && (is_sum(begin)
            || rest.iter().any(|word| is_sum(word) || is_counted(word))
            || is_counted(begin))
    {
        return figures || row.len() > 2 || first.ends_with(':');
    }
    lone && matches!(begin, "end")
        && matches!(
            rest.as_slice(),
            ["of", "file" | "list" | "report" | "export" | "data"]
        )
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
