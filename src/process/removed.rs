//! What a file does without of the one it extends, each with the reason: `remove = [{ stage = "demo", why = "…" }]`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::LOST;
use super::inherit::{KINDS, Kind, OF_STAGE, emptied};
use super::keys::Keys;
use super::reader::{At, Reader};
use super::same::{Same, full_name, identity, in_words, listed, plain};
use super::{Gone, shape};
use crate::text::nearest;

/// Something of the extended file that its heir does without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Removed {
    /// `stage`, `field`, …
    pub(super) noun: &'static str,
    pub(super) name: String,
    /// Of the stage, where it is part of one.
    pub(super) stage: Option<String>,
    pub(super) why: String,
    pub(super) span: Range<usize>,
    /// A later file has it again.
    pub(super) again: bool,
    /// Where the deals of a stage go.
    pub(super) deals_to: Option<At<String>>,
}

impl Removed {
    /// Whether a table has it all the same.
    pub(super) fn is_in(&self, table: &mut DeTable<'_>) -> bool {
        let kind = |kinds: &[Kind]| {
            let kind = kinds.iter().find(|(noun, ..)| *noun == self.noun);
            kind.map(|(_, place, same)| (*place, *same))
        };
        let (holder, kind) = match &self.stage {
            Some(stage) => (entry_of(table, "stage", stage), kind(OF_STAGE)),
            None => (holder(table, self.noun), kind(KINDS)),
        };
        let (place, same) = kind.unwrap_or(("stage", Same::Name));
        holder.is_some_and(|holder| match holder.get(place).map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => table.contains_key(self.name.as_str()),
            Some(DeValue::Array(items)) => !places(items, same, &self.name).is_empty(),
            _ => false,
        })
    }
}

/// A stage that a file does without, where it says so, and where it says where its deals go.
pub(super) struct GoneWritten {
    pub(super) gone: Gone,
    pub(super) span: Range<usize>,
    pub(super) deals_to: Option<Range<usize>>,
}

/// The stages among what files do without.
pub(super) fn stages_gone(removed: Vec<Removed>) -> Vec<GoneWritten> {
    let stages = removed
        .into_iter()
        .filter(|removed| removed.noun == "stage" && !removed.again);
    stages
        .map(|removed| GoneWritten {
            span: removed.span,
            deals_to: removed.deals_to.as_ref().map(|to| to.span.clone()),
            gone: Gone {
                stage: removed.name,
                deals_to: removed.deals_to.map(|to| to.value),
                why: removed.why,
            },
        })
        .collect()
}

/// What a file that extends none does without: stages that it had itself, whose deals go elsewhere.
pub(super) fn of_its_own(reader: &Reader<'_>, remove: &Spanned<DeValue<'_>>) -> Vec<Removed> {
    let Some(items) = remove.get_ref().as_array() else {
        wrong_type(reader, remove);
        return Vec::new();
    };
    let mut removed = Vec::new();
    for item in items {
        let Some(keys) = reader.table(&shape::REMOVE, item) else {
            continue;
        };
        let about = ["stage", "deals_to", "why"];
        let other = shape::REMOVE.keys.iter().map(|key| key.0);
        let mut other = other.filter(|key| !about.contains(key) && keys.get(key).is_some());
        let (Some(name), None) = (keys.text("stage"), other.next()) else {
            reader.error(
                item.span(),
                "`remove` in a file that extends none",
                "delete what is not wanted; only a stage is named here, so that its deals have a place to go: \
                 `{ stage = \"demo\", why = \"…\", deals_to = \"propose\" }`",
            );
            continue;
        };
        removed.push(Removed {
            noun: "stage",
            name: name.value,
            stage: None,
            why: why_of(&keys),
            span: name.span,
            again: false,
            deals_to: keys.text("deals_to"),
        });
    }
    removed
}

/// Where it is missing that is told, and no process comes of it; what else is wrong is still looked for.
fn why_of(keys: &Keys<'_>) -> String {
    let why = keys.needed("what is removed", "why");
    why.map_or_else(String::new, |why| why.value)
}

fn wrong_type(reader: &Reader<'_>, remove: &Spanned<DeValue<'_>>) {
    reader.error(
        remove.span(),
        "wrong type for `remove`",
        "expected a list such as [{ stage = \"demo\", why = \"sold by phone\" }]",
    );
}

/// What the heir does without is taken out of what it extends.
pub(super) fn removed(
    reader: &Reader<'_>,
    under: &mut DeTable<'_>,
    remove: &Spanned<DeValue<'_>>,
) -> Vec<Removed> {
    let mut removed = Vec::new();
    let Some(items) = remove.get_ref().as_array() else {
        wrong_type(reader, remove);
        return removed;
    };
    for item in items {
        let Some(keys) = reader.table(&shape::REMOVE, item) else {
            continue;
        };
        let why = why_of(&keys);
        let stage = keys.text("stage");
        let deals_to = keys.text("deals_to");
        // One of a kind, or it is not clear what is meant.
        let only_one = |kinds: &'static [Kind]| {
            let mut named = kinds.iter().filter(|(noun, ..)| keys.get(noun).is_some());
            named.next().map(|first| (first, named.next().is_none()))
        };
        let (in_stage, kind) = (only_one(OF_STAGE), only_one(KINDS));
        let is_clear = [in_stage, kind].iter().flatten().all(|(_, alone)| *alone);
        let [in_stage, kind] =
            [in_stage, kind].map(|kind| kind.filter(|_| is_clear).map(|(kind, _)| kind));
        let stage = stage.filter(|_| is_clear);
        let (noun, name, found) = match (stage.clone(), in_stage, kind) {
            (Some(stage), Some(kind), None) => {
                let Some(name) = named(reader, &keys, kind.0) else {
                    continue;
                };
                let Some(table) = entry_of(under, "stage", &stage.value) else {
                    missing(reader, "stage", &stage, &names(under, "stage", Same::Name));
                    continue;
                };
                let found = take(reader, table, *kind, &name);
                (kind.0, name, found)
            }
            (Some(name), None, None) => {
                // A stage of its own that it had before is in no file any more.
                let is_bygone =
                    deals_to.is_some() && entry_of(under, "stage", &plain(&name.value)).is_none();
                let found = is_bygone || take(reader, under, STAGE, &name);
                ("stage", name, found)
            }
            (None, None, Some(kind)) => {
                let Some(name) = named(reader, &keys, kind.0) else {
                    continue;
                };
                let found = if let Some(table) = holder(under, kind.0) {
                    take(reader, table, *kind, &name)
                } else {
                    missing(reader, kind.0, &name, &[]);
                    false
                };
                (kind.0, name, found)
            }
            // A key that there is not was told.
            _ if keys.has_unknown(&shape::REMOVE) => continue,
            _ => {
                reader.error(
                    item.span(),
                    "it is not clear what is removed",
                    "expected one thing: `{ stage = \"demo\", why = … }`, \
                     `{ stage = \"demo\", step = \"call\", why = … }`, `{ field = \"budget\", why = … }`",
                );
                continue;
            }
        };
        if let Some(deals_to) = deals_to.as_ref().filter(|_| noun != "stage") {
            reader.error(
                deals_to.span.clone(),
                "`deals_to` without a stage that is removed",
                "only the deals of a stage have to go elsewhere",
            );
        }
        if found {
            let is_part = noun != "stage";
            removed.push(Removed {
                noun,
                name: name.value,
                stage: stage.filter(|_| is_part).map(|stage| stage.value),
                why,
                span: name.span,
                again: false,
                deals_to,
            });
        }
    }
    removed
}

const STAGE: Kind = ("stage", "stage", Same::Name);

/// What is named; a day may be written as one.
fn named(reader: &Reader<'_>, keys: &Keys<'_>, noun: &str) -> Option<At<String>> {
    let value = keys.get(noun)?;
    match value.get_ref() {
        DeValue::Datetime(date) if noun == "holiday" => Some(At {
            value: date.to_string(),
            span: value.span(),
        }),
        _ => reader.text_of(noun, value),
    }
}

/// The table that has the list; most are at the top.
fn holder<'a, 't>(under: &'a mut DeTable<'t>, noun: &str) -> Option<&'a mut DeTable<'t>> {
    match noun {
        "reason" => entry_of(under, "end", LOST),
        "holiday" => match under.get_mut("process")?.get_mut() {
            DeValue::Table(process) => Some(process),
            _ => None,
        },
        _ => Some(under),
    }
}

fn missing(reader: &Reader<'_>, noun: &str, name: &At<String>, known: &[String]) {
    let label = match nearest(&name.value, known.iter().map(String::as_str)) {
        Some(near) => format!("the extended file has none of that name; did you mean `{near}`?"),
        None => "the extended file has none of that name".to_string(),
    };
    reader.error(
        name.span.clone(),
        format!(
            "nothing to remove: unknown {} `{}`",
            in_words(noun),
            name.value
        ),
        label,
    );
}

fn entry_of<'a, 't>(
    under: &'a mut DeTable<'t>,
    list: &str,
    name: &str,
) -> Option<&'a mut DeTable<'t>> {
    let DeValue::Array(entries) = under.get_mut(list)?.get_mut() else {
        return None;
    };
    entries.iter_mut().find_map(|entry| {
        let is_it = identity(entry, Same::Name) == Some(vec![name.to_string()]);
        match entry.get_mut() {
            DeValue::Table(table) if is_it => Some(table),
            _ => None,
        }
    })
}

/// As each can be removed.
fn names(under: &DeTable<'_>, place: &str, same: Same) -> Vec<String> {
    match under.get(place).map(Spanned::get_ref) {
        Some(DeValue::Table(table)) => table.keys().map(|key| key.get_ref().to_string()).collect(),
        Some(DeValue::Array(items)) => {
            let first = items.iter().filter_map(|item| identity(item, same));
            let first = first.filter_map(|id| id.into_iter().next());
            let full = items.iter().filter_map(|item| full_name(item, same));
            first.chain(full).collect()
        }
        _ => Vec::new(),
    }
}

/// The entries of that name: of its full name, else of the first part of it, which several may have.
fn places(items: &DeArray<'_>, same: Same, name: &str) -> Vec<usize> {
    let of = |is_it: &dyn Fn(&Spanned<DeValue<'_>>) -> bool| {
        let found = items.iter().enumerate().filter(|(_, item)| is_it(item));
        found.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let full = of(&|item| full_name(item, same).as_deref() == Some(name));
    if !full.is_empty() {
        return full;
    }
    let name = if same == Same::Name {
        plain(name)
    } else {
        name.to_string()
    };
    of(&|item| identity(item, same).is_some_and(|id| id.first() == Some(&name)))
}

/// Takes what is so called out; whether there was one, and only one.
fn take(
    reader: &Reader<'_>,
    under: &mut DeTable<'_>,
    (noun, place, same): Kind,
    name: &At<String>,
) -> bool {
    let found = match under.get_mut(place).map(Spanned::get_mut) {
        Some(DeValue::Table(table)) => table.remove(name.value.as_str()).is_some(),
        Some(DeValue::Array(items)) => {
            let found = places(items, same, &name.value);
            let mut called: Vec<String> = found
                .iter()
                .filter_map(|at| full_name(&items[*at], same))
                .collect();
            called.dedup();
            if called.len() > 1 {
                reader.error(
                    name.span.clone(),
                    format!("it is not clear which {} is removed", in_words(noun)),
                    format!("expected one of {}", listed(&called)),
                );
                return false;
            }
            let mut at = 0..;
            let stays = |_: &Spanned<DeValue<'_>>| at.next().is_none_or(|at| !found.contains(&at));
            *items = emptied(items).into_iter().filter(stays).collect();
            !found.is_empty()
        }
        _ => false,
    };
    if !found {
        missing(reader, noun, name, &names(under, place, same));
    }
    found
}
