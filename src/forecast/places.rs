//! Where values of deals are that are kept one after another.

use crate::deal::book::Day;

/// Where the dated values of each deal begin.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<u32>);

impl Places {
    /// Of values that belong to these, which are in order.
    pub(super) fn new(of: &[u32], deals: usize) -> Self {
        let mut begins = vec![0_u32; deals + 1];
        for deal in of {
            begins[*deal as usize + 1] += 1;
        }
        for deal in 0..deals {
            begins[deal + 1] += begins[deal];
        }
        Self(begins)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of_deal(&self, deal: u32) -> std::ops::Range<usize> {
        match self.0.get(deal as usize..deal as usize + 2) {
            Some(range) => range[0] as usize..range[1] as usize,
            None => 0..0,
        }
    }

    pub(super) fn of<'d>(&self, days: &'d [Day], deal: u32) -> &'d [Day] {
        &days[self.of_deal(deal)]
    }

    /// The last value that was told by a day.
    pub(super) fn last(&self, days: &[Day], deal: u32, day: i32) -> Option<usize> {
        let range = self.of_deal(deal);
        range.rev().find(|at| days[*at].number() <= day)
    }
}
