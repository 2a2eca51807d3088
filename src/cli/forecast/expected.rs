//! What is expected of a period, as integers that can be kept and held against one another.

use crate::date::parse_period;
use crate::deal::book::Book;
use crate::deal::event::ForecastSnapshot;
use crate::document::Period;
use crate::forecast::{Refusal, ahead, keep};
use crate::process::Process;

/// What is expected of a period, the `most` largest deals one by one.
pub(crate) fn expected(
    process: &Process,
    book: &Book,
    period: Period,
    most: usize,
) -> Result<ForecastSnapshot, Refusal> {
    let (outlook, _) = ahead(process, book, period)?;
    Ok(keep(process, book, period, &outlook, most))
}

/// So many deals of a night are kept one by one; the smaller ones only together.
const KEPT: usize = 2_000;

/// What every night keeps, as far as there is history for it: the fiscal quarter that runs, the next one, and the next
/// 30 days; otherwise why there is nothing.
pub(crate) fn of_the_night(
    process: &Process,
    book: &Book,
) -> Result<Vec<ForecastSnapshot>, Refusal> {
    let today = book.as_of;
    let quarter = |words: &str| {
        parse_period(words, today, process.fiscal_month).map_err(|why| Refusal { why })
    };
    let days_ahead = Period {
        from: today + chrono::Days::new(1),
        to: today + chrono::Days::new(crate::report::AHEAD),
    };
    let mut kept = Vec::new();
    let mut refused = None;
    for (period, most) in [
        (quarter("this quarter")?, KEPT),
        (quarter("next quarter")?, KEPT),
        // Only quarters are asked what moved them.
        (days_ahead, 0),
    ] {
        match expected(process, book, period, most) {
            Ok(one) => kept.push(one),
            Err(refusal) => {
                refused.get_or_insert(refusal);
            }
        }
    }
    match refused {
        Some(refusal) if kept.is_empty() => Err(refusal),
        _ => Ok(kept),
    }
}
