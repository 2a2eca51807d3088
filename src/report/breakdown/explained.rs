//! The numbers behind the sentences of the breakdown, for whoever asks for them.

use super::super::{count, or_nothing};
use super::verdict::Q;
use super::{Breakdown, BreakdownRow};
use crate::document::{Answer, Cell, Document, Table, TableColumn};

/// p values, over-dispersion, shrinkage: what a statistician asks for. Groups with too few deals to be tested are
/// counted.
pub(super) fn explained(
    breakdown: &Breakdown<'_>,
    answer: &Answer<BreakdownRow>,
    document: Document,
) -> Document {
    let p = |p: Option<f64>| or_nothing(p, |p| Cell::Text(format!("{p:.4}")));
    let groups = answer.rows.iter();
    let (tested, untested): (Vec<&BreakdownRow>, Vec<&BreakdownRow>) = groups
        .filter(|row| row.n > 0 && row.dimension.is_some())
        .partition(|row| {
            [row.p_below, row.p_fell, row.p_slower]
                .iter()
                .any(Option::is_some)
        });
    let rows = tested.into_iter().map(|row| {
        let group = row.group.clone().unwrap_or_else(|| "(none)".to_string());
        vec![
            Cell::Text(row.stage.clone()),
            Cell::Text(group),
            count(row.advanced),
            count(row.n),
            or_nothing(row.shrunk_share, Cell::Share),
            p(row.p_below),
            p(row.p_below_adjusted),
            p(row.p_fell),
            p(row.p_fell_adjusted),
            p(row.p_slower),
        ]
    });
    let table = Table {
        columns: vec![
            TableColumn::left("from"),
            TableColumn::left("group"),
            TableColumn::right("adv"),
            TableColumn::right("n"),
            TableColumn::right("shrunk"),
            TableColumn::right("p below").rank(2),
            TableColumn::right("adj"),
            TableColumn::right("p fell").rank(1),
            TableColumn::right("adj"),
            TableColumn::right("slower adj").rank(3),
        ],
        rows: rows.collect(),
    };
    let mut document = document.table(table);
    if !untested.is_empty() {
        document = document.line(format!(
            "too few deals to be tested: {} more groups, with --json",
            untested.len()
        ));
    }
    document
        .line(format!(
            "Fisher's exact test, one-sided; {} p values corrected together by Benjamini-Hochberg at q = {Q}: up to p \
             = {:.5} they stand, and count from a tenth below the rate they are held against",
            breakdown.found.comparisons, breakdown.found.threshold
        ))
        .table(tests_table(breakdown))
        .line(
            "by …: whether the groups' rates are equal, phi how much more they differ than chance alone makes them, M \
             the deals at the common rate that each is shrunk by (– where nothing differs beyond chance)",
        )
        .line(
            "now below before: all groups together; without the worst: without the tenth that fell most; month: of \
             the quarter, chi-square on 2 df",
        )
        .line(
            "shares are of the deals that left the step in the period; `salesctl report funnel` follows the deals \
             that began in it",
        )
}

/// One line for each test of a step as a whole.
fn tests_table(breakdown: &Breakdown<'_>) -> Table {
    let number = |value: Option<f64>, places: usize| {
        or_nothing(value, |value| Cell::Text(format!("{value:.places$}")))
    };
    let mut rows = Vec::new();
    for (at, step) in breakdown.found.steps.iter().enumerate() {
        let from = breakdown.stages.lines[at].0;
        let mut line = |what: String, p: Option<f64>, phi: Option<f64>, weight: Option<f64>| {
            rows.push(vec![
                Cell::Text(from.to_string()),
                Cell::Text(what),
                number(p, 4),
                number(phi, 2),
                number(weight, 1),
            ]);
        };
        for (dimension, section) in step.sections.iter().enumerate() {
            let judged = &section.judged;
            if judged.groups.len() >= 2 {
                let by = format!("by {}", breakdown.dimensions.name(dimension));
                line(by, judged.p_equal, judged.phi, judged.prior.weight);
            }
        }
        let pooled = step.pooled();
        if pooled.p.is_some() {
            let below = "now below before";
            line(below.to_string(), pooled.p, None, None);
            line(
                format!("{below}, without the worst"),
                pooled.p_without_worst,
                None,
                None,
            );
            line(
                format!("{below}, without those who fell"),
                pooled.p_without_fallen,
                None,
                None,
            );
        }
        if let Some(calendar) = step.calendar {
            let what = format!("month, chi-square {:.1}", calendar.chi_square);
            line(what, Some(calendar.p), Some(calendar.phi), None);
        }
    }
    Table {
        columns: vec![
            TableColumn::left("from"),
            TableColumn::left("test"),
            TableColumn::right("p"),
            TableColumn::right("phi").rank(1),
            TableColumn::right("M").rank(2),
        ],
        rows,
    }
}
