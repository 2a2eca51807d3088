//! What every list brought in and what became of it: one pass over the names of all lists (`names`), then
//! each person looked at once, with all their rows together (`tally`).

mod names;
mod origins;
mod tally;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use self::names::Names;
use self::origins::Origins;
use self::tally::Tally;
use super::{Store, query};
use crate::deal::book::Day;
use crate::deal::event::CatalogKind;
use crate::id::Id;
use crate::list::{Own, Paid, Payback, Payer, Referral};
use crate::money::Money;

impl Store {
    /// What lists and sources brought and cost, as known on a day.
    pub fn payback(&self, as_of: NaiveDate) -> Result<Payback> {
        let (lists, costs) = (self.lists()?, self.costs()?);
        self.one_view(|connection| {
            let places: FxHashMap<i64, u32> = (0..)
                .zip(&lists)
                .map(|(at, list)| (list.id.0, at))
                .collect();
            let names = Names::read(connection, &places, as_of)?;
            let own = Ours::read(connection)?;
            let mut origins = Origins::read(connection, &places)?;
            let mut tally = Tally::new(lists, connection, as_of)?;
            tally.count(&names, &own.kinds, &mut origins);
            let unlinked = origins.unlinked(connection, &tally.first_list)?;
            let catalog = query::catalog(connection)?;
            let sources: FxHashMap<i64, &str> = catalog
                .entries
                .iter()
                .filter(|(_, entry)| entry.kind == CatalogKind::Source)
                .map(|(id, entry)| (id.0, entry.name.as_str()))
                .collect();
            let paid = costs.iter().filter(|cost| cost.day <= as_of);
            let paid = paid.filter_map(|cost| {
                let list = places.get(&cost.subject.0).map(|at| Payer::List(*at));
                let source = || {
                    sources
                        .get(&cost.subject.0)
                        .map(|name| Payer::Source((*name).to_string()))
                };
                Some(Paid {
                    of: list.or_else(source)?,
                    day: cost.day,
                    amount: Money {
                        minor: cost.amount.minor,
                        currency: cost.amount.currency,
                    },
                })
            });
            let margins = catalog.of(CatalogKind::Product).filter_map(|product| {
                let margin = product.margin?;
                Some((product.name.clone(), margin))
            });
            Ok(Payback {
                margins: margins.collect(),
                paid: paid.collect(),
                referrals: referrals(connection, as_of)?,
                persons: own.persons,
                accounts: own.accounts,
                unlinked,
                decoy_deals: origins.decoys,
                leads: tally.leads,
                together: tally.together,
                lists: tally.lists,
            })
        })
    }
}

/// Persons and accounts in our own books.
struct Ours {
    kinds: FxHashMap<i64, Own>,
    persons: u64,
    accounts: u64,
}

impl Ours {
    fn read(connection: &Connection) -> Result<Self> {
        let mut kinds = FxHashMap::default();
        let mut counts = [0, 0];
        for (at, (sql, own)) in [
            ("SELECT id, merged FROM person", Own::Person),
            ("SELECT id, merged FROM account", Own::Account),
        ]
        .into_iter()
        .enumerate()
        {
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                kinds.insert(row.get(0)?, own);
                counts[at] += u64::from(row.get::<_, Option<i64>>(1)?.is_none());
            }
        }
        let [persons, accounts] = counts;
        Ok(Self {
            kinds,
            persons,
            accounts,
        })
    }
}

fn referrals(connection: &Connection, as_of: NaiveDate) -> Result<Vec<Referral>> {
    let mut statement = connection.prepare(
        "SELECT c.id, c.told_by, c.opened, d.deal FROM customer_case c
         LEFT JOIN (SELECT id AS of_case, deal FROM customer_case WHERE deal IS NOT NULL
            UNION SELECT from_case, deal FROM origin WHERE from_case IS NOT NULL) d ON d.of_case = c.id
         WHERE c.kind = 'referral' AND c.opened <= $1 ORDER BY c.opened, c.id, d.deal",
    )?;
    let mut rows = statement.query([Day::of(as_of).number()])?;
    let mut found: Vec<Referral> = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next()? {
        let case: i64 = row.get(0)?;
        if last.replace(case) != Some(case) {
            found.push(Referral {
                by: row.get(1)?,
                opened: Day::new(row.get(2)?).date(),
                deals: Vec::new(),
            });
        }
        if let (Some(referral), Some(deal)) = (found.last_mut(), row.get::<_, Option<i64>>(3)?) {
            referral.deals.push(Id(deal));
        }
    }
    Ok(found)
}
