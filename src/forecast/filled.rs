//! Fills the panel: one pass over the wins, one over the stays for what happened, one for what each week's snapshot sees.

use super::panel::{CHANGING, CLASSES, Group, Panel};
use super::past::{LOST, NO_WIN, UNTOLD, WON};
use super::sums::{BINS, EDGES};

impl Panel<'_, '_> {
    pub(super) fn sum_days(&mut self) {
        let begin = self.weeks[0] - 6;
        let mut daily = vec![[0.0; 4]; (self.past.as_of - begin + 2) as usize];
        for win in &self.past.wins {
            if win.day >= begin && win.day <= self.past.as_of {
                let day = &mut daily[(win.day - begin) as usize + 1];
                day[0] += 1.0;
                day[1] += win.value;
                day[2] += win.before;
                day[3] += win.value * win.value;
            }
        }
        let mut before = [0.0; 4];
        for day in &mut daily {
            for (sum, before) in day.iter_mut().zip(&mut before) {
                *before += *sum;
                *sum = *before;
            }
        }
        self.daily = daily;
        for t in 0..self.weeks.len() {
            let day = self.weeks[t];
            let [number, value, ..] = self.won(day, day + self.days);
            (self.actual_wins[t], self.actual[t]) = (number, value);
        }
    }

    /// Days at risk and events, by the week in which they were. A stay is at risk on the days after it was entered
    /// up to the day it is left, and for one day when that is the same.
    pub(super) fn sum_events(&mut self) {
        let past = self.past;
        let begin = self.weeks[0] - 6;
        let days = (past.as_of - begin + 1) as usize;
        // By cell and day: how many more are at risk than on the day before.
        let mut at_risk = vec![0_i32; self.cells * (days + 1)];
        for visit in &past.visits {
            let stage = usize::from(visit.stage);
            let until = if visit.left == visit.entered {
                visit.entered + 1
            } else {
                visit.left
            }
            .min(past.as_of);
            let from = (visit.entered + 1).max(self.first_close).max(begin);
            let mut at = self.bin((from - 1 - visit.entered).max(0));
            let mut day = from;
            while day <= until {
                let upper = EDGES
                    .get(at + 1)
                    .map_or(until, |edge| until.min(visit.entered.saturating_add(*edge)));
                if upper >= day {
                    let row = &mut at_risk[(stage * BINS + at) * (days + 1)..][..=days];
                    row[(day - begin) as usize] += 1;
                    row[(upper - begin) as usize + 1] -= 1;
                }
                day = upper + 1;
                at += 1;
            }
            if visit.left <= past.as_of
                && visit.next != UNTOLD
                && let Some(week) = self.week(visit.left)
            {
                let cell = self.cell(visit.stage, (visit.left - 1 - visit.entered).max(0));
                match visit.next {
                    WON => self.wins.add(week, cell, 1.0),
                    LOST => self.losses.add(week, cell, 1.0),
                    next => {
                        self.moves
                            .add(week, cell * past.stages + usize::from(next), 1.0);
                    }
                }
            }
            if visit.end <= past.as_of
                && let Some(week) = self.week(visit.end)
            {
                self.closed.add(week, stage, 1.0);
                if visit.win != NO_WIN {
                    self.closed_won.add(week, stage, 1.0);
                }
            }
        }
        for (cell, row) in at_risk.chunks_exact(days + 1).enumerate() {
            let mut open = 0_i64;
            for (week, days) in row[..days].chunks(7).enumerate() {
                let mut sum = 0_i64;
                for more in days {
                    open += i64::from(*more);
                    sum += open;
                }
                self.exposure.add(week, cell, sum as f64);
            }
        }
    }

    /// What is open in each week, week by week: those that came since the last, without those that left.
    pub(super) fn sum_snapshots(&mut self) {
        let past = self.past;
        let mut by_week: Vec<Vec<Stay>> = vec![Vec::new(); self.weeks.len()];
        self.classes.reserve_exact(past.visits.len());
        let mut last_worth = (f64::NAN.to_bits(), 0);
        for (at, visit) in (0_u32..).zip(&past.visits) {
            let mut class = 0;
            if let Some((from, last)) = self.seen(visit) {
                class = CHANGING;
                if past.has_one_worth(visit) {
                    let (worth, _) = past.worth(visit.deal, visit.entered);
                    // Mostly the same as of the deal's stay before, and a logarithm takes its time.
                    if worth.to_bits() != last_worth.0 {
                        last_worth = (worth.to_bits(), self.value_class(worth));
                    }
                    class = last_worth.1;
                }
                by_week[from].push(Stay {
                    at,
                    entered: visit.entered,
                    last: last as u32,
                    won: (visit.win != NO_WIN).then_some((visit.end, visit.win)),
                    stage: visit.stage,
                    class,
                });
            }
            self.classes.push(class);
        }
        let mut open: Vec<Stay> = Vec::new();
        let mut counts = vec![(0_u32, 0_u32); self.cells * CLASSES];
        let mut touched: Vec<u32> = Vec::new();
        for (t, came) in by_week.into_iter().enumerate() {
            let day = self.weeks[t];
            open.retain(|stay| stay.last as usize >= t);
            open.extend(came);
            for stay in &open {
                let cell = self.cell(stay.stage, day - stay.entered);
                let class = match stay.class {
                    CHANGING => self.class(stay.at as usize, day),
                    class => class,
                };
                let place = cell * CLASSES + usize::from(class);
                let count = &mut counts[place];
                if count.0 == 0 {
                    touched.push(place as u32);
                }
                count.0 += 1;
                if let Some((end, win)) = stay.won
                    && end - day <= self.days
                {
                    count.1 += 1;
                    self.actual_open[t] += past.wins[win as usize].value;
                    self.actual_open_wins[t] += 1.0;
                }
            }
            touched.sort_unstable();
            for at in touched.drain(..) {
                let (open, won) = std::mem::take(&mut counts[at as usize]);
                let cell = at as usize / CLASSES;
                self.open.add(t, cell, f64::from(open));
                self.open_won.add(t, cell, f64::from(won));
                self.groups.push(Group {
                    cell: cell as u32,
                    class: (at as usize % CLASSES) as u16,
                    open,
                    won,
                });
            }
            self.group_begins.push(self.groups.len());
        }
    }
}

/// What the snapshots of a stay need, side by side in memory.
#[derive(Clone, Copy, Debug)]
struct Stay {
    /// Which of the past's visits.
    at: u32,
    entered: i32,
    /// Last week that sees it.
    last: u32,
    /// Day of the win it ends in, and which.
    won: Option<(i32, u32)>,
    stage: u16,
    class: u16,
}
