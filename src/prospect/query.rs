//! What a selection asks for: kept with its name, so that it can be run again.

use serde::{Deserialize, Serialize};

/// Who is wanted. Everything given must hold; the best come first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Accounts that bought something, rather than names of lists.
    #[serde(skip_serializing_if = "is_false")]
    pub customers: bool,
    /// A condition over [`crate::process::prospect_columns`] or [`crate::process::customer_columns`].
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// As typed: `forecasting>=4`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Accounts that they should resemble, as typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<String>,
    /// They should resemble whoever bought something.
    #[serde(skip_serializing_if = "is_false")]
    pub like_won: bool,
    /// Codes of the lists they must be on; none means any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// The rep whose customers are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// For a mailing: nobody is given work by it, so no rep's capacity bounds it.
    #[serde(skip_serializing_if = "is_false")]
    pub mailing: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_false(flag: &bool) -> bool {
    !flag
}
