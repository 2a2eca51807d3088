//! What may go with winning: one number per decided deal and candidate. Whatever came after the deal was
//! closed is in none of them.

use super::super::convert::Converter;
use super::super::decided::Decided;
use crate::deal::book::{Book, Day, Left};
use crate::deal::event::ActivityKind;
use crate::deal::fact::VALUE_MINOR;
use crate::process::{Field, FieldKind, FieldOf, Process};

/// Days of the early window.
pub(super) const EARLY: i32 = 14;

/// When a candidate's number is there to be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// While the deal is still open.
    Before,
    /// Only once it is closed, or it grows with the time the deal is open.
    Afterwards,
}

/// What a candidate is said to be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    More,
    Less,
    /// Nothing was claimed: whichever way it goes.
    Either,
}

pub(super) struct Candidate {
    pub(super) name: String,
    pub(super) known: Known,
    pub(super) claim: Claim,
    /// One per decided deal; not a number where it is not known.
    pub(super) values: Vec<f64>,
}

/// The first day after the early window, of deals that were open so long.
pub(super) fn window(decided: &Decided, at: usize) -> Option<Day> {
    let (opened, closed) = (decided.opened[at]?, decided.closed[at]?);
    (closed.since(opened) >= EARLY).then_some(Day::new(opened.number() + EARLY))
}

fn column(decided: &Decided, value: f64) -> Vec<f64> {
    vec![value; decided.len()]
}

/// None done in the window yet, and not known where there was no window.
fn early_column(decided: &Decided) -> Vec<f64> {
    let value = |at| window(decided, at).map_or(f64::NAN, |_| 0.0);
    (0..decided.len()).map(value).collect()
}

fn candidate(name: impl Into<String>, known: Known, claim: Claim, values: Vec<f64>) -> Candidate {
    Candidate {
        name: name.into(),
        known,
        claim,
        values,
    }
}

/// Marks what has several of something, and none of a part: minutes that nobody noted.
fn or_unknown(sum: Vec<f64>, noted: &[bool], count: &[f64]) -> Vec<f64> {
    let or = |((sum, noted), count): ((f64, &bool), &f64)| {
        if *noted || *count <= 0.0 {
            sum
        } else {
            f64::NAN
        }
    };
    sum.into_iter().zip(noted).zip(count).map(or).collect()
}

/// Calls and meetings, minutes and money: in the early window, and in all.
pub(super) fn activities(book: &Book, decided: &Decided) -> Vec<Candidate> {
    let kinds = ActivityKind::ALL.len();
    let (mut all, mut early) = (column(decided, 0.0), early_column(decided));
    let mut of_kind = vec![column(decided, 0.0); kinds];
    let mut early_of_kind = vec![early_column(decided); kinds];
    let (mut minutes, mut early_minutes) = (column(decided, 0.0), early_column(decided));
    let (mut cost, mut early_cost) = (column(decided, 0.0), early_column(decided));
    let mut noted = vec![false; decided.len()];
    let mut early_noted = vec![false; decided.len()];
    let mut first: Vec<Option<Day>> = vec![None; decided.len()];
    let done = &book.activities;
    for i in 0..done.len() {
        let (Some(deal), day) = (done.deal[i], done.day[i]) else {
            continue;
        };
        let Some(at) = decided.at(deal).filter(|at| decided.in_life(*at, day)) else {
            continue;
        };
        let kind = ActivityKind::ALL
            .iter()
            .position(|kind| *kind == done.kind[i])
            .unwrap_or_default();
        let paid = book.currency.major(done.cost_minor[i]);
        let spent = done.minutes[i];
        all[at] += 1.0;
        of_kind[kind][at] += 1.0;
        minutes[at] += f64::from(spent.unwrap_or(0));
        noted[at] |= spent.is_some();
        cost[at] += paid;
        first[at] = Some(first[at].map_or(day, |first| first.min(day)));
        if window(decided, at).is_some_and(|end| day < end) {
            early[at] += 1.0;
            early_of_kind[kind][at] += 1.0;
            early_minutes[at] += f64::from(spent.unwrap_or(0));
            early_noted[at] |= spent.is_some();
            early_cost[at] += paid;
        }
    }
    let to_first = (0..decided.len()).map(|at| match (decided.opened[at], first[at]) {
        (Some(opened), Some(first)) if decided.before_close(at, first) => {
            f64::from(first.since(opened).max(0))
        }
        _ => f64::NAN,
    });
    let to_first = to_first.collect();
    let minutes = or_unknown(minutes, &noted, &all);
    let early_minutes = or_unknown(early_minutes, &early_noted, &early);
    let (before, after, more) = (Known::Before, Known::Afterwards, Claim::More);
    let first_days = |what: &str| format!("{what}_first_{EARLY}d");
    let mut found = vec![
        candidate("days_to_first_activity", before, Claim::Less, to_first),
        candidate(first_days("activities"), before, more, early),
        candidate("activities", after, more, all),
    ];
    for ((kind, all), early) in ActivityKind::ALL.iter().zip(of_kind).zip(early_of_kind) {
        let name = plural(*kind);
        found.push(candidate(first_days(name), before, more, early));
        found.push(candidate(name, after, more, all));
    }
    found.push(candidate(
        first_days("minutes"),
        before,
        more,
        early_minutes,
    ));
    found.push(candidate("minutes", after, more, minutes));
    found.push(candidate(
        first_days("direct_cost"),
        before,
        more,
        early_cost,
    ));
    found.push(candidate("direct_cost", after, more, cost));
    found
}

pub(super) fn plural(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Call => "calls",
        ActivityKind::Mail => "mails",
        ActivityKind::Meeting => "meetings",
        ActivityKind::Letter => "letters",
        ActivityKind::Other => "other_activities",
    }
}

/// Follow-ups: how many, and what share of those that fell due while the deal was open was done in time.
pub(super) fn follow_ups(book: &Book, decided: &Decided) -> Vec<Candidate> {
    let mut count = column(decided, 0.0);
    // Due, and done in time.
    let mut all = vec![(0_u32, 0_u32); decided.len()];
    let mut early = all.clone();
    let given = &book.follow_ups;
    for i in 0..given.len() {
        let Some(at) = decided.at(given.deal[i]) else {
            continue;
        };
        let due = given.due[i];
        let in_time = u32::from(given.done[i].is_some_and(|done| done <= due));
        if decided.in_life(at, given.added[i]) {
            count[at] += 1.0;
        }
        if decided.before_close(at, due) {
            all[at].0 += 1;
            all[at].1 += in_time;
        }
        if window(decided, at).is_some_and(|end| due < end) {
            early[at].0 += 1;
            early[at].1 += in_time;
        }
    }
    let share = |counts: &[(u32, u32)]| -> Vec<f64> {
        // Nothing due is 0 ÷ 0: not a number, and so not known.
        let share = |(due, done): &(u32, u32)| f64::from(*done) / f64::from(*due);
        counts.iter().map(share).collect()
    };
    let (before, more) = (Known::Before, Claim::More);
    vec![
        candidate(
            format!("follow_ups_on_time_first_{EARLY}d"),
            before,
            more,
            share(&early),
        ),
        candidate("follow_ups_on_time", before, more, share(&all)),
        candidate("follow_ups", Known::Afterwards, more, count),
    ]
}

/// Times in stages and to steps, ways back and overrides.
pub(super) fn moves(process: &Process, book: &Book, decided: &Decided) -> Vec<Candidate> {
    let (visits, stages) = (&book.visits, process.stages.len());
    let entered = decided.entries(process, book);
    let mut days = vec![column(decided, f64::NAN); stages];
    let (mut back, mut overrides) = (column(decided, 0.0), column(decided, 0.0));
    let mut first_override = column(decided, f64::NAN);
    let ranks: Vec<Option<usize>> = book
        .stages
        .iter()
        .map(|name| process.stage_index(name))
        .collect();
    for i in 0..visits.len() {
        let Some(at) = decided.at(visits.deal[i]) else {
            continue;
        };
        back[at] += f64::from(u8::from(visits.how[i] == Left::Back));
        let on = visits.how[i] == Left::Advanced;
        let overridden = f64::from(u8::from(on && visits.overridden[i]));
        overrides[at] += overridden;
        let Some(rank) = ranks[usize::from(visits.stage[i])] else {
            continue;
        };
        if rank == 0 && on && first_override[at].is_nan() {
            first_override[at] = overridden;
        }
        let Some(from) = visits.entered[i] else {
            continue;
        };
        // Of the last stage only the close tells how long; of the others, the first going on does.
        let last = rank + 1 == stages;
        if let Some(left) = visits.left[i]
            && (last || (on && days[rank][at].is_nan()))
        {
            let stay = f64::from(left.since(from).max(0));
            days[rank][at] = if days[rank][at].is_nan() {
                stay
            } else {
                days[rank][at] + stay
            };
        }
    }
    let mut found = Vec::new();
    for (rank, values) in days.into_iter().enumerate() {
        let known = if rank + 1 == stages {
            Known::Afterwards
        } else {
            Known::Before
        };
        let name = format!("days_in_{}", process.stages[rank].name);
        found.push(candidate(name, known, Claim::Less, values));
    }
    for (rank, stage) in process.stages.iter().enumerate() {
        for step in &stage.steps {
            let values = days_to(
                book,
                decided,
                &format!("done_{}", step.name),
                &entered[rank],
            );
            let name = format!("days_to_{}", step.name);
            found.push(candidate(name, Known::Before, Claim::Less, values));
        }
    }
    if let Some(stage) = process.stages.first() {
        let name = format!("override_in_{}", stage.name);
        found.push(candidate(name, Known::Before, Claim::Less, first_override));
    }
    let cycle = (0..decided.len()).map(|at| {
        let days = decided.opened[at].zip(decided.closed[at]);
        days.map_or(f64::NAN, |(opened, closed)| f64::from(closed.since(opened)))
    });
    let (after, less) = (Known::Afterwards, Claim::Less);
    found.extend([
        candidate("overrides", after, less, overrides),
        candidate("moved_back", after, less, back),
        candidate("cycle_days", after, less, cycle.collect()),
    ]);
    found
}

/// Days from reaching a step's stage to the step, of deals that took it before they were closed.
fn days_to(book: &Book, decided: &Decided, fact: &str, entered: &[Option<Day>]) -> Vec<f64> {
    let mut values = column(decided, f64::NAN);
    if let Some(done) = book.dated.get(fact) {
        for (deal, day) in done.deal.iter().zip(&done.day) {
            let Some(at) = decided.at(*deal) else {
                continue;
            };
            if let Some(from) = entered[at]
                && decided.before_close(at, *day)
                && values[at].is_nan()
            {
                values[at] = f64::from(day.since(from).max(0));
            }
        }
    }
    values
}

/// Fields that are numbers, or yes or no.
pub(super) fn fields(process: &Process) -> impl Iterator<Item = &Field> {
    process.fields.iter().filter(|field| {
        field.of != FieldOf::BuiltIn
            && matches!(
                field.kind,
                FieldKind::Integer | FieldKind::Number | FieldKind::Money | FieldKind::Bool
            )
    })
}

/// The value, and fields that are numbers, as they stood on the day before the close.
pub(super) fn facts(process: &Process, book: &Book, decided: &Decided) -> Vec<Candidate> {
    let converter = Converter::new(process, book);
    let mut value = last_known(book, decided, VALUE_MINOR);
    for (at, minor) in value.iter_mut().enumerate() {
        if let (false, Some(closed)) = (minor.is_nan(), decided.closed[at]) {
            let currency = usize::from(book.deals.currency[decided.deals[at] as usize]);
            let worth = converter.converted(*minor as i64, currency, closed);
            *minor = worth.map_or(f64::NAN, |minor| process.currency.major(minor));
        }
    }
    let mut found = vec![candidate("value", Known::Before, Claim::Either, value)];
    for field in fields(process) {
        let values = last_known(book, decided, &field.name);
        found.push(candidate(&field.name, Known::Before, Claim::Either, values));
    }
    found
}

fn last_known(book: &Book, decided: &Decided, fact: &str) -> Vec<f64> {
    let mut values = column(decided, f64::NAN);
    if let Some(dated) = book.dated.get(fact) {
        for ((deal, day), to) in dated.deal.iter().zip(&dated.day).zip(&dated.to) {
            if let Some(at) = decided.at(*deal)
                && decided.before_close(at, *day)
            {
                values[at] = to.unwrap_or(f64::NAN);
            }
        }
    }
    values
}
