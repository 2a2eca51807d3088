//! How facts, amounts and deals read in a status line.

use super::session::Session;
use crate::condition::Value;
use crate::date;
use crate::deal::Deal;
use crate::deal::event::{Amount, FieldValue};
use crate::money::{Currency, Money};
use crate::process::FieldKind;
use crate::text::visible;

/// `D7K2 Acme GmbH`: how every answer names a deal.
pub(crate) fn deal_name(session: &Session<'_>, deal: &Deal) -> anyhow::Result<String> {
    let account = match deal.account {
        Some(account) => session.store.account_name(account)?,
        None => None,
    };
    Ok(named(&session.store.short(deal.id)?, account.as_deref()))
}

/// The same, from its parts.
pub(crate) fn named(short: &str, account: Option<&str>) -> String {
    format!("{short} {}", visible(account.unwrap_or("(no account)")))
}

pub(crate) fn plural<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// `1 deal`, `3 deals`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        crate::money::grouped(n as u64),
        plural(n, one, many)
    )
}

pub(crate) fn amount(value: Option<Amount>) -> String {
    value.map_or_else(
        || "no value".to_string(),
        |value| {
            Money {
                minor: value.minor,
                currency: value.currency,
            }
            .to_string()
        },
    )
}

/// A fact in the words of a person, as its column or field tells.
pub(crate) fn fact_words(session: &Session<'_>, name: &str, value: &Value) -> String {
    let kind = session.process.field(name).map(|field| field.kind);
    match value {
        Value::Null => "unknown".to_string(),
        Value::Integer(n) if kind == Some(FieldKind::Bool) || is_flag(name) => {
            if *n == 0 { "no" } else { "yes" }.to_string()
        }
        Value::Integer(n) => n.to_string(),
        Value::Number(n) if name == "value" || kind == Some(FieldKind::Money) => {
            major_amount(*n, session.process.currency)
        }
        Value::Number(n) => n.to_string(),
        Value::Text(text) => match text.parse() {
            Ok(day) => date::day(day),
            Err(_) if is_name(name) => visible(text),
            Err(_) => format!("\"{}\"", visible(text)),
        },
    }
}

/// A custom field's value as `deal show` prints it.
pub(crate) fn field_words(session: &Session<'_>, name: &str, value: &FieldValue) -> String {
    fact_words(session, name, &value.fact())
        .trim_matches('"')
        .to_string()
}

pub(crate) fn major_amount(major: f64, currency: Currency) -> String {
    Money {
        minor: (major * currency.scale() as f64).round() as i64,
        currency,
    }
    .to_string()
}

fn is_flag(name: &str) -> bool {
    name.starts_with("has_") || name.starts_with("done_") || name == "late"
}

/// Names of things rather than somebody's words.
fn is_name(name: &str) -> bool {
    matches!(
        name,
        "account"
            | "owner"
            | "team"
            | "product"
            | "source"
            | "type"
            | "stage"
            | "state"
            | "currency"
            | "reason"
    )
}
