//! Dates as people type and read them: phrases for one day, phrases for a period, and their display.
//!
//! A phrase is understood or refused, never guessed; callers echo the weekday and date it resolved to.
//! Weeks begin on Monday.

mod day;
mod period;
#[cfg(test)]
mod tests;
mod words;

pub use day::{Direction, parse_day};
pub use period::{parse_period, previous, spans};
pub use words::{day, day_and_distance, period_name, range};

/// Lower case, single spaces.
fn normal(text: &str) -> String {
    text.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Numbers of exactly these widths joined by `-`.
fn numbers<const N: usize>(phrase: &str, widths: &[usize; N]) -> Option<[u32; N]> {
    let mut found = [0; N];
    let mut parts = phrase.split('-');
    for (number, width) in found.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != *width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}
