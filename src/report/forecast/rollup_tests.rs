//! A roll-up worked out by hand: 1 October 2026 is day 92 of the sample, the quarter's last day 183.

use chrono::DateTime;

use super::*;
use crate::deal::book::State;
use crate::deal::commitment::{Commitment, latest};
use crate::deal::event::{DealPiece, Private};
use crate::id::Id;
use crate::process::{Bound, Given, TargetPeriod, Unit};
use crate::report::sample::{Told, book, day, process};

fn deal(owner: Option<u32>, state: State, major: i64, closed: Option<i32>) -> Told {
    Told {
        owner,
        product: None,
        state,
        value: Some((major, 0)),
        opened: Some(1),
        closed,
        expected_close: None,
        hold_until: None,
        next_due: None,
        visits: Vec::new(),
    }
}

fn fourth_quarter() -> Period {
    Period {
        from: day(92).date(),
        to: day(183).date(),
    }
}

fn said(id: i64, by: Side, scope: Scope, name: &str, major: i64) -> Committed {
    Committed {
        id: Id(id),
        said: Commitment {
            by,
            scope,
            name: name.to_string(),
            from: fourth_quarter().from,
            to: fourth_quarter().to,
            amount_minor: major * 100,
            best_case_minor: (name == "ann").then_some(1_800_000),
            deals: Vec::new(),
            why: (by == Side::Manager).then(|| Private::new("one slips")),
        },
        day: day(95).date(),
        at: DateTime::UNIX_EPOCH,
        recorded: DateTime::UNIX_EPOCH,
        actor: "boss".to_string(),
    }
}

fn sample() -> Book {
    book(&[
        deal(Some(0), State::Won, 10_000, Some(100)),
        deal(Some(1), State::Won, 4_000, Some(110)),
        deal(Some(2), State::Won, 3_000, Some(120)),
        // Before the quarter.
        deal(Some(2), State::Won, 9_000, Some(80)),
        deal(Some(0), State::Open, 8_000, None),
        deal(Some(1), State::Open, 5_000, None),
        deal(None, State::Open, 2_000, None),
    ])
}

fn forecast() -> ForecastSnapshot {
    let piece = |deal, expected_minor| DealPiece {
        deal: Id(deal),
        chance: 250_000,
        worth_minor: expected_minor * 4,
        expected_minor,
        close: None,
    };
    ForecastSnapshot {
        from: fourth_quarter().from,
        to: fourth_quarter().to,
        won_minor: 1_700_000,
        chosen: "cohort".to_string(),
        total_minor: 420_000,
        open_minor: 350_000,
        new_minor: 70_000,
        low_minor: None,
        high_minor: None,
        said: Vec::new(),
        deals: vec![piece(5, 200_000), piece(6, 100_000), piece(7, 50_000)],
        others_minor: 0,
    }
}

/// Level and name, won, called, more won, best case, adjustment, rolled up, method; in major units.
type Line = (&'static str, Option<String>, i64, [Option<i64>; 6]);

fn lines(report: &Report<RollupRow>) -> Vec<Line> {
    let major = |minor: Option<i64>| minor.map(|minor| minor / 100);
    let rows = report.answer.rows.iter().map(|row| {
        let amounts = [
            row.called_minor,
            Some(row.beyond_minor),
            row.best_case_minor,
            row.adjustment_minor,
            row.rollup_minor,
            row.method_minor,
        ];
        (
            row.level,
            row.name.clone(),
            row.won_minor / 100,
            amounts.map(major),
        )
    });
    rows.collect()
}

#[test]
fn it_adds_up_by_hand() {
    let all = [
        // A later word counts.
        said(1, Side::Rep, Scope::Rep, "ann", 20_000),
        said(2, Side::Rep, Scope::Rep, "ann", 15_000),
        said(3, Side::Rep, Scope::Rep, "bob", 3_500),
        said(4, Side::Manager, Scope::Rep, "bob", 5_000),
        said(5, Side::Manager, Scope::Team, "north", 18_500),
    ];
    let target = Target {
        metric: "revenue".to_string(),
        whose: Whose::Rep("ann".to_string()),
        period: TargetPeriod::Every(Unit::Quarter),
        bound: Bound::AtLeast(20_000.0),
        warn: 0.1,
        why: None,
        given: Given::File(1..2),
    };
    let (process, book, forecast) = (process(), sample(), forecast());
    let report = rollup(
        &process,
        &book,
        fourth_quarter(),
        &latest(&all),
        &[target],
        Ok(&forecast),
    );
    let name = |name: &str| Some(name.to_string());
    assert_eq!(
        lines(&report),
        [
            (
                "rep",
                name("ann"),
                10_000,
                [
                    Some(15_000),
                    Some(0),
                    Some(18_000),
                    None,
                    Some(15_000),
                    Some(12_000)
                ]
            ),
            // Calls 3,500 where 4,000 are won; 5,000 instead.
            (
                "rep",
                name("bob"),
                4_000,
                [
                    Some(3_500),
                    Some(500),
                    None,
                    Some(1_000),
                    Some(5_000),
                    Some(5_000)
                ]
            ),
            // 1,000 more of its reps and 1,500 less of itself: 18,500 instead of the 20,000 that its reps come to; as well as may be 18,000 and 4,000.
            (
                "team",
                name("north"),
                14_000,
                [
                    Some(18_500),
                    Some(500),
                    Some(22_000),
                    Some(-500),
                    Some(18_500),
                    Some(17_000)
                ]
            ),
            // Says nothing, and has won something.
            (
                "rep",
                name("cy"),
                3_000,
                [None, Some(3_000), None, None, Some(3_000), Some(3_000)]
            ),
            (
                "team",
                name("south"),
                3_000,
                [None, Some(3_000), None, None, Some(3_000), Some(3_000)]
            ),
            (
                "rep",
                None,
                0,
                [None, Some(0), None, None, Some(0), Some(500)]
            ),
            (
                "new_business",
                None,
                0,
                [None, Some(0), None, None, None, Some(700)]
            ),
            (
                "company",
                None,
                17_000,
                [
                    Some(18_500),
                    Some(3_500),
                    Some(25_000),
                    Some(-500),
                    Some(21_500),
                    Some(21_200)
                ]
            ),
        ]
    );
    let rows = &report.answer.rows;
    assert_eq!(rows[0].target_minor, Some(2_000_000));
    assert_eq!(
        (
            rows[1].adjusted_by.as_deref(),
            rows[1].adjusted_why.as_deref()
        ),
        (Some("boss"), Some("one slips"))
    );
    // Every line adds up from left to right.
    for row in rows.iter().filter(|row| row.level != "new_business") {
        let sum =
            row.called_minor.unwrap_or(0) + row.beyond_minor + row.adjustment_minor.unwrap_or(0);
        assert_eq!(Some(sum), row.rollup_minor, "{row:?}");
    }
    assert_eq!(rows[2].adjusted_from_minor, Some(2_000_000));
    // What the method says of the company is what the forecast says.
    let company = rows.last().expect("a line");
    assert_eq!(
        company.method_minor,
        Some(forecast.won_minor + forecast.total_minor)
    );
    assert_eq!(
        report.answer.notes,
        [
            "no word of cy: counted with what they won; salesctl forecast commit --rep cy --amount AMOUNT"
        ]
    );
}

#[test]
fn without_history_no_method_speaks() {
    let report = rollup(
        &process(),
        &sample(),
        fourth_quarter(),
        &[],
        &[],
        Err("7 wins, 30 are needed"),
    );
    let rows = &report.answer.rows;
    assert!(rows.iter().all(|row| row.method_minor.is_none()));
    assert!(rows.iter().all(|row| row.level != "new_business"));
    let company = rows.last().expect("a line");
    // What is won is won, though nobody called anything.
    assert_eq!(
        (company.won_minor, company.rollup_minor),
        (1_700_000, Some(1_700_000))
    );
    assert!(report.answer.notes[1].contains("7 wins, 30 are needed"));
}
