//! A process text as plain values that can be compared, stages called by the names they have now.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::reader::Reader;
use super::whole::Whole;

/// A name that a stage had, and the one it has.
pub(super) type Renamed = (String, String);

/// A text as one table of plain values.
pub(super) fn table(text: &str) -> Table {
    let (whole, clean) = Whole::read("", text);
    let reader = Reader::new(&whole.text, whole.is_damaged());
    // What files do without of those they extend is taken out by this; what their own stages become is told by them.
    let (table, removed) = whole.table(&reader, clean);
    let mut table = plain_table(&table);
    let removed = removed.into_iter().map(|gone| {
        let mut entry = Table::new();
        let name = match &gone.stage {
            Some(stage) => format!("{} {} of {stage}", gone.noun, gone.name),
            None => format!("{} {}", gone.noun, gone.name),
        };
        entry.insert("say".into(), Value::String(name));
        entry.insert("why".into(), Value::String(gone.why));
        if let Some(to) = gone.deals_to {
            entry.insert("deals_to".into(), Value::String(to.value));
        }
        Value::Table(entry)
    });
    let removed: Vec<Value> = removed.collect();
    if !removed.is_empty()
        && let Some(Value::Table(process)) = table.get_mut("process")
    {
        process.insert("remove".into(), Value::Array(removed));
    }
    table
}

fn plain_table(table: &DeTable<'_>) -> Table {
    let entries = table.iter();
    entries
        .map(|(key, value)| (key.get_ref().to_string(), plain_value(value)))
        .collect()
}

fn plain_value(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::Integer),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or_else(|_| Value::String(number.to_string()), Value::Float),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(plain_value).collect()),
        DeValue::Table(table) => Value::Table(plain_table(table)),
    }
}

pub(super) fn stages(table: &Table) -> impl Iterator<Item = (&str, &Table)> {
    let stages = table.get("stage").and_then(Value::as_array);
    stages.into_iter().flatten().filter_map(|stage| {
        let stage = stage.as_table()?;
        Some((stage.get("name")?.as_str()?, stage))
    })
}

/// The names that a stage says it had.
fn moved_from(stage: &Table) -> Vec<&str> {
    match stage.get("moved_from") {
        Some(Value::String(name)) => vec![name.as_str()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Stages that are called something else; of several that became one, the first.
pub(super) fn renames(before: &Table, after: &Table) -> Vec<Renamed> {
    let mut renamed: Vec<Renamed> = Vec::new();
    let is_known = |name: &str| stages(before).any(|(known, _)| known == name);
    for (name, stage) in stages(after).filter(|(name, _)| !is_known(name)) {
        let mut was = moved_from(stage).into_iter().filter(|was| is_known(was));
        if let Some(was) = was.next() {
            renamed.push((was.to_string(), name.to_string()));
        }
    }
    renamed
}

/// What a stage is called now, wherever it was named by its earlier name: only what else is other about it is a change.
pub(super) fn call_by_new_names(before: &mut Table, renamed: &[Renamed]) {
    let now = |value: &mut Value| {
        if let Value::String(name) = value
            && let Some((_, now)) = renamed.iter().find(|(was, _)| was == name)
        {
            name.clone_from(now);
        }
    };
    let all = |value: Option<&mut Value>| match value {
        Some(Value::Array(names)) => names.iter_mut().for_each(now),
        Some(value) => now(value),
        None => {}
    };
    let Some(Value::Array(stages)) = before.get_mut("stage") else {
        return;
    };
    for stage in stages.iter_mut().filter_map(Value::as_table_mut) {
        for key in ["name", "after", "next", "back"] {
            all(stage.get_mut(key));
        }
    }
    if let Some(Value::Array(tests)) = before.get_mut("test") {
        for test in tests.iter_mut().filter_map(Value::as_table_mut) {
            all(test.get_mut("stage"));
            all(test.get_mut("to"));
            if let Some(Value::Table(expect)) = test.get_mut("expect") {
                all(expect.get_mut("to"));
            }
        }
    }
}
