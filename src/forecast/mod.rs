//! What to expect: how much is won by the end of a period, with a range and a track record.
//!
//! The order in which data flows: `past` is what the methods read of the Book, `panel` the past seen once a week, so
//! that nothing later than an origin can be known on it; each method is one file; `backtest` asks all of them at past
//! origins, `choice` says whose word counts, and [`Outlook`] is what is expected now. `kept` is what a night keeps of it, and
//! `moved` why it is another one since. Money is in minor units of the
//! process's currency.

mod kept;
mod moved;
mod outlook;

use crate::deal::book::{Columns, Day, Needs};

pub use self::kept::{OfPeriod, keep, won_deals, won_in};
pub use self::moved::{Moved, Part, Since, Why, moved};
pub use self::outlook::{
    Backtest, Chosen, DealOutlook, Expected, Origin, Outlook, Refusal, Said, WorthBy,
};

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

/// STUB until f1 is merged.
pub fn outlook(
    _: &crate::process::Process,
    _: &crate::deal::book::Book,
    _: Horizon,
) -> Result<(Outlook, Backtest), Refusal> {
    Err(Refusal {
        why: "insufficient history".to_string(),
    })
}
