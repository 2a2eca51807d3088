//! Deal values in the process's currency; what has no rate is left out and named.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::deal::book::{Book, Day};
use crate::process::Process;

/// What a deal is worth in the process's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    Known(i64),
    /// Nobody told its value.
    Untold,
    /// It has a value in a currency without a rate on that day.
    NoRate,
}

impl Worth {
    pub(super) fn known(self) -> Option<i64> {
        match self {
            Self::Known(minor) => Some(minor),
            Self::Untold | Self::NoRate => None,
        }
    }
}

pub(super) struct Converter<'a> {
    book: &'a Book,
    /// By currency of the Book: minor units of the process's currency for one of its minor units, from
    /// a day on, oldest first.
    rates: Vec<Vec<(Day, f64)>>,
    /// By currency: deals left out.
    without_rate: Vec<usize>,
    /// Deals whose value nobody told.
    untold: usize,
    as_of: Day,
}

/// Since when the currency of the process is worth what it is.
const ALWAYS: Day = Day::new(i32::MIN);

impl<'a> Converter<'a> {
    pub(super) fn new(process: &Process, book: &'a Book) -> Self {
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
        Self {
            book,
            rates: rates.collect(),
            without_rate: vec![0; book.currencies.len()],
            untold: 0,
            as_of: Day::of(book.as_of),
        }
    }

    /// A closed deal's value at the rate of its close, an open one's at the rate of the as-of date.
    pub(super) fn worth(&mut self, deal: usize) -> Worth {
        let deals = &self.book.deals;
        let Some(minor) = deals.value_minor[deal] else {
            self.untold += 1;
            return Worth::Untold;
        };
        let open = deals.state[deal].is_open();
        let day = if open {
            self.as_of
        } else {
            deals.closed[deal].unwrap_or(self.as_of)
        };
        let currency = usize::from(deals.currency[deal]);
        if let Some(minor) = self.converted(minor, currency, day) {
            Worth::Known(minor)
        } else {
            self.without_rate[currency] += 1;
            Worth::NoRate
        }
    }

    /// An amount in a currency of the Book at the rate of a day; nothing where it has none.
    pub(super) fn converted(&self, minor: i64, currency: usize, day: Day) -> Option<i64> {
        let (from, rate) = self.rates[currency]
            .iter()
            .rev()
            .find(|(from, _)| *from <= day)?;
        // Exact: an amount in the process's own currency does not pass through a fraction.
        Some(if *from == ALWAYS {
            minor
        } else {
            (minor as f64 * rate).round() as i64
        })
    }

    /// What was left out of values because nobody told it; the caller may show that as a column instead.
    pub(super) fn untold(&self) -> Option<String> {
        (self.untold > 0).then(|| {
            format!(
                "{} left out of values: theirs was never told",
                super::deals_are(self.untold)
            )
        })
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let codes: BTreeMap<&str, usize> = self
            .book
            .currencies
            .iter()
            .zip(&self.without_rate)
            .filter(|(_, deals)| **deals > 0)
            .map(|(currency, deals)| (currency.code(), *deals))
            .collect();
        codes
            .into_iter()
            .map(|(code, deals)| {
                format!(
                    "{} left out of values: no rate for {code} on the day, add one under `[rates]` in process.toml",
                    super::deals_are(deals)
                )
            })
            .collect()
    }
}
