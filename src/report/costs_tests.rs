//! What processes cost, by hand: the work of `activity`'s tests, and a source that was paid for.

use super::super::activity::tests::told;
use super::super::sample::{day, process, third_quarter};
use super::super::{Ask, Dimension, lines_of};
use super::*;
use crate::deal::book::Named;
use crate::list::{Paid, Payer};
use crate::money::Money;

/// The first two deals came from the fair, which cost 100.01.
fn fair() -> (Book, Payback) {
    let mut book = told();
    book.sources = vec![Named {
        name: "fair".to_string(),
        title: "Fair".to_string(),
    }];
    book.deals.source[0] = Some(0);
    book.deals.source[1] = Some(0);
    let paid = Paid {
        of: Payer::Source("fair".to_string()),
        day: day(3).date(),
        amount: Money {
            minor: 10_001,
            currency: process().currency,
        },
    };
    let payback = Payback {
        paid: vec![paid],
        ..Payback::default()
    };
    (book, payback)
}

#[test]
fn of_reps() {
    let (book, payback) = fair();
    let ask = Ask {
        by: vec![Dimension::Rep],
        ..Ask::default()
    };
    let report = costs(&process(), &book, &payback, &ask).expect("a report");
    let found: Vec<_> = report
        .answer
        .rows
        .iter()
        .map(|row| {
            let costs = &row.costs;
            (
                row.group[0].1.as_deref(),
                (costs.processes, costs.won, costs.lost),
                (costs.time_minor, costs.direct_minor, costs.lists_minor),
                (
                    costs.cost_minor,
                    costs.cost_per_process_minor,
                    costs.cost_per_won_minor,
                ),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            // 110 minutes of Ann's, 7 of Bob's (5.3083): 115.31, 12.50 and 100.01 make 227.82.
            (
                Some("ann"),
                (4, 2, 1),
                (Some(11_531), 1_250, Some(10_001)),
                (Some(22_782), Some(5_696), Some(11_391)),
            ),
            (
                Some("bob"),
                (4, 2, 1),
                (Some(0), 0, Some(0)),
                (Some(0), Some(0), Some(0)),
            ),
            // Cy's hour has no cost.
            (
                Some("cy"),
                (3, 1, 1),
                (None, 300, Some(0)),
                (None, None, None),
            ),
            (
                None,
                (1, 0, 1),
                (Some(0), 0, Some(0)),
                (Some(0), Some(0), None),
            ),
        ]
    );
    assert_eq!(
        report.answer.notes,
        [
            "the hour of cy has no cost: `salesctl catalog set rep NAME --price 60` makes the cost of their time known",
            "1 of 5 activities say no minutes (20 %): their time is in no cost",
            "1 activities before there was a deal, at 7.58 EUR, are in no process",
        ]
    );
}

/// In Q3 Cy did nothing: all is known. The tenth deal began in August, the last in October.
#[test]
fn in_a_period() {
    let (book, payback) = fair();
    let ask = Ask {
        period: Some(third_quarter()),
        ..Ask::default()
    };
    let report = costs(&process(), &book, &payback, &ask).expect("a report");
    let row = &report.answer.rows[0].costs;
    // Not the one whose opening was never told, and the one of day 100.
    assert_eq!((row.processes, row.won, row.lost), (10, 4, 3));
    assert_eq!(row.cost_minor, Some(22_782));
    assert_eq!(row.cost_per_process_minor, Some(2_278));
    assert_eq!(row.cost_per_won_minor, Some(5_696));
    assert_eq!((row.activities, row.without_minutes), (4, 1));
    assert!(
        lines_of(&report.document)[1].starts_with(
            "together: 227.82 EUR for 10 processes, 22.78 EUR each; 56.96 EUR for each of the 4 won"
        ),
        "{:?}",
        lines_of(&report.document)
    );
}

/// Only the second deal: half of what the fair cost is of the first.
#[test]
fn a_share_is_of_all_that_came_from_there() {
    let (book, payback) = fair();
    let ask = Ask {
        only: Some((0..12).map(|deal| deal == 1).collect()),
        ..Ask::default()
    };
    let report = costs(&process(), &book, &payback, &ask).expect("a report");
    let row = &report.answer.rows[0].costs;
    assert_eq!((row.processes, row.lists_minor), (1, Some(5_001)));
    // Nobody's fair is in no process.
    let (mut book, payback) = fair();
    book.deals.source = vec![None; 12];
    let report = costs(&process(), &book, &payback, &Ask::default()).expect("a report");
    assert_eq!(report.answer.rows[0].costs.lists_minor, Some(0));
    assert!(
        report.answer.notes.contains(
            &"100.01 EUR of lists and sources without a process under way are in no process"
                .to_string()
        )
    );
}
