//! Why deals were lost, worked out by hand.

use super::super::sample::{book, day, process, third_quarter, twelve};
use super::super::{Ask, Dimension, lines_of};
use super::*;

/// The twelve, with reasons: Ann's loss (7,000 EUR from qualify, day 30) was the price; Bob's (3,000 GBP from
/// demonstrate, day 50) a rival; nobody's (4,000 EUR from demonstrate, day 90) the price; Cy's (no value, from
/// qualify, day 100) was not told.
fn told() -> Book {
    let mut book = book(&twelve());
    book.reasons = vec!["price".to_string(), "rival".to_string()];
    book.deals.reason[5] = Some(0);
    book.deals.reason[6] = Some(1);
    book.deals.reason[7] = Some(0);
    book
}

type Counted<'a> = (&'a str, &'a str, Option<&'a str>, usize, Option<i64>);

fn counts(rows: &[LossesRow]) -> Vec<Counted<'_>> {
    rows.iter()
        .map(|row| {
            let loss = &row.loss;
            (
                loss.level,
                loss.reason.as_str(),
                loss.stage.as_deref(),
                loss.lost,
                loss.lost_value_minor,
            )
        })
        .collect()
}

#[test]
fn reasons_by_stage_and_value() {
    let report = losses(&process(), &told(), &Ask::default()).expect("a report");
    assert_eq!(
        counts(&report.answer.rows),
        [
            ("reason", "price", None, 2, Some(1_100_000)),
            ("stage", "price", Some("qualify"), 1, Some(700_000)),
            ("stage", "price", Some("demonstrate"), 1, Some(400_000)),
            ("reason", "rival", None, 1, None),
            ("stage", "rival", Some("demonstrate"), 1, None),
            ("reason", "unrecorded", None, 1, None),
            ("stage", "unrecorded", Some("qualify"), 1, None),
        ]
    );
    let price = &report.answer.rows[0].loss;
    // Wilson of 2 of 4.
    assert!((price.lost_share - 0.5).abs() < 1e-9 && price.n == 4);
    assert!(
        (price.lost_low - 0.150_038_989_152).abs() < 1e-9,
        "{price:?}"
    );
    assert!(
        (price.lost_high - 0.849_961_010_848).abs() < 1e-9,
        "{price:?}"
    );
    assert_eq!((price.before_lost, price.change_low), (None, None));
    let lines = lines_of(&report.document);
    assert_eq!(
        lines[0],
        "Losses: deals lost, all time (n = 4), as of 21 Nov 2026"
    );
    assert!(lines[1].starts_with("losses without a reason: 1 of 4 (25 %): salesctl deal list"));
}

#[test]
fn by_rep_in_a_period() {
    let ask = Ask {
        period: Some(third_quarter()),
        by: vec![Dimension::Rep],
        ..Ask::default()
    };
    let report = losses(&process(), &told(), &ask).expect("a report");
    let found: Vec<_> = report
        .answer
        .rows
        .iter()
        .filter(|row| row.loss.level == "reason")
        .map(|row| {
            (
                row.group[0].1.as_deref(),
                row.loss.reason.as_str(),
                row.loss.n,
            )
        })
        .collect();
    // Cy's is of October.
    assert_eq!(
        found,
        [
            (Some("ann"), "price", 1),
            (Some("bob"), "rival", 1),
            (None, "price", 1),
        ]
    );
    assert_eq!(report.answer.rows[0].loss.before_n, Some(0));
    assert!(lines_of(&report.document)[2].contains("insufficient history"));
}

/// In Q3 the price 8 of 10, in Q2 2 of 10: 0.8 − 0.2, by Newcombe 0.171 to 0.797 (see `statistics`).
#[test]
fn what_grew() {
    let mut told = twelve();
    told.truncate(1);
    let mut lost = told.remove(0);
    lost.state = State::Lost;
    let all: Vec<_> = (0..20)
        .map(|n| {
            let mut deal = lost.clone();
            deal.closed = Some(if n < 10 { -10 } else { 10 });
            deal
        })
        .collect();
    let mut book = book(&all);
    book.reasons = vec!["price".to_string(), "rival".to_string()];
    for n in 0..20 {
        let price = n < 2 || (10..18).contains(&n);
        book.deals.reason[n] = Some(u32::from(!price));
    }
    let period = Some(third_quarter());
    let ask = Ask {
        period,
        ..Ask::default()
    };
    let report = losses(&process(), &book, &ask).expect("a report");
    let price = &report.answer.rows[0].loss;
    assert_eq!(
        (price.lost, price.n, price.before_lost, price.before_n),
        (8, 10, Some(2), Some(10))
    );
    let (low, high) = (
        price.change_low.expect("low"),
        price.change_high.expect("high"),
    );
    let (now, then) = (
        Share::of(8, 10).expect("a share"),
        Share::of(2, 10).expect("a share"),
    );
    // 0.6 less √((0.8 − 0.490162)² + (0.509838 − 0.2)²), 0.6 plus √((0.943318 − 0.8)² + (0.2 − 0.056682)²).
    assert!((low - 0.161_823_565).abs() < 1e-6, "{low} {now:?} {then:?}");
    assert!((high - 0.802_682_045).abs() < 1e-6, "{high}");
    let lines = lines_of(&report.document);
    assert_eq!(
        lines[2],
        "against 1 Apr – 30 Jun 2026 grew: Price from 20 % to 80 %, by 16 to 80 points; of 2 compared, one in forty would seem to by chance alone"
    );
    assert_eq!(day(0).date(), third_quarter().from);
}
