//! The counts of one aggregate, by cell.

use crate::money::Currency;
use crate::process::{Measure, Number};
use crate::report::statistics::{ENOUGH, Survival, quantile};

pub(super) struct Tally {
    rows: Vec<u64>,
    /// Of which the number is known.
    known: Vec<u64>,
    sums: Vec<i64>,
    days: Vec<Vec<i32>>,
    stays: Vec<Survival>,
    /// What the sums are divided by.
    per: i64,
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
            per: 1,
        }
    }

    /// Amounts that are added are so many times too large.
    pub(super) fn in_parts_of(self, per: i64) -> Self {
        Self { per, ..self }
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
                is_known.then(|| self.sums[cell] as f64 / (self.per * scale) as f64)
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
            Measure::TargetOf(_) => (known > 0).then(|| self.sums[cell] as f64 / self.per as f64),
        }
    }
}
