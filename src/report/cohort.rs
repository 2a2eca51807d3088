//! The walk over the deals of a cohort, those that first entered a stage in a period: `funnel` and the metrics
//! count along it.
//!
//! What is counted of a deal, from its first entry into the cohort's stage on:
//! - It has *entered* a stage when it has a visit to it. A stage it skipped it has not entered.
//! - It has *advanced* from a stage it entered when, later, it entered any later stage or was won.
//! - Where it has not advanced from, it is *lost* if the deal is lost, else it is *still in*. So a deal
//!   that went back and was lost there counts as lost from the furthest stage too: it was entered, and
//!   nothing came of it. Returning to a stage counts for nothing.
//!
//! Whether it was won or lost is the deal's state on the as-of date: a reopened deal is open.

use super::{Ask, Stages};
use crate::deal::book::{Book, Day, State};

/// Of a stage, while one deal is walked through.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Entered,
    Advanced,
}

/// A stage, as one deal came through it.
#[derive(Clone, Copy)]
pub(super) struct Step {
    mark: Mark,
    /// The first visit to it.
    first: usize,
}

/// What came of a deal in a stage it entered.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum End {
    Advanced,
    Lost,
    StillIn,
}

impl Step {
    /// Nothing where the deal has never been; else what came of it, and its first visit.
    pub(super) fn end(self, state: State) -> Option<(End, usize)> {
        let end = match (self.mark, state) {
            (Mark::Unseen, _) => return None,
            (Mark::Advanced, _) | (_, State::Won) => End::Advanced,
            (_, State::Lost) => End::Lost,
            (_, State::Open | State::Hold) => End::StillIn,
        };
        Some((end, self.first))
    }
}

/// One deal that is asked about.
pub(super) enum Walked<'a> {
    /// Opened in the period, and never in the cohort's stage.
    Elsewhere,
    /// Its opening or entry was never told.
    Untold,
    In {
        deal: usize,
        /// Into the cohort's stage.
        entered: Day,
        /// From the cohort's stage on, in selling order.
        steps: &'a [Step],
    },
}

/// One walk over the visits, which lie together deal by deal and in the order of time.
pub(super) fn walk(
    stages: &Stages,
    book: &Book,
    ask: &Ask,
    top: usize,
    mut each: impl FnMut(Walked<'_>),
) {
    const UNSEEN: Step = Step {
        mark: Mark::Unseen,
        first: 0,
    };
    let (deals, visits) = (&book.deals, &book.visits);
    let mut steps = vec![UNSEEN; stages.ranked - top];
    let mut next = 0;
    for deal in 0..deals.len() {
        let begin = next;
        while next < visits.len() && visits.deal[next] as usize == deal {
            next += 1;
        }
        if !ask.includes(deal) {
            continue;
        }
        let Some(first) =
            (begin..next).find(|visit| stages.rank(visits.stage[*visit]) == Some(top))
        else {
            if deals.opened[deal].is_some() && ask.within(deals.opened[deal]) {
                each(Walked::Elsewhere);
            }
            continue;
        };
        let (Some(_), Some(entered)) = (deals.opened[deal], visits.entered[first]) else {
            each(Walked::Untold);
            continue;
        };
        if !ask.within(Some(entered)) {
            continue;
        }

        steps.fill(UNSEEN);
        for visit in first..next {
            let Some(at) = stages
                .rank(visits.stage[visit])
                .and_then(|rank| rank.checked_sub(top))
            else {
                continue;
            };
            for step in &mut steps[..at] {
                if step.mark == Mark::Entered {
                    step.mark = Mark::Advanced;
                }
            }
            if steps[at].mark == Mark::Unseen {
                steps[at] = Step {
                    mark: Mark::Entered,
                    first: visit,
                };
            }
        }
        each(Walked::In {
            deal,
            entered,
            steps: &steps,
        });
    }
}
