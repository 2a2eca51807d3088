//! Amounts of the Book in the currency of the process, by the rates that it states for a day.

use chrono::NaiveDate;

use super::book::{Book, Day};
use crate::process::Process;

/// Since when the currency of the process is worth what it is.
const ALWAYS: Day = Day::new(i32::MIN);

/// By currency of the Book: minor units of the process's currency for one of its minor units, from a day on,
/// oldest first.
#[derive(Clone, Debug)]
pub struct Rates(Vec<Vec<(Day, f64)>>);

impl Rates {
    pub fn new(process: &Process, book: &Book) -> Self {
        let rates = book.currencies.iter().map(|currency| {
            if *currency == process.currency {
                return vec![(ALWAYS, 1.0)];
            }
            let scale = process.currency.scale() as f64 / currency.scale() as f64;
            let dated: &[(NaiveDate, f64)] = process
                .rates
                .get(currency.code())
                .map_or(&[], Vec::as_slice);
            dated
                .iter()
                .map(|(from, rate)| (Day::of(*from), rate * scale))
                .collect()
        });
        Self(rates.collect())
    }

    /// An amount in a currency of the Book at the rate of a day; nothing where it has none.
    pub fn converted(&self, minor: i64, currency: usize, day: Day) -> Option<i64> {
        let rates = &self.0[currency];
        if let [(ALWAYS, _)] = rates.as_slice() {
            return Some(minor);
        }
        let (from, rate) = rates.iter().rev().find(|(from, _)| *from <= day)?;
        // Exact: an amount in the process's own currency does not pass through a fraction.
        Some(if *from == ALWAYS {
            minor
        } else {
            (minor as f64 * rate).round() as i64
        })
    }
}
