//! What `undo` may not take away: that something outside of the operation leans on it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Write;
use super::query::OperationRow;
use crate::deal::event::StreamKind;
use crate::fault::Fault;
use crate::id::Id;

/// For what an operation began (`b`): who refers to it.
const USERS: [&str; 14] = [
    "deal d ON d.account = b.stream",
    "person d ON d.account = b.stream",
    "account d ON d.merged = b.stream",
    "person d ON d.merged = b.stream",
    "batch d ON d.list = b.stream",
    "customer_case d ON d.about = b.stream",
    "customer_case d ON d.deal = b.stream",
    "(SELECT deal AS id, person FROM participant) d ON d.person = b.stream",
    "(SELECT deal AS id, person FROM activity) d ON d.person = b.stream",
    "(SELECT subject AS id, person FROM contact_activity) d ON d.person = b.stream",
    "(SELECT deal AS id, person FROM origin) d ON d.person = b.stream",
    "(SELECT deal AS id, from_case FROM origin) d ON d.from_case = b.stream",
    "catalog c ON c.id = b.stream JOIN deal d ON (c.kind = 'rep' AND d.owner = c.name)
        OR (c.kind = 'product' AND d.product = c.name) OR (c.kind = 'source' AND d.source = c.name)",
    "catalog c ON c.id = b.stream JOIN catalog d ON c.kind = 'team' AND d.kind = 'rep' AND d.team = c.name",
];

impl Write<'_> {
    /// Things that deals outside the operation refer to can't vanish under them: an import is undone round
    /// them, anything else is refused.
    pub(super) fn keep_what_is_used(
        &self,
        target: &OperationRow,
        touched: &[(Id, StreamKind)],
        kept: &mut BTreeSet<Id>,
    ) -> Result<()> {
        let kinds: BTreeMap<Id, StreamKind> = touched.iter().copied().collect();
        let uses = self.uses(target.id)?;
        let mut grew = true;
        // What is kept keeps what it leans on in turn.
        while grew {
            grew = false;
            for (stream, user) in &uses {
                let outside = kept.contains(user) || !kinds.contains_key(user);
                let Some(kind) = kinds.get(stream).filter(|_| outside) else {
                    continue;
                };
                if target.kind == "import" {
                    grew |= kept.insert(*stream);
                    continue;
                }
                return Err(Fault::no(format!(
                    "`{}` can't be undone: {} {} is in use by {} since",
                    target.typed,
                    kind.name(),
                    &stream.handle()[..4],
                    &user.handle()[..4]
                ))
                .hint("undo what uses it first")
                .into());
            }
        }
        Ok(())
    }

    /// What an operation began, each with something that refers to it.
    fn uses(&self, operation: Id) -> Result<Vec<(Id, Id)>> {
        let mut uses = Vec::new();
        for users in USERS {
            let mut statement = self.transaction.prepare_cached(&format!(
                "SELECT b.stream, d.id FROM event b JOIN {users} WHERE b.operation = $1 AND b.seq = 1
                 ORDER BY b.stream, d.id"
            ))?;
            let found = statement.query_map([operation.0], |row| {
                Ok((Id(row.get(0)?), Id(row.get(1)?)))
            })?;
            for pair in found {
                uses.push(pair?);
            }
        }
        Ok(uses)
    }
}
