//! What the process asks of reps, and what for: how often each required field, role and step was asked, filled and
//! passed over, who reads it, whether deals that have it win more, and how much is typed for a won deal.

mod shown;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use super::{Ask, Report, answer};
use crate::deal::asked::{Asked, Asks, Item, Work};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::row;
use crate::money::grouped;
use crate::process::{Only, Process, readers};
use crate::statistics::{ENOUGH, Share, Trials};

/// What it reads.
pub const BURDEN: Needs = Needs::of(Columns::CLOSED);

row! {
    /// One thing that is required.
    pub struct BurdenRow {
        /// `field`, `role`, `step`.
        pub kind: &'static str,
        pub name: String,
        /// The stages that require it.
        pub stages: Vec<String>,
        /// Gates in the period at which it was asked for.
        pub asked: usize,
        /// Gates that require it of others: of other customer types, or where `ask_when` was false.
        pub left_alone: usize,
        pub filled: usize,
        pub filled_share: Option<f64>,
        pub overridden: usize,
        pub overridden_share: Option<f64>,
        /// What looks at it: `gate qualify: …`. None at all: nobody reads it.
        pub read_by: Vec<String>,
        /// Of the deals that closed in the period and were asked for it before: won of those that had it.
        pub with_n: usize,
        pub with_share: Option<f64>,
        pub with_low: Option<f64>,
        pub with_high: Option<f64>,
        /// The same of those that had it not.
        pub without_n: usize,
        pub without_share: Option<f64>,
        pub without_low: Option<f64>,
        pub without_high: Option<f64>,
        /// The first share less the second; null when there is insufficient history.
        pub difference_share: Option<f64>,
        pub difference_low: Option<f64>,
        pub difference_high: Option<f64>,
        /// How often it was typed by hand for a deal won in the period.
        pub typed_per_won: Option<f64>,
    }
}

/// What was seen at the gates, and what was typed.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub work: &'a Work,
    pub items: &'a [Item],
    pub asked: &'a [Asked],
    /// Gates whose version of the process can't be read any more.
    pub unread: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    asked: usize,
    left_alone: usize,
    filled: usize,
    overridden: usize,
    with: Trials,
    without: Trials,
    typed: usize,
}

/// What is typed by hand for a won deal: what is required, and all else.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Typing {
    /// Deals won in the period, through the gates and not told by a file.
    pub(super) won: usize,
    pub(super) values: usize,
}

impl Typing {
    /// `None` where nothing was won.
    pub(super) fn in_words(self) -> Option<String> {
        (self.won > 0).then(|| {
            format!(
                "typed by hand for a won deal: {:.1} values (n = {})",
                self.values as f64 / self.won as f64,
                grouped(self.won as u64)
            )
        })
    }
}

/// The report, and what is typed, for whoever tells of it elsewhere.
pub struct Burden {
    pub report: Report<BurdenRow>,
    pub typing: Typing,
}

pub fn burden(process: &Process, book: &Book, ask: &Ask, seen: &Seen<'_>, explain: bool) -> Burden {
    let work = seen.work;
    let place: FxHashMap<_, _> = book.deals.id.iter().copied().zip(0_usize..).collect();
    // By gate: the deal, where it is asked about.
    let of: Vec<Option<usize>> = work
        .passed
        .iter()
        .map(|passed| place.get(&passed.deal).copied())
        .map(|deal| deal.filter(|deal| ask.includes(*deal)))
        .collect();
    let mut tallies = vec![Tally::default(); seen.items.len()];
    let mut last: FxHashMap<(usize, u16), &Asked> = FxHashMap::default();
    for asked in seen.asked {
        let at = asked.at as usize;
        let (Some(deal), passed) = (of[at], &work.passed[at]) else {
            continue;
        };
        let tally = &mut tallies[usize::from(asked.item)];
        if ask.within(Some(passed.day)) {
            tally.asked += usize::from(asked.held);
            tally.left_alone += usize::from(!asked.held);
            tally.filled += usize::from(asked.held && asked.filled);
            tally.overridden += usize::from(asked.overridden);
        }
        // What is asked for as a deal is won says nothing about whether it will be.
        if asked.held && !passed.won {
            let known = last.entry((deal, asked.item)).or_insert(asked);
            let before = &work.passed[known.at as usize];
            if (before.day, known.at) < (passed.day, asked.at) {
                *known = asked;
            }
        }
    }
    for ((deal, item), asked) in last {
        let won = match book.deals.state[deal] {
            State::Won => true,
            State::Lost => false,
            State::Open | State::Hold => continue,
        };
        if ask.within(book.deals.closed[deal]) {
            let tally = &mut tallies[usize::from(item)];
            let trials = if asked.filled {
                &mut tally.with
            } else {
                &mut tally.without
            };
            trials.add(won);
        }
    }
    let typing = typing(book, ask, seen, &of, &mut tallies);
    let gates = of.iter().zip(&work.passed);
    let gates = gates.filter(|(deal, passed)| deal.is_some() && ask.within(Some(passed.day)));
    let n = gates.count();
    let rows: Vec<BurdenRow> = seen
        .items
        .iter()
        .zip(&tallies)
        .map(|(item, tally)| row(process, item, tally, typing.won))
        .collect();
    let notes = notes(&rows, n, seen.unread);
    let answer = answer(
        "salesctl/process-burden/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let document = shown::document(&answer, ask, book, typing, explain);
    Burden {
        report: Report { answer, document },
        typing,
    }
}

/// Counts what was typed for the deals won in the period.
fn typing(
    book: &Book,
    ask: &Ask,
    seen: &Seen<'_>,
    of: &[Option<usize>],
    tallies: &mut [Tally],
) -> Typing {
    let won = of.iter().zip(&seen.work.passed);
    let won = won.filter_map(|(deal, passed)| {
        let deal = deal.filter(|_| passed.won)?;
        let is_won = book.deals.state[deal] == State::Won;
        (is_won && ask.within(book.deals.closed[deal])).then_some(passed.deal)
    });
    let mut won: Vec<_> = won.collect();
    won.sort_unstable();
    won.dedup();
    let items: FxHashMap<String, usize> = seen
        .items
        .iter()
        .enumerate()
        .map(|(at, item)| (column(item), at))
        .collect();
    let mut values = 0;
    for typed in &seen.work.typed {
        if won.binary_search(&typed.deal).is_ok() {
            values += 1;
            if let Some(at) = items.get(&typed.name) {
                tallies[*at].typed += 1;
            }
        }
    }
    Typing {
        won: won.len(),
        values,
    }
}

/// As conditions call it.
fn column((asks, name): &Item) -> String {
    match asks {
        Asks::Field => name.clone(),
        Asks::Role => format!("has_{name}"),
        Asks::Step => format!("done_{name}"),
    }
}

fn row(process: &Process, item: &Item, tally: &Tally, won: usize) -> BurdenRow {
    let share = |part: usize| (tally.asked > 0).then(|| part as f64 / tally.asked as f64);
    let of = |trials: Trials| Share::of(trials.successes, trials.n);
    let (with, without) = (of(tally.with), of(tally.without));
    let enough = |share: &Share| share.n >= ENOUGH;
    let both = with.filter(enough).zip(without.filter(enough));
    let interval = both.map(|(with, without)| with.difference(without));
    BurdenRow {
        kind: item.0.name(),
        name: item.1.clone(),
        stages: stages(process, item),
        asked: tally.asked,
        left_alone: tally.left_alone,
        filled: tally.filled,
        filled_share: share(tally.filled),
        overridden: tally.overridden,
        overridden_share: share(tally.overridden),
        read_by: readers(process, &column(item))
            .into_iter()
            .map(|reader| format!("{} {}", reader.what, reader.name))
            .collect(),
        with_n: tally.with.n,
        with_share: with.map(|it| it.share),
        with_low: with.map(|it| it.low),
        with_high: with.map(|it| it.high),
        without_n: tally.without.n,
        without_share: without.map(|it| it.share),
        without_low: without.map(|it| it.low),
        without_high: without.map(|it| it.high),
        difference_share: both.map(|(with, without)| with.share - without.share),
        difference_low: interval.map(|(low, _)| low),
        difference_high: interval.map(|(_, high)| high),
        typed_per_won: (won > 0).then(|| tally.typed as f64 / won as f64),
    }
}

/// The stages that require it, each with whom of.
fn stages(process: &Process, (asks, name): &Item) -> Vec<String> {
    let of_all = Only::default();
    let mut stages = Vec::new();
    for stage in &process.stages {
        let words = match asks {
            Asks::Step => {
                let mut steps = stage.steps.iter().filter(|step| step.required);
                let step = steps.find(|step| step.name == *name);
                step.map(crate::process::Step::in_words)
            }
            Asks::Field | Asks::Role => {
                let mut required = stage.requires.iter();
                let required = required.find(|one| one.what.name() == name);
                required.map(crate::process::Required::in_words)
            }
        };
        if let Some(words) = words {
            let only = if stage.only == of_all {
                String::new()
            } else {
                stage.only.in_words()
            };
            stages.push(format!("{}{only}{words}", stage.name));
        }
    }
    stages
}

fn notes(rows: &[BurdenRow], n: usize, unread: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if n == 0 {
        notes.push("insufficient history: no deal went through a gate".to_string());
    }
    let untold = rows.iter().filter(|row| row.difference_share.is_none());
    let untold = untold.count();
    if untold > 0 && n > 0 {
        notes.push(format!(
            "insufficient history for {untold} of {}: wins are compared from {ENOUGH} closed deals with it and {ENOUGH} without on",
            rows.len()
        ));
    }
    if rows.iter().any(|row| row.difference_share.is_some()) {
        notes.push(
            "a difference is no cause: deals that go well may be the ones that are described well"
                .to_string(),
        );
    }
    if unread > 0 {
        notes.push(format!(
            "{} left out: the version of the process that asked can't be read any more",
            match unread {
                1 => "1 gate is".to_string(),
                n => format!("{} gates are", grouped(n as u64)),
            }
        ));
    }
    notes
}
