//! What is left of a period: of one that runs, from today on; of one to come, what is won after the days before it.

use super::{Backtest, Horizon, Outlook, Refusal, outlook};
use crate::deal::book::{Book, Day};
use crate::document::Period;
use crate::process::Process;

/// What to expect of the part of a period after the day of the Book, with the record of forecasts that reach as far.
pub fn ahead(
    process: &Process,
    book: &Book,
    period: Period,
) -> Result<(Outlook, Backtest), Refusal> {
    let from = Day::of(book.as_of);
    let (first, to) = (Day::of(period.from), Day::of(period.to));
    if to <= from {
        return Err(Refusal {
            why: "the period is over".to_string(),
        });
    }
    let (late, backtest) = outlook(process, book, Horizon { from, to })?;
    let before = Day::new(first.number() - 1);
    if before <= from {
        return Ok((late, backtest));
    }
    let (early, _) = outlook(process, book, Horizon { from, to: before })?;
    Ok((late.after(&early), backtest))
}
