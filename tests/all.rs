//! The one integration test binary. A test in `architecture` sees that no file is forgotten here.

mod accounting;
mod architecture;
mod as_of;
mod bad_input;
mod check;
mod command_tree;
mod concurrency;
mod demo;
mod exit_codes;
mod import;
mod interrupted;
mod list_files;
mod lists;
mod mapping;
mod markdown;
mod migration;
mod payback;
mod payback_checked;
mod process;
mod properties;
mod ratings;
mod readme;
mod sandbox;
mod start;
mod suppression;
mod transcripts;
