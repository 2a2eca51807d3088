//! Who might buy: the rows of somebody's list, mapped, cleaned, matched and accounted for.
//!
//! `import::read` hands out rows; `map` says which [`Field`] a column is; `clean` makes each value what it
//! should be; `normal` makes it comparable; `matching` finds who is who; `suppression` knows who must be
//! left alone; `likeness` how alike two are. Nothing here touches the store: values in, values out.

pub mod clean;
mod fate;
mod field;
pub mod likeness;
pub mod map;
pub mod matching;
pub mod normal;
mod purge;
mod query;
pub mod rating_file;
mod record;
pub mod score;
mod seeds;
pub mod suppression;
pub mod topic;
mod topic_rule;
mod warning;

pub use fate::{Counts, Fate};
pub use field::Field;
pub use purge::{Elsewhere, Member, Part, purge};
pub use query::Query;
pub use record::Record;
pub use seeds::{SeedColumns, Seeds};
pub use topic_rule::{Comparison, TopicRule};
pub use warning::{Warning, Warnings};
