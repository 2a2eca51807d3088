//! A first draft of a map for a person to read and edit: what was made out, each line with what the column holds.

use std::fmt::Write;

use super::super::clean::date;
use super::super::clean::number::Decimal;
use super::super::clean::person::NameOrder;
use super::super::field::Field;
use super::evidence::Sample;
use super::{Case, Cell, Origin, built_in::recognise};
use crate::process::reader::At;
use crate::text::{shortened, visible};

/// Writes the draft. `rows` are the first rows of the file, a thousand or so; `forced` is one of our maps that
/// somebody asked for.
pub fn guess(
    file: &str,
    headings: &[String],
    rows: &[Vec<String>],
    forced: Option<&str>,
) -> String {
    let Some(found) = recognise(headings, rows, forced) else {
        return String::new();
    };
    let sample = Sample { headings, rows };
    let mut out = format!(
        "# A first draft of what the columns of {} mean: check each line, then import with --dry-run.\n\
         # Taken for: {} ({}).\n\
         # A field is a column's heading, or a table: {{ first = [\"Phone\", \"Tel\"] }} takes the first that is filled,\n\
         # {{ join = [\"Street\", \"No\"] }} all of them, {{ constant = \"US\" }} is the same for every row.\n",
        shortened(file, 80),
        found.title,
        shortened(&found.why, 200),
    );
    out.push_str("\n[map]\n");
    for (field, cell) in &found.map.cells {
        let line = format!("{} = {}", field.name(), written(cell));
        let column = cell
            .origin
            .headings()
            .first()
            .and_then(|h| sample.column(&h.value));
        let _ = writeln!(
            out,
            "{line:<44} # {}",
            column.map_or(String::new(), |c| examples(&sample, c))
        );
        if let Some(column) = column.filter(|_| is_open(*field, cell)) {
            open_dates(&mut out, &sample, column);
        }
    }
    let free: Vec<&str> = Field::ALL
        .into_iter()
        .filter(|field| !found.map.fields().any(|known| known == *field))
        .map(Field::name)
        .collect();
    if !free.is_empty() {
        let _ = writeln!(out, "# There are also: {}", free.join(", "));
    }
    let mut values: Vec<_> = found.map.values.iter().collect();
    values.sort_by_key(|(field, _)| **field);
    for (field, codes) in values {
        let _ = writeln!(
            out,
            "\n# A code sheet: what a code of the file means.\n[values.{}]",
            field.name()
        );
        let mut codes: Vec<_> = codes.iter().collect();
        codes.sort();
        for (code, meaning) in codes {
            let _ = writeln!(out, "{} = {}", quoted(code), quoted(meaning));
        }
    }
    rest(&mut out, &found.map, &sample);
    out
}

/// Columns that no field is made of.
fn rest(out: &mut String, map: &super::ProspectMap, sample: &Sample<'_>) {
    let left: Vec<usize> = (0..sample.headings.len())
        .filter(|column| !map.uses(&sample.headings[*column]))
        .collect();
    if left.is_empty() {
        return;
    }
    out.push_str(
        "\n# Every other column is kept as an attribute under its heading; here under a better name. Columns that are\n\
         # not wanted: write ignore = [\"Heading\"] above [map].\n[attributes]\n",
    );
    for column in left {
        let heading = &sample.headings[column];
        let line = format!("# {} = {}", attribute_name(heading), quoted(heading));
        let _ = writeln!(out, "{line:<44} # {}", examples(sample, column));
    }
}

fn is_open(field: Field, cell: &Cell) -> bool {
    matches!(field, Field::BirthDate | Field::SourceDate) && cell.rule.date.is_none()
}

fn open_dates(out: &mut String, sample: &Sample<'_>, column: usize) {
    let open = sample
        .values(column)
        .find(|value| date::read(value, None, false) == date::Date::Ambiguous);
    if let Some(value) = open {
        let _ = writeln!(
            out,
            "#   {} can be read in two ways and stays text: say {{ column = {}, date_format = \"%d/%m/%Y\" }} or \"%m/%d/%Y\"",
            shortened(value, 30),
            quoted(&sample.headings[column]),
        );
    }
}

/// A cell as it is written in a map.
fn written(cell: &Cell) -> String {
    let headings = |all: &[At<String>]| {
        let all: Vec<String> = all.iter().map(|heading| quoted(&heading.value)).collect();
        format!("[{}]", all.join(", "))
    };
    let mut parts = vec![match &cell.origin {
        Origin::Column(heading) => format!("column = {}", quoted(&heading.value)),
        Origin::First(all) => format!("first = {}", headings(all)),
        Origin::Join(all, with) if with == " " => format!("join = {}", headings(all)),
        Origin::Join(all, with) => format!("join = {}, with = {}", headings(all), quoted(with)),
        Origin::Constant(text) => format!("constant = {}", quoted(text)),
    }];
    if let Some(text) = &cell.default {
        parts.push(format!("default = {}", quoted(text)));
    }
    match cell.case {
        Some(Case::Upper) => parts.push("case = \"upper\"".into()),
        Some(Case::Lower) => parts.push("case = \"lower\"".into()),
        Some(Case::Title) => parts.push("case = \"title\"".into()),
        None => {}
    }
    match cell.rule.order {
        NameOrder::Detect => {}
        NameOrder::FirstLast => parts.push("split = \"first last\"".into()),
        NameOrder::LastFirst => parts.push("split = \"last first\"".into()),
    }
    if let Some(factor) = cell.rule.multiply {
        parts.push(format!("multiply = {factor}"));
    }
    match cell.rule.decimal {
        Some(Decimal::Comma) => parts.push("decimal = \",\"".into()),
        Some(Decimal::Point) => parts.push("decimal = \".\"".into()),
        None => {}
    }
    if let Some(format) = &cell.rule.date {
        parts.push(format!("date_format = {}", quoted(format.as_str())));
    }
    if let Some(country) = cell.rule.country {
        parts.push(format!("country = \"{country}\""));
    }
    match (&cell.origin, parts.as_slice()) {
        (Origin::Column(heading), [_]) => quoted(&heading.value),
        _ => format!("{{ {} }}", parts.join(", ")),
    }
}

/// The first different values of a column.
fn examples(sample: &Sample<'_>, column: usize) -> String {
    let mut seen: Vec<String> = Vec::new();
    for value in sample.values(column) {
        let shown = shortened(value, 24);
        if !seen.contains(&shown) {
            seen.push(shown);
        }
        if seen.len() == 3 {
            break;
        }
    }
    if seen.is_empty() {
        "empty in the first rows".into()
    } else {
        seen.join(" | ")
    }
}

/// `Twitter Handle` → `twitter_handle`
fn attribute_name(heading: &str) -> String {
    let folded = any_ascii::any_ascii(heading).to_lowercase();
    let words = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("_");
    if name.is_empty() {
        "attribute".into()
    } else {
        name
    }
}

/// A text in TOML's quotes; what can't be seen is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        let plain = visible(c.encode_utf8(&mut [0; 4])).starts_with(c);
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            c if plain => write!(out, "{c}"),
            c => write!(out, "\\U{:08X}", c as u32),
        };
    }
    out.push('"');
    out
}
