//! The comparison as people read it: the stages side by side, then steps and tools.

use super::super::{Ask, count, heading, or_nothing, percent, percents, with_notes};
use super::practice::{Compared, ENOUGH, ENOUGH_EITHER, FALSE_SHARE, Verdict};
use super::stages::{Passed, differing};
use super::whom::Sides;
use crate::deal::book::Book;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::Process;
use crate::statistics::Trials;
use crate::text::quoted;

pub(super) struct Shown<'a> {
    pub(super) process: &'a Process,
    pub(super) book: &'a Book,
    pub(super) ask: &'a Ask,
    pub(super) sides: &'a Sides,
    /// By stage, then by side.
    pub(super) passed: &'a [Vec<Passed>],
    pub(super) practices: &'a [Compared],
    pub(super) judged: &'a [(Option<f64>, Verdict)],
    /// Deals won or lost in the period.
    pub(super) decided: usize,
    pub(super) notes: &'a [String],
}

pub(super) fn verdict<'a>(verdict: &Verdict, title: impl Fn(usize) -> &'a str) -> String {
    match verdict {
        Verdict::Everybody => "goes with winning for everybody".to_string(),
        Verdict::Unequal => "goes with winning, not equally for all".to_string(),
        Verdict::Only(owners) => {
            let only: Vec<&str> = owners.iter().map(|owner| title(*owner)).collect();
            format!("only for {}", only.join(", "))
        }
        Verdict::Against => "goes with losing".to_string(),
        Verdict::NoEvidence => "no evidence".to_string(),
        Verdict::Insufficient => "insufficient history".to_string(),
    }
}

pub(super) fn notes(
    practices: &[Compared],
    judged: &[(Option<f64>, Verdict)],
    sides: &Sides,
) -> Vec<String> {
    let mut notes = Vec::new();
    if sides.sides.is_empty() {
        notes.extend(sides.said.clone());
    }
    let of = |keep: &dyn Fn(&Compared, &Verdict) -> bool| -> Vec<&str> {
        let kept = practices
            .iter()
            .zip(judged)
            .filter(|(one, (_, verdict))| keep(one, verdict));
        kept.map(|(one, _)| one.name.as_str()).collect()
    };
    let thin = of(&|_, verdict| *verdict == Verdict::Insufficient);
    if !thin.is_empty() {
        notes.push(format!(
            "insufficient history: fewer than {ENOUGH} won or {ENOUGH} lost deals to compare, fewer than \
             {ENOUGH_EITHER} that did it or did not, or only of one rep: {}",
            thin.join(", ")
        ));
    }
    let asked = of(&|one, verdict| {
        one.required
            && matches!(
                verdict,
                Verdict::Everybody | Verdict::Unequal | Verdict::Only(_)
            )
    });
    if !asked.is_empty() {
        notes.push(format!(
            "a gate asks for {}: who went on has it, so it goes with winning in part because nobody wins without",
            asked.join(", ")
        ));
    }
    notes
}

pub(super) fn document(shown: &Shown<'_>) -> Document {
    let Shown {
        process,
        book,
        ask,
        sides,
        passed,
        ..
    } = shown;
    let top = process
        .stages
        .first()
        .map_or("", |stage| stage.title.as_str());
    let mut document = Document::default();
    if !sides.sides.is_empty() {
        let n = passed
            .first()
            .map_or(0, |sides| sides.iter().map(|side| side.entered).sum());
        let what = format!("Compare: deals that first entered {top}");
        document = document
            .heading(heading(&what, ask, n, book))
            .table(stage_table(shown));
        if let Some(said) = &sides.said {
            document = document.line(said.clone());
        }
        let titles: Vec<&str> = differing(passed)
            .into_iter()
            .filter_map(|rank| Some(process.stages.get(rank)?.title.as_str()))
            .collect();
        document = document.line(if titles.is_empty() {
            "in no stage do they differ by more than chance explains".to_string()
        } else {
            format!(
                "by more than chance explains they differ in {}: salesctl report breakdown --by rep",
                titles.join(", ")
            )
        });
    }
    document = document.heading(heading(
        "Steps and tools of all reps: deals closed",
        ask,
        shown.decided,
        book,
    ));
    if shown.practices.is_empty() {
        document = document
            .line("the process has no steps, and no tool was logged with `deal log --tool`");
    } else {
        document = document
            .table(practice_table(shown))
            .line(
                "deals are compared so many days after they reached the stage of the step or tool, if they were not \
                 decided by then: those that had done it with those that had not, rep by rep",
            )
            .line(summary(shown));
        if let Some(stage) = transferring(shown) {
            document = document.line(format!(
                "next: salesctl process show {}   where its gate could ask for it",
                quoted(stage)
            ));
        }
        document =
            document.line("goes with is not causes: deals that are going well may get more of it");
    }
    with_notes(document, shown.notes)
}

fn stage_table(shown: &Shown<'_>) -> Table {
    let columns = vec![
        TableColumn::left("stage"),
        TableColumn::left("who"),
        TableColumn::right("entered"),
        TableColumn::right("advanced").rank(4),
        TableColumn::right("lost").rank(5),
        TableColumn::right("still in").rank(6),
        TableColumn::right("of resolved"),
        TableColumn::right("95 %").rank(1),
        TableColumn::right("median days").rank(2),
        TableColumn::right("activities").rank(3),
    ];
    let mut rows = Vec::new();
    for (stage, passed) in shown.process.stages.iter().zip(shown.passed) {
        for (i, (side, passed)) in shown.sides.sides.iter().zip(passed).enumerate() {
            let title = if i == 0 { stage.title.as_str() } else { "" };
            let resolved = passed.resolved();
            rows.push(vec![
                Cell::Text(title.to_string()),
                Cell::Text(side.title.clone()),
                count(passed.entered),
                count(passed.advanced),
                count(passed.lost),
                count(passed.still_in),
                or_nothing(resolved, |share| Cell::Share(share.share)),
                or_nothing(resolved, |share| {
                    Cell::Text(percents(share.low, share.high))
                }),
                or_nothing(passed.days.estimate(0.5), |days| {
                    Cell::Days(f64::from(days))
                }),
                or_nothing(passed.activities_per_deal(), |each| {
                    Cell::Text(format!("{each:.1}"))
                }),
            ]);
        }
    }
    Table { columns, rows }
}

/// `41 % of 37`.
fn rate(trials: Trials) -> Cell {
    or_nothing(trials.rate(), |rate| {
        Cell::Text(format!("{} of {}", percent(rate), trials.n))
    })
}

fn practice_table(shown: &Shown<'_>) -> Table {
    let columns = vec![
        TableColumn::left("step or tool"),
        TableColumn::left("stage").rank(4),
        TableColumn::right("by day").rank(2),
        TableColumn::right("won, done"),
        TableColumn::right("not done"),
        TableColumn::right("odds").rank(1),
        TableColumn::right("95 %").rank(3),
        TableColumn::left("verdict"),
    ];
    let rows = shown
        .practices
        .iter()
        .zip(shown.judged)
        .map(|(one, (_, found))| {
            let odds = one.common().and_then(|common| common.odds);
            let stage = one
                .stage
                .map(|rank| shown.process.stages[rank].title.as_str());
            let named = |owner: usize| shown.book.owners[owner].title.as_str();
            vec![
                Cell::Text(one.name.clone()),
                Cell::text(stage),
                or_nothing(one.within, |days| Cell::Days(f64::from(days))),
                rate(one.with()),
                rate(one.without()),
                or_nothing(odds, |odds| Cell::Text(format!("{:.1}", odds.ratio))),
                or_nothing(odds, |odds| {
                    Cell::Text(format!("{:.1}–{:.1}", odds.low, odds.high))
                }),
                Cell::Text(verdict(found, named)),
            ]
        });
    Table {
        columns,
        rows: rows.collect(),
    }
}

/// The stage of the first practice that may transfer: its gate is where everybody is asked for it.
fn transferring<'a>(shown: &Shown<'a>) -> Option<&'a str> {
    let mut found = shown.practices.iter().zip(shown.judged);
    found.find_map(|(one, (_, verdict))| {
        let transfers = matches!(verdict, Verdict::Everybody | Verdict::Unequal) && !one.required;
        transfers.then_some(shown.process.stages.get(one.stage?)?.name.as_str())
    })
}

/// `a practice that transfers: Demonstration; style of one: Letter (Jana Roth)`.
fn summary(shown: &Shown<'_>) -> String {
    let tested = shown.judged.iter().filter(|(p, _)| p.is_some()).count();
    let mut transfers = Vec::new();
    let mut styles = Vec::new();
    for (one, (_, found)) in shown.practices.iter().zip(shown.judged) {
        match found {
            Verdict::Everybody | Verdict::Unequal => transfers.push(one.title.clone()),
            Verdict::Only(owners) => {
                let names: Vec<&str> = owners
                    .iter()
                    .map(|owner| shown.book.owners[*owner].title.as_str())
                    .collect();
                styles.push(format!("{} ({})", one.title, names.join(", ")));
            }
            Verdict::Against | Verdict::NoEvidence | Verdict::Insufficient => {}
        }
    }
    let mut said = Vec::new();
    if !transfers.is_empty() {
        said.push(format!(
            "a practice that may transfer: {}",
            transfers.join(", ")
        ));
    }
    if !styles.is_empty() {
        said.push(format!("somebody's style: {}", styles.join(", ")));
    }
    if said.is_empty() {
        said.push("no step or tool goes with winning by more than chance".to_string());
    }
    said.push(format!(
        "of {tested} tested, at most {} false alarms among findings (Cochran-Mantel-Haenszel, Benjamini-Hochberg)",
        percent(FALSE_SHARE)
    ));
    said.join("; ")
}
