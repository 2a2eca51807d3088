//! What to expect: how much is won by the end of a period, with a range and a track record.
//!
//! The order in which data flows: `past` is what the methods read of the Book, `panel` (with `filled`) the past seen once a week, so
//! that nothing later than an origin can be known on it; each method is one file; `backtest` asks all of them at past
//! origins, `choice` says whose word counts, and [`Outlook`] is what is expected now. `kept` is what a night keeps of it,
//! and `moved` why it is another one since. Money is in minor units of the process's currency.

mod ahead;
mod assume;
mod backtest;
mod chance;
mod choice;
mod cohort;
mod ensemble;
mod evidence;
mod field;
mod filled;
mod kept;
mod logistic;
#[cfg(test)]
mod made;
mod moved;
mod need;
mod new_business;
mod origin;
mod outlook;
mod panel;
mod past;
mod places;
mod range;
mod reason;
mod recalibration;
mod rows;
mod run_rate;
#[cfg(test)]
pub(crate) mod sample;
mod scores;
mod season;

mod stage_weighted;
mod sums;
mod survival;
#[cfg(test)]
mod tests;

use crate::deal::book::{Columns, Day, Needs};
use crate::process::Process;
use evidence::choices;

pub use self::ahead::{ahead, ahead_after, last_days, record};
pub use self::assume::{Assumption, Effect, Subject};
pub use self::backtest::{How, backtest};
pub use self::evidence::{Evidence, FieldEvidence, Level, Test, evidence, evidence_needs};
pub use self::kept::{keep, won_deals, won_in};
pub use self::moved::{Moved, Part, Since, Why, moved};
pub use self::need::{Need, Newcomers};
pub use self::outlook::{
    Backtest, Chosen, DealOutlook, Expected, Origin, Outlook, Refusal, Said, WorthBy, outlook,
};
pub use self::panel::Panel;
pub use self::past::Past;
pub use self::range::{Draws, HELD, SAMPLES, Spread, apportioned, draw};
pub use self::reason::{REASON, Reason, Usual};
pub use self::scores::{Bin, Range, Score};
pub use self::survival::aalen_johansen;

/// Seed of the draws when none is given: the same answer every time.
pub const SEED: u64 = 1;

/// What it reads of every process.
const FORECAST: Needs = Needs::of(
    Columns::WORTH
        .and(Columns::OWNER)
        .and(Columns::PRODUCT)
        .and(Columns::STAGE)
        .and(Columns::OPENED)
        .and(Columns::EXPECTED_CLOSE)
        .and(Columns::NEXT_DUE)
        .and(Columns::VISITS)
        .and(Columns::ACTIVITY_DAYS)
        .and(Columns::WORTH_CHANGES),
);
/// Facts that it reads as they were told, beside the choices of the process.
const TOLD: [&str; 3] = [PRODUCT, "source", "type"];
const PRODUCT: &str = "product";

/// What it reads.
pub fn forecast_needs(process: &Process) -> Needs {
    let mut needs = FORECAST;
    needs.told.extend(told(process).map(str::to_string));
    needs
}

/// Facts of few values whose levels may have an effect of their own.
fn told(process: &Process) -> impl Iterator<Item = &str> {
    TOLD.into_iter().chain(choices(process))
}

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
