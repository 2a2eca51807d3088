//! What `undo` may not take away: that something outside of the operation leans on it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rustc_hash::FxHashSet;

use super::Write;
use super::query::OperationRow;
use crate::deal::event::StreamKind;
use crate::fault::Fault;
use crate::id::Id;

/// What can be leaned on: the kind of it, who refers to it, and where that is told. `b` is the first event of
/// what an operation began. The order of a join is fixed: from the few begun where there is an index to who
/// refers to them, otherwise once through all that may.
const USERS: [(StreamKind, &str, &str); 15] = [
    (StreamKind::Account, "d.id", "event b CROSS JOIN deal d ON d.account = b.stream"),
    (StreamKind::Account, "d.id", "event b CROSS JOIN person d ON d.account = b.stream"),
    (
        StreamKind::Account,
        "d.id",
        "account d CROSS JOIN event b ON b.stream = d.merged AND d.merged IS NOT NULL",
    ),
    (StreamKind::Account, "d.id", "event b CROSS JOIN customer_case d ON d.about = b.stream"),
    (StreamKind::Person, "d.deal", "event b CROSS JOIN participant d ON d.person = b.stream"),
    (StreamKind::Person, "d.deal", "activity d CROSS JOIN event b ON b.stream = d.person"),
    (StreamKind::Person, "d.subject", "contact_activity d CROSS JOIN event b ON b.stream = d.person"),
    (StreamKind::Person, "d.deal", "origin d CROSS JOIN event b ON b.stream = d.person"),
    (
        StreamKind::Person,
        "d.id",
        "person d CROSS JOIN event b ON b.stream = d.merged AND d.merged IS NOT NULL",
    ),
    (StreamKind::Person, "d.id", "event b CROSS JOIN customer_case d ON d.about = b.stream"),
    (StreamKind::Deal, "d.id", "customer_case d CROSS JOIN event b ON b.stream = d.deal"),
    (StreamKind::Case, "d.deal", "origin d CROSS JOIN event b ON b.stream = d.from_case"),
    (StreamKind::List, "d.id", "event b CROSS JOIN batch d ON d.list = b.stream"),
    (
        StreamKind::Catalog,
        "d.id",
        "event b CROSS JOIN catalog c ON c.id = b.stream
         CROSS JOIN deal d ON (c.kind = 'rep' AND d.owner = c.name)
            OR (c.kind = 'product' AND d.product = c.name) OR (c.kind = 'source' AND d.source = c.name)",
    ),
    (
        StreamKind::Catalog,
        "d.id",
        "event b CROSS JOIN catalog c ON c.id = b.stream
         CROSS JOIN catalog d ON c.kind = 'team' AND d.kind = 'rep' AND d.team = c.name",
    ),
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
        let uses = self.uses(target.id, &kinds.values().copied().collect())?;
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
    fn uses(&self, operation: Id, kinds: &FxHashSet<StreamKind>) -> Result<Vec<(Id, Id)>> {
        let mut uses = Vec::new();
        for (_, user, told) in USERS.iter().filter(|(kind, ..)| kinds.contains(kind)) {
            let mut statement = self.transaction.prepare_cached(&format!(
                "SELECT b.stream, {user} FROM {told} WHERE b.operation = $1 AND b.seq = 1 ORDER BY 1, 2"
            ))?;
            let found =
                statement.query_map([operation.0], |row| Ok((Id(row.get(0)?), Id(row.get(1)?))))?;
            for pair in found {
                uses.push(pair?);
            }
        }
        Ok(uses)
    }
}
