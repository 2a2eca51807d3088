//! What nights said of days that are over, and what was won in these: which word counts, in the one place for it.
//!
//! `accuracy` judges methods by it, and metrics count it as the rows `forecasts`.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::deal::book::{Book, Day};
use crate::deal::event::ForecastSnapshot;
use crate::document::Period;
use crate::forecast::won_deals;
use crate::process::Process;

/// The horizon of nights that is no period of the calendar.
pub const AHEAD: u64 = 30;
/// What a forecast is of: a period of the calendar, or the [`AHEAD`] days after the night.
pub(super) const PERIOD: &str = "period";
pub(super) const THIRTY_DAYS: &str = "30_days";

/// First and last day.
pub(super) type Span = (NaiveDate, NaiveDate);

/// One word about one period.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) day: NaiveDate,
    pub(super) said: i64,
}

/// The word that counts: the last one up to the middle of the period, or else the first one after it.
pub(super) fn counted((from, to): Span, words: &[Word]) -> Option<Word> {
    let middle = from + Days::new(to.signed_duration_since(from).num_days().unsigned_abs() / 2);
    let early = words.iter().rfind(|word| word.day <= middle);
    early.or_else(|| words.first()).copied()
}

/// Whether what was said on a day of a period can be held against what was won in it.
pub(super) fn is_over(book: &Book, (_, to): Span, day: NaiveDate) -> bool {
    to < book.as_of && day <= book.as_of
}

/// What nights said of days that are over, in the order of nights: the day, the horizon, what was said. Of the days
/// ahead of each night only those that share none.
pub(super) fn heard(book: &Book) -> Vec<(NaiveDate, &'static str, &ForecastSnapshot)> {
    let mut heard = Vec::new();
    let mut apart: Option<NaiveDate> = None;
    for (day, night) in &book.forecasts {
        if !is_over(book, (night.from, night.to), *day) {
            continue;
        }
        let ahead = night.from == *day + Days::new(1) && night.to == *day + Days::new(AHEAD);
        if ahead && apart.is_some_and(|last| *day < last + Days::new(AHEAD)) {
            continue;
        }
        if ahead {
            apart = Some(*day);
        }
        heard.push((*day, if ahead { THIRTY_DAYS } else { PERIOD }, night));
    }
    heard
}

/// One forecast that counts, by the method that spoke, of days that are over.
pub(crate) struct Foretold {
    pub(crate) horizon: &'static str,
    pub(crate) to: Day,
    pub(crate) said_minor: i64,
    pub(crate) won_minor: i64,
}

/// Everything that was said of days that are over; one forecast of each period.
pub(crate) fn foretold(process: &Process, book: &Book) -> Vec<Foretold> {
    let mut words: BTreeMap<(&'static str, Span), Vec<Word>> = BTreeMap::new();
    for (day, horizon, night) in heard(book) {
        let of = words.entry((horizon, (night.from, night.to))).or_default();
        of.push(Word {
            day,
            said: night.won_minor.saturating_add(night.total_minor),
        });
    }
    if words.is_empty() {
        return Vec::new();
    }
    let won = Won::of(process, book);
    words
        .into_iter()
        .filter_map(|((horizon, period), words)| {
            Some(Foretold {
                horizon,
                to: Day::of(period.1),
                said_minor: counted(period, &words)?.said,
                won_minor: won.of_deals(period, |_| true),
            })
        })
        .collect()
}

/// All that was ever won, by day: deal and amount.
pub(super) struct Won(Vec<(Day, usize, i64)>);

impl Won {
    pub(super) fn of(process: &Process, book: &Book) -> Self {
        let ever = Period {
            from: NaiveDate::MIN,
            to: book.as_of,
        };
        let mut deals: Vec<(Day, usize, i64)> = won_deals(process, book, ever)
            .into_iter()
            .filter_map(|(deal, minor)| Some((book.deals.closed[deal]?, deal, minor)))
            .collect();
        deals.sort_unstable();
        Self(deals)
    }

    /// What was won in a period by the deals that count.
    pub(super) fn of_deals(&self, (from, to): Span, counts: impl Fn(usize) -> bool) -> i64 {
        let first = self.0.partition_point(|(day, ..)| *day < Day::of(from));
        self.0[first..]
            .iter()
            .take_while(|(day, ..)| *day <= Day::of(to))
            .filter(|(_, deal, _)| counts(*deal))
            .fold(0, |sum, (.., minor)| i64::saturating_add(sum, *minor))
    }
}
