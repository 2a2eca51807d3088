//! When two entries of two files are the same thing, and what an entry is called.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::names::slugified;
use super::reader::{At, Reader};

/// When two entries of a list, or two keys, are the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    /// Their keys in a table.
    Key,
    /// Their `name`; a text is its name.
    Name,
    /// What they `say`, else their `when`; where several say the same, the rest of what they are.
    Said,
    /// Metric, whose, and period; the two sides of it are two.
    Target,
}

/// What tells those from another that say the same: a criterion's condition, and when a follow-up is due.
const DETAILS: [&str; 3] = ["when", "step", "after"];
/// The sides of a target.
const SIDES: [&str; 2] = ["at_least", "at_most"];

/// The keys that name an entry.
const NAMES: [&str; 3] = ["name", "field", "role"];

/// What is the same in two entries that are one thing.
pub(super) fn identity(item: &Spanned<DeValue<'_>>, same: Same) -> Option<Vec<String>> {
    match (item.get_ref(), same) {
        (DeValue::String(text), _) => Some(vec![plain(text)]),
        (DeValue::Datetime(date), _) => Some(vec![date.to_string()]),
        (DeValue::Table(table), Same::Name) => NAMES
            .iter()
            .find_map(|key| text(table, key))
            .map(|name| vec![plain(&name)]),
        (DeValue::Table(table), Same::Said) => text(table, "say")
            .or_else(|| text(table, "when"))
            .map(|said| vec![said]),
        (DeValue::Table(table), Same::Target) => {
            let part = |key| text(table, key).unwrap_or_default();
            let parts = ["metric", "team", "rep", "product", "period"].map(part);
            Some(parts.to_vec())
        }
        _ => None,
    }
}

/// A text that stands for a step or tool is named as it would be in full.
pub(super) fn plain(name: &str) -> String {
    if name.contains(|c: char| c.is_whitespace() || c.is_uppercase()) {
        slugified(name)
    } else {
        name.to_string()
    }
}

/// What else than its identity tells an entry from others.
pub(super) fn details(item: &Spanned<DeValue<'_>>, same: Same) -> Vec<String> {
    let Some(table) = item.get_ref().as_table() else {
        return Vec::new();
    };
    match same {
        Same::Said => DETAILS
            .iter()
            .map(|key| text(table, key).unwrap_or_default())
            .collect(),
        Same::Target => {
            let sides = SIDES.iter().filter(|key| table.contains_key(**key));
            sides.map(ToString::to_string).collect()
        }
        Same::Name | Same::Key => Vec::new(),
    }
}

/// What an entry is called in its file, and where.
pub(super) fn name_of(reader: &Reader<'_>, item: &Spanned<DeValue<'_>>) -> Option<At<String>> {
    let value = match item.get_ref() {
        DeValue::Table(table) => NAMES
            .iter()
            .chain(&["say", "when", "metric"])
            .find_map(|key| table.get(*key))?,
        DeValue::String(_) => item,
        // A date twice is that date.
        _ => return None,
    };
    Some(At {
        value: value.get_ref().as_str()?.to_string(),
        span: reader.place(value),
    })
}

fn text(table: &DeTable<'_>, key: &str) -> Option<String> {
    let value = table.get(key)?.get_ref();
    value.as_str().map(str::to_string)
}

/// As one that no other is called: `revenue quarter`, `call after 3d`, `worth it (value >= 5000)`.
pub(super) fn full_name(item: &Spanned<DeValue<'_>>, same: Same) -> Option<String> {
    let id = identity(item, same)?;
    let table = item.get_ref().as_table();
    match (same, table) {
        (Same::Name, Some(table)) => NAMES.iter().find_map(|key| text(table, key)),
        (Same::Said, Some(table)) => {
            let [when, step, after] = DETAILS.map(|key| text(table, key));
            let when = when.filter(|when| *when != id[0]);
            let parts = [
                when.map(|when| format!(" ({when})")),
                after.map(|after| format!(" after {after}")),
                step.map(|step| format!(" of {step}")),
            ];
            Some(id.into_iter().chain(parts.into_iter().flatten()).collect())
        }
        _ => {
            let parts: Vec<String> = id.into_iter().filter(|part| !part.is_empty()).collect();
            Some(parts.join(" "))
        }
    }
}

/// `a`, `b`
pub(super) fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// A noun of `remove` as problems have it.
pub(super) fn in_words(noun: &str) -> String {
    match noun {
        "requires" => "required field".to_string(),
        noun => noun.replace('_', "-").replace("customer-", "customer "),
    }
}
