//! Batches: what was imported from which file, when and by whom, undone ones and unfinished ones too.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::names::{Run, RunState};
use super::{Store, log};
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::id::{Id, canonical_handle};
use crate::prospect::Counts;
use crate::text::visible;

/// How a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    Complete,
    Undone,
    /// Broken off before its end, or going on.
    Incomplete,
}

impl BatchState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Undone => "undone",
            Self::Incomplete => "incomplete",
        }
    }
}

/// One import of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    pub id: Id,
    /// `deals`, `history`, `prospects`, `suppression`, `ratings`.
    pub what: String,
    pub file: String,
    pub sha256: String,
    /// Of names.
    pub list: Option<Id>,
    pub retry_of: Option<Id>,
    pub counts: Counts,
    /// Who imported it, and when; of an incomplete one when it began.
    pub actor: Option<String>,
    pub recorded: DateTime<Utc>,
    pub state: BatchState,
}

impl Store {
    /// All batches, the newest first.
    pub fn batches(&self) -> Result<Vec<BatchRow>> {
        let mut all = self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT s.id, o.actor, o.ts, o.undone_ts IS NOT NULL
                 FROM stream s JOIN event e ON e.stream = s.id AND e.seq = 1
                 JOIN operation o ON o.id = e.operation WHERE s.kind = 'batch'",
            )?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let id = Id(row.get(0)?);
                let events = log::read(connection, id)?;
                let Some(told) = events.first().and_then(|first| told(&first.event)) else {
                    return Err(
                        Fault::damaged(format!("batch {id} does not say what it is")).into(),
                    );
                };
                let undone: bool = row.get(3)?;
                all.push(BatchRow {
                    id,
                    actor: Some(row.get(1)?),
                    recorded: log::instant(row.get(2)?)?,
                    state: if undone {
                        BatchState::Undone
                    } else {
                        BatchState::Complete
                    },
                    ..told
                });
            }
            Ok(all)
        })?;
        for run in self.open_runs()? {
            all.push(unfinished(run)?);
        }
        all.sort_by_key(|batch| (std::cmp::Reverse(batch.recorded), batch.id));
        Ok(all)
    }

    /// The one batch whose id begins so; otherwise the reason (exit code 4).
    pub fn resolve_batch(&self, typed: &str) -> Result<BatchRow> {
        let prefix = canonical_handle(typed.trim()).unwrap_or_default();
        let mut found: Vec<BatchRow> = self
            .batches()?
            .into_iter()
            .filter(|batch| !prefix.is_empty() && batch.id.handle().starts_with(&prefix))
            .collect();
        match (found.len(), found.pop()) {
            (1, Some(one)) => Ok(one),
            (0, _) => Err(
                Fault::not_found(format!("no batch matches `{}`", visible(typed)))
                    .hint("salesctl import list shows them all")
                    .into(),
            ),
            (n, _) => Err(Fault::not_found(format!(
                "`{}` begins the id of {n} batches",
                visible(typed)
            ))
            .hint("type one more character of the id; salesctl import list shows them all")
            .into()),
        }
    }
}

/// What the first event of a batch tells.
fn told(event: &Event) -> Option<BatchRow> {
    let row = |what: &str, file: &String, sha256: &String, counts: Counts| BatchRow {
        id: Id(0),
        what: what.to_string(),
        file: file.clone(),
        sha256: sha256.clone(),
        list: None,
        retry_of: None,
        counts,
        actor: None,
        recorded: DateTime::UNIX_EPOCH,
        state: BatchState::Complete,
    };
    match event {
        Event::BatchImported {
            file,
            sha256,
            what,
            read,
            new,
            known,
            rejected,
        } => {
            let counts = Counts {
                read: *read,
                new: *new,
                known: *known,
                rejected: *rejected,
                ..Counts::default()
            };
            Some(row(what, file, sha256, counts))
        }
        Event::ProspectsImported {
            file,
            sha256,
            list,
            retry_of,
            counts,
        } => Some(BatchRow {
            list: Some(*list),
            retry_of: *retry_of,
            ..row("prospects", file, sha256, *counts)
        }),
        _ => None,
    }
}

fn unfinished(run: Run) -> Result<BatchRow> {
    debug_assert!(run.state != RunState::Complete, "open runs were asked for");
    Ok(BatchRow {
        id: run.id,
        what: "prospects".into(),
        file: run.setup.file,
        sha256: run.setup.sha256,
        list: Some(run.setup.list),
        retry_of: run.setup.retry_of,
        counts: Counts {
            read: run.records,
            ..Counts::default()
        },
        actor: None,
        recorded: log::instant(run.began)?,
        state: BatchState::Incomplete,
    })
}
