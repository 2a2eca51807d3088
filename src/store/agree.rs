//! What everybody shares: the applied process, and the catalog of reps, teams, products and sources.

use anyhow::Result;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{Moment, Write, query};
use crate::deal::book::Day;
use crate::deal::event::{CatalogEntry, Event, Move, Private, StreamKind};
use crate::deal::plan::{Fate, fate};
use crate::id::Id;
use crate::process::Process;

impl Write<'_> {
    /// Records a checked process text as the next version and puts it in force.
    pub fn apply_process(&mut self, text: &str, path: &str, why: &str) -> Result<u32> {
        let newest: Option<u32> =
            self.transaction
                .query_row("SELECT MAX(version) FROM process_version", [], |row| {
                    row.get(0)
                })?;
        let version = newest.unwrap_or(0) + 1;
        let sha256 = crate::text::hex(&Sha256::digest(text.as_bytes()));
        let at = self.now();
        self.transaction
            .prepare_cached(
                "INSERT INTO process_version (version, operation, ts, day, actor, why, sha256, path, text)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )?
            .execute(params![
                version,
                self.operation().0,
                self.ts(),
                Day::of(at.day).number(),
                self.actor(),
                why,
                sha256,
                path,
                text
            ])?;
        let stream = self.process_stream()?;
        self.set_version(version);
        self.append(
            stream,
            at,
            [Event::ProcessApplied {
                version,
                sha256,
                why: Private::new(why),
            }],
        )?;
        Ok(version)
    }

    /// Stages that hold open deals and that a process does not have, with how many.
    pub fn homeless(&mut self, process: &Process) -> Result<Vec<(String, usize)>> {
        self.unknown_stages(
            process,
            "SELECT stage, COUNT(*) FROM deal WHERE state IN ('open', 'hold') AND stage IS NOT NULL
             GROUP BY stage ORDER BY stage",
        )
    }

    /// Takes open deals along with a change of the process: those of a stage that is called something else now, and
    /// those of a stage that is gone and says where they go. What was not gated is no gate passed, and what nobody who
    /// sells decided is neither an advance nor a step back.
    pub fn move_deals(
        &mut self,
        before: Option<&Process>,
        after: &Process,
    ) -> Result<Vec<(Id, String, Fate)>> {
        self.flush()?;
        let rows = {
            let mut statement = self.transaction.prepare_cached(
                "SELECT id, stage FROM deal WHERE state IN ('open', 'hold') AND stage IS NOT NULL ORDER BY id",
            )?;
            let rows =
                statement.query_map([], |row| Ok((Id(row.get(0)?), row.get::<_, String>(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()?
        };
        let mut moved = Vec::new();
        for (deal, stage) in rows {
            let fate = fate(before, after, &stage);
            let (Fate::Renamed(to) | Fate::Moved(to)) = &fate else {
                continue;
            };
            let now = self.now();
            let Some(known) = self.deal(deal)? else {
                continue;
            };
            let at = Moment {
                instant: now.instant.max(known.latest),
                day: now.day.max(known.touched),
            };
            let event = match &fate {
                Fate::Moved(_) => Event::StageEntered {
                    stage: to.clone(),
                    how: Move::Process,
                    entered: Some(at.day),
                    customer_type: known.customer_type.clone(),
                    overridden: None,
                },
                _ => Event::StageRenamed {
                    from: stage.clone(),
                    to: to.clone(),
                },
            };
            self.append(deal, at, [event])?;
            moved.push((deal, stage, fate));
            if moved.len() % 1_000 == 0 {
                self.flush()?;
            }
        }
        self.flush()?;
        Ok(moved)
    }

    /// Stages that deals have been in and that a process does not have, with how many deals.
    pub fn bygone(&mut self, process: &Process) -> Result<Vec<(String, usize)>> {
        self.unknown_stages(
            process,
            "SELECT stage, COUNT(DISTINCT deal) FROM visit GROUP BY stage ORDER BY stage",
        )
    }

    fn unknown_stages(&mut self, process: &Process, sql: &str) -> Result<Vec<(String, usize)>> {
        self.flush()?;
        let mut statement = self.transaction.prepare_cached(sql)?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))?;
        let mut stages = rows.collect::<rusqlite::Result<Vec<(String, usize)>>>()?;
        stages.retain(|(stage, _)| process.stage(stage).is_none());
        Ok(stages)
    }

    /// Adds a rep, team, product or source, or says anew what is known of it.
    pub fn set_catalog(&mut self, entry: CatalogEntry) -> Result<Id> {
        let known: Option<i64> = self
            .transaction
            .prepare_cached("SELECT id FROM catalog WHERE kind = $1 AND name = $2")?
            .query_row([entry.kind.name(), &entry.name], |row| row.get(0))
            .optional()?;
        let stream = match known {
            Some(id) => Id(id),
            None => self.create(StreamKind::Catalog)?,
        };
        let at = self.now();
        self.append(stream, at, [Event::CatalogSet(entry)])?;
        // Written at once, so that the same name given twice in one command is one entry.
        self.flush()?;
        Ok(stream)
    }

    /// The catalog with what this operation has written so far.
    pub fn catalog(&mut self) -> Result<query::Catalog> {
        self.flush()?;
        query::catalog(&self.transaction)
    }

    fn process_stream(&mut self) -> Result<Id> {
        let known: Option<i64> = self
            .transaction
            .query_row("SELECT id FROM stream WHERE kind = 'process'", [], |row| {
                row.get(0)
            })
            .optional()?;
        match known {
            Some(id) => Ok(Id(id)),
            None => self.create(StreamKind::Process),
        }
    }
}
