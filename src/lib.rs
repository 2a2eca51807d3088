//! `salesctl`: a sales process as code, deals in SQLite, moved through gates.

// Tests compare worked-out numbers with themselves, and say the shapes of what they expect where they expect it.
#![cfg_attr(
    test,
    allow(
        clippy::float_cmp,
        clippy::items_after_statements,
        clippy::type_complexity
    )
)]

pub mod cli;
pub mod condition;
pub mod date;
pub mod deal;
pub mod demo;
pub mod document;
pub mod fault;
pub mod forecast;
pub mod id;
pub mod import;
pub mod list;
pub mod money;
pub mod process;
pub mod prospect;
pub mod render;
pub mod report;
pub mod statistics;
pub mod store;
pub mod text;
