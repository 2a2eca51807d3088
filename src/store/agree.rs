//! What everybody shares: the applied process, and the catalog of reps, teams, products and sources.

use anyhow::Result;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{Write, query};
use crate::deal::book::Day;
use crate::deal::event::{CatalogEntry, Event, Private, StreamKind};
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
