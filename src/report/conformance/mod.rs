//! How far the deals followed the declared process, on which paths, and whether those that did win more.
//!
//! The rule: a deal conforms when it began where the process begins, made no move that the process does not
//! allow to a deal of its customer type, was won from where it may be won, was in no stage more often than
//! `most_visits` says, and left no stage onward before the required steps of it were done. Each move is judged by the
//! version of the process under which it was made. Allowed moves, start and end, repeats and required steps agree with
//! optimal alignments (A. Adriansyah, B. F. van Dongen and W. M. P. van der Aalst, Conformance checking using cost-based
//! fitness analysis, EDOC 2011, 55–64) on nearly every case of real logs, at a small part of what these cost;
//! `tests/conformance.rs` measures it. Overrides, stays past a limit and late follow-ups are told beside: they are how
//! well it was done, not whether another way was taken.
//!
//! `model` is the process as tables of bits, `versions` says which version of it judges what, `judge` comes to a
//! `verdict` of each deal in one pass, `variants` counts paths in the same pass, `tally` adds up, `followed` is a line of
//! the report, `deals` are the deals one by one, `shown` is what people read.

mod deals;
mod followed;
mod judge;
mod model;
mod shown;
mod tally;
#[cfg(test)]
mod tests;
mod variants;
mod verdict;
mod versions;
#[cfg(test)]
mod versions_tests;

use serde::Serialize;

pub use self::deals::{DeviationRow, Listed, deviations};
pub(super) use self::followed::Followed;
use self::judge::Judge;
use self::tally::{Left, Tally};
use self::variants::{MOVED, Step, Variants};
pub(super) use self::versions::Versions;
use super::group::{GroupColumns, Groups, as_columns};
use super::{Ask, Report, answer};
use crate::deal::book::{Book, Columns, Needs};
use crate::document::{Row, row};
use crate::process::{Earlier, Process, Stage};
use crate::statistics::Share;

/// So many paths are shown beside the rest.
const PATHS: usize = 5;

/// The process in force, and those before, by which the moves of their days are judged.
#[derive(Clone, Copy)]
pub struct Judging<'p> {
    pub process: &'p Process,
    pub earlier: &'p [Earlier],
}

impl<'p> Judging<'p> {
    fn processes(self) -> impl Iterator<Item = &'p Process> {
        std::iter::once(self.process).chain(self.earlier.iter().map(|one| &one.process))
    }

    /// A stage by the name that it has now or had last, as the newest version has it that has it.
    pub(super) fn last_stage(self, name: &str) -> Option<&'p Stage> {
        self.process.stage(name).or_else(|| {
            self.earlier.iter().find_map(|one| {
                let at = one.called.iter().position(|called| called == name)?;
                Some(&one.process.stages[at])
            })
        })
    }

    /// Which version judges what, where there is more than one.
    fn note(self, book: &Book) -> Option<String> {
        (!self.earlier.is_empty()).then(|| {
            format!(
                "each move is judged by the version of the process under which it was made; stays that last, and what a \
                 file told of, by version {}, which is in force",
                book.process_version
            )
        })
    }
}

/// What it reads of deals.
pub fn conformance_needs(judging: Judging<'_>) -> Needs {
    let mut columns = Columns::VISITS
        .and(Columns::OPENED)
        .and(Columns::CLOSED)
        .and(Columns::IMPORTED);
    let mut stages = judging.processes().flat_map(|process| &process.stages);
    if stages.any(|stage| !stage.follow_ups.is_empty()) {
        columns = columns.and(Columns::FOLLOW_UP_DAYS);
    }
    Needs::of(columns).and(model::told(judging.processes()))
}

/// The same where the deals are listed one by one.
pub fn deviation_needs(judging: Judging<'_>) -> Needs {
    let names = Columns::ACCOUNT_NAMES
        .and(Columns::ACCOUNT)
        .and(Columns::OWNER)
        .and(Columns::STAGE);
    conformance_needs(judging).and(Needs::of(names))
}

/// The deals of one group: its dimensions come first, as columns of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConformanceRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub followed: Followed,
}

impl Row for ConformanceRow {
    fn columns() -> Vec<&'static str> {
        Followed::columns()
    }
}

row! {
    /// Deals that were in the same stages in the same order.
    pub struct PathRow {
        /// The stages, ` > ` between them; `(won)` or `(lost)` where it was opened again after,
        /// `(process changed)` where a change of the process moved it.
        pub path: String,
        pub n: usize,
        /// Of all judged deals.
        pub path_share: Option<f64>,
        pub path_low: Option<f64>,
        pub path_high: Option<f64>,
        /// Deals of the path that conform: how they ended and what was done on the way differs.
        pub conforming: usize,
        pub closed: usize,
        pub won: usize,
        pub win_share: Option<f64>,
        pub win_low: Option<f64>,
        pub win_high: Option<f64>,
    }
}

/// Everything one pass over the deals counts.
struct Counted<'a> {
    groups: Groups<'a>,
    tallies: Vec<Tally>,
    all: Tally,
    variants: Variants,
    left: Left,
}

fn count<'a>(
    judging: Judging<'a>,
    book: &'a Book,
    ask: &'a Ask,
    taken: &[&str],
) -> Result<Counted<'a>, String> {
    let groups = Groups::new(book, &ask.by, taken)?;
    let mut judge = Judge::new(judging, book)?;
    let mut tallies = vec![Tally::default(); groups.len()];
    let mut variants = Variants::default();
    let mut left = Left::new(book, ask);
    judge.all(ask, |deal, visits, verdict| match verdict {
        Err(why) => left.unjudged(why),
        Ok(verdict) => {
            left.note(verdict);
            let won = super::win_rate::decided(book, ask, deal);
            let open = book.deals.state[deal].is_open();
            tallies[groups.of[deal] as usize].add(verdict, open, won);
            variants.add(&book.visits, visits, verdict.conforms(), won);
        }
    });
    let mut all = Tally::default();
    for tally in &tallies {
        all.plus(tally);
    }
    Ok(Counted {
        groups,
        tallies,
        all,
        variants,
        left,
    })
}

/// How far the deals that were under way in the period followed the process, by `ask.by`; one row without a dimension.
pub fn conformance(
    judging: Judging<'_>,
    book: &Book,
    ask: &Ask,
    explain: bool,
) -> Result<Report<ConformanceRow>, String> {
    let Counted {
        groups,
        tallies,
        all,
        variants,
        left,
    } = count(judging, book, ask, &Followed::columns())?;
    let mut lines: Vec<usize> = (0..groups.len())
        .filter(|group| tallies[*group].n > 0 || groups.names.is_empty())
        .collect();
    lines.sort_by(|a, b| {
        let largest = tallies[*b].n.cmp(&tallies[*a].n);
        largest.then_with(|| groups.order(*a).cmp(&groups.order(*b)))
    });
    let rows = lines.iter().map(|group| ConformanceRow {
        group: groups.columns(*group),
        followed: Followed::of(&tallies[*group]),
    });
    let mut notes = left.notes();
    notes.extend(tally::too_few(&all));
    notes.extend(judging.note(book));
    let mut answer = answer(
        "salesctl/report-conformance/1",
        judging.process,
        book,
        ask,
        (all.n, rows.collect(), notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let paths = variants.by_frequency(&book.visits);
    let document = shown::conformance(
        &shown::Shown {
            process: judging.process,
            book,
            ask,
            all: &all,
            explain,
        },
        (&groups, &lines, &answer.rows),
        &paths[..paths.len().min(PATHS)],
        paths.len(),
    );
    let document = super::with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// The paths that the deals took, the most frequent first.
pub fn paths(
    judging: Judging<'_>,
    book: &Book,
    ask: &Ask,
    (most, explain): (usize, bool),
) -> Result<Report<PathRow>, String> {
    let Counted {
        all,
        variants,
        left,
        ..
    } = count(judging, book, ask, &[])?;
    let mut notes = left.notes();
    notes.extend(judging.note(book));
    let variants = variants.by_frequency(&book.visits);
    let rows = variants.iter().take(most).map(|variant| {
        let way = variants::way(&book.visits, variant.visits.clone());
        let names = way.map(|step| match step {
            Step::Stage(stage) => book.stages[usize::from(stage)].clone(),
            Step::Closed(end) => format!("({end})"),
            Step::Moved => MOVED.to_string(),
        });
        let names: Vec<String> = names.collect();
        let (share, won) = (Share::of(variant.n, all.n), variant.won());
        PathRow {
            path: names.join(" > "),
            n: variant.n,
            path_share: share.map(|share| share.share),
            path_low: share.map(|share| share.low),
            path_high: share.map(|share| share.high),
            conforming: variant.conforming,
            closed: variant.decided.n,
            won: variant.decided.successes,
            win_share: won.map(|share| share.share),
            win_low: won.map(|share| share.low),
            win_high: won.map(|share| share.high),
        }
    });
    let answer = answer(
        "salesctl/report-conformance-paths/1",
        judging.process,
        book,
        ask,
        (all.n, rows.collect(), notes),
    );
    let shown = shown::Shown {
        process: judging.process,
        book,
        ask,
        all: &all,
        explain,
    };
    let document = shown::paths(&shown, &variants, most);
    let document = super::with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}
