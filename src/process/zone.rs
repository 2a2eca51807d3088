//! A time zone by its IANA name. The rules are bundled, so that a business date is the same on every
//! machine; they are packed, since tables of pointers would be relocated at every start of the program.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use jiff::civil;
use jiff::tz::TimeZone;

#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// `Europe/Berlin`
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Every name there is.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .collect();
        names.sort_unstable();
        names
    }

    /// What clocks show there.
    pub fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        let Ok(timestamp) = jiff::Timestamp::from_millisecond(instant.timestamp_millis()) else {
            return instant.naive_utc();
        };
        let at = self.0.to_datetime(timestamp);
        let date = NaiveDate::from_ymd_opt(
            i32::from(at.year()),
            at.month().unsigned_abs().into(),
            at.day().unsigned_abs().into(),
        );
        let time = NaiveTime::from_hms_milli_opt(
            at.hour().unsigned_abs().into(),
            at.minute().unsigned_abs().into(),
            at.second().unsigned_abs().into(),
            at.millisecond().unsigned_abs().into(),
        );
        match (date, time) {
            (Some(date), Some(time)) => date.and_time(time),
            _ => instant.naive_utc(),
        }
    }

    /// When clocks there show `at`: of an hour that a clock change repeats its first pass, of one that
    /// it skips the same time after the change.
    pub fn instant(&self, at: NaiveDateTime) -> DateTime<Utc> {
        let small = |number: u32| i8::try_from(number).unwrap_or_default();
        let millis = i32::try_from(at.and_utc().timestamp_subsec_millis()).unwrap_or_default();
        i16::try_from(at.year())
            .ok()
            .and_then(|year| {
                civil::DateTime::new(
                    year,
                    small(at.month()),
                    small(at.day()),
                    small(at.hour()),
                    small(at.minute()),
                    small(at.second()),
                    millis * 1_000_000,
                )
                .ok()
            })
            .and_then(|local| self.0.to_ambiguous_timestamp(local).compatible().ok())
            .and_then(|found| DateTime::from_timestamp_millis(found.as_millisecond()))
            .unwrap_or_else(|| at.and_utc())
    }
}

impl FromStr for Zone {
    type Err = jiff::Error;

    fn from_str(name: &str) -> Result<Self, jiff::Error> {
        TimeZone::get(name).map(Self)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    // Clocks go from 2:00 to 3:00 on 29 March 2026, and from 3:00 back to 2:00 on 25 October.
    #[case("2026-03-29T01:59:59", "2026-03-29T00:59:59")]
    #[case("2026-03-29T02:30:00", "2026-03-29T01:30:00")]
    #[case("2026-03-29T03:30:00", "2026-03-29T01:30:00")]
    #[case("2026-10-25T02:30:00", "2026-10-25T00:30:00")]
    #[case("2026-10-25T03:00:00", "2026-10-25T02:00:00")]
    #[case("2026-07-01T12:00:00", "2026-07-01T10:00:00")]
    fn berlin(#[case] local: NaiveDateTime, #[case] utc: NaiveDateTime) {
        let zone: Zone = "Europe/Berlin".parse().expect("a zone");
        assert_eq!(zone.instant(local), utc.and_utc());
    }

    #[test]
    fn names_are_known_or_not() {
        assert!("Europe/Berlin".parse::<Zone>().is_ok());
        assert!("Europe/Berlim".parse::<Zone>().is_err());
        assert!(Zone::names().len() > 400);
        assert_eq!(Zone::utc().name(), "UTC");
    }

    proptest! {
        #[test]
        fn every_instant_reads_back_but_for_a_repeated_hour(seconds in 0_i64..4_000_000_000) {
            let zone: Zone = "America/New_York".parse().expect("a zone");
            let instant = DateTime::from_timestamp(seconds, 0).expect("an instant");
            let back = zone.instant(zone.local(instant));
            prop_assert!(back == instant || back + chrono::TimeDelta::hours(1) == instant);
        }
    }
}
