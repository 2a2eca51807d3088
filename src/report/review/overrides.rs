//! Which lines of gates were passed over, how often, and how those deals ended against the others.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{count, or_nothing, percent};
use super::{Look, ReviewRow, SHOWN, Section, footer, share, so_many};
use crate::deal::overridden::Overridden;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::{Process, Stage};
use crate::statistics::Trials;

const NAME: &str = "overrides";
const COMMAND: &str = "salesctl deal list --all --where \"overrides > 0\"";

/// One line of the gate of one stage.
struct Line<'a> {
    rule: &'a str,
    stage: usize,
    times: usize,
    /// The moves through its gate, overridden or not.
    moves: usize,
    /// Of the deals that are decided, those won: after it was passed over, and of the others that went through that gate.
    after: Trials,
    others: Trials,
}

pub(super) fn section(look: &Look<'_>, overridden: &[Overridden]) -> Section {
    let lines = lines(look, overridden);
    let moves: usize = look.moves.iter().map(Vec::len).sum();
    let gates = of_period(look, overridden).count();
    let document = Document::default().heading(format!(
        "Overrides by rule: {}",
        so_many(gates, moves, "moves on")
    ));
    let rows = lines.iter().map(|line| row(look, line)).collect();
    if lines.is_empty() {
        return Section {
            name: NAME,
            document: document.line(if moves == 0 {
                "insufficient history: no deal went on to another stage"
            } else {
                "no gate was passed over"
            }),
            rows,
        };
    }
    let hidden = lines.len().saturating_sub(SHOWN);
    Section {
        name: NAME,
        document: footer(document.table(table(look, &lines)), hidden, COMMAND),
        rows,
    }
}

/// The stage whose gate has this line: the one that was left, or one that was jumped over with it.
pub(super) fn gate_of(process: &Process, left: usize, rule: &str) -> usize {
    let has = |stage: &Stage| {
        stage.requires.iter().any(|one| one.what.name() == rule)
            || stage
                .steps
                .iter()
                .any(|one| one.required && one.title == rule)
            || stage.exit.iter().any(|one| one.when.text == rule)
    };
    let ahead = process.stages.iter().enumerate().skip(left);
    // A line of an earlier version is no line of any gate any more.
    ahead
        .filter(|(_, stage)| has(stage))
        .map(|(rank, _)| rank)
        .next()
        .unwrap_or(left)
}

/// Those of the period, with the rank of the stage that was left and the place of the deal in the Book.
pub(super) fn of_period<'a>(
    look: &'a Look<'_>,
    overridden: &'a [Overridden],
) -> impl Iterator<Item = (usize, u32, &'a Overridden)> {
    overridden
        .iter()
        .filter(|one| look.within(one.day))
        .filter_map(|one| {
            let rank = look.process.stage_index(&one.stage)?;
            let deal = look.book.deals.id.binary_search(&one.deal).ok()?;
            Some((rank, deal as u32, one))
        })
}

fn lines<'a>(look: &'a Look<'_>, overridden: &'a [Overridden]) -> Vec<Line<'a>> {
    let mut found: BTreeMap<(usize, &str), (usize, BTreeSet<u32>)> = BTreeMap::new();
    for (rank, deal, one) in of_period(look, overridden) {
        // A line that stands twice in a gate was passed over once.
        let rules: BTreeSet<&str> = one.open.iter().map(String::as_str).collect();
        for rule in rules {
            let gate = gate_of(look.process, rank, rule);
            let (times, deals) = found.entry((gate, rule)).or_default();
            *times += 1;
            deals.insert(deal);
        }
    }
    let mut lines: Vec<Line<'_>> = found
        .into_iter()
        .map(|((stage, rule), (times, deals))| {
            let went_on: BTreeSet<u32> = look.passed[stage].iter().map(|(deal, _)| *deal).collect();
            let others = won(look, went_on.difference(&deals).copied());
            Line {
                rule,
                stage,
                times,
                moves: look.passed[stage].len(),
                after: won(look, deals.into_iter()),
                others,
            }
        })
        .collect();
    // Ranks and names are in order already.
    lines.sort_by_key(|line| std::cmp::Reverse(line.times));
    lines
}

fn won(look: &Look<'_>, deals: impl Iterator<Item = u32>) -> Trials {
    let mut won = Trials::default();
    for is_won in deals.filter_map(|deal| look.won(deal)) {
        won.add(is_won);
    }
    won
}

fn row(look: &Look<'_>, line: &Line<'_>) -> ReviewRow {
    let text = format!(
        "{}: overridden in {}; {} after it, {} of the others",
        look.title(line.stage),
        so_many(line.times, line.moves, "moves on"),
        won_words(line.after),
        won_words(line.others)
    );
    ReviewRow::new(NAME, line.rule, text, COMMAND).counted(line.times, line.moves)
}

/// `40 % of 10 decided won`
fn won_words(won: Trials) -> String {
    match share(won.successes, won.n) {
        Some(share) => format!("{} of {} decided won", percent(share), won.n),
        None => format!(
            "insufficient history ({} of {} decided won)",
            won.successes, won.n
        ),
    }
}

fn table(look: &Look<'_>, lines: &[Line<'_>]) -> Table {
    let rows = lines.iter().take(SHOWN).map(|line| {
        vec![
            Cell::Text(line.rule.to_string()),
            Cell::Text(look.title(line.stage).to_string()),
            count(line.times),
            count(line.moves),
            or_nothing(share(line.times, line.moves), Cell::Share),
            Cell::Text(won_cell(line.after)),
            Cell::Text(won_cell(line.others)),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("line of a gate"),
            TableColumn::left("gate of"),
            TableColumn::right("times"),
            TableColumn::right("of"),
            TableColumn::right("share").rank(1),
            TableColumn::right("won after it"),
            TableColumn::right("others won"),
        ],
        rows: rows.collect(),
    }
}

/// `40 % of 10`, and only the count of few.
fn won_cell(won: Trials) -> String {
    match share(won.successes, won.n) {
        Some(share) => format!("{} of {}", percent(share), won.n),
        None => format!("{} of {}: too few", won.successes, won.n),
    }
}
