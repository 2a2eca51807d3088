//! Where the open deals are, what they are worth, and which of them are stuck.

use super::convert::{Converter, Worth};
use super::statistics::quantile;
use super::{
    Ask, Report, Stages, answer, count, deals_are, heading, or_nothing, whole, with_notes,
};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::deal::rotting::{is_cared_for, late_before};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::money::Money;
use crate::process::Process;

/// What it reads.
pub const PIPELINE: Needs = Needs::of(
    Columns::EXPECTED_CLOSE
        .and(Columns::HOLD)
        .and(Columns::NEXT_DUE)
        .and(Columns::STAGE)
        .and(Columns::WORTH),
);

row! {
    /// The open deals of one stage, those on hold included.
    pub struct PipelineRow {
        /// `None`: deals whose stage was never told.
        pub stage: Option<String>,
        pub n: usize,
        /// Null when none of the deals has a value that can be converted.
        pub value_minor: Option<i64>,
        /// By the probability that the process states for the stage; null when it states none.
        pub weighted_minor: Option<i64>,
        pub without_value: usize,
        /// In the stage longer than its limit.
        pub late: usize,
        /// Late, and nothing that keeps it from rotting.
        pub rotting: usize,
        pub on_hold: usize,
        /// Of the days the deals have been in the stage so far.
        pub median_days_in_stage: Option<f64>,
    }
}

#[derive(Default)]
struct Tally {
    n: usize,
    value: i64,
    valued: usize,
    without_value: usize,
    late: usize,
    rotting: usize,
    on_hold: usize,
    days: Vec<i32>,
}

/// The open deals by stage. With a period: only those expected to close in it.
pub fn pipeline(process: &Process, book: &Book, ask: &Ask) -> Report<PipelineRow> {
    let deals = &book.deals;
    let stages = Stages::new(process, book);
    let today = Day::of(book.as_of);
    // Deals that entered before this day are late, by rank.
    let late_before: Vec<Option<Day>> = process
        .stages
        .iter()
        .map(|stage| {
            stage
                .limit
                .map(|limit| late_before(limit, &process.calendar, today))
        })
        .collect();
    let mut converter = Converter::new(process, book);
    let mut tallies: Vec<Tally> = (0..=stages.lines.len()).map(|_| Tally::default()).collect();
    let mut without_expected_close = 0;

    for deal in (0..deals.len()).filter(|deal| deals.state[*deal].is_open() && ask.includes(*deal))
    {
        if !ask.within(deals.expected_close[deal]) {
            without_expected_close += usize::from(deals.expected_close[deal].is_none());
            continue;
        }
        let slot =
            deals.stage[deal].map_or(stages.lines.len(), |stage| stages.slot[usize::from(stage)]);
        let tally = &mut tallies[slot];
        tally.n += 1;
        match converter.worth(deal) {
            Worth::Known(minor) => {
                tally.value = tally.value.saturating_add(minor);
                tally.valued += 1;
            }
            Worth::Untold => tally.without_value += 1,
            Worth::NoRate => {}
        }
        let on_hold = deals.state[deal] == State::Hold;
        tally.on_hold += usize::from(on_hold);
        if let Some(entered) = deals.stage_entered[deal] {
            tally.days.push(today.since(entered).max(0));
            let limit = late_before.get(slot).copied().flatten();
            if limit.is_some_and(|limit| entered < limit) {
                tally.late += 1;
                let (until, due) = (deals.hold_until[deal], deals.next_due[deal]);
                tally.rotting += usize::from(!is_cared_for(deals.state[deal], until, due, today));
            }
        }
    }

    let mut notes = converter.notes();
    if without_expected_close > 0 {
        notes.push(format!(
            "{} left out: no expected close is known, so they lie in no period",
            deals_are(without_expected_close)
        ));
    }
    let mut rows = Vec::new();
    for (slot, mut tally) in tallies.into_iter().enumerate() {
        let known = process.stages.get(slot);
        if known.is_none() && tally.n == 0 {
            continue;
        }
        tally.days.sort_unstable();
        let value_minor = (tally.valued > 0 || tally.n == 0).then_some(tally.value);
        let probability = known.and_then(|stage| stage.probability);
        rows.push(PipelineRow {
            stage: stages.lines.get(slot).map(|(name, _)| (*name).to_string()),
            n: tally.n,
            value_minor,
            weighted_minor: value_minor
                .zip(probability)
                .map(|(value, probability)| (value as f64 * probability).round() as i64),
            without_value: tally.without_value,
            late: tally.late,
            rotting: tally.rotting,
            on_hold: tally.on_hold,
            median_days_in_stage: quantile(&tally.days, 0.5),
        });
    }
    let unweighted: Vec<String> = rows
        .iter()
        .filter(|row| {
            row.value_minor.is_some_and(|value| value > 0) && row.weighted_minor.is_none()
        })
        .map(|row| {
            row.stage
                .as_ref()
                .map_or("deals without a stage".to_string(), |name| {
                    format!("`{name}`")
                })
        })
        .collect();
    if !unweighted.is_empty() {
        notes.push(format!(
            "weighted leaves out {}: the process states no probability there",
            unweighted.join(", ")
        ));
    }
    let n = rows.iter().map(|row| row.n).sum();
    let answer = answer(
        "salesctl/report-pipeline/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );

    let what = if ask.period.is_some() {
        "Pipeline: open deals expected to close"
    } else {
        "Pipeline: open deals"
    };
    let mut document = Document::default()
        .heading(heading(what, ask, n, book))
        .table(table(process, &stages, &answer.rows));
    document = document.line(total(process, &answer.rows));
    let (late, rotting) = answer.rows.iter().fold((0, 0), |(late, rotting), row| {
        (late + row.late, rotting + row.rotting)
    });
    if late > 0 {
        document = document.line(format!(
            "{} in the stage longer than its limit, {rotting} of them without a follow-up booked in time",
            deals_are(late)
        ));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn total(process: &Process, rows: &[PipelineRow]) -> String {
    let sum = |value: fn(&PipelineRow) -> Option<i64>| {
        let minor = rows
            .iter()
            .filter_map(value)
            .fold(0_i64, i64::saturating_add);
        match whole(minor, process.currency) {
            Cell::Money { minor, currency } => Money { minor, currency }.to_string(),
            _ => String::new(),
        }
    };
    let without: usize = rows.iter().map(|row| row.without_value).sum();
    let without = if without == 0 {
        String::new()
    } else {
        format!("; {without} without a value")
    };
    format!(
        "all stages: {}, weighted by the process's probabilities {}{without}",
        sum(|row| row.value_minor),
        sum(|row| row.weighted_minor)
    )
}

fn table(process: &Process, stages: &Stages, rows: &[PipelineRow]) -> Table {
    let code = process.currency.code();
    let columns = vec![
        TableColumn::left("stage"),
        TableColumn::right("deals"),
        TableColumn::right(format!("value {code}")),
        TableColumn::left("").rank(7),
        TableColumn::right(format!("weighted {code}")).rank(3),
        TableColumn::right("no value").rank(5),
        TableColumn::right("late").rank(1),
        TableColumn::right("rotting").rank(2),
        TableColumn::right("on hold").rank(6),
        TableColumn::right("median days").rank(4),
    ];
    let most = rows
        .iter()
        .filter_map(|row| row.value_minor)
        .max()
        .unwrap_or(0)
        .max(1);
    let title = |row: &PipelineRow| match &row.stage {
        None => "(none)".to_string(),
        Some(name) => stages
            .lines
            .iter()
            .find(|(known, _)| known == name)
            .map_or_else(|| name.clone(), |(_, title)| (*title).to_string()),
    };
    let rows = rows.iter().map(|row| {
        vec![
            Cell::Text(title(row)),
            count(row.n),
            or_nothing(row.value_minor, |minor| whole(minor, process.currency)),
            Cell::Bar(row.value_minor.unwrap_or(0) as f64 / most as f64),
            or_nothing(row.weighted_minor, |minor| whole(minor, process.currency)),
            count(row.without_value),
            count(row.late),
            count(row.rotting),
            count(row.on_hold),
            or_nothing(row.median_days_in_stage, Cell::Days),
        ]
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
