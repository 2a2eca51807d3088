//! What deals brought and what was paid for them: the sums that `lists` and `sources` share, so that every
//! source stands on the same footing.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::convert::{Converter, Worth};
use super::statistics::{ENOUGH, wilson_of_parts};
use super::{count, or_nothing, percent, percents, whole};
use crate::deal::book::{Book, State};
use crate::document::{Cell, TableColumn};
use crate::id::Id;
use crate::list::{Paid, Parts, Payback, Payer};
use crate::money::{Currency, Money};
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
    no_rep_cost: BTreeSet<Option<&'a str>>,
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
            no_rep_cost: BTreeSet::new(),
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

    /// What was done for a deal: the minutes at its owner's hourly cost, and what was paid for directly.
    pub(super) fn effort(&mut self, deal: usize) -> Option<i64> {
        let id = self.book.deals.id[deal];
        let efforts = &self.payback.efforts;
        let Ok(at) = efforts.binary_search_by_key(&id, |effort| effort.deal) else {
            return Some(0);
        };
        let effort = efforts[at];
        if effort.minutes == 0 {
            return Some(effort.cost_minor);
        }
        let owner =
            self.book.deals.owner[deal].map(|at| self.book.owners[at as usize].name.as_str());
        let rep = owner.and_then(|name| self.process.reps.iter().find(|rep| rep.name == name));
        let Some(hour) = rep.and_then(|rep| rep.cost_per_hour_minor) else {
            self.no_rep_cost.insert(owner);
            return None;
        };
        let exact = i128::from(effort.minutes) * i128::from(hour);
        i64::try_from((exact + 30).div_euclid(60))
            .ok()
            .map(|time| time.saturating_add(effort.cost_minor))
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
        if !self.no_rep_cost.is_empty() {
            let reps: Vec<&str> = self
                .no_rep_cost
                .iter()
                .map(|rep| rep.unwrap_or("deals without an owner"))
                .collect();
            notes.push(format!(
                "the hour of {} has no cost: `cost_per_hour` of the rep in process.toml makes the cost per process known",
                listed(&reps)
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

/// A sum that is not known as soon as one of its parts is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount(pub(super) Option<i64>);

impl Default for Amount {
    fn default() -> Self {
        Self(Some(0))
    }
}

impl Amount {
    pub(super) const UNKNOWN: Self = Self(None);

    #[must_use]
    pub(super) fn plus(self, minor: Option<i64>) -> Self {
        Self(
            self.0
                .zip(minor)
                .map(|(sum, minor)| sum.saturating_add(minor)),
        )
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

/// What became of the deals of one list or source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    pub(super) leads: Parts,
    pub(super) deals: Parts,
    pub(super) open: Parts,
    pub(super) won: Parts,
    pub(super) lost: Parts,
    pub(super) revenue: Amount,
    pub(super) margin: Amount,
    pub(super) cost: Amount,
}

impl Outcome {
    /// A deal, or the part of it that is credited; `gain` is that part of what it brought.
    pub(super) fn add(&mut self, state: State, part: Parts, gain: Gain) {
        self.deals += part;
        match state {
            State::Open | State::Hold => self.open += part,
            State::Won => self.won += part,
            State::Lost => self.lost += part,
        }
        match gain {
            Gain::None | Gain::Untold => {}
            Gain::NoRate => {
                self.revenue = Amount::UNKNOWN;
                self.margin = Amount::UNKNOWN;
            }
            Gain::Won { revenue, margin } => {
                self.revenue = self.revenue.plus(Some(revenue));
                self.margin = self.margin.plus(margin);
            }
        }
    }

    pub(super) fn plus(&mut self, other: &Self) {
        self.leads += other.leads;
        self.deals += other.deals;
        self.open += other.open;
        self.won += other.won;
        self.lost += other.lost;
        self.revenue = self.revenue.plus(other.revenue.0);
        self.margin = self.margin.plus(other.margin.0);
        self.cost = self.cost.plus(other.cost.0);
    }

    pub(super) fn decided(&self) -> Parts {
        self.won + self.lost
    }

    pub(super) fn is_thin(&self) -> bool {
        self.decided() < Parts::of(ENOUGH as u64)
    }

    pub(super) fn open_share(&self) -> Option<f64> {
        (!self.deals.is_none()).then(|| self.open.number() / self.deals.number())
    }

    pub(super) fn win(&self) -> Option<Win> {
        let decided = self.decided().number();
        let won = self.won.number();
        let (low, high) = wilson_of_parts(won, decided)?;
        Some(Win {
            share: won / decided,
            low,
            high,
        })
    }

    /// Cost for each of so many.
    pub(super) fn cost_per(&self, of: Parts) -> Option<i64> {
        per(self.cost.0?, of.number())
    }

    /// What a won deal costs if as many of those decided were won as the interval of the win share allows:
    /// at the least, and at the most.
    pub(super) fn cost_per_won_range(&self) -> (Option<i64>, Option<i64>) {
        let Some((win, cost)) = self.win().zip(self.cost.0) else {
            return (None, None);
        };
        let decided = self.decided().number();
        (per(cost, decided * win.high), per(cost, decided * win.low))
    }

    /// (margin − cost) ÷ cost.
    pub(super) fn return_share(&self) -> Option<f64> {
        let (margin, cost) = (self.margin.0?, self.cost.0?);
        (cost > 0).then(|| (margin as f64 - cost as f64) / cost as f64)
    }
}

fn per(minor: i64, n: f64) -> Option<i64> {
    (n > 0.0).then(|| (minor as f64 / n).round() as i64)
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Win {
    pub(super) share: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// The columns of what became of deals.
pub(super) fn outcome_columns() -> Vec<TableColumn> {
    vec![
        TableColumn::right("leads"),
        TableColumn::right("deals"),
        TableColumn::right("open").rank(2),
        TableColumn::right("won"),
        TableColumn::right("lost").rank(1),
        TableColumn::right("win rate"),
        TableColumn::right("95 % interval").rank(3),
    ]
}

/// Their cells, one row each; what counts in part is shown so that the columns add up.
pub(super) fn outcome_cells(outcomes: &[Outcome]) -> Vec<Vec<Cell>> {
    let column =
        |of: fn(&Outcome) -> Parts| parts_column(&outcomes.iter().map(of).collect::<Vec<_>>());
    let mut columns = [
        column(|outcome| outcome.leads),
        column(|outcome| outcome.deals),
        column(|outcome| outcome.open),
        column(|outcome| outcome.won),
        column(|outcome| outcome.lost),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(outcomes.len());
    for (at, outcome) in outcomes.iter().enumerate() {
        let mut cells: Vec<Cell> = columns
            .iter_mut()
            .map(|column| std::mem::replace(&mut column[at], Cell::Nothing))
            .collect();
        let win = outcome.win();
        cells.push(or_nothing(win, |win| Cell::Share(win.share)));
        cells.push(or_nothing(win, |win| {
            Cell::Text(percents(win.low, win.high))
        }));
        rows.push(cells);
    }
    rows
}

/// Whole numbers, or hundredths that add up.
pub(super) fn parts_column(column: &[Parts]) -> Vec<Cell> {
    if column.iter().all(|parts| parts.whole().is_some()) {
        return column
            .iter()
            .map(|parts| count(parts.whole().unwrap_or(0) as usize))
            .collect();
    }
    Parts::hundredths(column)
        .into_iter()
        .map(|hundredths| Cell::Text(format!("{}.{:02}", hundredths / 100, hundredths % 100)))
        .collect()
}

/// Sums are shown in whole units, small ones as they are.
pub(super) fn sum(amount: Amount, currency: Currency) -> Cell {
    or_nothing(amount.0, |minor| {
        if minor.abs() < 100 * currency.scale() {
            Cell::Money { minor, currency }
        } else {
            whole(minor, currency)
        }
    })
}

/// `1 deal`, `2.33 deals`
pub(super) fn counted(parts: Parts, one: &str, many: &str) -> String {
    match parts.whole() {
        Some(1) => format!("1 {one}"),
        Some(whole) => format!("{} {many}", crate::money::grouped(whole)),
        None => format!("{:.2} {many}", parts.number()),
    }
}

/// What one of many costs, to the minor unit.
pub(super) fn each(minor: Option<i64>, currency: Currency) -> Cell {
    or_nothing(minor, |minor| Cell::Money { minor, currency })
}

/// `+120 %`, `-35 %`
pub(super) fn return_cell(share: Option<f64>) -> Cell {
    or_nothing(share, |share| Cell::Text(signed(share)))
}

pub(super) fn signed(share: f64) -> String {
    let sign = if share > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(share))
}

/// What must be said of returns: those that few decided deals stand behind, and those that are still open.
pub(super) fn maturity(outcomes: &[(&str, Outcome)]) -> Vec<String> {
    let mut notes = Vec::new();
    let thin: Vec<&str> = outcomes
        .iter()
        .filter(|(_, outcome)| !outcome.deals.is_none() || outcome.cost != Amount::default())
        .filter(|(_, outcome)| outcome.is_thin())
        .map(|(name, _)| *name)
        .collect();
    if !thin.is_empty() {
        notes.push(format!(
            "insufficient history: fewer than {ENOUGH} deals are decided of {}; what they returned so far says little about what they will",
            listed(&thin)
        ));
    }
    let open: Vec<String> = outcomes
        .iter()
        .filter_map(|(name, outcome)| {
            let share = outcome.open_share().filter(|share| *share > 0.0)?;
            Some(format!("{name} {}", percent(share)))
        })
        .collect();
    if !open.is_empty() {
        let open: Vec<&str> = open.iter().map(String::as_str).collect();
        notes.push(format!(
            "deals still open, which may add to the return: {}",
            listed(&open)
        ));
    }
    notes
}
