//! Which file each thing of a process comes from: those it extends, and what each says of it.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::inherit::KINDS;
use super::layers;
use super::reader::{Reader, ordered};
use super::same::{Same, full_name, identity};
use super::whole::Whole;

/// What one file says of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `stage`, `field`, `process`, …
    pub what: String,
    pub name: String,
    pub file: String,
    /// Where it begins there, counted from 1.
    pub line: usize,
    /// The keys that are from this file, where another one says the rest.
    pub keys: Vec<String>,
    /// Why this file does without it.
    pub removed: Option<String>,
    /// Which file between had removed it, and why.
    pub again: Option<String>,
}

/// Everything of a sound process text in the order of the file; `label` is the last one.
pub fn origins(label: &str, text: &str) -> Vec<Origin> {
    let (whole, clean) = Whole::read(label, text);
    let reader = Reader::new(&whole.text, whole.is_damaged());
    let (table, removed) = whole.table(&reader, clean);
    let mut found = Found {
        label,
        text: &whole.text,
        origins: Vec::new(),
    };
    for (key, value) in ordered(&table) {
        let kind = KINDS.iter().find(|(_, place, _)| *place == key.value);
        let noun = kind.map_or(key.value.as_str(), |(noun, ..)| noun);
        match (value.get_ref(), kind) {
            (DeValue::Array(items), _) => {
                let same = kind.map_or(Same::Name, |(.., same)| *same);
                for item in items {
                    let name = full_name(item, same).unwrap_or_default();
                    found.thing(noun, &name, item);
                }
            }
            (DeValue::Table(table), Some((_, _, Same::Key))) => {
                for (name, value) in ordered(table) {
                    found.thing(noun, &name.value, value);
                }
            }
            _ => found.thing(noun, "", value),
        }
    }
    for gone in removed {
        let place = layers::place(label, &whole.text, gone.span.start);
        if gone.again {
            // It is there; of a part the stage's own lines say whose it is.
            let mut things = found.origins.iter_mut();
            let is_it = |one: &&mut Origin| one.what == gone.noun && one.name == gone.name;
            if let Some(thing) = things.find(is_it).filter(|_| gone.stage.is_none()) {
                thing.again = Some(format!(
                    "{}:{} had removed it: {}",
                    place.file, place.line, gone.why
                ));
            }
            continue;
        }
        found.origins.push(Origin {
            what: gone.noun.to_string(),
            name: match gone.stage {
                Some(stage) => format!("{stage}: {}", gone.name),
                None => gone.name,
            },
            file: place.file,
            line: place.line,
            keys: Vec::new(),
            removed: Some(gone.why),
            again: None,
        });
    }
    found.origins
}

struct Found<'a> {
    label: &'a str,
    text: &'a str,
    origins: Vec<Origin>,
}

impl Found<'_> {
    /// A thing with what each file says of it, the eldest first.
    fn thing(&mut self, what: &str, name: &str, value: &Spanned<DeValue<'_>>) {
        let mut of_files: BTreeMap<usize, (usize, Vec<String>)> = BTreeMap::new();
        let here = value.span().start;
        of_files.insert(self.begin(here), (here, Vec::new()));
        self.parts(value, "", &mut of_files);
        let is_alone = of_files.len() == 1;
        for (at, keys) in of_files.into_values() {
            let place = layers::place(self.label, self.text, at);
            self.origins.push(Origin {
                what: what.to_string(),
                name: name.to_string(),
                file: place.file,
                line: place.line,
                keys: if is_alone { Vec::new() } else { keys },
                removed: None,
                again: None,
            });
        }
    }

    fn begin(&self, at: usize) -> usize {
        layers::of_place(self.label, self.text, at).1.begin
    }

    /// The keys under a value, by the file that says them; of what was laid over, its own keys.
    fn parts(
        &self,
        value: &Spanned<DeValue<'_>>,
        path: &str,
        of_files: &mut BTreeMap<usize, (usize, Vec<String>)>,
    ) {
        let parts: Vec<(String, &Spanned<DeValue<'_>>)> = match value.get_ref() {
            _ if !path.is_empty() && self.is_of_one_file(value) => Vec::new(),
            DeValue::Table(table) => ordered(table)
                .into_iter()
                .map(|(key, value)| (key.value, value))
                .collect(),
            DeValue::Array(items) => items
                .iter()
                .map(|item| {
                    let name = identity(item, Same::Name).or_else(|| identity(item, Same::Said));
                    (name.map(|id| id.concat()).unwrap_or_default(), item)
                })
                .collect(),
            _ => Vec::new(),
        };
        if parts.is_empty() && !path.is_empty() {
            let at = value.span().start;
            let (first, keys) = of_files.entry(self.begin(at)).or_insert((at, Vec::new()));
            *first = (*first).min(at);
            // What a thing is called only says which it is.
            if path.rsplit('.').next() != Some("name") {
                keys.push(path.to_string());
            }
        }
        for (key, value) in parts {
            self.parts(value, &joined(path, &key), of_files);
        }
    }

    fn is_of_one_file(&self, value: &Spanned<DeValue<'_>>) -> bool {
        let mine = self.begin(value.span().start);
        let same = |value: &Spanned<DeValue<'_>>| {
            self.begin(value.span().start) == mine && self.is_of_one_file(value)
        };
        match value.get_ref() {
            DeValue::Table(table) => table.values().all(same),
            DeValue::Array(items) => items.iter().all(same),
            _ => true,
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_string()
    } else {
        format!("{path}.{key}")
    }
}
