//! The facts of [`prospect_columns`] as SQL over the rows of lists: what `--where` and the scoring rules are
//! judged on, a million rows at a time, where they lie.
//!
//! The text of a condition goes into the statement as it is. That is safe because it was checked first
//! ([`crate::condition::Engine::check`]) and because here it again sees nothing but the documented columns,
//! under the name they were checked with.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rustc_hash::FxHashMap;

use super::people::People;
use crate::condition::{Column, ColumnKind, Condition, Value};
use crate::deal::book::Day;
use crate::id::Id;
use crate::process::{Process, prospect_columns, slugified};
use crate::prospect::{Fate, Field};

/// Rows of complete imports that count with their batch.
/// The plus keeps SQLite from making an index of all rows by batch, which costs six times as much as the scan.
pub(super) const OF_BATCHES: &str = "import_run r CROSS JOIN prospect p
    ON p.id >= r.first_id AND p.id < r.first_id + r.names * 4099 AND +p.batch = r.id
    WHERE r.state = 'complete' AND EXISTS (SELECT 1 FROM batch b WHERE b.id = r.id)";

/// Rows that count because something happened to them, though their batch was taken back.
pub(super) const BY_THEMSELVES: &str = "(SELECT DISTINCT prospect FROM worked_on) w
    CROSS JOIN prospect p ON p.id = w.prospect
    CROSS JOIN import_run r ON r.id = p.batch
    WHERE r.state = 'complete' AND NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = r.id)";

/// Which facts are wanted of which rows.
pub(super) struct Facts<'a> {
    pub(super) process: &'a Process,
    pub(super) today: NaiveDate,
    /// What else is wanted of each row, after its id, list, fate and points.
    pub(super) beside: &'a [Field],
    /// A condition over `p`, the row.
    pub(super) only: &'a str,
}

impl Facts<'_> {
    /// The rows of `from` that a condition is true of.
    pub(super) fn sql(&self, from: &str, condition: Option<&Condition>) -> String {
        let reads = |name: &str| {
            condition.is_some_and(|condition| condition.reads.iter().any(|read| read == name))
        };
        let in_rules = |name: &str| {
            let mut rules = self.process.scores.iter();
            rules.any(|rule| rule.when.reads.iter().any(|read| read == name))
        };
        let columns = prospect_columns(&self.process.fields, false);
        let mut inner = vec![
            "p.id AS \"#id\"".to_string(),
            "p.list AS \"#list\"".to_string(),
            "p.fate AS \"#fate\"".to_string(),
        ];
        inner.extend(
            self.beside
                .iter()
                .map(|field| format!("p.{0} AS \"#{0}\"", field.name())),
        );
        for column in &columns {
            if reads(&column.name) || in_rules(&column.name) {
                inner.push(format!("{} AS {}", self.fact(column), quoted(&column.name)));
            }
        }
        let points = self.process.scores.iter().map(|rule| {
            let when = &rule.when.text;
            format!("CASE WHEN ({when}\n) THEN {} ELSE 0 END", rule.points)
        });
        let points: Vec<String> = points.collect();
        let points = if points.is_empty() {
            "0".to_string()
        } else {
            points.join(" + ")
        };
        // With a limit it is not made part of what is around it, where the points would be counted once for
        // every time they are mentioned.
        let once = if reads("score") || reads("priority") {
            " LIMIT -1"
        } else {
            ""
        };
        let (high, medium) = match (
            self.process.prospecting.high,
            self.process.prospecting.medium,
        ) {
            (Some(high), Some(medium)) => (high.to_string(), medium.to_string()),
            _ => ("NULL".to_string(), "NULL".to_string()),
        };
        let mut wanted = vec!["\"#id\"".to_string()];
        wanted.extend(["\"#list\"", "\"#fate\"", "score"].map(String::from));
        let beside = self.beside.iter();
        wanted.extend(beside.map(|field| format!("\"#{}\"", field.name())));
        let condition = condition.map_or("1", |condition| condition.text.as_str());
        format!(
            "SELECT {} FROM (
                SELECT *, CAST(CASE WHEN score >= {high} THEN 'high' WHEN score >= {medium} THEN 'medium'
                    WHEN score < {medium} THEN 'low' END AS TEXT) AS priority FROM (
                    SELECT *, CAST({points} AS INTEGER) AS score FROM (
                        SELECT {} FROM {from} AND {}) AS facts{once}) AS facts) AS facts
             WHERE ({condition}\n)",
            wanted.join(", "),
            inner.join(", "),
            self.only,
        )
    }

    /// All facts of rows, in the order of [`prospect_columns`].
    pub(super) fn all_sql(&self, from: &str) -> String {
        let columns = prospect_columns(&self.process.fields, false);
        let facts: Vec<String> = columns.iter().map(|column| self.fact(column)).collect();
        format!("SELECT {} FROM {from} AND {}", facts.join(", "), self.only)
    }

    /// One fact, with the affinity that its kind has in the engine.
    fn fact(&self, column: &Column) -> String {
        let affinity = match column.kind {
            ColumnKind::Text | ColumnKind::Date => "TEXT",
            ColumnKind::Integer | ColumnKind::Bool => "INTEGER",
            ColumnKind::Number => "REAL",
        };
        let value = match column.name.as_str() {
            "id" => "handle_of(p.id)".to_string(),
            "list" => "list_code(p.list)".to_string(),
            "list_kind" => "list_kind(p.list)".to_string(),
            // A band such as `10-49` counts with its lower end; other words are no number.
            "employees" => {
                "CASE WHEN p.employees >= '0' AND p.employees < ':' THEN p.employees END"
                    .to_string()
            }
            "revenue" => {
                "CASE WHEN p.revenue >= '0' AND p.revenue < ':' THEN p.revenue END".to_string()
            }
            // What could not be read as a date is kept as it came.
            "source_date" => {
                "CASE WHEN p.source_date GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'
                THEN p.source_date END"
                    .to_string()
            }
            "imported" => "date_of((SELECT b.day FROM batch b WHERE b.id = p.batch))".to_string(),
            "responded" => "responded_on(p.id)".to_string(),
            "known" => format!("p.fate = {}", Fate::Known.number()),
            "today" => format!("'{}'", self.today),
            "first_name" | "last_name" | "title" | "company" | "email" | "phone" | "mobile"
            | "domain" | "city" | "state" | "zip" | "country" | "industry" => {
                return format!("p.{}", column.name);
            }
            // A field of accounts: what lists have of it is a field of theirs, or a column that none was
            // made of.
            name => match Field::from_name(name) {
                Some(field) => format!("of_kind(p.{}, {})", field.name(), column.kind as i64),
                None => format!("attribute(p.attributes, '{name}', {})", column.kind as i64),
            },
        };
        format!("CAST({value} AS {affinity})")
    }
}

/// What the facts are told with beside the rows themselves.
pub(super) struct Known {
    /// Code and kind of each list.
    pub(super) lists: FxHashMap<i64, (String, &'static str)>,
    pub(super) people: Arc<People>,
    /// When each entity answered first.
    pub(super) responded: FxHashMap<i64, i32>,
}

/// Makes a connection know the functions that [`Facts`] are put together with.
pub(super) fn functions(db: &Connection, known: Known) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    crate::condition::functions(db)?;
    let codes = Arc::new(known.lists);
    let lists = Arc::clone(&codes);
    db.create_scalar_function("list_code", 1, flags, move |context| {
        let list = lists.get(&context.get::<i64>(0)?);
        Ok(list.map(|(code, _)| code.clone()))
    })?;
    db.create_scalar_function("list_kind", 1, flags, move |context| {
        let list = codes.get(&context.get::<i64>(0)?);
        Ok(list.map(|(_, kind)| *kind))
    })?;
    let (people, responded) = (known.people, known.responded);
    db.create_scalar_function("responded_on", 1, flags, move |context| {
        let day = responded.get(&people.of(context.get(0)?));
        Ok(day.map(|day| Day::new(*day).date().to_string()))
    })?;
    db.create_scalar_function("handle_of", 1, flags, |context| {
        Ok(Id(context.get(0)?).handle())
    })?;
    db.create_scalar_function("date_of", 1, flags, |context| {
        let day = context.get::<Option<i32>>(0)?;
        Ok(day.map(|day| Day::new(day).date().to_string()))
    })?;
    db.create_scalar_function("of_kind", 2, flags, |context| {
        let text = context.get_raw(0).as_str_or_null().ok().flatten();
        Ok(of_kind(text.unwrap_or_default(), kind(context, 1)?))
    })?;
    db.create_scalar_function("attribute", 3, flags, |context| {
        let text = context.get_raw(0).as_str_or_null().ok().flatten();
        let name = context.get_raw(1).as_str().unwrap_or_default();
        let value = text.and_then(|text| attribute(text, name));
        Ok(of_kind(&value.unwrap_or_default(), kind(context, 2)?))
    })
}

fn kind(context: &Context<'_>, argument: usize) -> rusqlite::Result<ColumnKind> {
    let number = context.get::<i64>(argument)?;
    let found = KINDS.into_iter().find(|kind| *kind as i64 == number);
    Ok(found.unwrap_or(ColumnKind::Text))
}

const KINDS: [ColumnKind; 5] = [
    ColumnKind::Text,
    ColumnKind::Integer,
    ColumnKind::Number,
    ColumnKind::Date,
    ColumnKind::Bool,
];

/// The value of the column that is called so, as fields are: `Fleet size` is `fleet_size`.
fn attribute(json: &str, name: &str) -> Option<String> {
    let attributes: BTreeMap<Cow<'_, str>, Cow<'_, str>> = serde_json::from_str(json).ok()?;
    let exact = attributes.get(name);
    let found = exact.or_else(|| {
        let mut others = attributes.iter();
        let named = others.find(|(heading, _)| slugified(heading) == name);
        named.map(|(_, value)| value)
    });
    found.map(ToString::to_string)
}

/// What a file has in words, as the kind of fact it is meant to be; null where it is none.
fn of_kind(text: &str, kind: ColumnKind) -> Value {
    let text = text.trim();
    let value = match kind {
        _ if text.is_empty() => None,
        ColumnKind::Text => Some(Value::Text(text.to_string())),
        ColumnKind::Integer => text.parse().ok().map(Value::Integer),
        ColumnKind::Number => text
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Value::Number),
        ColumnKind::Date => text
            .parse::<NaiveDate>()
            .ok()
            .map(|day| Value::Text(day.to_string())),
        ColumnKind::Bool => match text.to_lowercase().as_str() {
            "1" | "yes" | "y" | "true" | "x" => Some(Value::Integer(1)),
            "0" | "no" | "n" | "false" => Some(Value::Integer(0)),
            _ => None,
        },
    };
    value.unwrap_or(Value::Null)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
