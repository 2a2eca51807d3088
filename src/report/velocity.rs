//! How much the pipeline earns a day: open deals × win rate × mean won value ÷ median cycle days.

use super::convert::Converter;
use super::win_rate::{Tally, decided, undated};
use super::{
    Ask, Report, answer, count, deals_are, heading, money, or_nothing, percent, percents, whole,
    with_notes,
};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::document::{Cell, Document, Period, Table, TableColumn, row};
use crate::process::Process;
use crate::statistics::{ENOUGH, quantile};

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
        // The same for the period before; null without one.
        pub previous_open_n: Option<usize>,
        pub previous_win_share: Option<f64>,
        pub previous_mean_won_minor: Option<i64>,
        pub previous_median_cycle_days: Option<f64>,
        pub previous_velocity_minor_per_day: Option<i64>,
        /// Which of the four did most to the difference: `open_n`, `win_share`, `mean_won_minor` or
        /// `median_cycle_days`.
        pub moved_most: Option<&'static str>,
    }
}

/// The four factors of one period.
struct Factors {
    open_n: usize,
    tally: Tally,
    /// Sorted.
    cycles: Vec<i32>,
    undated_cycles: usize,
}

impl Factors {
    /// `open_on`: an earlier day than that of the Book, on which whatever had been opened and was not
    /// closed yet counts as open; what was reopened since, too.
    fn of(book: &Book, ask: &Ask, converter: &mut Converter<'_>, open_on: Option<Day>) -> Self {
        let deals = &book.deals;
        let mut factors = Self {
            open_n: 0,
            tally: Tally::default(),
            cycles: Vec::new(),
            undated_cycles: 0,
        };
        for deal in 0..deals.len() {
            let open = match open_on {
                None => deals.state[deal].is_open(),
                Some(day) => {
                    deals.opened[deal].is_some_and(|opened| opened <= day)
                        && deals.closed[deal].is_none_or(|closed| closed > day)
                        && (deals.state[deal].is_open() || deals.closed[deal].is_some())
                }
            };
            factors.open_n += usize::from(open && ask.includes(deal));
            let Some(won) = decided(book, ask, deal) else {
                continue;
            };
            if !won {
                factors.tally.lost += 1;
                continue;
            }
            factors.tally.add(true, converter.worth(deal));
            match deals.opened[deal].zip(deals.closed[deal]) {
                Some((opened, closed)) => factors.cycles.push(closed.since(opened).max(0)),
                None => factors.undated_cycles += 1,
            }
        }
        factors.cycles.sort_unstable();
        factors
    }

    fn mean_won(&self) -> Option<f64> {
        let tally = &self.tally;
        (tally.won_valued >= ENOUGH).then(|| tally.won_value as f64 / tally.won_valued as f64)
    }

    fn cycle(&self, share: f64) -> Option<f64> {
        if self.cycles.len() < ENOUGH {
            return None;
        }
        quantile(&self.cycles, share)
    }

    fn velocity(&self) -> Option<f64> {
        let share = self.tally.share()?.share;
        let days = self.cycle(0.5).filter(|days| *days > 0.0)?;
        Some(self.open_n as f64 * share * self.mean_won()? / days)
    }

    /// The four, with their names for machines and for people; more of each is faster.
    fn each(&self) -> [(&'static str, &'static str, Option<f64>); 4] {
        let share = self.tally.share().map(|share| share.share);
        let speed = self.cycle(0.5).filter(|days| *days > 0.0).map(f64::recip);
        [
            ("open_n", "open deals", Some(self.open_n as f64)),
            ("win_share", "win rate", share),
            ("mean_won_minor", "mean won value", self.mean_won()),
            ("median_cycle_days", "cycle", speed),
        ]
    }

    /// The factor whose part in the change of the product is largest, since the logarithms of the
    /// factors' changes add up to its own; `None` when one is not known, or none moved.
    fn moved_most(&self, before: &Self) -> Option<(&'static str, &'static str)> {
        let mut most = None;
        let mut largest = 1e-12;
        for ((name, title, now), (.., then)) in self.each().into_iter().zip(before.each()) {
            let part = (now.filter(|now| *now > 0.0)? / then.filter(|then| *then > 0.0)?)
                .ln()
                .abs();
            if part > largest {
                largest = part;
                most = Some((name, title));
            }
        }
        most
    }
}

/// The period before, and its factors.
fn previous(book: &Book, ask: &Ask, process: &Process) -> Option<(Period, Factors)> {
    let period = ask.period?;
    let before = crate::date::previous(period)?;
    // The open deals of as much earlier as the period is.
    let shift = period.from.signed_duration_since(before.from);
    let day = Day::of(book.as_of.checked_sub_signed(shift)?);
    let asked = Ask {
        period: Some(before),
        ..ask.clone()
    };
    let mut converter = Converter::new(process, book);
    Some((before, Factors::of(book, &asked, &mut converter, Some(day))))
}

/// Win rate, mean value and cycle are of the deals that closed in the period; the mean and the median
/// are stated from [`ENOUGH`] won deals on.
pub fn velocity(process: &Process, book: &Book, ask: &Ask) -> Report<VelocityRow> {
    let mut converter = Converter::new(process, book);
    let now = Factors::of(book, ask, &mut converter, None);
    let before = previous(book, ask, process);
    let tally = &now.tally;
    let share = tally.share();
    let cycle = |share| now.cycle(share);

    let mut notes = converter.notes();
    if ask.period.is_some() {
        notes.push(format!(
            "the open deals are those of {}; the rest is of the deals closed in the period",
            crate::date::day(book.as_of)
        ));
    }
    notes.extend(converter.untold());
    notes.extend(undated(book, ask, &[State::Won, State::Lost]));
    if now.undated_cycles > 0 {
        notes.push(format!(
            "{} left out of the cycle: when they opened or closed was never told",
            deals_are(now.undated_cycles)
        ));
    }
    if tally.n() == 0 {
        notes.push("insufficient history: no deal was won or lost".to_string());
    }
    for (found, what) in [
        (tally.won_valued, "a value"),
        (now.cycles.len(), "both dates"),
    ] {
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
    let whole_minor = |value: Option<f64>| value.map(|value| value.round() as i64);
    let then = before.as_ref().map(|(_, factors)| factors);
    let row = VelocityRow {
        open_n: now.open_n,
        win_share: share.map(|share| share.share),
        mean_won_minor: whole_minor(now.mean_won()),
        median_cycle_days: cycle(0.5),
        velocity_minor_per_day: whole_minor(now.velocity()),
        previous_open_n: then.map(|then| then.open_n),
        previous_win_share: then.and_then(|then| Some(then.tally.share()?.share)),
        previous_mean_won_minor: whole_minor(then.and_then(Factors::mean_won)),
        previous_median_cycle_days: then.and_then(|then| then.cycle(0.5)),
        previous_velocity_minor_per_day: whole_minor(then.and_then(Factors::velocity)),
        moved_most: then.and_then(|then| Some(now.moved_most(then)?.0)),
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
            now.cycles.len()
        ));
    }
    document =
        document.line("velocity = open deals × win rate × mean won value ÷ median cycle days");
    if let Some((period, then)) = &before {
        document = document.line(compared(process, *period, &now, then));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

/// `against 1 Apr – 30 Jun 2026: velocity 900 → 1,200 EUR a day; open deals 30 → 40, …`.
fn compared(process: &Process, period: Period, now: &Factors, then: &Factors) -> String {
    let pair = |of: fn(&Factors) -> Option<f64>, shown: &dyn Fn(f64) -> String| {
        let shown = |value: Option<f64>| value.map_or("–".to_string(), shown);
        format!("{} → {}", shown(of(then)), shown(of(now)))
    };
    let cents = |value: f64| money(value.round() as i64, process.currency);
    let share = |factors: &Factors| factors.tally.share().map(|share| share.share);
    let clear = now
        .tally
        .share()
        .zip(then.tally.share())
        .is_some_and(|(now, then)| {
            let (low, high) = now.difference(then);
            low > 0.0 || high < 0.0
        });
    let most = match now.moved_most(then) {
        Some((_, title)) => format!("; {title} moved most"),
        None => String::new(),
    };
    format!(
        "against {}: velocity {} a day; open deals {} → {}, win rate {}{}, mean won {}, median cycle {} days{most}",
        crate::date::range(period),
        pair(Factors::velocity, &cents),
        then.open_n,
        now.open_n,
        pair(share, &percent),
        if clear { "" } else { " (no clear change)" },
        pair(Factors::mean_won, &cents),
        pair(|factors| factors.cycle(0.5), &|days| format!("{days:.0}")),
    )
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
