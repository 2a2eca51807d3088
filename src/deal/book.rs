//! The Book: compact columns of what happened, as of a day. Every report is a pure function of it.
//!
//! The store loads it in one pass (`store::book`); nothing here knows SQL. Deals are in the order of
//! their ids, visits in the order of their deals and, within a deal, of time. Undone events, and
//! whatever took effect after [`Book::as_of`], are not in it.
//!
//! A report says what it reads ([`Needs`]); columns and tables that were not asked for are empty.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;

use super::event::{ActivityKind, ForecastSnapshot};
pub use super::needs::{Columns, Needs};
pub use super::told::Told;
use crate::id::Id;
use crate::list::Payback;
use crate::money::Currency;

/// A business date as days since 1970-01-01, in four bytes even where there may be none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NonZeroU32);

/// What is kept is `number + 2^31`, which is in the same order and never 0.
const SHIFT: u32 = 1 << 31;

impl Day {
    /// The day with this number; of the very first one that an `i32` could name, the second.
    pub const fn new(number: i32) -> Self {
        match NonZeroU32::new(number.cast_unsigned() ^ SHIFT) {
            Some(kept) => Self(kept),
            None => Self(NonZeroU32::MIN),
        }
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        (self.0.get() ^ SHIFT).cast_signed()
    }

    pub fn of(date: NaiveDate) -> Self {
        Self::new(date.signed_duration_since(NaiveDate::default()).num_days() as i32)
    }

    pub fn date(self) -> NaiveDate {
        NaiveDate::default()
            .checked_add_signed(TimeDelta::days(i64::from(self.number())))
            .unwrap_or(NaiveDate::MAX)
    }

    /// Calendar days from `earlier` to this day.
    pub fn since(self, earlier: Self) -> i32 {
        self.number() - earlier.number()
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({})", self.number())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Hold,
    Won,
    Lost,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Hold => "hold",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Hold, Self::Won, Self::Lost]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// Open or on hold: not yet decided.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Hold)
    }
}

/// How a visit to a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// The deal is still in it.
    Still,
    /// To a later stage (gated, overridden or imported).
    Advanced,
    /// To an earlier stage.
    Back,
    /// The process changed and took the stage away: neither forward nor back, and no decision of anybody who sells.
    Moved,
    Won,
    Lost,
}

/// Everything reports read, as columns: index `i` of each vector of [`Deals`] is one deal.
#[derive(Clone, Debug)]
pub struct Book {
    pub as_of: NaiveDate,
    /// Newest applied version of the process on that day.
    pub process_version: u32,
    pub currency: Currency,
    pub deals: Deals,
    pub visits: Visits,
    pub activities: Activities,
    pub follow_ups: FollowUps,
    pub changes: Changes,
    /// Labels that the index columns point into.
    pub accounts: Vec<String>,
    pub owners: Vec<Named>,
    /// What is known of each of `owners`.
    pub reps: Vec<RepFacts>,
    pub teams: Vec<Named>,
    pub products: Vec<Named>,
    /// Share of the value of each of `products` that is left after what it cost.
    pub margins: Vec<Option<f64>>,
    /// List price of each of `products`, minor units of the process currency.
    pub prices: Vec<Option<i64>>,
    pub sources: Vec<Named>,
    /// Stage names, those of the process first and in selling order, then unknown older ones.
    pub stages: Vec<String>,
    pub currencies: Vec<Currency>,
    /// Reasons for a loss, by name.
    pub reasons: Vec<String>,
    /// Customer types, by name.
    pub types: Vec<String>,
    /// Versions of the process that `gate_version` names.
    pub versions: Vec<String>,
    /// Tools that activities used.
    pub tools: Vec<String>,
    /// Facts that were asked for, by name.
    pub attributes: BTreeMap<String, Labelled>,
    /// Numbers that were asked for with their earlier values, by name: the deal's or, where it has none,
    /// its account's; `None` from a day on which one was taken away.
    pub dated: BTreeMap<String, Dated<Option<f64>>>,
    /// Facts of few values that were asked for with their earlier ones, by name: the deal's or, until it is
    /// told one, its account's. One of which nobody told anything is there all the same.
    pub told: BTreeMap<String, Told>,
    /// Conditions that were asked for, by their text: for which deals each is true.
    pub conditions: BTreeMap<String, Vec<bool>>,
    /// Lists of names and what they cost, when they were asked for.
    pub lists: Option<Payback>,
    /// What nights expected of periods, by the night, when it was asked for: in the order of days, without deals.
    pub forecasts: Vec<(NaiveDate, ForecastSnapshot)>,
}

/// What the catalog says of a rep now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RepFacts {
    /// Index into [`Book::teams`].
    pub team: Option<u32>,
    pub active: bool,
    /// Most open deals at a time.
    pub capacity: Option<u32>,
    /// Minor units of the process currency.
    pub cost_per_hour_minor: Option<i64>,
    /// First working day.
    pub since: Option<Day>,
}
/// Something with an immutable name and a title for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub title: String,
}

/// A column of text values by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labelled {
    pub labels: Vec<String>,
    /// One per deal.
    pub index: Vec<Option<u32>>,
}

#[derive(Clone, Debug, Default)]
pub struct Deals {
    pub id: Vec<Id>,
    pub account: Vec<Option<u32>>,
    pub owner: Vec<Option<u32>>,
    /// The owner's team.
    pub team: Vec<Option<u32>>,
    pub product: Vec<Option<u32>>,
    pub source: Vec<Option<u32>>,
    pub state: Vec<State>,
    /// Index into [`Book::stages`]: where it is, or where it was when it closed; `None` when never told.
    pub stage: Vec<Option<u16>>,
    /// Day it entered that stage.
    pub stage_entered: Vec<Option<Day>>,
    /// Minor units of its own currency.
    pub value_minor: Vec<Option<i64>>,
    /// Index into [`Book::currencies`].
    pub currency: Vec<u8>,
    pub opened: Vec<Option<Day>>,
    /// Day it was won or lost.
    pub closed: Vec<Option<Day>>,
    pub expected_close: Vec<Option<Day>>,
    /// A hold's end.
    pub hold_until: Vec<Option<Day>>,
    /// When the earliest open follow-up is due.
    pub next_due: Vec<Option<Day>>,
    /// Why it was lost: index into [`Book::reasons`]; `None` for what was not lost, or not recorded.
    pub reason: Vec<Option<u32>>,
    /// Customer type as of its last gate: index into [`Book::types`].
    pub customer_type: Vec<Option<u32>>,
    /// Day of its last event.
    pub touched: Vec<Option<Day>>,
    /// Version of the process under which it passed its last gate: it began, went on, went back, was won or lost;
    /// `None` where no gate was passed, as of what was imported. Index into [`Book::versions`].
    pub gate_version: Vec<Option<u32>>,
    /// Whether a file told of it.
    pub imported: Vec<bool>,
}

/// One stay of a deal in one stage per index.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// Index into [`Deals`].
    pub deal: Vec<u32>,
    /// Index into [`Book::stages`].
    pub stage: Vec<u16>,
    /// `None` when an import did not tell it.
    pub entered: Vec<Option<Day>>,
    /// `None` while in it, or when an import did not tell it.
    pub left: Vec<Option<Day>>,
    pub how: Vec<Left>,
    /// Passed by override.
    pub overridden: Vec<bool>,
}

/// One thing done per index: those for deals in the order of these, then what was for none.
#[derive(Clone, Debug, Default)]
pub struct Activities {
    /// Index into [`Deals`]; `None` when it was for no deal: with a person, an account, a name of a list.
    pub deal: Vec<Option<u32>>,
    pub day: Vec<Day>,
    pub kind: Vec<ActivityKind>,
    pub minutes: Vec<Option<u32>>,
    /// Direct cost, minor units of the process currency.
    pub cost_minor: Vec<i64>,
    /// Who did it: index into [`Book::owners`]; the deal's owner when who logged it is no rep.
    pub by: Vec<Option<u32>>,
    /// Index into [`Book::tools`].
    pub tool: Vec<Option<u32>>,
}

/// One follow-up of a deal per index.
#[derive(Clone, Debug, Default)]
pub struct FollowUps {
    pub id: Vec<Id>,
    /// Index into [`Deals`].
    pub deal: Vec<u32>,
    /// As it stood on the day of the Book.
    pub due: Vec<Day>,
    pub added: Vec<Day>,
    pub done: Vec<Option<Day>>,
    /// Made by a rule of the process, not by hand.
    pub by_rule: Vec<bool>,
    /// What is to be done; only of those that are not done yet.
    pub text: Vec<String>,
}

impl FollowUps {
    /// By deal, when its next step is due: the earliest open follow-up that somebody set (the condition
    /// [`NO_NEXT_STEP`](crate::process::NO_NEXT_STEP) finds open deals that have none).
    pub fn next_steps(&self, deals: usize) -> Vec<Option<Day>> {
        let mut next: Vec<Option<Day>> = vec![None; deals];
        for (at, deal) in self.deal.iter().enumerate() {
            if self.done[at].is_none() && !self.by_rule[at] {
                let (next, due) = (&mut next[*deal as usize], self.due[at]);
                *next = Some(next.map_or(due, |next| next.min(due)));
            }
        }
        next
    }
}

/// What had another value before: the last value of each day on which it changed.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub state: Dated<State>,
    /// Index into [`Book::stages`]; `None` once it is closed.
    pub stage: Dated<Option<u16>>,
    /// Minor units of the deal's currency.
    pub value_minor: Dated<Option<i64>>,
    /// The currency of `value_minor`: index into [`Book::currencies`].
    pub currency: Dated<u8>,
    /// Index into [`Book::owners`].
    pub owner: Dated<Option<u32>>,
    pub expected_close: Dated<Option<Day>>,
}

/// Dated values, in the order of their deals and, within a deal, of their days.
#[derive(Clone, Debug)]
pub struct Dated<T> {
    /// Index into [`Deals`].
    pub deal: Vec<u32>,
    pub day: Vec<Day>,
    pub to: Vec<T>,
}

impl<T> Default for Dated<T> {
    fn default() -> Self {
        Self {
            deal: Vec::new(),
            day: Vec::new(),
            to: Vec::new(),
        }
    }
}

impl<T: Copy> Dated<T> {
    pub fn push(&mut self, deal: u32, day: Day, to: T) {
        self.deal.push(deal);
        self.day.push(day);
        self.to.push(to);
    }

    /// The value of each of `deals` deals on a day; `None` where there was none yet.
    pub fn on(&self, deals: usize, day: Day) -> Vec<Option<T>> {
        let mut values = vec![None; deals];
        for ((deal, on), to) in self.deal.iter().zip(&self.day).zip(&self.to) {
            if *on <= day {
                values[*deal as usize] = Some(*to);
            }
        }
        values
    }
}

impl Activities {
    pub fn len(&self) -> usize {
        self.day.len()
    }

    pub fn is_empty(&self) -> bool {
        self.day.is_empty()
    }
}

impl FollowUps {
    pub fn len(&self) -> usize {
        self.deal.len()
    }

    pub fn is_empty(&self) -> bool {
        self.deal.is_empty()
    }
}

impl Deals {
    pub fn len(&self) -> usize {
        self.id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
}

impl Visits {
    /// Whether a stay came to its end: one that goes on, or that a change of the process cut short, lasted that long at least.
    pub fn ended(&self, at: usize) -> bool {
        !matches!(self.how[at], Left::Still | Left::Moved)
    }

    /// A visit of others, as it is.
    pub fn push_of(&mut self, other: &Self, at: usize) {
        self.deal.push(other.deal[at]);
        self.stage.push(other.stage[at]);
        self.entered.push(other.entered[at]);
        self.left.push(other.left[at]);
        self.how.push(other.how[at]);
        self.overridden.push(other.overridden[at]);
    }

    pub fn len(&self) -> usize {
        self.deal.len()
    }

    pub fn is_empty(&self) -> bool {
        self.deal.is_empty()
    }
}
