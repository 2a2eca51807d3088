//! Typed reading of TOML tables: every mistake is noted at its place, and reading goes on.

use std::cell::RefCell;
use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use super::keys::Keys;
use super::layers::place;
use super::removed::Removed;
use super::same::plain;
use super::shape::{Key, Table};
use crate::text::nearest;

/// Names a wrong one is compared with.
const MOST_GUESSES: usize = 500;

/// A value and where it is written; of a quoted text the place between the quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// Collects the problems of one file.
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    /// The file has syntax errors: what seems to be absent may stand in the broken part.
    damaged: bool,
    problems: RefCell<Vec<Problem>>,
    /// What a file does without that the one it extends has: noun, name and the line that says so.
    removed: RefCell<Vec<(&'static str, String, String)>>,
    /// Customer types that `only` names, until it is known which there are.
    types: RefCell<Vec<At<String>>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, damaged: bool) -> Self {
        Self {
            text,
            damaged,
            problems: RefCell::default(),
            removed: RefCell::default(),
            types: RefCell::default(),
        }
    }

    /// What is gone, for who looks for it. `label` is what a file by itself is called.
    pub(super) fn note_removed(&self, label: &str, removed: &[Removed]) {
        let told = removed.iter().map(|gone| {
            let place = place(label, self.text, gone.span.start);
            let place = format!("`{}`:{}", place.file, place.line);
            (gone.noun, gone.name.clone(), place)
        });
        self.removed.borrow_mut().extend(told);
    }

    /// Where something of one of these nouns was removed, and what to do.
    pub(super) fn gone(&self, name: &str, is_noun: impl Fn(&str) -> bool) -> Option<String> {
        let removed = self.removed.borrow();
        let (.., place) = removed
            .iter()
            .find(|(noun, known, _)| is_noun(noun) && plain(known) == name)?;
        Some(format!("{place} removes it; remove or override this too"))
    }

    pub(super) fn note_types(&self, names: &[At<String>]) {
        self.types.borrow_mut().extend_from_slice(names);
    }

    /// Those that are none.
    pub(super) fn unknown_types(&self, known: &[&str]) {
        for name in self.types.take() {
            if !known.contains(&name.value.as_str()) {
                self.unknown("customer type", &name, known.iter().copied());
            }
        }
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    pub(crate) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(crate) fn error(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.report(Problem::error(span, message, label));
    }

    /// Something that should be there and is not.
    pub(crate) fn absent(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        if !self.damaged {
            self.error(span, message, label);
        }
    }

    /// Whether a name nobody knows may be defined in the broken part of the file.
    pub(crate) fn may_be_broken(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        self.damaged
            && self
                .text
                .split(|c| !is_part(c))
                .filter(|word| *word == name)
                .count()
                > 1
    }

    /// A name that refers to nothing.
    pub(crate) fn unknown<'n>(
        &self,
        noun: &str,
        name: &At<String>,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        if self.may_be_broken(&name.value) {
            return;
        }
        // A fact of a deal is a field, or that a step is done.
        let is_fact = ["fact", "fact of a deal"].contains(&noun);
        let (kind, gone) = match name.value.strip_prefix("done_") {
            Some(step) if is_fact => ("step", step),
            _ if is_fact => ("field", name.value.as_str()),
            _ => (noun, name.value.as_str()),
        };
        if let Some(label) = self.gone(gone, |of| kind.ends_with(&of.replace('_', " "))) {
            let message = format!("unknown {noun} `{}`", name.value);
            return self.error(name.span.clone(), message, label);
        }
        let listed: Vec<String> = known
            .clone()
            .take(9)
            .map(|name| format!("`{name}`"))
            .collect();
        let label = match nearest(&name.value, known.take(MOST_GUESSES)) {
            Some(near) => format!("no such {noun}; did you mean `{near}`?"),
            None if listed.is_empty() => format!("no such {noun}; none is defined"),
            None if listed.len() > 8 => format!("no such {noun}"),
            None => format!("no such {noun}; expected {}", listed.join(", ")),
        };
        self.error(
            name.span.clone(),
            format!("unknown {noun} `{}`", name.value),
            label,
        );
    }

    /// The place of a value; of a text between its quotes.
    pub(super) fn place(&self, value: &Spanned<DeValue<'_>>) -> Range<usize> {
        let span = value.span();
        let Some(raw) = self
            .text
            .get(span.clone())
            .filter(|_| value.get_ref().is_str())
        else {
            return span;
        };
        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| {
            raw.len() >= 2 * quotes.len() && raw.starts_with(quotes) && raw.ends_with(quotes)
        });
        let Some(quotes) = quotes.map(str::len) else {
            return span;
        };
        let inside = &raw[quotes..raw.len() - quotes];
        // TOML drops a newline right after the opening quotes of a long text.
        let newline = match quotes {
            3 if inside.starts_with("\r\n") => 2,
            3 if inside.starts_with('\n') => 1,
            _ => 0,
        };
        span.start + quotes + newline..span.end - quotes
    }

    pub(crate) fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        self.error(
            self.place(value),
            format!("wrong type for `{key}`"),
            format!("expected {expected}, found {}", type_of(value.get_ref())),
        );
    }

    pub(crate) fn text_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<At<String>> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "a text in quotes");
            return None;
        };
        if text.trim().is_empty() {
            self.error(
                value.span(),
                format!("`{key}` is empty"),
                "expected some text",
            );
            return None;
        }
        Some(At {
            value: text.to_string(),
            span: self.place(value),
        })
    }

    /// A TOML date, or one in quotes.
    pub(crate) fn date_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<NaiveDate> {
        let written = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.wrong_type(key, value, "a date such as 2026-12-24");
                return None;
            }
        };
        let date = written.parse().ok();
        if date.is_none() {
            self.error(
                self.place(value),
                format!("`{written}` is not a date"),
                "expected a date such as 2026-12-24",
            );
        }
        date
    }

    /// Opens a table of a process file.
    pub(super) fn table<'t>(
        &'t self,
        shape: &Table,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Option<Keys<'t>> {
        let known: Vec<&str> = shape.keys.iter().map(|Key(name, ..)| *name).collect();
        self.keys(shape.called, value, &known)
    }

    /// Opens a table and refuses keys it does not have.
    pub(crate) fn keys<'t>(
        &'t self,
        what: &str,
        value: &'t Spanned<DeValue<'t>>,
        known: &[&str],
    ) -> Option<Keys<'t>> {
        let Some(table) = value.get_ref().as_table() else {
            let label = format!("expected a table, found {}", type_of(value.get_ref()));
            self.error(self.place(value), format!("wrong type for {what}"), label);
            return None;
        };
        let keys = Keys::new(self, table, value.span());
        for (key, _) in ordered(table) {
            if known.contains(&key.value.as_str()) {
                continue;
            }
            let label = match nearest(&key.value, known.iter().copied()) {
                Some(near) => format!("not a key of {what}; did you mean `{near}`?"),
                None => format!("not a key of {what}; it takes {}", known.join(", ")),
            };
            self.error(key.span, format!("unknown key `{}`", key.value), label);
        }
        Some(keys)
    }
}

impl Reader<'_> {
    pub(crate) fn number_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<At<f64>> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(|n| n as f64),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong_type(key, value, "a number");
        }
        Some(At {
            value: number?,
            span: value.span(),
        })
    }
}

pub(crate) fn ordered<'t>(table: &'t DeTable<'t>) -> Vec<(At<String>, &'t Spanned<DeValue<'t>>)> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            (
                At {
                    value: key.get_ref().to_string(),
                    span: key.span(),
                },
                value,
            )
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.span.start);
    entries
}

pub(super) fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
