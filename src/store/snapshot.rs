//! What the nights saw: one stream of snapshots, one row a day.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, Write, expected, log};
use crate::deal::book::Day;
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded, Snapshot, StageSnapshot, StreamKind};
use crate::id::Id;

/// The kind of an operation that nobody undoes, as that of `init` is.
pub const NIGHTLY: &str = "setup";

/// A snapshot, and how many its page was mailed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Night {
    pub snapshot: Snapshot,
    pub mailed: u32,
}

impl Store {
    /// The night of this day.
    pub fn night(&self, day: NaiveDate) -> Result<Option<Night>> {
        self.translated(|connection| night(connection, Some(Day::of(day))))
    }

    /// The last night before this day.
    pub fn night_before(&self, day: NaiveDate) -> Result<Option<Night>> {
        self.translated(|connection| {
            let last: Option<i32> = connection.query_row(
                "SELECT MAX(day) FROM snapshot WHERE day < $1",
                [Day::of(day).number()],
                |row| row.get(0),
            )?;
            night(connection, last.map(Day::new))
        })
    }

    /// One hash over the heads of all chains.
    pub fn head_of_all(&self) -> Result<String> {
        self.translated(log::head_of_all)
    }
}

fn night(connection: &Connection, day: Option<Day>) -> Result<Option<Night>> {
    let Some(day) = day else {
        return Ok(None);
    };
    let found = connection
        .query_row(
            "SELECT head, errors, warnings, mailed FROM snapshot WHERE day = $1",
            [day.number()],
            |row| {
                Ok(Night {
                    snapshot: Snapshot {
                        day: day.date(),
                        head: row.get(0)?,
                        stages: Vec::new(),
                        errors: row.get(1)?,
                        warnings: row.get(2)?,
                        forecasts: Vec::new(),
                    },
                    mailed: row.get(3)?,
                })
            },
        )
        .optional()?;
    let Some(mut night) = found else {
        return Ok(None);
    };
    let mut statement = connection.prepare(
        "SELECT stage, deals, value_minor FROM snapshot_stage WHERE day = $1 ORDER BY n",
    )?;
    let stages = statement.query_map([day.number()], |row| {
        Ok(StageSnapshot {
            stage: row.get(0)?,
            n: row.get(1)?,
            value_minor: row.get(2)?,
        })
    })?;
    night.snapshot.stages = stages.collect::<rusqlite::Result<_>>()?;
    night.snapshot.forecasts = expected::forecasts(connection, (day.number(), day.number()), true)?
        .into_iter()
        .map(|(_, forecast)| forecast)
        .collect();
    Ok(Some(night))
}

impl Write<'_> {
    /// Keeps what the night saw, in place of what it saw before on that day.
    pub fn take_snapshot(&mut self, snapshot: Snapshot) -> Result<()> {
        let (stream, at) = (self.nights()?, self.now());
        self.append(stream, at, [Event::SnapshotTaken(Box::new(snapshot))])
    }

    /// Keeps that the page of a day was mailed.
    pub fn page_mailed(&mut self, day: NaiveDate, to: u32) -> Result<()> {
        let (stream, at) = (self.nights()?, self.now());
        self.append(stream, at, [Event::PageMailed { day, to }])
    }

    fn nights(&mut self) -> Result<Id> {
        let known: Option<i64> = self.transaction.query_row(
            "SELECT MIN(id) FROM stream WHERE kind = $1",
            [StreamKind::Nightly.name()],
            |row| row.get(0),
        )?;
        match known {
            Some(id) => Ok(Id(id)),
            None => self.create(StreamKind::Nightly),
        }
    }
}

/// There is one such stream, so its rows are all rows. What `before` told is written already: a night does not
/// write all earlier ones again.
pub(super) fn project(
    connection: &Connection,
    before: &[Recorded],
    events: &[Recorded],
) -> Result<()> {
    let (old, new) = (nights(before), nights(events));
    if before.is_empty() {
        for table in TABLES {
            connection.execute(&format!("DELETE FROM {table}"), [])?;
        }
    }
    for day in old.keys().filter(|day| old.get(day) != new.get(day)) {
        for table in TABLES {
            connection
                .prepare_cached(&format!("DELETE FROM {table} WHERE day = $1"))?
                .execute([Day::of(*day).number()])?;
        }
    }
    for (day, night) in new
        .iter()
        .filter(|(day, night)| old.get(day) != Some(night))
    {
        write(connection, *day, night)?;
    }
    Ok(())
}

/// Children before parents.
const TABLES: [&str; 4] = [
    "snapshot_said",
    "snapshot_forecast",
    "snapshot_stage",
    "snapshot",
];

fn nights(events: &[Recorded]) -> BTreeMap<NaiveDate, Night> {
    let mut nights: BTreeMap<NaiveDate, Night> = BTreeMap::new();
    for recorded in effective_order(events) {
        match &recorded.event {
            Event::SnapshotTaken(snapshot) => {
                let mailed = nights.get(&snapshot.day).map_or(0, |night| night.mailed);
                let snapshot = Snapshot::clone(snapshot);
                nights.insert(snapshot.day, Night { snapshot, mailed });
            }
            Event::PageMailed { day, to } => {
                if let Some(night) = nights.get_mut(day) {
                    night.mailed = *to;
                }
            }
            _ => {}
        }
    }
    nights
}

fn write(connection: &Connection, day: NaiveDate, night: &Night) -> Result<()> {
    let day = Day::of(day).number();
    let snapshot = &night.snapshot;
    connection
        .prepare_cached(
            "INSERT INTO snapshot (day, head, errors, warnings, mailed) VALUES ($1, $2, $3, $4, $5)",
        )?
        .execute(params![
            day,
            snapshot.head,
            snapshot.errors,
            snapshot.warnings,
            night.mailed
        ])?;
    for (n, stage) in snapshot.stages.iter().enumerate() {
        connection
            .prepare_cached(
                "INSERT INTO snapshot_stage (day, n, stage, deals, value_minor) VALUES ($1, $2, $3, $4, $5)",
            )?
            .execute(params![day, n as i64, stage.stage, stage.n, stage.value_minor])?;
    }
    expected::write(connection, day, &snapshot.forecasts)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::deal::event::{DealPiece, ForecastSnapshot, SaidSnapshot};
    use crate::id::Ids;
    use crate::store::Acting;

    fn acting(instant: &str) -> Acting {
        let clock: DateTime<Utc> = instant.parse().expect("an instant");
        Acting {
            actor: "cron".to_string(),
            typed: "nightly".to_string(),
            clock,
            now: clock,
            today: clock.date_naive(),
            dry_run: false,
        }
    }

    fn seen(day: NaiveDate, deals: u32, head: &str) -> Snapshot {
        let stage = |stage: &str, n, value_minor| StageSnapshot {
            stage: stage.to_string(),
            n,
            value_minor,
        };
        Snapshot {
            day,
            head: head.to_string(),
            stages: vec![stage("qualify", deals, 7_500), stage("propose", 2, 120_000)],
            errors: 1,
            warnings: 3,
            forecasts: vec![expected(i64::from(deals) * 1_000)],
        }
    }

    fn expected(total_minor: i64) -> ForecastSnapshot {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).expect("a day");
        let piece = |n, close| DealPiece {
            deal: Id(n),
            chance: 250_000,
            worth_minor: 4_000,
            expected_minor: 1_000,
            close,
        };
        ForecastSnapshot {
            from: day(10, 1),
            to: day(12, 31),
            won_minor: 96_000,
            chosen: "cohort".to_string(),
            total_minor,
            open_minor: total_minor - 500,
            new_minor: 500,
            low_minor: Some(total_minor / 2),
            high_minor: None,
            said: vec![
                SaidSnapshot {
                    method: "cohort".to_string(),
                    total_minor,
                    open_minor: Some(total_minor - 500),
                    new_minor: Some(500),
                },
                SaidSnapshot {
                    method: "run-rate".to_string(),
                    total_minor: 7_000,
                    open_minor: None,
                    new_minor: None,
                },
            ],
            deals: vec![piece(7, None), piece(8, Some(Day::of(day(12, 1))))],
            others_minor: total_minor - 2_500,
        }
    }

    /// An event that was written before there were forecasts is read as it was, and written as it was.
    #[test]
    fn nights_of_old_are_read() {
        let old = r#"{"day":"2026-11-19","head":"a","stages":[],"errors":1,"warnings":3}"#;
        let read: Snapshot = serde_json::from_str(old).expect("read");
        assert_eq!(read.forecasts, Vec::new());
        assert_eq!(serde_json::to_string(&read).expect("written"), old);
        let new = serde_json::to_string(&expected(5_000)).expect("written");
        assert!(new.contains("[[7,250000,4000,1000,null],[8,"), "{new}");
        let back: ForecastSnapshot = serde_json::from_str(&new).expect("read");
        assert_eq!(back, expected(5_000));
    }

    #[test]
    fn the_last_of_a_day_counts_and_what_was_mailed_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let store =
            Store::create(&folder.path().join("sales.db"), false, Ids::seeded(1)).expect("a store");
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).expect("a day");
        let write = |instant: &str, change: &dyn Fn(&mut Write<'_>) -> Result<()>| {
            store
                .write(&acting(instant), NIGHTLY, |write| change(write))
                .expect("written");
        };
        write("2026-11-19T05:00:00Z", &|write| {
            write.take_snapshot(seen(day(19), 4, "a"))
        });
        write("2026-11-20T05:00:00Z", &|write| {
            write.take_snapshot(seen(day(20), 5, "b"))?;
            write.page_mailed(day(20), 2)
        });
        write("2026-11-20T18:00:00Z", &|write| {
            write.take_snapshot(seen(day(20), 6, "c"))
        });
        let night = |on| store.night(day(on)).expect("read");
        let last = night(20).expect("a night");
        assert_eq!((last.mailed, &last.snapshot), (2, &seen(day(20), 6, "c")));
        assert_eq!(
            (last.snapshot.open(), last.snapshot.value_minor()),
            (8, 127_500)
        );
        assert_eq!(night(19).map(|night| night.mailed), Some(0));
        assert_eq!(night(18), None);
        let before = |on| store.night_before(day(on)).expect("read");
        assert_eq!(before(20).map(|night| night.snapshot.day), Some(day(19)));
        assert_eq!(before(25).map(|night| night.snapshot.day), Some(day(20)));
        assert_eq!(before(19), None);
        let period = (expected(0).from, expected(0).to);
        let kept = |on| store.forecast_of(period, day(on)).expect("read");
        assert_eq!(kept(21), Some((day(20), expected(6_000))));
        assert_eq!(kept(19), Some((day(19), expected(4_000))));
        assert_eq!(kept(1), None, "no night up to that day");
        let all = store.forecasts_said(day(20)).expect("read");
        let totals: Vec<i64> = all.iter().map(|(_, one)| one.total_minor).collect();
        assert_eq!(totals, [4_000, 6_000]);
        assert!(
            all.iter()
                .all(|(_, one)| one.deals.is_empty() && one.said.len() == 2)
        );
        // One stream, whatever the nights; and the head is the one that the doctor comes to.
        let found = store.examine().expect("looked");
        assert!(found.is_sound());
        assert_eq!(found.head, store.head_of_all().expect("a head"));
        store.rebuild().expect("rebuilt");
        assert_eq!(kept(21), Some((day(20), expected(6_000))));
    }
}
