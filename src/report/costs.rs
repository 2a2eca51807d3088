//! What a sales process costs: the work done for it, what was paid, and its share of the lists and sources it
//! came from; the processes that were lost included.

use serde::Serialize;

use super::cost::untimed;
use super::group::{GroupColumns, Groups, as_columns};
use super::under_way::{Tally, UnderWay, under_way};
use super::{Ask, Report, answer, count, heading, or_nothing, whole, with_notes};
use crate::deal::book::{Book, Columns, Needs};
use crate::document::{Cell, Document, Row, Table, TableColumn, row};
use crate::list::Payback;
use crate::money::Money;
use crate::process::Process;

/// What it reads.
pub const COSTS: Needs = Needs::of(
    Columns::EFFORT
        .and(Columns::OPENED)
        .and(Columns::SOURCE)
        .and(Columns::WORTH),
);

/// The processes of one group and what they cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostsRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub costs: Costs,
}

row! {
    pub struct Costs {
        /// Deals that were under way: in the period, or ever.
        pub processes: usize,
        /// Of these, decided within the period.
        pub won: usize,
        pub lost: usize,
        pub activities: usize,
        pub minutes: u64,
        /// Activities that say no minutes, of all: their time is in no cost.
        pub without_minutes: usize,
        pub without_minutes_share: Option<f64>,
        /// Null when some minutes are of people whose hour has no cost.
        pub time_minor: Option<i64>,
        pub direct_minor: i64,
        /// Share of what lists and sources cost; null when one's cost is not known.
        pub lists_minor: Option<i64>,
        pub cost_minor: Option<i64>,
        pub cost_per_process_minor: Option<i64>,
        /// All of the cost, that of lost and open processes included, for each that was won.
        pub cost_per_won_minor: Option<i64>,
    }
}

impl Row for CostsRow {
    fn columns() -> Vec<&'static str> {
        Costs::columns()
    }
}

/// The cost of the processes that were under way in the period, by `ask.by`.
pub fn costs(
    process: &Process,
    book: &Book,
    payback: &Payback,
    ask: &Ask,
) -> Result<Report<CostsRow>, String> {
    let groups = Groups::new(book, &ask.by, &Costs::columns())?;
    let UnderWay {
        tallies,
        before_a_deal,
        unshared,
        mut notes,
    } = under_way(process, book, payback, ask, &groups);
    let mut all = Tally::default();
    for tally in &tallies {
        all.plus(tally);
    }
    notes.extend(untimed(&all.spent));
    if all.lists.0.is_none() {
        notes.push("what a list costs is not known: its terms say no price and nothing was noted (`salesctl report lists` names it)".to_string());
    }
    let money = |minor: i64| {
        let currency = process.currency;
        Money { minor, currency }
    };
    if before_a_deal.activities > 0 && ask.only.is_none() {
        let cost = before_a_deal.cost_minor().map_or_else(
            || "at a cost that is not known".to_string(),
            |minor| format!("at {}", money(minor)),
        );
        notes.push(format!(
            "{} activities before there was a deal, {cost}, are in no process",
            before_a_deal.activities
        ));
    }
    if unshared > 0 {
        notes.push(format!(
            "{} of lists and sources without a process under way are in no process",
            money(unshared)
        ));
    }
    Ok(report(process, book, ask, &groups, &tallies, &all, notes))
}

fn report(
    process: &Process,
    book: &Book,
    ask: &Ask,
    groups: &Groups<'_>,
    tallies: &[Tally],
    all: &Tally,
    notes: Vec<String>,
) -> Report<CostsRow> {
    let mut order: Vec<usize> = (0..tallies.len())
        .filter(|at| tallies[*at].processes > 0 || groups.names.is_empty())
        .collect();
    order.sort_by_key(|at| (std::cmp::Reverse(tallies[*at].processes), groups.order(*at)));
    let rows = order.iter().map(|at| CostsRow {
        group: groups.columns(*at),
        costs: tallies[*at].costs(),
    });
    let mut answer = answer(
        "salesctl/report-costs/1",
        process,
        book,
        ask,
        (all.processes, rows.collect(), notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let by = match groups.titles.as_slice() {
        [] => String::new(),
        names => format!(" by {}", names.join(", ")),
    };
    let what = format!("Costs{by}: processes under way");
    let mut document = Document::default()
        .heading(heading(&what, ask, all.processes, book))
        .table(table(process, groups, tallies, &order));
    let together = all.costs();
    if let (Some(cost), Some(per)) = (together.cost_minor, together.cost_per_process_minor) {
        let money = |minor: i64| {
            let currency = process.currency;
            Money { minor, currency }
        };
        let won = together.cost_per_won_minor.map_or_else(
            || "none was won".to_string(),
            |per| format!("{} for each of the {} won", money(per), together.won),
        );
        document = document.line(format!(
            "together: {} for {} processes, {} each; {won}",
            money(cost),
            together.processes,
            money(per)
        ));
    }
    document = document.line(
        "cost = minutes at the hourly cost of who did it + what was paid + the process's share of what its list and source cost",
    );
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn table(process: &Process, groups: &Groups<'_>, tallies: &[Tally], order: &[usize]) -> Table {
    let code = process.currency.code();
    let names = groups.titles.iter();
    let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
    columns.extend([
        TableColumn::right("processes"),
        TableColumn::right("won"),
        TableColumn::right("minutes").rank(4),
        TableColumn::right("untimed").rank(3),
        TableColumn::right(format!("time {code}")).rank(5),
        TableColumn::right(format!("direct {code}")).rank(6),
        TableColumn::right(format!("lists {code}")).rank(7),
        TableColumn::right(format!("cost {code}")),
        TableColumn::right("each").rank(1),
        TableColumn::right("per won").rank(2),
    ]);
    let money = |minor: i64| whole(minor, process.currency);
    let rows = order.iter().map(|at| {
        let costs = tallies[*at].costs();
        let mut cells = groups.cells(*at);
        cells.extend([
            count(costs.processes),
            count(costs.won),
            count(usize::try_from(costs.minutes).unwrap_or(usize::MAX)),
            or_nothing(costs.without_minutes_share, Cell::Share),
            or_nothing(costs.time_minor, money),
            money(costs.direct_minor),
            or_nothing(costs.lists_minor, money),
            or_nothing(costs.cost_minor, money),
            or_nothing(costs.cost_per_process_minor, money),
            or_nothing(costs.cost_per_won_minor, money),
        ]);
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

#[cfg(test)]
#[path = "costs_tests.rs"]
mod tests;
