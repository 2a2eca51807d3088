//! The audit of metrics as people read it: a table, what it comes to, win rates from low to high.

use super::super::decided::Decided;
use super::super::{Ask, count, heading, or_nothing, percent, percents, with_notes};
use super::candidates::{Claim, EARLY, Known};
use super::verdict::{Bin, ENOUGH, FALSE_SHARE, Tested, Verdict};
use crate::deal::book::Book;
use crate::document::{Bar, Cell, Chart, Document, Shape, Table, TableColumn, Unit};
use crate::statistics::Auc;

pub(super) fn known(known: Known) -> &'static str {
    match known {
        Known::Before => "before",
        Known::Afterwards => "afterwards",
    }
}

pub(super) fn better(more: bool) -> &'static str {
    if more { "more" } else { "less" }
}

/// A value of a bin: whole where it is, else with two places.
fn value(value: f64) -> String {
    if (value - value.round()).abs() < 0.005 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

fn span(bin: &Bin) -> String {
    let (low, high) = (value(bin.low), value(bin.high));
    if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

pub(super) fn bins(bins: &[Bin]) -> String {
    let said = |bin: &Bin| format!("{}: {}/{}", span(bin), bin.won, bin.n);
    let said: Vec<String> = bins.iter().map(said).collect();
    said.join("; ")
}

fn interval(auc: Auc) -> String {
    format!("{:.2}–{:.2}", auc.low, auc.high)
}

type Line = (Tested, Option<f64>, Verdict);

/// How much of it people see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What could be told, a line each, and what it comes to.
    Brief,
    /// Those that were named, with win rates from low to high.
    Named,
    /// All of it.
    Explained,
}

pub(super) fn document(
    book: &Book,
    ask: &Ask,
    decided: &Decided,
    lines: &[Line],
    depth: Depth,
    notes: &[String],
) -> Document {
    let won = decided.won.iter().filter(|won| **won).count();
    let brief = depth == Depth::Brief;
    let shown = |then: Known| {
        let of = lines.iter().filter(move |(one, ..)| one.known == then);
        of.filter(|(.., verdict)| !brief || *verdict != Verdict::Insufficient)
    };
    let mut document = Document::default()
        .heading(heading(
            "Metric audit: what goes with winning, deals closed",
            ask,
            decided.len(),
            book,
        ))
        .table(table(shown(Known::Before)));
    if !brief && shown(Known::Afterwards).next().is_some() {
        document = document
            .heading("Known only afterwards")
            .table(table(shown(Known::Afterwards)));
    }
    document = document.line(format!(
        "{won} won, {} lost. AUC: how likely a won deal had the better value than a lost one; 0.50 is a coin",
        decided.len() - won
    ));
    document = document.line(summary(lines));
    for sentence in cautions(lines, brief) {
        document = document.line(sentence);
    }
    document = document.line(
        "goes with is not causes: deals differ in more than these numbers; try it on some deals before asking it of all",
    );
    if brief {
        let again = ask.again(&["period", "rep", "team", "where", "as-of"]);
        document = document.line(format!(
            "win rates from low to high, what is known only afterwards or can't be tested: salesctl metric audit{again} \
             --explain"
        ));
    } else {
        let shown: Vec<&Line> = lines
            .iter()
            .filter(|(.., verdict)| depth == Depth::Named || verdict.claims())
            .collect();
        if !shown.is_empty() {
            document = document
                .heading("Win rates from low to high")
                .table(rates(&shown));
        }
    }
    let bars = lines.iter().filter_map(|(one, ..)| {
        let auc = one.auc?;
        Some(Bar {
            label: one.name.clone(),
            value: auc.area,
            interval: Some((auc.low, auc.high)),
            mark: Some((0.5, "a coin")),
        })
    });
    let bars: Vec<Bar> = bars.collect();
    if !bars.is_empty() {
        document = document.chart(Chart {
            title: "How often a won deal had the better value".to_string(),
            description: "One bar a metric with its 95 % interval: at one half it says nothing, above it goes with \
                          winning, below with losing."
                .to_string(),
            unit: Unit::Share,
            shape: Shape::Bars(bars),
        });
    }
    with_notes(document, notes)
}

/// What the verdicts must not be taken for.
fn cautions(lines: &[Line], brief: bool) -> Vec<String> {
    let mut said = Vec::new();
    let with = |wanted: Verdict| {
        let of = lines.iter().filter(move |(.., verdict)| *verdict == wanted);
        of.map(|(one, ..)| one.name.as_str())
    };
    let late = lines.iter().filter(|(one, _, verdict)| {
        one.known == Known::Afterwards && verdict.claims() && *verdict != Verdict::WrongWay
    });
    let late: Vec<&str> = late.map(|(one, ..)| one.name.as_str()).collect();
    if !late.is_empty() {
        let named = if brief {
            format!("known only afterwards: {}: each", late.join(", "))
        } else {
            "known only afterwards: it".to_string()
        };
        said.push(format!(
            "{named} grows with the life of a deal or is complete once it is closed, so it can't steer one; what the \
             first {EARLY} days say, of deals open that long, can"
        ));
    }
    if with(Verdict::WrongWay).next().is_some() {
        let named: Vec<&str> = with(Verdict::WrongWay).collect();
        said.push(format!(
            "points the wrong way: {}: it goes with losing, often hard deals get more of it; as a target it would \
             reward that",
            named.join(", ")
        ));
    }
    let unknown: Vec<&str> = with(Verdict::Insufficient).collect();
    if !unknown.is_empty() {
        let named = if brief {
            format!(": {}", unknown.join(", "))
        } else {
            String::new()
        };
        said.push(format!(
            "insufficient history, known of fewer than {ENOUGH} won or {ENOUGH} lost deals{named}"
        ));
    }
    said
}

/// `goes with winning, and known before: calls_first_14d (more)`.
fn summary(lines: &[Line]) -> String {
    let tested = lines.iter().filter(|(one, ..)| one.auc.is_some()).count();
    let going: Vec<String> = lines
        .iter()
        .filter(|(one, _, verdict)| {
            one.known == Known::Before && verdict.claims() && *verdict != Verdict::WrongWay
        })
        .map(|(one, ..)| format!("{} {}", better(one.more), one.name))
        .collect();
    let allowed = format!(
        "of {tested} tested, at most {} false alarms among findings (Benjamini-Hochberg)",
        percent(FALSE_SHARE)
    );
    if going.is_empty() {
        format!(
            "nothing that is known before the close goes with winning by more than chance; {allowed}"
        )
    } else {
        format!(
            "goes with winning and is known before the close: {}; {allowed}",
            going.join(", ")
        )
    }
}

fn table<'a>(lines: impl Iterator<Item = &'a Line>) -> Table {
    let columns = vec![
        TableColumn::left("metric"),
        TableColumn::left("better").rank(3),
        TableColumn::right("n").rank(1),
        TableColumn::right("won").rank(5),
        TableColumn::right("lost").rank(6),
        TableColumn::right("AUC"),
        TableColumn::right("95 %").rank(2),
        TableColumn::left("verdict"),
        TableColumn::right("p").rank(7),
    ];
    let rows = lines.map(|(one, p, verdict)| {
        let found = if one.claim == Claim::Either {
            format!("{} (found)", better(one.more))
        } else {
            better(one.more).to_string()
        };
        vec![
            Cell::Text(one.name.clone()),
            or_nothing(one.auc, |_| Cell::Text(found)),
            count(one.n()),
            count(one.won),
            count(one.lost),
            or_nothing(one.auc, |auc| Cell::Text(format!("{:.2}", auc.area))),
            or_nothing(one.auc, |auc| Cell::Text(interval(auc))),
            Cell::Text(verdict.name().to_string()),
            or_nothing(*p, |p| Cell::Text(format!("{p:.3}"))),
        ]
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

fn rates(lines: &[&Line]) -> Table {
    let columns = vec![
        TableColumn::left("metric"),
        TableColumn::right("value"),
        TableColumn::right("won"),
        TableColumn::right("n"),
        TableColumn::right("win rate"),
        TableColumn::right("95 % interval").rank(1),
        TableColumn::left("").rank(2),
    ];
    let rows = lines.iter().flat_map(|(one, ..)| {
        one.bins.iter().enumerate().map(|(i, bin)| {
            let name = if i == 0 { one.name.as_str() } else { "" };
            let share = bin.share();
            vec![
                Cell::Text(name.to_string()),
                Cell::Text(span(bin)),
                count(bin.won),
                count(bin.n),
                or_nothing(share, |share| Cell::Share(share.share)),
                or_nothing(share, |share| Cell::Text(percents(share.low, share.high))),
                Cell::Bar(share.map_or(0.0, |share| share.share)),
            ]
        })
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
