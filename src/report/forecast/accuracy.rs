//! How what was said turned out: of each rep, manager and method, call against what was won.
//!
//! **Which word counts.** Of each period that is over one word of everybody: the last that was said up to its middle
//! (or else the first after it), so that nobody's record gets better by talking more often or by waiting for the end,
//! and reps and methods are judged alike. Said is what was written down: a word that is dated back counts from the day
//! on which it was recorded, and not at all when the period was over by then. Methods are judged by what nights kept, never by what they would say today;
//! their 30 days by nights at least 30 days apart (`foretold`).
//!
//! **Error** is WAPE, `Σ|said − won| ÷ Σ won`, **bias** `Σ(said − won) ÷ Σ won` (Hyndman & Athanasopoulos,
//! *Forecasting: Principles and Practice*, 3rd ed., 5.8). Bias gets a name only after [`ENOUGH_CALLS`] periods, when it
//! is more than [`MATERIAL`] and at least four in five words erred to that side.
//!
//! **Brier score** (G. W. Brier, *Monthly Weather Review* 78, 1950) of a rep's confidences: the mean of
//! `(confidence − outcome)²` over the deals that were decided, one confidence a deal: the one that stood 30 days before
//! it was decided, or else the first that was said before that day. A confidence put up to 100 % on the day of the
//! signature says nothing, and does not count.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::Report;
use super::accuracy_shown::shown;
use super::foretold::{PERIOD, Span, Won, Word, counted, heard, is_over};
use crate::date::spans;
use crate::deal::book::{Book, Columns, Day, Named, Needs, State};
use crate::deal::commitment::{Committed, Scope};
use crate::deal::fact::CONFIDENCE;
use crate::deal::target::Side;
use crate::document::{Period, row};
use crate::process::Process;

/// What it reads beside confidences.
const ACCURACY: Needs = Needs::of(Columns::WORTH.and(Columns::OWNER).and(Columns::FORECASTS));

/// So many periods must be over before a bias is called by a name.
pub(super) const ENOUGH_CALLS: usize = 5;
/// A smaller bias has no name.
const MATERIAL: f64 = 0.1;
/// Share of the words that must have erred to one side.
const ONE_SIDED: f64 = 0.8;
/// Days before the end of a deal on which the confidence in it is looked at.
const BEFORE: i32 = 30;

/// The whole of what it reads.
pub fn accuracy_needs() -> Needs {
    let mut needs = ACCURACY;
    needs.dated.push(CONFIDENCE.to_string());
    needs
}

row! {
    /// Whoever said something.
    pub struct AccuracyRow {
        /// `rep`, `manager` or `method`.
        pub by: &'static str,
        /// The rep; the rep or team that the manager adjusted; the method, `chosen` for whichever spoke.
        pub name: String,
        /// `week`, `month`, `quarter` or `year`, else `period`; `30_days` of what nights said of the days ahead. Each is a
        /// record of its own: a month inside of a quarter is not won twice.
        pub horizon: &'static str,
        /// Everything said of periods that are over.
        pub calls: usize,
        /// Periods that are over and had a word.
        pub finished: usize,
        pub said_minor: i64,
        pub won_minor: i64,
        pub bias_share: Option<f64>,
        pub wape_share: Option<f64>,
        /// `sandbagging`, `happy_ears`, `even` or `insufficient_history`.
        pub finding: &'static str,
        /// Decided deals with a confidence, and its Brier score.
        pub confidence_n: usize,
        pub brier: Option<f64>,
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskAccuracy {
    /// Only periods inside of this one.
    pub within: Option<Period>,
    /// Only so many of the last periods of each.
    pub last: Option<usize>,
}

/// By, name, horizon.
type Who = (Order, String, &'static str);

/// In the order in which they are shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Rep,
    Manager,
    Method,
}

/// Everything somebody said, by period.
#[derive(Default)]
struct Record {
    words: BTreeMap<Span, Vec<Word>>,
    /// Squared errors of confidences.
    squares: Vec<f64>,
}

/// How far what was said came true, as of the Book. `said` is in the order of time.
pub fn accuracy(
    process: &Process,
    book: &Book,
    said: &[Committed],
    ask: AskAccuracy,
) -> Report<AccuracyRow> {
    let mut records: BTreeMap<Who, Record> = BTreeMap::new();
    let inside = |from: NaiveDate, to: NaiveDate| {
        ask.within
            .is_none_or(|within| within.from <= from && to <= within.to)
    };
    let of_kind = |horizon: &'static str, (from, to): Span| match horizon {
        PERIOD => kind(Period { from, to }, process.fiscal_month),
        other => other,
    };
    let mut late = 0;
    for one in said {
        let span = (one.said.from, one.said.to);
        if !is_over(book, span, one.day) || !inside(span.0, span.1) {
            continue;
        }
        let day = one.day.max(process.calendar.date_of(one.recorded));
        if day > span.1 {
            late += 1;
            continue;
        }
        let order = match one.said.by {
            Side::Rep => Order::Rep,
            Side::Manager => Order::Manager,
        };
        let name = match one.said.scope {
            Scope::Rep => one.said.name.clone(),
            Scope::Team => format!("team {}", one.said.name),
        };
        let record = records
            .entry((order, name, of_kind(PERIOD, span)))
            .or_default();
        let word = Word {
            day,
            said: one.said.amount_minor,
        };
        let words = record.words.entry(span).or_default();
        // In the order in which they were written down.
        let at = words.partition_point(|other| other.day <= day);
        words.insert(at, word);
    }
    for (day, horizon, night) in heard(book) {
        if !inside(night.from, night.to) {
            continue;
        }
        let said = night
            .said
            .iter()
            .map(|one| (one.method.as_str(), one.total_minor));
        for (method, total) in said.chain([("chosen", night.total_minor)]) {
            let horizon = of_kind(horizon, (night.from, night.to));
            let who = (Order::Method, method.to_string(), horizon);
            let of = records
                .entry(who)
                .or_default()
                .words
                .entry((night.from, night.to));
            of.or_default().push(Word {
                day,
                said: night.won_minor.saturating_add(total),
            });
        }
    }
    for (owner, square) in confidences(book) {
        let name = book.owners[owner as usize].name.clone();
        let theirs = |(by, of, _): &&Who| *by == Order::Rep && *of == name;
        let who = records.keys().find(theirs).cloned();
        let who = who.unwrap_or((Order::Rep, name, PERIOD));
        records.entry(who).or_default().squares.push(square);
    }
    let won = Won::of(process, book);
    let rows = records
        .into_iter()
        .map(|(who, record)| line(book, &won, who, record, ask.last))
        .collect();
    shown(process, book, (rows, late), ask)
}

/// What a period is called by its length.
fn kind(period: Period, fiscal_month: u32) -> &'static str {
    let all = ["week", "month", "quarter", "year"];
    let found = all
        .into_iter()
        .find(|unit| spans(period, unit, fiscal_month) == [period]);
    found.unwrap_or(PERIOD)
}

fn line(
    book: &Book,
    won: &Won,
    (order, name, horizon): Who,
    record: Record,
    last: Option<usize>,
) -> AccuracyRow {
    let skipped = record
        .words
        .len()
        .saturating_sub(last.unwrap_or(usize::MAX));
    let periods: Vec<_> = record.words.into_iter().skip(skipped).collect();
    let calls = periods.iter().map(|(_, words)| words.len()).sum();
    let pairs: Vec<(i64, i64)> = periods
        .iter()
        .filter_map(|(period, words)| {
            let word = counted(*period, words)?;
            Some((word.said, won_by(book, won, order, &name, *period)))
        })
        .collect();
    let said: i64 = pairs.iter().map(|(said, _)| said).sum();
    let actual: i64 = pairs.iter().map(|(_, won)| won).sum();
    let missed: i64 = pairs.iter().map(|(said, won)| (said - won).abs()).sum();
    let share = |minor: i64| (actual > 0).then(|| minor as f64 / actual as f64);
    let bias = share(said - actual);
    let brier = (!record.squares.is_empty())
        .then(|| record.squares.iter().sum::<f64>() / record.squares.len() as f64);
    AccuracyRow {
        by: match order {
            Order::Rep => "rep",
            Order::Manager => "manager",
            Order::Method => "method",
        },
        name,
        horizon,
        calls,
        finished: pairs.len(),
        said_minor: said,
        won_minor: actual,
        bias_share: bias,
        wape_share: share(missed),
        finding: finding(&pairs, bias),
        confidence_n: record.squares.len(),
        brier,
    }
}

fn finding(pairs: &[(i64, i64)], bias: Option<f64>) -> &'static str {
    let Some(bias) = bias.filter(|_| pairs.len() >= ENOUGH_CALLS) else {
        return "insufficient_history";
    };
    let over = pairs.iter().filter(|(said, won)| said > won).count();
    let under = pairs.iter().filter(|(said, won)| said < won).count();
    let most = |side: usize| side as f64 >= ONE_SIDED * pairs.len() as f64;
    match bias {
        bias if bias > MATERIAL && most(over) => "happy_ears",
        bias if bias < -MATERIAL && most(under) => "sandbagging",
        _ => "even",
    }
}

/// What was won in a period by whom it was said of.
fn won_by(book: &Book, won: &Won, order: Order, name: &str, period: Span) -> i64 {
    let is = |named: &[Named], at: Option<u32>, name: &str| {
        at.is_some_and(|at| named[at as usize].name == name)
    };
    won.of_deals(period, |deal| match (order, name.strip_prefix("team ")) {
        (Order::Method, _) => true,
        (_, Some(team)) => is(&book.teams, book.deals.team[deal], team),
        (_, None) => is(&book.owners, book.deals.owner[deal], name),
    })
}

/// Of each decided deal with a confidence and an owner: the owner, and how far the confidence was off, squared.
fn confidences(book: &Book) -> Vec<(u32, f64)> {
    let Some(told) = book.dated.get(CONFIDENCE) else {
        return Vec::new();
    };
    // The confidence that counts of each deal; told are in the order of deals and days.
    let mut stood: BTreeMap<u32, (Day, Option<f64>)> = BTreeMap::new();
    for ((deal, day), percent) in told.deal.iter().zip(&told.day).zip(&told.to) {
        let at = *deal as usize;
        let Some(closed) = book.deals.closed[at].filter(|_| !book.deals.state[at].is_open()) else {
            continue;
        };
        let early = closed.since(*day) >= BEFORE;
        if early || (*day < closed && !stood.contains_key(deal)) {
            stood.insert(*deal, (*day, *percent));
        }
    }
    stood
        .into_iter()
        .filter_map(|(deal, (_, percent))| {
            let at = deal as usize;
            let outcome = f64::from(u8::from(book.deals.state[at] == State::Won));
            Some((book.deals.owner[at]?, (percent? / 100.0 - outcome).powi(2)))
        })
        .collect()
}

#[cfg(test)]
#[path = "accuracy_tests.rs"]
mod tests;
