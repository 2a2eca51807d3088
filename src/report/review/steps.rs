//! Steps that are usually skipped: advised ones that were not done when a deal went on, required ones that were passed
//! over.

use std::collections::BTreeMap;

use super::super::{count, or_nothing};
use super::overrides::{gate_of, of_period};
use super::{Look, ReviewRow, SHOWN, Section, done, footer, share, so_many};
use crate::deal::book::Day;
use crate::deal::overridden::Overridden;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::Step;
use crate::statistics::ENOUGH;

const NAME: &str = "steps";
const COMMAND: &str = "salesctl process show";

/// An advised step that is left out in more than this share of the moves on is usually skipped.
const USUALLY: f64 = 0.5;

/// One step that was skipped.
struct Line<'a> {
    step: &'a Step,
    stage: usize,
    skipped: usize,
    of: usize,
}

pub(super) fn section(look: &Look<'_>, overridden: &[Overridden]) -> Section {
    let mut lines = Vec::new();
    let mut unknown = Vec::new();
    for (rank, stage) in look.process.stages.iter().enumerate() {
        for step in &stage.steps {
            let asked = |deal: u32| {
                let kind = look.kind(deal);
                stage.only.includes(kind) && step.only.includes(kind)
            };
            // An advised step is asked where a deal has been, a required one by every move through the gate.
            let moves = if step.required {
                &look.passed[rank]
            } else {
                &look.moves[rank]
            };
            let asked: Vec<(u32, Option<Day>)> = moves
                .iter()
                .copied()
                .filter(|(deal, _)| asked(*deal))
                .collect();
            let skipped = if step.required {
                passed_over(look, overridden, rank, step)
            } else {
                asked.len() - done_in_time(look, step, &asked)
            };
            let line = Line {
                step,
                stage: rank,
                skipped,
                of: asked.len(),
            };
            if step.required {
                if skipped > 0 {
                    lines.push(line);
                }
            } else if line.of < ENOUGH {
                unknown.push(line);
            } else if share(skipped, line.of).is_some_and(|share| share > USUALLY) {
                lines.push(line);
            }
        }
    }
    lines.sort_by(|a, b| {
        let share = |line: &Line<'_>| line.skipped as f64 / line.of.max(1) as f64;
        share(b).total_cmp(&share(a))
    });
    let mut rows: Vec<ReviewRow> = lines.iter().map(|line| row(look, line)).collect();
    let mut document =
        Document::default().heading(format!("Steps usually skipped: {}", lines.len()));
    if lines.is_empty() && unknown.is_empty() {
        let none = "no required step was passed over, and every advised one is mostly done";
        document = document.line(none);
    } else if !lines.is_empty() {
        document = document.table(table(look, &lines));
    }
    if !unknown.is_empty() {
        let named = unknown
            .iter()
            .map(|line| format!("{} ({})", line.step.title, look.title(line.stage)));
        document = document.line(format!(
            "insufficient history, advised in fewer than {ENOUGH} moves on: {}",
            named.collect::<Vec<_>>().join(", ")
        ));
    }
    rows.extend(unknown.iter().map(|line| {
        let text = format!(
            "{}, advised: insufficient history ({})",
            look.title(line.stage),
            so_many(line.skipped, line.of, "moves on without it")
        );
        ReviewRow::new(NAME, line.step.title.as_str(), text, COMMAND).counted(line.skipped, line.of)
    }));
    Section {
        name: NAME,
        document: footer(document, lines.len().saturating_sub(SHOWN), COMMAND),
        rows,
    }
}

/// How many of these moves on were made with the step done on that day or before.
fn done_in_time(look: &Look<'_>, step: &Step, moves: &[(u32, Option<Day>)]) -> usize {
    let mut first: BTreeMap<u32, Day> = BTreeMap::new();
    if let Some(dated) = look.book.dated.get(&done(step)) {
        for ((deal, day), to) in dated.deal.iter().zip(&dated.day).zip(&dated.to) {
            if to.is_some_and(|done| done > 0.0) {
                first.entry(*deal).or_insert(*day);
            }
        }
    }
    let in_time = moves.iter().filter(|(deal, left)| {
        let day = first.get(deal);
        day.is_some_and(|day| left.is_none_or(|left| *day <= left))
    });
    in_time.count()
}

/// How often a required step was among what was open when a gate was passed over.
fn passed_over(look: &Look<'_>, overridden: &[Overridden], rank: usize, step: &Step) -> usize {
    of_period(look, overridden)
        .filter(|(left, _, one)| {
            one.open.contains(&step.title) && gate_of(look.process, *left, &step.title) == rank
        })
        .count()
}

fn kind(step: &Step) -> &'static str {
    if step.required { "required" } else { "advised" }
}

fn row(look: &Look<'_>, line: &Line<'_>) -> ReviewRow {
    let how = if line.step.required {
        "passed over"
    } else {
        "not done"
    };
    let text = format!(
        "{}, {}: {how} in {}",
        look.title(line.stage),
        kind(line.step),
        so_many(line.skipped, line.of, "moves on")
    );
    ReviewRow::new(NAME, line.step.title.as_str(), text, COMMAND).counted(line.skipped, line.of)
}

fn table(look: &Look<'_>, lines: &[Line<'_>]) -> Table {
    let rows = lines.iter().take(SHOWN).map(|line| {
        vec![
            Cell::Text(line.step.title.clone()),
            Cell::Text(look.title(line.stage).to_string()),
            Cell::Text(kind(line.step).to_string()),
            count(line.skipped),
            count(line.of),
            or_nothing(share(line.skipped, line.of), Cell::Share),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("step"),
            TableColumn::left("stage"),
            TableColumn::left("").rank(1),
            TableColumn::right("skipped"),
            TableColumn::right("of moves on"),
            TableColumn::right("share"),
        ],
        rows: rows.collect(),
    }
}
