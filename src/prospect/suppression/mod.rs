//! Who must be left alone, per purpose: before anything else is asked about a row, it is held against this.
//!
//! An [`Entry`] is one thing that must not be contacted: an address, a number, a domain, a person or a
//! company. What is compared are 64-bit keys of normal forms, so that a million entries fit into some
//! fifty megabytes and a row is looked up without allocating. `store` keeps the entries and loads the
//! [`SuppressionSet`]; `file` finds them in a CSV.
//!
//! Wherever two normal forms can't be told apart for sure (a phone number without its country, a company
//! without its place), the row is left alone: one letter too few costs less than one too many.

mod columns;
mod entry;
mod file;
mod form;
mod set;

pub use columns::{Columns, are_values};
pub use entry::{Entry, Keys, Kind, Purpose};
pub use file::Taken;
pub use set::{Hit, Scratch, Source, SuppressionSet};
