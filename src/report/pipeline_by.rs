//! The open deals by rep, product, … or by the month they are expected to close in.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::group::{GroupColumns, Groups, as_columns};
use super::pipeline::{Judge, Tally, asked, undated_note};
use super::{Ask, Report, answer, count, heading_of_day, money, or_nothing, whole, with_notes};
use crate::deal::book::{Book, Day};
use crate::document::{Cell, Chart, Document, Row, Shape, Table, TableColumn, Unit, row};
use crate::process::Process;
use crate::statistics::quantile;

/// The open deals of one group: its dimensions come first, as columns of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PipelineByRow {
    /// A month is `2026-12`, `late` of those that should have closed before the as-of day, and null of
    /// those without a date.
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub open: OpenDeals,
}

row! {
    /// As the columns of `report pipeline` by stage.
    pub struct OpenDeals {
        pub n: usize,
        pub value_minor: Option<i64>,
        pub weighted_minor: Option<i64>,
        pub without_value: usize,
        pub late: usize,
        pub rotting: usize,
        pub on_hold: usize,
        pub median_days_in_stage: Option<f64>,
        /// Expected to close before the as-of day.
        pub past_close: usize,
    }
}

impl Row for PipelineByRow {
    fn columns() -> Vec<&'static str> {
        OpenDeals::columns()
    }
}

impl Tally {
    fn open_deals(&mut self) -> OpenDeals {
        self.days.sort_unstable();
        OpenDeals {
            n: self.n,
            value_minor: (self.valued > 0 || self.n == 0).then_some(self.value),
            weighted_minor: (self.weighed > 0 || self.n == 0)
                .then_some(self.weighted.round() as i64),
            without_value: self.without_value,
            late: self.late,
            rotting: self.rotting,
            on_hold: self.on_hold,
            median_days_in_stage: quantile(&self.days, 0.5),
            past_close: self.past_close,
        }
    }
}

/// When open deals are expected to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Close {
    Late,
    Month(i32, u32),
    Untold,
}

impl Close {
    fn of(expected: Option<Day>, as_of: NaiveDate) -> Self {
        match expected.map(Day::date) {
            None => Self::Untold,
            Some(day) if day < as_of => Self::Late,
            Some(day) => Self::Month(day.year(), day.month()),
        }
    }

    /// For machines.
    fn name(self) -> Option<String> {
        match self {
            Self::Late => Some("late".to_string()),
            Self::Month(year, month) => Some(format!("{year}-{month:02}")),
            Self::Untold => None,
        }
    }

    /// For people.
    fn title(self) -> String {
        match self {
            Self::Late => "past close".to_string(),
            Self::Month(year, month) => NaiveDate::from_ymd_opt(year, month, 1)
                .map_or_else(String::new, |day| day.format("%b %Y").to_string()),
            Self::Untold => "no date".to_string(),
        }
    }
}

/// One line: its columns, its first cells, what it counts.
struct Line {
    group: GroupColumns,
    cells: Vec<Cell>,
    title: String,
    tally: Tally,
}

/// The open deals by `ask.by`, those worth most first.
pub fn pipeline_by(
    process: &Process,
    book: &Book,
    ask: &Ask,
) -> Result<Report<PipelineByRow>, String> {
    let groups = Groups::new(book, &ask.by, &OpenDeals::columns())?;
    let mut judge = Judge::new(process, book);
    let mut tallies: Vec<Tally> = (0..groups.len()).map(|_| Tally::default()).collect();
    let (open, undated) = asked(book, ask);
    for deal in open {
        judge.add(&mut tallies[groups.of[deal] as usize], deal);
    }
    let mut order: Vec<usize> = (0..groups.len())
        .filter(|group| tallies[*group].n > 0)
        .collect();
    order.sort_by(|a, b| {
        let value = tallies[*b].value.cmp(&tallies[*a].value);
        value.then_with(|| groups.order(*a).cmp(&groups.order(*b)))
    });
    let lines = order.into_iter().map(|group| Line {
        group: groups.columns(group),
        cells: groups.cells(group),
        title: groups.title(group),
        tally: std::mem::take(&mut tallies[group]),
    });
    let names = groups.names.iter().map(|name| (*name).to_string());
    Ok(report(
        book,
        ask,
        &judge,
        (names.collect(), &groups.titles),
        lines.collect(),
        undated,
    ))
}

/// The open deals by the month they are expected to close in, what is overdue first.
pub fn pipeline_by_month(process: &Process, book: &Book, ask: &Ask) -> Report<PipelineByRow> {
    let mut judge = Judge::new(process, book);
    let mut tallies: BTreeMap<Close, Tally> = BTreeMap::new();
    let (open, undated) = asked(book, ask);
    for deal in open {
        let close = Close::of(book.deals.expected_close[deal], book.as_of);
        judge.add(tallies.entry(close).or_default(), deal);
    }
    let lines = tallies.into_iter().map(|(close, tally)| Line {
        group: vec![("month".to_string(), close.name())],
        cells: vec![Cell::Text(close.title())],
        title: close.title(),
        tally,
    });
    report(
        book,
        ask,
        &judge,
        (vec!["month".to_string()], &["month"]),
        lines.collect(),
        undated,
    )
}

fn report(
    book: &Book,
    ask: &Ask,
    judge: &Judge<'_>,
    (names, titles): (Vec<String>, &[&str]),
    lines: Vec<Line>,
    undated: usize,
) -> Report<PipelineByRow> {
    let process = judge.process;
    let mut rows = Vec::with_capacity(lines.len());
    let mut shown = Vec::with_capacity(lines.len());
    let mut unweighed = 0;
    for mut line in lines {
        unweighed += line.tally.valued - line.tally.weighed;
        let open = line.tally.open_deals();
        shown.push((line.cells, line.title));
        rows.push(PipelineByRow {
            group: line.group,
            open,
        });
    }
    let mut notes = judge.converter.notes();
    notes.extend(undated_note(undated));
    if unweighed > 0 {
        notes.push(format!(
            "weighted leaves out {}: the process states no probability for their stages",
            super::counted(unweighed)
        ));
    }
    let n = rows.iter().map(|row| row.open.n).sum();
    let mut answer = answer(
        "salesctl/report-pipeline-by/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let by = titles.join(", ");
    answer.by = names;
    let what = if ask.period.is_some() {
        format!("Pipeline by {by}: open deals expected to close")
    } else {
        format!("Pipeline by {by}: open deals")
    };
    let sum = |value: fn(&OpenDeals) -> Option<i64>| {
        let values = answer.rows.iter().filter_map(|row| value(&row.open));
        money(values.fold(0, i64::saturating_add), process.currency)
    };
    let past: usize = answer.rows.iter().map(|row| row.open.past_close).sum();
    let late: usize = answer.rows.iter().map(|row| row.open.late).sum();
    let mut document = Document::default()
        .heading(heading_of_day(&what, ask, n, book))
        .table(table(process, titles, &answer.rows, &shown))
        .line(format!(
            "together: {}, weighted by the process's probabilities {}; {late} past their stage's limit, {past} past their close date",
            sum(|open| open.value_minor),
            sum(|open| open.weighted_minor),
        ));
    if n > 0 {
        document = document.chart(chart(process, &by, &answer.rows, shown));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn table(
    process: &Process,
    titles: &[&str],
    rows: &[PipelineByRow],
    shown: &[(Vec<Cell>, String)],
) -> Table {
    let code = process.currency.code();
    let mut columns: Vec<TableColumn> = titles
        .iter()
        .map(|title| TableColumn::left(*title))
        .collect();
    columns.extend([
        TableColumn::right("deals"),
        TableColumn::right(format!("value {code}")),
        TableColumn::left("").rank(8),
        TableColumn::right(format!("weighted {code}")).rank(3),
        TableColumn::right("no value").rank(6),
        // Of these, those that rot are what there is to do about.
        TableColumn::right("past limit").rank(4),
        TableColumn::right("rotting").rank(1),
        TableColumn::right("past close").rank(2),
        TableColumn::right("on hold").rank(7),
        TableColumn::right("median days").rank(5),
    ]);
    let values = rows.iter().filter_map(|row| row.open.value_minor);
    let most = values.max().unwrap_or(0).max(1);
    let rows = rows.iter().zip(shown).map(|(row, (cells, _))| {
        let open = &row.open;
        let mut cells = cells.clone();
        cells.extend([
            count(open.n),
            or_nothing(open.value_minor, |minor| whole(minor, process.currency)),
            Cell::Bar(open.value_minor.unwrap_or(0) as f64 / most as f64),
            or_nothing(open.weighted_minor, |minor| whole(minor, process.currency)),
            count(open.without_value),
            count(open.late),
            count(open.rotting),
            count(open.past_close),
            count(open.on_hold),
            or_nothing(open.median_days_in_stage, Cell::Days),
        ]);
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

fn chart(
    process: &Process,
    by: &str,
    rows: &[PipelineByRow],
    shown: Vec<(Vec<Cell>, String)>,
) -> Chart {
    let of = |value: fn(&OpenDeals) -> Option<i64>| {
        let values = rows.iter().map(|row| value(&row.open).unwrap_or(0) as f64);
        values.collect()
    };
    Chart {
        title: format!("Open pipeline by {by}"),
        description: format!(
            "One group of columns for each of {} groups: the value of its open deals, and the same weighted by the process's probabilities.",
            rows.len()
        ),
        unit: Unit::Money(process.currency),
        shape: Shape::Columns {
            labels: shown.into_iter().map(|(_, title)| title).collect(),
            series: vec![
                ("value".to_string(), of(|open| open.value_minor)),
                ("weighted".to_string(), of(|open| open.weighted_minor)),
            ],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Dimension;
    use crate::report::sample::{book, process, twelve};

    /// Column, deals, value, weighted, late, rotting, past close.
    type Expected<'a> = (
        Option<&'a str>,
        usize,
        Option<i64>,
        Option<i64>,
        usize,
        usize,
        usize,
    );

    fn read(row: &PipelineByRow) -> Expected<'_> {
        let open = &row.open;
        (
            row.group[0].1.as_deref(),
            open.n,
            open.value_minor,
            open.weighted_minor,
            open.late,
            open.rotting,
            open.past_close,
        )
    }

    /// Ann's is in Demonstrate, at 0.4, to close on 28 December; Bob's 6,000 dollars in Qualify, at 0.2
    /// and 0.80 a dollar, without a date; Cy's has no value and was to close on 18 November.
    #[test]
    fn by_rep_those_worth_most_first() {
        let (process, book) = (process(), book(&twelve()));
        let ask = Ask {
            by: vec![Dimension::Rep],
            ..Ask::default()
        };
        let report = pipeline_by(&process, &book, &ask).expect("a pipeline");
        let rows: Vec<_> = report.answer.rows.iter().map(read).collect();
        assert_eq!(
            rows,
            [
                (Some("ann"), 1, Some(1_200_000), Some(480_000), 1, 0, 0),
                (Some("bob"), 1, Some(480_000), Some(96_000), 1, 0, 0),
                (Some("cy"), 1, None, None, 1, 1, 1),
            ]
        );
        assert_eq!(report.answer.rows[0].open.median_days_in_stage, Some(68.0));
        assert_eq!(report.answer.by, ["rep"]);
    }

    #[test]
    fn by_month_with_the_late_first_and_the_undated_last() {
        let (process, book) = (process(), book(&twelve()));
        let report = pipeline_by_month(&process, &book, &Ask::default());
        let rows: Vec<_> = report.answer.rows.iter().map(read).collect();
        assert_eq!(
            rows,
            [
                (Some("late"), 1, None, None, 1, 1, 1),
                (Some("2026-12"), 1, Some(1_200_000), Some(480_000), 1, 0, 0),
                (None, 1, Some(480_000), Some(96_000), 1, 0, 0),
            ]
        );
    }
}
