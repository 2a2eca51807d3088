//! What chance open deals have, when they would be won, and why: from one outlook for as many deals as are shown.

use std::collections::HashMap;

use anyhow::Result;

use super::super::session::Session;
use super::list::{Args, DealRow, More};
use crate::date::parse_period;
use crate::deal::book::{Book, Day, Needs};
use crate::fault::Fault;
use crate::forecast::{
    DealOutlook, Horizon, Outlook, REASON, Refusal, Usual, forecast_needs, outlook,
};
use crate::id::Id;
use crate::process::Process;

/// A chance is to be won within so many days.
pub(super) const DAYS: i32 = 30;

/// What it reads.
pub(super) fn needs(process: &Process) -> Needs {
    forecast_needs(process).and(REASON)
}

/// The last day of the fiscal quarter that runs, when any of it is left.
pub(super) fn quarter_end(session: &Session<'_>, book: &Book) -> Result<Option<Day>> {
    let quarter = parse_period("this quarter", book.as_of, session.process.fiscal_month)
        .map_err(Fault::usage)?;
    Ok((quarter.to > book.as_of).then(|| Day::of(quarter.to)))
}

/// Chances by deal, to be won by a day, or why there are none.
pub(super) struct Chances {
    by_deal: HashMap<u32, DealOutlook>,
    usual: Usual,
    /// Why none can be told.
    pub(super) refused: Option<String>,
}

/// Of one deal.
pub(super) struct Chance {
    pub(super) share: f64,
    pub(super) likely: Option<Day>,
    /// What it comes of.
    pub(super) why: String,
    /// What a person should look at, each a phrase.
    pub(super) to_look_at: Vec<String>,
}

impl Chance {
    /// Both in one cell.
    pub(super) fn in_words(&self) -> String {
        let look = self.to_look_at.join(", ");
        if look.is_empty() {
            self.why.clone()
        } else {
            format!("{}; to look at: {look}", self.why)
        }
    }
}

impl Chances {
    pub(super) fn by(process: &Process, book: &Book, to: Day) -> Self {
        let from = Day::of(book.as_of);
        Self::of(
            book,
            outlook(process, book, Horizon { from, to }).map(|(outlook, _)| outlook),
        )
    }

    pub(super) fn within_days(process: &Process, book: &Book) -> Self {
        let today = Day::of(book.as_of).number();
        Self::by(process, book, Day::new(today + DAYS))
    }

    fn of(book: &Book, found: Result<Outlook, Refusal>) -> Self {
        match found {
            Ok(outlook) => Self {
                usual: Usual::of(book, &outlook.won_values),
                by_deal: outlook
                    .deals
                    .into_iter()
                    .map(|deal| (deal.deal, deal))
                    .collect(),
                refused: None,
            },
            Err(refusal) => Self {
                usual: Usual::of(book, &[]),
                by_deal: HashMap::new(),
                refused: Some(refusal.in_words()),
            },
        }
    }

    /// Only the share: of a deal by its place in the Book.
    pub(super) fn share(&self, deal: usize) -> Option<f64> {
        let deal = u32::try_from(deal).ok()?;
        self.by_deal.get(&deal).map(|deal| deal.chance)
    }

    pub(super) fn chance(&mut self, process: &Process, book: &Book, deal: usize) -> Option<Chance> {
        let one = self.by_deal.get(&u32::try_from(deal).ok()?)?;
        let reason = self.usual.reason(process, book, one);
        Some(Chance {
            share: one.chance,
            likely: self.usual.likely_day(book, deal),
            why: reason.of_chance(),
            to_look_at: reason.to_look_at(),
        })
    }
}

/// Chances from one outlook a horizon.
#[derive(Default)]
pub(super) struct Worked {
    soon: Option<Chances>,
    /// With the days that are left of the quarter.
    quarter: Option<(Chances, i32)>,
    /// Why none could be told.
    pub(super) refused: Option<String>,
}

impl Worked {
    /// Nothing unless it is asked for.
    pub(super) fn out(
        session: &Session<'_>,
        book: &Book,
        any: bool,
        with_quarter: bool,
    ) -> Result<Self> {
        if !any {
            return Ok(Self::default());
        }
        let process = &session.process;
        // The quarter's chance is held against that of 30 days, so that it is the same whatever stands beside it.
        let soon = Chances::within_days(process, book);
        let quarter = match quarter_end(session, book)? {
            Some(end) if with_quarter => Some((
                Chances::by(process, book, end),
                end.since(Day::of(book.as_of)),
            )),
            _ => None,
        };
        let of_quarter = quarter
            .as_ref()
            .and_then(|(quarter, _)| quarter.refused.clone());
        Ok(Self {
            refused: soon.refused.clone().or(of_quarter),
            soon: Some(soon),
            quarter,
        })
    }

    pub(super) fn soon(&self, deal: usize) -> Option<f64> {
        self.soon.as_ref()?.share(deal)
    }

    pub(super) fn of(&mut self, process: &Process, book: &Book, deal: usize) -> Option<Chance> {
        self.soon.as_mut()?.chance(process, book, deal)
    }

    /// Each horizon is fitted by itself; who has longer has no smaller chance.
    pub(super) fn quarter(&self, deal: usize) -> Option<f64> {
        let (quarter, days) = self.quarter.as_ref()?;
        let share = quarter.share(deal)?;
        Some(match self.soon(deal) {
            Some(soon) if *days >= DAYS => share.max(soon),
            Some(soon) => share.min(soon),
            None => share,
        })
    }
}

/// Tells of each row what is shown of its chance; whether one of them has no day on which it is likely won.
pub(super) fn tell(
    chances: &mut Worked,
    process: &crate::process::Process,
    book: &Book,
    args: &Args,
    chosen: &[usize],
    rows: &mut [DealRow],
) -> bool {
    let mut without_day = false;
    for (row, deal) in rows.iter_mut().zip(chosen) {
        row.chance_quarter_share = chances.quarter(*deal);
        row.chance_30_days_share = chances.soon(*deal).filter(|_| args.shows(More::P));
        if !(args.shows(More::When) || args.shows(More::Why)) {
            continue;
        }
        let Some(chance) = chances.of(process, book, *deal) else {
            continue;
        };
        without_day |= args.shows(More::When) && chance.likely.is_none();
        row.likely_won = chance
            .likely
            .filter(|_| args.shows(More::When))
            .map(Day::date);
        row.chance_why = args.shows(More::Why).then(|| chance.in_words());
    }
    without_day
}

/// Of one deal that is open.
pub(super) struct OfDeal {
    /// Within [`DAYS`].
    pub(super) soon: Chance,
    /// By the last day of the fiscal quarter; `None` where that can't be told.
    pub(super) quarter: Option<f64>,
    pub(super) end: Option<Day>,
}

/// Its chances, or why there are none.
pub(super) fn of_deal(
    session: &Session<'_>,
    book: &Book,
    deal: Id,
) -> Result<Result<OfDeal, Option<String>>> {
    let Some(at) = book.deals.id.iter().position(|id| *id == deal) else {
        return Ok(Err(None));
    };
    let mut worked = Worked::out(session, book, true, true)?;
    let quarter = worked.quarter(at);
    Ok(match worked.of(&session.process, book, at) {
        Some(soon) => Ok(OfDeal {
            soon,
            quarter,
            end: quarter_end(session, book)?,
        }),
        None => Err(worked.refused),
    })
}

/// The best chance first; who has none comes last.
pub(super) fn likeliest(chosen: &mut [usize], share: impl Fn(usize) -> Option<f64>) {
    let of = |deal: usize| share(deal).unwrap_or(-1.0);
    chosen.sort_by(|a, b| of(*b).total_cmp(&of(*a)));
}

/// `50%` or `0.5`.
pub(super) fn share(typed: &str) -> Result<f64, String> {
    let (number, by) = match typed.trim().strip_suffix('%') {
        Some(number) => (number.trim(), 100.0),
        None => (typed.trim(), 1.0),
    };
    let share = number.parse::<f64>().ok().map(|number| number / by);
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a chance is written like 50% or 0.5".to_string())
}
