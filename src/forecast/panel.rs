//! The past seen once a week: sums by week, stage and age in the stage.
//!
//! One pass over the stays makes them. A method asks for the sums of the weeks whose horizon is over on its origin
//! ([`Panel::last_over`]), and so sees nothing later; its cost does not depend on how many deals there are.

use super::WorthBy;
use super::past::{NEVER, NO_WIN, Past, Visit};
use super::season::month;
use super::sums::{BINS, EDGES, Sums, bin, cell};

/// Ages from here on are one.
pub(super) const OLDEST: usize = 600;
/// Twenty years.
const MOST_WEEKS: i32 = 1_040;
/// Classes of values: [`Panel::value_class`].
pub(super) const CLASSES: usize = 160;
/// In [`Panel::classes`]: its value changes while it is in the stay.
pub(super) const CHANGING: u16 = u16::MAX;

/// Open deals of a week that the logistic takes for alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) cell: u32,
    pub(super) class: u16,
    pub(super) open: u32,
    /// Of them won within the horizon.
    pub(super) won: u32,
}

/// An open deal on the day of a snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) deal: u32,
    pub(super) stage: u16,
    pub(super) age: i32,
    pub(super) worth: f64,
    pub(super) by: WorthBy,
    /// Won within the horizon.
    pub(super) won: bool,
}

impl Row {
    pub(super) fn cell(&self) -> usize {
        cell(self.stage, self.age)
    }
}

#[derive(Debug)]
pub struct Panel<'p, 'b> {
    pub(super) past: &'p Past<'b>,
    /// The horizon.
    pub(super) days: i32,
    /// Days of the snapshots, the last of them the as-of day.
    pub(super) weeks: Vec<i32>,
    /// Stage × age bin.
    pub(super) cells: usize,
    /// Open deals, and those of them that were won within the horizon.
    pub(super) open: Sums,
    pub(super) open_won: Sums,
    /// Days at risk in a cell, and what happened there; by the week in which it did.
    pub(super) exposure: Sums,
    pub(super) wins: Sums,
    pub(super) losses: Sums,
    /// By cell and the stage that was entered.
    pub(super) moves: Sums,
    /// Stays of deals that were closed, by stage, and those that were in deals won.
    pub(super) closed: Sums,
    pub(super) closed_won: Sums,
    pub(super) groups: Vec<Group>,
    pub(super) group_begins: Vec<usize>,
    /// By week: won within the horizon from what was open, and in all; value and number.
    pub(super) actual_open: Vec<f64>,
    pub(super) actual_open_wins: Vec<f64>,
    pub(super) actual: Vec<f64>,
    pub(super) actual_wins: Vec<f64>,
    /// First week whose snapshot is complete: from the day before the first deal was closed.
    pub(super) first: usize,
    pub(super) first_close: i32,
    pub(super) classes: Vec<u16>,
    /// Sums over wins before each of the days from the first week on: number, value, value before, square of value.
    pub(super) daily: Vec<[f64; 4]>,
    /// Last bin by age.
    bins: Vec<u8>,
}

impl<'p, 'b> Panel<'p, 'b> {
    /// `days`: how far a forecast looks ahead.
    pub fn new(past: &'p Past<'b>, days: i32) -> Self {
        let as_of = past.as_of;
        let entered = past.visits.iter().map(|visit| visit.entered).min();
        let first_win = past.wins.first().map(|win| win.day);
        let first_close = first_win
            .into_iter()
            .chain(past.losses.first().copied())
            .min();
        let begin = entered.into_iter().chain(first_close).min();
        let begin = begin.unwrap_or(as_of).max(as_of - 7 * MOST_WEEKS);
        let count = (as_of - begin).max(0) / 7 + 1;
        let weeks: Vec<i32> = (0..count).rev().map(|k| as_of - 7 * k).collect();
        let first_close = first_close.unwrap_or(as_of + 1);
        let (t, cells) = (weeks.len(), past.stages * BINS);
        let mut panel = Self {
            past,
            days,
            cells,
            open: Sums::new(t, cells),
            open_won: Sums::new(t, cells),
            exposure: Sums::new(t, cells),
            wins: Sums::new(t, cells),
            losses: Sums::new(t, cells),
            moves: Sums::new(t, cells * past.stages),
            closed: Sums::new(t, past.stages),
            closed_won: Sums::new(t, past.stages),
            groups: Vec::new(),
            group_begins: vec![0],
            actual_open: vec![0.0; t],
            actual_open_wins: vec![0.0; t],
            actual: vec![0.0; t],
            actual_wins: vec![0.0; t],
            first: weeks.partition_point(|day| *day < first_close - 1),
            first_close,
            classes: Vec::new(),
            daily: Vec::new(),
            bins: (0..EDGES[BINS - 1]).map(|age| bin(age) as u8).collect(),
            weeks,
        };
        panel.sum_days();
        panel.sum_events();
        panel.sum_snapshots();
        for sums in [
            &mut panel.open,
            &mut panel.open_won,
            &mut panel.exposure,
            &mut panel.wins,
            &mut panel.losses,
            &mut panel.moves,
            &mut panel.closed,
            &mut panel.closed_won,
        ] {
            sums.add_up();
        }
        panel
    }

    /// Last week whose horizon is over on the day of week `t`.
    pub(super) fn last_over(&self, t: usize) -> Option<usize> {
        t.checked_sub(self.days.div_euclid(7) as usize + usize::from(self.days % 7 != 0))
    }

    /// The weeks among the last `most` whose horizon is over on the day of week `t`.
    pub(super) fn over(&self, t: usize, most: usize) -> Option<std::ops::Range<usize>> {
        let last = self.last_over(t)?;
        let from = (last + 1).saturating_sub(most).max(self.first);
        (from <= last).then_some(from..last + 1)
    }

    /// The week in which a day is: the first whose snapshot sees it; `None` after the as-of day and before all.
    pub(super) fn week(&self, day: i32) -> Option<usize> {
        let back = (self.past.as_of - day).div_euclid(7);
        let last = self.weeks.len() as i32 - 1;
        (day <= self.past.as_of && back <= last).then(|| (last - back) as usize)
    }

    /// First and last week whose snapshots see a stay.
    pub(super) fn seen(&self, visit: &Visit) -> Option<(usize, usize)> {
        let begin = self.weeks[0];
        let from = (visit.entered - begin + 6).div_euclid(7).max(0) as usize;
        let last = if visit.left == NEVER {
            self.weeks.len() - 1
        } else {
            let last = (visit.left - 1 - begin).div_euclid(7);
            usize::try_from(last).ok()?.min(self.weeks.len() - 1)
        };
        (from <= last).then_some((from, last))
    }

    pub(super) fn bin(&self, age: i32) -> usize {
        self.bins
            .get(age as usize)
            .map_or(BINS - 1, |bin| usize::from(*bin))
    }

    pub(super) fn cell(&self, stage: u16, age: i32) -> usize {
        usize::from(stage) * BINS + self.bin(age)
    }

    /// Values whose logarithm is the same to a quarter, on a grid that depends on no other value.
    pub(super) fn value_class(&self, worth: f64) -> u16 {
        let class = (4.0 * (worth.max(0.0) / self.past.scale).ln_1p()).round();
        (class as u16).min(CLASSES as u16 - 1)
    }

    /// The class of a deal's value on the day of a snapshot that sees the stay.
    pub(super) fn class(&self, at: usize, day: i32) -> u16 {
        match self.classes[at] {
            CHANGING => self.value_class(self.past.worth(self.past.visits[at].deal, day).0),
            class => class,
        }
    }

    /// Number, value, value before and square of value of the wins after a day up to and with another.
    pub(super) fn won(&self, after: i32, to: i32) -> [f64; 4] {
        let place = |day: i32| {
            let at = (i64::from(day) - i64::from(self.weeks[0]) + 7).max(0) as usize;
            self.daily[at.min(self.daily.len() - 1)]
        };
        let (a, b) = (place(after), place(to));
        std::array::from_fn(|i| b[i] - a[i])
    }

    /// Month of the fiscal quarter in which a day is: 0, 1 or 2.
    pub(super) fn month_of_quarter(&self, day: i32) -> usize {
        ((month(day) + 13 - self.past.fiscal_month as i32).rem_euclid(3)) as usize
    }

    /// Stays that the snapshots of some weeks see, each in the order of the deals; the weeks rise.
    pub(super) fn seen_in(&self, weeks: &[usize]) -> Vec<Vec<u32>> {
        let mut seen: Vec<Vec<u32>> = weeks
            .iter()
            .map(|week| Vec::with_capacity(self.count(*week)))
            .collect();
        let (Some(first), Some(end)) = (weeks.first(), weeks.last()) else {
            return seen;
        };
        let (begin, end) = (self.weeks[*first], self.weeks[*end]);
        for (at, visit) in (0_u32..).zip(&self.past.visits) {
            if visit.entered <= end
                && visit.left > begin
                && let Some((from, last)) = self.seen(visit)
            {
                let begin = weeks.partition_point(|week| *week < from);
                let those = weeks[begin..].iter().zip(&mut seen[begin..]);
                for (_, seen) in those.take_while(|(week, _)| **week <= last) {
                    seen.push(at);
                }
            }
        }
        seen
    }

    /// What was open on the day of week `t`: of the stays that its snapshot sees.
    pub(super) fn rows(&self, t: usize, seen: &[u32]) -> Vec<Row> {
        let day = self.weeks[t];
        let visits = seen.iter().map(|at| &self.past.visits[*at as usize]);
        visits
            .map(|visit| {
                let (worth, by) = self.past.worth(visit.deal, day);
                Row {
                    deal: visit.deal,
                    stage: visit.stage,
                    age: day - visit.entered,
                    worth,
                    by,
                    won: self.is_won(visit, day),
                }
            })
            .collect()
    }

    /// How many were open on the day of week `t`.
    pub(super) fn count(&self, t: usize) -> usize {
        self.groups(t).iter().map(|group| group.open as usize).sum()
    }

    pub(super) fn groups(&self, t: usize) -> &[Group] {
        &self.groups[self.group_begins[t]..self.group_begins[t + 1]]
    }

    /// Whether a deal that is in a stay is won within the horizon.
    pub(super) fn is_won(&self, visit: &Visit, day: i32) -> bool {
        visit.win != NO_WIN && visit.end - day <= self.days
    }
}
