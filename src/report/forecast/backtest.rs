//! How past forecasts did: what every method would have said at past origins, against what happened.

use std::collections::BTreeSet;

use super::super::{Ask, Report, answer, count, or_nothing, percent, whole, with_notes};
use super::{charts, minor};
use crate::date;
use crate::deal::book::Book;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::forecast::{Backtest, Chosen, METHODS, Origin, Range, Refusal, Score};
use crate::process::Process;
use chrono::NaiveDate;

/// What is said of the method that was chosen at each origin, as it was then.
const CHOSEN: &str = "chosen";

row! {
    /// How one method did.
    pub struct BacktestRow {
        /// A method, or `chosen`: what would have been said, by the method chosen on each day.
        pub method: &'static str,
        /// Whether it is the one that speaks now.
        pub speaks: bool,
        pub days: i32,
        pub origins: usize,
        /// `Σ|said − won| ÷ Σ won`.
        pub wape_share: Option<f64>,
        /// `Σ(said − won) ÷ Σ won`: above 0 too much was said.
        pub bias_share: Option<f64>,
        /// The same of what was won from deals open at the origin.
        pub open_wape_share: Option<f64>,
        /// Share of the 80 % ranges that held what was won; of what was said.
        pub coverage_share: Option<f64>,
        /// Mean pinball loss of the two ends, as a share of what was won.
        pub pinball_share: Option<f64>,
        /// Of the chances of open deals.
        pub brier: Option<f64>,
        /// Mean distance between chances and what was won of them, in ten bins.
        pub calibration_error_share: Option<f64>,
    }
}

row! {
    /// What one method said at one origin.
    pub struct OriginRow {
        pub origin: NaiveDate,
        pub to: NaiveDate,
        pub method: &'static str,
        pub expected_minor: i64,
        pub low_minor: Option<i64>,
        pub high_minor: Option<i64>,
        pub won_minor: i64,
        /// `(said − won) ÷ won`; null where nothing was won.
        pub error_share: Option<f64>,
        pub open_minor: Option<i64>,
        pub won_open_minor: i64,
        /// Whether there was enough history for a forecast to be given on that day.
        pub counts: bool,
    }
}

fn scored(backtest: &Backtest, speaks: &str) -> Vec<BacktestRow> {
    let row = |method, score: Score| BacktestRow {
        method,
        speaks: method == speaks,
        days: backtest.days,
        origins: score.origins,
        wape_share: score.wape,
        bias_share: score.bias,
        open_wape_share: score.open_wape,
        coverage_share: None,
        pinball_share: None,
        brier: score.brier,
        calibration_error_share: score.calibration_error,
    };
    let scores = backtest.scores().into_iter();
    let mut rows: Vec<BacktestRow> = scores.map(|(method, score)| row(method, score)).collect();
    let range = backtest.range();
    rows.push(BacktestRow {
        coverage_share: range.coverage,
        pinball_share: range.pinball,
        ..row(CHOSEN, backtest.chosen())
    });
    rows.retain(|row| row.origins > 0);
    rows
}

/// How every method did at the origins of a backtest, of which the second says who speaks now.
pub fn backtest(
    process: &Process,
    book: &Book,
    seen: Result<(&Backtest, &Chosen), &Refusal>,
    days: i32,
) -> Report<BacktestRow> {
    let ask = Ask::default();
    let title = |origins: usize, every: usize| {
        let apart = match every {
            1 => "weekly origins".to_string(),
            every => format!("origins {every} weeks apart"),
        };
        format!(
            "Backtest: won in the next {days} days, said at {apart} (n = {origins}), as of {}",
            date::day(book.as_of)
        )
    };
    let (backtest, speaking) = match seen {
        Ok(seen) => seen,
        Err(refusal) => {
            let notes = vec![refusal.in_words()];
            let document = with_notes(Document::default().heading(title(0, 1)), &notes);
            let answer = answer(
                "salesctl/forecast-backtest/1",
                process,
                book,
                &ask,
                (0, vec![], notes),
            );
            return Report { answer, document };
        }
    };
    let origins = backtest.counted().count();
    let rows = scored(backtest, speaking.method);
    let mut notes = Vec::new();
    if origins == 0 {
        notes.push("insufficient history: no origin had enough of it for a forecast".to_string());
    } else if origins < 6 {
        notes.push(format!(
            "only {origins} origins: differences between methods mean little"
        ));
    }
    let mut document = Document::default()
        .heading(title(origins, backtest.every))
        .table(table(&rows));
    if let Some(chosen) = rows.iter().find(|row| row.method == CHOSEN) {
        document = document
            .line(in_words(chosen, backtest.range()))
            .line(speaking.why.clone());
    }
    document = document.line(
        "WAPE: misses as a share of what was won; bias above 0: too much was said; nothing later than an origin was known at it",
    );
    if let Some(chart) = charts::errors(backtest) {
        document = document.chart(chart);
    }
    if let Some(chart) = charts::calibration(backtest) {
        document = document.chart(chart);
    }
    let document = with_notes(document, &notes);
    let answer = answer(
        "salesctl/forecast-backtest/1",
        process,
        book,
        &ask,
        (origins, rows, notes),
    );
    Report { answer, document }
}

fn table(rows: &[BacktestRow]) -> Table {
    let number = |value: Option<f64>, decimals: usize| {
        or_nothing(value, |value| Cell::Text(format!("{value:.decimals$}")))
    };
    Table {
        columns: vec![
            TableColumn::left("method"),
            TableColumn::right("origins"),
            TableColumn::right("WAPE"),
            TableColumn::right("bias"),
            TableColumn::right("WAPE open deals").rank(2),
            TableColumn::right("80 % held"),
            TableColumn::right("pinball").rank(4),
            TableColumn::right("Brier").rank(1),
            TableColumn::right("calibration").rank(3),
        ],
        rows: rows
            .iter()
            .map(|row| {
                let speaks = if row.speaks { " *" } else { "" };
                vec![
                    Cell::Text(format!("{}{speaks}", row.method)),
                    count(row.origins),
                    number(row.wape_share, 2),
                    or_nothing(row.bias_share, |bias| {
                        Cell::Text(format!("{:+.0} %", bias * 100.0))
                    }),
                    number(row.open_wape_share, 2),
                    or_nothing(row.coverage_share, Cell::Share),
                    number(row.pinball_share, 3),
                    number(row.brier, 3),
                    number(row.calibration_error_share, 3),
                ]
            })
            .collect(),
    }
}

fn in_words(chosen: &BacktestRow, range: Range) -> String {
    let wape = chosen.wape_share.map_or_else(
        || "nothing was won to measure by".to_string(),
        |wape| format!("what was said was off by {} of what was won", percent(wape)),
    );
    let held = chosen.coverage_share.map_or_else(String::new, |held| {
        let off = range
            .off()
            .map(|off| format!(", {off}"))
            .unwrap_or_default();
        format!(
            ", and the 80 % range held {} of the time{off}",
            percent(held)
        )
    });
    format!("`chosen` is what would have been said on each day: {wape}{held}")
}

/// The same, one line an origin and method.
pub fn by_origin(
    process: &Process,
    book: &Book,
    seen: Result<&Backtest, &Refusal>,
    days: i32,
) -> Report<OriginRow> {
    let mut notes = Vec::new();
    let origins = match seen {
        Ok(backtest) => backtest.counted().collect(),
        Err(refusal) => {
            notes.push(refusal.in_words());
            Vec::new()
        }
    };
    let mut rows = Vec::new();
    for origin in &origins {
        let row = |method, expected: f64, open: Option<f64>, range: Option<(f64, f64)>| OriginRow {
            origin: origin.day.date(),
            to: crate::deal::book::Day::new(origin.day.number() + days).date(),
            method,
            expected_minor: minor(expected),
            low_minor: range.map(|range| minor(range.0)),
            high_minor: range.map(|range| minor(range.1)),
            won_minor: minor(origin.actual_minor),
            error_share: (origin.actual_minor > 0.0)
                .then(|| (expected - origin.actual_minor) / origin.actual_minor),
            open_minor: open.map(minor),
            won_open_minor: minor(origin.actual_open_minor),
            counts: origin.counts,
        };
        for said in &origin.said {
            rows.push(row(
                said.method,
                said.expected.total_minor,
                said.expected.open_minor,
                None,
            ));
        }
        let range = Some((origin.low_minor, origin.high_minor));
        rows.push(row(
            CHOSEN,
            origin.total_minor,
            Some(origin.open_minor),
            range,
        ));
    }
    let heading = format!(
        "Backtest by origin: won in the next {days} days (n = {}), as of {}",
        origins.len(),
        date::day(book.as_of)
    );
    let document = Document::default()
        .heading(heading)
        .table(origins_table(process, &origins));
    let document = with_notes(document, &notes);
    let n = origins.len();
    let answer = answer(
        "salesctl/forecast-backtest-origins/1",
        process,
        book,
        &Ask::default(),
        (n, rows, notes),
    );
    Report { answer, document }
}

/// One line an origin: the total of every method beside what was won.
fn origins_table(process: &Process, origins: &[&Origin]) -> Table {
    let currency = process.currency;
    let said: BTreeSet<&str> = origins
        .iter()
        .flat_map(|origin| origin.said.iter().map(|said| said.method))
        .collect();
    let methods: Vec<&str> = METHODS
        .into_iter()
        .filter(|method| said.contains(method))
        .collect();
    let mut columns = vec![
        TableColumn::left("origin"),
        TableColumn::right(format!("won {}", currency.code())),
        TableColumn::right(format!("{CHOSEN} {}", currency.code())),
        TableColumn::right("80 % range"),
        TableColumn::left("held").rank(1),
    ];
    let ranks = (2_u8..).take(methods.len());
    columns.extend(
        methods
            .iter()
            .zip(ranks)
            .map(|(method, rank)| TableColumn::right(*method).rank(rank)),
    );
    let amount = |value: f64| whole(minor(value), currency);
    let plain = |value: f64| match amount(value) {
        Cell::Money { minor, currency } => crate::money::plain_amount(minor, currency),
        _ => String::new(),
    };
    let rows = origins.iter().map(|origin| {
        let mut cells = vec![
            Cell::Date(origin.day.date()),
            amount(origin.actual_minor),
            amount(origin.total_minor),
            Cell::Text(format!(
                "{} – {}",
                plain(origin.low_minor),
                plain(origin.high_minor)
            )),
            Cell::Text(if origin.held() { "✓" } else { "✗" }.to_string()),
        ];
        cells.extend(methods.iter().map(|method| {
            let said = origin.said.iter().find(|said| said.method == *method);
            or_nothing(said, |said| Cell::Text(plain(said.expected.total_minor)))
        }));
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
