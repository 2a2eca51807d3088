//! `report sources` for people.

use super::outcome::{Outcome, each, outcome_cells, outcome_columns, return_cell, sum};
use super::sources::{By, Line};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::Process;

pub(super) fn tables(
    document: Document,
    process: &Process,
    by: By,
    lines: &[Line],
    outcomes: &[Outcome],
) -> Document {
    let currency = process.currency;
    let title = |line: &Line| Cell::Text(line.title.clone());
    let mut became = vec![TableColumn::left(by.name())];
    became.extend(outcome_columns());
    let became_rows = lines
        .iter()
        .zip(outcome_cells(outcomes))
        .map(|(line, cells)| std::iter::once(title(line)).chain(cells).collect());
    let money = vec![
        TableColumn::left(by.name()),
        TableColumn::right("revenue").rank(2),
        TableColumn::right("margin"),
        TableColumn::right("cost"),
        TableColumn::right("per lead").rank(4),
        TableColumn::right("per deal").rank(3),
        TableColumn::right("per won"),
        TableColumn::right("per process").rank(1),
        TableColumn::right("return"),
    ];
    let money_rows = lines.iter().map(|line| {
        let outcome = &line.outcome;
        vec![
            title(line),
            sum(outcome.revenue, currency),
            sum(outcome.margin, currency),
            sum(outcome.cost, currency),
            each(outcome.cost_per(outcome.leads), currency),
            each(outcome.cost_per(outcome.deals), currency),
            each(outcome.cost_per(outcome.won), currency),
            each(line.cost_per_process(), currency),
            return_cell(outcome.return_share()),
        ]
    });
    let table = |columns, rows| Table { columns, rows };
    document
        .table(table(became, became_rows.collect()))
        .table(table(money, money_rows.collect()))
}
