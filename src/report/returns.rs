//! What single deals brought and what was paid for a list or a source, in the currency of the process; what
//! could not be known is remembered and said.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::convert::{Converter, Worth};
use super::outcome::Amount;
use crate::deal::book::{Book, State};
use crate::id::Id;
use crate::list::{Paid, Payback, Payer};
use crate::money::Money;
use crate::process::Process;

/// What a deal is worth to whom it is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gain {
    /// Not won.
    None,
    /// Its value; what is left of it after what the product cost, where that is known.
    Won { revenue: i64, margin: Option<i64> },
    /// Won, and nobody told for how much.
    Untold,
    /// Won in a currency without a rate on that day.
    NoRate,
}

/// Reads deals of the Book as gains, and remembers what could not be read.
pub(super) struct Gains<'a> {
    process: &'a Process,
    book: &'a Book,
    payback: &'a Payback,
    converter: Converter<'a>,
    no_rate: BTreeSet<&'static str>,
    /// Products that were won without a margin; none where the deal has no product.
    no_margin: BTreeSet<Option<&'a str>>,
    untold: usize,
}

impl<'a> Gains<'a> {
    pub(super) fn new(process: &'a Process, book: &'a Book, payback: &'a Payback) -> Self {
        Self {
            process,
            book,
            payback,
            converter: Converter::new(process, book),
            no_rate: BTreeSet::new(),
            no_margin: BTreeSet::new(),
            untold: 0,
        }
    }

    /// Where a deal is in the Book; none when it is not in it on that day.
    pub(super) fn place(&self, deal: Id) -> Option<usize> {
        self.book.deals.id.binary_search(&deal).ok()
    }

    /// What a deal came to; asked once a deal.
    pub(super) fn of(&mut self, deal: usize) -> Gain {
        let deals = &self.book.deals;
        if deals.state[deal] != State::Won {
            return Gain::None;
        }
        let revenue = match self.converter.worth(deal) {
            Worth::Known(revenue) => revenue,
            Worth::Untold => {
                self.untold += 1;
                return Gain::Untold;
            }
            Worth::NoRate => {
                let currency = self.book.currencies[usize::from(deals.currency[deal])];
                self.no_rate.insert(currency.code());
                return Gain::NoRate;
            }
        };
        let product = deals.product[deal].map(|at| self.book.products[at as usize].name.as_str());
        let margins = &self.payback.margins;
        let share = product
            .and_then(|product| margins.get(product).copied())
            .or(self.process.margin);
        if share.is_none() {
            self.no_margin.insert(product);
        }
        Gain::Won {
            revenue,
            margin: share.map(|share| (revenue as f64 * share).round() as i64),
        }
    }

    /// An amount in the currency of the process at the rate of a day.
    pub(super) fn converted(&mut self, amount: Money, day: NaiveDate) -> Option<i64> {
        let to = self.process.currency;
        if amount.currency == to {
            return Some(amount.minor);
        }
        let Some(rate) = self.process.rate(amount.currency, day) else {
            self.no_rate.insert(amount.currency.code());
            return None;
        };
        let major = amount.currency.major(amount.minor);
        Some((major * rate * to.scale() as f64).round() as i64)
    }

    /// What was paid for a list or source beside its terms.
    pub(super) fn paid<'p>(
        &mut self,
        paid: impl IntoIterator<Item = &'p Paid>,
        of: &Payer,
    ) -> Amount {
        paid.into_iter()
            .filter(|paid| paid.of == *of)
            .fold(Amount::default(), |sum, paid| {
                sum.plus(self.converted(paid.amount, paid.day))
            })
    }

    /// What a list costs: its invoice and what was paid beside it. Not known where neither tells.
    pub(super) fn cost_of_list(&mut self, at: usize) -> ListCost {
        let list = &self.payback.lists[at];
        let of = Payer::List(at as u32);
        let has_costs = self.payback.paid.iter().any(|paid| paid.of == of);
        let beside = self.paid(&self.payback.paid, &of);
        let bill = match (list.since, list.bill(self.process.currency)) {
            (None, _) => Amount::default(),
            (Some(_), Some((money, day))) => Amount::default().plus(self.converted(money, day)),
            (Some(_), None) if has_costs => Amount::default(),
            (Some(_), None) => {
                return ListCost {
                    bill: Amount::UNKNOWN,
                    beside,
                    is_priced: false,
                };
            }
        };
        ListCost {
            bill,
            beside,
            is_priced: true,
        }
    }

    /// What could not be known, in words.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.no_rate.is_empty() {
            let codes: Vec<&str> = self.no_rate.iter().copied().collect();
            notes.push(format!(
                "no rate for {} on the day: amounts that need it are not known, add one under `[rates]` in process.toml",
                codes.join(", ")
            ));
        }
        if self.untold > 0 {
            notes.push(format!(
                "{} left out of revenue and margin: their value was never told",
                super::deals_are(self.untold)
            ));
        }
        if !self.no_margin.is_empty() {
            let products: Vec<&str> = self
                .no_margin
                .iter()
                .map(|product| product.unwrap_or("deals without a product"))
                .collect();
            notes.push(format!(
                "no margin is known of {}: `salesctl catalog set product NAME --margin 0.4`, or `margin` under `[process]`, makes margin and return known",
                listed(&products)
            ));
        }
        notes
    }
}

/// The first five names, and how many more.
pub(super) fn listed(names: &[&str]) -> String {
    const NAMED: usize = 5;
    let first = names.get(..NAMED).unwrap_or(names).join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ListCost {
    pub(super) bill: Amount,
    pub(super) beside: Amount,
    /// Whether anything says what the list costs.
    pub(super) is_priced: bool,
}

impl ListCost {
    pub(super) fn total(&self) -> Amount {
        self.bill.plus(self.beside.0)
    }
}
