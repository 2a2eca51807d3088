//! Physical records, one after the other, under a known syntax: where each begins and ends, whatever its
//! quotes do. Knows nothing of headings; `sniff` runs it to try a syntax, `read` to read the file.
//!
//! A line without a quote is taken as it stands. `csv-core` splits the others; around it stand the things
//! it can't know: a bound on what one record may hold, and a quote that never closes, which must cost its
//! own line only and not the rest of the file.

use std::io::Read;

use csv_core::{ReadFieldResult, ReadRecordResult};
use memchr::{memchr, memchr_iter, memchr2};

use super::letters::Letters;
use super::quotes::{Syntax, quotes};
use super::row::{Defect, KEPT, Limits, ReadError, Row, Warning};
use super::source::Source;

pub(super) struct Records<R> {
    source: Input<R>,
    core: csv_core::Reader,
    syntax: Syntax,
    limits: Limits,
    /// Columns of the table, once known; 0 before.
    pub(super) expected: usize,
    pub(super) letters: Letters,
    buffer: Vec<u8>,
    /// First byte of `buffer` not yet handed out.
    start: usize,
    ended: bool,
    /// Where `buffer` begins in the text.
    offset: u64,
    /// Line number of `start`.
    line: u64,
    after_cr: bool,
    /// Up to here no line feed is in the text, as was seen.
    no_feed_before: u64,
    out: Vec<u8>,
    ends: Vec<usize>,
    pub(super) blank: u64,
}

/// Where more text comes from.
pub(super) enum Input<R> {
    File(Source<R>),
    /// What is in the buffer is all there is.
    Sample,
}

/// Bytes given to the splitter between two looks at the limits.
const STEP: usize = 64 * 1024;
/// A line feed that makes a lone carriage return text is looked for so far.
const AHEAD: usize = 64 * 1024;
const MARK: &[u8] = b"\xEF\xBB\xBF";

enum Split {
    /// A record of `length` bytes; `closed` by a line end, which is included, not by the end of the file.
    Record { length: usize, closed: bool },
    /// More than [`Limits`] allow.
    Over(Defect),
}

impl<R: Read> Records<R> {
    pub(super) fn new(
        source: Input<R>,
        buffer: Vec<u8>,
        syntax: Syntax,
        letters: Letters,
        limits: Limits,
    ) -> Self {
        let ended = matches!(source, Input::Sample);
        Self {
            source,
            core: syntax.splitter(),
            syntax,
            limits,
            expected: 0,
            letters,
            buffer,
            start: 0,
            ended,
            offset: 0,
            line: 1,
            after_cr: false,
            no_feed_before: 0,
            out: vec![0; 8 * 1024],
            ends: vec![0; 64],
            blank: 0,
        }
    }

    /// Begins at a place further on, which is the start of a line. Only before the first record.
    pub(super) fn begin_at(&mut self, at: u64, line: u64) {
        self.start = (at as usize).min(self.buffer.len());
        self.line = line;
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Bytes that are held at a time.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.buffer.capacity() + self.out.capacity()
    }

    /// The next record that holds any text; false at the end.
    pub(super) fn next(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        loop {
            if !self.skip_line_ends()? {
                return Ok(false);
            }
            row.begin(self.line, self.offset + self.start as u64);
            match self.line_end()? {
                Some(end) if self.is_plain(self.start, end) => self.take_plain(row, end),
                Some(_) => self.take_quoted(row)?,
                None => self.take_endless(row)?,
            }
            row.bytes.end = self.offset + self.start as u64;
            if row.defect.is_none() {
                if row.is_blank() {
                    self.blank += 1;
                    continue;
                }
                self.keep_limits(row);
            }
            return Ok(true);
        }
    }

    fn is_plain(&self, from: usize, end: usize) -> bool {
        self.syntax
            .quote
            .is_none_or(|quote| memchr(quote, &self.buffer[from..end]).is_none())
    }

    /// Takes the line at `start` as it stands.
    fn take_plain(&mut self, row: &mut Row, end: usize) {
        let line = &self.buffer[self.start..end];
        self.ends.clear();
        let delimiters = memchr_iter(self.syntax.delimiter, line);
        self.ends.extend(delimiters.take(self.limits.columns));
        self.ends.push(line.len());
        self.letters.decode(row, line, &self.ends, 1);
        self.end_line(end);
    }

    fn take_quoted(&mut self, row: &mut Row) -> Result<(), ReadError> {
        let mut fields = 0;
        match self.split(&mut fields)? {
            Split::Record { length, closed } => {
                if self.is_torn(length, closed, fields) {
                    self.take_line(row, Defect::UnclosedQuote);
                    return Ok(());
                }
                let end = self.ends[..fields].last().copied().unwrap_or(0);
                self.letters
                    .decode(row, &self.out[..end], &self.ends[..fields], 0);
                self.advance(self.start + length);
            }
            // More than one line of it: a quote that swallowed what followed.
            Split::Over(defect) => {
                let end = self.next_end(self.start).unwrap_or(self.buffer.len());
                let open = quotes(&self.buffer[self.start..end], self.syntax).open;
                self.take_line(row, if open { Defect::UnclosedQuote } else { defect });
            }
        }
        Ok(())
    }

    /// Cuts fields that are too long, refuses too many of them.
    fn keep_limits(&mut self, row: &mut Row) {
        let Limits {
            field_bytes,
            columns,
            ..
        } = self.limits;
        if row.len() > columns {
            Self::refuse(row, Defect::TooManyColumns { limit: columns });
            return;
        }
        if row.text.len() <= field_bytes {
            return;
        }
        let Some(column) = row.fields().position(|field| field.len() > field_bytes) else {
            return;
        };
        row.rewrite(0, |_, field| {
            (field.len() > field_bytes)
                .then(|| field[..field.floor_char_boundary(field_bytes)].to_string())
        });
        row.warn(Warning::FieldCut {
            column,
            limit: field_bytes,
        });
    }

    /// Keeps only how the record begins.
    fn refuse(row: &mut Row, defect: Defect) {
        let start: String = row.text.chars().take(KEPT).collect();
        row.only(&format!("{start}…"));
        row.defect = Some(defect);
    }

    /// Finds the end of the record at `start`; its fields are in `out` and `ends` then.
    fn split(&mut self, fields: &mut usize) -> Result<Split, ReadError> {
        self.core.reset();
        if self.ends.len() < 64 {
            self.ends.resize(64, 0);
        }
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
            let Limits {
                record_bytes,
                columns,
                ..
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
        let spans = memchr2(b'\n', b'\r', body).is_some();
        if closed && !spans {
            return false;
        }
        let quotes = quotes(body, self.syntax);
        if !spans {
            return quotes.open;
        }
        let expected = self.expected;
        let off_width = expected > 0 && fields != expected && fields != expected + 1;
        quotes.open || quotes.misplaced || off_width
    }

    /// Makes the one line at `start` a defective row, its quotes taken as plain text.
    fn take_line(&mut self, row: &mut Row, defect: Defect) {
        let end = self.next_end(self.start).unwrap_or(self.buffer.len());
        self.take_plain(row, end);
        if matches!(defect, Defect::UnclosedQuote) && row.len() <= self.limits.columns {
            row.defect = Some(defect);
            self.keep_limits(row);
        } else {
            Self::refuse(row, defect);
        }
    }

    /// Takes a line that is longer than any record may be, field by field, keeping what limits allow.
    fn take_endless(&mut self, row: &mut Row) -> Result<(), ReadError> {
        let Limits {
            field_bytes,
            record_bytes,
            columns,
        } = self.limits;
        let beginning = String::from_utf8_lossy(
            &self.buffer[self.start..self.start + KEPT.min(self.buffer.len() - self.start)],
        )
        .into_owned();
        self.core.reset();
        let (mut kept, mut ends) = (Vec::new(), Vec::new());
        let (mut field_start, mut cut, mut over) = (0, None, None);
        let mut scratch = vec![0; 16 * 1024];
        loop {
            let (to, at_end) = match self.next_end(self.start) {
                Some(end) => (end, true),
                None => (self.buffer.len(), false),
            };
            while self.start < to {
                let (result, took, wrote) = self
                    .core
                    .read_field(&self.buffer[self.start..to], &mut scratch);
                self.start += took;
                let room = (field_start + field_bytes).saturating_sub(kept.len());
                if wrote > room {
                    cut.get_or_insert(ends.len());
                }
                kept.extend_from_slice(&scratch[..wrote.min(room)]);
                if let ReadFieldResult::Field { .. } = result {
                    ends.push(kept.len());
                    field_start = kept.len();
                }
                if ends.len() > columns {
                    over = Some(Defect::TooManyColumns { limit: columns });
                } else if kept.len() > record_bytes {
                    over = Some(Defect::RecordTooLong {
                        limit: record_bytes,
                    });
                }
                if over.is_some() {
                    kept.clear();
                    ends.clear();
                    field_start = 0;
                }
            }
            if at_end || self.ended {
                // A line end closes the record, unless a quote is open.
                let (result, ..) = self.core.read_field(b"\n", &mut scratch);
                if result != (ReadFieldResult::Field { record_end: true }) {
                    over.get_or_insert(Defect::UnclosedQuote);
                }
                ends.push(kept.len());
                self.end_line(to);
                break;
            }
            self.fill()?;
        }
        if let Some(defect) = over {
            row.only(&format!("{beginning}…"));
            row.defect = Some(defect);
            return Ok(());
        }
        trim_cut_letters(&mut kept, &mut ends, field_bytes);
        self.letters.decode(row, &kept, &ends, 0);
        if let Some(column) = cut {
            row.warn(Warning::FieldCut {
                column,
                limit: field_bytes,
            });
        }
        Ok(())
    }

    /// Where the line at `start` ends, its line end not included; `None` when it is longer than a record
    /// may be.
    fn line_end(&mut self) -> Result<Option<usize>, ReadError> {
        let mut seen = 0;
        loop {
            if let Some(at) = self.next_end(self.start + seen) {
                if self.buffer[at] == b'\r'
                    && let Some(end) = self.feed_after_lone_return(at)?
                {
                    return Ok(Some(end));
                }
                // Filling may have moved it.
                return Ok(self.next_end(self.start + seen));
            }
            seen = self.buffer.len() - self.start;
            if self.ended {
                return Ok(Some(self.buffer.len()));
            }
            if seen > self.limits.record_bytes {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    /// A carriage return alone ends a line, as old Macs wrote it, unless the line is as wide as the table
    /// only with what stands behind it, up to the line feed: then it is text in a cell.
    fn feed_after_lone_return(&mut self, at: usize) -> Result<Option<usize>, ReadError> {
        if self.expected < 2 || self.buffer.get(at + 1) == Some(&b'\n') {
            return Ok(None);
        }
        let at = at - self.start;
        while self.buffer.len() < self.start + at + AHEAD && !self.ended {
            self.fill()?;
        }
        let at = self.start + at;
        if self.buffer.get(at + 1) == Some(&b'\n') {
            return Ok(None);
        }
        let seen = self.no_feed_before.saturating_sub(self.offset) as usize;
        let from = seen.clamp(at, self.buffer.len());
        let Some(feed) = memchr(b'\n', &self.buffer[from..]).map(|feed| from + feed) else {
            self.no_feed_before = self.offset + self.buffer.len() as u64;
            return Ok(None);
        };
        if feed - at > AHEAD {
            return Ok(None);
        }
        let end = feed - usize::from(self.buffer[feed - 1] == b'\r');
        let width = |to: usize| {
            memchr_iter(self.syntax.delimiter, &self.buffer[self.start..to]).count() + 1
        };
        let is_text = self.is_plain(self.start, end)
            && width(at) < self.expected
            && (self.expected..=self.expected + 1).contains(&width(end));
        Ok(is_text.then_some(end))
    }

    fn next_end(&self, from: usize) -> Option<usize> {
        memchr2(b'\n', b'\r', &self.buffer[from..]).map(|at| from + at)
    }

    /// Moves behind the line that ends at `end`.
    fn end_line(&mut self, end: usize) {
        let returns = memchr_iter(b'\r', &self.buffer[self.start.min(end)..end]).count();
        self.line += returns as u64 + u64::from(end < self.buffer.len());
        self.after_cr = self.buffer.get(end) == Some(&b'\r');
        self.start = self.buffer.len().min(end + 1);
    }

    /// Moves to the next byte that begins a record; false at the end of the file.
    fn skip_line_ends(&mut self) -> Result<bool, ReadError> {
        loop {
            while let Some(byte) = self.buffer.get(self.start).copied() {
                match byte {
                    b'\n' if self.after_cr => self.after_cr = false,
                    b'\n' | b'\r' => {
                        self.line += 1;
                        self.blank += 1;
                        self.after_cr = byte == b'\r';
                    }
                    // Files put together from several keep the mark of each.
                    0xEF if self.at_mark()? => self.start += MARK.len() - 1,
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

    fn at_mark(&mut self) -> Result<bool, ReadError> {
        while self.buffer.len() < self.start + MARK.len() && !self.ended {
            self.fill()?;
        }
        Ok(self.buffer[self.start..].starts_with(MARK))
    }

    /// Moves to `at`, counting the lines passed.
    fn advance(&mut self, at: usize) {
        let passed = &self.buffer[self.start..at];
        let feeds = memchr_iter(b'\n', passed).count();
        let lone = memchr_iter(b'\r', passed).filter(|i| passed.get(i + 1) != Some(&b'\n'));
        self.line += (feeds + lone.count()) as u64;
        self.after_cr = passed.last() == Some(&b'\r');
        self.start = at;
    }

    fn fill(&mut self) -> Result<(), ReadError> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.offset += self.start as u64;
            self.start = 0;
        }
        self.ended = match &mut self.source {
            Input::File(source) => !source.fill(&mut self.buffer)?,
            Input::Sample => true,
        };
        Ok(())
    }
}

/// Takes the half of a letter off the end of fields that were cut.
fn trim_cut_letters(text: &mut Vec<u8>, ends: &mut [usize], field_bytes: usize) {
    let mut start = 0;
    let mut gone = 0;
    for end in ends {
        *end -= gone;
        if *end - start == field_bytes {
            let tail = text[start..*end].iter().rev().take(4);
            let continuing = tail.take_while(|byte| (0x80..0xC0).contains(*byte)).count();
            let lead = *end - start > continuing && text[*end - continuing - 1] >= 0xC0;
            let half = usize::from(lead) + continuing;
            if lead && std::str::from_utf8(&text[*end - half..*end]).is_err() {
                text.drain(*end - half..*end);
                *end -= half;
                gone += half;
            }
        }
        start = *end;
    }
}
