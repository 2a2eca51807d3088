//! What stands in for a forecast that is refused: what the last windows of that length brought, in words.

use super::super::convert::Converter;
use super::super::money;
use super::AskForecast;
use super::figures::won_in;
use crate::deal::book::{Book, Day, State};
use crate::document::Period;
use crate::money::grouped;
use crate::process::Process;

/// So many windows of the past are looked at.
const WINDOWS: i32 = 3;

/// The mean of what the last windows of so many days brought, as many of them as there are since the first win, and how
/// many these are; or why it is not known.
pub(super) fn run_rate(
    converter: &mut Converter<'_>,
    book: &Book,
    ask: &AskForecast<'_>,
    days: i32,
) -> Result<(f64, i32), String> {
    let as_of = Day::of(book.as_of).number();
    let deals = &book.deals;
    let closed = (0..deals.len())
        .filter(|deal| deals.state[*deal] == State::Won)
        .filter_map(|deal| deals.closed[deal]);
    let Some(first) = closed.min() else {
        return Err("no deal was won yet".to_string());
    };
    let known = as_of - first.number();
    let windows = (known / days.max(1)).min(WINDOWS);
    if windows == 0 {
        return Err(format!(
            "the first deal was won {} ago, and {} are left",
            in_days(known),
            in_days(days)
        ));
    }
    let window = Period {
        from: Day::new(as_of - windows * days + 1).date(),
        to: book.as_of,
    };
    let sum: i64 = won_in(book, window)
        .filter(|deal| ask.ask.includes(*deal))
        .filter_map(|deal| converter.worth(deal).known())
        .sum();
    if sum == 0 {
        return Err(format!(
            "nothing was won in the last {}",
            in_days(windows * days)
        ));
    }
    Ok((sum as f64 / f64::from(windows), windows))
}

fn in_days(days: i32) -> String {
    format!("{days} {}", if days == 1 { "day" } else { "days" })
}

/// `run-rate instead: the mean of what the last 2 times 61 days brought; …`
pub(super) fn instead(windows: i32, days: i32) -> String {
    let of = match (windows, days) {
        (1, 1) => "what the last day brought".to_string(),
        (1, days) => format!("what the last {days} days brought"),
        (windows, 1) => format!("the mean of the last {windows} days"),
        (windows, days) => format!("the mean of what the last {windows} times {days} days brought"),
    };
    let history = if windows < WINDOWS {
        ", all that there are since the first win"
    } else {
        ""
    };
    format!("run-rate instead: {of}{history}; no range, since nothing says how far it is off")
}

/// What is open says nothing where no method speaks of it.
pub(super) fn uncounted(
    process: &Process,
    converter: &mut Converter<'_>,
    book: &Book,
    ask: &AskForecast<'_>,
) -> Option<String> {
    let deals = &book.deals;
    let (mut n, mut sum) = (0_u64, 0_i64);
    for deal in 0..deals.len() {
        if deals.state[deal].is_open() && ask.ask.includes(deal) {
            n += 1;
            sum = sum.saturating_add(converter.worth(deal).known().unwrap_or(0));
        }
    }
    let worth = match sum {
        0 => String::new(),
        sum => format!(", {} in all,", money(sum, process.currency)),
    };
    (n > 0).then(|| {
        format!(
            "{}{worth} {} not counted",
            if n == 1 {
                "1 open deal".to_string()
            } else {
                format!("{} open deals", grouped(n))
            },
            if n == 1 { "is" } else { "are" }
        )
    })
}
