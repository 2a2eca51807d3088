//! The page of a meeting on the twelve deals, worked out by hand: 21 November is day 143, the quarter ends
//! on 31 December (day 183).

use super::{Agenda, Meeting, MeetingRow, meeting};
use crate::deal::book::{Book, Labelled, State};
use crate::document::Period;
use crate::id::Id;
use crate::report::Ask;
use crate::report::moves::moves;
use crate::report::sample::{AS_OF, book, day, process, twelve};

fn period(from: i32, to: i32) -> Period {
    Period {
        from: day(from).date(),
        to: day(to).date(),
    }
}

fn asked(book: &Book, ask: &Ask) -> Meeting {
    asked_on(book, ask, period(123, 152), true)
}

fn asked_on(book: &Book, ask: &Ask, month: Period, live: bool) -> Meeting {
    let process = process();
    let moves = moves(&process, book, ask, day(AS_OF - 8), None);
    let agenda = Agenda {
        moves: &moves,
        quarter: period(92, 183),
        month,
        ahead: &[],
        live,
        short: &|id: Id| format!("D{}", id.0),
    };
    meeting(&process, book, ask, &agenda)
}

/// Their changes, as far as the moves read them: they are what they were, all the time.
fn unchanged(book: &mut Book) {
    let deals = &book.deals;
    for deal in 0..deals.len() {
        let (at, since) = (deal as u32, day(-40));
        book.changes.state.push(at, since, deals.state[deal]);
        let value = deals.value_minor[deal];
        book.changes.value_minor.push(at, since, value);
        book.changes.currency.push(at, since, deals.currency[deal]);
        book.changes.owner.push(at, since, deals.owner[deal]);
        book.changes.stage.push(at, since, deals.stage[deal]);
        let close = deals.expected_close[deal];
        book.changes.expected_close.push(at, since, close);
    }
}

fn twelve_book() -> Book {
    let mut book = book(&twelve());
    unchanged(&mut book);
    // Ann's deal has a follow-up that was due 3 days ago, one that was done and one that is not due yet;
    // a lost deal has one that nobody cares for any more.
    for (id, deal, due, done) in [
        (90, 9, 140, None),
        (91, 9, 130, Some(131)),
        (92, 9, 150, None),
        (93, 5, 20, None),
    ] {
        let all = &mut book.follow_ups;
        all.id.push(Id(id));
        all.deal.push(deal);
        all.due.push(day(due));
        all.added.push(day(0));
        all.done.push(done.map(day));
        all.by_rule.push(false);
        all.text.push("send quote".to_string());
    }
    book
}

fn section<'a>(meeting: &'a Meeting, name: &str) -> Vec<&'a MeetingRow> {
    let rows = meeting.report.answer.rows.iter();
    rows.filter(|row| row.section == name).collect()
}

#[test]
fn each_section_by_hand() {
    let meeting = asked(&twelve_book(), &Ask::default());
    assert!(section(&meeting, "changed").is_empty());

    // Cy's was to close on day 140, is in Qualify since day 120, so 2 days past 21, and has nothing booked.
    // Bob's is on hold to a date to come, which excuses it; Ann's is late with a follow-up booked in time.
    let decide = section(&meeting, "decide");
    let read: Vec<_> = decide
        .iter()
        .map(|row| {
            (
                row.line,
                row.owner.as_deref(),
                row.why.as_str(),
                row.value_minor,
            )
        })
        .collect();
    assert_eq!(
        read,
        [(
            Some(1),
            Some("cy"),
            "3 d past close, 2 d past limit, no next step",
            None
        )]
    );
    assert_eq!(
        decide[0].command.as_deref(),
        Some("salesctl followup add D12 \"mon: agree a close date with the customer\"")
    );

    let late = section(&meeting, "late");
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].line, late[0].late_days), (Some(2), Some(3)));
    assert_eq!(late[0].due, Some(day(140).date()));

    // Ann's closes on day 180. It is in Demonstrate for 68 days, and no decided deal was there as long.
    let expected = section(&meeting, "expected");
    assert_eq!(expected.len(), 1);
    assert_eq!(expected[0].value_minor, Some(1_200_000));
    assert_eq!(expected[0].won_share, None);
    let page = format!("{:?}", meeting.report.document);
    assert!(
        page.contains("0 deals worth 0 EUR by 30 Nov 2026, 1 deal worth 12,000 EUR by 31 Dec 2026"),
        "{page}"
    );
    assert!(
        page.contains("insufficient history: 1 deal is not weighted"),
        "{page}"
    );

    assert_eq!(
        meeting.lines,
        [(Id(12), None), (Id(10), Some(Id(90))), (Id(10), None)]
    );
}

/// Decided deals that were in Demonstrate: won after 15, 20, 32 and 15 days; lost after 25 and after 20, its
/// second stay of 10 not counting. At least 15 days: all 6, of which 4 were won.
#[test]
fn what_is_expected_is_weighted_by_deals_as_long_in_their_stage() {
    let mut book = twelve_book();
    book.deals.stage_entered[9] = Some(day(AS_OF - 15));
    let meeting = asked(&book, &Ask::default());
    let expected = section(&meeting, "expected");
    assert_eq!(expected[0].won_n, Some(6));
    assert_eq!(expected[0].won_share, Some(4.0 / 6.0));
    assert_eq!(expected[0].weighted_minor, Some(800_000));
    // One day more, and four of them are too few to say.
    book.deals.stage_entered[9] = Some(day(AS_OF - 16));
    let meeting = asked(&book, &Ask::default());
    assert_eq!(section(&meeting, "expected")[0].won_n, None);
}

#[test]
fn large_deals_without_a_decider_and_overridden_gates_want_a_decision() {
    let mut book = twelve_book();
    // Four open deals of 12,000, 4,800 (6,000 dollars), nothing and 20,000: the last is the largest quarter.
    book.deals.state[0] = State::Open;
    book.deals.closed[0] = None;
    book.deals.value_minor[0] = Some(2_000_000);
    // A lost deal's follow-up is its next step.
    book.follow_ups.deal[3] = 0;
    book.follow_ups.due[3] = day(150);
    book.deals.next_due[0] = Some(day(150));
    book.deals.value_minor[11] = Some(100);
    book.changes.state.to[0] = State::Open;
    book.attributes.insert(
        "has_decider".to_string(),
        Labelled {
            labels: vec!["1".to_string(), "0".to_string()],
            index: vec![
                Some(1),
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                Some(0),
                None,
                None,
            ],
        },
    );
    // The second visit of Ann's open deal's, through whose gate it came by override 2 days ago.
    let visit = book
        .visits
        .deal
        .iter()
        .position(|deal| *deal == 9)
        .expect("a visit");
    book.visits.overridden[visit] = true;
    book.visits.left[visit] = Some(day(AS_OF - 2));
    let meeting = asked(&book, &Ask::default());
    let read: Vec<_> = section(&meeting, "decide")
        .iter()
        .map(|row| (row.owner.clone(), row.why.clone()))
        .collect();
    let of = |rep: &str, why: &str| (Some(rep.to_string()), why.to_string());
    assert_eq!(
        read,
        [
            of("ann", "large, no decider"),
            of("ann", "gate overridden"),
            of("cy", "3 d past close, 2 d past limit, no next step"),
        ]
    );
    // What a rule of the process made is no next step.
    book.follow_ups.by_rule[3] = true;
    let by_rule = asked(&book, &Ask::default());
    assert_eq!(
        section(&by_rule, "decide")[0].why,
        "no next step, large, no decider"
    );
    book.follow_ups.by_rule[3] = false;
    // Told of nobody, it is no reason.
    book.attributes.clear();
    let meeting = asked(&book, &Ask::default());
    assert_eq!(section(&meeting, "decide").len(), 2);
    let notes = &meeting.report.answer.notes;
    assert!(
        notes.iter().any(|note| note.contains("who decides")),
        "{notes:?}"
    );
}

#[test]
fn only_what_is_asked_about_is_on_the_page() {
    let book = twelve_book();
    let ask = Ask {
        only: Some(
            book.deals
                .owner
                .iter()
                .map(|owner| *owner == Some(1))
                .collect(),
        ),
        ..Ask::default()
    };
    let meeting = asked(&book, &ask);
    assert!(meeting.report.answer.rows.is_empty());
    assert_eq!(meeting.report.answer.n, 1);
}

/// The last month of the quarter ends with it, and a page of a past day asks for nothing.
#[test]
fn what_is_said_depends_on_the_day() {
    let said = |book: &Book, ask: &Ask, month: Period, live: bool| {
        let meeting = asked_on(book, ask, month, live);
        let blocks = meeting.report.document.blocks.into_iter();
        let lines = blocks.filter_map(|block| match block {
            crate::document::Block::Line(text) => Some(text),
            _ => None,
        });
        lines.collect::<Vec<_>>()
    };
    let told = twelve_book();
    let all = Ask::default();
    let about = |lines: &[String], start: &str| -> Vec<String> {
        let found = lines.iter().filter(|line| line.starts_with(start));
        found.cloned().collect()
    };
    let today = said(&told, &all, period(123, 152), true);
    assert_eq!(about(&today, "a follow-up for a line").len(), 1);
    assert_eq!(about(&today, "expected: ")[0].matches(" by ").count(), 2);
    let past = said(&told, &all, period(153, 183), false);
    assert!(about(&past, "a follow-up for a line").is_empty());
    assert_eq!(about(&past, "expected: ")[0].matches(" by ").count(), 1);
    let none = Ask {
        only: Some(vec![false; told.deals.len()]),
        ..Ask::default()
    };
    let none = said(&told, &none, period(123, 152), true);
    assert_eq!(about(&none, "no open deals"), ["no open deals"]);
}
