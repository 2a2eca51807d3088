//! The twelve deals by rep, worked out by hand; larger books for what needs more of them.

use super::parts::months_between;
use super::{ScorecardRow, scorecard, scorecard_of};
use crate::deal::book::{Book, State};
use crate::deal::event::ActivityKind;
use crate::document::Period;
use crate::process::Process;
use crate::report::Ask;
use crate::report::sample::{Told, book, day, process, twelve};

fn of<'a>(rows: &'a [ScorecardRow], rep: &str) -> &'a ScorecardRow {
    rows.iter()
        .find(|row| row.rep == rep)
        .expect("a row of the rep")
}

fn twelve_book() -> Book {
    let mut book = book(&twelve());
    book.reps[0].capacity = Some(4);
    book
}

#[test]
fn the_twelve_by_rep() {
    let report = scorecard(&process(), &twelve_book(), &Ask::default()).expect("a scorecard");
    let rows = &report.answer.rows;
    let counts = |rep: &str| {
        let row = of(rows, rep);
        (row.handled, row.open, row.won, row.lost)
    };
    assert_eq!(counts("ann"), (4, 1, 2, 1));
    assert_eq!(counts("bob"), (4, 1, 2, 1));
    assert_eq!(counts("cy"), (3, 1, 1, 1));
    // Sales: 10,000 + 20,000; 10,000 dollars at 0.80 on the day they were won; 5,000.
    let sales: Vec<_> = rows.iter().map(|row| row.revenue_minor).collect();
    assert_eq!(sales, [Some(3_000_000), Some(800_000), Some(500_000)]);
    let ann = of(rows, "ann");
    assert_eq!(ann.capacity_used_share, Some(0.25));
    assert_eq!(of(rows, "bob").capacity_used_share, None);
    // Three decided deals are too few to state a ratio or to place it; that of all is expected of everybody.
    assert_eq!((ann.win_share, ann.win_n, ann.win_zone), (None, 3, None));
    assert_eq!(ann.win_expected_share, Some(5.0 / 8.0));
    assert_eq!(of(rows, "cy").win_expected_share, Some(5.0 / 8.0));
}

#[test]
fn a_period_keeps_what_was_opened_or_closed_in_it_and_what_is_open() {
    let ask = Ask {
        period: Some(Period {
            from: day(92).date(),
            to: day(143).date(),
        }),
        ..Ask::default()
    };
    let report = scorecard(&process(), &twelve_book(), &ask).expect("a scorecard");
    // Ann's open one; Bob's won on day 95 and his open one; Cy's lost on day 100 and the open one.
    let handled: Vec<_> = report.answer.rows.iter().map(|row| row.handled).collect();
    assert_eq!(handled, [1, 2, 2]);
    assert_eq!(of(&report.answer.rows, "bob").won, 1);
}

#[test]
fn a_metric_of_the_process_changes_the_figure() {
    let text = r#"
[process]
name = "Sample"
currency = "EUR"

[[stage]]
name = "qualify"

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]

[[metric]]
name = "revenue"
title = "Won deals"
kind = "result"
unit = "count"
direction = "up"
aggregates.won = { of = "won", count = true }
formula = "won * 2"
sample = "won"
at_least = 0
"#;
    let checked = crate::process::check("process.toml", text);
    let process: Process = checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems));
    let report = scorecard(&process, &twelve_book(), &Ask::default()).expect("a scorecard");
    assert_eq!(of(&report.answer.rows, "ann").revenue_minor, Some(4));
}

/// So many decided deals of a rep with a product, of which so many were won, each worth 1,000.
fn decided(owner: u32, product: u32, won: usize, n: usize) -> Vec<Told> {
    let deal = |at: usize| Told {
        owner: Some(owner),
        product: Some(product),
        state: if at < won { State::Won } else { State::Lost },
        value: Some((1_000, 0)),
        opened: Some(0),
        closed: Some(40),
        ..twelve()[0].clone()
    };
    (0..n).map(deal).collect()
}

fn page(told: &[Told], rep: usize) -> (Vec<super::ScorecardPageRow>, String) {
    let report = scorecard_of(&process(), &book(told), &Ask::default(), rep).expect("a page");
    (report.answer.rows, format!("{:?}", report.document))
}

/// Ann wins 2 of 40 with Pro where the others win 40 of 80, and half of 40 with Basic like everybody.
#[test]
fn a_low_ratio_is_traced_to_its_product() {
    let told = [
        decided(0, 1, 2, 40),
        decided(0, 0, 20, 40),
        decided(1, 1, 20, 40),
        decided(1, 0, 20, 40),
        decided(2, 1, 20, 40),
        decided(2, 0, 20, 40),
    ]
    .concat();
    let (rows, text) = page(&told, 0);
    let pro = rows.iter().find(|row| row.name == "pro").expect("pro");
    assert_eq!((pro.value, pro.n, pro.median), (Some(0.05), 40, Some(0.5)));
    assert_eq!(
        pro.remark.as_deref(),
        Some("lower than the others, beyond chance")
    );
    let basic = rows.iter().find(|row| row.name == "basic").expect("basic");
    assert_eq!(basic.remark, None);
    assert!(
        text.contains("the closing ratio is low, above all in product Pro (5 %, the others 50 %)"),
        "{text}"
    );
    // 22 of 80 where all win 102 of 240: 2.7 standard deviations below, between the lines at 2.0 and 3.1.
    let ratio = rows
        .iter()
        .find(|row| row.name == "win-rate")
        .expect("a ratio");
    assert_eq!(ratio.value, Some(22.0 / 80.0));
    assert_eq!(ratio.median, Some(0.5));
    assert_eq!(ratio.remark.as_deref(), Some("low, at the edge"));
}

/// Ann wins half like everybody, but of 10 deals where the others decide 40.
#[test]
fn selling_less_is_traced_to_volume() {
    let told = [
        decided(0, 0, 5, 10),
        decided(1, 0, 20, 40),
        decided(2, 0, 20, 40),
    ]
    .concat();
    let (_, text) = page(&told, 0);
    assert!(
        text.contains(
            "sells less (5,000 EUR, the median 20,000 EUR): fewer deals (10 decided, the median 40)"
        ),
        "{text}"
    );
    let mut small = decided(0, 0, 20, 40);
    for deal in &mut small {
        deal.value = Some((300, 0));
    }
    let told = [small, decided(1, 0, 20, 40), decided(2, 0, 20, 40)].concat();
    let (_, text) = page(&told, 0);
    assert!(
        text.contains("smaller deals (300 EUR on average, the median 1,000 EUR)"),
        "{text}"
    );
}

#[test]
fn activities_and_first_months_stand_beside_the_others() {
    let mut book = twelve_book();
    let all = &mut book.activities;
    for (by, kind, minutes) in [
        (0, ActivityKind::Call, 10),
        (0, ActivityKind::Call, 20),
        (0, ActivityKind::Mail, 5),
        (1, ActivityKind::Mail, 5),
    ] {
        all.deal.push(None);
        all.day.push(day(50));
        all.kind.push(kind);
        all.minutes.push(Some(minutes));
        all.cost_minor.push(0);
        all.by.push(Some(by));
        all.tool.push(None);
    }
    book.reps[0].since = Some(day(-31));
    let report = scorecard_of(&process(), &book, &Ask::default(), 0).expect("a page");
    let rows = &report.answer.rows;
    let named = |name: &str| rows.iter().find(|row| row.name == name).expect("a row");
    let call = named("call");
    assert_eq!((call.n, call.value), (2, Some(2.0 / 3.0)));
    // Two thirds of Ann's and none of Bob's.
    assert_eq!(call.median, Some(1.0 / 3.0));
    assert_eq!(call.remark.as_deref(), Some("30 minutes"));
    // Since 31 May: four deals opened in July, two of them by the 5th; the month from 31 July has day 60.
    assert_eq!(named("month-2-opened").value, Some(3.0));
    assert_eq!(named("month-3-opened").value, Some(1.0));
    // 10,000 on 10 August (day 40), 20,000 on 4 September (day 65).
    assert_eq!(named("month-3-won").value, Some(1_000_000.0));
    assert_eq!(named("month-4-won").value, Some(2_000_000.0));
    assert_eq!(
        named("month-2-opened").median,
        None,
        "two others are too few"
    );
}

#[test]
fn months_are_whole() {
    let date = |text: &str| text.parse().expect("a date");
    assert_eq!(
        months_between(date("2026-01-31"), date("2026-02-28")),
        Some(0)
    );
    assert_eq!(
        months_between(date("2026-01-31"), date("2026-03-31")),
        Some(2)
    );
    assert_eq!(
        months_between(date("2025-12-15"), date("2026-01-15")),
        Some(1)
    );
    assert_eq!(months_between(date("2026-01-15"), date("2026-01-14")), None);
}

#[test]
fn who_handled_nothing_has_no_page() {
    let ask = Ask {
        only: Some(vec![false; 12]),
        ..Ask::default()
    };
    let refused = scorecard_of(&process(), &twelve_book(), &ask, 0).map(|_| ());
    assert_eq!(
        refused,
        Err("`ann` has handled no deal of those that are asked about".to_string())
    );
}
