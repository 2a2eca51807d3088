//! Twelve won deals and an open one, worked out by hand.

use super::*;
use crate::deal::book::Left;
use crate::forecast::WorthBy;
use crate::forecast::evidence::tests::{book as decided, process};

/// The deal that is asked about.
const OPEN: usize = 12;

/// Days before the as-of day.
fn ago(book: &Book, days: i32) -> Day {
    Day::new(Day::of(book.as_of).number() - days)
}

/// Twelve deals that were in the first stage for 1 to 12 days and were won 10 days later, and an open one that has
/// been in it for `days`.
fn told(days: Option<i32>) -> Book {
    let mut book = decided(&[(0, 0, None, true, 12), (0, 0, None, false, 1)]);
    let none = vec![None; OPEN + 1];
    (book.deals.stage, book.deals.stage_entered) = (vec![None; OPEN + 1], none.clone());
    (book.deals.closed, book.deals.hold_until) = (none.clone(), none.clone());
    book.deals.touched = none;
    for deal in 0..OPEN {
        let stay = deal as i32 + 1;
        book.visits.entered[deal] = Some(ago(&book, 100));
        book.visits.left[deal] = Some(ago(&book, 100 - stay));
        book.visits.how[deal] = Left::Advanced;
        book.deals.closed[deal] = Some(ago(&book, 100 - stay - 10));
    }
    book.deals.state[OPEN] = State::Open;
    book.visits.how[OPEN] = Left::Still;
    book.deals.stage[OPEN] = Some(0);
    book.deals.stage_entered[OPEN] = days.map(|days| ago(&book, days));
    book.visits.entered[OPEN] = book.deals.stage_entered[OPEN];
    book
}

/// Gives the deal a follow-up that was due so many days ago.
fn booked(book: &mut Book, days: i32, by_rule: bool) {
    let due = ago(book, days);
    let all = &mut book.follow_ups;
    all.id.push(crate::id::Id(1));
    all.deal.push(OPEN as u32);
    all.due.push(due);
    all.added.push(due);
    all.done.push(None);
    all.by_rule.push(by_rule);
    all.text.push("send quote".to_string());
}

impl Reason {
    fn all(&self) -> Vec<String> {
        let mut said = vec![self.of_chance()];
        said.extend(self.to_look_at());
        said
    }
}

fn outlook(worth_minor: f64) -> DealOutlook {
    DealOutlook {
        deal: OPEN as u32,
        chance: 0.3,
        worth_minor,
        by: WorthBy::Told,
        by_stage: 0.3,
        dated: true,
    }
}

/// What deals were won for: 300 at the median.
const WON: [f64; 6] = [100.0, 200.0, 250.0, 350.0, 400.0, 9_000.0];

fn phrases(book: &Book, worth_minor: f64) -> Vec<String> {
    let usual = Usual::of(book, &WON);
    usual.reason(&process(), book, &outlook(worth_minor)).all()
}

#[test]
fn as_usual() {
    let mut book = told(Some(6));
    booked(&mut book, -3, false);
    book.deals.touched[OPEN] = Some(ago(&book, 13));
    assert_eq!(
        phrases(&book, 300.0),
        ["Qualify for 6 days, as usual of won deals (half within 7, nine of ten 11)"]
    );
}

#[test]
fn all_that_is_unusual() {
    let mut book = told(Some(12));
    // What a rule of the process made is nobody's intention.
    booked(&mut book, -3, true);
    book.deals.touched[OPEN] = Some(ago(&book, 14));
    assert_eq!(
        phrases(&book, 660.0),
        [
            "Qualify for 12 days, longer than nine of ten won deals (11)",
            "no next step",
            "nothing noted for 14 days",
            "2.2 times what deals are won for",
        ]
    );
    assert_eq!(phrases(&book, 90.0)[3], "30 % of what deals are won for");
    book.deals.expected_close = vec![Some(ago(&book, 2)); book.deals.len()];
    assert_eq!(phrases(&book, 300.0)[3], "expected close 2 d ago");
    booked(&mut book, 2, false);
    assert_eq!(phrases(&book, 300.0)[1], "next step 2 d overdue");
    book.deals.state[OPEN] = State::Hold;
    assert_eq!(phrases(&book, 300.0)[1], "on hold");
}

#[test]
fn between_the_median_and_the_ninth_decile() {
    let mut book = told(Some(8));
    booked(&mut book, 0, false);
    assert_eq!(
        phrases(&book, 300.0),
        ["Qualify for 8 days, longer than half of the won deals (7; nine of ten 11)"]
    );
}

#[test]
fn what_was_never_told() {
    let mut book = told(None);
    assert_eq!(
        phrases(&book, 0.0),
        ["Qualify, since when was never told", "no next step"]
    );
    book.deals.stage[OPEN] = None;
    assert_eq!(phrases(&book, 0.0)[0], "in no stage");
    // Nine stays have no ninth decile; four values no median.
    let mut few = told(Some(1));
    for deal in 0..3 {
        few.deals.state[deal] = State::Lost;
    }
    booked(&mut few, 0, false);
    let usual = Usual::of(&few, &WON[..4]);
    assert_eq!(
        usual.reason(&process(), &few, &outlook(9e9)).all(),
        ["Qualify for 1 day"]
    );
}

/// Of the stays of 8 to 12 days 10 to 14 were left to the win after 8 days: 12 at the median.
#[test]
fn the_likely_day() {
    for (days, left) in [
        (0, Some(17)),
        (8, Some(12)),
        // Four stayed nine days or longer.
        (9, None),
    ] {
        let book = told(Some(days));
        let mut usual = Usual::of(&book, &WON);
        let expected = left.map(|left: i32| ago(&book, -left));
        assert_eq!(usual.likely_day(&book, OPEN), expected, "{days}");
        assert_eq!(usual.likely_day(&book, OPEN), expected, "{days}");
    }
    let book = told(None);
    assert_eq!(Usual::of(&book, &WON).likely_day(&book, OPEN), None);
}
