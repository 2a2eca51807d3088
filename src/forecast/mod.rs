//! What to expect: how much is won by the end of a period, with a range and a track record.
//!
//! The order in which data flows: `past` is what the methods read of the Book, `panel` the past seen once a week, so
//! that nothing later than an origin can be known on it; each method is one file; `backtest` asks all of them at past
//! origins, `choice` says whose word counts, and [`Outlook`] is what is expected now. Money is in minor units of the
//! process's currency.

mod backtest;
mod choice;
mod cohort;
mod ensemble;
mod logistic;
#[cfg(test)]
mod made;
mod new_business;
mod origin;
mod outlook;
mod panel;
mod past;
mod recalibration;
mod run_rate;
mod scores;
mod season;
mod stage_weighted;
mod sums;
mod survival;
#[cfg(test)]
mod tests;

use crate::deal::book::{Columns, Day, Needs};

pub use self::backtest::{How, backtest};
pub use self::outlook::{
    Backtest, Chosen, DealOutlook, Expected, Origin, Outlook, Refusal, Said, WorthBy, outlook,
};
pub use self::panel::Panel;
pub use self::past::Past;
pub use self::scores::{Bin, Range, Score};
pub use self::survival::aalen_johansen;

/// What it reads.
pub const FORECAST: Needs = Needs::of(
    Columns::WORTH
        .and(Columns::OWNER)
        .and(Columns::PRODUCT)
        .and(Columns::SOURCE)
        .and(Columns::TYPE)
        .and(Columns::STAGE)
        .and(Columns::OPENED)
        .and(Columns::EXPECTED_CLOSE)
        .and(Columns::NEXT_DUE)
        .and(Columns::VISITS)
        .and(Columns::CHANGES),
);

/// The methods, in the order in which they are shown.
pub const METHODS: [&str; 6] = [
    "stage-weighted",
    "run-rate",
    "cohort",
    "survival",
    "logistic",
    "ensemble",
];

/// The days ahead that are asked about: after `from`, up to and with `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    pub from: Day,
    pub to: Day,
}

impl Horizon {
    pub fn days(self) -> i32 {
        self.to.since(self.from)
    }
}
