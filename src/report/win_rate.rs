//! Which deals that were decided were won: in all, or by rep, team, product, source and fields.

use std::collections::HashMap;

use serde::{Serialize, Serializer};

use super::convert::{Converter, Worth};
use super::statistics::{ENOUGH, Share, binomial_tail};
use super::{
    Ask, Dimension, Report, answer, count, deals_are, heading, or_nothing, percent, percents,
    whole, with_notes,
};
use crate::deal::book::{Book, Named, State};
use crate::document::{Cell, Document, Row, Table, TableColumn, row};
use crate::process::Process;

/// The decided deals of one group: its dimensions come first, as columns of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WinRateRow {
    /// Column and value; null where the deal has none.
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: Vec<(String, Option<String>)>,
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

fn as_columns<S: Serializer>(group: &[(String, Option<String>)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(group.iter().map(|(name, value)| (name, value)))
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
pub(super) fn undated(book: &Book, ask: &Ask) -> Option<String> {
    ask.period?;
    let undated = (0..book.deals.len())
        .filter(|deal| {
            !book.deals.state[*deal].is_open()
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

/// A label for machines and for people; `None` is of deals that have none.
type Label<'a> = Option<(&'a str, &'a str)>;

/// One group: a label for each dimension.
type Line<'a> = (Vec<Label<'a>>, Tally);

/// One dimension's column over all deals, and its labels.
struct Grouping<'a> {
    index: &'a [Option<u32>],
    labels: Labels<'a>,
}

enum Labels<'a> {
    Named(&'a [Named]),
    Plain(&'a [String]),
}

impl Labels<'_> {
    /// For machines, and for people.
    fn of(&self, index: u32) -> Option<(&str, &str)> {
        match self {
            Self::Named(named) => named
                .get(index as usize)
                .map(|named| (named.name.as_str(), named.title.as_str())),
            Self::Plain(plain) => plain
                .get(index as usize)
                .map(|label| (label.as_str(), label.as_str())),
        }
    }
}

fn grouping<'a>(book: &'a Book, dimension: &Dimension) -> Result<Grouping<'a>, String> {
    let deals = &book.deals;
    let (index, labels) = match dimension {
        Dimension::Rep => (&deals.owner, Labels::Named(&book.owners)),
        Dimension::Team => (&deals.team, Labels::Named(&book.teams)),
        Dimension::Product => (&deals.product, Labels::Named(&book.products)),
        Dimension::Source => (&deals.source, Labels::Named(&book.sources)),
        Dimension::Attribute(field) => {
            if Record::columns().contains(&field.as_str()) {
                return Err(format!(
                    "deals can't be grouped by `{field}`: this report has a column of that name"
                ));
            }
            let labelled = book.attributes.get(field).ok_or_else(|| {
                let known = ["rep", "team", "product", "source"].into_iter().chain(book.attributes.keys().map(String::as_str));
                let near = crate::text::nearest(field, known)
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                format!("deals can't be grouped by `{field}`: it is none of rep, team, product, source and the process's fields{near}")
            })?;
            (&labelled.index, Labels::Plain(&labelled.labels))
        }
    };
    Ok(Grouping { index, labels })
}

/// Groups are keyed by up to this many label numbers of 32 bits.
const MOST_DIMENSIONS: usize = 4;

/// won ÷ (won + lost) of the deals that closed in the period, by `ask.by`; one row without a dimension.
pub fn win_rate(process: &Process, book: &Book, ask: &Ask) -> Result<Report<WinRateRow>, String> {
    let names: Vec<&str> = ask.by.iter().map(Dimension::name).collect();
    if names.len() > MOST_DIMENSIONS {
        return Err(format!(
            "deals can be grouped by {MOST_DIMENSIONS} dimensions at once, not by {}",
            names.len()
        ));
    }
    if let Some(twice) = names
        .iter()
        .enumerate()
        .find(|(i, name)| names[..*i].contains(name))
    {
        return Err(format!("`{}` is given twice to group by", twice.1));
    }
    let groupings = ask
        .by
        .iter()
        .map(|by| grouping(book, by))
        .collect::<Result<Vec<_>, _>>()?;

    let mut converter = Converter::new(process, book);
    let mut groups: HashMap<u128, Tally> = HashMap::new();
    for deal in 0..book.deals.len() {
        let Some(won) = decided(book, ask, deal) else {
            continue;
        };
        let key = groupings.iter().fold(0_u128, |key, grouping| {
            // Zero is a deal without a label, which is a group like any other.
            (key << 32) | grouping.index[deal].map_or(0, |label| u128::from(label) + 1)
        });
        groups
            .entry(key)
            .or_default()
            .add(won, converter.worth(deal));
    }
    if names.is_empty() {
        groups.entry(0).or_default();
    }

    let mut all = Tally::default();
    let mut lines: Vec<Line> = Vec::with_capacity(groups.len());
    for (key, tally) in &groups {
        all.plus(tally);
        let labels = groupings.iter().enumerate().map(|(place, grouping)| {
            let label = (key >> (32 * (groupings.len() - 1 - place))) as u32;
            label
                .checked_sub(1)
                .and_then(|label| grouping.labels.of(label))
        });
        lines.push((labels.collect(), *tally));
    }
    // The largest groups first; equal ones by their names, those without a name last.
    lines.sort_by(|(a_labels, a), (b_labels, b)| {
        let names = |labels: &[Label]| -> Vec<(bool, String)> {
            labels
                .iter()
                .map(|label| {
                    (
                        label.is_none(),
                        label.map_or(String::new(), |(name, _)| name.to_string()),
                    )
                })
                .collect()
        };
        b.n()
            .cmp(&a.n())
            .then_with(|| names(a_labels).cmp(&names(b_labels)))
    });

    let table = table(process, &names, &lines);
    let rows = lines.iter().map(|(labels, tally)| WinRateRow {
        group: names
            .iter()
            .zip(labels)
            .map(|(name, label)| ((*name).to_string(), label.map(|(name, _)| name.to_string())))
            .collect(),
        record: tally.record(),
    });
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    notes.extend(undated(book, ask));
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
        format!(" by {}", names.join(", "))
    };
    let what = format!("Win rate{by}: deals closed");
    let mut document = Document::default()
        .heading(heading(&what, ask, all.n(), book))
        .table(table);
    if let Some(share) = all.share() {
        document = document.line(format!(
            "together: {} of {} won, {} (95 % interval {})",
            all.won,
            all.n(),
            percent(share.share),
            percents(share.low, share.high)
        ));
    }
    if let Some(surprise) = surprise(&lines, &all) {
        document = document.line(surprise);
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// Groups that differ from everybody by more than luck: an exact binomial test on either side, at 5 %
/// over all of them together (C. E. Bonferroni, 1936), so that many groups don't make a few surprising.
fn surprise(lines: &[Line], all: &Tally) -> Option<String> {
    let together = all.share()?.share;
    if lines.len() < 2 {
        return None;
    }
    let level = 0.05 / (2.0 * lines.len() as f64);
    let named = |chance: fn(&Tally, f64) -> f64| -> Vec<String> {
        lines
            .iter()
            .filter(|(_, tally)| tally.n() >= ENOUGH && chance(tally, together) < level)
            .map(|(labels, _)| {
                labels
                    .iter()
                    .map(|label| label.map_or("(none)", |(_, title)| title))
                    .collect::<Vec<_>>()
                    .join(" / ")
            })
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
        format!("by more than chance explains, {}", found.join("; "))
    })
}

fn table(process: &Process, names: &[&str], lines: &[Line]) -> Table {
    let code = process.currency.code();
    let mut columns: Vec<TableColumn> = names.iter().map(|name| TableColumn::left(*name)).collect();
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
    let rows = lines.iter().map(|(labels, tally)| {
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
        let mut cells: Vec<Cell> = labels
            .iter()
            .map(|label| Cell::Text(label.map_or("(none)", |(_, title)| title).to_string()))
            .collect();
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
