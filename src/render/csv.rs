//! For spreadsheets and programs: the rows with the names of their fields as header.
//!
//! A spreadsheet runs text that looks like a formula. So text (never a number) is made harmless by a
//! leading `'`, unless raw text is asked for.

use std::io;

use serde_json::Value;

use crate::document::{Answer, Row};
use crate::text::{guarded, visible};

pub(super) fn write<R: Row>(
    out: &mut dyn io::Write,
    answer: &Answer<R>,
    raw: bool,
) -> io::Result<()> {
    let columns: Vec<&str> = answer
        .by
        .iter()
        .map(String::as_str)
        .chain(R::columns())
        .collect();
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record(&columns)?;
    for row in &answer.rows {
        let row = serde_json::to_value(row)?;
        for column in &columns {
            let field = match row.get(column) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) if raw => text.clone(),
                Some(Value::String(text)) => harmless(text),
                Some(value) => value.to_string(),
            };
            csv.write_field(field)?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

/// Plain rows under a header, for files that are no answer: what a mailing house or a broker gets.
pub struct PlainCsv<W: io::Write = Vec<u8>> {
    csv: ::csv::Writer<W>,
    raw: bool,
}

impl PlainCsv {
    pub fn new(columns: &[&str], raw: bool) -> io::Result<Self> {
        Self::to(Vec::new(), columns, raw)
    }
}

impl<W: io::Write> PlainCsv<W> {
    /// Written as it comes.
    pub fn to(out: W, columns: &[&str], raw: bool) -> io::Result<Self> {
        let mut csv = ::csv::Writer::from_writer(out);
        csv.write_record(columns).map_err(as_io)?;
        Ok(Self { csv, raw })
    }

    pub fn row<'f>(&mut self, fields: impl IntoIterator<Item = &'f str>) -> io::Result<()> {
        for field in fields {
            if self.raw || is_plain_word(field) {
                self.csv.write_field(field).map_err(as_io)?;
            } else {
                self.csv.write_field(harmless(field)).map_err(as_io)?;
            }
        }
        self.csv.write_record(None::<&[u8]>).map_err(as_io)
    }

    pub fn finish(self) -> io::Result<W> {
        self.csv
            .into_inner()
            .map_err(::csv::IntoInnerError::into_error)
    }
}

/// The error of the stream itself, so that a reader who has seen enough is known as one.
fn as_io(error: ::csv::Error) -> io::Error {
    let text = error.to_string();
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        _ => io::Error::other(text),
    }
}

/// Most cells are letters and digits, which need no second look.
fn is_plain_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Every line on its own, since some programs split a cell's lines into cells. Blanks before the sign
/// don't help, nor does the sign in its full-width form.
fn harmless(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let guard = if guarded(line).len() > line.len() {
            "'"
        } else {
            ""
        };
        format!("{guard}{}", visible(line))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that has seen enough.
    struct Closed;

    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_known_as_one() {
        let long = "x".repeat(1 << 16);
        let mut csv = PlainCsv::to(Closed, &["a"], false).expect("a header in the buffer");
        let told = csv.row([long.as_str()]).map_err(|error| error.kind());
        assert_eq!(told, Err(io::ErrorKind::BrokenPipe));
    }
}
