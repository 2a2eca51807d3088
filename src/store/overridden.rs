//! Which lines of gates were passed over. The tables only say that a gate was; what was open then stands in the log,
//! which is read of the deals that the tables name, in one statement.

use anyhow::Result;

use super::{Store, log};
use crate::deal::overridden::Overridden;

impl Store {
    /// Every gate that was passed over, deal by deal in the order of their ids.
    pub fn overridden(&self) -> Result<Vec<Overridden>> {
        self.translated(|connection| {
            let events = log::moves_of_overridden(connection)?;
            let deals = events.chunk_by(|a, b| a.stream == b.stream);
            Ok(deals.flat_map(Overridden::from_events).collect())
        })
    }
}
