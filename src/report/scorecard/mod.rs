//! The manager's page: every rep in a line, or one rep in full, always against the others and with what
//! chance explains.
//!
//! The figures are metrics ([`FIGURES`]), so a process that defines one anew changes the scorecard. A
//! deal is its present owner's; whoever is asked about is compared with all reps that are.

mod page;
mod parts;
#[cfg(test)]
mod tests;

pub use page::{ScorecardPageRow, scorecard_of};

use super::convert::Converter;
use super::metric::{Figure, measure, needs};
use super::win_rate::{decided, undated};
use super::{Ask, Dimension, Report, answer, count, heading, or_nothing, whole, with_notes};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Bar, Cell, Chart, Document, Shape, Table, TableColumn, Unit, row};
use crate::process::{Metric, Process};
use crate::statistics::{ALARM, ENOUGH, Prior, Trials, WARNING, control_limits};

/// The metrics that are the figures of a rep, by name, in the order of [`Rep::figures`].
const FIGURES: [&str; 6] = [
    "win-rate",
    "revenue",
    "average-won-value",
    "cost-per-process",
    "cycle-time",
    "follow-ups-on-time",
];
const WIN_RATE: usize = 0;
const REVENUE: usize = 1;
const AVERAGE: usize = 2;

/// What it reads.
pub fn scorecard_needs(process: &Process) -> Needs {
    let columns = Columns::OWNER
        .and(Columns::OPENED)
        .and(Columns::WORTH)
        .and(Columns::PRODUCT)
        .and(Columns::TYPE)
        .and(Columns::STAGE)
        .and(Columns::EFFORT);
    needs(&figures(process), &[Dimension::Rep]).and(Needs::of(columns))
}

fn figures(process: &Process) -> Vec<&Metric> {
    let metrics = FIGURES.iter();
    metrics.filter_map(|name| process.metric(name)).collect()
}

row! {
    /// One rep.
    pub struct ScorecardRow {
        pub rep: String,
        pub team: Option<String>,
        /// Deals that are open, or were opened or closed in the period.
        pub handled: usize,
        pub open: usize,
        pub won: usize,
        pub lost: usize,
        pub win_share: Option<f64>,
        pub win_low: Option<f64>,
        pub win_high: Option<f64>,
        pub win_n: usize,
        /// What a rep with this record can be expected to close, allowing for few deals.
        pub win_expected_share: Option<f64>,
        /// `inside` what chance explains when everybody closes alike, at the `edge` (outside of 95 %) or
        /// `outside` of it (of 99.8 %), `low` or `high`.
        pub win_zone: Option<&'static str>,
        pub revenue_minor: Option<i64>,
        pub average_won_minor: Option<i64>,
        pub cost_per_process_minor: Option<i64>,
        pub cycle_days: Option<f64>,
        pub on_time_share: Option<f64>,
        pub on_time_n: usize,
        pub capacity: Option<u32>,
        /// Open deals ÷ capacity.
        pub capacity_used_share: Option<f64>,
    }
}

/// What is known of one rep.
struct Rep {
    /// Index into [`Book::owners`].
    at: usize,
    handled: usize,
    open: usize,
    won: usize,
    lost: usize,
    /// As [`FIGURES`].
    figures: [Figure; FIGURES.len()],
    /// The closing ratio as so many of so many.
    closing: Trials,
    expected: Option<f64>,
    zone: Option<&'static str>,
    capacity: Option<u32>,
}

impl Rep {
    fn capacity_used(&self) -> Option<f64> {
        let capacity = self.capacity.filter(|capacity| *capacity > 0)?;
        Some(self.open as f64 / f64::from(capacity))
    }
}

/// All reps that are asked about, in the order of their names.
struct Reps {
    all: Vec<Rep>,
    together: Trials,
    notes: Vec<String>,
}

impl Reps {
    fn of(process: &Process, book: &Book, ask: &Ask) -> Result<Self, String> {
        let metrics = figures(process);
        let by_rep = Ask {
            by: vec![Dimension::Rep],
            ..ask.clone()
        };
        let measured = measure(process, book, &metrics, &by_rep)?;
        let deals = &book.deals;
        let mut reps: Vec<Rep> = (0..book.owners.len())
            .map(|at| Rep {
                at,
                handled: 0,
                open: 0,
                won: 0,
                lost: 0,
                figures: [Figure::default(); FIGURES.len()],
                closing: Trials::default(),
                expected: None,
                zone: None,
                capacity: book.reps.get(at).and_then(|rep| rep.capacity),
            })
            .collect();
        for deal in (0..deals.len()).filter(|deal| ask.includes(*deal)) {
            let Some(owner) = deals.owner[deal] else {
                continue;
            };
            let rep = &mut reps[owner as usize];
            let ended = decided(book, ask, deal);
            match ended {
                Some(true) => rep.won += 1,
                Some(false) => rep.lost += 1,
                None => {}
            }
            let open = deals.state[deal].is_open();
            rep.open += usize::from(open);
            let begun = deals.opened[deal].is_some() && ask.within(deals.opened[deal]);
            rep.handled += usize::from(open || ended.is_some() || begun);
        }
        for rep in &mut reps {
            let name = book.owners[rep.at].name.as_str();
            for (figure, metric) in measured
                .of(&[Some(name)])
                .into_iter()
                .flatten()
                .zip(&metrics)
            {
                if let Some(at) = FIGURES.iter().position(|known| *known == metric.name) {
                    rep.figures[at] = *figure;
                }
            }
            // As the metric has it; what it finds too little to state still counts among all.
            let ratio = rep.figures[WIN_RATE];
            rep.closing = match ratio.value {
                Some(share) => Trials::new(
                    (share.clamp(0.0, 1.0) * ratio.n).round() as usize,
                    ratio.n.round() as usize,
                ),
                None => Trials::new(rep.won, rep.won + rep.lost),
            };
        }
        let shown = |rep: &Rep| {
            rep.handled > 0
                || (ask.only.is_none() && book.reps.get(rep.at).is_some_and(|facts| facts.active))
        };
        reps.retain(shown);
        reps.sort_by(|a, b| book.owners[a.at].name.cmp(&book.owners[b.at].name));
        let together: Trials = reps.iter().map(|rep| rep.closing).sum();
        let records = reps
            .iter()
            .map(|rep| (rep.closing.successes as u32, rep.closing.n as u32));
        let prior = Prior::of(records.collect::<Vec<_>>().into_iter());
        for rep in &mut reps {
            let (won, n) = (rep.closing.successes as u32, rep.closing.n as u32);
            rep.expected = (together.n > 0).then(|| prior.expect(won, n));
            rep.zone = together
                .rate()
                .filter(|_| rep.closing.n >= ENOUGH)
                .map(|rate| zone(rep.closing, rate));
        }
        let mut notes = measured.notes;
        notes.extend(undated(book, ask, &[State::Won, State::Lost]));
        Ok(Self {
            all: reps,
            together,
            notes,
        })
    }

    /// The middle of what reps have; `None` of none.
    fn median(&self, of: impl Fn(&Rep) -> Option<f64>) -> Option<f64> {
        median(self.all.iter().filter_map(of).collect())
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// Where a ratio lies in the funnel plot of all.
fn zone(closing: Trials, all: f64) -> &'static str {
    let share = closing.rate().unwrap_or(all);
    let (low, high) = control_limits(all, closing.n, ALARM);
    let (warn_low, warn_high) = control_limits(all, closing.n, WARNING);
    if share < low {
        "outside_low"
    } else if share > high {
        "outside_high"
    } else if share < warn_low {
        "edge_low"
    } else if share > warn_high {
        "edge_high"
    } else {
        "inside"
    }
}

/// For people.
fn zone_words(zone: &str) -> &'static str {
    match zone {
        "outside_low" => "below chance",
        "outside_high" => "above chance",
        "edge_low" => "low, at the edge",
        "edge_high" => "high, at the edge",
        _ => "within chance",
    }
}

fn minor(figure: Figure) -> Option<i64> {
    figure.value.map(|value| value.round() as i64)
}

/// Every rep in a line.
pub fn scorecard(
    process: &Process,
    book: &Book,
    ask: &Ask,
) -> Result<Report<ScorecardRow>, String> {
    let reps = Reps::of(process, book, ask)?;
    let rows: Vec<ScorecardRow> = reps.all.iter().map(|rep| line(book, rep)).collect();
    let n = rows.iter().map(|row| row.handled).sum();
    let mut notes = Converter::new(process, book).notes();
    notes.extend(reps.notes.iter().cloned());
    if reps.together.n == 0 {
        notes.push("insufficient history: no deal was won or lost".to_string());
    }
    let answer = answer(
        "salesctl/report-scorecard/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let mut document = Document::default()
        .heading(heading("Scorecard: deals handled", ask, n, book))
        .table(table(process, book, &reps, &answer.rows));
    if let Some(rate) = reps.together.rate() {
        document = document
            .line(format!(
                "closing ratio of all, {} decided: {}; `expected` mixes each rep's record with it, the more the fewer deals it rests on",
                super::counted(reps.together.n),
                super::percent(rate)
            ))
            .chart(chart(&reps, book, rate));
    }
    document = document.line(
        "chance: beyond it lie ratios that 1 in 500 equal reps would have; at its edge, 1 in 20",
    );
    document = document.line(format!(
        "one rep in full: salesctl report scorecard REP{}",
        ask.again(&["period", "team", "where", "as-of"])
    ));
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

fn line(book: &Book, rep: &Rep) -> ScorecardRow {
    let [ratio, revenue, average, cost, cycle, on_time] = rep.figures;
    let team = book.reps.get(rep.at).and_then(|facts| facts.team);
    ScorecardRow {
        rep: book.owners[rep.at].name.clone(),
        team: team.map(|at| book.teams[at as usize].name.clone()),
        handled: rep.handled,
        open: rep.open,
        won: rep.won,
        lost: rep.lost,
        win_share: ratio.value,
        win_low: ratio.low,
        win_high: ratio.high,
        win_n: rep.closing.n,
        win_expected_share: rep.expected,
        win_zone: rep.zone,
        revenue_minor: minor(revenue),
        average_won_minor: minor(average),
        cost_per_process_minor: minor(cost),
        cycle_days: cycle.value,
        on_time_share: on_time.value,
        on_time_n: on_time.n.round() as usize,
        capacity: rep.capacity,
        capacity_used_share: rep.capacity_used(),
    }
}

fn table(process: &Process, book: &Book, reps: &Reps, rows: &[ScorecardRow]) -> Table {
    let code = process.currency.code();
    let money = |minor: Option<i64>| or_nothing(minor, |minor| whole(minor, process.currency));
    let mut lines: Vec<Vec<Cell>> = rows
        .iter()
        .zip(&reps.all)
        .map(|(row, rep)| {
            vec![
                Cell::Text(book.owners[rep.at].title.clone()),
                count(row.handled),
                count(row.won),
                money(row.revenue_minor),
                money(row.average_won_minor),
                or_nothing(row.win_share, Cell::Share),
                or_nothing(row.win_low.zip(row.win_high), |(low, high)| {
                    Cell::Text(super::percents(low, high))
                }),
                or_nothing(row.win_expected_share, Cell::Share),
                Cell::text(row.win_zone.map(zone_words)),
                money(row.cost_per_process_minor),
                or_nothing(row.cycle_days, Cell::Days),
                or_nothing(row.on_time_share, Cell::Share),
                or_nothing(row.capacity_used_share, Cell::Share),
            ]
        })
        .collect();
    let figure = |at: usize| reps.median(|rep| rep.figures[at].value);
    let whole_of = |value: Option<f64>| money(value.map(|value| value.round() as i64));
    let of_count =
        |of: fn(&Rep) -> usize| or_nothing(reps.median(|rep| Some(of(rep) as f64)), Cell::Days);
    lines.push(vec![
        Cell::Text("median".to_string()),
        of_count(|rep| rep.handled),
        of_count(|rep| rep.won),
        whole_of(figure(REVENUE)),
        whole_of(figure(AVERAGE)),
        or_nothing(figure(WIN_RATE), Cell::Share),
        Cell::Nothing,
        or_nothing(reps.median(|rep| rep.expected), Cell::Share),
        Cell::Nothing,
        whole_of(figure(3)),
        or_nothing(figure(4), Cell::Days),
        or_nothing(figure(5), Cell::Share),
        or_nothing(reps.median(Rep::capacity_used), Cell::Share),
    ]);
    Table {
        columns: vec![
            TableColumn::left("rep"),
            TableColumn::right("deals"),
            TableColumn::right("won"),
            TableColumn::right(format!("sales {code}")),
            TableColumn::right(format!("average {code}")).rank(5),
            TableColumn::right("closing"),
            TableColumn::right("95 % interval").rank(3),
            TableColumn::right("expected").rank(4),
            TableColumn::left("chance").rank(1),
            TableColumn::right(format!("cost {code}")).rank(6),
            TableColumn::right("cycle days").rank(7),
            TableColumn::right("on time").rank(8),
            TableColumn::right("capacity").rank(2),
        ],
        rows: lines,
    }
}

/// The funnel plot: closing ratio over the number of decided deals, with the lines of chance.
fn chart(reps: &Reps, book: &Book, rate: f64) -> Chart {
    let most = reps.all.iter().map(|rep| rep.closing.n).max().unwrap_or(0);
    let bars = reps.all.iter().filter_map(|rep| {
        Some(Bar {
            label: book.owners[rep.at].title.clone(),
            value: rep.figures[WIN_RATE].value?,
            interval: rep.figures[WIN_RATE].low.zip(rep.figures[WIN_RATE].high),
            mark: Some((rate, "all together")),
        })
    });
    Chart {
        title: "Closing ratio by rep".to_string(),
        description: format!(
            "One bar for each rep with enough decided deals, up to {most}, with its 95 % interval and the ratio of all, {}.",
            super::percent(rate)
        ),
        unit: Unit::Share,
        shape: Shape::Bars(bars.collect()),
    }
}
