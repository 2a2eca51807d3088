//! Events as they are read back, for tests.

use chrono::{NaiveDate, TimeDelta};

use super::event::{Event, Recorded};
use crate::id::Id;

/// The events of stream 7, one a day from a day on, by `jr` under version 1; operation 100, 101, ….
pub(super) fn daily(from: &str, events: Vec<Event>) -> Vec<Recorded> {
    let from: NaiveDate = from.parse().expect("a date");
    let each = events.into_iter().enumerate().map(|(n, event)| {
        let day = from + TimeDelta::days(n as i64);
        let at = day.and_hms_opt(9, 0, 0).expect("an hour").and_utc();
        Recorded {
            stream: Id(7),
            seq: n as i64 + 1,
            operation: Id(n as i64 + 100),
            recorded: at,
            effective: at,
            day,
            actor: "jr".to_string(),
            version: 1,
            event,
        }
    });
    each.collect()
}
