//! How the deals of reps and teams ended lately: read when a gate goes by it, and not otherwise.

use anyhow::Result;
use chrono::NaiveDate;

use super::Store;
use super::query::catalog;
use crate::deal::book::Day;
use crate::deal::event::CatalogKind;
use crate::deal::results::{Closed, LATELY, Results};

impl Store {
    /// The deals that count for the results of a day, by who owns them now.
    pub fn results(&self, on: NaiveDate) -> Result<Results> {
        self.results_of(on, on)
    }

    /// The deals that count for the results of any day from one to another.
    pub fn results_of(&self, from: NaiveDate, to: NaiveDate) -> Result<Results> {
        self.translated(|connection| {
            let catalog = catalog(connection)?;
            let first = Day::of(from).number() - LATELY;
            let mut statement = connection.prepare_cached(
                "SELECT owner, closed, CASE WHEN state = 'won' THEN 1 ELSE 0 END FROM deal
                 WHERE state IN ('won', 'lost') AND owner IS NOT NULL AND closed > $1 AND closed <= $2",
            )?;
            let mut rows = statement.query((first, Day::of(to).number()))?;
            let mut all: Vec<(String, Day, bool)> = Vec::new();
            while let Some(row) = rows.next()? {
                all.push((row.get(0)?, Day::new(row.get(1)?), row.get(2)?));
            }
            Ok(Results::of(all.iter().map(|(owner, day, won)| {
                let rep = catalog.get(CatalogKind::Rep, owner);
                Closed {
                    owner,
                    team: rep.and_then(|rep| rep.team.as_deref()),
                    day: *day,
                    won: *won,
                }
            })))
        })
    }
}
