//! Reading a map: every mistake at its place.

use rustc_hash::FxHashMap;
use toml::Spanned;
use toml::de::DeValue;

use super::super::clean::number::Decimal;
use super::super::clean::person::NameOrder;
use super::super::clean::{Country, Rule, date};
use super::super::field::Field;
use super::{Attribute, Case, Cell, Marks, Origin, ProspectMap, code_key};
use crate::process::Problem;
use crate::process::keys::Keys;
use crate::process::reader::{At, Reader};
use crate::process::syntax::Source;

const CELL: [&str; 12] = [
    "column",
    "first",
    "join",
    "with",
    "constant",
    "default",
    "case",
    "split",
    "multiply",
    "decimal",
    "date_format",
    "country",
];

/// What is for some fields only.
const ONLY: [(&str, &[Field]); 5] = [
    ("split", &[Field::Name]),
    ("multiply", &[Field::Employees, Field::Revenue]),
    ("decimal", &[Field::Employees, Field::Revenue]),
    ("date_format", &[Field::BirthDate, Field::SourceDate]),
    ("country", &[Field::Phone, Field::Mobile, Field::Zip]),
];

impl ProspectMap {
    /// Reads a map. The table `[file]` is how the file is read, which `import::read` looks after.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let source = Source::read(text);
        let reader = Reader::new(&source.text, !source.broken.is_empty());
        let table = source.table();
        let root = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
        let mut map = Self::default();
        let known = ["file", "recognise", "ignore", "map", "values", "attributes"];
        if let Some(keys) = reader.keys("a map of prospects", &root, &known) {
            map.cells = cells(&reader, &keys);
            map.values = values(&reader, &keys);
            map.attributes = attributes(&reader, &keys);
            if keys.get("ignore").is_some() {
                map.ignore = keys.texts("ignore").unwrap_or_default();
            }
            map.marks = marks(&reader, &keys);
        }
        let problems = source.settle(text, reader.into_problems());
        if problems.is_empty() {
            Ok(map)
        } else {
            Err(problems)
        }
    }
}

fn cells(reader: &Reader<'_>, file: &Keys<'_>) -> Vec<(Field, Cell)> {
    let Some(value) = file.get("map") else {
        reader.absent(0..0, "the map says nothing of columns", "add `[map]`");
        return Vec::new();
    };
    let names = Field::ALL.map(Field::name);
    let Some(keys) = reader.keys("[map]", value, &names) else {
        return Vec::new();
    };
    let mut cells = Vec::new();
    for field in Field::ALL {
        let written = keys.get(field.name());
        cells.extend(written.and_then(|value| Some((field, cell(reader, field, value)?))));
    }
    cells
}

/// A heading in quotes, or a table that says more.
fn cell(reader: &Reader<'_>, field: Field, value: &Spanned<DeValue<'_>>) -> Option<Cell> {
    let name = field.name();
    if value.get_ref().is_array() {
        reader.error(
            value.span(),
            format!("`{name}` has a list, which can mean two things"),
            "write `{ join = [...] }` for all of them, or `{ first = [...] }` for the first that is filled",
        );
        return None;
    }
    if !value.get_ref().is_table() {
        return reader
            .text_of(name, value)
            .map(|heading| Cell::of(Origin::Column(heading)));
    }
    let keys = reader.keys(&format!("`{name}`"), value, &CELL)?;
    for (key, fields) in ONLY {
        if let Some(value) = keys.get(key).filter(|_| !fields.contains(&field)) {
            let fields: Vec<String> = fields.iter().map(|f| format!("`{}`", f.name())).collect();
            let label = format!("it is for {}", fields.join(", "));
            reader.error(value.span(), format!("`{name}` takes no `{key}`"), label);
        }
    }
    let origin = origin(reader, name, &keys);
    let case = [
        ("upper", Case::Upper),
        ("lower", Case::Lower),
        ("title", Case::Title),
    ];
    Some(Cell {
        default: keys.words("default"),
        case: keys.one_of("case", "case", &case).map(|at| at.value),
        rule: rule(reader, &keys),
        origin: origin?,
    })
}

fn origin(reader: &Reader<'_>, name: &str, keys: &Keys<'_>) -> Option<Origin> {
    let ways = ["column", "first", "join", "constant"];
    let written: Vec<&str> = ways
        .into_iter()
        .filter(|way| keys.get(way).is_some())
        .collect();
    let [way] = written.as_slice() else {
        let label = "expected one of `column`, `first`, `join` and `constant`";
        if let [one, two, ..] = written.as_slice() {
            let message = format!("`{name}` has both `{one}` and `{two}`");
            reader.error(keys.span.clone(), message, label);
        } else if keys.get("default").is_some() {
            // A default without a column is a constant.
            return keys.words("default").map(Origin::Constant);
        } else {
            reader.absent(keys.span.clone(), format!("`{name}` has no column"), label);
        }
        return None;
    };
    if let Some(value) = keys.get("with").filter(|_| *way != "join") {
        let label = "it is what stands between the parts of `join`";
        reader.error(
            value.span(),
            format!("`with` has no meaning beside `{way}`"),
            label,
        );
    }
    match *way {
        "column" => keys.text("column").map(Origin::Column),
        "constant" => keys.words("constant").map(Origin::Constant),
        "first" => some(reader, keys, "first").map(Origin::First),
        _ => {
            let with = keys.get("with").and_then(|value| value.get_ref().as_str());
            let with = with.unwrap_or(" ").to_string();
            some(reader, keys, "join").map(|headings| Origin::Join(headings, with))
        }
    }
}

fn some(reader: &Reader<'_>, keys: &Keys<'_>, key: &str) -> Option<Vec<At<String>>> {
    let headings = keys.texts(key)?;
    if headings.is_empty() {
        reader.absent(
            keys.span.clone(),
            format!("`{key}` is empty"),
            "expected headings",
        );
        return None;
    }
    Some(headings)
}

fn rule(reader: &Reader<'_>, keys: &Keys<'_>) -> Rule {
    let orders = [
        ("detect", NameOrder::Detect),
        ("first last", NameOrder::FirstLast),
        ("last first", NameOrder::LastFirst),
        ("last, first", NameOrder::LastFirst),
    ];
    let decimals = [(".", Decimal::Point), (",", Decimal::Comma)];
    let country = keys.text("country").and_then(|name| {
        let country = Country::find(&name.value);
        if country.is_none() {
            let message = format!("`{}` is not a country", name.value);
            reader.error(name.span, message, "expected a code such as `DE` or a name");
        }
        country
    });
    let date = keys.text("date_format").and_then(|text| {
        let format = date::Format::new(&text.value);
        if format.is_none() {
            reader.error(
                text.span,
                format!("`{}` is not a date format", text.value),
                "expected strftime's letters, such as `%d.%m.%Y` or `%m/%d/%Y`",
            );
        }
        format
    });
    Rule {
        country,
        date,
        decimal: keys
            .one_of("decimal", "decimal sign", &decimals)
            .map(|at| at.value),
        order: keys
            .one_of("split", "order of names", &orders)
            .map_or_else(NameOrder::default, |at| at.value),
        multiply: keys
            .integer("multiply", 2..=1_000_000_000)
            .map(|n| n as u32),
    }
}

fn values(reader: &Reader<'_>, file: &Keys<'_>) -> FxHashMap<Field, FxHashMap<String, String>> {
    let mut all = FxHashMap::default();
    for (of, table) in file.named("values") {
        let Some(field) = Field::from_name(&of.value) else {
            reader.unknown("field", &of, Field::ALL.map(Field::name).into_iter());
            continue;
        };
        let Some(table) = table.get_ref().as_table() else {
            reader.wrong_type(&format!("values.{}", of.value), table, "a table");
            continue;
        };
        let mut codes = FxHashMap::default();
        for (code, meaning) in table {
            match meaning.get_ref().as_str() {
                Some(text) => {
                    codes.insert(code_key(code.get_ref()), text.to_string());
                }
                None => reader.wrong_type(code.get_ref(), meaning, "a text in quotes"),
            }
        }
        all.insert(field, codes);
    }
    all
}

fn attributes(reader: &Reader<'_>, file: &Keys<'_>) -> Vec<Attribute> {
    let named = file.named("attributes").into_iter();
    named
        .filter_map(|(name, value)| {
            let heading = reader.text_of(&name.value, value)?;
            Some(Attribute {
                name: name.value,
                heading,
            })
        })
        .collect()
}

fn marks(reader: &Reader<'_>, file: &Keys<'_>) -> Marks {
    let keys = file
        .get("recognise")
        .and_then(|value| reader.keys("[recognise]", value, &["title", "marks", "needs"]));
    let Some(keys) = keys else {
        return Marks::default();
    };
    let headings = keys.texts("marks").unwrap_or_default();
    Marks {
        title: keys.words("title").unwrap_or_default(),
        headings: headings.into_iter().map(|heading| heading.value).collect(),
        needs: keys.integer("needs", 1..=100).unwrap_or(2) as usize,
    }
}
