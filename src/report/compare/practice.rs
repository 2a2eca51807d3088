//! Steps and tools against the result, rep by rep: what goes with winning for everybody is a practice that
//! others can take over; what does so for one only is their style.
//!
//! Whoever was lost early never came to do anything, so "done or not" would make everything look good.
//! Therefore deals are compared on one day of their lives: so many days after they reached the stage to which
//! the step or tool belongs, among those not decided by then, who had done it and who had not (J. R. Anderson,
//! K. C. Cain and R. D. Gelber, Analysis of survival by tumor response, Journal of Clinical Oncology 1
//! (1983), 710–719). The days are those within which three quarters of all who do it have done it.

use super::super::decided::Decided;
use crate::deal::book::{Book, Day};
use crate::process::Process;
use crate::statistics::{Common, Table, Trials, benjamini_hochberg, fewer, quantile};

/// Fewer won or lost deals than this say nothing.
pub(super) const ENOUGH: usize = 30;
/// Nor do fewer that did it, or did not.
pub(super) const ENOUGH_EITHER: usize = 10;
/// Of what is found, no more than this share is a false alarm, on average.
pub(super) const FALSE_SHARE: f64 = 0.10;
/// Where the others together do not reach this, theirs is no evidence.
const LEVEL: f64 = 0.05;
/// The share of those who do it that had done it by the day of comparison.
const MOST: f64 = 0.75;

/// A step or a tool.
pub(super) struct Practice {
    pub(super) about: &'static str,
    pub(super) name: String,
    pub(super) title: String,
    /// Where it belongs, as a place in selling order; the days of anything else count from the opening.
    pub(super) stage: Option<usize>,
    /// A gate asks for it.
    pub(super) required: bool,
    /// By decided deal: the day it was first done.
    pub(super) first: Vec<Option<Day>>,
}

/// How those who had done it fared, and those who had not.
pub(super) struct Compared {
    pub(super) about: &'static str,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) stage: Option<usize>,
    pub(super) required: bool,
    /// Days after reaching the stage; `None` when nobody did it.
    pub(super) within: Option<i32>,
    /// By owner of the Book.
    pub(super) tables: Vec<Table>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Everybody,
    /// More for some reps than for others.
    Unequal,
    /// Only for these owners of the Book.
    Only(Vec<usize>),
    /// Those who did it won less, whoever they were.
    Against,
    NoEvidence,
    Insufficient,
}

pub(super) fn steps(process: &Process, book: &Book, decided: &Decided) -> Vec<Practice> {
    let mut found = Vec::new();
    for (rank, stage) in process.stages.iter().enumerate() {
        for step in &stage.steps {
            let mut first = vec![None; decided.len()];
            if let Some(done) = book.dated.get(&format!("done_{}", step.name)) {
                for (deal, day) in done.deal.iter().zip(&done.day) {
                    if let Some(at) = decided.at(*deal) {
                        first[at] = first[at].or(Some(*day));
                    }
                }
            }
            found.push(Practice {
                about: "step",
                name: step.name.clone(),
                title: step.title.clone(),
                stage: Some(rank),
                required: step.required,
                first,
            });
        }
    }
    found
}

/// Tools that were used, with the first stage that lists them.
pub(super) fn tools(process: &Process, book: &Book, decided: &Decided) -> Vec<Practice> {
    let done = &book.activities;
    let mut uses: Vec<(u32, usize, Day)> = Vec::new();
    for i in 0..done.len() {
        if let (Some(deal), Some(tool)) = (done.deal[i], done.tool[i])
            && let Some(at) = decided.at(deal)
        {
            uses.push((tool, at, done.day[i]));
        }
    }
    uses.sort_unstable();
    let of_tool = uses.chunk_by(|a, b| a.0 == b.0).map(|uses| {
        let mut first = vec![None; decided.len()];
        for (_, at, day) in uses {
            first[*at] = first[*at].or(Some(*day));
        }
        let name = &book.tools[uses[0].0 as usize];
        let stage = process.stages.iter().position(|stage| {
            stage
                .tools
                .iter()
                .any(|tool| tool.name.eq_ignore_ascii_case(name))
        });
        Practice {
            about: "tool",
            name: name.clone(),
            title: name.clone(),
            stage,
            required: false,
            first,
        }
    });
    of_tool.collect()
}

/// `from`: by decided deal, the day from which the practice's days count. Deals without an owner are nobody's
/// and left out.
pub(super) fn compared(
    practice: Practice,
    book: &Book,
    decided: &Decided,
    from: &[Option<Day>],
) -> Compared {
    let delay = |at: usize| {
        let (from, first) = (from[at]?, practice.first[at]?);
        decided
            .before_close(at, first)
            .then(|| first.since(from).max(0))
    };
    let mut delays: Vec<i32> = (0..decided.len()).filter_map(delay).collect();
    delays.sort_unstable();
    let within = quantile(&delays, MOST).map(|days| days.ceil() as i32);
    let mut tables = vec![Table::default(); book.owners.len()];
    if let Some(within) = within {
        for at in 0..decided.len() {
            let owner = book.deals.owner[decided.deals[at] as usize];
            let (Some(owner), Some(from)) = (owner, from[at]) else {
                continue;
            };
            let day = Day::new(from.number().saturating_add(within));
            if !decided.before_close(at, day) {
                continue;
            }
            let table = &mut tables[owner as usize];
            let done = practice.first[at].is_some_and(|first| first <= day);
            let side = if done {
                &mut table.with
            } else {
                &mut table.without
            };
            side.add(decided.won[at]);
        }
    }
    Compared {
        about: practice.about,
        name: practice.name,
        title: practice.title,
        stage: practice.stage,
        required: practice.required,
        within,
        tables,
    }
}

impl Compared {
    pub(super) fn with(&self) -> Trials {
        self.tables.iter().map(|table| table.with).sum()
    }

    pub(super) fn without(&self) -> Trials {
        self.tables.iter().map(|table| table.without).sum()
    }

    pub(super) fn common(&self) -> Option<Common> {
        Common::of(&self.tables)
    }

    /// Whether there is history enough to test it, of at least two reps.
    fn tells(&self) -> Option<Common> {
        let (with, without) = (self.with(), self.without());
        let both = with.and(without);
        let enough =
            both.successes.min(both.failures()) >= ENOUGH && with.n.min(without.n) >= ENOUGH_EITHER;
        self.common().filter(|common| enough && common.groups > 1)
    }

    /// Reps with whom it goes by their own deals alone, while it goes with nothing among all others.
    fn only(&self) -> Option<Vec<usize>> {
        let telling = |owner: &usize| self.tables[*owner].tells();
        let owners: Vec<usize> = (0..self.tables.len()).filter(telling).collect();
        let p: Vec<f64> = owners
            .iter()
            .map(|owner| fewer(self.tables[*owner].without, self.tables[*owner].with))
            .collect();
        let stand = benjamini_hochberg(&p, FALSE_SHARE).rejected;
        let (named, others): (Vec<_>, Vec<_>) =
            owners.iter().zip(stand).partition(|(_, stands)| *stands);
        let tables = |of: &[(&usize, bool)]| -> Vec<Table> {
            of.iter().map(|(owner, _)| self.tables[**owner]).collect()
        };
        let others_too =
            Common::of(&tables(&others)).is_some_and(|common| common.more && common.p < LEVEL);
        (!named.is_empty() && !others.is_empty() && !others_too)
            .then(|| named.iter().map(|(owner, _)| **owner).collect())
    }
}

/// By practice: p allowing for how many were tested, and what it comes to.
pub(super) fn verdicts(all: &[Compared]) -> Vec<(Option<f64>, Verdict)> {
    let tested: Vec<Option<Common>> = all.iter().map(Compared::tells).collect();
    let known = || tested.iter().flatten();
    let p: Vec<f64> = known().map(|common| common.p).collect();
    let alike: Vec<f64> = known().map(|common| common.alike.unwrap_or(1.0)).collect();
    let p = benjamini_hochberg(&p, FALSE_SHARE);
    let unlike = benjamini_hochberg(&alike, FALSE_SHARE).rejected;
    let mut corrected = p.adjusted.iter().zip(&p.rejected).zip(unlike);
    all.iter()
        .zip(&tested)
        .map(|(one, common)| {
            let found = common
                .as_ref()
                .and_then(|common| Some((common, corrected.next()?)));
            let Some((common, ((p, stands), unlike))) = found else {
                return (None, Verdict::Insufficient);
            };
            let only = if unlike { one.only() } else { None };
            let verdict = match (only, stands, unlike, common.more) {
                (Some(owners), ..) => Verdict::Only(owners),
                (None, true, false, true) => Verdict::Everybody,
                (None, true, true, true) => Verdict::Unequal,
                (None, true, _, false) => Verdict::Against,
                (None, false, ..) => Verdict::NoEvidence,
            };
            (Some(*p), verdict)
        })
        .collect()
}
