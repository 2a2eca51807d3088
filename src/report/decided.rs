//! The deals that were won or lost in the period, laid side by side: what is tested against the result.

use super::Ask;
use super::win_rate::decided;
use crate::deal::book::{Book, Day};
use crate::process::Process;

/// The deals that were won or lost in the period.
pub(super) struct Decided {
    /// By deal of the Book: its place here.
    place: Vec<u32>,
    pub(super) deals: Vec<u32>,
    pub(super) won: Vec<bool>,
    pub(super) opened: Vec<Option<Day>>,
    pub(super) closed: Vec<Option<Day>>,
}

const NOWHERE: u32 = u32::MAX;

impl Decided {
    pub(super) fn new(book: &Book, ask: &Ask) -> Self {
        let mut all = Self {
            place: vec![NOWHERE; book.deals.len()],
            deals: Vec::new(),
            won: Vec::new(),
            opened: Vec::new(),
            closed: Vec::new(),
        };
        for deal in 0..book.deals.len() {
            if let Some(won) = decided(book, ask, deal) {
                all.place[deal] = all.deals.len() as u32;
                all.deals.push(deal as u32);
                all.won.push(won);
                all.opened.push(book.deals.opened[deal]);
                all.closed.push(book.deals.closed[deal]);
            }
        }
        all
    }

    pub(super) fn len(&self) -> usize {
        self.deals.len()
    }

    pub(super) fn at(&self, deal: u32) -> Option<usize> {
        let place = self.place[deal as usize];
        (place != NOWHERE).then_some(place as usize)
    }

    /// Whether a day is not after the close. What was logged for a deal later says nothing of how it was won.
    pub(super) fn in_life(&self, at: usize, day: Day) -> bool {
        self.closed[at].is_none_or(|closed| day <= closed)
    }

    /// Whether it was known before the day on which the deal was closed: that day itself tells no order.
    pub(super) fn before_close(&self, at: usize, day: Day) -> bool {
        self.closed[at].is_some_and(|closed| day < closed)
    }

    /// By stage of the process and decided deal: the day it first entered it.
    pub(super) fn entries(&self, process: &Process, book: &Book) -> Vec<Vec<Option<Day>>> {
        let mut entered = vec![vec![None; self.len()]; process.stages.len()];
        let ranks: Vec<Option<usize>> = book
            .stages
            .iter()
            .map(|name| process.stage_index(name))
            .collect();
        let visits = &book.visits;
        for i in 0..visits.len() {
            if let Some(at) = self.at(visits.deal[i])
                && let Some(rank) = ranks[usize::from(visits.stage[i])]
            {
                entered[rank][at] = entered[rank][at].or(visits.entered[i]);
            }
        }
        entered
    }
}
