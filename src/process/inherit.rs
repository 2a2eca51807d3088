//! Lays the tables of a file over those of the file it extends.
//!
//! What has a name is added to or overridden key by key, by its name; lists of what has none are added to by what each
//! says, so that nothing of the company's is dropped but by `remove`, with a reason. Every other value replaces what was
//! there. Places stay those of the files ([`super::layers`]), so an error points into the right one. Where stages then
//! stand is [`super::placed`]'s.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::is_built_in;
use super::names::twice;
use super::problem::Problem;
use super::reader::{At, Reader};
use super::removed::{Removed, of_its_own, removed};
use super::same::{Same, details, full_name, identity, in_words, listed, name_of};
use crate::text::nearest;

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
    // These two are not at the top of a file: [`super::removed`] knows where.
    ("reason", "reasons", Same::Name),
    ("holiday", "holidays", Same::Name),
];
/// The same of a stage.
pub(super) const OF_STAGE: &[Kind] = &[
    ("step", "steps", Same::Name),
    ("requires", "requires", Same::Name),
    ("exit", "exit", Same::Said),
    ("tool", "tools", Same::Name),
    ("follow_up", "follow_up", Same::Said),
];

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
        return (over, removed);
    };
    let removed = remove.map_or_else(Vec::new, |remove| removed(reader, &mut under, &remove));
    lay(reader, &mut under, over, None);
    (under, removed)
}

/// `list`: the list whose entry the tables are; `None` of a whole file.
fn lay<'t>(reader: &Reader<'_>, under: &mut DeTable<'t>, over: DeTable<'t>, list: Option<&str>) {
    for (key, value) in over {
        let name = key.get_ref().to_string();
        if !under.contains_key(name.as_str()) {
            if list == Some("fields") && !is_built_in(&name) {
                let known: Vec<String> =
                    under.keys().map(|key| key.get_ref().to_string()).collect();
                let name = At {
                    value: name,
                    span: key.span(),
                };
                hint(reader, "field", &name, &value, &known);
            }
            under.insert(key, value);
            continue;
        }
        let Some(known) = under.get_mut(name.as_str()) else {
            continue;
        };
        let kind = kind_in(list, &name);
        let inside = if list.is_none() { name.as_str() } else { "" };
        match (known.get_mut(), kind, value.get_ref()) {
            (DeValue::Array(_), Some(kind), DeValue::Array(_)) => {
                let DeValue::Array(over) = value.into_inner() else {
                    continue;
                };
                if let DeValue::Array(items) = known.get_mut() {
                    lay_list(reader, items, over, kind, inside);
                }
            }
            (DeValue::Table(_), _, DeValue::Table(_)) => {
                let DeValue::Table(over) = value.into_inner() else {
                    continue;
                };
                if let DeValue::Table(known) = known.get_mut() {
                    lay(reader, known, over, Some(inside));
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

/// What the entries of a list are called and told apart by; `None` of a list that is replaced as a whole.
pub(super) fn kind_in(list: Option<&str>, key: &str) -> Option<(&'static str, Same)> {
    let of = |kinds: &[Kind]| {
        let kind = kinds.iter().find(|(_, place, _)| *place == key);
        kind.map(|(noun, _, same)| (*noun, *same))
    };
    match (list, key) {
        (None, "stage") => Some(("stage", Same::Name)),
        (None, "end") => Some(("end", Same::Name)),
        (None, _) | (Some("end"), "reasons") | (Some("process"), "holidays") => of(KINDS),
        (Some("stage"), _) => of(OF_STAGE),
        _ => None,
    }
}

/// What an entry of the heir's list is to those of the extended file.
enum Found {
    New,
    Over(usize),
    /// The same as another of its own file.
    Twice,
    /// One of these, and nothing says which.
    Unclear(Vec<String>),
}

/// Entries that are there are laid over, the others come after them.
fn lay_list<'t>(
    reader: &Reader<'_>,
    items: &mut DeArray<'t>,
    over: DeArray<'t>,
    (noun, same): (&'static str, Same),
    list: &str,
) {
    let before = items.len();
    let found = found(items, &over, same);
    for (item, found) in over.into_iter().zip(found) {
        let at = match found {
            Found::Over(at) => at,
            Found::New => {
                if let Some(name) = name_of(reader, &item) {
                    let known = items.iter().take(before);
                    let known = known.filter_map(|item| Some(identity(item, same)?.concat()));
                    hint(reader, noun, &name, &item, &known.collect::<Vec<_>>());
                }
                items.push(item);
                continue;
            }
            Found::Twice => {
                if let Some(name) = name_of(reader, &item) {
                    twice(reader, &in_words(noun), &name);
                }
                continue;
            }
            Found::Unclear(known) => {
                let name = name_of(reader, &item).unwrap_or_else(|| At {
                    value: full_name(&item, same).unwrap_or_default(),
                    span: item.span(),
                });
                reader.error(
                    name.span,
                    format!("it is not clear which {} `{}` is", in_words(noun), name.value),
                    format!(
                        "the extended file has {}; `remove` what is not wanted, or say it in other words",
                        listed(&known)
                    ),
                );
                continue;
            }
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
            // A stage stands where the heir says, whichever way the extended file said it.
            match (over.contains_key("after"), over.contains_key("before")) {
                (true, false) if noun == "stage" => drop(known.remove("before")),
                (false, true) if noun == "stage" => drop(known.remove("after")),
                _ => {}
            }
            lay(reader, known, over, Some(list));
        }
    }
}

/// Each of the heir's entries beside those of the extended file, so that none is lost.
fn found(known: &DeArray<'_>, over: &DeArray<'_>, same: Same) -> Vec<Found> {
    let id = |item| identity(item, same);
    let (known_ids, ids): (Vec<_>, Vec<_>) = (
        known.iter().map(id).collect(),
        over.iter().map(id).collect(),
    );
    let alike = |all: &[Option<Vec<String>>], id: &Option<Vec<String>>| {
        let alike = all.iter().enumerate().filter(|(_, known)| *known == id);
        alike.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let exactly = |item: &Spanned<DeValue<'_>>, among: &[usize]| {
        let detail = details(item, same);
        among
            .iter()
            .copied()
            .find(|at| details(&known[*at], same) == detail)
    };
    let mut taken = Vec::new();
    let mut found = Vec::new();
    for (item, id) in over.iter().zip(&ids) {
        let there = if id.is_some() {
            alike(&known_ids, id)
        } else {
            Vec::new()
        };
        let at = match (exactly(item, &there), there.as_slice()) {
            (_, []) => {
                found.push(Found::New);
                continue;
            }
            (Some(at), _) => at,
            // The other side of a target.
            (None, _) if same == Same::Target && !details(item, same).is_empty() => {
                found.push(Found::New);
                continue;
            }
            (None, several) => {
                let mine: Vec<usize> = alike(&ids, id);
                let own = |at: &usize| {
                    mine.iter()
                        .any(|own| exactly(&over[*own], &[*at]).is_some())
                };
                let open: Vec<usize> = several.iter().copied().filter(|at| !own(at)).collect();
                match open.as_slice() {
                    [] => {
                        found.push(Found::New);
                        continue;
                    }
                    [at] if several.len() == 1 && mine.len() == 1 => *at,
                    _ => {
                        let names = open.iter().filter_map(|at| full_name(&known[*at], same));
                        found.push(Found::Unclear(names.collect()));
                        continue;
                    }
                }
            }
        };
        found.push(if taken.contains(&at) {
            Found::Twice
        } else {
            Found::Over(at)
        });
        taken.push(at);
    }
    found
}

/// What is new, not whole, and nearly called as something that is there was probably meant to be that.
fn hint(
    reader: &Reader<'_>,
    noun: &str,
    name: &At<String>,
    item: &Spanned<DeValue<'_>>,
    known: &[String],
) {
    // The key by which a new one says what it is; who overrides leaves it out.
    let whole = match noun {
        "stage" => "objective",
        "field" => "type",
        "rep" => "title",
        "metric" => "kind",
        _ => return,
    };
    let is_whole = item
        .get_ref()
        .as_table()
        .is_none_or(|table| table.contains_key(whole));
    let known = known
        .iter()
        .map(String::as_str)
        .filter(|known| *known != name.value);
    if let Some(near) = nearest(&name.value, known).filter(|_| !is_whole) {
        reader.report(Problem::warning(
            name.span.clone(),
            format!("{noun} `{}` is a new one", name.value),
            format!("the extended file has `{near}`"),
        ));
    }
}

pub(super) fn emptied<'t>(items: &mut DeArray<'t>) -> DeArray<'t> {
    std::mem::replace(items, std::iter::empty().collect())
}

#[cfg(test)]
#[path = "inherit_tests.rs"]
mod tests;
