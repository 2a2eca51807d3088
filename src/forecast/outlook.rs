//! What is expected of the days ahead, and what was expected at past origins.

use super::backtest::{How, Replay, finished, replay, said};
use super::ensemble::{RUN_RATE, STAGE_WEIGHTED};
use super::origin::{Asked, YEAR, ask};
use super::panel::Panel;
use super::past::Past;
use super::{Horizon, choice};
use crate::deal::book::{Book, Day};
use crate::process::Process;

/// What one method expects of the days after an origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// Won from the deals that are open at the origin; `None` of a method that does not look at deals.
    pub open_minor: Option<f64>,
    /// Won from deals that are not open yet; `None` where only the total is known.
    pub new_minor: Option<f64>,
    /// Both.
    pub total_minor: f64,
    /// Chance of each open deal of the origin to be won within the horizon, in the order of [`Outlook::deals`];
    /// empty of a method without.
    pub chances: Vec<f64>,
}

/// What a method said.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// One of [`super::METHODS`].
    pub method: &'static str,
    pub expected: Expected,
}

/// How the value of an open deal is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorthBy {
    Told,
    /// Nobody told it: the list price of its product.
    ListPrice,
    /// Nor has that one: what deals of its product (or all) were won for on average.
    Average,
    /// It counts for nothing.
    Unknown,
}

/// An open deal in the forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct DealOutlook {
    /// Index into the Book's deals.
    pub deal: u32,
    /// To be won within the horizon, by the chosen method.
    pub chance: f64,
    /// What it brings if it is won, minor units: what is known of its value times what is realised of values.
    pub worth_minor: f64,
    pub by: WorthBy,
    /// The share won of its stage, as stage-weighted counts it; 0 of a deal that it does not see.
    pub by_stage: f64,
    /// Whether it is known since when it is where it is. Without, its chance is that of its stage.
    pub dated: bool,
}

/// Whose word counts, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub method: &'static str,
    /// One line for people, which compares the methods' own errors: what was said on each day may be another's.
    pub why: String,
    /// Finished origins it was judged by.
    pub origins: usize,
}

/// Why there is no forecast, in words with what was found and what is needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub why: String,
    /// The day from which there is history enough for the same end, where time alone brings it.
    pub until: Option<Day>,
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self { why, until: None }
    }
}

impl Refusal {
    /// `insufficient history: …`, as reports say it.
    pub fn in_words(&self) -> String {
        const INSUFFICIENT: &str = "insufficient history";
        if self.why.starts_with(INSUFFICIENT) {
            self.why.clone()
        } else {
            format!("{INSUFFICIENT}: {}", self.why)
        }
    }
}

/// What is expected of the days ahead of the as-of day. `Σ deals chance × worth + new_minor` is `total_minor`, to rounding.
#[derive(Clone, Debug)]
pub struct Outlook {
    pub horizon: Horizon,
    /// By every method that had enough history, in the order of [`super::METHODS`].
    pub said: Vec<Said>,
    pub chosen: Chosen,
    pub total_minor: f64,
    /// Of open deals, each with its share.
    pub deals: Vec<DealOutlook>,
    /// What came of the values that were known of deals won lately, as a share of them.
    pub realised: f64,
    pub open_minor: f64,
    pub new_minor: f64,
    /// Expected number of deals won that are not open yet.
    pub new_deals: f64,
    /// Values of deals that were won in the last year, which the range draws new ones from.
    pub won_values: Vec<f64>,
    /// Standard deviation of the logarithm by which the range is widened: of the method's own past errors beyond what
    /// chance explains.
    pub spread: f64,
    /// The same for what open deals bring alone.
    pub open_spread: f64,
    /// Multipliers of wins by month of the quarter, when the history shows such a season.
    pub season: Option<[f64; 3]>,
}

/// What was said at one past origin, with what happened.
#[derive(Clone, Debug)]
pub struct Origin {
    pub day: Day,
    pub said: Vec<Said>,
    pub chosen: &'static str,
    /// By the chosen method, reconciled.
    pub total_minor: f64,
    pub open_minor: f64,
    pub new_minor: f64,
    /// Chances of the deals open on the day (the chosen method's), and which of them were won within the horizon.
    pub chances: Vec<f64>,
    pub won: Vec<bool>,
    /// Won in the horizon; from the deals that were open on the day, and in all.
    pub actual_open_minor: f64,
    pub actual_minor: f64,
    /// 80 % range that was said for the total, in whole minor units.
    pub low_minor: f64,
    pub high_minor: f64,
    /// Whether enough history was there for a forecast to be given on that day.
    pub counts: bool,
}

impl Origin {
    /// Whether the range held what was won; to the minor unit, its ends are in it.
    pub fn held(&self) -> bool {
        (self.low_minor..=self.high_minor).contains(&self.actual_minor.round())
    }
}

/// All past origins whose horizon is over, the oldest first.
#[derive(Clone, Debug)]
pub struct Backtest {
    pub days: i32,
    /// Weeks between two origins: as asked for, or more where the Book is too large for all of them.
    pub every: usize,
    pub origins: Vec<Origin>,
}

/// What is expected of the days ahead, and what was expected at past origins for as many days. The horizon begins on the
/// day of the Book.
pub fn outlook(
    process: &Process,
    book: &Book,
    horizon: Horizon,
) -> Result<(Outlook, Backtest), Refusal> {
    let past = Past::new(process, book);
    let panel = Panel::new(&past, horizon.days().max(1));
    panel.outlook(How::default())
}

impl Panel<'_, '_> {
    /// The same for a panel, whose horizon begins on its as-of day.
    pub fn outlook(&self, how: How) -> Result<(Outlook, Backtest), Refusal> {
        let Replay {
            records,
            backtest,
            drawn,
        } = replay(self, how);
        let now = self.weeks.len() - 1;
        let finished = finished(&records, self.past.as_of, self.days);
        if let Some(refusal) = choice::refusal(self, now, finished) {
            return Err(refusal);
        }
        let seen = self.seen_in(&[now]).concat();
        let asked = ask(self, &drawn, now, &seen, finished).ok_or_else(|| {
            let why = "insufficient history: hardly any open deal of past weeks was won in time";
            Refusal::from(why.to_string())
        })?;
        Ok((self.settled(asked, choice::chosen(finished)), backtest))
    }

    fn settled(&self, mut asked: Asked, chosen: Chosen) -> Outlook {
        let record = asked.record.clone();
        let realised = asked.realised;
        let mut deals: Vec<DealOutlook> = asked
            .rows
            .iter()
            .zip(&asked.settled)
            .zip(&asked.chances[STAGE_WEIGHTED])
            .map(|((row, chance), by_stage)| DealOutlook {
                deal: row.deal,
                chance: *chance,
                worth_minor: row.worth * realised,
                by: row.by,
                by_stage: *by_stage,
                dated: true,
            })
            .collect();
        let (mut open_minor, mut new_minor) = (record.chosen_open, record.chosen_new);
        let mut new_deals = record.new_deals;
        let undated = self.undated(&asked);
        let sum: f64 = undated
            .iter()
            .map(|deal| deal.chance * deal.worth_minor)
            .sum();
        // What such deals bring was counted as new business at past origins, so it is taken out of it.
        let share = if sum > 0.0 {
            (new_minor.max(0.0) / sum).min(1.0)
        } else {
            1.0
        };
        let wins: f64 = undated.iter().map(|deal| deal.chance * share).sum();
        open_minor += sum * share;
        new_minor -= sum * share;
        new_deals = (new_deals - wins).max(0.0);
        deals.extend(undated.into_iter().map(|deal| DealOutlook {
            chance: deal.chance * share,
            ..deal
        }));
        for (method, chances) in asked.chances.iter_mut().enumerate() {
            if method != RUN_RATE {
                chances.extend(deals[chances.len()..].iter().map(|deal| deal.chance));
            }
        }
        let as_of = self.past.as_of;
        Outlook {
            horizon: Horizon {
                from: Day::new(as_of),
                to: Day::new(as_of + self.days),
            },
            said: said(&record, asked.chances),
            chosen,
            total_minor: record.chosen_total,
            deals,
            realised,
            open_minor,
            new_minor,
            new_deals,
            won_values: self.past.won_values(as_of - YEAR, as_of),
            spread: record.spread[0],
            open_spread: record.spread[1],
            season: (asked.season.belief > 0.0).then_some(asked.season.by_month),
        }
    }

    /// Open deals of which nobody told when they came to where they are: the share of their stage, or of all.
    fn undated(&self, asked: &Asked) -> Vec<DealOutlook> {
        let book = self.past.book;
        let mut next = asked.rows.iter().map(|row| row.deal).peekable();
        let mut undated = Vec::new();
        for (deal, state) in (0_u32..).zip(&book.deals.state) {
            if next.next_if_eq(&deal).is_some() || !state.is_open() {
                continue;
            }
            let stage = book.deals.stage.get(deal as usize).copied().flatten();
            let chance = stage
                .and_then(|stage| asked.by_stage.get(usize::from(stage)))
                .copied();
            let (worth, by) = self.past.worth(deal, self.past.as_of);
            undated.push(DealOutlook {
                deal,
                chance: chance.unwrap_or(asked.of_all),
                worth_minor: worth * asked.realised,
                by,
                by_stage: 0.0,
                dated: false,
            });
        }
        undated
    }
}
