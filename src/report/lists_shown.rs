//! `report lists` for people: what came in, what became of it, what it cost and brought.

use super::count;
use super::lists::Line;
use super::outcome::{
    Outcome, each, outcome_cells, outcome_columns, parts_column, return_cell, sum, together,
};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::list::Parts;
use crate::process::Process;

pub(super) fn tables(document: Document, process: &Process, lines: &[Line<'_>]) -> Document {
    let currency = process.currency;
    let code = |line: &Line<'_>| Cell::Text(line.came.code().to_string());
    let mut names = vec![TableColumn::left("list")];
    for (heading, rank) in [
        ("rows", 0),
        ("rejected", 5),
        ("ours", 2),
        ("house", 2),
        ("lists", 2),
        ("twice", 2),
        ("suppressed", 3),
        ("decoys", 4),
        ("net", 0),
        ("used", 0),
        ("uses", 1),
    ] {
        names.push(TableColumn::right(heading).rank(rank));
    }
    let names_rows = lines.iter().map(|line| {
        let came = line.came;
        let counts = [
            came.gross,
            came.rejected,
            came.known_own,
            came.known_house,
            came.known_lists,
            came.twice,
            came.suppressed,
            came.seeds,
            came.net,
            came.used,
            came.uses,
        ];
        let cells = counts.iter().map(|n| count(*n as usize));
        std::iter::once(code(line)).chain(cells).collect()
    });
    let outcomes: Vec<Outcome> = lines.iter().map(|line| line.credited.outcome).collect();
    let credited: Vec<Parts> = lines.iter().map(|line| line.credited.names).collect();
    let became_rows = lines
        .iter()
        .zip(parts_column(&credited))
        .zip(outcome_cells(&outcomes))
        .map(|((line, names), cells)| [code(line), names].into_iter().chain(cells).collect());
    let mut became = vec![
        TableColumn::left("list"),
        TableColumn::right("names").rank(3),
    ];
    became.extend(outcome_columns());
    let money_rows = lines.iter().map(|line| {
        let outcome = &line.credited.outcome;
        vec![
            code(line),
            sum(outcome.revenue, currency),
            sum(outcome.margin, currency),
            sum(outcome.cost, currency),
            each(outcome.cost_per(Parts::of(line.came.net)), currency),
            each(outcome.cost_per(outcome.leads), currency),
            each(outcome.cost_per(outcome.won), currency),
            return_cell(outcome.return_share()),
        ]
    });
    let money = vec![
        TableColumn::left("list"),
        TableColumn::right("revenue").rank(1),
        TableColumn::right("margin"),
        TableColumn::right("cost"),
        TableColumn::right("per net name").rank(2),
        TableColumn::right("per lead").rank(3),
        TableColumn::right("per won"),
        TableColumn::right("return"),
    ];
    let table = |columns, rows| Table { columns, rows };
    let document = document
        .table(table(names, names_rows.collect()))
        .line("rows that were ours, on a house list or on another list before, or twice on this one, are no net names")
        .table(table(became, became_rows.collect()))
        .table(table(money, money_rows.collect()));
    together(document, process, &outcomes)
}
