//! How days and periods are shown.

use chrono::{Datelike, NaiveDate};

use super::period::{fiscal_year, whole_months};
use crate::document::Period;

/// `21 Nov 2026`.
pub fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// `Fri 27 Nov 2026 (in 6 days)`.
pub fn day_and_distance(date: NaiveDate, today: NaiveDate) -> String {
    let distance = match date.signed_duration_since(today).num_days() {
        0 => "today".to_string(),
        1 => "tomorrow".to_string(),
        -1 => "yesterday".to_string(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", -days),
    };
    format!("{} ({distance})", date.format("%a %-d %b %Y"))
}

/// `1 Jul – 30 Sep 2026`.
pub fn range(period: Period) -> String {
    let Period { from, to } = period;
    if from == to {
        return day(from);
    }
    let shown = if from.year() != to.year() {
        day(from)
    } else if from.month() != to.month() {
        from.format("%-d %b").to_string()
    } else {
        from.format("%-d").to_string()
    };
    format!("{shown} – {}", day(to))
}

/// The shortest name of a period: `2026`, `2026-Q3`, `Nov 2026`, else its range.
pub fn period_name(period: Period, fiscal_month: u32) -> String {
    let Period { from, to } = period;
    let fiscal = |months| {
        (whole_months(period) == Some(months)
            && (from.month0() + 13 - fiscal_month).is_multiple_of(months))
        .then(|| fiscal_year(from, fiscal_month))
    };
    if let Some(year) = fiscal(12) {
        year.to_string()
    } else if let Some(year) = fiscal(3) {
        format!(
            "{year}-Q{}",
            (from.month0() + 13 - fiscal_month) % 12 / 3 + 1
        )
    } else if whole_months(period) == Some(1) {
        to.format("%b %Y").to_string()
    } else {
        range(period)
    }
}
