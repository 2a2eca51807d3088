//! What a file does without of the one it extends, each with the reason: `remove = [{ stage = "demo", why = "…" }]`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::inherit::{KINDS, Kind, OF_STAGE, Same, emptied, identity, plain};
use super::reader::{At, Reader};
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
    /// Where the deals of a stage go.
    pub(super) deals_to: Option<At<String>>,
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
        .filter(|removed| removed.noun == "stage");
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
        if let Some(why) = keys.needed("what is removed", "why") {
            removed.push(Removed {
                noun: "stage",
                name: name.value,
                stage: None,
                why: why.value,
                span: name.span,
                deals_to: keys.text("deals_to"),
            });
        }
    }
    removed
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
        let why = keys.needed("what is removed", "why");
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
            (Some(stage), Some((noun, place, same)), None) => {
                let Some(name) = keys.text(noun) else {
                    continue;
                };
                let Some(table) = stage_of(under, &stage.value) else {
                    missing(reader, "stage", &stage, &names(under, "stage", Same::Name));
                    continue;
                };
                let found = take(table, place, *same, &name.value);
                if !found {
                    missing(reader, noun, &name, &names(table, place, *same));
                }
                (*noun, name, found)
            }
            (Some(name), None, None) => {
                let found = take(under, "stage", Same::Name, &name.value);
                // A stage of its own that it had before is in no file any more.
                let found = found || deals_to.is_some();
                if !found {
                    missing(reader, "stage", &name, &names(under, "stage", Same::Name));
                }
                ("stage", name, found)
            }
            (None, None, Some((noun, place, same))) => {
                let Some(name) = keys.text(noun) else {
                    continue;
                };
                let found = take(under, place, *same, &name.value);
                if !found {
                    missing(reader, noun, &name, &names(under, place, *same));
                }
                (*noun, name, found)
            }
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
        if let (true, Some(why)) = (found, why) {
            let is_part = noun != "stage";
            removed.push(Removed {
                noun,
                name: name.value,
                stage: stage.filter(|_| is_part).map(|stage| stage.value),
                why: why.value,
                span: name.span,
                deals_to,
            });
        }
    }
    removed
}

fn missing(reader: &Reader<'_>, noun: &str, name: &At<String>, known: &[String]) {
    let label = match nearest(&name.value, known.iter().map(String::as_str)) {
        Some(near) => format!("the extended file has none of that name; did you mean `{near}`?"),
        None => "the extended file has none of that name".to_string(),
    };
    reader.error(
        name.span.clone(),
        format!("nothing to remove: unknown {noun} `{}`", name.value),
        label,
    );
}

fn stage_of<'a, 't>(under: &'a mut DeTable<'t>, name: &str) -> Option<&'a mut DeTable<'t>> {
    let DeValue::Array(stages) = under.get_mut("stage")?.get_mut() else {
        return None;
    };
    stages.iter_mut().find_map(|stage| {
        let is_it = identity(stage, Same::Name) == Some(vec![name.to_string()]);
        match stage.get_mut() {
            DeValue::Table(table) if is_it => Some(table),
            _ => None,
        }
    })
}

fn names(under: &DeTable<'_>, place: &str, same: Same) -> Vec<String> {
    match under.get(place).map(Spanned::get_ref) {
        Some(DeValue::Table(table)) => table.keys().map(|key| key.get_ref().to_string()).collect(),
        Some(DeValue::Array(items)) => {
            let ids = items.iter().filter_map(|item| identity(item, same));
            ids.map(|mut id| id.swap_remove(0)).collect()
        }
        _ => Vec::new(),
    }
}

/// Takes what is so called out; whether there was any. Of a target the metric is its name.
fn take(under: &mut DeTable<'_>, place: &str, same: Same, name: &str) -> bool {
    let name = if same == Same::Name {
        plain(name)
    } else {
        name.to_string()
    };
    match under.get_mut(place).map(Spanned::get_mut) {
        Some(DeValue::Table(table)) => table.remove(name.as_str()).is_some(),
        Some(DeValue::Array(items)) => {
            let before = items.len();
            let stays = |item: &Spanned<DeValue<'_>>| {
                identity(item, same).is_none_or(|id| id.first() != Some(&name))
            };
            *items = emptied(items).into_iter().filter(stays).collect();
            items.len() < before
        }
        _ => false,
    }
}
