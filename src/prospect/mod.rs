//! Who might buy: the rows of somebody's list, mapped, cleaned, matched and accounted for.
//!
//! `import::read` hands out rows; `map` says which [`Field`] a column is; `clean` makes each value what it
//! should be; `normal` makes it comparable; `matching` finds who is who; `suppression` knows who must be
//! left alone. Nothing here touches the store: values in, values out.

pub mod clean;
mod fate;
mod field;
pub mod map;
pub mod matching;
pub mod normal;
mod purge;
mod query;
mod record;
pub mod score;
mod seeds;
pub mod suppression;
mod warning;

pub use fate::{Counts, Fate};
pub use field::Field;
pub use purge::{Elsewhere, Member, Part, purge};
pub use query::Query;
pub use record::Record;
pub use seeds::{SeedColumns, Seeds};
pub use warning::{Warning, Warnings};
