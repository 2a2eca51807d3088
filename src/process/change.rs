//! What one process text says other than another: every key that differs, in the order of the file.
//!
//! The two are compared as they were written and laid over each other ([`super::whole`]), not as they were understood,
//! so that nothing that differs goes unsaid, whatever a key means and whichever key will be added. Comments, the order
//! of keys and what merely spells a default out say the same and are no change. `change_words` puts it into words.

use toml::{Table, Value};

use super::change_text::{Renamed, call_by_new_names, renames, stages, table};
use super::inherit::kind_in;
use super::same::{Same, plain};
use super::shape;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Added,
    Removed,
    Changed,
    /// A stage that is called something else.
    Renamed,
    /// The same things in another order.
    Reordered,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
            Self::Reordered => "reordered",
        }
    }

    pub fn mark(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "-",
            Self::Changed | Self::Renamed | Self::Reordered => "~",
        }
    }
}

/// One thing that is said other than before.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub what: What,
    /// `stage`, `propose`, `exit`, `value >= 8000`, `when`: tables, names and keys down to what differs. Stages are
    /// called what they are called now.
    pub path: Vec<String>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Everything in which the text of a process differs from an earlier one. Neither is checked here: of a text that is
/// broken, what can be read of it is compared.
pub fn changes(before: &str, after: &str) -> Vec<Change> {
    if before == after {
        return Vec::new();
    }
    let (mut before, mut after) = (table(before), table(after));
    let renamed = renames(&before, &after);
    // In both: a line that nobody touched may name a stage as it was called before.
    call_by_new_names(&mut before, &renamed);
    call_by_new_names(&mut after, &renamed);
    let mut found = Found {
        renamed,
        changes: Vec::new(),
    };
    found.tables(&[], &before, &after, Some(&shape::FILE));
    let mut changes = found.changes;
    // Where the deals of a stage go is told with the stage that is gone.
    let is_gone = |name: &str| {
        let mut stages = stages(&before);
        stages.any(|(was, _)| was == name) && !self::stages(&after).any(|(now, _)| now == name)
    };
    changes.retain(|change| match change.path.as_slice() {
        [process, remove, gone] if process == "process" && remove == "remove" => {
            let stage = gone.strip_prefix("stage ");
            change.what != What::Added || !stage.is_some_and(is_gone)
        }
        _ => true,
    });
    changes
}

struct Found {
    renamed: Vec<Renamed>,
    changes: Vec<Change>,
}

impl Found {
    fn add(&mut self, what: What, path: &[&str], before: Option<&Value>, after: Option<&Value>) {
        self.changes.push(Change {
            what,
            path: path.iter().map(|part| (*part).to_string()).collect(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }

    /// Keys in the order they are best read in, others after them.
    fn tables(
        &mut self,
        path: &[&str],
        before: &Table,
        after: &Table,
        shape: Option<&shape::Table>,
    ) {
        let place = |key: &str| {
            let mut keys = shape.map_or(&[][..], |shape| shape.keys).iter();
            keys.position(|known| known.0 == key).unwrap_or(usize::MAX)
        };
        let mut keys: Vec<&String> = before.keys().collect();
        keys.extend(after.keys().filter(|key| !before.contains_key(*key)));
        keys.sort_by_key(|key| (place(key), key.as_str()));
        for key in keys {
            // Where a stage stands is told by the order of all of them.
            if matches!(path, ["stage", _]) && key == "after" {
                continue;
            }
            let path = [path, &[key.as_str()]].concat();
            self.values(&path, before.get(key), after.get(key));
        }
    }

    fn values(&mut self, path: &[&str], before: Option<&Value>, after: Option<&Value>) {
        let list = match path {
            [_] => None,
            ["stage" | "end" | "process", .., _] => Some(path[0]),
            _ => Some(""),
        };
        let kind = kind_in(list, path[path.len() - 1]);
        let same = kind.map(|(_, same)| same).filter(|same| *same != Same::Key);
        let same = match path {
            // A scenario is called by a sentence, which is told as it stands.
            ["process", "remove"] | ["test"] => Some(Same::Said),
            [_] | ["stage" | "end", _, _] | ["process", _] => same,
            _ => None,
        };
        match (before, after) {
            (Some(Value::Table(before)), Some(Value::Table(after))) => {
                self.tables(path, before, after, shape_of(path));
            }
            // The tables below one that is there no more, or is new, are told each by itself.
            (Some(Value::Table(before)), None) if path.len() == 1 => {
                self.tables(path, before, &Table::new(), shape_of(path));
            }
            (None, Some(Value::Table(after))) if path.len() == 1 => {
                self.tables(path, &Table::new(), after, shape_of(path));
            }
            (before, after) => {
                let items = |value: Option<&Value>| -> Option<Vec<Value>> {
                    match value {
                        None => Some(Vec::new()),
                        Some(Value::Array(items)) => Some(items.clone()),
                        Some(_) => None,
                    }
                };
                match (same, items(before), items(after)) {
                    (Some(same), Some(before), Some(after)) => {
                        self.lists(path, &before, &after, same);
                    }
                    _ if before == after || says_nothing(path, before, after) => {}
                    _ if self.is_of_rename(path, before, after) => {}
                    _ => {
                        let what = match (before, after) {
                            (None, _) => What::Added,
                            (_, None) => What::Removed,
                            _ => What::Changed,
                        };
                        // A value that a table has or not is a change of the table.
                        let what = if path.len() > 2 || path[0] == "process" {
                            What::Changed
                        } else {
                            what
                        };
                        self.add(what, path, before, after);
                    }
                }
            }
        }
    }

    /// Entries of lists by what they are called.
    fn lists(&mut self, path: &[&str], before: &[Value], after: &[Value], same: Same) {
        let (before, after) = (named(before, same), named(after, same));
        let is_in =
            |all: &[(String, Value)], name: &str| all.iter().any(|(known, _)| known == name);
        // What is gone is told where it stood.
        let mut old = before.iter().peekable();
        for (name, now) in &after {
            while let Some((gone, was)) = old.next_if(|(was, _)| !is_in(&after, was)) {
                self.add(What::Removed, &[path, &[gone]].concat(), Some(was), None);
            }
            if old.peek().is_some_and(|(was, _)| is_in(&after, was)) {
                old.next();
            }
            let path = [path, &[name.as_str()]].concat();
            match before.iter().find(|(known, _)| known == name) {
                None => self.add(What::Added, &path, None, Some(now)),
                Some((_, was)) => {
                    if path[0] == "stage" && path.len() == 2 {
                        self.renamed(name);
                    }
                    self.entries(&path, was, now);
                }
            }
        }
        for (gone, was) in old.filter(|(was, _)| !is_in(&after, was)) {
            self.add(What::Removed, &[path, &[gone]].concat(), Some(was), None);
        }
        let both = |all: &[(String, Value)], other: &[(String, Value)]| -> Vec<String> {
            let names = all.iter().map(|(name, _)| name);
            names.filter(|name| is_in(other, name)).cloned().collect()
        };
        let (was, now) = (both(&before, &after), both(&after, &before));
        if was != now {
            let texts =
                |names: Vec<String>| Value::Array(names.into_iter().map(Value::String).collect());
            self.add(What::Reordered, path, Some(&texts(was)), Some(&texts(now)));
        }
    }

    fn renamed(&mut self, name: &str) {
        let renamed = self.renamed.iter().find(|(_, now)| now == name).cloned();
        if let Some((was, now)) = renamed {
            self.add(
                What::Renamed,
                &["stage", name],
                Some(&Value::String(was)),
                Some(&Value::String(now)),
            );
        }
    }

    /// Whether a stage says no more of its earlier names than the rename does.
    fn is_of_rename(&self, path: &[&str], before: Option<&Value>, after: Option<&Value>) -> bool {
        let ["stage", name, "moved_from"] = path else {
            return false;
        };
        let names = |value: Option<&Value>| -> Vec<String> {
            match value {
                Some(Value::String(name)) => vec![name.clone()],
                Some(Value::Array(names)) => {
                    let names = names.iter().filter_map(Value::as_str);
                    names.map(str::to_string).collect()
                }
                _ => Vec::new(),
            }
        };
        let mut said = names(before);
        let renamed = self.renamed.iter().filter(|(_, now)| now == name);
        said.extend(renamed.map(|(was, _)| was.clone()));
        // Called again what it was called once, it needs not say so.
        said.retain(|was| was != name);
        let mut says = names(after);
        said.sort();
        says.sort();
        said == says
    }

    fn entries(&mut self, path: &[&str], before: &Value, after: &Value) {
        match (before, after) {
            (Value::Table(before), Value::Table(after)) => {
                self.tables(path, before, after, shape_of(path));
            }
            _ if before == after => {}
            _ => self.add(What::Changed, path, Some(before), Some(after)),
        }
    }
}

/// What only spells a default out.
fn says_nothing(path: &[&str], before: Option<&Value>, after: Option<&Value>) -> bool {
    let default = match path {
        ["stage", _, "steps", _, "required"] | ["rep" | "product", _, "active"] => {
            Value::Boolean(true)
        }
        _ => return false,
    };
    let or_default = |value: Option<&Value>| value.unwrap_or(&default).clone();
    or_default(before) == or_default(after)
}

fn shape_of(path: &[&str]) -> Option<&'static shape::Table> {
    Some(match path {
        ["process"] => &shape::PROCESS,
        ["stage", _] => &shape::STAGE,
        ["stage", _, "steps", _] => &shape::STEP,
        ["stage", _, "exit", _] => &shape::CRITERION,
        ["fields", _] => &shape::FIELD,
        _ => return None,
    })
}

/// Entries with what tells them apart, in full: a text stands for a table of that name. Of several that are called the
/// same the later ones are numbered.
fn named(items: &[Value], same: Same) -> Vec<(String, Value)> {
    let mut named: Vec<(String, Value)> = Vec::new();
    for item in items {
        let item = in_full(item, same);
        let text = |key: &str| item.get(key).and_then(Value::as_str);
        let name = match same {
            Same::Key | Same::Name => ["name", "field", "role"]
                .into_iter()
                .find_map(text)
                .map(plain),
            Same::Said => ["say", "when", "name"]
                .into_iter()
                .find_map(text)
                .map(str::to_string),
            Same::Target => {
                let parts = ["metric", "team", "rep", "product", "period"].map(text);
                let parts: Vec<&str> = parts.into_iter().flatten().collect();
                Some(parts.join(" "))
            }
        };
        let name = name.unwrap_or_else(|| match &item {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let is_known = |name: &str| named.iter().any(|(known, _)| known == name);
        let mut unique = name.clone();
        let mut n = 1;
        while is_known(&unique) {
            n += 1;
            unique = format!("{name} ({n})");
        }
        named.push((unique, item));
    }
    named
}

fn in_full(item: &Value, same: Same) -> Value {
    match item {
        Value::String(text) if same == Same::Name && !is_date(text) => {
            let name = plain(text);
            let mut table = Table::new();
            if name != *text {
                table.insert("title".into(), Value::String(text.clone()));
            }
            table.insert("name".into(), Value::String(name));
            Value::Table(table)
        }
        other => other.clone(),
    }
}

fn is_date(text: &str) -> bool {
    text.parse::<chrono::NaiveDate>().is_ok()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
