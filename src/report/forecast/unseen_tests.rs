//! Deals of which something is not known, one of each kind.

use super::super::tests::{foreseen, quarter};
use super::*;
use crate::process::Whose;
use crate::report::sample::{book, process, twelve};
use crate::report::{Ask, forecast};

/// Nothing that the forecast can't see, or sees only in part, is left out without a word.
#[test]
fn each_kind_is_told() {
    let mut book = book(&twelve());
    let (ann, bob, cy) = (9, 10, 11);
    assert_eq!(book.deals.state[bob], State::Hold);
    // Ann's 12,000 are in a currency without a rate, Bob's is on hold, Cy's has no value.
    let seen = foreseen(&book);
    book.deals.stage[cy] = None;
    let (mut outlook, backtest) = seen.expect("foreseen");
    for deal in &mut outlook.deals {
        let at = deal.deal as usize;
        if at == cy {
            (deal.by, deal.worth_minor) = (WorthBy::ListPrice, 50_000.0);
            deal.dated = false;
        }
        if at == ann {
            (deal.by, deal.worth_minor) = (WorthBy::Average, 70_000.0);
            deal.dated = false;
        }
    }
    // What is won or lost on days that nobody told: the first deal is won, another one lost.
    let won = book
        .deals
        .state
        .iter()
        .position(|state| *state == State::Won);
    let lost = book
        .deals
        .state
        .iter()
        .position(|state| *state == State::Lost);
    book.deals.closed[won.expect("one")] = None;
    book.deals.closed[lost.expect("one")] = None;
    let ask = Ask::default();
    let report = forecast(
        &process(),
        &book,
        Ok((outlook, backtest)),
        None,
        &AskForecast {
            ask: &ask,
            period: quarter(),
            targets: &[],
            of: &Whose::Company,
            seed: 1,
            explain: false,
            called: None,
            short: &|id| id.handle(),
        },
    )
    .expect("a forecast");
    assert_eq!(report.answer.rows[0].line.open_n, Some(3));
    // Each with a chance of one half: of 700, 500 and 6,000.
    assert_eq!(
        report.answer.notes,
        [
            "1 deal has no amount: counted by list price, 500 EUR if all are won",
            "1 deal has an amount in a currency without a rate: counted by what such deals were won for on average, \
             700 EUR if all are won",
            "1 deal has no known day of entry into the stage: counted with the chance of the stage at any age, \
             350 EUR expected",
            "1 deal has no stage: counted with the chance of any open deal, 250 EUR expected",
            "1 deal is on hold: counted like any open deal of that stage and age, 3,000 EUR expected",
            "1 deal is won on a day that was never told: in no period and no history",
            "1 deal is lost on a day that was never told: in no period and no history",
        ]
    );
}

/// One deal a week, then none for a while.
#[test]
fn that_nothing_was_opened_is_told() {
    let mut book = book(&twelve());
    let as_of = Day::of(book.as_of).number();
    let mut said = |gap: i32| {
        for (week, opened) in (0_i32..).zip(&mut book.deals.opened) {
            *opened = Some(Day::new(as_of - gap - 7 * week));
        }
        silent(&book)
    };
    assert_eq!(said(35), None);
    let expected = "no deal was opened for 36 days, where the next one mostly came within 7 days: what is missing in the \
                    history is missing in the forecast";
    assert_eq!(said(36).as_deref(), Some(expected));
}
