//! How far the open deals cover what a target still lacks, and how far they have to by our own history.

use super::super::convert::Converter;
use super::super::{Ask, money};
use crate::date::previous;
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::document::Period;
use crate::process::Process;
use crate::statistics::ENOUGH;

/// What it reads beside the metric.
pub(super) const COVERAGE: Needs = Needs::of(
    Columns::WORTH
        .and(Columns::EXPECTED_CLOSE)
        .and(Columns::STAGE)
        .and(Columns::VISITS)
        .and(Columns::CHANGES),
);

/// "Pipeline at least three times the target."
pub(super) const RULE: f64 = 3.0;

/// So many earlier periods are looked at, at most, and so many there must be.
const PERIODS: usize = 8;
const ENOUGH_PERIODS: usize = 3;

/// Open deals that are expected to close in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pipeline {
    pub(super) deals: usize,
    pub(super) value_minor: i64,
    /// By the share won of the deals that were in the same stage.
    pub(super) weighted_minor: f64,
    /// Deals of a stage of which no share is known, nor stated by the process.
    pub(super) unweighted: usize,
}

/// How often deals that were in a stage were won, by stage of the Book.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StageRates {
    pub(super) share: Vec<Option<f64>>,
    /// Stages with too few decided deals, by title: the process's own probability speaks for them.
    pub(super) stated: Vec<String>,
}

impl StageRates {
    pub(super) fn of(process: &Process, book: &Book) -> Self {
        let mut won = vec![0_usize; book.stages.len()];
        let mut decided = vec![0_usize; book.stages.len()];
        // A deal counts once a stage, however often it came back; visits are in the order of deals.
        let mut last = vec![u32::MAX; book.stages.len()];
        for (deal, stage) in book.visits.deal.iter().zip(&book.visits.stage) {
            let at = usize::from(*stage);
            let state = book.deals.state[*deal as usize];
            if last[at] == *deal || state.is_open() {
                continue;
            }
            last[at] = *deal;
            decided[at] += 1;
            won[at] += usize::from(state == State::Won);
        }
        let mut stated = Vec::new();
        let share = book.stages.iter().enumerate().map(|(at, name)| {
            if decided[at] >= ENOUGH {
                return Some(won[at] as f64 / decided[at] as f64);
            }
            let stage = process.stage(name)?;
            stated.push(stage.title.clone());
            stage.probability
        });
        let share = share.collect();
        Self { share, stated }
    }
}

/// What is expected to close in a period, by group of the deals; `group` gives none for deals that are not
/// asked about. A close date that has passed counts as long as its period runs.
pub(super) fn pipeline(
    converter: &mut Converter<'_>,
    book: &Book,
    rates: &StageRates,
    period: Period,
    groups: usize,
    group: impl Fn(usize) -> Option<usize>,
) -> Vec<Pipeline> {
    let mut found = vec![Pipeline::default(); groups];
    let deals = &book.deals;
    for deal in 0..deals.len() {
        let expected = deals.expected_close[deal].map(Day::date);
        if !deals.state[deal].is_open() || !expected.is_some_and(|day| period.contains(day)) {
            continue;
        }
        let Some(place) = group(deal) else {
            continue;
        };
        let pipeline = &mut found[place];
        pipeline.deals += 1;
        let Some(minor) = converter.worth(deal).known() else {
            continue;
        };
        pipeline.value_minor = pipeline.value_minor.saturating_add(minor);
        let share = deals.stage[deal].and_then(|stage| *rates.share.get(usize::from(stage))?);
        match share {
            Some(share) => pipeline.weighted_minor += minor as f64 * share,
            None => pipeline.unweighted += 1,
        }
    }
    found
}

/// What to say of open deals that lie in no period, and so cover no target; none when there are none.
pub(super) fn undated(
    process: &Process,
    converter: &mut Converter<'_>,
    book: &Book,
    ask: &Ask,
) -> Option<String> {
    let (mut count, mut minor) = (0_usize, 0_i64);
    for deal in 0..book.deals.len() {
        let is_open = book.deals.state[deal].is_open();
        if is_open && book.deals.expected_close[deal].is_none() && ask.includes(deal) {
            count += 1;
            minor = minor.saturating_add(converter.worth(deal).known().unwrap_or(0));
        }
    }
    let worth = match minor {
        0 => String::new(),
        minor => format!(" worth {}", money(minor, process.currency)),
    };
    let (deals, have, cover) = match count {
        0 => return None,
        1 => ("1 open deal".to_string(), "has", "covers"),
        n => (format!("{n} open deals"), "have", "cover"),
    };
    Some(format!(
        "{deals}{worth} {have} no expected close date and {cover} nothing: salesctl report data"
    ))
}

/// What became of the open deals of earlier periods that were expected in them, seen from as far into each as
/// today is into this one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Needed {
    /// Share of their value that was won within the period.
    pub(super) rate: f64,
    pub(super) periods: usize,
    pub(super) won: usize,
    pub(super) deals: usize,
}

impl Needed {
    /// How many times the open deals have to cover what is missing.
    pub(super) fn coverage(self) -> f64 {
        1.0 / self.rate
    }
}

/// Measures [`Needed`] over the periods before this one; none without enough of them, or of won deals.
pub(super) fn needed(converter: &Converter<'_>, book: &Book, period: Period) -> Option<Needed> {
    let into = book.as_of.signed_duration_since(period.from).num_days();
    if into < 0 || book.as_of > period.to {
        return None;
    }
    let deals = book.deals.len();
    let changes = &book.changes;
    let (mut open, mut won) = (0_i64, 0_i64);
    let (mut of, mut n, mut periods) = (0, 0, 0);
    let mut earlier = period;
    for _ in 0..PERIODS {
        let Some(before) = previous(earlier) else {
            break;
        };
        earlier = before;
        let last = earlier.to.signed_duration_since(earlier.from).num_days();
        let day = Day::new(Day::of(earlier.from).number() + into.min(last) as i32);
        let end = Day::of(earlier.to);
        let states = changes.state.on(deals, day);
        let values = changes.value_minor.on(deals, day);
        let expected = changes.expected_close.on(deals, day);
        let mut seen = false;
        for deal in 0..deals {
            let (Some(state), Some(Some(minor)), Some(Some(close))) =
                (states[deal], values[deal], expected[deal])
            else {
                continue;
            };
            if !state.is_open() || !earlier.contains(close.date()) {
                continue;
            }
            let currency = usize::from(book.deals.currency[deal]);
            let Some(minor) = converter.converted(minor, currency, day) else {
                continue;
            };
            seen = true;
            of += 1;
            open = open.saturating_add(minor);
            let closed = book.deals.closed[deal];
            let in_time = closed.is_some_and(|closed| closed > day && closed <= end);
            if book.deals.state[deal] == State::Won && in_time {
                won = won.saturating_add(minor);
                n += 1;
            }
        }
        periods += usize::from(seen);
    }
    (periods >= ENOUGH_PERIODS && n >= ENOUGH && open > 0 && won > 0).then(|| Needed {
        rate: won as f64 / open as f64,
        periods,
        won: n,
        deals: of,
    })
}
