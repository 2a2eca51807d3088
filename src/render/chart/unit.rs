//! What the numbers of a chart are, in words.

use crate::document::{Unit, percent};
use crate::money::{grouped, plain_amount, short_amount};

/// Beside a bar.
pub(super) fn exactly(unit: Unit, value: f64) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    match unit {
        Unit::Money(currency) => {
            let scale = currency.scale() as f64;
            plain_amount(
                ((value / scale).round() * scale).clamp(-1e18, 1e18) as i64,
                currency,
            )
        }
        Unit::Share => percent(value),
        Unit::Count | Unit::Days | Unit::Number => short(value, 1),
    }
}

/// Along an axis, where room is scarce.
pub(super) fn roughly(unit: Unit, value: f64) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    match unit {
        Unit::Money(currency) => short_amount(value.clamp(-1e18, 1e18) as i64, currency),
        Unit::Share => format!("{} %", short(value * 100.0, 1)),
        Unit::Count | Unit::Days | Unit::Number if value.abs() >= 1e6 => {
            format!("{}m", short(value / 1e6, 1))
        }
        Unit::Count | Unit::Days => short(value, 1),
        Unit::Number => short(value, 2),
    }
}

/// What stands once beside the title.
pub(super) fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::Money(currency) => currency.code(),
        Unit::Days => "days",
        Unit::Count | Unit::Share | Unit::Number => "",
    }
}

/// With so many decimals at most, and none that say nothing.
fn short(value: f64, decimals: usize) -> String {
    let told = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = told.split_once('.').unwrap_or((&told, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = whole
        .parse::<u64>()
        .map_or_else(|_| whole.to_string(), grouped);
    let sign = if value < 0.0 && (whole != "0" || !fraction.is_empty()) {
        "-"
    } else {
        ""
    };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}
