//! What the night expects and keeps, and what reps say themselves.

use anyhow::Result;

use super::super::forecast::expected::of_the_night;
use super::super::session::Session;
use crate::date;
use crate::deal::book::{Book, Needs};
use crate::deal::commitment::{Scope, latest};
use crate::deal::event::ForecastSnapshot;
use crate::deal::target::Side;
use crate::document::{Cell, Document, Period, Table, TableColumn};
use crate::fault::Fault;
use crate::forecast::{Refusal, forecast_needs};
use crate::money::Money;
use crate::process::{Metric, Process};
use crate::report::{Ask, AskAccuracy, Foreseen, accuracy_needs, metric_needs, metric_query};

/// The metric that says how far off forecasts were.
const ERROR: &str = "forecast-error";

pub(super) fn needs(process: &Process) -> Needs {
    let error: Vec<&Metric> = process.metric(ERROR).into_iter().collect();
    let needs = forecast_needs(process).and(metric_needs(&error, &[]));
    if process.calls_by_name {
        needs.and(accuracy_needs())
    } else {
        needs
    }
}

/// What is kept, and how the page tells of it.
pub(super) struct Expected {
    pub(super) kept: Vec<ForecastSnapshot>,
    pub(super) document: Document,
}

/// `foreseen` is what is left of the quarter that runs.
pub(super) fn expected(
    session: &Session<'_>,
    book: &Book,
    quarter: Period,
    foreseen: &Foreseen,
) -> Result<Expected> {
    let process = &session.process;
    let document =
        Document::default().heading(format!("Forecast, as of {}", date::day(book.as_of)));
    let (kept, mut document) = match of_the_night(process, book, quarter, foreseen) {
        Ok(kept) => {
            let document = document.table(table(process, &kept));
            (kept, document)
        }
        Err(Refusal { why, .. }) => (
            Vec::new(),
            document.line(format!("no forecast is kept tonight: {why}")),
        ),
    };
    let said = session.store.commitments()?;
    let mut last = latest(&said);
    last.retain(|one| {
        let said = &one.said;
        (said.by, said.scope, said.from, said.to)
            == (Side::Rep, Scope::Rep, quarter.from, quarter.to)
    });
    let called: Vec<i64> = last.iter().map(|one| one.said.amount_minor).collect();
    if !called.is_empty() {
        document = document.line(format!(
            "called by {} for this quarter: {}; salesctl forecast rollup holds it against the method",
            super::super::show::counted(called.len(), "rep", "reps"),
            Money {
                minor: called.iter().sum(),
                currency: process.currency
            }
        ));
    }
    document = document.then(error(process, book)?);
    if process.calls_by_name {
        let report = crate::report::accuracy(process, book, &said, AskAccuracy::default());
        if !report.answer.rows.is_empty() {
            document = document.then(report.document);
        }
    }
    Ok(Expected { kept, document })
}

/// How far off the nights of the last year were, or why that is not known.
fn error(process: &Process, book: &Book) -> Result<Document> {
    let Some(metric) = process.metric(ERROR) else {
        return Ok(Document::default());
    };
    let year = date::parse_period("last 12 months", book.as_of, process.fiscal_month);
    let year = Period {
        to: book.as_of,
        ..year.map_err(Fault::usage)?
    };
    let ask = Ask {
        period: Some(year),
        ..Ask::default()
    };
    let report = metric_query(process, book, &[metric], &ask).map_err(Fault::usage)?;
    Ok(report.document)
}

fn table(process: &Process, kept: &[ForecastSnapshot]) -> Table {
    let currency = process.currency;
    let money = |minor| Cell::Money {
        minor: Money { minor, currency }.whole().minor,
        currency,
    };
    Table {
        columns: vec![
            TableColumn::left("period"),
            TableColumn::right("won so far"),
            TableColumn::right("expected"),
            TableColumn::right("from").rank(1),
            TableColumn::right("to").rank(1),
            TableColumn::left("method"),
        ],
        rows: kept
            .iter()
            .map(|one| {
                let period = Period {
                    from: one.from,
                    to: one.to,
                };
                let whole = |minor: i64| money(minor.saturating_add(one.won_minor));
                vec![
                    Cell::Text(date::period_name(period, process.fiscal_month)),
                    money(one.won_minor),
                    whole(one.total_minor),
                    one.low_minor.map_or(Cell::Nothing, whole),
                    one.high_minor.map_or(Cell::Nothing, whole),
                    Cell::Text(one.chosen.clone()),
                ]
            })
            .collect(),
    }
}
