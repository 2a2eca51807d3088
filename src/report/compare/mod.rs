//! Reps side by side, stage by stage; and across all reps, which steps and tools go with winning.
//!
//! - `whom`: the reps, or the winners and the rest
//! - `stages`: how far their deals came
//! - `practice`: steps and tools against the result, rep by rep
//! - `shown`: for people

mod practice;
mod shown;
mod stages;
#[cfg(test)]
mod tests;
mod whom;

pub use self::whom::Whom;

use self::practice::{Compared, Verdict, compared, steps, tools, verdicts};
use self::stages::Passed;
use self::whom::Sides;
use super::decided::Decided;
use super::{Ask, Report, Stages, answer};
use crate::deal::book::{Book, Columns, Day, Needs};
use crate::document::row;
use crate::process::Process;

/// The columns it reads, beside the steps of the process.
pub const COMPARE_COLUMNS: Columns = Columns::OWNER
    .and(Columns::OPENED)
    .and(Columns::CLOSED)
    .and(Columns::VISITS)
    .and(Columns::TOOLS);

/// What it reads.
pub fn compare_needs(process: &Process) -> Needs {
    let steps = process.stages.iter().flat_map(|stage| &stage.steps);
    Needs {
        dated: steps.map(|step| format!("done_{}", step.name)).collect(),
        ..Needs::of(COMPARE_COLUMNS)
    }
}

row! {
    /// One side in one stage, or one step or tool over all reps.
    pub struct CompareRow {
        /// `stage`, `step` or `tool`.
        pub about: &'static str,
        pub name: String,
        /// A rep, `winners`, `rest`; `everybody` for steps and tools.
        pub who: String,
        pub entered: Option<usize>,
        pub advanced: Option<usize>,
        pub lost: Option<usize>,
        pub still_in: Option<usize>,
        /// advanced ÷ entered.
        pub step_share: Option<f64>,
        /// advanced ÷ (advanced + lost).
        pub resolved_share: Option<f64>,
        pub resolved_low: Option<f64>,
        pub resolved_high: Option<f64>,
        pub median_days: Option<i32>,
        pub activities_per_deal: Option<f64>,
        /// Days after reaching the stage (or the opening) on which deals are compared.
        pub within_days: Option<i32>,
        pub done_n: Option<usize>,
        pub done_won: Option<usize>,
        pub not_done_n: Option<usize>,
        pub not_done_won: Option<usize>,
        /// Mantel-Haenszel, by rep.
        pub odds_ratio: Option<f64>,
        pub odds_low: Option<f64>,
        pub odds_high: Option<f64>,
        /// Allowing for how many steps and tools were tested.
        pub p_adjusted: Option<f64>,
        /// Whether reps have the same odds ratio (Breslow-Day-Tarone).
        pub alike_p: Option<f64>,
        pub verdict: Option<String>,
    }
}

impl CompareRow {
    fn nothing(about: &'static str, name: &str, who: &str) -> Self {
        Self {
            about,
            name: name.to_string(),
            who: who.to_string(),
            entered: None,
            advanced: None,
            lost: None,
            still_in: None,
            step_share: None,
            resolved_share: None,
            resolved_low: None,
            resolved_high: None,
            median_days: None,
            activities_per_deal: None,
            within_days: None,
            done_n: None,
            done_won: None,
            not_done_n: None,
            not_done_won: None,
            odds_ratio: None,
            odds_low: None,
            odds_high: None,
            p_adjusted: None,
            alike_p: None,
            verdict: None,
        }
    }

    fn stage(name: &str, who: &str, passed: &Passed) -> Self {
        let resolved = passed.resolved();
        Self {
            entered: Some(passed.entered),
            advanced: Some(passed.advanced),
            lost: Some(passed.lost),
            still_in: Some(passed.still_in),
            step_share: (passed.entered > 0)
                .then(|| passed.advanced as f64 / passed.entered as f64),
            resolved_share: resolved.map(|share| share.share),
            resolved_low: resolved.map(|share| share.low),
            resolved_high: resolved.map(|share| share.high),
            median_days: passed.days.estimate(0.5),
            activities_per_deal: passed.activities_per_deal(),
            ..Self::nothing("stage", name, who)
        }
    }

    fn practice(book: &Book, one: &Compared, p: Option<f64>, verdict: &Verdict) -> Self {
        let (with, without) = (one.with(), one.without());
        let common = one.common();
        let odds = common.and_then(|common| common.odds);
        Self {
            within_days: one.within,
            done_n: Some(with.n),
            done_won: Some(with.successes),
            not_done_n: Some(without.n),
            not_done_won: Some(without.successes),
            odds_ratio: odds.map(|odds| odds.ratio),
            odds_low: odds.map(|odds| odds.low),
            odds_high: odds.map(|odds| odds.high),
            p_adjusted: p,
            alike_p: common.and_then(|common| common.alike),
            verdict: Some(shown::verdict(verdict, |owner| &book.owners[owner].name)),
            ..Self::nothing(one.about, &one.name, "everybody")
        }
    }
}

/// The sides over the deals that first entered the first stage in the period; steps and tools over the deals
/// of all reps that were won or lost in it.
pub fn compare(
    process: &Process,
    book: &Book,
    ask: &Ask,
    whom: &Whom,
) -> Result<Report<CompareRow>, String> {
    let decided = Decided::new(book, ask);
    let sides = Sides::new(book, &decided, whom)?;
    let laid = Stages::new(process, book);
    let passed = stages::stages(&laid, book, ask, &sides);

    let entries = decided.entries(process, book);
    let practices = steps(process, book, &decided)
        .into_iter()
        .chain(tools(process, book, &decided))
        .map(|practice| {
            let from: &[Option<Day>] = practice
                .stage
                .map_or(&decided.opened, |rank| &entries[rank]);
            compared(practice, book, &decided, from)
        });
    let practices: Vec<Compared> = practices.collect();
    let judged = verdicts(&practices);

    let mut rows = Vec::new();
    for (stage, passed) in process.stages.iter().zip(&passed) {
        for (side, passed) in sides.sides.iter().zip(passed) {
            rows.push(CompareRow::stage(&stage.name, &side.name, passed));
        }
    }
    for (one, (p, verdict)) in practices.iter().zip(&judged) {
        rows.push(CompareRow::practice(book, one, *p, verdict));
    }
    let n = passed
        .first()
        .map_or(0, |sides| sides.iter().map(|side| side.entered).sum());
    let answer = answer(
        "salesctl/report-compare/1",
        process,
        book,
        ask,
        (n, rows, shown::notes(&practices, &judged, &sides)),
    );
    let document = shown::document(&shown::Shown {
        process,
        book,
        ask,
        sides: &sides,
        passed: &passed,
        practices: &practices,
        judged: &judged,
        decided: decided.len(),
        notes: &answer.notes,
    });
    Ok(Report { answer, document })
}
