//! A first draft of a mapping for a file nobody has mapped yet, to be read and edited by a person.
//!
//! Headings are matched by what CRMs call things, then held against the values below them: a date column
//! must hold dates. What is not sure is written as a comment.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::map::{Formats, Mapping, name_key};
use super::values;
use crate::process::{FieldOf, LOST, Process, WON};
use crate::text::{shortened, visible};

/// What columns are called: the best fitting names first.
const SYNONYMS: &[(&str, &str)] = &[
    (
        "id",
        "opportunity id|deal id|record id|opportunity number|deal number|id|key",
    ),
    (
        "account",
        "account|account name|company|company name|customer|customer name|organization|organisation|\
         client|associated company|firma|kunde|company id|account id",
    ),
    (
        "rep",
        "owner|deal owner|opportunity owner|sales agent|sales rep|sales rep id|salesperson|rep|\
         account manager|assigned to|owner name|vertriebsmitarbeiter",
    ),
    ("product", "product|product name|product type|item|produkt"),
    (
        "source",
        "source|lead source|original source|deal source|channel|quelle",
    ),
    (
        "stage",
        "stage|deal stage|sales stage|stage name|pipeline stage|phase|status",
    ),
    ("outcome", "outcome|result|win loss|won lost|ergebnis"),
    (
        "opened",
        "opened|open date|created|created date|create date|date created|created at|engage date|\
         start date|angelegt",
    ),
    (
        "closed",
        "closed|closed date|close date|date closed|actual close date|closed at|geschlossen",
    ),
    (
        "expected_close",
        "expected close|expected close date|forecast date|estimated close date|target date",
    ),
    (
        "value",
        "value|amount|deal value|deal amount|close value|opportunity amount|price|total|revenue|\
         wert|betrag",
    ),
    (
        "value_since",
        "value since|value date|amount date|quoted on|quote date|quoted|quotation date|amount updated|\
         angebotsdatum",
    ),
    ("currency", "currency|deal currency|currency code|waehrung"),
    (
        "reason",
        "lost reason|loss reason|closed lost reason|reason|close reason",
    ),
    (
        "title",
        "deal name|opportunity name|title|name|subject|deal title",
    ),
];

/// How dates are written, the commonest first; ISO 8601 without a format.
pub(super) const DATE_FORMATS: &[Option<&str>] = &[
    None,
    Some("%d.%m.%Y"),
    Some("%m/%d/%Y"),
    Some("%d/%m/%Y"),
    Some("%Y/%m/%d"),
    Some("%d-%b-%y"),
    Some("%d.%m.%y"),
];

/// Most different words of a column that are still listed.
const MOST_WORDS: usize = 40;

/// Writes the draft. `rows` are the first rows of the file, a thousand or so.
pub fn guess_map(
    file: &str,
    headings: &[String],
    rows: &[Vec<String>],
    process: &Process,
) -> String {
    let sample = Sample { headings, rows };
    let mut formats = Formats {
        date: None,
        decimal: '.',
        timezone: None,
    };
    let found = sample.columns(&mut formats);
    let mut out = format!(
        "# A first draft of what the columns of {} mean; check each line, then run the import with --dry-run.\n\
         # A column is named by its heading; `{{ constant = \"…\" }}` in its place gives every deal the same.\n\n[deals]\n",
        shortened(file, 80)
    );
    for (key, _) in SYNONYMS {
        let left = format!("# {key} = \"…\"");
        let known = found.iter().find(|(known, _)| known == key);
        let _ = match (*key, known) {
            (_, Some((_, column))) => {
                sample.line(&mut out, key, *column);
                Ok(())
            }
            ("value_since", None) => {
                writeln!(
                    out,
                    "{left:<36} # when the value was known, if not only at the end"
                )
            }
            (_, None) => writeln!(out, "{left}"),
        };
    }
    if let Some(format) = &formats.date {
        let _ = writeln!(out, "date_format = {}", quoted(format));
    }
    if formats.decimal == ',' {
        out.push_str("decimal = \",\"\n");
    }
    sample.entered(&mut out, process, &formats, &found);
    sample.fields(&mut out, process, &found);
    for of in ["stage", "outcome"] {
        if let Some((_, column)) = found.iter().find(|(key, _)| *key == of) {
            sample.words(&mut out, of, *column, process);
        }
    }
    sample.unmapped(&mut out, process, &formats, &found);
    out
}

struct Sample<'a> {
    headings: &'a [String],
    rows: &'a [Vec<String>],
}

type Columns = Vec<(&'static str, usize)>;

impl Sample<'_> {
    fn texts(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter_map(move |row| row.get(column))
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    }

    /// Whether six in ten of the texts are what they should be, as `import` asks of evidence.
    fn mostly(&self, column: usize, fits: impl Fn(&str) -> bool) -> bool {
        let (all, good) = self.texts(column).fold((0, 0), |(all, good), text| {
            (all + 1, good + usize::from(fits(text)))
        });
        all == 0 || good * 10 >= all * 6
    }

    /// The columns of the keys; finds the formats of dates and amounts on the way.
    fn columns(&self, formats: &mut Formats) -> Columns {
        let plain: Vec<String> = self.headings.iter().map(|heading| words(heading)).collect();
        let mut found: Columns = Vec::new();
        for (key, names) in SYNONYMS {
            let free = |column: usize| !found.iter().any(|(_, taken)| *taken == column);
            let column = names.split('|').find_map(|name| {
                (0..plain.len()).find(|column| {
                    plain[*column] == name && free(*column) && self.fits(key, *column, formats)
                })
            });
            found.extend(column.map(|column| (*key, column)));
        }
        // An id that repeats is somebody else's.
        found.retain(|(key, column)| *key != "id" || self.is_unique(*column));
        if !found.iter().any(|(key, _)| *key == "value") {
            found.retain(|(key, _)| *key != "value_since");
        }
        found
    }

    fn is_unique(&self, column: usize) -> bool {
        let mut seen = std::collections::HashSet::new();
        self.texts(column).all(|text| seen.insert(text))
    }

    fn fits(&self, key: &str, column: usize, formats: &mut Formats) -> bool {
        match key {
            "opened" | "closed" | "expected_close" | "value_since" => {
                if self.texts(column).next().is_none() {
                    return true;
                }
                let format = DATE_FORMATS.iter().find(|format| {
                    let tried = Formats {
                        date: format.map(str::to_string),
                        ..formats.clone()
                    };
                    self.mostly(column, |text| values::date(text, &tried).is_ok())
                });
                if let Some(Some(format)) = format {
                    formats.date.get_or_insert_with(|| (*format).to_string());
                }
                format.is_some()
            }
            "value" => {
                let comma = |text: &str| {
                    text.rsplit_once(',')
                        .is_some_and(|(_, cents)| (1..=2).contains(&cents.len()))
                };
                // `12.500` in every row that has a point: thousands, not three decimals.
                let grouped = |text: &str| {
                    let bare = text.trim_matches(|c: char| !c.is_ascii_digit());
                    bare.split('.').skip(1).all(|group| group.len() == 3)
                };
                let pointed = || self.texts(column).filter(|text| text.contains('.'));
                let points_group = pointed().next().is_some() && pointed().all(grouped);
                if self.texts(column).any(comma) || points_group {
                    formats.decimal = ',';
                }
                let digits = |text: &str| {
                    text.chars().filter(char::is_ascii_digit).count() * 2 >= text.chars().count()
                };
                self.mostly(column, digits)
            }
            "currency" => self.mostly(column, |text| text.len() == 3),
            _ => true,
        }
    }

    fn line(&self, out: &mut String, key: &str, column: usize) {
        let mut shown: Vec<String> = Vec::new();
        for text in self.texts(column) {
            let text = shortened(text, 24);
            if !shown.contains(&text) {
                shown.push(text);
            }
            if shown.len() == 3 {
                break;
            }
        }
        let line = format!("{key} = {}", quoted(&self.headings[column]));
        let _ = writeln!(
            out,
            "{line:<36} # {}",
            if shown.is_empty() {
                "always empty".into()
            } else {
                shown.join(" | ")
            }
        );
    }

    /// Date columns named after a stage tell when it was entered.
    fn entered(&self, out: &mut String, process: &Process, formats: &Formats, found: &Columns) {
        let mut lines = String::new();
        for stage in &process.stages {
            let stem: String = stage.name.chars().take(5).collect();
            let column = (0..self.headings.len()).find(|column| {
                let closing = found
                    .iter()
                    .any(|(key, taken)| taken == column && *key != "opened");
                !closing
                    && self.is_date(*column, formats)
                    && words(&self.headings[*column])
                        .split(' ')
                        .any(|w| w.starts_with(&stem))
            });
            if let Some(column) = column {
                self.line(&mut lines, &stage.name, column);
            }
        }
        if !lines.is_empty() {
            let _ = write!(
                out,
                "\n# Dates on which a stage was entered.\n[deals.entered]\n{lines}"
            );
        }
    }

    fn is_date(&self, column: usize, formats: &Formats) -> bool {
        self.texts(column).next().is_some()
            && self.mostly(column, |text| values::date(text, formats).is_ok())
    }

    fn fields(&self, out: &mut String, process: &Process, found: &Columns) {
        let mut lines = String::new();
        for field in process
            .fields
            .iter()
            .filter(|field| field.of == FieldOf::Deal)
        {
            let column = (0..self.headings.len()).find(|column| {
                words(&self.headings[*column]) == words(&field.name) && !taken(found, *column)
            });
            if let Some(column) = column {
                self.line(&mut lines, &field.name, column);
            }
        }
        if !lines.is_empty() {
            let _ = write!(out, "\n[deals.fields]\n{lines}");
        }
    }

    /// What the file's words mean; those nobody can guess stand as comments to fill in.
    fn words(&self, out: &mut String, of: &str, column: usize, process: &Process) {
        let mut counts: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for text in self.texts(column) {
            counts.entry(name_key(text)).or_insert((text, 0)).1 += 1;
        }
        let none = Mapping::default();
        let known: Vec<&str> = if of == "stage" {
            process
                .stages
                .iter()
                .map(|stage| stage.name.as_str())
                .chain([WON, LOST])
                .collect()
        } else {
            vec![WON, LOST, "open"]
        };
        let mut lines = String::new();
        for (key, (text, n)) in counts.iter().take(MOST_WORDS) {
            let understood = match of {
                "stage" => values::stage(process, &none, text).is_ok(),
                _ => known.contains(&key.as_str()),
            };
            if understood {
                continue;
            }
            let has = |word: &str| {
                key.split(|c: char| !c.is_alphanumeric())
                    .any(|part| part == word)
            };
            let meant = if has("won") || has("win") {
                Some(WON)
            } else if has("lost") || has("loss") {
                Some(LOST)
            } else {
                None
            };
            let _ = match meant {
                Some(meant) => writeln!(lines, "{} = {}", quoted(text), quoted(meant)),
                None => writeln!(
                    lines,
                    "# {} = \"…\"    # {n} of the first {} rows",
                    quoted(text),
                    self.rows.len()
                ),
            };
        }
        if !lines.is_empty() {
            let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            let _ = write!(
                out,
                "\n# What the file writes = one of {}; \"\" when it tells nothing.\n[values.{of}]\n{lines}",
                names.join(", ")
            );
        }
    }

    fn unmapped(&self, out: &mut String, process: &Process, formats: &Formats, found: &Columns) {
        let mut lines = String::new();
        for column in (0..self.headings.len()).filter(|column| !taken(found, *column)) {
            let heading = words(&self.headings[column]);
            if process
                .fields
                .iter()
                .any(|field| words(&field.name) == heading)
            {
                continue;
            }
            let mut line = String::new();
            self.line(&mut line, "#", column);
            let dates = if self.is_date(column, formats) {
                ", dates"
            } else {
                ""
            };
            let _ = writeln!(
                lines,
                "{}{dates}",
                line.trim_end().replacen("# = ", "#   ", 1)
            );
        }
        if !lines.is_empty() {
            let _ = write!(
                out,
                "\n# Columns not mapped; a custom field of the process takes one under [deals.fields]:\n{lines}"
            );
        }
    }
}

fn taken(found: &Columns, column: usize) -> bool {
    found.iter().any(|(_, taken)| *taken == column)
}

/// `Close_Date`, `Close Date` and `closeDate` are `close date`.
fn words(heading: &str) -> String {
    let mut out = String::new();
    let mut last_lower = false;
    for c in heading.chars() {
        if !c.is_alphanumeric() || (last_lower && c.is_uppercase()) {
            out.push(' ');
        }
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
        last_lower = c.is_lowercase();
    }
    name_key(&out)
}

/// A TOML string on one line; what a terminal might obey is escaped.
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

#[cfg(test)]
#[path = "guess_tests.rs"]
mod tests;
