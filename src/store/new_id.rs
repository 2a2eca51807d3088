//! New ids. All of one operation carry the same millisecond, so of ten thousand some would be the same by
//! chance: nobody is given one twice.

use anyhow::{Result, anyhow};
use rusqlite::Transaction;

use super::Write;
use crate::id::{Id, Ids};

/// So often another one is tried.
const TRIES: usize = 100;

impl Write<'_> {
    /// An id that nothing has: no stream, no follow-up, and nothing that this operation is still to write.
    pub fn new_id(&mut self) -> Result<Id> {
        let millis = self.acting.now.timestamp_millis();
        for _ in 0..TRIES {
            let id = self.ids.next(millis);
            let taken = self
                .transaction
                .prepare_cached(
                    "SELECT 1 FROM stream WHERE id = $1 UNION ALL SELECT 1 FROM followup WHERE id = $1",
                )?
                .exists([id.0])?;
            if !taken && self.given.insert(id) {
                return Ok(id);
            }
        }
        Err(anyhow!("no free id in a hundred tries"))
    }
}

/// An id that no operation has.
pub(super) fn of_operation(
    transaction: &Transaction<'_>,
    ids: &mut Ids,
    millis: i64,
) -> Result<Id> {
    for _ in 0..TRIES {
        let id = ids.next(millis);
        let taken = transaction
            .prepare_cached("SELECT 1 FROM operation WHERE id = $1")?
            .exists([id.0])?;
        if !taken {
            return Ok(id);
        }
    }
    Err(anyhow!("no free operation id in a hundred tries"))
}
