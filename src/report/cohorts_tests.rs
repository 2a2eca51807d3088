//! Cohorts of the twelve deals, by hand.

use super::super::sample::{book, process, third_quarter, twelve};
use super::super::{Ask, lines_of};
use super::*;

type Found<'a> = (
    &'a str,
    Option<i32>,
    usize,
    Option<usize>,
    Option<usize>,
    Option<i64>,
);

fn found(report: &Report<CohortsRow>) -> Vec<Found<'_>> {
    report
        .answer
        .rows
        .iter()
        .map(|row| {
            (
                row.cohort.as_str(),
                row.age_days,
                row.n,
                row.won,
                row.lost,
                row.won_value_minor,
            )
        })
        .collect()
}

/// July: opened on days 0, 5, 10, 20, 30, 2 and 15, closed after 40 w, 60 w, 85 w (10,000 USD at 0.8), 50 w
/// (no value), 30 w (5,000), 28 l and 35 l. August: days 40 (lost after 50) and 60 (open). September: 80
/// (on hold). October: 100 (open). The as-of day, 143, is 82 days after the last of August, 52 after
/// September's, 21 after October's. The one whose opening was never told is in none.
#[test]
fn by_month() {
    let report = cohorts(&process(), &book(&twelve()), &Ask::default(), Every::Month);
    assert_eq!(
        found(&report),
        [
            ("2026-07", Some(30), 7, Some(1), Some(1), Some(500_000)),
            ("2026-07", Some(60), 7, Some(4), Some(2), Some(3_500_000)),
            ("2026-07", Some(90), 7, Some(5), Some(2), Some(4_300_000)),
            ("2026-07", Some(180), 7, None, None, None),
            ("2026-07", None, 7, Some(5), Some(2), Some(4_300_000)),
            ("2026-08", Some(30), 2, Some(0), Some(0), Some(0)),
            ("2026-08", Some(60), 2, Some(0), Some(1), Some(0)),
            ("2026-08", Some(90), 2, None, None, None),
            ("2026-08", Some(180), 2, None, None, None),
            ("2026-08", None, 2, Some(0), Some(1), Some(0)),
            ("2026-09", Some(30), 1, Some(0), Some(0), Some(0)),
            ("2026-09", Some(60), 1, None, None, None),
            ("2026-09", Some(90), 1, None, None, None),
            ("2026-09", Some(180), 1, None, None, None),
            ("2026-09", None, 1, Some(0), Some(0), Some(0)),
            ("2026-10", Some(30), 1, None, None, None),
            ("2026-10", Some(60), 1, None, None, None),
            ("2026-10", Some(90), 1, None, None, None),
            ("2026-10", Some(180), 1, None, None, None),
            ("2026-10", None, 1, Some(0), Some(0), Some(0)),
        ]
    );
    let july = &report.answer.rows[1];
    // 4 of 7, by Wilson.
    assert_eq!((july.won_share, july.open), (Some(4.0 / 7.0), Some(1)));
    assert!(
        july.won_low
            .is_some_and(|low| (low - 0.250_458_4).abs() < 1e-6)
    );
    assert_eq!(
        (july.lost_share, july.open_share),
        (Some(2.0 / 7.0), Some(1.0 / 7.0))
    );
    assert_eq!((report.answer.n, report.answer.notes.len()), (11, 2));
    assert_eq!(
        lines_of(&report.document)[0],
        "Cohorts by month: deals opened, all time (n = 11), as of 21 Nov 2026"
    );
}

/// The quarter ends on 30 September; 30 days later is 30 October, 60 days later 29 November.
#[test]
fn by_quarter_and_fiscal_year() {
    let ask = Ask {
        period: Some(third_quarter()),
        ..Ask::default()
    };
    let report = cohorts(&process(), &book(&twelve()), &ask, Every::Quarter);
    assert_eq!(
        found(&report),
        [
            ("2026-Q3", Some(30), 10, Some(1), Some(1), Some(500_000)),
            ("2026-Q3", Some(60), 10, None, None, None),
            ("2026-Q3", Some(90), 10, None, None, None),
            ("2026-Q3", Some(180), 10, None, None, None),
            ("2026-Q3", None, 10, Some(5), Some(3), Some(4_300_000)),
        ]
    );
    let mut fiscal = process();
    fiscal.fiscal_month = 2;
    let day = |text: &str| -> NaiveDate { text.parse().expect("a date") };
    for (any, first, name) in [
        ("2026-01-31", "2025-11-01", "2026-Q4"),
        ("2026-02-01", "2026-02-01", "2027-Q1"),
        ("2026-12-24", "2026-11-01", "2027-Q4"),
    ] {
        let from = begin(&fiscal, Every::Quarter, day(any));
        assert_eq!(
            (from, label(&fiscal, Every::Quarter, from).as_str()),
            (day(first), name)
        );
    }
}
