//! What a rented list allows, costs and owes: a contract, not a tag.
//!
//! `terms` holds what was agreed, `keys` names and reads each term, `file` reads them from TOML, `using`
//! says whether a use is allowed, `allocation` which list is credited with a name that several have,
//! `invoice` what is owed, `credit` which list is credited with what a name became, `payback` what came of
//! them all. Values in, values out: the store knows the names.

mod allocation;
mod credit;
mod file;
mod invoice;
mod keys;
mod payback;
mod percent;
mod seed;
mod terms;
mod using;

pub use allocation::{Allocation, Claim};
pub use credit::{Credit, Parts, by_weight};
pub use file::{Written, parse_file};
pub use invoice::{Invoice, InvoiceLine, Merged, invoice};
pub use keys::{Reading, Term, term};
pub use payback::{Came, Lead, Own, Paid, Payback, Payer, Referral, Together};
pub use percent::Percent;
pub use seed::Seed;
pub use terms::{Acquisition, Channel, Kind, RunBasis, State, Terms, Uses};
pub use using::{Forbidden, Standing, forbidden};
