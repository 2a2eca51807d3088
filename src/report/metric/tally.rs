//! The counts of one aggregate, by cell.

use crate::money::Currency;
use crate::process::{Measure, Number};
use crate::report::cost::Spent;
use crate::statistics::{ENOUGH, Survival, quantile};

pub(super) struct Tally {
    rows: Vec<u64>,
    /// Of which the number is known.
    known: Vec<u64>,
    sums: Vec<i64>,
    days: Vec<Vec<i32>>,
    stays: Vec<Survival>,
    /// What work cost, where that is measured.
    spent: Vec<Spent>,
    /// A number of cells, not of rows.
    given: Vec<Option<f64>>,
}

impl Tally {
    pub(super) fn new(cells: usize, measure: &Measure) -> Self {
        let medians_of = |wanted: Number| match measure {
            Measure::Median(number) if *number == wanted => cells,
            _ => 0,
        };
        Self {
            rows: vec![0; cells],
            known: vec![0; cells],
            sums: vec![0; cells],
            days: vec![Vec::new(); medians_of(Number::CycleDays)],
            stays: vec![Survival::default(); medians_of(Number::StageDays)],
            spent: match measure {
                Measure::Known(Number::Cost) | Measure::Sum(Number::Cost) => {
                    vec![Spent::default(); cells]
                }
                _ => Vec::new(),
            },
            given: match measure {
                Measure::TargetOf(_) => vec![None; cells],
                _ => Vec::new(),
            },
        }
    }

    pub(super) fn add(&mut self, cell: usize) {
        self.rows[cell] += 1;
    }

    pub(super) fn add_amount(&mut self, cell: usize, amount: Option<i64>) {
        self.rows[cell] += 1;
        if let Some(amount) = amount {
            self.known[cell] += 1;
            self.sums[cell] = self.sums[cell].saturating_add(amount);
        }
    }

    /// Work for one row.
    pub(super) fn add_spent(&mut self, cell: usize, spent: &Spent) {
        self.rows[cell] += 1;
        self.known[cell] += u64::from(spent.cost_minor().is_some());
        self.spent[cell].plus(spent);
    }

    /// So many rows, with what they came to together.
    pub(super) fn add_rows(&mut self, cell: usize, rows: usize, amount: Option<i64>) {
        self.rows[cell] += rows as u64;
        if let Some(amount) = amount {
            self.known[cell] += rows as u64;
            self.sums[cell] = self.sums[cell].saturating_add(amount);
        }
    }

    /// A number that stands for itself.
    pub(super) fn give(&mut self, cell: usize, number: f64) {
        self.given[cell] = Some(number);
    }

    pub(super) fn add_days(&mut self, cell: usize, days: Option<i32>) {
        self.rows[cell] += 1;
        if let Some(days) = days {
            self.known[cell] += 1;
            if let Some(all) = self.days.get_mut(cell) {
                all.push(days);
            }
        }
    }

    pub(super) fn add_stay(&mut self, cell: usize, days: i32, ended: bool) {
        self.rows[cell] += 1;
        self.known[cell] += u64::from(ended);
        if let Some(stays) = self.stays.get_mut(cell) {
            stays.add(days, ended);
        }
    }

    pub(super) fn has_rows(&self, cell: usize) -> bool {
        self.rows[cell] > 0
    }

    /// What goes into the formula: major units of money; nothing where it can't be known.
    pub(super) fn value(&self, cell: usize, measure: &Measure, currency: Currency) -> Option<f64> {
        let (rows, known) = (self.rows[cell], self.known[cell]);
        match measure {
            Measure::Count => Some(rows as f64),
            Measure::Known(_) => Some(known as f64),
            Measure::Sum(number) => {
                let is_known = match number {
                    // A value that nobody told is left out, as in the reports; a cost that nobody knows
                    // makes the whole sum a guess.
                    Number::Value => rows == 0 || known > 0,
                    Number::Margin | Number::Cost => known == rows,
                    _ => true,
                };
                let scale = if number.is_money() {
                    currency.scale()
                } else {
                    1
                };
                let worked = self.spent.get(cell).and_then(Spent::cost_minor);
                let sum = self.sums[cell].saturating_add(worked.unwrap_or(0));
                is_known.then(|| sum as f64 / scale as f64)
            }
            Measure::Median(Number::StageDays) => self.stays[cell].estimate(0.5).map(f64::from),
            Measure::Median(_) => {
                let days = &self.days[cell];
                if days.len() < ENOUGH {
                    return None;
                }
                let mut sorted = days.clone();
                sorted.sort_unstable();
                quantile(&sorted, 0.5)
            }
            Measure::TargetOf(_) => self.given[cell],
        }
    }
}
