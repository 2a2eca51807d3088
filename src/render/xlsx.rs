//! For people who open it in Excel: the rows as a table of real numbers, amounts and dates, and a second
//! sheet that says what they are of.
//!
//! The rows are those of JSON and csv. What a column holds is read from its name (`_minor` is money, `_share`
//! a share) and, for dates, from its values. Money is in major units there, so its column says the currency in
//! place of `minor`.

use std::io;

use chrono::{DateTime, NaiveDate};
use rust_xlsxwriter::{DocProperties, Format, Table, TableColumn, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use crate::date;
use crate::document::{Answer, Row};
use crate::money::Currency;
use crate::text::visible;

/// The rows that a sheet holds below its header.
pub const MOST_ROWS: usize = 1_048_575;
/// The characters that a cell holds.
const MOST_CHARACTERS: usize = 32_767;

type Fields = serde_json::Map<String, Value>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Money,
    Share,
    Date,
    Time,
    Plain,
}

impl Kind {
    fn of(column: &str, columns: &[&str], rows: &[Fields]) -> Self {
        let words: Vec<&str> = column.split('_').collect();
        let of_share = ["low", "high"].iter().any(|end| {
            column
                .strip_suffix(end)
                .is_some_and(|stem| columns.contains(&format!("{stem}share").as_str()))
        });
        if words.contains(&"minor") {
            return Self::Money;
        }
        if words.contains(&"share") || of_share {
            return Self::Share;
        }
        let mut values = rows
            .iter()
            .filter_map(|row| row.get(column))
            .filter(|value| !value.is_null())
            .peekable();
        if values.peek().is_none() {
            return Self::Plain;
        }
        let all = |is: fn(&str) -> bool| values.clone().all(|value| value.as_str().is_some_and(is));
        if all(|text| as_date(text).is_some()) {
            Self::Date
        } else if all(|text| as_time(text).is_some()) {
            Self::Time
        } else {
            Self::Plain
        }
    }
}

/// Excel's calendar begins with the year 1900.
fn as_date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && "1900-01-01" <= text).then_some(date)
}

fn as_time(text: &str) -> Option<DateTime<chrono::FixedOffset>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .filter(|_| "1900-01-01" <= text)
}

pub(super) fn write<R: Row>(out: &mut dyn io::Write, answer: &Answer<R>) -> io::Result<()> {
    let columns: Vec<&str> = answer
        .by
        .iter()
        .map(String::as_str)
        .chain(R::columns())
        .collect();
    let rows: Vec<Fields> = answer
        .rows
        .iter()
        .map(|row| match serde_json::to_value(row)? {
            Value::Object(fields) => Ok(fields),
            other => Err(io::Error::other(format!("a row is no object: {other}"))),
        })
        .collect::<io::Result<_>>()?;
    let bytes = book(answer, &columns, &rows).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

fn book<R: Row>(
    answer: &Answer<R>,
    columns: &[&str],
    rows: &[Fields],
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The day it speaks of, so that the same answer is the same file.
    let properties = DocProperties::new()
        .set_title(answer.schema)
        .set_creation_datetime(&answer.as_of);
    book.set_properties(&properties);
    let sheet = book.add_worksheet();
    sheet.set_name("answer")?;
    write_rows(sheet, answer.currency, columns, rows)?;
    let sheet = book.add_worksheet();
    sheet.set_name("about")?;
    write_about(sheet, answer)?;
    book.save_to_buffer()
}

fn write_rows(
    sheet: &mut Worksheet,
    currency: Currency,
    columns: &[&str],
    rows: &[Fields],
) -> Result<(), XlsxError> {
    let has_currencies = columns.contains(&"currency");
    let mut headings = Vec::new();
    for (number, column) in columns.iter().enumerate() {
        let kind = Kind::of(column, columns, rows);
        let heading = if kind == Kind::Money {
            heading(column, (!has_currencies).then_some(currency))
        } else {
            (*column).to_string()
        };
        let at = number as u16;
        sheet.write_string_with_format(0, at, &heading, &Format::new().set_bold())?;
        headings.push(TableColumn::new().set_header(heading));
        for (line, row) in rows.iter().enumerate() {
            let currency = row
                .get("currency")
                .and_then(Value::as_str)
                .and_then(|code| code.parse().ok())
                .unwrap_or(currency);
            if let Some(value) = row.get(*column) {
                write_cell(sheet, (line as u32 + 1, at), value, kind, currency)?;
            }
        }
    }
    if !rows.is_empty() && !columns.is_empty() {
        let table = Table::new().set_name("answer").set_columns(&headings);
        sheet.add_table(0, 0, rows.len() as u32, columns.len() as u16 - 1, &table)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_autofit_max_width(360).autofit();
    Ok(())
}

/// `value_minor` is `value_EUR`; where each line says its currency, `value`.
fn heading(column: &str, currency: Option<Currency>) -> String {
    column
        .split('_')
        .filter_map(|word| match (word, currency) {
            ("minor", None) => None,
            ("minor", Some(currency)) => Some(currency.code()),
            (word, _) => Some(word),
        })
        .collect::<Vec<_>>()
        .join("_")
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    kind: Kind,
    currency: Currency,
) -> Result<(), XlsxError> {
    match (kind, value) {
        (_, Value::Null) => {}
        (Kind::Money, Value::Number(minor)) => {
            let major = minor.as_f64().unwrap_or(0.0) / currency.scale() as f64;
            let decimals = match currency.digits() {
                0 => String::new(),
                digits => format!(".{}", "0".repeat(digits as usize)),
            };
            let code = currency.code();
            let format = Format::new().set_num_format(format!("#,##0{decimals} \"{code}\""));
            sheet.write_number_with_format(row, column, major, &format)?;
        }
        (Kind::Share, Value::Number(share)) => {
            let format = Format::new().set_num_format("0.0%");
            let share = share.as_f64().unwrap_or(0.0);
            sheet.write_number_with_format(row, column, share, &format)?;
        }
        (_, Value::Number(number)) => {
            sheet.write_number(row, column, number.as_f64().unwrap_or(0.0))?;
        }
        (_, Value::Bool(is)) => {
            sheet.write_boolean(row, column, *is)?;
        }
        (_, Value::String(text)) => write_text(sheet, (row, column), text, kind)?,
        (_, Value::Array(parts)) if parts.iter().all(Value::is_string) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            write_text(sheet, (row, column), &parts.join(", "), Kind::Plain)?;
        }
        (_, value) => write_text(sheet, (row, column), &value.to_string(), Kind::Plain)?,
    }
    Ok(())
}

/// Written as text it runs nothing, whatever it begins with.
fn write_text(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    kind: Kind,
) -> Result<(), XlsxError> {
    if let (Kind::Date, Some(date)) = (kind, as_date(text)) {
        let format = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_datetime_with_format(row, column, date, &format)?;
        return Ok(());
    }
    if let (Kind::Time, Some(time)) = (kind, as_time(text)) {
        let format = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        sheet.write_datetime_with_format(row, column, time.naive_utc(), &format)?;
        return Ok(());
    }
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    let mut shown = lines.join("\n");
    if shown.chars().count() > MOST_CHARACTERS {
        shown = shown.chars().take(MOST_CHARACTERS - 1).collect();
        shown.push('…');
    }
    sheet.write_string(row, column, shown)?;
    Ok(())
}

fn write_about<R>(sheet: &mut Worksheet, answer: &Answer<R>) -> Result<(), XlsxError> {
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let mut row = 0;
    let mut label = |sheet: &mut Worksheet, name: &str| -> Result<u32, XlsxError> {
        sheet.write_string_with_format(row, 0, name, &Format::new().set_bold())?;
        row += 1;
        Ok(row - 1)
    };
    let at = label(sheet, "schema")?;
    sheet.write_string(at, 1, answer.schema)?;
    let at = label(sheet, "as of")?;
    sheet.write_datetime_with_format(at, 1, answer.as_of, &day)?;
    if let Some(period) = answer.period {
        let at = label(sheet, "period")?;
        sheet.write_string(at, 1, date::range(period))?;
        let at = label(sheet, "from")?;
        sheet.write_datetime_with_format(at, 1, period.from, &day)?;
        let at = label(sheet, "to")?;
        sheet.write_datetime_with_format(at, 1, period.to, &day)?;
    }
    let at = label(sheet, "n")?;
    sheet.write_number(at, 1, answer.n as f64)?;
    let at = label(sheet, "currency")?;
    sheet.write_string(at, 1, answer.currency.code())?;
    if let Some(version) = answer.process_version {
        let at = label(sheet, "process version")?;
        sheet.write_number(at, 1, f64::from(version))?;
    }
    if !answer.by.is_empty() {
        let at = label(sheet, "by")?;
        sheet.write_string(at, 1, visible(&answer.by.join(", ")))?;
    }
    for note in &answer.notes {
        let at = label(sheet, "note")?;
        write_text(sheet, (at, 1), note, Kind::Plain)?;
    }
    sheet.set_autofit_max_width(700).autofit();
    Ok(())
}

#[cfg(test)]
mod tests;
