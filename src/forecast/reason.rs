//! Why a deal's chance is what it is, in words: how it stands against deals that were won.
//!
//! A chance comes of a method; what a rep can act on is what is unusual about the deal.

use std::collections::HashMap;

use super::DealOutlook;
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::process::Process;
use crate::statistics::{ENOUGH, quantile};

/// What it reads beside the forecast.
pub const REASON: Needs = Needs::of(
    Columns::STAGE
        .and(Columns::VISITS)
        .and(Columns::CLOSED)
        .and(Columns::HOLD)
        .and(Columns::FOLLOW_UPS)
        .and(Columns::TOUCHED),
);

/// Stays of fewer won deals than this have no ninth decile but their longest.
const ENOUGH_STAYS: usize = 10;
/// A deal of which nothing was noted for so many days is idle.
const IDLE: i32 = 14;
/// A value is unusual from so many times what deals are won for, or below one part in so many.
const UNUSUAL: f64 = 2.0;

/// How long won deals stayed in one stage, and how long it was from there to the win.
#[derive(Clone, Debug, Default)]
struct Stays {
    /// Days in the stage, and from entering it to the win; by the first, the longest first.
    won: Vec<(i32, i32)>,
    median: Option<i32>,
    p90: Option<i32>,
}

/// What is usual of deals that were won.
#[derive(Clone, Debug)]
pub struct Usual {
    /// By stage of the Book.
    stays: Vec<Stays>,
    /// Median of what deals were won for lately, minor units.
    value_minor: Option<f64>,
    /// By deal, when its next step is due.
    next_steps: Vec<Option<Day>>,
    /// Median days still to go, by stage and days in it.
    left: HashMap<(u16, i32), Option<i32>>,
}

/// What there is to say about the chance of one deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Title of the stage, and whole days in it.
    pub stage: Option<(String, Option<i32>)>,
    /// Days within which half of the won deals had left it, and nine of ten.
    pub usual_days: Option<(i32, i32)>,
    /// Its worth in times of what deals are won for at the median.
    pub times_usual_value: Option<f64>,
    pub on_hold: bool,
    /// Days since it was expected to close.
    pub close_passed_days: Option<i32>,
    /// When its next step is due.
    pub next_step: Option<Day>,
    /// Days by which that is overdue.
    pub overdue_days: Option<i32>,
    /// Days since anything was noted of it.
    pub idle_days: Option<i32>,
}

impl Usual {
    /// One walk over the visits; of several stays of a deal in a stage the longest counts. `won_values` as in
    /// [`super::Outlook::won_values`].
    pub fn of(book: &Book, won_values: &[f64]) -> Self {
        let visits = &book.visits;
        let mut longest: HashMap<(u32, u16), (i32, i32)> = HashMap::new();
        for visit in 0..visits.len() {
            let deal = visits.deal[visit];
            if book.deals.state[deal as usize] != State::Won {
                continue;
            }
            let left = visits.left[visit].filter(|_| visits.ended(visit));
            let days = visits.entered[visit].zip(left);
            let Some(((entered, left), closed)) = days.zip(book.deals.closed[deal as usize]) else {
                continue;
            };
            let stay = (left.since(entered).max(0), closed.since(entered).max(0));
            let known = longest.entry((deal, visits.stage[visit])).or_insert(stay);
            *known = (*known).max(stay);
        }
        let mut stays = vec![Stays::default(); book.stages.len()];
        for ((_, stage), stay) in longest {
            stays[usize::from(stage)].won.push(stay);
        }
        for stage in &mut stays {
            stage.won.sort_unstable();
            let days: Vec<i32> = stage.won.iter().map(|(days, _)| *days).collect();
            if days.len() >= ENOUGH_STAYS {
                let whole = |share| quantile(&days, share).map(|days| days.round() as i32);
                (stage.median, stage.p90) = (whole(0.5), whole(0.9));
            }
            stage.won.reverse();
        }
        Self {
            stays,
            value_minor: median(won_values),
            next_steps: book.follow_ups.next_steps(book.deals.len()),
            left: HashMap::new(),
        }
    }

    /// If it is won, the median day of it: as deals went that were won after as long in the stage. `None` where
    /// fewer than [`ENOUGH`] were.
    pub fn likely_day(&mut self, book: &Book, deal: usize) -> Option<Day> {
        let stage = book.deals.stage[deal]?;
        let today = Day::of(book.as_of);
        let days = today.since(book.deals.stage_entered[deal]?).max(0);
        let stays = &self.stays[usize::from(stage)].won;
        let left = *self.left.entry((stage, days)).or_insert_with(|| {
            let as_long = stays.partition_point(|(stayed, _)| *stayed >= days);
            if as_long < ENOUGH {
                return None;
            }
            let mut left: Vec<i32> = stays[..as_long]
                .iter()
                .map(|(_, to_win)| (to_win - days).max(0))
                .collect();
            left.sort_unstable();
            quantile(&left, 0.5).map(|days| days.round() as i32)
        });
        left.map(|left| Day::new(today.number().saturating_add(left)))
    }

    /// How an open deal stands.
    pub fn reason(&self, process: &Process, book: &Book, outlook: &DealOutlook) -> Reason {
        let (deals, deal) = (&book.deals, outlook.deal as usize);
        let today = Day::of(book.as_of);
        let stays = deals.stage[deal].map(|stage| &self.stays[usize::from(stage)]);
        let idle = deals.touched[deal].map(|touched| today.since(touched));
        let next_step = self.next_steps[deal];
        let value = self.value_minor.filter(|usual| *usual > 0.0);
        Reason {
            stage: deals.stage[deal].map(|stage| {
                let name = &book.stages[usize::from(stage)];
                let days = deals.stage_entered[deal].map(|entered| today.since(entered).max(0));
                (process.stage_title(name).to_string(), days)
            }),
            usual_days: stays.and_then(|stays| stays.median.zip(stays.p90)),
            times_usual_value: value
                .map(|usual| outlook.worth_minor / usual)
                .filter(|times| *times > 0.0),
            on_hold: deals.state[deal] == State::Hold,
            close_passed_days: deals
                .expected_close
                .get(deal)
                .copied()
                .flatten()
                .map(|day| today.since(day))
                .filter(|days| *days > 0),
            next_step,
            overdue_days: next_step
                .map(|due| today.since(due))
                .filter(|days| *days > 0),
            idle_days: idle.filter(|days| *days >= IDLE),
        }
    }
}

impl Reason {
    /// What every method reads of it: where it stands, and for how long.
    pub fn of_chance(&self) -> String {
        self.standing()
    }

    /// What is unusual, each a phrase: nothing of it is in the chance by the table of stages and ages.
    pub fn to_look_at(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.on_hold {
            said.push("on hold".to_string());
        } else if self.next_step.is_none() {
            said.push("no next step".to_string());
        } else if let Some(days) = self.overdue_days {
            said.push(format!("next step {days} d overdue"));
        }
        if let Some(days) = self.idle_days {
            said.push(format!("nothing noted for {days} days"));
        }
        if let Some(days) = self.close_passed_days {
            said.push(format!("expected close {days} d ago"));
        }
        if let Some(times) = self.times_usual_value {
            if times >= UNUSUAL {
                said.push(format!("{times:.1} times what deals are won for"));
            } else if times <= 1.0 / UNUSUAL {
                said.push(format!(
                    "{:.0} % of what deals are won for",
                    (times * 100.0).round()
                ));
            }
        }
        said
    }

    /// `Propose for 40 days, longer than nine of ten won deals (32)`.
    fn standing(&self) -> String {
        let Some((stage, days)) = &self.stage else {
            return "in no stage".to_string();
        };
        let Some(days) = *days else {
            return format!("{stage}, since when was never told");
        };
        let unit = if days == 1 { "day" } else { "days" };
        let against = match self.usual_days {
            None => String::new(),
            Some((_, p90)) if days > p90 => {
                format!(", longer than nine of ten won deals ({p90})")
            }
            Some((median, p90)) if days > median => {
                format!(", longer than half of the won deals ({median}; nine of ten {p90})")
            }
            Some((median, p90)) => {
                format!(", as usual of won deals (half within {median}, nine of ten {p90})")
            }
        };
        format!("{stage} for {days} {unit}{against}")
    }
}

fn median(values: &[f64]) -> Option<f64> {
    if values.len() < ENOUGH {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    Some(if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    })
}

#[cfg(test)]
#[path = "reason_tests.rs"]
mod tests;
