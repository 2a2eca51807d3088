//! A cell as people read it, the same in every format drawn from a document.

use crate::document::{Cell, TableColumn, percent};
use crate::money::{Money, grouped, plain_amount};
use crate::text::visible;

/// The width of a full bar, in characters.
pub(super) const BAR: usize = 30;
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// `bar` is the width of a full bar.
pub(super) fn shown(cell: &Cell, column: &TableColumn, bar: usize) -> String {
    match cell {
        Cell::Text(text) | Cell::Link(text) => visible(text),
        Cell::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| visible(line)).collect();
            lines.join("; ")
        }
        Cell::Count(number) => {
            let sign = if *number < 0 { "-" } else { "" };
            format!("{sign}{}", grouped(number.unsigned_abs()))
        }
        Cell::Share(share) => percent(*share),
        // The code is not repeated where the heading says it.
        Cell::Money { minor, currency } if column.heading.contains(currency.code()) => {
            plain_amount(*minor, *currency)
        }
        Cell::Money { minor, currency } => Money {
            minor: *minor,
            currency: *currency,
        }
        .to_string(),
        Cell::Days(days) if (days - days.round()).abs() < 0.05 => format!("{days:.0}"),
        Cell::Days(days) => format!("{days:.1}"),
        Cell::Date(date) => date.format("%Y-%m-%d").to_string(),
        Cell::Bar(share) => blocks(*share, bar),
        Cell::Nothing => "–".to_string(),
    }
}

/// Where a page may lead; anything else in a file stays text.
pub(super) fn is_address(text: &str) -> bool {
    let known = ["https://", "http://", "mailto:"];
    let starts = |scheme: &&str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    known.iter().any(starts) && text == visible(text)
}

fn blocks(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    // What is there at all can be seen.
    let eighths = if share > 0.0 { eighths.max(1) } else { eighths };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}
