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
pub fn plain_csv<'r>(
    out: &mut dyn io::Write,
    columns: &[&str],
    rows: impl IntoIterator<Item = &'r [String]>,
    raw: bool,
) -> io::Result<()> {
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record(columns)?;
    for row in rows {
        for field in row {
            if raw {
                csv.write_field(field)?;
            } else {
                csv.write_field(harmless(field))?;
            }
        }
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
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
