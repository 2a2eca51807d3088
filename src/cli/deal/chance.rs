//! What chance open deals have, when they would be won, and why: from one outlook for as many deals as are shown.

use std::collections::HashMap;

use anyhow::Result;

use super::super::session::Session;
use crate::date::parse_period;
use crate::deal::book::{Book, Day, Needs};
use crate::fault::Fault;
use crate::forecast::{
    DealOutlook, Horizon, Outlook, REASON, Refusal, Usual, forecast_needs, outlook,
};
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
