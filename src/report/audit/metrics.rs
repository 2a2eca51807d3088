//! The process's own activity and proxy metrics, deal by deal: their aggregates counted of one deal up to its
//! close, or in its first days, and their formula over that.

use super::super::decided::Decided;
use super::candidates::{Candidate, Claim, EARLY, Known, window};
use crate::deal::book::{Book, Day, Left};
use crate::process::{Aggregate, Better, Measure, Metric, MetricKind, Number, Process, Rows};

/// Deals judged at a time, which bounds the memory.
const CHUNK: usize = 10_000;

/// Facts of a deal that tell how it ended, or change with it.
const TELL_THE_END: &[&str] = &[
    "state",
    "stage",
    "stage_entered",
    "closed",
    "reason",
    "days_in_stage",
    "age_days",
    "idle_days",
    "late",
    "value",
    "expected_close",
    "next_due",
];

/// What is counted up to where.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    Close,
    Early,
}

/// Activity and proxy metrics: what stands in for a result.
pub(super) fn claimed(process: &Process) -> impl Iterator<Item = &Metric> {
    process
        .metrics()
        .filter(|metric| metric.kind != MetricKind::Result)
}

/// Why a metric says nothing of a single deal; `None` where it can be tested.
pub(super) fn why_not(metric: &Metric) -> Option<&'static str> {
    for aggregate in &metric.aggregates {
        let counts = match aggregate.of {
            Rows::Activities => !matches!(aggregate.measure, Measure::Median(_)),
            Rows::FollowUps
            | Rows::FollowUpsOnTime
            | Rows::Gates
            | Rows::Overrides
            | Rows::MovedBack => aggregate.measure == Measure::Count,
            _ => return Some("it counts more than what was done for one deal"),
        };
        if !counts {
            return Some("it has no sum or count of one deal");
        }
        let reads = aggregate.filter.iter().flat_map(|filter| &filter.reads);
        if reads
            .clone()
            .any(|name| TELL_THE_END.contains(&name.as_str()))
        {
            return Some("its condition reads how the deal ended");
        }
    }
    None
}

/// In the first days, and up to the close. A condition is judged by what is known now, so a metric with one
/// is known only afterwards.
pub(super) fn candidates(
    book: &Book,
    decided: &Decided,
    metric: &Metric,
) -> Result<Vec<Candidate>, String> {
    let claim = match metric.direction {
        Better::Up => Claim::More,
        Better::Down => Claim::Less,
    };
    let mut found = Vec::new();
    if metric
        .aggregates
        .iter()
        .all(|aggregate| aggregate.filter.is_none())
    {
        found.push(Candidate {
            name: format!("{}_first_{EARLY}d", metric.name),
            known: Known::Before,
            claim,
            values: values(book, decided, metric, Until::Early)?,
        });
    }
    found.push(Candidate {
        name: metric.name.clone(),
        known: Known::Afterwards,
        claim,
        values: values(book, decided, metric, Until::Close)?,
    });
    Ok(found)
}

fn values(
    book: &Book,
    decided: &Decided,
    metric: &Metric,
    until: Until,
) -> Result<Vec<f64>, String> {
    let columns: Vec<Vec<f64>> = metric
        .aggregates
        .iter()
        .map(|aggregate| counted(book, decided, aggregate, until))
        .collect();
    let known = |value: f64| (!value.is_nan()).then_some(value);
    let days = |at: usize| match until {
        Until::Early => Some(f64::from(EARLY)),
        Until::Close => {
            let both = decided.opened[at].zip(decided.closed[at]);
            both.map(|(opened, closed)| f64::from(closed.since(opened)))
        }
    };
    let mut values = Vec::with_capacity(decided.len());
    let mut first = 0;
    while first < decided.len() {
        let last = (first + CHUNK).min(decided.len());
        let rows = (first..last).map(|at| -> Vec<Option<f64>> {
            let row = columns.iter().map(|column| known(column[at]));
            row.chain([days(at)]).collect()
        });
        let rows: Vec<Vec<Option<f64>>> = rows.collect();
        let judged = metric.judge(&rows)?;
        values.extend((first..last).zip(judged).map(|(at, judged)| {
            let in_time = until == Until::Close || window(decided, at).is_some();
            judged.value.filter(|_| in_time).unwrap_or(f64::NAN)
        }));
        first = last;
    }
    Ok(values)
}

/// One aggregate of each decided deal; not a number where a part of it is not known.
fn counted(book: &Book, decided: &Decided, aggregate: &Aggregate, until: Until) -> Vec<f64> {
    let mut values = vec![0.0; decided.len()];
    let met = aggregate
        .filter
        .as_ref()
        .and_then(|filter| book.conditions.get(&filter.text));
    // Where the deal is in the columns, if a day of it counts.
    let place = |deal: u32, day: Day, to_close: fn(&Decided, usize, Day) -> bool| {
        let at = decided.at(deal)?;
        let counts = match until {
            Until::Close => to_close(decided, at, day),
            Until::Early => window(decided, at).is_some_and(|end| day < end),
        };
        let wanted = met.is_none_or(|met| met[deal as usize]);
        (counts && wanted).then_some(at)
    };
    match aggregate.of {
        Rows::Activities => {
            let done = &book.activities;
            for i in 0..done.len() {
                let wanted = aggregate
                    .kind
                    .as_ref()
                    .is_none_or(|kind| kind == done.kind[i].name());
                let at = done.deal[i].and_then(|deal| place(deal, done.day[i], Decided::in_life));
                if let Some(at) = at.filter(|_| wanted) {
                    values[at] += amount(book, i, &aggregate.measure);
                }
            }
        }
        Rows::FollowUps | Rows::FollowUpsOnTime => {
            let given = &book.follow_ups;
            for i in 0..given.deal.len() {
                let due = given.due[i];
                let in_time = given.done[i].is_some_and(|done| done <= due);
                let at = place(given.deal[i], due, Decided::before_close);
                if let Some(at) = at.filter(|_| in_time || aggregate.of == Rows::FollowUps) {
                    values[at] += 1.0;
                }
            }
        }
        _ => {
            let visits = &book.visits;
            for i in 0..visits.len() {
                // Only a won deal passes the last gate: to count it would be to count the result.
                let counts = match aggregate.of {
                    Rows::MovedBack => visits.how[i] == Left::Back,
                    Rows::Overrides => visits.how[i] == Left::Advanced && visits.overridden[i],
                    _ => visits.how[i] == Left::Advanced,
                };
                let stage = &book.stages[usize::from(visits.stage[i])];
                let wanted = aggregate
                    .stage
                    .as_ref()
                    .is_none_or(|wanted| wanted == stage);
                if let Some(left) = visits.left[i].filter(|_| counts && wanted)
                    && let Some(at) = place(visits.deal[i], left, Decided::in_life)
                {
                    values[at] += 1.0;
                }
            }
        }
    }
    values
}

/// What one thing done adds: itself, its minutes, or what it cost in major units.
fn amount(book: &Book, at: usize, measure: &Measure) -> f64 {
    let done = &book.activities;
    let minutes = done.minutes[at].map(f64::from);
    let cost = || {
        let paid = done.cost_minor[at] as f64;
        let Some(minutes) = minutes.filter(|minutes| *minutes > 0.0) else {
            return Some(paid);
        };
        let rep = done.by[at].and_then(|rep| book.reps.get(rep as usize))?;
        Some(paid + minutes * rep.cost_per_hour_minor? as f64 / 60.0)
    };
    match measure {
        Measure::Known(Number::Minutes) => f64::from(u8::from(minutes.is_some())),
        Measure::Known(Number::Cost) => f64::from(u8::from(cost().is_some())),
        // As everywhere in metrics, what has no minutes noted adds none.
        Measure::Sum(Number::Minutes) => minutes.unwrap_or(0.0),
        Measure::Sum(Number::Cost) => {
            cost().map_or(f64::NAN, |minor| minor / book.currency.scale() as f64)
        }
        _ => 1.0,
    }
}
