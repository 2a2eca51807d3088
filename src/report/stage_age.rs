//! What became of deals that were as long in a stage: the share of them that was won.

use super::Stages;
use crate::deal::book::{Book, State};
use crate::statistics::{ENOUGH, Share};

/// The decided deals by stage, each with the days of its longest stay there.
pub(super) struct StageAges {
    /// By rank: days, the longest first, with how many of so many deals were won.
    stays: Vec<Vec<(i32, usize)>>,
}

impl StageAges {
    /// One walk over the visits, which lie together deal by deal.
    pub(super) fn of(stages: &Stages<'_>, book: &Book) -> Self {
        let visits = &book.visits;
        let mut longest: Vec<Option<i32>> = vec![None; stages.ranked];
        let mut found: Vec<Vec<(i32, bool)>> = vec![Vec::new(); stages.ranked];
        let mut next = 0;
        while next < visits.len() {
            let deal = visits.deal[next] as usize;
            let begin = next;
            while next < visits.len() && visits.deal[next] as usize == deal {
                next += 1;
            }
            let state = book.deals.state[deal];
            if state.is_open() {
                continue;
            }
            longest.fill(None);
            for visit in begin..next {
                let left = visits.left[visit].filter(|_| visits.ended(visit));
                let days = visits.entered[visit].zip(left);
                if let Some((rank, (entered, left))) = stages.rank(visits.stage[visit]).zip(days) {
                    longest[rank] = longest[rank].max(Some(left.since(entered).max(0)));
                }
            }
            for (stays, days) in found.iter_mut().zip(&longest) {
                stays.extend(days.map(|days| (days, state == State::Won)));
            }
        }
        let stays = found.into_iter().map(|mut stays| {
            stays.sort_unstable_by_key(|(days, _)| std::cmp::Reverse(*days));
            let mut won = 0;
            let counted = stays.into_iter().map(|(days, is_won)| {
                won += usize::from(is_won);
                (days, won)
            });
            counted.collect()
        });
        Self {
            stays: stays.collect(),
        }
    }

    /// Of the decided deals that stayed in a stage at least so long, the share that was won; nothing of
    /// fewer than [`ENOUGH`].
    pub(super) fn won_share(&self, rank: usize, days: i32) -> Option<Share> {
        let stays = self.stays.get(rank)?;
        let n = stays.partition_point(|(stayed, _)| *stayed >= days);
        if n < ENOUGH {
            return None;
        }
        Share::of(stays[n - 1].1, n)
    }
}
