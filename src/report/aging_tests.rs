//! Which deals rot, worked out by hand.

use super::super::sample::{AS_OF, Told, book, day, process, twelve};
use super::super::{Ask, lines_of};
use super::*;
use crate::deal::book::Left;

/// Open since so many days in `qualify` (limit 21 days).
fn old(days: i32, value: Option<(i64, u8)>) -> Told {
    Told {
        owner: Some(1),
        product: None,
        state: State::Open,
        value,
        opened: Some(AS_OF - days),
        closed: None,
        expected_close: Some(180),
        hold_until: None,
        next_due: None,
        visits: vec![(0, Some(AS_OF - days), None, Left::Still)],
    }
}

/// Won after so many days in `demonstrate`.
fn won(days: i32) -> Told {
    Told {
        state: State::Won,
        closed: Some(days),
        visits: vec![(1, Some(0), Some(days), Left::Won)],
        ..old(100, None)
    }
}

fn asked(told: &[Told], ask: &Ask) -> Report<AgingRow> {
    aging(&process(), &book(told), ask, usize::MAX, |id| {
        id.0.to_string()
    })
}

#[test]
fn of_the_twelve_one_rots() {
    let mut told = twelve();
    told[11].owner = Some(0);
    let report = asked(&told, &Ask::default());
    // Two others are late: one has a follow-up booked, one is on hold to a date to come.
    let ids: Vec<&str> = report
        .answer
        .rows
        .iter()
        .map(|row| row.id.as_str())
        .collect();
    assert_eq!(ids, [Id(12).handle()]);
    let row = &report.answer.rows[0];
    assert_eq!(
        (
            row.days_in_stage,
            row.limit_days,
            row.history_p90_days,
            row.history_n
        ),
        (23, Some(21), None, 5)
    );
    assert_eq!((row.past, row.value_minor), ("limit", None));
    assert_eq!(row.expected_close, Some(day(140).date()));
    assert!(
        lines_of(&report.document)
            .last()
            .is_some_and(|line| line.contains("never told"))
    );
}

#[test]
fn the_most_valuable_first_and_sums_of_stages() {
    let mut told = vec![
        old(21, Some((9_000, 0))),
        old(22, Some((1_000, 0))),
        old(60, Some((5_000, 1))),
        old(90, None),
        // Pounds have no rate.
        old(91, Some((7_000, 2))),
    ];
    // On hold to yesterday; a follow-up that was due yesterday; one that is due today.
    told.push(Told {
        state: State::Hold,
        hold_until: Some(AS_OF - 1),
        ..old(40, Some((100, 0)))
    });
    told.push(Told {
        next_due: Some(AS_OF - 1),
        ..old(40, Some((200, 0)))
    });
    told.push(Told {
        next_due: Some(AS_OF),
        ..old(40, Some((300, 0)))
    });
    let report = asked(&told, &Ask::default());
    let found: Vec<(Option<i64>, i32)> = report
        .answer
        .rows
        .iter()
        .map(|row| (row.value_minor, row.days_in_stage))
        .collect();
    assert_eq!(
        found,
        [
            // 5,000 USD at 0.80.
            (Some(400_000), 60),
            (Some(100_000), 22),
            (Some(20_000), 40),
            (Some(10_000), 40),
            (None, 91),
            (None, 90),
        ]
    );
    assert_eq!(report.answer.n, 6);
    assert!(lines_of(&report.document).contains(&"at risk in all: 5,300 EUR".to_string()));
    assert!(
        lines_of(&report.document)
            .iter()
            .any(|line| line.ends_with("as old and cared for: 1"))
    );
    let two = aging(&process(), &book(&told), &Ask::default(), 2, |id| {
        id.0.to_string()
    });
    assert_eq!((two.answer.rows.len(), two.answer.n), (2, 6));
    assert!(
        two.answer
            .notes
            .contains(&"4 more are not shown (--limit)".to_string())
    );
}

/// Ten won deals stayed 1 to 10 days in `demonstrate`: nine of ten had left by the ninth.
#[test]
fn history_is_a_limit_too() {
    let mut told: Vec<Told> = (1..=10).map(won).collect();
    for days in [9, 10, 31] {
        let mut deal = old(days, Some((1_000, 0)));
        deal.visits = vec![(1, Some(AS_OF - days), None, Left::Still)];
        told.push(deal);
    }
    let report = asked(&told, &Ask::default());
    let found: Vec<_> = report
        .answer
        .rows
        .iter()
        .map(|row| {
            (
                row.days_in_stage,
                row.past,
                row.history_p90_days,
                row.history_n,
            )
        })
        .collect();
    assert_eq!(
        found,
        [(31, "both", Some(9), 10), (10, "history", Some(9), 10)]
    );
    // One stay fewer says nothing.
    told.remove(0);
    let report = asked(&told, &Ask::default());
    assert_eq!(report.answer.rows.len(), 1);
    assert_eq!(report.answer.rows[0].past, "limit");
}
