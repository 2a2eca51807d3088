//! The sentences, tables and pictures of the breakdown: what a manager reads first, and what stands behind it.

use super::super::{Ask, Dimension, count, heading, or_nothing, percent, whole, with_notes};
use super::explained::explained;
use super::found::{Loss, Said, Section, Step};
use super::next;
use super::verdict::{LEAST, Q};
use super::{AskBreakdown, BREAKDOWN_BY, Breakdown, BreakdownRow};
use crate::date;
use crate::deal::book::Book;
use crate::document::{Answer, Cell, Chart, Document, Point, Shape, Table, TableColumn, Unit};
use crate::money::short_amount;
use crate::statistics::{ALARM, WARNING, control_limits};
use crate::text::quoted;

/// More than so many names are counted, not listed.
pub(super) const NAMED: usize = 5;

pub(super) fn document(
    breakdown: &Breakdown<'_>,
    ask: &Ask,
    book: &Book,
    answer: &Answer<BreakdownRow>,
    (more, overall): (AskBreakdown, Option<String>),
) -> Document {
    let what = "Breakdown: deals that left a stage, forward or lost,";
    let mut document = Document::default()
        .heading(heading(what, ask, answer.n, book))
        .table(steps_table(breakdown));
    for at in 0..breakdown.found.steps.len() {
        document = document.line(format!("{}: {}", breakdown.title(at), said(breakdown, at)));
        if let Some(command) = next::of_step(breakdown, at, by_loss) {
            document = document.line(format!("next: {command}"));
        }
    }
    if let Some(overall) = overall {
        document = document.line(overall);
    }
    for sentence in slower(breakdown) {
        document = document.line(sentence);
    }
    if let Some(table) = losing_table(breakdown) {
        document = document.table(table);
    }
    document = document.line(compared_with(breakdown));
    if let Some(power) = power(breakdown) {
        document = document.line(power);
    }
    for at in 0..breakdown.found.steps.len() {
        if let Some(chart) = funnel_plot(breakdown, at) {
            document = document.chart(chart);
        }
    }
    document = if more.explain {
        explained(breakdown, answer, document)
    } else {
        document.line(format!(
            "the numbers behind this: `salesctl report breakdown{} --explain`",
            again(ask, more)
        ))
    };
    with_notes(document, &answer.notes)
}

/// The options that make the same breakdown again.
fn again(ask: &Ask, more: AskBreakdown) -> String {
    let by: Vec<&str> = ask.by.iter().map(Dimension::name).collect();
    let by = if by == BREAKDOWN_BY {
        String::new()
    } else {
        format!(" --by {}", quoted(&by.join(",")))
    };
    let against = more.against.map_or_else(String::new, |against| {
        format!(" --against {}..{}", against.from, against.to)
    });
    let rest = ask.again(&["period", "rep", "team", "where", "as-of"]);
    format!("{by}{rest}{against}")
}

fn steps_table(breakdown: &Breakdown<'_>) -> Table {
    let currency = breakdown.process.currency;
    let rows = breakdown.found.steps.iter().enumerate().map(|(at, step)| {
        let pooled = step.pooled();
        let lost = (step.loss.conversions > 0.0).then_some(step.loss);
        vec![
            Cell::Text(breakdown.title(at)),
            count(pooled.now.n),
            or_nothing(pooled.now.rate(), Cell::Share),
            or_nothing(pooled.before.rate(), Cell::Share),
            Cell::Text(in_short(breakdown, step)),
            or_nothing(lost, |loss| Cell::Text(points(loss.share))),
            or_nothing(
                lost.and_then(|loss| breakdown.at_stake(at, loss)),
                |minor| whole(minor, currency),
            ),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("step"),
            TableColumn::right("left it").rank(3),
            TableColumn::right("advanced"),
            TableColumn::right("before").rank(1),
            TableColumn::left("who loses"),
            TableColumn::right("points").rank(2),
            TableColumn::right(format!("at stake {}", currency.code())),
        ],
        rows: rows.collect(),
    }
}

fn in_short(breakdown: &Breakdown<'_>, step: &Step) -> String {
    match step.said {
        Said::Everyone => "everyone".to_string(),
        Said::Few(at) => {
            let standing = step.sections[at].standing().len();
            counted(standing, &breakdown.dimensions.name(at))
        }
        Said::Pair => "product and type".to_string(),
        Said::Mix => "deal mix".to_string(),
        Said::Calendar => "calendar".to_string(),
        Said::Routing => "who gets what".to_string(),
        Said::Unclear => "unclear".to_string(),
        Said::Nothing => "nobody".to_string(),
        Said::Insufficient => "too few deals".to_string(),
    }
}

/// `1 rep`, `3 reps`; a field's name as it is written.
fn counted(number: usize, dimension: &str) -> String {
    if number == 1 {
        format!("1 {dimension}")
    } else {
        format!("{number} {dimension}s")
    }
}

fn points(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

fn said(breakdown: &Breakdown<'_>, at: usize) -> String {
    let step = &breakdown.found.steps[at];
    let pooled = step.pooled();
    let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_string(), percent);
    let stake = stake(breakdown, at, step.loss);
    match step.said {
        Said::Everyone => format!(
            "everyone loses here, {} of {} against {} of {} before, the best as well: look at the process, not at \
             people{stake}",
            rate(pooled.now.rate()),
            pooled.now.n,
            rate(pooled.before.rate()),
            pooled.before.n
        ),
        Said::Few(dimension) => {
            let who = who(breakdown, step, dimension);
            let name = breakdown.dimensions.name(dimension);
            match (name.as_str(), step.sections[dimension].standing().len()) {
                ("rep", 1) => format!("this rep loses here, the others don't: {who}: a matter of training{stake}"),
                ("rep", _) => format!("these reps lose here, the others don't: {who}: a matter of training{stake}"),
                (_, 1) => format!("this {name} loses here: {who}{stake}"),
                _ => format!("these {name}s lose here: {who}{stake}"),
            }
        }
        Said::Pair => {
            let pair = breakdown.dimensions.pair.unwrap_or(0);
            format!(
                "this product with that customer type loses here: {}: channel it elsewhere{stake}",
                who(breakdown, step, pair)
            )
        }
        Said::Mix => "it is the deal mix or the calendar: allowing for product, customer type and month of the \
                      quarter, what was lost is what such deals lose"
            .to_string(),
        Said::Calendar => calendar(step),
        Said::Routing => "more than half of them differ from everybody else: that is who gets which deals, not people"
            .to_string(),
        Said::Unclear => format!(
            "unclear: {} of {} against {} of {} before, and whether a few lose or everyone can't be said yet",
            rate(pooled.now.rate()),
            pooled.now.n,
            rate(pooled.before.rate()),
            pooled.before.n
        ),
        Said::Nothing => "nothing that chance does not explain".to_string(),
        Said::Insufficient => format!(
            "insufficient history: {} left it, {LEAST} are needed",
            pooled.now.n
        ),
    }
}

fn calendar(step: &Step) -> String {
    let Some(calendar) = step.calendar else {
        return String::new();
    };
    let [(weak, low), (strong, high)] = calendar.ends();
    format!(
        "it is the calendar, for everybody: {} in month {weak} of the quarter, {} in month {strong}; nobody stands \
         out beside that",
        percent(low),
        percent(high)
    )
}

/// `; 12.0 points lost are 31 deals and about 45,000 EUR`.
fn stake(breakdown: &Breakdown<'_>, at: usize, loss: Loss) -> String {
    let deals = loss.conversions.round();
    if deals < 1.0 {
        return String::new();
    }
    let money = breakdown
        .at_stake(at, loss)
        .map(|minor| {
            let currency = breakdown.process.currency;
            format!(
                ", about {} {}",
                short_amount(minor, currency),
                currency.code()
            )
        })
        .unwrap_or_default();
    format!("; about {deals:.0} more deals would have advanced{money}")
}

/// `Bob Birch (24 % of 80; the others 45 %), …`.
fn who(breakdown: &Breakdown<'_>, step: &Step, dimension: usize) -> String {
    let section = &step.sections[dimension];
    let groups = &breakdown.dimensions.groups[dimension];
    let standing = by_loss(section);
    let mut named: Vec<String> = standing
        .iter()
        .take(NAMED)
        .map(|group| {
            let compared = &section.judged.groups[*group];
            let now = compared.group.now;
            let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_string(), percent);
            let against = if compared.below {
                format!("the others {}", rate(compared.others.rate()))
            } else {
                format!("before {}", rate(compared.group.before.rate()))
            };
            format!(
                "{} ({} of {}; {against})",
                groups.title(*group),
                rate(now.rate()),
                now.n
            )
        })
        .collect();
    if standing.len() > NAMED {
        named.push(format!("and {} more", standing.len() - NAMED));
    }
    named.join(", ")
}

/// Who loses most first.
fn by_loss(section: &Section) -> Vec<usize> {
    let lost =
        |group: usize| Loss::of(&section.judged.groups[group], &section.judged.prior).conversions;
    let mut standing = section.standing();
    standing.sort_by(|a, b| lost(*b).total_cmp(&lost(*a)));
    standing
}

/// `Qualify: Bob Birch takes longer, 31 days in the middle against 18 of the others`.
fn slower(breakdown: &Breakdown<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    for (at, step) in breakdown.found.steps.iter().enumerate() {
        for (dimension, section) in step.sections.iter().enumerate() {
            let groups = &breakdown.dimensions.groups[dimension];
            let slow: Vec<(usize, String)> = section
                .paces
                .iter()
                .enumerate()
                .filter(|(_, pace)| pace.slower)
                .filter_map(|(group, pace)| {
                    let (own, others) = pace.median_days.zip(pace.others_median_days)?;
                    let words =
                        format!("{} ({own} days; the others {others})", groups.title(group));
                    Some((group, words))
                })
                .collect();
            let Some((first, _)) = slow.first() else {
                continue;
            };
            let next = next::of_slower(breakdown, dimension, *first);
            let more = slow.len().saturating_sub(NAMED);
            let more = if more > 0 {
                format!(", and {more} more")
            } else {
                String::new()
            };
            let named: Vec<&str> = slow
                .iter()
                .take(NAMED)
                .map(|(_, words)| words.as_str())
                .collect();
            sentences.push(format!(
                "{} takes longer, by the median: {}{more}",
                breakdown.stages.lines[at].1,
                named.join(", ")
            ));
            sentences.push(format!("next: {next}"));
        }
    }
    sentences
}

/// Every group that loses at a step, whatever the sentence is about.
fn losing_table(breakdown: &Breakdown<'_>) -> Option<Table> {
    let currency = breakdown.process.currency;
    let mut rows = Vec::new();
    for (at, step) in breakdown.found.steps.iter().enumerate() {
        for (dimension, section) in step.sections.iter().enumerate() {
            for group in by_loss(section) {
                let compared = &section.judged.groups[group];
                let loss = Loss::of(compared, &section.judged.prior);
                rows.push(vec![
                    Cell::Text(breakdown.stages.lines[at].1.to_string()),
                    Cell::Text(breakdown.dimensions.groups[dimension].title(group)),
                    count(compared.group.now.n),
                    or_nothing(compared.group.now.rate(), Cell::Share),
                    or_nothing(compared.shrunk, Cell::Share),
                    or_nothing(compared.others.rate(), Cell::Share),
                    or_nothing(compared.group.before.rate(), Cell::Share),
                    or_nothing(breakdown.at_stake(at, loss), |minor| whole(minor, currency)),
                ]);
            }
        }
    }
    (!rows.is_empty()).then(|| Table {
        columns: vec![
            TableColumn::left("from"),
            TableColumn::left("who loses"),
            TableColumn::right("n"),
            TableColumn::right("advanced"),
            TableColumn::right("allowing for few").rank(2),
            TableColumn::right("others"),
            TableColumn::right("before").rank(1),
            TableColumn::right(format!("at stake {}", currency.code())).rank(3),
        ],
        rows,
    })
}

fn compared_with(breakdown: &Breakdown<'_>) -> String {
    let others = format!(
        "{} comparisons, of which no more than {} in a hundred findings are false alarms",
        breakdown.found.comparisons,
        Q * 100.0
    );
    match breakdown.before.filter(|_| breakdown.has_before()) {
        Some(before) => format!(
            "each group is held against everybody else and against itself {}: {others}",
            date::range(before)
        ),
        None => format!("each group is held against everybody else: {others}"),
    }
}

/// `what could have been found: …`, where there is something to find.
fn power(breakdown: &Breakdown<'_>) -> Option<String> {
    let name = breakdown.dimensions.name(0);
    let steps = breakdown.found.steps.iter().enumerate();
    let found: Vec<String> = steps
        .filter(|(_, step)| step.said != Said::Insufficient)
        .map(|(at, step)| {
            let from = breakdown.stages.lines[at].1;
            match step.sections[0].judged.findable {
                Some(drop) => format!("{from} {:.0} points", (drop * 100.0).ceil()),
                None => format!("{from} none at all"),
            }
        })
        .collect();
    (!found.is_empty()).then(|| {
        format!(
            "how far one {name} of middle size must lie below the others to be found 4 times of 5: {}",
            found.join(", ")
        )
    })
}

/// The groups of the first dimension over their size, and the lines between which chance keeps them.
fn funnel_plot(breakdown: &Breakdown<'_>, at: usize) -> Option<Chart> {
    let section = &breakdown.found.steps[at].sections[0];
    let rate = section.judged.pooled.now.rate()?;
    let groups = &breakdown.dimensions.groups[0];
    let points: Vec<Point> = section
        .judged
        .groups
        .iter()
        .enumerate()
        .filter_map(|(group, compared)| {
            let now = compared.group.now;
            Some(Point {
                label: groups.title(group),
                x: now.n as f64,
                y: now.rate()?,
                stands_out: section.stands(group),
            })
        })
        .collect();
    if points.len() < 2 {
        return None;
    }
    let most = section
        .judged
        .groups
        .iter()
        .map(|group| group.group.now.n)
        .max()?;
    // Forty sizes are a smooth line.
    let sizes = || (1..=40).map(move |part| (most * part).div_ceil(40).max(1));
    let line = |tail: f64, high: bool| -> Vec<(f64, f64)> {
        sizes()
            .map(|n| {
                let (below, above) = control_limits(rate, n, tail);
                (n as f64, if high { above } else { below })
            })
            .collect()
    };
    let name = breakdown.dimensions.name(0);
    Some(Chart {
        title: format!("{}: share advanced by {name}", breakdown.title(at)),
        description: format!(
            "Each point is one {name}. Of those that are like everybody, 95 in 100 lie between the inner lines and \
             998 in 1,000 between the outer ones; with few deals chance reaches further."
        ),
        unit: Unit::Share,
        shape: Shape::Points {
            across: "deals that left the stage".to_string(),
            points,
            lines: vec![
                (
                    "everybody".to_string(),
                    vec![(1.0, rate), (most as f64, rate)],
                ),
                ("95 %".to_string(), line(WARNING, false)),
                ("95 %".to_string(), line(WARNING, true)),
                ("99.8 %".to_string(), line(ALARM, false)),
                ("99.8 %".to_string(), line(ALARM, true)),
            ],
        },
    })
}
