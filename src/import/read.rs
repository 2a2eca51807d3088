//! Rows from any CSV: whatever the encoding, delimiter or damage, every physical record comes out
//! with its line number, as fields or as a defect. Streaming: memory stays within [`Limits`].
//!
//! `csv-core` splits records; around it stand the things it can't know: a bound on what one record may
//! hold, and a quote that never closes, which must cost its own line only and not the rest of the file.

use std::io::Read;

use csv_core::ReadRecordResult;
use encoding_rs::WINDOWS_1252;

pub use super::dialect::{Dialect, Encoding};
use super::dialect::{Source, layout, quotes, sep_line, unique_names};
use super::row::KEPT;
pub use super::row::{Defect, Limits, Options, ReadError, Row};

pub struct Reader<R> {
    source: Source<R>,
    core: csv_core::Reader,
    limits: Limits,
    buffer: Vec<u8>,
    /// First byte of `buffer` not yet handed out.
    start: usize,
    ended: bool,
    /// Line number of `start`.
    line: u64,
    after_cr: bool,
    out: Vec<u8>,
    ends: Vec<usize>,
    dialect: Dialect,
    headers: Vec<String>,
    /// The headings as written, to know them again.
    header_fields: Option<Vec<String>>,
    seen: Seen,
    blank: u64,
    /// A row read while looking for headings that turned out to be data.
    first: Option<Row>,
}

/// Kinds of text beyond ASCII.
#[derive(Default)]
struct Seen {
    utf8: bool,
    windows_1252: bool,
}

/// Bytes given to the splitter between two looks at the limits.
const STEP: usize = 64 * 1024;
const SAMPLE: usize = 64 * 1024;

enum Split {
    /// A record of `length` bytes; `closed` by a line end, which is included, not by the end of the file.
    Record { length: usize, closed: bool },
    /// More than [`Limits`] allow.
    Over(Defect),
}

impl<R: Read> Reader<R> {
    pub fn open(input: R, options: &Options) -> Result<Self, ReadError> {
        let (mut source, encoding) = Source::open(input)?;
        let mut buffer = Vec::with_capacity(SAMPLE * 2);
        let mut ended = false;
        while buffer.len() < SAMPLE && !ended {
            ended = !source.fill(&mut buffer)?;
        }
        let (told, passed) = sep_line(&buffer);
        let layout = layout(&buffer[passed..], ended, options.delimiter.or(told));
        let mut reader = Self {
            source,
            core: csv_core::ReaderBuilder::new()
                .delimiter(layout.delimiter)
                .build(),
            limits: options.limits,
            buffer,
            start: passed,
            ended,
            line: if passed > 0 { 2 } else { 1 },
            after_cr: false,
            out: vec![0; 8 * 1024],
            ends: vec![0; 64],
            dialect: Dialect {
                encoding,
                delimiter: layout.delimiter,
                header_line: None,
                preamble: layout.skip,
            },
            headers: Vec::new(),
            header_fields: None,
            seen: Seen::default(),
            blank: 0,
            first: None,
        };
        let mut row = Row::default();
        for _ in 0..=layout.skip {
            if !reader.record(&mut row)? {
                return Err(ReadError::Empty);
            }
        }
        if let Some(defect) = row.defect.take() {
            return Err(ReadError::Header {
                line: row.line,
                defect,
            });
        }
        reader.blank = 0;
        if options.header.unwrap_or(layout.has_header) {
            reader.dialect.header_line = Some(row.line);
            reader.headers = unique_names(row.fields());
            reader.header_fields = Some(row.to_fields());
        } else {
            reader.headers = (1..=row.len()).map(|n| format!("column {n}")).collect();
            reader.first = Some(row);
        }
        Ok(reader)
    }

    /// The columns, each under a name of its own: a column without a heading is `column 3`, a second
    /// `Name` is `Name (2)`.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// What was made out so far; the encoding is sure when all rows are read.
    pub fn dialect(&self) -> Dialect {
        let encoding = match (
            self.dialect.encoding,
            self.seen.utf8,
            self.seen.windows_1252,
        ) {
            (Encoding::Utf8, true, true) => Encoding::Mixed,
            (Encoding::Utf8, false, true) => Encoding::Windows1252,
            (told, ..) => told,
        };
        Dialect {
            encoding,
            ..self.dialect.clone()
        }
    }

    /// Rows without any text, which are passed over.
    pub fn blank_rows(&self) -> u64 {
        self.blank
    }

    /// Reads the next row into `row`; false at the end.
    pub fn next(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        if let Some(first) = self.first.take() {
            *row = first;
            return Ok(true);
        }
        if !self.record(row)? {
            return Ok(false);
        }
        if row.defect.is_none() {
            row.defect = self.check(row);
        }
        Ok(true)
    }

    fn check(&self, row: &mut Row) -> Option<Defect> {
        let expected = self.headers.len();
        // A delimiter at the end of every line makes no column.
        while row.len() > expected && row.raw(row.len() - 1).trim().is_empty() {
            row.ends.pop();
        }
        if row.text.contains('\0') {
            return Some(Defect::Nul);
        }
        if row.len() != expected {
            return Some(Defect::FieldCount {
                found: row.len(),
                expected,
            });
        }
        let again = |headings: &Vec<String>| headings.iter().map(String::as_str).eq(row.fields());
        self.header_fields
            .as_ref()
            .filter(|headings| again(headings))
            .map(|_| Defect::RepeatedHeader)
    }

    /// The next record that holds any text.
    fn record(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        loop {
            if !self.skip_line_ends()? {
                return Ok(false);
            }
            row.line = self.line;
            row.defect = None;
            let mut fields = 0;
            match self.split(&mut fields)? {
                Split::Record { length, closed } => {
                    // Nothing was unquoted: it can't span lines, and needs no second look.
                    let plain = closed && fields > 0 && length == self.ends[fields - 1] + fields;
                    if !plain && self.is_torn(length, closed, fields) {
                        self.take_line(row, Defect::UnclosedQuote);
                        return Ok(true);
                    }
                    self.decode(row, fields);
                    self.advance(self.start + length, plain);
                    if row.fields().all(|field| field.trim().is_empty()) {
                        self.blank += 1;
                        continue;
                    }
                    row.defect = self.over_limit(row);
                    if row.defect.is_some() {
                        row.shorten();
                    }
                    return Ok(true);
                }
                Split::Over(defect) => {
                    // More than one line of it: a quote that swallowed what followed.
                    if self
                        .line_end(self.start)
                        .is_some_and(|end| self.quote_is_open(end))
                    {
                        self.take_line(row, Defect::UnclosedQuote);
                    } else {
                        self.skip_line(row, defect)?;
                    }
                    return Ok(true);
                }
            }
        }
    }

    fn over_limit(&self, row: &Row) -> Option<Defect> {
        let Limits {
            field_bytes,
            columns,
            ..
        } = self.limits;
        if row.len() > columns {
            return Some(Defect::TooManyColumns { limit: columns });
        }
        let mut from = 0;
        let long = row.text.len() > field_bytes
            && row
                .ends
                .iter()
                .any(|end| end - std::mem::replace(&mut from, *end) > field_bytes);
        long.then_some(Defect::FieldTooLong { limit: field_bytes })
    }

    /// Finds the end of the record at `start`; its fields are in `out` and `ends` then.
    fn split(&mut self, fields: &mut usize) -> Result<Split, ReadError> {
        self.core.reset();
        let (mut read, mut written) = (0, 0);
        loop {
            let from = self.start + read;
            if from == self.buffer.len() && !self.ended {
                self.fill()?;
                continue;
            }
            let to = self.buffer.len().min(from + STEP);
            let (result, took, wrote, ended) = self.core.read_record(
                &self.buffer[from..to],
                &mut self.out[written..],
                &mut self.ends[*fields..],
            );
            read += took;
            written += wrote;
            *fields += ended;
            let last = if *fields == 0 {
                0
            } else {
                self.ends[*fields - 1]
            };
            let Limits {
                record_bytes,
                field_bytes,
                columns,
            } = self.limits;
            if read > record_bytes {
                return Ok(Split::Over(Defect::RecordTooLong {
                    limit: record_bytes,
                }));
            }
            match result {
                // `End` can't come first: there is a byte, since line ends were skipped.
                ReadRecordResult::Record | ReadRecordResult::End => {
                    return Ok(Split::Record {
                        length: read,
                        closed: from < to,
                    });
                }
                ReadRecordResult::InputEmpty if written.saturating_sub(last) > field_bytes => {
                    return Ok(Split::Over(Defect::FieldTooLong { limit: field_bytes }));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.out.resize(self.out.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() > columns => {
                    return Ok(Split::Over(Defect::TooManyColumns { limit: columns }));
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            }
        }
    }

    /// Whether a record is one only because a quote was not closed: it spans lines (or ends the file),
    /// and either its quotes don't stand where quotes may, or it has another width than the table.
    fn is_torn(&self, length: usize, closed: bool, fields: usize) -> bool {
        let record = &self.buffer[self.start..self.start + length];
        let body = if closed {
            &record[..length - 1]
        } else {
            record
        };
        let spans = body.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        if closed && !spans {
            return false;
        }
        if !spans {
            return quotes(record, self.dialect.delimiter).open;
        }
        let quotes = quotes(body, self.dialect.delimiter);
        let expected = self.headers.len();
        let off_width = expected > 0 && fields != expected && fields != expected + 1;
        quotes.open || quotes.misplaced || off_width
    }

    fn quote_is_open(&self, end: usize) -> bool {
        quotes(&self.buffer[self.start..end], self.dialect.delimiter).open
    }

    /// Makes the one line at `start` a defective row, its quotes taken as plain text.
    fn take_line(&mut self, row: &mut Row, defect: Defect) {
        let end = self.line_end(self.start).unwrap_or(self.buffer.len());
        row.text.clear();
        row.ends.clear();
        for field in self.buffer[self.start..end].split(|byte| *byte == self.dialect.delimiter) {
            row.text.push_str(&String::from_utf8_lossy(field));
            row.ends.push(row.text.len());
        }
        row.defect = Some(defect);
        self.start = end;
    }

    /// Passes over the rest of a line of any length, keeping its beginning.
    fn skip_line(&mut self, row: &mut Row, defect: Defect) -> Result<(), ReadError> {
        let kept = (self.start + KEPT).min(self.line_end(self.start).unwrap_or(self.buffer.len()));
        row.text.clear();
        row.ends.clear();
        row.text
            .push_str(&String::from_utf8_lossy(&self.buffer[self.start..kept]));
        row.text.push('…');
        row.ends.push(row.text.len());
        row.defect = Some(defect);
        loop {
            if let Some(end) = self.line_end(self.start) {
                self.start = end;
                return Ok(());
            }
            self.start = self.buffer.len();
            if self.ended {
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn line_end(&self, from: usize) -> Option<usize> {
        let rest = &self.buffer[from..];
        rest.iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .map(|at| from + at)
    }

    /// Moves to the next byte that begins a record; false at the end of the file.
    fn skip_line_ends(&mut self) -> Result<bool, ReadError> {
        loop {
            while let Some(byte) = self.buffer.get(self.start) {
                match byte {
                    b'\n' if self.after_cr => self.after_cr = false,
                    b'\n' => self.line += 1,
                    b'\r' => {
                        self.line += 1;
                        self.after_cr = true;
                    }
                    _ => {
                        self.after_cr = false;
                        return Ok(true);
                    }
                }
                self.start += 1;
            }
            if self.ended {
                return Ok(false);
            }
            self.fill()?;
        }
    }

    /// Moves to `at`, counting the lines passed; a plain record is one line.
    fn advance(&mut self, at: usize, plain: bool) {
        if plain {
            self.line += 1;
            self.after_cr = self.buffer[at - 1] == b'\r';
            self.start = at;
            return;
        }
        let passed = &self.buffer[self.start..at];
        self.line += (passed.split(|byte| *byte == b'\n').count() - 1) as u64;
        if passed.contains(&b'\r') {
            let lone = |i: usize| passed[i] == b'\r' && passed.get(i + 1) != Some(&b'\n');
            self.line += (0..passed.len()).filter(|i| lone(*i)).count() as u64;
        }
        self.after_cr = passed.last() == Some(&b'\r');
        self.start = at;
    }

    fn fill(&mut self) -> Result<(), ReadError> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.ended = !self.source.fill(&mut self.buffer)?;
        Ok(())
    }

    /// Bytes that are not UTF-8 are windows-1252, field by field.
    fn decode(&mut self, row: &mut Row, fields: usize) {
        row.text.clear();
        row.ends.clear();
        let end = if fields == 0 {
            0
        } else {
            self.ends[fields - 1]
        };
        if let Ok(text) = std::str::from_utf8(&self.out[..end]) {
            self.seen.utf8 |= !text.is_ascii();
            row.text.push_str(text);
            row.ends.extend_from_slice(&self.ends[..fields]);
            return;
        }
        let mut from = 0;
        for end in &self.ends[..fields] {
            let field = &self.out[from..*end];
            if let Ok(text) = std::str::from_utf8(field) {
                self.seen.utf8 |= !text.is_ascii();
                row.text.push_str(text);
            } else {
                self.seen.windows_1252 = true;
                row.text
                    .push_str(&WINDOWS_1252.decode_without_bom_handling(field).0);
            }
            row.ends.push(row.text.len());
            from = *end;
        }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
