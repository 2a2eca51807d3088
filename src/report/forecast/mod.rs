//! Forecasts as reports: what `forecast` works out, in rows for machines and documents for people.

mod evidence;

pub use self::evidence::{EvidenceRow, evidence};
