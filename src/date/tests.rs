//! Phrases and what they mean.

use chrono::{Days, NaiveDate};

use super::*;
use crate::document::Period;
use proptest::prelude::*;
use rstest::rstest;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn period(from: &str, to: &str) -> Period {
    Period {
        from: date(from),
        to: date(to),
    }
}

/// A Saturday.
const TODAY: &str = "2026-11-21";

#[rstest]
#[case("2026-02-28", "2026-02-28")]
#[case("today", "2026-11-21")]
#[case("Yesterday", "2026-11-20")]
#[case("tomorrow", "2026-11-22")]
#[case("+3d", "2026-11-24")]
#[case("-2w", "2026-11-07")]
#[case("+1m", "2026-12-21")]
#[case("+1y", "2027-11-21")]
#[case("fri", "2026-11-27")]
#[case("friday", "2026-11-27")]
#[case("sat", "2026-11-28")]
#[case("next friday", "2026-11-27")]
#[case("next  Sunday", "2026-11-29")]
#[case("in 2 weeks", "2026-12-05")]
#[case("in 1 day", "2026-11-22")]
#[case("3 days ago", "2026-11-18")]
#[case("1 month ago", "2026-10-21")]
#[case("eow", "2026-11-22")]
#[case("eom", "2026-11-30")]
#[case("eoq", "2026-12-31")]
#[case("eoy", "2026-12-31")]
fn days_forward(#[case] typed: &str, #[case] meant: &str) {
    assert_eq!(
        parse_day(typed, date(TODAY), Direction::Forward),
        Ok(date(meant))
    );
}

#[rstest]
#[case("fri", "2026-11-20")]
#[case("sat", "2026-11-21")]
#[case("sun", "2026-11-15")]
#[case("next monday", "2026-11-23")]
#[case("last week", "2026-11-09")]
#[case("last month", "2026-10-01")]
fn days_back(#[case] typed: &str, #[case] meant: &str) {
    assert_eq!(
        parse_day(typed, date(TODAY), Direction::Back),
        Ok(date(meant))
    );
}

/// What happened is told by past days, and every one of them is understood.
#[test]
fn examples_look_back() {
    let back = parse_day("some day", date(TODAY), Direction::Back).expect_err("no day");
    let (_, examples) = back.split_once("like ").expect("examples");
    let examples = examples.replace(" or ", ", ");
    for example in examples.split(", ") {
        let day = parse_day(example, date(TODAY), Direction::Back).expect("a day");
        assert!(day < date(TODAY), "{example}");
    }
    assert!(parse_day("last week", date(TODAY), Direction::Forward).is_err());
}

/// On a Monday, `fri` is this week's and `next friday` is the one after it.
#[test]
fn next_weekday_is_in_next_week() {
    let monday = date("2026-11-16");
    assert_eq!(
        parse_day("fri", monday, Direction::Forward),
        Ok(date("2026-11-20"))
    );
    assert_eq!(
        parse_day("next fri", monday, Direction::Forward),
        Ok(date("2026-11-27"))
    );
    assert_eq!(
        parse_day("mon", monday, Direction::Forward),
        Ok(date("2026-11-23"))
    );
}

#[test]
fn months_end_where_they_end() {
    assert_eq!(
        parse_day("+1m", date("2026-01-31"), Direction::Forward),
        Ok(date("2026-02-28"))
    );
    assert_eq!(
        parse_day("eom", date("2028-02-01"), Direction::Forward),
        Ok(date("2028-02-29"))
    );
}

#[rstest]
#[case("")]
#[case("soon")]
#[case("3d")]
#[case("+d")]
#[case("+3")]
#[case("next week")]
#[case("in two weeks")]
#[case("21.11.2026")]
#[case("11/12/2026")]
#[case("2026-2-3")]
#[case("+4000000000d")]
#[case("+9999999m")]
#[case("-900000d")]
fn unknown_days(#[case] typed: &str) {
    assert_eq!(
        parse_day(typed, date(TODAY), Direction::Forward),
        Err(format!(
            "`{typed}` is not a date; write one like 2026-11-27, tomorrow, +3d, fri or in 2 weeks"
        )),
    );
}

#[rstest]
#[case("2026-02-31", "February 2026 has 28 days")]
#[case("2028-02-30", "February 2028 has 29 days")]
#[case("2026-11-00", "November 2026 has 30 days")]
#[case("2026-13-01", "months run from 01 to 12, years from 0001")]
fn impossible_days(#[case] typed: &str, #[case] because: &str) {
    let problem = parse_day(typed, date(TODAY), Direction::Forward).expect_err("no such day");
    assert!(problem.contains(because), "{problem}");
}

#[rstest]
#[case("2026", 1, "2026-01-01", "2026-12-31")]
#[case("2026", 10, "2025-10-01", "2026-09-30")]
#[case("2026-Q3", 1, "2026-07-01", "2026-09-30")]
#[case("2026-q1", 10, "2025-10-01", "2025-12-31")]
#[case("2026-Q4", 2, "2025-11-01", "2026-01-31")]
#[case("2026-11", 10, "2026-11-01", "2026-11-30")]
#[case("2026-11-05", 1, "2026-11-05", "2026-11-05")]
#[case("2026-07-01..2026-09-30", 1, "2026-07-01", "2026-09-30")]
#[case("2026-07 .. today", 1, "2026-07-01", "2026-11-21")]
#[case("2025-Q4..2026-Q1", 1, "2025-10-01", "2026-03-31")]
#[case("this week", 1, "2026-11-16", "2026-11-22")]
#[case("this month", 1, "2026-11-01", "2026-11-30")]
#[case("this quarter", 1, "2026-10-01", "2026-12-31")]
#[case("this quarter", 2, "2026-11-01", "2027-01-31")]
#[case("this year", 4, "2026-04-01", "2027-03-31")]
#[case("last month", 1, "2026-10-01", "2026-10-31")]
#[case("last quarter", 1, "2026-07-01", "2026-09-30")]
#[case("last year", 12, "2024-12-01", "2025-11-30")]
#[case("next quarter", 1, "2027-01-01", "2027-03-31")]
#[case("last 12 months", 1, "2025-11-22", "2026-11-21")]
#[case("last 90 days", 1, "2026-08-24", "2026-11-21")]
fn periods(#[case] typed: &str, #[case] fiscal: u32, #[case] from: &str, #[case] to: &str) {
    assert_eq!(
        parse_period(typed, date(TODAY), fiscal),
        Ok(period(from, to))
    );
}

#[rstest]
#[case("2026-Q5", "there is no quarter")]
#[case("2026-13", "there is no month")]
#[case("2026-09-30..2026-07-01", "ends before it begins")]
#[case("2026-02-30..2026-07-01", "February 2026 has 28 days")]
#[case("always", "is not a period")]
#[case("last 0 days", "is not a period")]
#[case("..", "is not a period")]
#[case("last fortnight", "is not a period")]
fn unknown_periods(#[case] typed: &str, #[case] because: &str) {
    let problem = parse_period(typed, date(TODAY), 1).expect_err("refused");
    assert!(problem.contains(because), "{problem}");
}

#[test]
fn previous_periods() {
    assert_eq!(
        previous(period("2026-07-01", "2026-09-30")),
        Some(period("2026-04-01", "2026-06-30"))
    );
    assert_eq!(
        previous(period("2026-03-01", "2026-03-31")),
        Some(period("2026-02-01", "2026-02-28"))
    );
    assert_eq!(
        previous(period("2026-03-02", "2026-03-08")),
        Some(period("2026-02-23", "2026-03-01"))
    );
}

#[test]
fn shown() {
    let today = date(TODAY);
    assert_eq!(day(today), "21 Nov 2026");
    assert_eq!(
        day_and_distance(date("2026-11-27"), today),
        "Fri 27 Nov 2026 (in 6 days)"
    );
    assert_eq!(
        day_and_distance(date("2026-11-20"), today),
        "Fri 20 Nov 2026 (yesterday)"
    );
    assert_eq!(
        day_and_distance(date("2026-11-01"), today),
        "Sun 1 Nov 2026 (20 days ago)"
    );
    assert_eq!(
        range(period("2026-07-01", "2026-09-30")),
        "1 Jul – 30 Sep 2026"
    );
    assert_eq!(
        range(period("2025-11-22", "2026-11-21")),
        "22 Nov 2025 – 21 Nov 2026"
    );
    assert_eq!(range(period("2026-11-01", "2026-11-30")), "1 – 30 Nov 2026");
    assert_eq!(range(period("2026-11-01", "2026-11-01")), "1 Nov 2026");
}

proptest! {
    /// What a name says is read back as the same period, whatever the fiscal year.
    #[test]
    fn names_read_back(year in 1990..2090, quarter in 1..=4, fiscal in 1_u32..=12) {
        for typed in [format!("{year}-Q{quarter}"), format!("{year}")] {
            let period = parse_period(&typed, date(TODAY), fiscal).expect("a period");
            prop_assert_eq!(period_name(period, fiscal), typed);
        }
    }

    #[test]
    fn never_panics(text in "[0-9a-z+ .qé-]{0,14}", offset in 0_u64..200_000, fiscal in 1_u32..=12) {
        let today = date("1900-01-01") + Days::new(offset);
        let _ = parse_day(&text, today, Direction::Back);
        let _ = parse_period(&text, today, fiscal);
    }

    #[test]
    fn a_weekday_is_within_a_week(offset in 0_u64..20_000) {
        let today = date("2000-01-01") + Days::new(offset);
        let forward = parse_day("wed", today, Direction::Forward).expect("a day");
        let back = parse_day("wed", today, Direction::Back).expect("a day");
        prop_assert!(forward > today && (forward - today).num_days() <= 7);
        prop_assert!(back <= today && (today - back).num_days() < 7);
        prop_assert_eq!((forward - back).num_days(), 7);
    }
}
