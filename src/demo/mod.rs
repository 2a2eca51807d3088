//! A made-up seller with two years of deals, to try things on and to test with.
//!
//! `process` is what the seller agreed on, `cast` who plays, `words` what they write. `plan` draws what
//! happens to each deal; `story` tells it as events, deal by deal through `teller` and `desk`, and the
//! same gates that a command passes. Nothing here reads a clock or writes anything: the same day gives
//! the same world.

mod cast;
mod chance;
mod desk;
mod plan;
mod process;
mod story;
mod teller;
#[cfg(test)]
mod tests;
mod words;

use anyhow::Result;
use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::deal::event::Event;
use crate::id::Id;
use crate::process::Process;

pub use process::text as process_text;

/// Everything random in the demo comes from it.
pub const SEED: u64 = 1887;
/// The rep at whose desk the demo sits.
pub const REP: &str = "jr";
/// The account whose deal is moved through a gate.
pub const ACCOUNT: &str = "Acme GmbH";

const HISTORY_DAYS: u64 = 2 * 365;

/// A stream of the demo: an account, a person or a deal, with all that happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    pub id: Id,
    pub events: Vec<Dated>,
}

/// An event with the time it takes effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    pub instant: DateTime<Utc>,
    pub day: NaiveDate,
    pub event: Event,
}

/// Two years of a seller, up to yesterday.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    pub accounts: Vec<Stream>,
    pub persons: Vec<Stream>,
    pub deals: Vec<Stream>,
}

/// The day the demo's process was first applied.
pub fn first_day(today: NaiveDate) -> NaiveDate {
    today
        .checked_sub_days(Days::new(HISTORY_DAYS))
        .unwrap_or(today)
}

/// What happened until yesterday, under the demo's process.
pub fn world(process: &Process, today: NaiveDate) -> Result<World> {
    let plan = plan::draw(process, today);
    story::tell(process, today, &plan)
}
