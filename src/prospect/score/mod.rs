//! Who is worth asking first: points by rules, and rules learnt from our own won and lost deals.
//!
//! `level` turns facts into questions with yes or no, `ridge` weighs them, `folds` and `measure` find out
//! by cross-validation whether the weights tell anything about deals they have not seen, `learn` gives the
//! verdict, and `propose` writes what holds as `[[score]]` rules. `points` applies the rules of the process.

mod folds;
mod learn;
mod level;
mod measure;
mod points;
mod propose;
mod ridge;
#[cfg(test)]
mod tests;

pub use learn::{Accuracy, ENOUGH, Example, Learnt, Newest, Verdict, learn};
pub use measure::Estimate;
pub use points::{Line, Score, scores};
pub use propose::{Class, DOUBLING, Proposal, Rule};
