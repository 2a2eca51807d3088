//! How much the pipeline earns a day: open deals × win rate × mean won value ÷ median cycle days.

use super::convert::Converter;
use super::statistics::{ENOUGH, quantile};
use super::win_rate::{Tally, decided, undated};
use super::{
    Ask, Report, answer, count, deals_are, heading, or_nothing, percents, whole, with_notes,
};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::Process;

/// What it reads.
pub const VELOCITY: Needs = Needs::of(Columns::OPENED.and(Columns::WORTH));

row! {
    pub struct VelocityRow {
        /// Open on the as-of date, whatever the period.
        pub open_n: usize,
        pub win_share: Option<f64>,
        pub mean_won_minor: Option<i64>,
        pub median_cycle_days: Option<f64>,
        pub velocity_minor_per_day: Option<i64>,
    }
}

/// Win rate, mean value and cycle are of the deals that closed in the period; the mean and the median
/// are stated from [`ENOUGH`] won deals on.
pub fn velocity(process: &Process, book: &Book, ask: &Ask) -> Report<VelocityRow> {
    let deals = &book.deals;
    let mut converter = Converter::new(process, book);
    let mut tally = Tally::default();
    let mut cycles: Vec<i32> = Vec::new();
    let mut open_n = 0;
    let mut undated_cycles = 0;
    for deal in 0..deals.len() {
        open_n += usize::from(deals.state[deal].is_open() && ask.includes(deal));
        let Some(won) = decided(book, ask, deal) else {
            continue;
        };
        if !won {
            tally.lost += 1;
            continue;
        }
        tally.add(true, converter.worth(deal));
        match deals.opened[deal].zip(deals.closed[deal]) {
            Some((opened, closed)) => cycles.push(closed.since(opened).max(0)),
            None => undated_cycles += 1,
        }
    }
    cycles.sort_unstable();

    let share = tally.share();
    let mean_won =
        (tally.won_valued >= ENOUGH).then(|| tally.won_value as f64 / tally.won_valued as f64);
    let cycle = |share| {
        if cycles.len() < ENOUGH {
            None
        } else {
            quantile(&cycles, share)
        }
    };
    let velocity = share
        .zip(mean_won)
        .zip(cycle(0.5).filter(|days| *days > 0.0))
        .map(|((share, mean), days)| open_n as f64 * share.share * mean / days);

    let mut notes = converter.notes();
    if ask.period.is_some() {
        notes.push(format!(
            "the open deals are those of {}; the rest is of the deals closed in the period",
            crate::date::day(book.as_of)
        ));
    }
    notes.extend(converter.untold());
    notes.extend(undated(book, ask, &[State::Won, State::Lost]));
    if undated_cycles > 0 {
        notes.push(format!(
            "{} left out of the cycle: when they opened or closed was never told",
            deals_are(undated_cycles)
        ));
    }
    if tally.n() == 0 {
        notes.push("insufficient history: no deal was won or lost".to_string());
    }
    for (found, what) in [(tally.won_valued, "a value"), (cycles.len(), "both dates")] {
        if found < ENOUGH {
            notes.push(format!("insufficient history: {found} won deals with {what}, velocity is stated from {ENOUGH} on"));
        }
    }
    if cycle(0.5) == Some(0.0) {
        notes.push(
            "velocity can't be known: half of the won deals closed on the day they were opened"
                .to_string(),
        );
    }
    let row = VelocityRow {
        open_n,
        win_share: share.map(|share| share.share),
        mean_won_minor: mean_won.map(|mean| mean.round() as i64),
        median_cycle_days: cycle(0.5),
        velocity_minor_per_day: velocity.map(|velocity| velocity.round() as i64),
    };
    let answer = answer(
        "salesctl/report-velocity/1",
        process,
        book,
        ask,
        (tally.n(), vec![row.clone()], notes),
    );

    let mut document = Document::default()
        .heading(heading("Velocity: deals closed", ask, tally.n(), book))
        .table(table(process, &row));
    if let Some(share) = share {
        document = document.line(format!(
            "win rate: {} of {} won (95 % interval {})",
            tally.won,
            tally.n(),
            percents(share.low, share.high)
        ));
    }
    if let (Some(low), Some(median), Some(high)) = (cycle(0.25), cycle(0.5), cycle(0.75)) {
        document = document.line(format!(
            "sales cycle: half of the {} won deals took {low:.0} to {high:.0} days, the median {median:.0}",
            cycles.len()
        ));
    }
    document =
        document.line("velocity = open deals × win rate × mean won value ÷ median cycle days");
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn table(process: &Process, row: &VelocityRow) -> Table {
    let code = process.currency.code();
    Table {
        columns: vec![
            TableColumn::right("open deals"),
            TableColumn::right("win rate"),
            TableColumn::right(format!("mean won {code}")).rank(2),
            TableColumn::right("median cycle days").rank(1),
            TableColumn::right(format!("velocity {code} a day")),
        ],
        rows: vec![vec![
            count(row.open_n),
            or_nothing(row.win_share, Cell::Share),
            or_nothing(row.mean_won_minor, |minor| whole(minor, process.currency)),
            or_nothing(row.median_cycle_days, Cell::Days),
            or_nothing(row.velocity_minor_per_day, |minor| {
                whole(minor, process.currency)
            }),
        ]],
    }
}
