//! What the nights expected of periods, which is kept with their snapshots.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, params};

use super::Store;
use crate::deal::book::Day;
use crate::deal::event::{ForecastSnapshot, SaidSnapshot};

impl Store {
    /// The last night up to this day that kept a forecast of just this period.
    pub fn forecast_of(
        &self,
        period: (NaiveDate, NaiveDate),
        day: NaiveDate,
    ) -> Result<Option<(NaiveDate, ForecastSnapshot)>> {
        self.translated(|connection| {
            let found: Option<i32> = connection.query_row(
                "SELECT MAX(day) FROM snapshot_forecast WHERE from_day = $1 AND to_day = $2 AND day <= $3",
                [Day::of(period.0).number(), Day::of(period.1).number(), Day::of(day).number()],
                |row| row.get(0),
            )?;
            let Some(found) = found else {
                return Ok(None);
            };
            let kept = forecasts(connection, (found, found), true)?;
            Ok(kept
                .into_iter()
                .map(|(day, kept)| (day.date(), kept))
                .find(|(_, kept)| (kept.from, kept.to) == period))
        })
    }

    /// What all nights up to a day expected, without their deals, in the order of days.
    pub(super) fn forecasts_said(
        &self,
        as_of: NaiveDate,
    ) -> Result<Vec<(NaiveDate, ForecastSnapshot)>> {
        self.translated(|connection| {
            let kept = forecasts(connection, (i32::MIN, Day::of(as_of).number()), false)?;
            Ok(kept
                .into_iter()
                .map(|(day, kept)| (day.date(), kept))
                .collect())
        })
    }
}

/// What the nights from a day to a day expected, by day. Their deals are many.
pub(super) fn forecasts(
    connection: &Connection,
    (first, last): (i32, i32),
    with_deals: bool,
) -> Result<Vec<(Day, ForecastSnapshot)>> {
    let deals = if with_deals { "deals" } else { "'[]'" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT day, n, from_day, to_day, won_minor, chosen, total_minor, open_minor, new_minor, low_minor,
            high_minor, others_minor, {deals}
         FROM snapshot_forecast WHERE day >= $1 AND day <= $2 ORDER BY day, n"
    ))?;
    let mut rows = statement.query([first, last])?;
    let mut found: Vec<(Day, ForecastSnapshot)> = Vec::new();
    let mut places: BTreeMap<(i32, i64), usize> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (day, deals): (i32, String) = (row.get(0)?, row.get(12)?);
        places.insert((day, row.get(1)?), found.len());
        found.push((
            Day::new(day),
            ForecastSnapshot {
                from: Day::new(row.get(2)?).date(),
                to: Day::new(row.get(3)?).date(),
                won_minor: row.get(4)?,
                chosen: row.get(5)?,
                total_minor: row.get(6)?,
                open_minor: row.get(7)?,
                new_minor: row.get(8)?,
                low_minor: row.get(9)?,
                high_minor: row.get(10)?,
                said: Vec::new(),
                deals: serde_json::from_str(&deals)?,
                others_minor: row.get(11)?,
            },
        ));
    }
    let mut statement = connection.prepare_cached(
        "SELECT day, n, method, total_minor, open_minor, new_minor FROM snapshot_said
         WHERE day >= $1 AND day <= $2 ORDER BY day, n, method",
    )?;
    let mut rows = statement.query([first, last])?;
    while let Some(row) = rows.next()? {
        if let Some(place) = places.get(&(row.get(0)?, row.get(1)?)) {
            found[*place].1.said.push(SaidSnapshot {
                method: row.get(2)?,
                total_minor: row.get(3)?,
                open_minor: row.get(4)?,
                new_minor: row.get(5)?,
            });
        }
    }
    Ok(found)
}

/// Adds the rows of one night.
pub(super) fn write(
    connection: &Connection,
    day: i32,
    forecasts: &[ForecastSnapshot],
) -> Result<()> {
    for (n, forecast) in forecasts.iter().enumerate() {
        connection
            .prepare_cached(
                "INSERT INTO snapshot_forecast (day, n, from_day, to_day, won_minor, chosen, total_minor,
                    open_minor, new_minor, low_minor, high_minor, others_minor, deals)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            )?
            .execute(params![
                day,
                n as i64,
                Day::of(forecast.from).number(),
                Day::of(forecast.to).number(),
                forecast.won_minor,
                forecast.chosen,
                forecast.total_minor,
                forecast.open_minor,
                forecast.new_minor,
                forecast.low_minor,
                forecast.high_minor,
                forecast.others_minor,
                serde_json::to_string(&forecast.deals)?,
            ])?;
        for said in &forecast.said {
            connection
                .prepare_cached(
                    "INSERT INTO snapshot_said (day, n, method, total_minor, open_minor, new_minor)
                     VALUES ($1, $2, $3, $4, $5, $6)",
                )?
                .execute(params![
                    day,
                    n as i64,
                    said.method,
                    said.total_minor,
                    said.open_minor,
                    said.new_minor,
                ])?;
        }
    }
    Ok(())
}
