//! What a rented list allows, costs and owes: a contract, not a tag.

mod terms;

pub use terms::{Channel, Kind, Terms, Uses};
