//! A deal that an import finds in the store.

use chrono::NaiveDate;

use super::map::name_key;
use crate::deal::book::State;
use crate::id::Id;

/// A deal that an import made, as it is now.
#[derive(Clone, Debug)]
pub struct KnownDeal {
    pub id: Id,
    pub state: State,
    /// Name of its account.
    pub account: Option<String>,
    /// Other names of the account: those it had, and those of accounts that were merged into it.
    pub other_names: Vec<String>,
    pub opened: Option<NaiveDate>,
}

impl KnownDeal {
    /// Whether its account has or had this name.
    pub(super) fn is_with(&self, name: &str) -> bool {
        let key = name_key(name);
        self.account
            .iter()
            .chain(&self.other_names)
            .any(|known| name_key(known) == key)
    }
}
