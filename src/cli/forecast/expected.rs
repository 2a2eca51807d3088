//! What is expected of a period, as integers that can be kept and held against one another.

use crate::date::parse_period;
use crate::deal::book::{Book, Day};
use crate::deal::event::ForecastSnapshot;
use crate::document::Period;
use crate::forecast::{Horizon, OfPeriod, Outlook, Refusal, keep, outlook};
use crate::process::Process;

/// Outlooks of one Book; what was worked out for one period serves the next.
pub(crate) struct Expecting<'a> {
    process: &'a Process,
    book: &'a Book,
    known: Vec<(Day, Result<Outlook, Refusal>)>,
}

impl<'a> Expecting<'a> {
    pub(crate) fn new(process: &'a Process, book: &'a Book) -> Self {
        Self {
            process,
            book,
            known: Vec::new(),
        }
    }

    /// What is expected of a period, the `most` largest deals one by one.
    pub(crate) fn of(&mut self, period: Period, most: usize) -> Result<ForecastSnapshot, Refusal> {
        let today = Day::of(self.book.as_of);
        let (first, last) = (Day::of(period.from), Day::of(period.to));
        if last <= today {
            return Err(Refusal {
                why: format!(
                    "the period ended {}, there is nothing left to expect of it",
                    crate::date::day(period.to)
                ),
            });
        }
        let eve = Day::new(first.number() - 1);
        let eve = if eve > today {
            Some(self.until(eve)?)
        } else {
            None
        };
        let whole = self.until(last)?;
        let (eve, whole) = (eve.map(|at| self.outlook(at)), self.outlook(whole));
        let of = OfPeriod {
            period,
            outlook: whole?,
            eve: eve.transpose()?,
            range: None,
        };
        Ok(keep(self.process, self.book, of, most))
    }

    /// Where the outlook to a day is known.
    fn until(&mut self, to: Day) -> Result<usize, Refusal> {
        if let Some(at) = self.known.iter().position(|(day, _)| *day == to) {
            return Ok(at);
        }
        let horizon = Horizon {
            from: Day::of(self.book.as_of),
            to,
        };
        let found = outlook(self.process, self.book, horizon).map(|(outlook, _)| outlook);
        self.known.push((to, found));
        Ok(self.known.len() - 1)
    }

    fn outlook(&self, at: usize) -> Result<&Outlook, Refusal> {
        self.known[at].1.as_ref().map_err(Clone::clone)
    }
}

/// What every night keeps: the fiscal quarter that runs, the next one, and the next 30 days.
pub(crate) fn of_the_night(
    process: &Process,
    book: &Book,
) -> Result<Vec<ForecastSnapshot>, Refusal> {
    let mut expecting = Expecting::new(process, book);
    let today = book.as_of;
    let quarter = |words: &str| {
        parse_period(words, today, process.fiscal_month).map_err(|why| Refusal { why })
    };
    let ahead = Period {
        from: today + chrono::Days::new(1),
        to: today + chrono::Days::new(crate::report::AHEAD),
    };
    let mut kept = Vec::new();
    let mut refused = None;
    for (period, most) in [
        (quarter("this quarter")?, KEPT),
        (quarter("next quarter")?, KEPT),
        // What moved it is told by quarters.
        (ahead, 0),
    ] {
        match expecting.of(period, most) {
            Ok(one) => kept.push(one),
            Err(why) => refused = Some(why),
        }
    }
    match refused {
        Some(why) if kept.is_empty() => Err(why),
        _ => Ok(kept),
    }
}

/// So many deals of a night are kept one by one; the smaller ones only together.
const KEPT: usize = 2_000;
