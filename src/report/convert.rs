//! Deal values in the process's currency; what has no rate is left out and named.

use std::collections::BTreeMap;

use crate::deal::book::{Book, Day};
use crate::deal::rates::Rates;
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
    rates: Rates,
    /// By currency: deals left out.
    without_rate: Vec<usize>,
    /// Deals whose value nobody told.
    untold: usize,
    as_of: Day,
}

impl<'a> Converter<'a> {
    pub(super) fn new(process: &Process, book: &'a Book) -> Self {
        Self {
            book,
            rates: Rates::new(process, book),
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
        self.rates.converted(minor, currency, day)
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
