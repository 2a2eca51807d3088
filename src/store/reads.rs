//! What conditions read of deals: which facts must be loaded for them.

use std::collections::BTreeSet;

use super::loader::accounts::may_be_of_account;
use crate::condition::Condition;
use crate::deal::fact::{self, Rows};
use crate::process::{Process, RESULTS};

/// What conditions read of deals.
pub(super) struct Reads<'c> {
    pub(super) columns: BTreeSet<&'c str>,
    /// Facts that these are made of.
    pub(super) base: BTreeSet<&'c str>,
    pub(super) of_accounts: Vec<&'c str>,
    /// Whether they look at how the deals of owners ended.
    pub(super) results: bool,
}

/// What the results of owners are made of.
pub(super) const RESULTS_OF: [&str; 3] = ["owner", "state", "closed"];

impl<'c> Reads<'c> {
    pub(super) fn new(process: &Process, conditions: &[&'c Condition]) -> Self {
        let columns: BTreeSet<&str> = conditions
            .iter()
            .flat_map(|condition| condition.reads.iter().map(String::as_str))
            .collect();
        let base = columns
            .iter()
            .flat_map(|name| Rows::made_of(process, name))
            .collect();
        let of_accounts = columns
            .iter()
            .copied()
            .filter(|name| may_be_of_account(process, name))
            .collect();
        let results = columns.iter().any(|name| RESULTS.contains(name));
        Self {
            columns,
            base,
            of_accounts,
            results,
        }
    }

    /// Facts that a view must have.
    pub(super) fn facts(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> =
            self.base.iter().map(|name| (*name).to_string()).collect();
        names.insert("state".to_string());
        if self.results {
            names.extend(RESULTS_OF.map(str::to_string));
        }
        if self.accounts_matter() {
            names.insert(fact::ACCOUNT.to_string());
        }
        names
    }

    pub(super) fn accounts_matter(&self) -> bool {
        self.columns.contains("account") || !self.of_accounts.is_empty()
    }
}
