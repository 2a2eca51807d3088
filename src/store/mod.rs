//! Where what happened is kept: one SQLite file, an append-only log and the projections of it.
//!
//! The only place besides `condition` that knows SQL. A command reads through [`Store`], and writes
//! through [`Store::write`], which is one immediate transaction and one operation.

mod agree;
mod alike;
mod backup;
mod batch;
mod before;
mod book;
mod candidates;
mod cases;
mod columns;
mod commitments;
mod contact;
mod contact_rows;
mod costs;
mod customers;
mod deal_rows;
mod doctor;
mod event_log;
mod expected;
mod gdpr;
mod handle;
mod import;
mod in_use;
mod judge;
mod list;
mod list_names;
mod list_rows;
mod loader;
mod log;
mod merge;
mod names;
mod new_id;
mod open;
mod origins;
mod overridden;
mod payback;
mod project;
mod prospect;
mod query;
mod ratings;
mod reads;
mod redo;
mod resolve;
mod resolve_contact;
mod results;
mod schema;
mod select;
mod selection;
mod snapshot;
mod start;
mod suggestions;
mod suppression;
mod targets;
mod undo;
mod work;
mod write;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rusqlite::Connection;

pub use crate::prospect::topic::Rating;
pub use backup::{Kept, backup, keep};
pub use batch::{BatchRow, BatchState};
pub use candidates::{AccountFacts, AccountNames, Bond, ClosedRow, CustomerRow, Standing};
pub use cases::CaseRow;
pub use contact::{AccountRow, DealOf, PersonRow};
pub use costs::{Absence, Cost};
pub use customers::{Customer, Resembled, Traits};
pub use doctor::Findings;
pub use gdpr::Membership;
pub use handle::Handles;
pub use import::BatchFile;
pub use list::{ListRow, UseRow, Used};
pub use list_names::Delivered;
pub use names::{
    Completed, Fated, Importing, Name, NameFilter, NameRow, PersonName, Rejected, Run, RunState,
    Setup, Taken, Tally,
};
pub use open::Access;
pub use origins::Origins;
pub use prospect::{Notified, ProspectMatch};
pub use query::{Applied, Catalog, OperationRow, WorkRow};
pub use ratings::Rated;
pub use resolve::DealMatch;
pub use resolve_contact::Sure;
pub use select::{Candidate, Candidates, Compared, Stars, Wanted};
pub use selection::{Chosen, SelectionRow};
pub use snapshot::{NIGHTLY, Night};
pub use suppression::{Contact, Staged, Staging, SuppressionRow};
pub use undo::Reversed;
pub use write::{Moment, Outcome, Write};

use crate::fault::Fault;
use crate::id::Ids;

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    ids: RefCell<Ids>,
}

impl Store {
    /// Opens an existing store; refuses what is not one, and what a newer salesctl wrote.
    pub fn open(path: &Path, access: Access, ids: Ids) -> Result<Self> {
        Ok(Self {
            connection: open::open(path, access)?,
            path: path.to_path_buf(),
            ids: RefCell::new(ids),
        })
    }

    /// Makes a new, empty store; refuses an existing file.
    pub fn create(path: &Path, shared: bool, ids: Ids) -> Result<Self> {
        Ok(Self {
            connection: open::create(path, shared)?,
            path: path.to_path_buf(),
            ids: RefCell::new(ids),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Who acts, when, and in which words: what an operation records.
#[derive(Clone, Debug)]
pub struct Acting {
    pub actor: String,
    /// What was typed, for `history` and `undo`.
    pub typed: String,
    /// The real clock: what `recorded` is made of.
    pub clock: DateTime<Utc>,
    /// When the command takes effect: the clock, or noon of `--today`.
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub dry_run: bool,
}

impl Acting {
    /// What takes effect later than it is recorded would stand before everything that happens until then.
    fn refuse_the_future(&self) -> Result<()> {
        if self.dry_run || self.now <= self.clock + TimeDelta::hours(1) {
            return Ok(());
        }
        Err(Fault::usage(format!(
            "{} is in the future; what has not happened can't be recorded",
            crate::date::day(self.today)
        ))
        .hint("a future --today is for looking ahead: reports, and commands with --dry-run")
        .into())
    }
}
