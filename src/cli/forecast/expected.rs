//! What is expected of a period, as integers that can be kept and held against one another.

use crate::date::parse_period;
use crate::deal::book::{Book, Day};
use crate::deal::event::ForecastSnapshot;
use crate::document::Period;
use crate::forecast::{Refusal, ahead, ahead_after, keep, last_days};
use crate::process::Process;
use crate::report::Foreseen;

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

/// What every night keeps, as far as there is history for it: the fiscal quarter that runs (`quarter`, of which `foreseen`
/// is what is left), the next one, and the next 30 days; otherwise why there is nothing.
pub(crate) fn of_the_night(
    process: &Process,
    book: &Book,
    quarter: Period,
    foreseen: &Foreseen,
) -> Result<Vec<ForecastSnapshot>, Refusal> {
    let today = book.as_of;
    let next = parse_period("next quarter", today, process.fiscal_month);
    let next = next.map_err(Refusal::from)?;
    let days_ahead = Period {
        from: today + chrono::Days::new(1),
        to: today + chrono::Days::new(crate::report::AHEAD),
    };
    let (of_quarter, of_next) = match foreseen {
        Ok((outlook, _)) => (
            Ok(keep(process, book, quarter, outlook, KEPT)),
            ahead_after(process, book, next, outlook)
                .map(|after| keep(process, book, next, &after, KEPT)),
        ),
        Err(refusal) => {
            let after = ahead(process, book, next).map(|(after, _)| after);
            let last = after
                .as_ref()
                .ok()
                .and_then(|after| last_days(after, Day::of(today), Day::of(quarter.to)));
            (
                last.map(|last| keep(process, book, quarter, &last, KEPT))
                    .ok_or_else(|| refusal.clone()),
                after.map(|after| keep(process, book, next, &after, KEPT)),
            )
        }
    };
    let mut kept = Vec::new();
    let mut refused = None;
    for said in [
        of_quarter,
        of_next,
        // Only quarters are asked what moved them.
        expected(process, book, days_ahead, 0),
    ] {
        match said {
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
