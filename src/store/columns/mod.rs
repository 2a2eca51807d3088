//! The deals as columns, from which reports are read: they are kept in the store beside the rows.
//!
//! The rows are what commands change, one deal at a time. Reading all of them takes a report most of its
//! time, so ranges of deals are *folded* into columns ([`fold`]); a deal that changes is noted (`changed_deal`),
//! and whoever reads ([`view`]) lays the rows of those over the columns. So columns and changed deals together
//! always are the rows, a command pays for a note, and reading never writes.

mod codec;
mod dated;
mod fold;
mod part;
mod rows;
mod view;

pub(super) use codec::damaged;
pub(super) use dated::{Coded, Tellings, day_of};
pub(super) use fold::{all as fold_all, all_in as fold_in, differing, few as fold_few, forget};
pub(super) use rows::{Facts, Wanted};
pub(super) use view::{Children, Source, View};
