//! Lays the tables of a file over those of the file it extends.
//!
//! What has a name is added to or overridden key by key, by its name; lists of what has none are added to by what each
//! says, so that nothing of the company's is dropped but by `remove`, with a reason. Every other value replaces what was
//! there. Places stay those of the files ([`super::layers`]), so an error points into the right one.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::names::slugified;
use super::reader::Reader;
use super::removed::{Removed, of_its_own, removed};

/// The key of `remove`, where it is kept, and how one is told from another.
pub(super) type Kind = (&'static str, &'static str, Same);

/// What can be removed.
pub(super) const KINDS: &[Kind] = &[
    ("field", "fields", Same::Key),
    ("role", "roles", Same::Key),
    ("rate", "rates", Same::Key),
    ("customer_type", "customer_type", Same::Name),
    ("team", "team", Same::Name),
    ("rep", "rep", Same::Name),
    ("product", "product", Same::Name),
    ("source", "source", Same::Name),
    ("topic", "topic", Same::Name),
    ("score", "score", Same::Said),
    ("metric", "metric", Same::Name),
    ("target", "target", Same::Target),
    ("check", "check", Same::Name),
    ("test", "test", Same::Name),
];
/// The same of a stage.
pub(super) const OF_STAGE: &[Kind] = &[
    ("step", "steps", Same::Name),
    ("requires", "requires", Same::Name),
    ("exit", "exit", Same::Said),
    ("tool", "tools", Same::Name),
    ("follow_up", "follow_up", Same::Said),
];

/// When two entries of a list, or two keys, are the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    /// Their keys in a table.
    Key,
    /// Their `name`; a text is its name.
    Name,
    /// What they `say`, else their `when`.
    Said,
    /// Metric, whose, and period.
    Target,
}

/// Moves every place of a table by where its file begins in the whole text.
pub(super) fn shifted(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    let moved = |span: Range<usize>| span.start + by..span.end + by;
    table
        .into_iter()
        .map(|(key, value)| {
            let key = Spanned::new(moved(key.span()), key.into_inner());
            (key, shifted_value(value, by))
        })
        .collect()
}

fn shifted_value(value: Spanned<DeValue<'_>>, by: usize) -> Spanned<DeValue<'_>> {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(shifted(table, by)),
        DeValue::Array(items) => {
            let items = items.into_iter().map(|item| shifted_value(item, by));
            DeValue::Array(items.collect())
        }
        other => other,
    };
    Spanned::new(span.start + by..span.end + by, value)
}

/// Lays one file over what it extends. `None` below: it is the eldest.
pub(super) fn laid_over<'t>(
    reader: &Reader<'_>,
    under: Option<DeTable<'t>>,
    mut over: DeTable<'t>,
) -> (DeTable<'t>, Vec<Removed>) {
    let remove = match over.get_mut("process").map(Spanned::get_mut) {
        Some(DeValue::Table(process)) => process.remove("remove"),
        _ => None,
    };
    let Some(mut under) = under else {
        let removed = remove.map_or_else(Vec::new, |remove| of_its_own(reader, &remove));
        placed(&mut over);
        return (over, removed);
    };
    let removed = remove.map_or_else(Vec::new, |remove| removed(reader, &mut under, &remove));
    lay(&mut under, over, None);
    placed(&mut under);
    (under, removed)
}

/// `list`: the list whose entry the tables are; `None` of a whole file.
fn lay<'t>(under: &mut DeTable<'t>, over: DeTable<'t>, list: Option<&str>) {
    for (key, value) in over {
        let name = key.get_ref().to_string();
        let Some(known) = under.get_mut(name.as_str()) else {
            under.insert(key, value);
            continue;
        };
        let same = same_in(list, &name);
        let inside = if list.is_none() { name.as_str() } else { "" };
        match (known.get_mut(), same, value.get_ref()) {
            (DeValue::Array(_), Some(same), DeValue::Array(_)) => {
                let DeValue::Array(over) = value.into_inner() else {
                    continue;
                };
                if let DeValue::Array(items) = known.get_mut() {
                    lay_list(items, over, same, inside);
                }
            }
            (DeValue::Table(_), _, DeValue::Table(_)) => {
                let DeValue::Table(over) = value.into_inner() else {
                    continue;
                };
                if let DeValue::Table(known) = known.get_mut() {
                    lay(known, over, Some(inside));
                }
            }
            _ => {
                // The key as the heir wrote it, so that its place is there.
                under.remove(name.as_str());
                under.insert(key, value);
            }
        }
    }
}

/// How entries of a list are told apart; `None` of a list that is replaced as a whole.
pub(super) fn same_in(list: Option<&str>, key: &str) -> Option<Same> {
    let of = |kinds: &[Kind]| {
        let kind = kinds.iter().find(|(_, place, _)| *place == key);
        kind.map(|(.., same)| *same)
    };
    match (list, key) {
        (None, "stage" | "end") | (Some("end"), "reasons") | (Some("process"), "holidays") => {
            Some(Same::Name)
        }
        (None, _) => of(KINDS),
        (Some("stage"), _) => of(OF_STAGE),
        _ => None,
    }
}

/// Entries that are there are laid over, the others come after them, or after the one they name.
fn lay_list<'t>(items: &mut DeArray<'t>, over: DeArray<'t>, same: Same, list: &str) {
    let before = items.len();
    for item in over {
        let found = identity(&item, same).and_then(|id| {
            let known = items.iter().take(before);
            known
                .enumerate()
                .find(|(_, known)| identity(known, same).as_ref() == Some(&id))
                .map(|(at, _)| at)
        });
        let Some(at) = found else {
            items.push(item);
            continue;
        };
        let both_are_tables = items[at].get_ref().is_table() && item.get_ref().is_table();
        if !both_are_tables {
            if !item.get_ref().is_str() {
                items.as_mut()[at] = item;
            }
            continue;
        }
        if let (DeValue::Table(known), DeValue::Table(over)) =
            (items.as_mut()[at].get_mut(), item.into_inner())
        {
            lay(known, over, Some(list));
        }
    }
}

pub(super) fn identity(item: &Spanned<DeValue<'_>>, same: Same) -> Option<Vec<String>> {
    let text = |table: &DeTable<'_>, key: &str| {
        let value = table.get(key)?.get_ref();
        value.as_str().map(str::to_string)
    };
    match (item.get_ref(), same) {
        (DeValue::String(text), _) => Some(vec![plain(text)]),
        (DeValue::Datetime(date), _) => Some(vec![date.to_string()]),
        (DeValue::Table(table), Same::Name) => {
            let name = ["name", "field", "role"];
            name.into_iter()
                .find_map(|key| text(table, key))
                .map(|name| vec![plain(&name)])
        }
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

/// Stages that say `after` which one they come stand there; several after one in the order of the file.
fn placed(under: &mut DeTable<'_>) {
    let Some(DeValue::Array(stages)) = under.get_mut("stage").map(Spanned::get_mut) else {
        return;
    };
    let all = emptied(stages).into_iter();
    let (mut waiting, mut order): (Vec<_>, Vec<_>) = all.partition(|stage| after(stage).is_some());
    loop {
        let before = waiting.len();
        for stage in std::mem::take(&mut waiting) {
            let named = after(&stage);
            let name = |known| identity(known, Same::Name).map(|id| id.concat());
            let Some(at) = order.iter().position(|known| name(known) == named) else {
                waiting.push(stage);
                continue;
            };
            let others = order[at + 1..].iter();
            let others = others.take_while(|other| after(other) == named).count();
            order.insert(at + 1 + others, stage);
        }
        if waiting.len() == before {
            break;
        }
    }
    // What follows nothing that there is stands last, where its reader says so.
    *stages = order.into_iter().chain(waiting).collect();
}

/// The stage that a stage says it comes after.
fn after(stage: &Spanned<DeValue<'_>>) -> Option<String> {
    let table = stage.get_ref().as_table()?;
    table.get("after")?.get_ref().as_str().map(str::to_string)
}

pub(super) fn emptied<'t>(items: &mut DeArray<'t>) -> DeArray<'t> {
    std::mem::replace(items, std::iter::empty().collect())
}

#[cfg(test)]
#[path = "inherit_tests.rs"]
mod tests;
