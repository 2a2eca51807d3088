//! The tables of the Book beside deals and visits: what was done, what is to be done, what changed.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::Connection;

use super::loader::Loader;
use super::query::fact_value;
use crate::condition::Value;
use crate::deal::book::{Activities, Book, Changes, Dated, Day, FollowUps, State};
use crate::deal::event::ActivityKind;
use crate::fault::Fault;
use crate::id::Id;
use crate::process::{LOST, WON};

impl Loader<'_> {
    /// Where each deal is in the columns.
    fn places(&self) -> HashMap<i64, u32> {
        (0_u32..)
            .zip(&self.deals.id)
            .map(|(place, id)| (id.0, place))
            .collect()
    }

    /// What was done up to the as-of day, for deals and for nobody's deal.
    pub(super) fn activities(&mut self, connection: &Connection) -> Result<Activities> {
        let places = self.places();
        let mut all = Activities::default();
        for query in [
            "SELECT deal, day, kind, minutes, cost_minor, actor, tool FROM activity WHERE day <= $1",
            "SELECT NULL, day, kind, minutes, cost_minor, actor, tool FROM contact_activity WHERE day <= $1",
        ] {
            let mut statement = connection.prepare(query)?;
            let mut rows = statement.query([Day::of(self.as_of).0])?;
            while let Some(row) = rows.next()? {
                let deal = row.get::<_, Option<i64>>(0)?;
                let place = deal.and_then(|id| places.get(&id).copied());
                if deal.is_some() && place.is_none() {
                    continue;
                }
                let kind = row.get_ref(2)?.as_str().map_err(anyhow::Error::from)?;
                let kind = ActivityKind::from_name(kind)
                    .ok_or_else(|| Fault::damaged(format!("unknown activity `{kind}`")))?;
                let actor = row
                    .get_ref(5)?
                    .as_str_or_null()
                    .map_err(anyhow::Error::from)?;
                let rep = actor.and_then(|actor| self.logins.get(actor).copied());
                let owner = || self.deals.owner[place? as usize];
                all.by.push(rep.or_else(owner));
                all.deal.push(place);
                all.day.push(Day(row.get(1)?));
                all.kind.push(kind);
                all.minutes.push(row.get(3)?);
                all.cost_minor.push(row.get(4)?);
                let tool = row
                    .get_ref(6)?
                    .as_str_or_null()
                    .map_err(anyhow::Error::from)?;
                all.tool.push(tool.map(|name| self.tools.index(name)));
            }
        }
        Ok(all)
    }

    /// What was to be done by the as-of day, due when it was due as of then.
    pub(super) fn follow_ups(&self, connection: &Connection) -> Result<FollowUps> {
        let places = self.places();
        let mut all = FollowUps::default();
        let as_of = Day::of(self.as_of);
        let mut statement = connection.prepare(
            "SELECT f.id, f.deal, COALESCE(s.due_before, f.due), f.added, f.done, f.by_rule, f.text
             FROM followup f LEFT JOIN snooze s ON s.followup = f.id
                AND s.day = (SELECT MIN(n.day) FROM snooze n WHERE n.followup = f.id AND n.day > $1)
             WHERE f.added <= $1 ORDER BY f.deal, f.id",
        )?;
        let mut rows = statement.query([as_of.0])?;
        while let Some(row) = rows.next()? {
            let Some(place) = places.get(&row.get(1)?) else {
                continue;
            };
            let done = row
                .get::<_, Option<i32>>(4)?
                .map(Day)
                .filter(|day| *day <= as_of);
            all.id.push(Id(row.get(0)?));
            all.deal.push(*place);
            all.due.push(Day(row.get(2)?));
            all.added.push(Day(row.get(3)?));
            all.done.push(done);
            all.by_rule.push(row.get::<_, i64>(5)? != 0);
            all.text.push(if done.is_none() {
                row.get(6)?
            } else {
                String::new()
            });
        }
        Ok(all)
    }

    /// The dated values of what the Book has the last of.
    pub(super) fn changes(&mut self, connection: &Connection) -> Result<Changes> {
        let places = self.places();
        let mut all = Changes::default();
        let mut statement = connection.prepare(
            "SELECT subject, name, day, whole, number, text FROM fact
             WHERE day <= $1 AND name IN ('state', 'stage', '.value_minor', 'currency', 'owner', 'expected_close')
             ORDER BY subject, day",
        )?;
        let mut rows = statement.query([Day::of(self.as_of).0])?;
        while let Some(row) = rows.next()? {
            let Some(deal) = places.get(&row.get(0)?).copied() else {
                continue;
            };
            let day = Day(row.get(2)?);
            let value = fact_value(row, 3)?;
            let text = match &value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            };
            match row.get_ref(1)?.as_str().map_err(anyhow::Error::from)? {
                "state" => {
                    if let Some(state) = text.and_then(State::from_name) {
                        all.state.push(deal, day, state);
                    }
                }
                "stage" => {
                    let stage = text
                        .filter(|name| ![WON, LOST].contains(name))
                        .map(|name| self.stages.index(name) as u16);
                    all.stage.push(deal, day, stage);
                }
                "currency" => all.currency.push(deal, day, self.currency(text)?),
                "owner" => {
                    let owner = text.map(|name| self.owners.index(name));
                    all.owner.push(deal, day, owner);
                }
                "expected_close" => {
                    let expected = text.and_then(|text| text.parse().ok()).map(Day::of);
                    all.expected_close.push(deal, day, expected);
                }
                _ => {
                    let minor = match value {
                        Value::Integer(minor) => Some(minor),
                        _ => None,
                    };
                    all.value_minor.push(deal, day, minor);
                }
            }
        }
        Ok(all)
    }
}

/// A number or flag with its earlier values: the deal's or, where it has none, its account's.
pub(super) fn dated_number(
    connection: &Connection,
    book: &Book,
    account_ids: &[i64],
    name: &str,
) -> Result<Dated<Option<f64>>> {
    let ids = &book.deals.id;
    let mut own: Dated<Option<f64>> = Dated::default();
    // Of everything that is no deal; deals and rows are both in the order of ids.
    let mut others: HashMap<i64, Vec<(Day, Option<f64>)>> = HashMap::new();
    let mut statement = connection.prepare(
        "SELECT subject, day, whole, number, text FROM fact WHERE name = $1 AND day <= $2 ORDER BY subject, day",
    )?;
    let mut rows = statement.query((name, Day::of(book.as_of).0))?;
    let mut at = 0;
    while let Some(row) = rows.next()? {
        let subject: i64 = row.get(0)?;
        let day = Day(row.get(1)?);
        let value = match fact_value(row, 2)? {
            Value::Integer(n) => Some(n as f64),
            Value::Number(n) => Some(n),
            Value::Null | Value::Text(_) => None,
        };
        while at < ids.len() && ids[at].0 < subject {
            at += 1;
        }
        if ids.get(at).is_some_and(|id| id.0 == subject) {
            own.push(at as u32, day, value);
        } else {
            others.entry(subject).or_default().push((day, value));
        }
    }
    if others.is_empty() {
        return Ok(own);
    }
    let mut all: Dated<Option<f64>> = Dated::default();
    let mut next = 0;
    for deal in 0..ids.len() {
        let begin = next;
        while own.deal.get(next).is_some_and(|of| *of as usize == deal) {
            all.push(deal as u32, own.day[next], own.to[next]);
            next += 1;
        }
        let account = book.deals.account[deal].map(|account| account_ids[account as usize]);
        if next == begin
            && let Some(values) = account.and_then(|account| others.get(&account))
        {
            for (day, value) in values {
                all.push(deal as u32, *day, *value);
            }
        }
    }
    Ok(all)
}
