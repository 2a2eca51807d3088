//! What `redo` looks at before it brings something back: that it is gone, that its place is free, and
//! that what it leans on is there.

use std::collections::BTreeSet;

use anyhow::Result;
use rusqlite::OptionalExtension;

use super::query::OperationRow;
use super::{Write, project};
use crate::deal::event::{Event, StreamKind};
use crate::fault::Fault;
use crate::id::Id;

impl Write<'_> {
    /// What was undone may lean on an account or a person that was undone after it, by somebody else.
    pub(super) fn refuse_what_hangs_in_the_air(
        &mut self,
        target: &OperationRow,
        touched: &[(Id, StreamKind)],
    ) -> Result<()> {
        self.flush()?;
        self.refuse_a_chain(target, touched)?;
        for (stream, kind) in touched {
            let sql = match kind {
                StreamKind::Deal => {
                    "SELECT 'account' FROM deal d LEFT JOIN account a ON a.id = d.account
                     WHERE d.id = $1 AND d.account IS NOT NULL AND a.id IS NULL
                     UNION ALL SELECT 'person' FROM participant p LEFT JOIN person q ON q.id = p.person
                     WHERE p.deal = $1 AND q.id IS NULL
                     UNION ALL SELECT 'person' FROM origin o LEFT JOIN person q ON q.id = o.person
                     WHERE o.deal = $1 AND o.person IS NOT NULL AND q.id IS NULL"
                }
                StreamKind::Person => {
                    "SELECT 'account' FROM person p LEFT JOIN account a ON a.id = p.account
                     WHERE p.id = $1 AND p.account IS NOT NULL AND a.id IS NULL"
                }
                _ => continue,
            };
            let missing: Option<String> = self
                .transaction
                .prepare_cached(sql)?
                .query_row([stream.0], |row| row.get(0))
                .optional()?;
            if let Some(missing) = missing {
                return Err(Fault::no(format!(
                    "`{}` can't be redone: the {missing} it needs was undone since",
                    target.typed
                ))
                .hint(format!(
                    "whoever undid the command that brought the {missing} can redo that first"
                ))
                .into());
            }
        }
        Ok(())
    }

    /// Two that were merged into one another, or through a third, would have nobody left to be shown.
    fn refuse_a_chain(&self, target: &OperationRow, touched: &[(Id, StreamKind)]) -> Result<()> {
        for (stream, kind) in touched {
            let table = match kind {
                StreamKind::Account => "account",
                StreamKind::Person => "person",
                _ => continue,
            };
            let chained = self
                .transaction
                .prepare_cached(&format!(
                    "SELECT 1 FROM {table} a LEFT JOIN {table} n ON n.id = a.merged
                     WHERE a.id = $1 AND a.merged IS NOT NULL AND (n.id IS NULL OR n.merged IS NOT NULL
                        OR EXISTS (SELECT 1 FROM {table} o WHERE o.merged = a.id))"
                ))?
                .exists([stream.0])?;
            if chained {
                return Err(Fault::no(format!(
                    "`{}` can't be redone: one of the two was merged with another, or undone, since",
                    target.typed
                ))
                .hint(format!("salesctl {table} merge A B merges them as they are now"))
                .into());
            }
        }
        Ok(())
    }

    /// What comes back must find its place: its account still there, its name not taken meanwhile.
    pub(super) fn refuse_what_was_made_again(
        &mut self,
        target: &OperationRow,
        touched: &[(Id, StreamKind)],
    ) -> Result<()> {
        let ours: BTreeSet<Id> = touched.iter().map(|(stream, _)| *stream).collect();
        let mut claims = Vec::new();
        for (stream, _) in touched {
            for recorded in self.events(*stream)? {
                match &recorded.event {
                    Event::AccountAdded { name } | Event::AccountRenamed { name }
                        if recorded.operation == target.id =>
                    {
                        let key = project::name_key(name);
                        claims.push((
                            "SELECT id FROM account WHERE name_key = $1",
                            key,
                            format!("account {name}"),
                        ));
                    }
                    Event::CatalogSet(entry) => {
                        let key = format!("{}:{}", entry.kind.name(), entry.name);
                        claims.push((
                            "SELECT id FROM catalog WHERE kind || ':' || name = $1",
                            key,
                            format!("{} {}", entry.kind.name(), entry.name),
                        ));
                    }
                    Event::ListSet(terms) => {
                        let what = format!("the list {}", terms.code);
                        let sql = "SELECT id FROM list WHERE code = $1";
                        claims.push((sql, terms.code.clone(), what));
                    }
                    Event::DealOpened {
                        external: Some(key),
                        ..
                    } => {
                        let what = format!("the deal of the row {key}");
                        let sql = "SELECT deal FROM imported WHERE external = $1";
                        claims.push((sql, key.clone(), what));
                    }
                    _ => {}
                }
            }
        }
        for (sql, key, what) in claims {
            let other: Option<i64> = self
                .transaction
                .prepare_cached(sql)?
                .query_row([&key], |row| row.get(0))
                .optional()?;
            if let Some(other) = other.filter(|other| !ours.contains(&Id(*other))) {
                let by = self.maker(Id(other))?;
                return Err(Fault::no(format!(
                    "`{}` can't be redone: {what} was made again since, by {by}",
                    target.typed
                ))
                .hint("salesctl history shows what was done since")
                .into());
            }
        }
        Ok(())
    }

    /// Who wrote to a stream last.
    fn maker(&self, stream: Id) -> Result<String> {
        let by: Option<String> = self
            .transaction
            .prepare_cached("SELECT actor FROM event WHERE stream = $1 ORDER BY seq DESC LIMIT 1")?
            .query_row([stream.0], |row| row.get(0))
            .optional()?;
        Ok(by.unwrap_or_else(|| "somebody".to_string()))
    }
}
