//! The team's working time: time zone, working days, holidays.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};

use super::{Span, Zone};

#[derive(Clone, Debug)]
pub struct Calendar {
    pub timezone: Zone,
    pub working_days: Vec<Weekday>,
    pub holidays: BTreeSet<NaiveDate>,
}

impl Default for Calendar {
    fn default() -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Self {
            timezone: Zone::utc(),
            working_days: vec![Mon, Tue, Wed, Thu, Fri],
            holidays: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// The business date of an instant.
    pub fn date_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        self.timezone.local(instant).date()
    }

    /// The last second of a business date, where back-dated events are put: after everything that
    /// happened on that day, before everything of the next.
    pub fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
        self.timezone.instant(day.and_time(last))
    }

    /// Noon of a business date, the instant of an imported date.
    pub fn noon_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        self.timezone.instant(day.and_time(noon))
    }

    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.working_days.contains(&day.weekday()) && !self.holidays.contains(&day)
    }

    /// The day itself, or the first working day after it.
    pub fn working_day_from(&self, day: NaiveDate) -> NaiveDate {
        // A calendar without any working day in a year leaves the day as it is.
        day.iter_days()
            .take(366)
            .find(|day| self.is_working_day(*day))
            .unwrap_or(day)
    }

    /// The date a span after `from`; business days count working days after `from`.
    pub fn add(&self, from: NaiveDate, span: Span) -> NaiveDate {
        let end = match span {
            Span::Days(n) => from.checked_add_days(Days::new(u64::from(n))),
            Span::Months(n) => from.checked_add_months(Months::new(n)),
            Span::BusinessDays(n) => {
                let mut left = n;
                let mut day = Some(from);
                while left > 0 {
                    day = day.and_then(|d| d.succ_opt());
                    match day {
                        Some(d) if self.is_working_day(d) => left -= 1,
                        Some(_) => {}
                        None => break,
                    }
                }
                day
            }
        };
        end.unwrap_or(NaiveDate::MAX)
    }

    /// The first day since which a span is not over yet.
    pub fn still_within(&self, today: NaiveDate, span: Span) -> NaiveDate {
        // Later days end later: looked for by halves. The longest span of business days is within it.
        let (mut over, mut within) = (80_000_u64, 0);
        while over - within > 1 {
            let middle = u64::midpoint(over, within);
            let back = today.checked_sub_days(Days::new(middle));
            if back.is_some_and(|day| self.add(day, span) > today) {
                within = middle;
            } else {
                over = middle;
            }
        }
        today.checked_sub_days(Days::new(within)).unwrap_or(today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_span_is_within_until_it_is_over() {
        let calendar = Calendar::default();
        let today = day("2026-11-23");
        for (span, since) in [
            (Span::Days(90), "2026-08-26"),
            (Span::Days(1), "2026-11-23"),
            (Span::Months(3), "2026-08-24"),
            (Span::BusinessDays(5), "2026-11-17"),
        ] {
            let first = calendar.still_within(today, span);
            assert_eq!(first, day(since), "{span}");
            assert!(calendar.add(first, span) > today);
        }
    }

    #[test]
    fn business_days_skip_weekends_and_holidays() {
        let mut calendar = Calendar::default();
        calendar.holidays.insert(day("2026-11-23"));
        // Friday + 1 business day over a weekend and a Monday holiday is Tuesday.
        assert_eq!(
            calendar.add(day("2026-11-20"), Span::BusinessDays(1)),
            day("2026-11-24")
        );
        assert_eq!(
            calendar.add(day("2026-11-20"), Span::Days(1)),
            day("2026-11-21")
        );
        assert_eq!(
            calendar.add(day("2026-01-31"), Span::Months(1)),
            day("2026-02-28")
        );
    }

    #[test]
    fn business_date_follows_the_time_zone() {
        let calendar = Calendar {
            timezone: "Asia/Tokyo".parse().expect("a zone"),
            ..Calendar::default()
        };
        let instant = day("2026-11-20")
            .and_hms_opt(23, 0, 0)
            .expect("a time")
            .and_utc();
        assert_eq!(calendar.date_of(instant), day("2026-11-21"));
        assert_eq!(
            calendar.date_of(calendar.end_of(day("2026-11-21"))),
            day("2026-11-21")
        );
    }
}
