//! How far the deals followed the declared process, on which paths, and whether those that did win more.
//!
//! The rule: a deal conforms when it began where the process begins, made no move that the process does not
//! allow to a deal of its customer type, was won from where it may be won, was in no stage more often than `most_visits`
//! says, and left no stage onward before the required steps of it were done. Allowed moves, start and end, repeats and required steps agree with optimal alignments
//! (A. Adriansyah, B. F. van Dongen and W. M. P. van der Aalst, Conformance checking using cost-based fitness analysis,
//! EDOC 2011, 55–64) on nearly every case of real logs, at a small part of what these cost; `tests/conformance.rs`
//! measures it. Overrides, stays past a limit and late follow-ups are told beside: they are how well it was done,
//! not whether another way was taken.
//!
//! `model` is the process as tables of bits, `verdict` judges each deal in one pass, `variants` counts paths in the
//! same pass, `deals` are the deals one by one, `shown` is what people read.

mod deals;
mod model;
mod shown;
mod tally;
#[cfg(test)]
mod tests;
mod variants;
mod verdict;

use serde::Serialize;

pub use self::deals::{DeviationRow, deviations};
use self::model::Declared;
use self::tally::{Left, Tally};
use self::variants::Variants;
use self::verdict::{Class, Judge};
use super::group::{GroupColumns, Groups, as_columns};
use super::{Ask, Report, answer};
use crate::deal::book::{Book, Columns, Needs};
use crate::document::{Row, row};
use crate::process::Process;
use crate::statistics::{ENOUGH, Share, Trials};

/// So many paths are shown beside the rest.
const PATHS: usize = 5;

/// What it reads of deals of this process.
pub fn conformance_needs(process: &Process) -> Needs {
    let mut columns = Columns::VISITS
        .and(Columns::OPENED)
        .and(Columns::CLOSED)
        .and(Columns::IMPORTED);
    if process
        .stages
        .iter()
        .any(|stage| !stage.follow_ups.is_empty())
    {
        columns = columns.and(Columns::FOLLOW_UP_DAYS);
    }
    Needs::of(columns).and(model::told(process))
}

/// The same where the deals are listed one by one.
pub fn deviation_needs(process: &Process) -> Needs {
    let names = Columns::ACCOUNT_NAMES
        .and(Columns::ACCOUNT)
        .and(Columns::OWNER)
        .and(Columns::STAGE);
    conformance_needs(process).and(Needs::of(names))
}

/// The deals of one group: its dimensions come first, as columns of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConformanceRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub followed: Followed,
}

row! {
    /// How far deals followed the process. `_deals` counts deals with a deviation of that class, `_times` how often
    /// it happened, `_closed` and `_won` what became of those closed in the period.
    pub struct Followed {
        /// Deals that could be judged.
        pub n: usize,
        /// Of these: open so far.
        pub open: usize,
        pub conforming: usize,
        pub conforming_share: Option<f64>,
        pub conforming_low: Option<f64>,
        pub conforming_high: Option<f64>,
        pub skipped_stage_deals: usize,
        pub skipped_stage_times: usize,
        pub skipped_stage_closed: usize,
        pub skipped_stage_won: usize,
        pub illegal_move_deals: usize,
        pub illegal_move_times: usize,
        pub illegal_move_closed: usize,
        pub illegal_move_won: usize,
        pub moved_back_deals: usize,
        pub moved_back_times: usize,
        pub moved_back_closed: usize,
        pub moved_back_won: usize,
        pub repeated_stage_deals: usize,
        pub repeated_stage_times: usize,
        pub repeated_stage_closed: usize,
        pub repeated_stage_won: usize,
        pub missing_step_deals: usize,
        pub missing_step_times: usize,
        pub missing_step_closed: usize,
        pub missing_step_won: usize,
        pub override_deals: usize,
        pub override_times: usize,
        pub override_closed: usize,
        pub override_won: usize,
        pub too_long_deals: usize,
        pub too_long_times: usize,
        pub too_long_closed: usize,
        pub too_long_won: usize,
        pub follow_up_deals: usize,
        pub follow_up_times: usize,
        pub follow_up_closed: usize,
        pub follow_up_won: usize,
        /// Moves back that the process allows: no deviation.
        pub allowed_back_deals: usize,
        pub allowed_back_times: usize,
        pub conforming_closed: usize,
        pub conforming_won: usize,
        pub conforming_win_share: Option<f64>,
        pub conforming_win_low: Option<f64>,
        pub conforming_win_high: Option<f64>,
        pub other_closed: usize,
        pub other_won: usize,
        pub other_win_share: Option<f64>,
        pub other_win_low: Option<f64>,
        pub other_win_high: Option<f64>,
        /// Win rate of conforming deals less that of the others; null with too few of either.
        pub difference_share: Option<f64>,
        pub difference_low: Option<f64>,
        pub difference_high: Option<f64>,
    }
}

impl Row for ConformanceRow {
    fn columns() -> Vec<&'static str> {
        Followed::columns()
    }
}

row! {
    /// Deals that were in the same stages in the same order.
    pub struct PathRow {
        /// The stages, ` > ` between them.
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

impl Followed {
    fn of(tally: &Tally) -> Self {
        let share = Share::of(tally.conforming, tally.n);
        let deals = |class: Class| tally.deals[class as usize];
        let times = |class: Class| tally.times[class as usize];
        let outcome = |class: Class| tally.of_class[class as usize];
        let [conforming, other] = tally.outcome;
        let won = |of: Trials| Share::of(of.successes, of.n);
        let (a, b) = (won(conforming), won(other));
        let lost = conforming.failures() + other.failures();
        let enough = conforming.n >= ENOUGH && other.n >= ENOUGH && lost > 0;
        let both = a.zip(b).filter(|_| enough);
        let interval = both.map(|(a, b)| a.difference(b));
        Self {
            n: tally.n,
            open: tally.open,
            conforming: tally.conforming,
            conforming_share: share.map(|share| share.share),
            conforming_low: share.map(|share| share.low),
            conforming_high: share.map(|share| share.high),
            skipped_stage_deals: deals(Class::SkippedStage),
            skipped_stage_times: times(Class::SkippedStage),
            skipped_stage_closed: outcome(Class::SkippedStage).n,
            skipped_stage_won: outcome(Class::SkippedStage).successes,
            illegal_move_deals: deals(Class::IllegalMove),
            illegal_move_times: times(Class::IllegalMove),
            illegal_move_closed: outcome(Class::IllegalMove).n,
            illegal_move_won: outcome(Class::IllegalMove).successes,
            moved_back_deals: deals(Class::MovedBack),
            moved_back_times: times(Class::MovedBack),
            moved_back_closed: outcome(Class::MovedBack).n,
            moved_back_won: outcome(Class::MovedBack).successes,
            repeated_stage_deals: deals(Class::RepeatedStage),
            repeated_stage_times: times(Class::RepeatedStage),
            repeated_stage_closed: outcome(Class::RepeatedStage).n,
            repeated_stage_won: outcome(Class::RepeatedStage).successes,
            missing_step_deals: deals(Class::MissingStep),
            missing_step_times: times(Class::MissingStep),
            missing_step_closed: outcome(Class::MissingStep).n,
            missing_step_won: outcome(Class::MissingStep).successes,
            override_deals: deals(Class::Override),
            override_times: times(Class::Override),
            override_closed: outcome(Class::Override).n,
            override_won: outcome(Class::Override).successes,
            too_long_deals: deals(Class::TooLong),
            too_long_times: times(Class::TooLong),
            too_long_closed: outcome(Class::TooLong).n,
            too_long_won: outcome(Class::TooLong).successes,
            follow_up_deals: deals(Class::FollowUp),
            follow_up_times: times(Class::FollowUp),
            follow_up_closed: outcome(Class::FollowUp).n,
            follow_up_won: outcome(Class::FollowUp).successes,
            allowed_back_deals: tally.back_deals,
            allowed_back_times: tally.back_times,
            conforming_closed: conforming.n,
            conforming_won: conforming.successes,
            conforming_win_share: a.map(|share| share.share),
            conforming_win_low: a.map(|share| share.low),
            conforming_win_high: a.map(|share| share.high),
            other_closed: other.n,
            other_won: other.successes,
            other_win_share: b.map(|share| share.share),
            other_win_low: b.map(|share| share.low),
            other_win_high: b.map(|share| share.high),
            difference_share: both.map(|(a, b)| a.share - b.share),
            difference_low: interval.map(|(low, _)| low),
            difference_high: interval.map(|(_, high)| high),
        }
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
    process: &Process,
    book: &'a Book,
    ask: &'a Ask,
    taken: &[&str],
) -> Result<Counted<'a>, String> {
    let groups = Groups::new(book, &ask.by, taken)?;
    let mut judge = Judge::new(Declared::new(process, book)?, book);
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
            variants.add(&book.visits.stage, visits, verdict.conforms(), won);
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
    process: &Process,
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
    } = count(process, book, ask, &Followed::columns())?;
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
    if book.process_version > 1 {
        notes.push(format!(
            "all moves are judged by process version {}, which is in force: those made under an earlier one too",
            book.process_version
        ));
    }
    let mut answer = answer(
        "salesctl/report-conformance/1",
        process,
        book,
        ask,
        (all.n, rows.collect(), notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let paths = variants.by_frequency(&book.visits.stage);
    let document = shown::conformance(
        &shown::Shown {
            process,
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
    process: &Process,
    book: &Book,
    ask: &Ask,
    (most, explain): (usize, bool),
) -> Result<Report<PathRow>, String> {
    let Counted {
        all,
        variants,
        left,
        ..
    } = count(process, book, ask, &[])?;
    let variants = variants.by_frequency(&book.visits.stage);
    let rows = variants.iter().take(most).map(|variant| {
        let names = book.visits.stage[variant.visits.clone()].iter();
        let names: Vec<&str> = names.map(|at| &*book.stages[usize::from(*at)]).collect();
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
        process,
        book,
        ask,
        (all.n, rows.collect(), left.notes()),
    );
    let shown = shown::Shown {
        process,
        book,
        ask,
        all: &all,
        explain,
    };
    let document = shown::paths(&shown, &variants, most);
    let document = super::with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}
