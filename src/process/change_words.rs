//! A change of the process in a line, and whether it asks more of deals, or less.

use toml::Value;

use super::BuyingRole;
use super::change::{Change, What};

/// What it asks of deals that leave a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Tightened,
    Loosened,
    /// Neither, or one can't tell from the words.
    Neither,
}

impl Effect {
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Tightened => Some("tightened"),
            Self::Loosened => Some("loosened"),
            Self::Neither => None,
        }
    }
}

/// A change in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub words: String,
    pub effect: Effect,
    /// It is only said in other words: no gate, no limit and no number depends on it.
    pub is_wording: bool,
}

/// Keys whose text people read and nothing else does.
const WORDING: &[&str] = &[
    "title",
    "objective",
    "buyer",
    "why",
    "ask",
    "say",
    "about",
    "description",
    "kind",
    "link",
    "text",
    "who",
    "unit",
];
/// Keys whose texts are conditions.
const CONDITIONS: &[&str] = &["when", "ask_when", "where", "formula", "sample"];

/// A change in a line, and what it asks.
pub fn told(change: &Change) -> Told {
    let path: Vec<&str> = change.path.iter().map(String::as_str).collect();
    let last = path.last().copied().unwrap_or_default();
    Told {
        words: words(change, &path),
        effect: effect(change, &path),
        is_wording: match path.as_slice() {
            ["stage", _, "tools", ..] => true,
            [
                "stage" | "fields" | "roles" | "customer_type" | "metric" | "end",
                _,
                ..,
                _,
            ]
            | [
                "team" | "rep" | "product" | "source" | "topic" | "score",
                _,
                _,
            ] => path.len() > 2 && path.len() != 4 && WORDING.contains(&last),
            _ => false,
        },
    }
}

fn words(change: &Change, path: &[&str]) -> String {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let last = path.last().copied().unwrap_or_default();
    let from_to = || format!("{} → {}", shown(last, before), shown(last, after));
    if change.what == What::Reordered {
        return match path {
            ["stage"] => format!("order of stages {}", from_to()),
            ["stage", stage, part] => format!("{stage}: order of {part} {}", from_to()),
            _ => format!("order of {} {}", path.join("."), from_to()),
        };
    }
    match path {
        ["stage", _] if change.what == What::Renamed => {
            format!("stage {}", from_to())
        }
        ["stage", stage, key] => format!("{stage}.{key} {}", from_to()),
        ["stage", stage, part, item] => {
            let item = item_words(part, item, after.or(before));
            format!("{stage}: {item}{}", only_words(after.or(before)))
        }
        ["stage", stage, part, item, key] => {
            let thing = item_words(part, item, None);
            match (*key, after.and_then(Value::as_bool)) {
                ("when", _) => format!("{stage}: criterion {}", from_to()),
                ("required", Some(false)) => format!("{stage}: {thing} is only advised"),
                ("required", _) => format!("{stage}: {thing} is required"),
                ("only", _) => match after {
                    Some(_) => format!("{stage}: {thing} only for {}", shown(key, after)),
                    None => {
                        format!("{stage}: {thing} for all, not only {}", shown(key, before))
                    }
                },
                ("ask_when", _) => match after {
                    Some(_) => format!("{stage}: {thing} asked only when {}", shown(key, after)),
                    None => format!(
                        "{stage}: {thing} asked of all, not only when {}",
                        shown(key, before)
                    ),
                },
                _ => format!("{stage}: {thing}, {key} {}", from_to()),
            }
        }
        ["process" | "settings" | "nightly" | "prospecting", key] => {
            format!("[{}] {key} {}", path[0], from_to())
        }
        ["process", "remove", gone] => format!("[process] remove {gone}"),
        ["process", "remove", gone, key] => {
            format!("[process] remove {gone}, {key} {}", from_to())
        }
        ["process", key, item] => format!("[process] {key} {item}"),
        [table, name] => {
            let thing = format!("{} {}", noun(table), called(table, name));
            match change.what {
                What::Changed => format!("{thing} {}", from_to()),
                _ => thing,
            }
        }
        [table, name, rest @ ..] => {
            let name = called(table, name);
            format!("{} {name}: {} {}", noun(table), rest.join("."), from_to())
        }
        _ => format!("{} {}", path.join("."), from_to()),
    }
}

/// A name of several words in quotes, and that of a scenario, which is a sentence.
fn called(table: &str, name: &str) -> String {
    if table == "test" || name.contains(' ') {
        format!("\"{name}\"")
    } else {
        name.to_string()
    }
}

/// What a part of a stage is called: `required field budget`.
fn item_words(part: &str, item: &str, value: Option<&Value>) -> String {
    let get = |key: &str| value.and_then(|value| value.get(key)?.as_str());
    match part {
        "requires" if BuyingRole::from_name(item).is_some() => format!("required role {item}"),
        "requires" => format!("required field {item}"),
        "steps" => {
            let advised = value.and_then(|value| value.get("required")?.as_bool()) == Some(false);
            format!("{} {item}", if advised { "advised step" } else { "step" })
        }
        "exit" => match get("when") {
            Some(when) => format!("criterion `{when}`"),
            None => format!("criterion \"{item}\""),
        },
        "follow_up" => format!("follow-up \"{item}\""),
        "tools" => format!("tool \"{item}\""),
        other => format!("{other} {item}"),
    }
}

fn only_words(value: Option<&Value>) -> String {
    match value.and_then(|value| value.get("only")) {
        Some(only) => format!(", only for {}", shown("only", Some(only))),
        None => String::new(),
    }
}

fn noun(table: &str) -> &str {
    match table {
        "fields" => "field",
        "roles" => "role",
        "rates" => "rate",
        "customer_type" => "customer type",
        other => other,
    }
}

/// A value as one would write it, short.
fn shown(key: &str, value: Option<&Value>) -> String {
    match value {
        None => "–".to_string(),
        Some(Value::String(text)) if CONDITIONS.contains(&key) => format!("`{text}`"),
        Some(Value::String(text)) if text.contains(char::is_whitespace) => format!("\"{text}\""),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.is_empty() => "none".to_string(),
        Some(Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| shown(key, Some(item))).collect();
            items.join(", ")
        }
        Some(Value::Boolean(flag)) => if *flag { "yes" } else { "no" }.to_string(),
        Some(other) => other.to_string(),
    }
}

fn effect(change: &Change, path: &[&str]) -> Effect {
    let by = |more: bool, less: bool| match (more, less) {
        (true, false) => Effect::Tightened,
        (false, true) => Effect::Loosened,
        _ => Effect::Neither,
    };
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    match path {
        ["stage", _, "requires" | "exit", _] => {
            by(change.what == What::Added, change.what == What::Removed)
        }
        ["stage", _, "steps", _] => {
            let step = after.or(before);
            let required = step.and_then(|step| step.get("required")?.as_bool()) != Some(false);
            by(
                required && change.what == What::Added,
                required && change.what == What::Removed,
            )
        }
        ["stage", _, "steps", _, "required"] => {
            let required = after.and_then(Value::as_bool) != Some(false);
            by(required, !required)
        }
        ["stage", _, "requires" | "exit" | "steps", _, "only"] | ["stage", _, "only"] => {
            match (before, after) {
                (Some(before), Some(after)) => by(lacks(before, after), lacks(after, before)),
                (before, after) => by(after.is_none(), before.is_none()),
            }
        }
        ["stage", _, "requires" | "steps", _, "ask_when"] => by(after.is_none(), before.is_none()),
        ["stage", _, "next" | "back"] => match (before, after) {
            (Some(before), Some(after)) => by(lacks(after, before), lacks(before, after)),
            _ => Effect::Neither,
        },
        ["stage", _, "limit"] => {
            let days = |value: Option<&Value>| value?.as_str()?.parse::<super::Span>().ok();
            match (days(before), days(after)) {
                (Some(before), Some(after)) => {
                    let shorter = is_shorter(after, before);
                    let longer = is_shorter(before, after);
                    by(shorter, longer)
                }
                (before, after) => by(before.is_none(), after.is_none()),
            }
        }
        ["stage", _, "exit", _, "when"] => {
            let limit = |value: Option<&Value>| threshold(value?.as_str()?);
            match (limit(before), limit(after)) {
                (Some((fact, sign, was)), Some((other, same, now)))
                    if fact == other && sign == same =>
                {
                    let at_least = sign.starts_with('>');
                    let more = if at_least { now > was } else { now < was };
                    by(more, !more)
                }
                _ => Effect::Neither,
            }
        }
        _ => Effect::Neither,
    }
}

/// Whether one list has not all that the other has.
fn lacks(list: &Value, other: &Value) -> bool {
    let (Some(list), Some(other)) = (list.as_array(), other.as_array()) else {
        return false;
    };
    other.iter().any(|item| !list.contains(item))
}

/// Of the same unit; others can't be told apart without a calendar.
fn is_shorter(one: super::Span, other: super::Span) -> bool {
    use super::Span::{BusinessDays, Days, Months};
    match (one, other) {
        (Days(one), Days(other))
        | (BusinessDays(one), BusinessDays(other))
        | (Months(one), Months(other)) => one < other,
        _ => false,
    }
}

/// `value >= 5000`: a fact, a sign and a number.
fn threshold(when: &str) -> Option<(String, String, f64)> {
    let mut parts = when.split_whitespace();
    let (fact, sign, number) = (parts.next()?, parts.next()?, parts.next()?);
    let is_sign = [">=", ">", "<=", "<"].contains(&sign) && parts.next().is_none();
    let number: f64 = number.parse().ok()?;
    is_sign.then(|| (fact.to_string(), sign.to_string(), number))
}
