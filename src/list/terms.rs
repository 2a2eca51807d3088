//! The terms of a list, as its owner and we agreed on them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How a list was made, which says what its names are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// People who answered or bought somewhere.
    Response,
    /// Put together from public sources.
    #[default]
    Compiled,
    Exchange,
    Purchased,
    /// Our own file: no term binds it.
    House,
    Event,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Mail,
    Phone,
    Email,
}

/// How often the names may be used. One use is one export or one start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uses {
    #[default]
    Unlimited,
    Times(u32),
}

/// Only the code is mandatory. Amounts are minor units of `currency`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// What people call the list by: `zoom-q4`. Never changes.
    pub code: String,
    pub name: Option<String>,
    pub owner: Option<String>,
    pub broker: Option<String>,
    pub kind: Kind,
    pub uses: Uses,
    /// Last day on which names that are not ours may be used.
    pub until: Option<NaiveDate>,
    /// None means any.
    pub channels: Option<Vec<Channel>>,
    /// Which list keeps a name that is on several, lowest first, when told to go by priority.
    pub priority: Option<u32>,
}

impl Terms {
    /// Ours to use for good: our own file, or bought.
    pub fn is_ours(&self) -> bool {
        matches!(self.kind, Kind::House | Kind::Purchased)
    }
}
