//! Reading the mapping file: every mistake at its place, checked against the process.

use std::collections::HashMap;

use chrono::format::{Item, StrftimeItems};
use toml::Spanned;
use toml::de::DeValue;

use super::map::{Cell, Formats, Mapping, Section, name_key};
use crate::process::keys::Keys;
use crate::process::reader::{At, Reader};
use crate::process::syntax::Source;
use crate::process::{FieldOf, LOST, Problem, Process, WON};

/// How a section looks: its cells (the needed ones first), and which of them must be there.
struct Shape {
    name: &'static str,
    cells: &'static [&'static str],
    needed: usize,
    fields_of: Option<FieldOf>,
    listed: bool,
}

const DEALS: Shape = Shape {
    name: "deals",
    cells: &[
        "id",
        "account",
        "rep",
        "product",
        "source",
        "stage",
        "outcome",
        "opened",
        "closed",
        "expected_close",
        "value",
        "value_since",
        "currency",
        "reason",
        "title",
    ],
    needed: 0,
    fields_of: Some(FieldOf::Deal),
    listed: false,
};
/// What a `[history]` may name columns for, the needed ones first.
pub const HISTORY_CELLS: &[&str] = &[
    "deal",
    "stage",
    "at",
    "by",
    "account",
    "lifecycle",
    "kind",
    "overridden",
    "override_reason",
    "rep",
    "team",
    "product",
    "source",
    "customer_type",
    "opened",
    "value",
    "currency",
    "reason",
];
const HISTORY: Shape = Shape {
    name: "history",
    cells: HISTORY_CELLS,
    needed: 3,
    fields_of: None,
    listed: false,
};
const ACCOUNTS: Shape = Shape {
    name: "accounts",
    cells: &["name"],
    needed: 1,
    fields_of: Some(FieldOf::Account),
    listed: true,
};
const PRODUCTS: Shape = Shape {
    name: "products",
    cells: &["name", "price"],
    needed: 1,
    fields_of: None,
    listed: true,
};
const REPS: Shape = Shape {
    name: "reps",
    cells: &["name", "team", "manager", "login"],
    needed: 1,
    fields_of: None,
    listed: true,
};

/// What `[values.…]` can be about, besides custom fields.
const VALUES: [&str; 8] = [
    "stage", "outcome", "product", "rep", "account", "source", "reason", "team",
];

impl Mapping {
    pub fn parse(text: &str, process: &Process) -> Result<Self, Vec<Problem>> {
        let source = Source::read(text);
        let reader = Reader::new(&source.text, !source.broken.is_empty());
        let table = source.table();
        let root = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
        let mut mapping = Self::default();
        if let Some(keys) = reader.keys(
            "a mapping",
            &root,
            &["deals", "history", "accounts", "products", "reps", "values"],
        ) {
            mapping.deals = section(&reader, &keys, &DEALS, process);
            mapping.history = section(&reader, &keys, &HISTORY, process);
            mapping.accounts = section(&reader, &keys, &ACCOUNTS, process);
            mapping.products = section(&reader, &keys, &PRODUCTS, process);
            mapping.reps = section(&reader, &keys, &REPS, process);
            mapping.values = values(&reader, &keys, process);
            // Words alone are enough for a log whose columns say by themselves what they are.
            let says = |section: &str| keys.get(section).is_some();
            if !["deals", "history", "values"].into_iter().any(says) {
                reader.absent(
                    0..0,
                    "the mapping says nothing of deals",
                    "add `[deals]` or `[history]`",
                );
            }
        }
        let problems = source.settle(text, reader.into_problems());
        if problems.is_empty() {
            Ok(mapping)
        } else {
            Err(problems)
        }
    }
}

fn section(
    reader: &Reader<'_>,
    file: &Keys<'_>,
    shape: &Shape,
    process: &Process,
) -> Option<Section> {
    let value = file.get(shape.name)?;
    let what = format!("[{}]", shape.name);
    let mut known = shape.cells.to_vec();
    known.extend(["date_format", "decimal", "timezone"]);
    match shape.name {
        "deals" => known.extend(["namespace", "entered", "fields"]),
        "history" => known.push("namespace"),
        "accounts" => known.extend(["file", "fields"]),
        _ => known.push("file"),
    }
    let keys = reader.keys(&what, value, &known)?;
    let mut cells = Vec::new();
    for (i, key) in shape.cells.iter().enumerate() {
        match keys.get(key) {
            Some(value) => cells.extend(cell(reader, key, value).map(|cell| (*key, cell))),
            None if i < shape.needed => reader.absent(
                keys.span.clone(),
                format!("{what} has no `{key}`"),
                format!("add `{key} = \"the column's heading\"`"),
            ),
            None => {}
        }
    }
    if shape.listed && keys.get("file").is_none() {
        reader.absent(
            keys.span.clone(),
            format!("{what} has no `file`"),
            "add `file = \"….csv\"`",
        );
    }
    let stages = || process.stages.iter().map(|stage| stage.name.as_str());
    let fields = || {
        process
            .fields
            .iter()
            .filter(|f| Some(f.of) == shape.fields_of)
            .map(|f| f.name.as_str())
    };
    Some(Section {
        name: shape.name,
        file: keys.words("file"),
        namespace: keys.words("namespace").unwrap_or_else(|| "id".into()),
        formats: formats(reader, &keys),
        cells,
        entered: named_cells(reader, &keys, "entered", "stage", stages),
        fields: named_cells(reader, &keys, "fields", "field", fields),
    })
}

/// A column's heading in quotes, or `{ constant = "…" }`.
fn cell(reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Cell> {
    if value.get_ref().is_table() {
        let keys = reader.keys("a constant", value, &["constant"])?;
        return keys
            .needed("this", "constant")
            .map(|text| Cell::Constant(text.value));
    }
    reader.text_of(key, value).map(Cell::Column)
}

fn named_cells<'n, I: Iterator<Item = &'n str> + Clone>(
    reader: &Reader<'_>,
    keys: &Keys<'_>,
    key: &str,
    noun: &str,
    known: impl Fn() -> I,
) -> Vec<(String, Cell)> {
    let mut cells = Vec::new();
    for (name, value) in keys.named(key) {
        if known().any(|known| known == name.value) {
            cells.extend(cell(reader, &name.value, value).map(|cell| (name.value.clone(), cell)));
        } else {
            reader.unknown(noun, &name, known());
        }
    }
    cells
}

fn formats(reader: &Reader<'_>, keys: &Keys<'_>) -> Formats {
    let date = keys.text("date_format");
    if let Some(format) = &date
        && (!format.value.contains('%')
            || StrftimeItems::new(&format.value).any(|item| matches!(item, Item::Error)))
    {
        reader.error(
            format.span.clone(),
            format!("`{}` is not a date format", format.value),
            "expected strftime's letters, such as `%Y-%m-%d`, `%d.%m.%Y` or `%m/%d/%Y`",
        );
    }
    let decimal = keys.one_of("decimal", "decimal sign", &[(".", '.'), (",", ',')]);
    let timezone = keys.text("timezone").and_then(|name| {
        let zone = name.value.parse().ok();
        if zone.is_none() {
            let label = "expected a name such as `Europe/Berlin` or `UTC`";
            reader.error(
                name.span,
                format!("`{}` is not a time zone", name.value),
                label,
            );
        }
        zone
    });
    Formats {
        date: date.map(|format| format.value),
        decimal: decimal.map_or('.', |at| at.value),
        timezone,
    }
}

fn values(
    reader: &Reader<'_>,
    file: &Keys<'_>,
    process: &Process,
) -> HashMap<String, HashMap<String, String>> {
    let mut all = HashMap::new();
    let custom = || {
        process
            .fields
            .iter()
            .filter(|f| f.of != FieldOf::BuiltIn)
            .map(|f| f.name.as_str())
    };
    for (of, table) in file.named("values") {
        if !VALUES.contains(&of.value.as_str()) && !custom().any(|name| name == of.value) {
            let known: Vec<&str> = VALUES.into_iter().chain(custom()).collect();
            reader.unknown("kind of value", &of, known.into_iter());
            continue;
        }
        let Some(table) = table.get_ref().as_table() else {
            reader.wrong_type(&format!("values.{}", of.value), table, "a table");
            continue;
        };
        let mut words = HashMap::new();
        for (written, meant) in table {
            let Some(text) = meant.get_ref().as_str() else {
                reader.wrong_type(written.get_ref(), meant, "a text in quotes");
                continue;
            };
            check_value(
                reader,
                &of.value,
                &At {
                    value: text.to_string(),
                    span: meant.span(),
                },
                process,
            );
            words.insert(name_key(written.get_ref()), text.to_string());
        }
        all.insert(of.value, words);
    }
    all
}

/// Only what the process defines can be meant; an empty text says that the file's word tells nothing.
fn check_value(reader: &Reader<'_>, of: &str, meant: &At<String>, process: &Process) {
    if meant.value.is_empty() {
        return;
    }
    let known: Vec<&str> = match of {
        "stage" => process
            .stages
            .iter()
            .map(|stage| stage.name.as_str())
            .chain([WON, LOST])
            .collect(),
        "outcome" => vec!["open", WON, LOST],
        "reason" => process
            .lost_reasons
            .iter()
            .map(|reason| reason.name.as_str())
            .collect(),
        _ => return,
    };
    // What a log calls an activity may be a step: as conditions read it.
    let step = meant.value.strip_prefix("done_").filter(|_| of == "stage");
    if step.is_some_and(|step| process.step_names().any(|name| name == step)) {
        return;
    }
    if !known.contains(&meant.value.as_str()) {
        reader.unknown(of, meant, known.into_iter());
    }
}
