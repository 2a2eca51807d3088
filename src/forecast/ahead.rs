//! What is left of a period: of one that runs, from today on; of one to come, what is won after the days before it.

use super::{Backtest, Chosen, Horizon, How, Outlook, Panel, Past, Refusal, outlook};
use crate::deal::book::{Book, Day};
use crate::document::Period;
use crate::process::Process;

/// Of so few days to the end of a period hardly any deal was ever won in time; then they count for nothing.
const HARDLY_ANY: i32 = 2;

/// What to expect of the part of a period that comes after the day of the Book, with
/// the record of forecasts that reach as far.
pub fn ahead(
    process: &Process,
    book: &Book,
    period: Period,
) -> Result<(Outlook, Backtest), Refusal> {
    let (from, first, to) = (
        Day::of(book.as_of),
        Day::of(period.from),
        Day::of(period.to),
    );
    if to <= from {
        return Err("the period is over".to_string().into());
    }
    let (late, backtest) = outlook(process, book, Horizon { from, to })?;
    let before = Day::new(first.number() - 1);
    if before <= from {
        return Ok((late, backtest));
    }
    let early = match outlook(process, book, Horizon { from, to: before }) {
        Ok((early, _)) => early,
        Err(refusal) => last_days(&late, from, before).ok_or(refusal)?,
    };
    Ok((late.after(&early), backtest))
}

/// The last days before a period ends, where they are too few for a forecast of their own.
pub fn last_days(later: &Outlook, from: Day, to: Day) -> Option<Outlook> {
    let few = (1..=HARDLY_ANY).contains(&to.since(from));
    few.then(|| later.nothing_in(Horizon { from, to }))
}

/// The same of the period that follows one that runs, of whose days to come the outlook is known.
pub fn ahead_after(
    process: &Process,
    book: &Book,
    period: Period,
    early: &Outlook,
) -> Result<Outlook, Refusal> {
    let (from, to) = (Day::of(book.as_of), Day::of(period.to));
    let (late, _) = outlook(process, book, Horizon { from, to })?;
    Ok(late.after(early))
}

/// How forecasts of so many days did at past origins, and the method that speaks now.
pub fn record(
    process: &Process,
    book: &Book,
    days: i32,
    how: How,
) -> Result<(Backtest, Chosen), Refusal> {
    let past = Past::new(process, book);
    let panel = Panel::new(&past, days.max(1));
    let (outlook, backtest) = panel.outlook(how)?;
    Ok((backtest, outlook.chosen))
}
