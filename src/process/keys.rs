//! The keys of one table, each read as what it should be.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{At, Reader, ordered};
use super::shape::{Key, Table};
use crate::money::{Currency, Money};

/// The keys of one table of the file.
pub(crate) struct Keys<'t> {
    reader: &'t Reader<'t>,
    table: &'t DeTable<'t>,
    /// Its heading, or the whole of an inline table.
    pub(crate) span: Range<usize>,
}

impl<'t> Keys<'t> {
    pub(crate) fn new(reader: &'t Reader<'t>, table: &'t DeTable<'t>, span: Range<usize>) -> Self {
        Self {
            reader,
            table,
            span,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    pub(super) fn has_unknown(&self, shape: &Table) -> bool {
        let is_known = |key: &str| shape.keys.iter().any(|Key(known, ..)| *known == key);
        self.table.keys().any(|key| !is_known(key.get_ref()))
    }

    pub(crate) fn text(&self, key: &str) -> Option<At<String>> {
        self.reader.text_of(key, self.get(key)?)
    }

    /// A text whose place nobody asks for.
    pub(crate) fn words(&self, key: &str) -> Option<String> {
        self.text(key).map(|text| text.value)
    }

    /// A text that must be there.
    pub(crate) fn needed(&self, what: &str, key: &str) -> Option<At<String>> {
        if self.get(key).is_none() {
            self.reader.absent(
                self.span.clone(),
                format!("{what} has no `{key}`"),
                format!("add `{key} = \"…\"`"),
            );
        }
        self.text(key)
    }

    /// A text that is read further, such as a duration.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Option<T> {
        self.parsed_at(key).map(|at| at.value)
    }

    /// The same with its place.
    pub(crate) fn parsed_at<T: FromStr<Err: Display>>(&self, key: &str) -> Option<At<T>> {
        let text = self.text(key)?;
        let span = text.span.clone();
        let value = text
            .value
            .parse()
            .map_err(|problem: T::Err| {
                // What was found, what was expected: the error's own words up to and after the semicolon.
                let problem = problem.to_string();
                let (found, expected) = problem
                    .split_once("; ")
                    .unwrap_or((&problem, "not allowed here"));
                self.reader.error(text.span, found, expected);
            })
            .ok()?;
        Some(At { value, span })
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(
        &self,
        key: &str,
        noun: &str,
        choices: &[(&str, T)],
    ) -> Option<At<T>> {
        let text = self.text(key)?;
        let choice = choices.iter().find(|(name, _)| *name == text.value);
        if choice.is_none() {
            self.reader
                .unknown(noun, &text, choices.iter().map(|(name, _)| *name));
        }
        choice.map(|(_, choice)| At {
            value: *choice,
            span: text.span,
        })
    }

    pub(crate) fn flag(&self, key: &str, default: bool) -> bool {
        let Some(value) = self.get(key) else {
            return default;
        };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.reader.wrong_type(key, value, "true or false");
            default
        })
    }

    pub(crate) fn integer(&self, key: &str, allowed: RangeInclusive<i64>) -> Option<i64> {
        let value = self.get(key)?;
        let Some(written) = value.get_ref().as_integer() else {
            self.reader.wrong_type(key, value, "a whole number");
            return None;
        };
        let number = i64::from_str_radix(written.as_str(), written.radix())
            .ok()
            .filter(|n| allowed.contains(n));
        if number.is_none() {
            self.reader.error(
                value.span(),
                format!("`{key}` is out of range"),
                format!("expected {} to {}", allowed.start(), allowed.end()),
            );
        }
        number
    }

    pub(crate) fn number(&self, key: &str) -> Option<At<f64>> {
        self.reader.number_of(key, self.get(key)?)
    }

    /// A number from 0 to 1.
    pub(crate) fn share(&self, key: &str) -> Option<f64> {
        let share = self.number(key)?;
        if (0.0..=1.0).contains(&share.value) {
            return Some(share.value);
        }
        self.reader.error(
            share.span,
            format!("`{key}` is out of range"),
            "expected a share from 0 to 1, such as 0.4",
        );
        None
    }

    /// An amount in the process currency, in minor units; without a currency nothing can be said about it.
    pub(crate) fn amount(&self, key: &str, currency: Option<Currency>) -> Option<i64> {
        let value = self.get(key)?;
        let written = match value.get_ref() {
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            _ => {
                self.reader.wrong_type(key, value, "a number");
                return None;
            }
        };
        let currency = currency?;
        Money::parse(&written, currency)
            .map_err(|_| {
                self.reader.error(
                    value.span(),
                    format!("`{key}` is not an amount of {currency}"),
                    format!(
                        "expected a number, not negative, with at most {} decimals",
                        currency.digits()
                    ),
                );
            })
            .ok()
            .map(|money| money.minor)
    }

    /// The items of an array.
    pub(crate) fn items(&self, key: &str) -> Option<Vec<&'t Spanned<DeValue<'t>>>> {
        let value = self.get(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.reader
                .wrong_type(key, value, "a list in square brackets");
            return None;
        };
        Some(items.iter().collect())
    }

    /// An array of texts.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<At<String>>> {
        let items = self.items(key)?;
        Some(
            items
                .into_iter()
                .filter_map(|item| self.reader.text_of(key, item))
                .collect(),
        )
    }

    /// A text, or an array of texts.
    pub(crate) fn one_or_more(&self, key: &str) -> Vec<At<String>> {
        match self.get(key) {
            None => Vec::new(),
            Some(value) if value.get_ref().is_array() => self.texts(key).unwrap_or_default(),
            Some(_) => self.text(key).into_iter().collect(),
        }
    }

    /// An array of tables, `[[key]]`.
    pub(crate) fn tables(&self, key: &str) -> Vec<&'t Spanned<DeValue<'t>>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        if let DeValue::Array(items) = value.get_ref() {
            return items.iter().collect();
        }
        let label = format!("there can be several; write `[[{key}]]`");
        self.reader
            .error(value.span(), format!("wrong type for `{key}`"), label);
        Vec::new()
    }

    /// The tables below `[key.…]`, in the order of the file.
    pub(crate) fn named(&self, key: &str) -> Vec<(At<String>, &'t Spanned<DeValue<'t>>)> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        if let DeValue::Table(table) = value.get_ref() {
            ordered(table)
        } else {
            self.reader
                .wrong_type(key, value, &format!("tables, `[{key}.…]`"));
            Vec::new()
        }
    }
}
