//! Where the open deals are, what they are worth, and which of them are stuck.

use super::charts::{Closing, open_value};
use super::convert::{Converter, Worth};
use super::{
    Ask, Report, Stages, answer, count, deals_are, heading_of_day, money, or_nothing, whole,
    with_notes,
};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::deal::rotting::{is_cared_for, late_before};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::Process;
use crate::statistics::quantile;

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
        /// Late, not on hold to a date to come, and no follow-up booked for today or later.
        pub rotting: usize,
        pub on_hold: usize,
        /// Of the days the deals have been in the stage so far.
        pub median_days_in_stage: Option<f64>,
    }
}

#[derive(Default)]
pub(super) struct Tally {
    pub(super) n: usize,
    pub(super) value: i64,
    pub(super) valued: usize,
    /// Each value by the probability of its stage, where the process states one.
    pub(super) weighted: f64,
    pub(super) weighed: usize,
    pub(super) without_value: usize,
    pub(super) late: usize,
    pub(super) rotting: usize,
    pub(super) past_close: usize,
    pub(super) on_hold: usize,
    pub(super) days: Vec<i32>,
}

/// Judges open deals one by one.
pub(super) struct Judge<'a> {
    pub(super) process: &'a Process,
    book: &'a Book,
    pub(super) stages: Stages<'a>,
    pub(super) converter: Converter<'a>,
    today: Day,
    /// Deals that entered before this day are late, by rank.
    late_before: Vec<Option<Day>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(process: &'a Process, book: &'a Book) -> Self {
        let today = Day::of(book.as_of);
        let limits = process.stages.iter().map(|stage| {
            stage
                .limit
                .map(|limit| late_before(limit, &process.calendar, today))
        });
        Self {
            process,
            book,
            stages: Stages::new(process, book),
            converter: Converter::new(process, book),
            today,
            late_before: limits.collect(),
        }
    }

    /// The line of the deal's stage: its rank, or one for those whose stage was never told.
    pub(super) fn slot(&self, deal: usize) -> usize {
        let stage = self.book.deals.stage[deal];
        stage.map_or(self.stages.lines.len(), |stage| {
            self.stages.slot[usize::from(stage)]
        })
    }

    /// Whether it is in its stage longer than the limit, and then whether nothing excuses that.
    pub(super) fn late_and_rotting(&self, deal: usize) -> (bool, bool) {
        let deals = &self.book.deals;
        let limit = self.late_before.get(self.slot(deal)).copied().flatten();
        let late = deals.stage_entered[deal]
            .zip(limit)
            .is_some_and(|(entered, limit)| entered < limit);
        let (until, due) = (deals.hold_until[deal], deals.next_due[deal]);
        let cared_for = is_cared_for(deals.state[deal], until, due, self.today);
        (late, late && !cared_for)
    }

    /// Adds a deal; its value, when it is known and can be converted.
    pub(super) fn add(&mut self, tally: &mut Tally, deal: usize) -> Option<i64> {
        let deals = &self.book.deals;
        tally.n += 1;
        let worth = self.converter.worth(deal);
        match worth {
            Worth::Known(minor) => {
                tally.value = tally.value.saturating_add(minor);
                tally.valued += 1;
                let stage = self.process.stages.get(self.slot(deal));
                if let Some(probability) = stage.and_then(|stage| stage.probability) {
                    tally.weighted += minor as f64 * probability;
                    tally.weighed += 1;
                }
            }
            Worth::Untold => tally.without_value += 1,
            Worth::NoRate => {}
        }
        tally.on_hold += usize::from(deals.state[deal] == State::Hold);
        tally.past_close +=
            usize::from(deals.expected_close[deal].is_some_and(|day| day < self.today));
        if let Some(entered) = deals.stage_entered[deal] {
            tally.days.push(self.today.since(entered).max(0));
        }
        let (late, rotting) = self.late_and_rotting(deal);
        tally.late += usize::from(late);
        tally.rotting += usize::from(rotting);
        worth.known()
    }
}

/// The open deals that are asked about, and how many of them are in no period.
pub(super) fn asked(book: &Book, ask: &Ask) -> (Vec<usize>, usize) {
    let deals = &book.deals;
    let open = (0..deals.len()).filter(|deal| deals.state[*deal].is_open() && ask.includes(*deal));
    let (within, outside): (Vec<usize>, Vec<usize>) =
        open.partition(|deal| ask.within(deals.expected_close[*deal]));
    let undated = outside
        .iter()
        .filter(|deal| deals.expected_close[**deal].is_none());
    (within, undated.count())
}

pub(super) fn undated_note(count: usize) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "{} left out: no expected close is known, so they lie in no period",
            deals_are(count)
        )
    })
}

/// The open deals by stage. With a period: only those expected to close in it.
pub fn pipeline(process: &Process, book: &Book, ask: &Ask) -> Report<PipelineRow> {
    let mut judge = Judge::new(process, book);
    let mut tallies: Vec<Tally> = (0..=judge.stages.lines.len())
        .map(|_| Tally::default())
        .collect();
    let mut closing = Closing::new(judge.today, tallies.len());
    let (open, undated) = asked(book, ask);
    for deal in open {
        let slot = judge.slot(deal);
        if let Some(minor) = judge.add(&mut tallies[slot], deal) {
            closing.add(slot, book.deals.expected_close[deal], minor);
        }
    }
    let Judge {
        stages, converter, ..
    } = judge;

    let mut notes = converter.notes();
    notes.extend(undated_note(undated));
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
        .heading(heading_of_day(what, ask, n, book))
        .chart(open_value(
            &titles(&stages, &answer.rows),
            &answer.rows,
            process.currency,
        ));
    let mut of_slots: Vec<&str> = stages.lines.iter().map(|(_, title)| *title).collect();
    of_slots.push(NO_STAGE);
    if let Some(chart) = closing.chart(&of_slots, process.currency) {
        document = document.chart(chart);
    }
    document = document.table(table(process, &stages, &answer.rows));
    document = document.line(total(process, &answer.rows));
    if n > 0 {
        document = document.line("days: in the stage so far, the median of its deals");
    }
    let (late, rotting) = answer.rows.iter().fold((0, 0), |(late, rotting), row| {
        (late + row.late, rotting + row.rotting)
    });
    if late > 0 {
        document = document.line(format!(
            "{} in the stage longer than its limit, {rotting} of them without a follow-up booked in time: salesctl \
             report aging",
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
        money(minor, process.currency)
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

/// What people call the stage of deals that never told theirs.
const NO_STAGE: &str = "(none)";

/// What people call the stage of each row.
fn titles<'a>(stages: &Stages<'a>, rows: &'a [PipelineRow]) -> Vec<&'a str> {
    rows.iter()
        .map(|row| match &row.stage {
            None => NO_STAGE,
            Some(name) => stages
                .lines
                .iter()
                .find(|(known, _)| known == name)
                .map_or(name.as_str(), |(_, title)| *title),
        })
        .collect()
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
        TableColumn::right("past limit").rank(1),
        TableColumn::right("rotting").rank(2),
        TableColumn::right("on hold").rank(6),
        TableColumn::right("days").rank(4),
    ];
    let most = rows
        .iter()
        .filter_map(|row| row.value_minor)
        .max()
        .unwrap_or(0)
        .max(1);
    let titles = titles(stages, rows);
    let rows = rows.iter().zip(titles).map(|(row, title)| {
        vec![
            Cell::Text(title.to_string()),
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
