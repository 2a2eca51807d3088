//! Facts of few values with their earlier ones: what a deal was told to be, and since when.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::Loader;
use super::accounts::{label, may_be_of_account};
use crate::condition::Value;
use crate::deal::book::{Day, Told};
use crate::store::columns::Tellings;
use crate::store::query::fact_value;

/// Labels in order of first mention.
#[derive(Default)]
struct Labels {
    all: Vec<String>,
    places: HashMap<String, u32>,
}

impl Labels {
    fn place(&mut self, value: &Value) -> Option<u32> {
        let text = label(value)?;
        Some(*self.places.entry(text).or_insert_with_key(|text| {
            self.all.push(text.clone());
            self.all.len() as u32 - 1
        }))
    }
}

/// What was told of each account, by day.
type OfAccounts = FxHashMap<i64, Vec<(Day, Option<u32>)>>;

impl Loader<'_, '_> {
    /// The fact of each deal or, until it is told one, of its account.
    pub(super) fn told(&self, name: &str, account_ids: &[i64]) -> Result<Told> {
        let Tellings { deals, days, coded } = self.view.tellings(name)?;
        let mut labels = Labels::default();
        let of_accounts = if may_be_of_account(self.process, name) {
            told_of_accounts(self.connection, name, self.as_of, &mut labels)?
        } else {
            OfAccounts::default()
        };
        if deals.is_empty() && of_accounts.is_empty() {
            return Ok(Told::default());
        }
        // By code: 0 stands for none.
        let places: Vec<Option<u32>> = std::iter::once(None)
            .chain(coded.values.iter().map(|value| labels.place(value)))
            .collect();
        let mut told = Told::new(labels.all, self.deals.state.len());
        let place_of = |deal: usize| match &self.places {
            None => Some(deal as u32),
            Some(places) => places[deal],
        };
        let mut next = 0;
        for at in 0..self.view.len() {
            let Some(deal) = place_of(at) else {
                while deals.get(next).is_some_and(|of| *of as usize == at) {
                    next += 1;
                }
                continue;
            };
            if !of_accounts.is_empty() {
                let first = days.get(next).filter(|_| deals[next] as usize == at);
                let account = self.deals.account[deal as usize];
                let account = account.map(|account| account_ids[account as usize]);
                let values = account.and_then(|account| of_accounts.get(&account));
                for (day, label) in values.into_iter().flatten() {
                    if first.is_none_or(|first| day < first) {
                        told.push(deal, *day, *label);
                    }
                }
            }
            while deals.get(next).is_some_and(|of| *of as usize == at) {
                if days[next] <= self.as_of {
                    told.push(deal, days[next], places[coded.codes[next] as usize]);
                }
                next += 1;
            }
        }
        Ok(told)
    }
}

fn told_of_accounts(
    connection: &Connection,
    name: &str,
    as_of: Day,
    labels: &mut Labels,
) -> Result<OfAccounts> {
    let mut told = OfAccounts::default();
    let mut statement = connection.prepare_cached(
        "SELECT a.id, f.day, f.whole, f.number, f.text FROM account a
         CROSS JOIN fact f ON f.subject = a.id AND f.name = $1
         WHERE a.merged IS NULL AND f.day <= $2 ORDER BY a.id, f.day",
    )?;
    let mut rows = statement.query((name, as_of.number()))?;
    while let Some(row) = rows.next()? {
        let place = labels.place(&fact_value(row, 2)?);
        told.entry(row.get(0)?)
            .or_default()
            .push((Day::new(row.get(1)?), place));
    }
    Ok(told)
}
