//! Numbers and counts as reports show them, in cells and in sentences.

use crate::document::Cell;
#[cfg(test)]
use crate::document::Document;
pub(super) use crate::document::percent;
use crate::money::{Currency, Money, grouped, plain_amount};

/// `1 deal is`, `3 deals are`.
pub(super) fn deals_are(count: usize) -> String {
    if count == 1 {
        "1 deal is".to_string()
    } else {
        format!("{} deals are", grouped(count as u64))
    }
}

/// `1 deal`, `3 deals`.
pub(super) fn counted(count: usize) -> String {
    if count == 1 {
        "1 deal".to_string()
    } else {
        format!("{} deals", grouped(count as u64))
    }
}

/// A chance from draws is never quite nothing, nor quite sure.
pub fn chance_in_words(chance: f64) -> String {
    if chance < 0.01 {
        "below 1 %".to_string()
    } else if chance > 0.99 && chance < 1.0 {
        "above 99 %".to_string()
    } else {
        percent(chance)
    }
}

/// `19–52 %`: the ends of an interval are rounded as they come, since neither claims to be all or none.
pub(super) fn percents(low: f64, high: f64) -> String {
    format!(
        "{:.0}–{:.0} %",
        (low * 100.0).round(),
        (high * 100.0).round()
    )
}

/// An amount for people: sums are shown in whole units.
pub(super) fn whole(minor: i64, currency: Currency) -> Cell {
    let Money { minor, currency } = Money { minor, currency }.whole();
    Cell::Money { minor, currency }
}

/// The same where a heading names the currency.
pub(super) fn plain(minor: i64, currency: Currency) -> Cell {
    let Money { minor, currency } = Money { minor, currency }.whole();
    Cell::Text(plain_amount(minor, currency))
}

/// The same in a sentence.
pub(super) fn money(minor: i64, currency: Currency) -> String {
    Money { minor, currency }.whole().to_string()
}

pub(super) fn or_nothing<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
    value.map_or(Cell::Nothing, cell)
}

/// The headings and lines of a document, for tests.
#[cfg(test)]
pub(super) fn lines_of(document: &Document) -> Vec<String> {
    document
        .blocks
        .iter()
        .filter_map(|block| match block {
            crate::document::Block::Heading(text) | crate::document::Block::Line(text) => {
                Some(text.clone())
            }
            _ => None,
        })
        .collect()
}

pub(super) fn count(number: usize) -> Cell {
    Cell::Count(i64::try_from(number).unwrap_or(i64::MAX))
}
