//! Names of lists in the store: staged row by row, read back for matching, given their fates, and from
//! then on looked up.
//!
//! A run of an import is staged in short transactions, so that nobody waits for it; its rows count when
//! the event of its batch is written, which is the last thing that happens. Killed before that, it goes
//! on where it was.

mod finish;
mod query;
mod run;
mod scan;
mod stage;
mod state;
#[cfg(test)]
mod tests;

pub use finish::{Completed, Fated, Tally};
pub use query::{Name, NameFilter};
pub use run::{Importing, Run, RunState, Setup};
pub use scan::{NameRow, PersonName};
pub use stage::{Rejected, Taken};

pub(super) use state::project;

use crate::id::Id;

/// How far apart the ids of two names of one file are: odd, so that the first five characters of their
/// handles differ within a file of 33 million rows.
pub(super) const STEP: i64 = 4_099;

/// Ids set aside for one file: enough for 67 million rows.
const ROOM: i64 = 1 << 38;

/// Years by which ids of names are dated back, to where no stream has its id.
const BACK_MILLIS: i64 = 20 * 365 * 86_400_000;

/// The id of the `n`th name of a run, from 0.
fn name_id(first: Id, n: u64) -> Id {
    Id(first.0 + n as i64 * STEP)
}
