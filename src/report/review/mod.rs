//! What a review of the process talks about: what those who work in it suggest, which of its rules are passed over,
//! which steps are skipped, where deals stay too long, which proxies fail, what was changed.
//!
//! - `told`: suggestions and versions, which people wrote
//! - `overrides`, `steps`, `limits`: the stays of deals against the rules
//! - `proxies`: what the audit of metrics says of those that stand in for results
//!
//! A part that is worked out elsewhere is handed in ([`Agenda::more`]) and comes at its place among [`SECTIONS`].

mod elsewhere;
mod limits;
mod overrides;
mod proxies;
mod steps;
#[cfg(test)]
mod tests;
mod told;

pub use elsewhere::{burden_section, conformance_section};
pub use told::ANSWERING;

use chrono::NaiveDate;

use super::{
    Ask, Judging, Report, Short, Stages, answer, audit_needs, conformance_needs, percent,
    with_notes,
};
use crate::date;
use crate::deal::book::{Book, Columns, Day, Left, Needs, State};
use crate::deal::overridden::Overridden;
use crate::deal::suggestion::{Review, Suggestion};
use crate::document::{Document, Period, row};
use crate::money::grouped;
use crate::process::{Process, Step};
use crate::statistics::ENOUGH;

/// The parts of the page in their order.
pub const SECTIONS: [&str; 8] = [
    "suggestions",
    "burden",
    "overrides",
    "steps",
    "limits",
    "proxies",
    "versions",
    "conformance",
];

/// So many lines of a part are shown to people; the command of the part shows all.
const SHOWN: usize = 8;

row! {
    /// One line of the agenda.
    pub struct ReviewRow {
        /// One of [`SECTIONS`].
        pub section: &'static str,
        /// The suggestion's id, the line of a gate, the step, the stage, the metric, the version.
        pub what: String,
        /// How often: overridden, skipped, over the limit; of a metric the deals behind the verdict.
        pub n: Option<usize>,
        /// Out of how many.
        pub of: Option<usize>,
        /// `n` of `of`; null of fewer than five.
        pub share: Option<f64>,
        pub text: String,
        /// Leads further.
        pub command: String,
    }
}

impl ReviewRow {
    fn new(section: &'static str, what: impl Into<String>, text: String, command: &str) -> Self {
        Self {
            section,
            what: what.into(),
            n: None,
            of: None,
            share: None,
            text,
            command: command.to_string(),
        }
    }

    fn counted(self, n: usize, of: usize) -> Self {
        Self {
            n: Some(n),
            of: Some(of),
            share: share(n, of),
            ..self
        }
    }
}

/// A part of the page, for people and for machines.
#[derive(Clone, Debug)]
pub struct Section {
    /// One of [`SECTIONS`].
    pub name: &'static str,
    pub document: Document,
    pub rows: Vec<ReviewRow>,
}

/// A version of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub version: u32,
    pub day: NaiveDate,
    pub actor: String,
    pub why: String,
}

/// What is talked about beside the deals.
pub struct Agenda<'a> {
    /// In the order in which they were made.
    pub suggestions: &'a [Suggestion],
    pub overridden: &'a [Overridden],
    /// The newest first.
    pub versions: &'a [Version],
    pub last_review: Option<&'a Review>,
    /// Whatever the last review was: all of it.
    pub all: bool,
    pub next_review: Option<NaiveDate>,
    /// Parts that are worked out elsewhere.
    pub more: Vec<Section>,
    pub short: Short<'a>,
}

/// What it reads.
pub fn review_needs(judging: Judging<'_>) -> Needs {
    let process = judging.process;
    let steps = process.stages.iter().flat_map(|stage| &stage.steps);
    let needs = Needs {
        dated: steps.map(done).collect(),
        ..Needs::of(Columns::VISITS.and(Columns::TYPE))
    };
    needs
        .and(audit_needs(process))
        .and(conformance_needs(judging))
}

/// The fact that a step is done.
fn done(step: &Step) -> String {
    format!("done_{}", step.name)
}

/// What the parts share: the stays of deals that count.
struct Look<'a> {
    process: &'a Process,
    book: &'a Book,
    stages: Stages<'a>,
    /// From the day of the last review to the day of the Book.
    period: Option<Period>,
    /// By rank of the stage: the moves on from it in the period, deal and day,
    moves: Vec<Vec<(u32, Option<Day>)>>,
    /// and the moves through its gate: from there, or from before it to behind it.
    passed: Vec<Vec<(u32, Option<Day>)>>,
}

impl<'a> Look<'a> {
    fn new(process: &'a Process, book: &'a Book, period: Option<Period>) -> Self {
        let stages = Stages::new(process, book);
        let mut moves = vec![Vec::new(); stages.ranked];
        let mut passed = vec![Vec::new(); stages.ranked];
        let visits = &book.visits;
        let ask = Ask {
            period,
            ..Ask::default()
        };
        for visit in 0..visits.len() {
            let went_on = matches!(visits.how[visit], Left::Advanced | Left::Won);
            if let Some(rank) = stages.rank(visits.stage[visit])
                && went_on
                && ask.within(visits.left[visit])
            {
                let one = (visits.deal[visit], visits.left[visit]);
                moves[rank].push(one);
                // The next stay of the deal says where it went.
                let to = match visits.how[visit] {
                    Left::Won => stages.ranked,
                    _ => Some(visit + 1)
                        .filter(|next| visits.deal.get(*next) == Some(&one.0))
                        .and_then(|next| stages.rank(visits.stage[next]))
                        .unwrap_or(rank + 1),
                };
                for gate in &mut passed[rank..to.max(rank + 1)] {
                    gate.push(one);
                }
            }
        }
        Self {
            process,
            book,
            stages,
            period,
            moves,
            passed,
        }
    }

    fn title(&self, rank: usize) -> &'a str {
        self.stages.lines[rank].1
    }

    fn within(&self, day: NaiveDate) -> bool {
        day <= self.book.as_of && self.period.is_none_or(|period| period.contains(day))
    }

    /// ` --period 2026-07-01..2026-11-21`, to go behind a command.
    fn again(&self) -> String {
        self.period.map_or_else(String::new, |Period { from, to }| {
            format!(" --period {from}..{to}")
        })
    }

    /// The type of a deal as of its last gate.
    fn kind(&self, deal: u32) -> Option<&'a str> {
        let kind = self.book.deals.customer_type[deal as usize]?;
        self.book.types.get(kind as usize).map(String::as_str)
    }

    /// Whether it was won, of one that is decided.
    fn won(&self, deal: u32) -> Option<bool> {
        match self.book.deals.state[deal as usize] {
            State::Won => Some(true),
            State::Lost => Some(false),
            State::Open | State::Hold => None,
        }
    }
}

pub fn review(
    judging: Judging<'_>,
    book: &Book,
    agenda: Agenda<'_>,
) -> Result<Report<ReviewRow>, String> {
    let process = judging.process;
    let last = agenda.last_review.filter(|_| !agenda.all);
    let period = last.map(|last| Period {
        from: last.day.min(book.as_of),
        to: book.as_of,
    });
    let look = Look::new(process, book, period);
    let document = heading(process, book, &agenda, period);
    let mut sections = vec![
        told::suggestions(&look, &agenda),
        overrides::section(&look, agenda.overridden),
        steps::section(&look, agenda.overridden),
        limits::section(&look, judging)?,
        proxies::section(process, book)?,
        told::versions(&look, &agenda),
    ];
    sections.extend(agenda.more);
    sections.sort_by_key(|section| SECTIONS.iter().position(|name| *name == section.name));
    let mut rows = Vec::new();
    let mut document = document;
    for section in sections {
        document = document.then(section.document);
        rows.extend(section.rows);
    }
    let ask = Ask {
        period,
        ..Ask::default()
    };
    let notes = untold(&look).into_iter().collect();
    let answer = answer(
        "salesctl/process-review/1",
        process,
        book,
        &ask,
        (rows.len(), rows, notes),
    );
    let document = with_notes(document, &answer.notes)
        .heading("When it is over")
        .line("salesctl process review --done --note \"what was agreed\"");
    Ok(Report { answer, document })
}

/// What the page is of, and when the next is due.
fn heading(
    process: &Process,
    book: &Book,
    agenda: &Agenda<'_>,
    period: Option<Period>,
) -> Document {
    let since = period.map_or_else(
        || "all time".to_string(),
        |period| format!("since {}", date::day(period.from)),
    );
    let document = Document::default().heading(format!(
        "Review of {}, version {}: {since}, as of {}",
        process.name,
        book.process_version,
        date::day(book.as_of)
    ));
    let last = agenda.last_review.map_or_else(
        || "never reviewed so far".to_string(),
        |last| {
            let note = last.note.as_ref().map(|note| format!(": \"{note}\""));
            format!(
                "last reviewed {} by {}{}",
                date::day(last.day),
                last.actor,
                note.unwrap_or_default()
            )
        },
    );
    document.line(format!(
        "{last}; {}",
        next_words(agenda.next_review, book.as_of)
    ))
}

/// `the next review is due by 21 Feb 2027`
pub fn next_words(next: Option<NaiveDate>, today: NaiveDate) -> String {
    match next {
        None => "no next review is set, since [process] has no `review_every`".to_string(),
        Some(next) if next < today => format!("the next review was due by {}", date::day(next)),
        Some(next) => format!("the next review is due by {}", date::day(next)),
    }
}

/// Stays that no period can have.
fn untold(look: &Look<'_>) -> Option<String> {
    look.period?;
    let visits = &look.book.visits;
    let untold = (0..visits.len())
        .filter(|visit| visits.how[*visit] != Left::Still && visits.left[*visit].is_none())
        .count();
    (untold > 0).then(|| {
        format!(
            "{} not counted: when {} left was never told",
            if untold == 1 {
                "1 visit to a stage is".to_string()
            } else {
                format!("{} visits to stages are", grouped(untold as u64))
            },
            if untold == 1 { "it was" } else { "they were" }
        )
    })
}

fn share(n: usize, of: usize) -> Option<f64> {
    (of >= ENOUGH).then(|| n as f64 / of as f64)
}

/// `3 of 10 moves on (30 %)`, without a share of few.
fn so_many(n: usize, of: usize, what: &str) -> String {
    let share = share(n, of).map(|share| format!(" ({})", percent(share)));
    format!(
        "{} of {} {what}{}",
        grouped(n as u64),
        grouped(of as u64),
        share.unwrap_or_default()
    )
}

/// What says where there is more.
fn footer(document: Document, hidden: usize, command: &str) -> Document {
    if hidden == 0 {
        document.line(command)
    } else {
        document.line(format!("and {} more: {command}", grouped(hidden as u64)))
    }
}
