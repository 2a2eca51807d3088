//! Which deals a forecast could not see, or only in part, and how they count: none is left out without a word.

use super::figures::Figures;
use super::{AskForecast, minor};
use crate::deal::book::{Book, Day, State};
use crate::forecast::{DealOutlook, WorthBy};
use crate::process::Process;
use crate::report::{counted, money};
use crate::statistics::quantile;

/// One sentence about each kind of deals.
pub(super) fn notes(
    process: &Process,
    book: &Book,
    figures: &Figures,
    ask: &AskForecast<'_>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(ahead) = &figures.ahead {
        let open = &ahead.outlook.deals;
        notes.extend(worthless(process, book, open));
        notes.extend(undated(process, book, open));
        notes.extend(held(process, book, open));
    }
    notes.extend(won(book, ask));
    notes.extend(silent(book));
    notes
}

/// So many deals, and what they come to.
fn sum<'d>(
    deals: impl Iterator<Item = &'d DealOutlook>,
    of: impl Fn(&DealOutlook) -> f64,
) -> Option<(usize, i64)> {
    let (n, sum) = deals.fold((0_usize, 0.0), |(n, sum), deal| (n + 1, sum + of(deal)));
    (n > 0).then(|| (n, minor(sum)))
}

fn have(n: usize) -> &'static str {
    if n == 1 { "has" } else { "have" }
}

fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// `3 deals have no amount: counted by list price, 12,000 EUR if all are won`
fn worthless(process: &Process, book: &Book, open: &[DealOutlook]) -> Vec<String> {
    let ways = [
        (WorthBy::ListPrice, "counted by list price"),
        (
            WorthBy::Average,
            "counted by what such deals were won for on average",
        ),
        (WorthBy::Unknown, "counted for nothing"),
    ];
    let mut notes = Vec::new();
    for (by, how) in ways {
        for (told, lacks) in [
            (false, "no amount"),
            (true, "an amount in a currency without a rate"),
        ] {
            let of_them = open.iter().filter(|deal| {
                deal.by == by && book.deals.value_minor[deal.deal as usize].is_some() == told
            });
            if let Some((n, worth)) = sum(of_them, |deal| deal.worth_minor) {
                let worth = match by {
                    WorthBy::Unknown => String::new(),
                    _ => format!(", {} if all are won", money(worth, process.currency)),
                };
                let (deals, have) = (counted(n), have(n));
                notes.push(format!("{deals} {have} {lacks}: {how}{worth}"));
            }
        }
    }
    notes
}

/// Deals that no method can see, since nobody told when they came to where they are.
fn undated(process: &Process, book: &Book, open: &[DealOutlook]) -> Vec<String> {
    let mut notes = Vec::new();
    for (placed, lacks, chance) in [
        (
            true,
            "no known day of entry into the stage",
            "the chance of the stage at any age",
        ),
        (false, "no stage", "the chance of any open deal"),
    ] {
        let of_them = open
            .iter()
            .filter(|deal| !deal.dated && book.deals.stage[deal.deal as usize].is_some() == placed);
        if let Some((n, expected)) = sum(of_them, |deal| deal.chance * deal.worth_minor) {
            notes.push(format!(
                "{} {} {lacks}: counted with {chance}, {} expected",
                counted(n),
                have(n),
                money(expected, process.currency)
            ));
        }
    }
    notes
}

fn held(process: &Process, book: &Book, open: &[DealOutlook]) -> Option<String> {
    let of_them = open
        .iter()
        .filter(|deal| book.deals.state[deal.deal as usize] == State::Hold);
    let (n, expected) = sum(of_them, |deal| deal.chance * deal.worth_minor)?;
    Some(format!(
        "{} {} on hold: counted like any open deal of that stage and age, {} expected",
        counted(n),
        are(n),
        money(expected, process.currency)
    ))
}

/// So many days before the newest deal tell how often one is opened.
const YEAR: i32 = 365;
/// So many times as long as usual, and so many days at least, is a gap that looks like missing deals.
const TIMES: i32 = 5;
const LONG: i32 = 14;

/// `no deal was opened for 126 days, where the next one mostly came within 1 day: …`
fn silent(book: &Book) -> Option<String> {
    let as_of = Day::of(book.as_of);
    let opened = book.deals.opened.iter().flatten();
    let opened = opened.filter(|day| **day <= as_of);
    let newest = *opened.clone().max()?;
    let mut is_opened = vec![false; YEAR as usize];
    for day in opened {
        if let Some(one) = is_opened.get_mut(newest.since(*day) as usize) {
            *one = true;
        }
    }
    let days = (0_i32..)
        .zip(is_opened)
        .filter_map(|(day, one)| one.then_some(day));
    let days: Vec<i32> = days.collect();
    let mut gaps: Vec<i32> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let usual = quantile(&gaps, 0.9)?.ceil() as i32;
    let silent = as_of.since(newest);
    (silent >= LONG && silent > TIMES * usual).then(|| {
        let s = if usual == 1 { "" } else { "s" };
        format!(
            "no deal was opened for {silent} days, where the next one mostly came within {usual} day{s}: what is missing \
             in the history is missing in the forecast"
        )
    })
}

/// What is won and not in the sums.
fn won(book: &Book, ask: &AskForecast<'_>) -> Vec<String> {
    let deals = &book.deals;
    let (from, to) = (Day::of(ask.period.from), Day::of(ask.period.to));
    let of_state = |state: State| {
        (0..deals.len()).filter(move |deal| deals.state[*deal] == state && ask.ask.includes(*deal))
    };
    let never = |state| {
        of_state(state)
            .filter(|deal| deals.closed[*deal].is_none())
            .count()
    };
    let worthless = of_state(State::Won)
        .filter(|deal| deals.closed[*deal].is_some_and(|day| from <= day && day <= to))
        .filter(|deal| deals.value_minor[*deal].is_none())
        .count();
    let mut notes = Vec::new();
    if worthless > 0 {
        notes.push(format!(
            "{} won in the period {} no amount: counted for nothing in what is won",
            counted(worthless),
            have(worthless)
        ));
    }
    for (state, word) in [(State::Won, "won"), (State::Lost, "lost")] {
        let n = never(state);
        if n > 0 {
            notes.push(format!(
                "{} {} {word} on a day that was never told: in no period and no history",
                counted(n),
                are(n)
            ));
        }
    }
    notes
}

#[cfg(test)]
#[path = "unseen_tests.rs"]
mod tests;
