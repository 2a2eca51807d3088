//! What became of the deals of a list or a source: the sums that `lists` and `sources` share, so that every
//! source stands on the same footing, and how they are shown.

use super::returns::{Gain, listed};
use super::{count, or_nothing, percent, percents};
use crate::deal::book::State;
use crate::document::{Cell, Document, TableColumn};
use crate::list::Parts;
use crate::money::{Currency, plain_amount};
use crate::process::Process;
use crate::statistics::{ENOUGH, wilson_of_parts};

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
        TableColumn::right("95 % interval"),
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

/// A sum to the minor unit, so that the lines of a column add up to the total below.
pub(super) fn sum(amount: Amount, currency: Currency) -> Cell {
    each(amount.0, currency)
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
    let whole = (share * 100.0).round();
    let sign = if whole > 0.0 {
        "+"
    } else if whole < 0.0 {
        "-"
    } else {
        ""
    };
    format!("{sign}{} %", crate::money::grouped(whole.abs() as u64))
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

/// The sums, and what a return is.
pub(super) fn together(document: Document, process: &Process, outcomes: &[Outcome]) -> Document {
    let mut all = Outcome::default();
    for outcome in outcomes {
        all.plus(outcome);
    }
    let money = |amount: Amount| match amount.0 {
        Some(minor) => format!(
            "{} {}",
            plain_amount(minor, process.currency),
            process.currency
        ),
        None => "not known".to_string(),
    };
    let back = all
        .return_share()
        .map(|share| format!(", return {}", signed(share)))
        .unwrap_or_default();
    document
        .line(format!(
            "together: {}, {}, {}; margin {}, cost {}{back}",
            counted(all.leads, "lead", "leads"),
            counted(all.deals, "deal", "deals"),
            counted(all.won, "won", "won"),
            money(all.margin),
            money(all.cost),
        ))
        .line("return = (margin of won deals − cost) ÷ cost")
}
