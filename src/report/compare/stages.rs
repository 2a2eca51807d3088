//! Stage by stage: how far the deals of each side came, how long they took, what was done for them.

use super::super::cohort::{End, Walked, walk};
use super::super::durations::stay;
use super::super::{Ask, Stages};
use super::practice::FALSE_SHARE;
use super::whom::Sides;
use crate::deal::book::{Book, Day};
use crate::statistics::{Share, Survival, Trials, benjamini_hochberg, equal_rates};

/// One side in one stage.
#[derive(Clone, Default)]
pub(super) struct Passed {
    pub(super) entered: usize,
    pub(super) advanced: usize,
    pub(super) lost: usize,
    pub(super) still_in: usize,
    pub(super) days: Survival,
    /// Done while a deal of the cohort was in the stage.
    pub(super) activities: usize,
}

impl Passed {
    pub(super) fn resolved(&self) -> Option<Share> {
        Share::of(self.advanced, self.advanced + self.lost)
    }

    pub(super) fn activities_per_deal(&self) -> Option<f64> {
        (self.entered > 0).then(|| self.activities as f64 / self.entered as f64)
    }
}

/// By stage of the process, then by side: deals that first entered the first stage in the period.
pub(super) fn stages(stages: &Stages, book: &Book, ask: &Ask, sides: &Sides) -> Vec<Vec<Passed>> {
    let mut passed = vec![vec![Passed::default(); sides.sides.len()]; stages.ranked];
    let mut side_of: Vec<Option<u32>> = vec![None; book.deals.len()];
    let today = Day::of(book.as_of);
    walk(stages, book, ask, 0, |walked| {
        let Walked::In { deal, steps, .. } = walked else {
            return;
        };
        let Some(side) = book.deals.owner[deal].and_then(|owner| sides.of[owner as usize]) else {
            return;
        };
        side_of[deal] = Some(side as u32);
        for (rank, step) in steps.iter().enumerate() {
            let Some((end, first)) = step.end(book.deals.state[deal]) else {
                continue;
            };
            let passed = &mut passed[rank][side];
            passed.entered += 1;
            match end {
                End::Advanced => passed.advanced += 1,
                End::Lost => passed.lost += 1,
                End::StillIn => passed.still_in += 1,
            }
            if let Some((days, ended)) = stay(book, first, today) {
                passed.days.add(days, ended);
            }
        }
    });
    let starts = starts(book);
    let done = &book.activities;
    for i in 0..done.len() {
        let Some(deal) = done.deal[i].map(|deal| deal as usize) else {
            continue;
        };
        if let Some(side) = side_of[deal]
            && let Some(stage) = stage_on(book, starts[deal]..starts[deal + 1], done.day[i])
            && let Some(rank) = stages.rank(stage)
        {
            passed[rank][side as usize].activities += 1;
        }
    }
    passed
}

/// By deal: where its visits begin; one more for the end.
fn starts(book: &Book) -> Vec<usize> {
    let mut starts = Vec::with_capacity(book.deals.len() + 1);
    let mut next = 0;
    for deal in 0..=book.deals.len() {
        while book
            .visits
            .deal
            .get(next)
            .is_some_and(|of| (*of as usize) < deal)
        {
            next += 1;
        }
        starts.push(next);
    }
    starts
}

/// The stage a deal was in on a day, the later one of a day on which it moved.
fn stage_on(book: &Book, visits: std::ops::Range<usize>, day: Day) -> Option<u16> {
    let visits_to = &book.visits;
    let mut visits = visits.rev();
    let at = visits.find(|visit| {
        visits_to.entered[*visit].is_some_and(|entered| entered <= day)
            && visits_to.left[*visit].is_none_or(|left| day <= left)
    })?;
    Some(visits_to.stage[at])
}

/// Stages in which the sides differ by more than chance, allowing for how many are looked at.
pub(super) fn differing(passed: &[Vec<Passed>]) -> Vec<usize> {
    let tests = passed.iter().map(|sides| {
        let trials: Vec<Trials> = sides
            .iter()
            .map(|side| Trials::new(side.advanced, side.advanced + side.lost))
            .collect();
        equal_rates(&trials).map_or(1.0, |test| test.p)
    });
    let p: Vec<f64> = tests.collect();
    let rejected = benjamini_hochberg(&p, FALSE_SHARE).rejected;
    (0..p.len()).filter(|rank| rejected[*rank]).collect()
}
