//! What happens: deals, their events, the decisions about them, and the Book that reports read.

pub mod asked;
pub mod book;
pub mod case;
pub mod commitment;
pub mod contact;
#[cfg(test)]
mod contact_tests;
mod cut;
#[allow(clippy::module_inception)] // a deal is what this module is about
mod deal;
pub mod decide;
pub mod event;
pub mod fact;
pub mod gate;
pub mod history;
mod needs;
pub mod overridden;
pub mod plan;
pub mod rates;
pub mod results;
pub mod rotting;
#[cfg(test)]
mod sample;
pub mod scenario;
pub mod staffing;
pub mod start;
pub mod suggestion;
pub mod target;
mod told;
pub mod trace;
mod ways;

pub use deal::{DatedActivity, Deal, Fact, FollowUp, Visit, effective_order};
