//! `least-loaded`: every deal to the rep whom it leaves with the least to do.
//!
//! Think of each rep as a row of free slots, the k-th labelled with the load they have once it is filled:
//! (open + k) ÷ capacity. Labels rise along a row, so the n smallest labels of all rows are the first slots of
//! each row, and a heap finds them one by one. No other choice of n slots leaves a smaller largest load, nor
//! a smaller second largest, and so on: of any other choice, some filled slot has a label that is no smaller
//! than that of an unfilled one, and moving that deal there makes the loads no worse. Where two labels are
//! equal, whoever had more before (the one with the larger capacity) gets it, since the other's old load, the
//! one that stays in the list, is then the smaller. The tests compare this with every possible answer.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::Seat;

/// What a rep has to do: a share of their capacity, or a plain number of deals.
///
/// A share and a number can't be compared. As soon as one of those who may be given a deal has no capacity,
/// everybody's load is the number of their open deals; a capacity then is a limit and nothing else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    deals: u64,
    of: u64,
}

impl Load {
    /// `of` is never zero: whoever has no capacity has no room either, and is not asked.
    pub(super) fn after(seat: &Seat, more: u64, plain: bool) -> Self {
        let of = seat.capacity.filter(|_| !plain).map_or(1, u64::from);
        Self {
            deals: u64::from(seat.open) + more,
            of: of.max(1),
        }
    }

    /// As a whole number that keeps the order, for sums: two different shares of capacities below 65,536
    /// differ by more than its last digit.
    pub(super) fn scaled(self) -> i128 {
        (i128::from(self.deals) << 32) / i128::from(self.of)
    }
}

impl Ord for Load {
    fn cmp(&self, other: &Self) -> Ordering {
        let mine = u128::from(self.deals) * u128::from(other.of);
        mine.cmp(&(u128::from(other.deals) * u128::from(self.of)))
    }
}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Load {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Load {}

/// Whether loads are plain numbers here: see [`Load`].
pub(super) fn is_plain(seats: &[&Seat]) -> bool {
    seats
        .iter()
        .any(|seat| !seat.absent && seat.capacity.is_none())
}

pub(super) fn least_loaded(seats: &[&Seat], deals: usize) -> Vec<usize> {
    let plain = is_plain(seats);
    let slot = |at: usize, nth: u64| {
        let after = Load::after(seats[at], nth, plain);
        let before = Load::after(seats[at], nth - 1, plain);
        Reverse((after, Reverse(before), at, nth))
    };
    let mut free: BinaryHeap<_> = (0..seats.len())
        .filter(|at| seats[*at].room(deals) > 0)
        .map(|at| slot(at, 1))
        .collect();
    let mut given = Vec::with_capacity(deals);
    while given.len() < deals {
        let Some(Reverse((_, _, at, nth))) = free.pop() else {
            break;
        };
        given.push(at);
        if (nth as usize) < seats[at].room(deals) {
            free.push(slot(at, nth + 1));
        }
    }
    given
}
