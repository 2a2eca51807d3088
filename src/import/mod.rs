//! What other systems know: files in, a plan out, which the store applies as one batch.
//!
//! `read` makes rows of any CSV, `map` says what its columns mean (`guess` writes a first draft),
//! `deals` and `history` turn rows into a plan, `rejects` writes what could not be taken.
//! Nothing here touches the store: the plan is the whole result, a dry run just doesn't apply it.

mod alike;
mod cell;
mod changed;
mod deals;
mod defect;
mod dialect;
mod encoding;
pub mod event_log;
mod guess;
mod history;
mod known;
mod known_deal;
mod letters;
mod lists;
mod log_of_deal;
mod log_rows;
pub mod look;
mod magic;
mod map;
mod map_file;
mod missing;
mod plan;
mod planned;
pub mod probe;
pub mod profile;
mod quotes;
pub mod read;
mod records;
pub mod rejects;
mod row;
mod sniff;
mod source;
mod story;
mod tally;
mod telling;
mod values;
pub mod xes;
mod xes_source;

pub use changed::Changed;
pub use deals::plan_deals;
pub use guess::guess_map;
pub use history::{HistoryPlan, PlannedHistory, plan_history};
pub use known::{Create, Known};
pub use known_deal::KnownDeal;
pub use map::{Formats, Mapping, Section};
pub use map_file::HISTORY_CELLS;
pub use missing::{Missing, MissingFate, Near};
pub use plan::{Context, Counts, FileReport, Input, Log, Plan, PlanError, Reject, Rows};
pub use planned::{AccountRef, Outcome, PlannedAccount, PlannedDeal};
pub use story::Moved;
