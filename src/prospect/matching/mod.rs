//! Who is who: which rows of a list are people or companies we know, and which are twice in it.
//!
//! Probabilistic record linkage after Fellegi & Sunter (JASA 64, 1969), as Splink documents it
//! (R. Linacre, "The mathematics of the Fellegi-Sunter model"). [`Names`] takes rows in and normalises
//! them; their [`Keys`] bring pairs together (`blocks`); `compare` gives each pair its levels; a
//! [`Model`], shipped or learnt (`learn`), weighs them; `cluster` makes entities of sure pairs.
//!
//! What everybody at an employer shares (domain, company, phone, address) is no independent evidence:
//! it is one latent question, "the same employer?", and its signals only help to answer it.

mod alike;
mod blocks;
mod cluster;
mod compare;
mod conflict;
mod explain;
mod find;
mod fixed;
mod keys;
mod learn;
mod model;
mod names;
mod pairs;
mod pool;
mod terms;

pub use explain::{Evidence, Reason, explain};
pub use find::{Known, Link, Matches, Pair, Thresholds, find};
pub use keys::{Keyer, Keys, Lookup};
pub use model::Model;
pub use names::{Features, Kind, Names};
pub use pairs::Pairs;
