//! What left which stage how, now and before: one walk over the visits, then counts by group.

use chrono::Datelike;

use super::super::group::Groups;
use super::super::{Ask, Stages, durations};
use super::verdict::Group;
use crate::deal::book::{Book, Day, Left, State};
use crate::document::Period;
use crate::process::Process;
use crate::statistics::{Survival, Trials};

/// A deal that left a stage for good: forward, or lost. Each counts once a stage and period, as it left it last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved {
    pub(super) deal: u32,
    /// Rank of the stage.
    pub(super) step: u16,
    pub(super) advanced: bool,
    pub(super) before: bool,
    /// Month of the fiscal quarter, from 0.
    pub(super) month: u8,
}

/// All of them, in the order of their deals.
pub(super) struct Events {
    pub(super) list: Vec<Resolved>,
    /// Deals that left a stage on a day that was never told.
    pub(super) untold: usize,
}

impl Events {
    pub(super) fn read(
        process: &Process,
        book: &Book,
        ask: &Ask,
        stages: &Stages,
        (now, before): (Period, Option<Period>),
    ) -> Self {
        let (deals, visits) = (&book.deals, &book.visits);
        let mut events = Self {
            list: Vec::new(),
            untold: 0,
        };
        // By stage: what the deal did there last, now and before.
        let mut last: Vec<[Option<(bool, u8)>; 2]> = vec![[None; 2]; stages.ranked];
        let mut next = 0;
        for deal in 0..deals.len() {
            let begin = next;
            while next < visits.len() && visits.deal[next] as usize == deal {
                next += 1;
            }
            if !ask.includes(deal) {
                continue;
            }
            let mut untold = false;
            for visit in begin..next {
                let advanced = match visits.how[visit] {
                    Left::Advanced | Left::Won => true,
                    Left::Lost => false,
                    Left::Still | Left::Back | Left::Moved => continue,
                };
                let Some(step) = stages.rank(visits.stage[visit]) else {
                    continue;
                };
                // The end of a deal is the end of its last visit.
                let end = (visits.how[visit] != Left::Advanced).then(|| deals.closed[deal]);
                let Some(day) = visits.left[visit].or(end.flatten()) else {
                    untold = true;
                    continue;
                };
                let date = day.date();
                let month = (12 + date.month() - process.fiscal_month) % 3;
                if now.contains(date) {
                    last[step][0] = Some((advanced, month as u8));
                } else if before.is_some_and(|before| before.contains(date)) {
                    last[step][1] = Some((advanced, month as u8));
                }
            }
            events.untold += usize::from(untold);
            for (step, left) in last.iter_mut().enumerate() {
                for (before, left) in left.iter_mut().enumerate() {
                    if let Some((advanced, month)) = left.take() {
                        events.list.push(Resolved {
                            deal: deal as u32,
                            step: step as u16,
                            advanced,
                            before: before == 1,
                            month,
                        });
                    }
                }
            }
        }
        events
    }

    /// By step and group: the counts.
    pub(super) fn by(&self, groups: &Groups<'_>, steps: usize) -> Vec<Vec<Group>> {
        let mut counts = vec![vec![Group::default(); groups.len()]; steps];
        for event in &self.list {
            let group = groups.of[event.deal as usize] as usize;
            let group = &mut counts[usize::from(event.step)][group];
            let trials = if event.before {
                &mut group.before
            } else {
                &mut group.now
            };
            trials.add(event.advanced);
        }
        counts
    }

    /// By step and month of the quarter: the counts of now.
    pub(super) fn by_month(&self, steps: usize) -> Vec<[Trials; 3]> {
        let mut counts = vec![[Trials::default(); 3]; steps];
        for event in self.list.iter().filter(|event| !event.before) {
            counts[usize::from(event.step)][usize::from(event.month)].add(event.advanced);
        }
        counts
    }

    /// By step: of the deals that advanced from it and are decided since, those that were won.
    pub(super) fn won_afterwards(&self, book: &Book, steps: usize) -> Vec<Trials> {
        let mut counts = vec![Trials::default(); steps];
        for event in self.list.iter().filter(|event| event.advanced) {
            match book.deals.state[event.deal as usize] {
                State::Won => counts[usize::from(event.step)].add(true),
                State::Lost => counts[usize::from(event.step)].add(false),
                State::Open | State::Hold => {}
            }
        }
        counts
    }
}

/// By step and group: how long the visits that began in the period lasted.
pub(super) fn stays(
    book: &Book,
    ask: &Ask,
    stages: &Stages,
    now: Period,
    groups: &Groups<'_>,
) -> Vec<Vec<Survival>> {
    let visits = &book.visits;
    let today = Day::of(book.as_of);
    let mut lengths = vec![vec![Survival::default(); groups.len()]; stages.ranked];
    for visit in 0..visits.len() {
        let deal = visits.deal[visit] as usize;
        let begun = visits.entered[visit].is_some_and(|day| now.contains(day.date()));
        if !begun || !ask.includes(deal) {
            continue;
        }
        let Some(step) = stages.rank(visits.stage[visit]) else {
            continue;
        };
        if let Some((days, ended)) = durations::stay(book, visit, today) {
            lengths[step][groups.of[deal] as usize].add(days, ended);
        }
    }
    lengths
}
