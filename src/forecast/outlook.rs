//! What is expected of the days ahead, and what was expected at past origins.

use super::Horizon;
use crate::deal::book::Day;

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
    /// To be won within the horizon: as the ensemble has it, calibrated.
    pub chance: f64,
    /// What it brings if it is won, minor units: what is known of its value times what is realised of values.
    pub worth_minor: f64,
    pub by: WorthBy,
}

/// Whose word counts, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub method: &'static str,
    /// One line for people: `ensemble: WAPE 0.10 over 20 origins, cohort 0.20`.
    pub why: String,
    /// Finished origins it was judged by.
    pub origins: usize,
}

/// Why there is no forecast, in words with what was found and what is needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub why: String,
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
    /// Chances of the deals open on the day (the ensemble's), and which of them were won within the horizon.
    pub chances: Vec<f64>,
    pub won: Vec<bool>,
    /// Won in the horizon; from the deals that were open on the day, and in all.
    pub actual_open_minor: f64,
    pub actual_minor: f64,
    /// 80 % range that was said for the total.
    pub low_minor: f64,
    pub high_minor: f64,
    /// Whether enough history was there for a forecast to be given on that day.
    pub counts: bool,
}

/// All past origins whose horizon is over, the oldest first.
#[derive(Clone, Debug)]
pub struct Backtest {
    pub days: i32,
    pub origins: Vec<Origin>,
}
