//! Sums by week, and the bins of ages that they are made by.

/// Ages in days at which a bin begins.
pub(super) const EDGES: [i32; 17] = [
    0, 2, 4, 8, 15, 22, 31, 46, 61, 76, 91, 121, 151, 181, 271, 366, 546,
];
pub(super) const BINS: usize = EDGES.len();
/// Sums of something over the weeks, `width` of them: row `t` has those of the weeks before `t`.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) width: usize,
    rows: Vec<f64>,
}

impl Sums {
    pub(super) fn new(weeks: usize, width: usize) -> Self {
        Self {
            width,
            rows: vec![0.0; (weeks + 1) * width],
        }
    }

    /// Adds to a week, before [`Sums::add_up`].
    pub(super) fn add(&mut self, week: usize, at: usize, what: f64) {
        self.rows[(week + 1) * self.width + at] += what;
    }

    pub(super) fn add_up(&mut self) {
        for at in self.width..self.rows.len() {
            self.rows[at] += self.rows[at - self.width];
        }
    }

    /// Of the weeks `from..to`.
    pub(super) fn at(&self, from: usize, to: usize, at: usize) -> f64 {
        self.rows[to * self.width + at] - self.rows[from * self.width + at]
    }
}

/// The bin of an age.
pub(super) fn bin(age: i32) -> usize {
    EDGES.partition_point(|edge| *edge <= age).max(1) - 1
}

pub(super) fn cell(stage: u16, age: i32) -> usize {
    usize::from(stage) * BINS + bin(age)
}
