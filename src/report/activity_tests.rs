//! What was done, by hand: six activities of the twelve deals' people.

use super::super::sample::{book, day, process, third_quarter, twelve};
use super::super::{Ask, lines_of};
use super::*;
use ActivityKind::{Call, Mail, Meeting};

/// Ann's hour costs 60.00, Bob's 45.50, Cy's nothing that is known.
pub(in super::super) fn told() -> Book {
    let mut book = book(&twelve());
    book.reps[0].cost_per_hour_minor = Some(6_000);
    book.reps[1].cost_per_hour_minor = Some(4_550);
    let mut log = |deal, on, kind, minutes, cost, by| {
        let done = &mut book.activities;
        done.deal.push(deal);
        done.day.push(day(on));
        done.kind.push(kind);
        done.minutes.push(minutes);
        done.cost_minor.push(cost);
        done.by.push(by);
        done.tool.push(None);
    };
    log(Some(0), 5, Call, Some(20), 0, Some(0));
    log(Some(0), 9, Meeting, Some(90), 1_250, Some(0));
    // Bob helps with a deal of Ann's, and calls somebody before there is a deal.
    log(Some(0), 20, Call, Some(7), 0, Some(1));
    log(Some(1), 12, Mail, None, 0, Some(0));
    log(Some(4), 100, Call, Some(30), 300, Some(2));
    log(None, 40, Call, Some(10), 0, Some(1));
    book
}

fn asked(ask: &Ask, by: &str) -> Report<ActivityRow> {
    let more = AskActivity {
        by: ActivityBy::from_name(by),
        ..AskActivity::default()
    };
    activity(&process(), &told(), ask, &more).expect("a report")
}

#[test]
fn by_rep() {
    let report = asked(&Ask::default(), "rep");
    let done: Vec<(Option<&str>, &Done)> = report
        .answer
        .rows
        .iter()
        .map(|row| (row.group[0].1.as_deref(), &row.done))
        .collect();
    let base = Done {
        activities: 0,
        call: 0,
        mail: 0,
        meeting: 0,
        letter: 0,
        other: 0,
        minutes: 0,
        without_minutes: 0,
        direct_minor: 0,
        time_minor: None,
        cost_minor: None,
        deals: 0,
        without_deal: 0,
    };
    // 110 minutes at 60.00; 17 at 45.50 are 12.8917.
    let ann = Done {
        activities: 3,
        call: 1,
        mail: 1,
        meeting: 1,
        minutes: 110,
        without_minutes: 1,
        direct_minor: 1_250,
        time_minor: Some(11_000),
        cost_minor: Some(12_250),
        deals: 2,
        ..base.clone()
    };
    let bob = Done {
        activities: 2,
        call: 2,
        minutes: 17,
        time_minor: Some(1_289),
        cost_minor: Some(1_289),
        deals: 1,
        without_deal: 1,
        ..base.clone()
    };
    let cy = Done {
        activities: 1,
        call: 1,
        minutes: 30,
        direct_minor: 300,
        deals: 1,
        ..base
    };
    assert_eq!(
        done,
        [(Some("ann"), &ann), (Some("bob"), &bob), (Some("cy"), &cy)]
    );
    assert_eq!(
        report.answer.notes,
        [
            "the hour of cy has no cost: `salesctl catalog set rep NAME --price 60` makes the cost of their time known",
            "1 of 6 activities say no minutes (17 %): their time is in no cost",
        ]
    );
    assert_eq!(
        lines_of(&report.document)[1],
        "6 activities, 2.6 hours; 1 with somebody before there was a deal"
    );
}

#[test]
fn by_others_and_in_a_period() {
    let in_q3 = Ask {
        period: Some(third_quarter()),
        ..Ask::default()
    };
    let counts = |report: &Report<ActivityRow>| -> Vec<(Option<String>, usize, usize)> {
        let rows = report.answer.rows.iter();
        rows.map(|row| (row.group[0].1.clone(), row.done.activities, row.done.deals))
            .collect()
    };
    let some = |name: &str| Some(name.to_string());
    assert_eq!(
        counts(&asked(&in_q3, "kind")),
        [
            (some("call"), 3, 1),
            (some("mail"), 1, 1),
            (some("meeting"), 1, 1)
        ]
    );
    assert_eq!(
        counts(&asked(&Ask::default(), "month")),
        [
            (some("2026-07"), 4, 2),
            (some("2026-08"), 1, 0),
            (some("2026-10"), 1, 1)
        ]
    );
    assert_eq!(
        counts(&asked(&Ask::default(), "team")),
        [(some("north"), 5, 2), (some("south"), 1, 1)]
    );
    // The first deal is of the product basic, the second of pro; Cy's has none, the last no deal.
    assert_eq!(
        counts(&asked(&Ask::default(), "product")),
        [(some("basic"), 3, 1), (None, 2, 1), (some("pro"), 1, 1)]
    );
    let of_bob = AskActivity {
        rep: some("bob"),
        ..AskActivity::default()
    };
    let report = activity(&process(), &told(), &in_q3, &of_bob).expect("a report");
    assert_eq!(counts(&report), [(some("bob"), 2, 1)]);
    // Deals chosen by a condition: what was for no deal is left out.
    let only = Ask {
        only: Some((0..12).map(|deal| deal == 0).collect()),
        ..Ask::default()
    };
    let report = asked(&only, "rep");
    assert_eq!(counts(&report), [(some("ann"), 2, 1), (some("bob"), 1, 1)]);
    assert_eq!(
        report.answer.notes,
        ["1 activities without a deal are left out: conditions are about deals"]
    );
}
