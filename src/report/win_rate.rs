//! Which deals that were decided were won: in all, or by rep, team, product, source and fields.

use serde::Serialize;

use super::charts::win_rates;
use super::convert::{Converter, Worth};
use super::group::{GroupColumns, Groups, as_columns};
use super::{
    Ask, Report, answer, count, deals_are, heading, or_nothing, percent, percents, whole,
    with_notes,
};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Cell, Document, Row, Table, TableColumn, row};
use crate::process::Process;
use crate::statistics::{ENOUGH, Share, binomial_tail};

/// What it reads.
pub const WIN_RATE: Needs = Needs::of(Columns::WORTH);

/// The decided deals of one group: its dimensions come first, as columns of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WinRateRow {
    /// Column and value; null where the deal has none.
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub record: Record,
}

row! {
    pub struct Record {
        pub won: usize,
        pub lost: usize,
        pub n: usize,
        pub win_share: Option<f64>,
        pub win_low: Option<f64>,
        pub win_high: Option<f64>,
        /// Null when deals were won and none has a value that can be converted.
        pub won_value_minor: Option<i64>,
        pub lost_value_minor: Option<i64>,
    }
}

impl Row for WinRateRow {
    fn columns() -> Vec<&'static str> {
        Record::columns()
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) won: usize,
    pub(super) lost: usize,
    pub(super) won_value: i64,
    pub(super) won_valued: usize,
    lost_value: i64,
    lost_valued: usize,
}

impl Tally {
    pub(super) fn add(&mut self, won: bool, worth: Worth) {
        let (deals, value, valued) = if won {
            (&mut self.won, &mut self.won_value, &mut self.won_valued)
        } else {
            (&mut self.lost, &mut self.lost_value, &mut self.lost_valued)
        };
        *deals += 1;
        if let Some(minor) = worth.known() {
            *value = value.saturating_add(minor);
            *valued += 1;
        }
    }

    fn plus(&mut self, other: &Self) {
        self.won += other.won;
        self.lost += other.lost;
        self.won_value = self.won_value.saturating_add(other.won_value);
        self.won_valued += other.won_valued;
        self.lost_value = self.lost_value.saturating_add(other.lost_value);
        self.lost_valued += other.lost_valued;
    }

    pub(super) fn n(&self) -> usize {
        self.won + self.lost
    }

    pub(super) fn share(&self) -> Option<Share> {
        Share::of(self.won, self.n())
    }

    fn record(&self) -> Record {
        let share = self.share();
        Record {
            won: self.won,
            lost: self.lost,
            n: self.n(),
            win_share: share.map(|share| share.share),
            win_low: share.map(|share| share.low),
            win_high: share.map(|share| share.high),
            won_value_minor: (self.won_valued > 0 || self.won == 0).then_some(self.won_value),
            lost_value_minor: (self.lost_valued > 0 || self.lost == 0).then_some(self.lost_value),
        }
    }
}

/// Whether a deal was decided within the period, and how. One whose closing date was never told is
/// in no period.
pub(super) fn decided(book: &Book, ask: &Ask, deal: usize) -> Option<bool> {
    let won = match book.deals.state[deal] {
        State::Won => true,
        State::Lost => false,
        State::Open | State::Hold => return None,
    };
    (ask.includes(deal) && ask.within(book.deals.closed[deal])).then_some(won)
}

/// Decided deals that are asked about but lie in no period, as a note.
pub(super) fn undated(book: &Book, ask: &Ask, ends: &[State]) -> Option<String> {
    ask.period?;
    let undated = (0..book.deals.len())
        .filter(|deal| {
            ends.contains(&book.deals.state[*deal])
                && book.deals.closed[*deal].is_none()
                && ask.includes(*deal)
        })
        .count();
    (undated > 0).then(|| {
        format!(
            "{} left out: when they closed was never told",
            deals_are(undated)
        )
    })
}

/// One group, by its number.
type Line = (usize, Tally);

/// won ÷ (won + lost) of the deals that closed in the period, by `ask.by`; one row without a dimension.
pub fn win_rate(process: &Process, book: &Book, ask: &Ask) -> Result<Report<WinRateRow>, String> {
    let groups = Groups::new(book, &ask.by, &Record::columns())?;
    let names = &groups.names;

    let mut converter = Converter::new(process, book);
    let mut tallies = vec![Tally::default(); groups.len()];
    for deal in 0..book.deals.len() {
        if let Some(won) = decided(book, ask, deal) {
            tallies[groups.of[deal] as usize].add(won, converter.worth(deal));
        }
    }
    let mut all = Tally::default();
    let mut lines: Vec<Line> = Vec::with_capacity(groups.len());
    for (group, tally) in tallies.iter().enumerate() {
        all.plus(tally);
        if tally.n() > 0 || names.is_empty() {
            lines.push((group, *tally));
        }
    }
    // The largest groups first; equal ones by their names, those without a name last.
    lines.sort_by(|(a_group, a), (b_group, b)| {
        b.n()
            .cmp(&a.n())
            .then_with(|| groups.order(*a_group).cmp(&groups.order(*b_group)))
    });

    let table = table(process, &groups, &lines);
    let rows = lines.iter().map(|(group, tally)| WinRateRow {
        group: groups.columns(*group),
        record: tally.record(),
    });
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    notes.extend(undated(book, ask, &[State::Won, State::Lost]));
    if all.n() == 0 {
        notes.push("insufficient history: no deal was won or lost".to_string());
    }
    let mut answer = answer(
        "salesctl/report-win-rate/1",
        process,
        book,
        ask,
        (all.n(), rows.collect(), notes),
    );
    answer.by = names.iter().map(|name| (*name).to_string()).collect();

    let by = if names.is_empty() {
        String::new()
    } else {
        format!(" by {}", groups.titles.join(", "))
    };
    let what = format!("Win rate{by}: deals closed");
    let mut document = Document::default().heading(heading(&what, ask, all.n(), book));
    if let Some(all) = all.share().filter(|_| !names.is_empty()) {
        let shares = lines
            .iter()
            .filter_map(|(group, tally)| Some((groups.title(*group), tally.share()?)));
        document = document.chart(win_rates(&groups.titles, shares.collect(), all));
    }
    document = document.table(table);
    if let Some(share) = all.share() {
        document = document.line(format!(
            "together: {} of {} won, {} (95 % interval {})",
            all.won,
            all.n(),
            percent(share.share),
            percents(share.low, share.high)
        ));
    }
    if let Some(surprise) = surprise(&groups, &lines, &all) {
        document = document.line(surprise);
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// Groups that differ from everybody by more than luck: an exact binomial test on either side, at 5 %
/// over all of them together (C. E. Bonferroni, 1936), so that many groups don't make a few surprising.
fn surprise(groups: &Groups<'_>, lines: &[Line], all: &Tally) -> Option<String> {
    let together = all.share()?.share;
    if lines.len() < 2 {
        return None;
    }
    let level = 0.05 / (2.0 * lines.len() as f64);
    let named = |chance: fn(&Tally, f64) -> f64| -> Vec<String> {
        lines
            .iter()
            .filter(|(_, tally)| tally.n() >= ENOUGH && chance(tally, together) < level)
            .map(|(group, _)| groups.title(*group))
            .collect()
    };
    let above = named(|tally, together| binomial_tail(tally.won, tally.n(), together));
    let below = named(|tally, together| binomial_tail(tally.lost, tally.n(), 1.0 - together));
    let mut found = Vec::new();
    if !above.is_empty() {
        found.push(format!("above that: {}", above.join(", ")));
    }
    if !below.is_empty() {
        found.push(format!("below that: {}", below.join(", ")));
    }
    Some(if found.is_empty() {
        "no group differs from all together by more than chance explains".to_string()
    } else {
        format!(
            "by more than chance explains, {}; at which step: salesctl report breakdown --by {}",
            found.join("; "),
            crate::text::quoted(&groups.names.join(","))
        )
    })
}

fn table(process: &Process, groups: &Groups<'_>, lines: &[Line]) -> Table {
    let code = process.currency.code();
    let names = groups.titles.iter();
    let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
    columns.extend([
        TableColumn::right("won"),
        TableColumn::right("lost").rank(2),
        TableColumn::right("n"),
        TableColumn::right("win rate"),
        TableColumn::right("95 % interval").rank(1),
        TableColumn::left("").rank(6),
        TableColumn::right(format!("won {code}")).rank(3),
        TableColumn::right(format!("lost {code}")).rank(5),
        TableColumn::right("by value").rank(4),
    ]);
    let rows = lines.iter().map(|(group, tally)| {
        let Record {
            won,
            lost,
            n,
            win_share,
            win_low,
            win_high,
            won_value_minor,
            lost_value_minor,
        } = tally.record();
        let by_value = won_value_minor
            .zip(lost_value_minor)
            .and_then(|(won, lost)| {
                let sum = won as f64 + lost as f64;
                (sum > 0.0).then(|| won as f64 / sum)
            });
        let mut cells = groups.cells(*group);
        cells.extend([
            count(won),
            count(lost),
            count(n),
            or_nothing(win_share, Cell::Share),
            or_nothing(win_low.zip(win_high), |(low, high)| {
                Cell::Text(percents(low, high))
            }),
            Cell::Bar(win_share.unwrap_or(0.0)),
            or_nothing(won_value_minor, |minor| whole(minor, process.currency)),
            or_nothing(lost_value_minor, |minor| whole(minor, process.currency)),
            or_nothing(by_value, Cell::Share),
        ]);
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
