//! Why deals were lost: by reason, by the stage they were lost from, by what they would have been worth; and
//! which reasons grew.

use serde::Serialize;

use super::convert::Converter;
use super::group::{GroupColumns, Groups, as_columns};
use super::statistics::{ENOUGH, Share};
use super::{
    Ask, Report, Stages, answer, count, heading, or_nothing, percent, percents, whole, with_notes,
};
use crate::date;
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Cell, Document, Period, Row, Table, TableColumn, row};
use crate::process::Process;

/// What it reads.
pub const LOSSES: Needs = Needs::of(Columns::WORTH.and(Columns::REASON).and(Columns::STAGE));

/// What a loss without a reason is called.
const UNRECORDED: &str = "unrecorded";

/// The losses of one group for one reason, in all or from one stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LossesRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub loss: Loss,
}

row! {
    pub struct Loss {
        /// `reason`: from all stages; `stage`: those of that reason lost from one stage.
        pub level: &'static str,
        /// `unrecorded` where none was told.
        pub reason: String,
        /// Where it was lost from; null for all stages, and where that was never told.
        pub stage: Option<String>,
        pub lost: usize,
        /// Of the losses of its group.
        pub lost_share: f64,
        pub lost_low: f64,
        pub lost_high: f64,
        pub n: usize,
        /// Null when none of them has a value that can be converted.
        pub lost_value_minor: Option<i64>,
        /// Without a value that can be converted.
        pub without_value: usize,
        /// In the period before, of the losses of the same group.
        pub before_lost: Option<usize>,
        pub before_n: Option<usize>,
        pub before_share: Option<f64>,
        /// The 95 % interval of the difference of the two shares (Newcombe).
        pub change_low: Option<f64>,
        pub change_high: Option<f64>,
    }
}

impl Row for LossesRow {
    fn columns() -> Vec<&'static str> {
        Loss::columns()
    }
}

#[derive(Clone, Copy, Default)]
struct Tally {
    lost: usize,
    value: i64,
    valued: usize,
}

impl Tally {
    fn plus(&mut self, other: &Self) {
        self.lost += other.lost;
        self.value = self.value.saturating_add(other.value);
        self.valued += other.valued;
    }

    fn value(&self) -> Option<i64> {
        (self.valued > 0).then_some(self.value)
    }
}

/// Reasons and stages laid side by side: where a loss is counted within its group.
struct Places<'a> {
    stages: Stages<'a>,
    /// One more than the Book has: the last is of losses without one.
    reasons: usize,
}

impl Places<'_> {
    fn stages(&self) -> usize {
        self.stages.lines.len() + 1
    }

    fn of(&self, book: &Book, deal: usize) -> usize {
        let reason = book.deals.reason[deal].map_or(self.reasons - 1, |at| at as usize);
        let stage = book.deals.stage[deal].map_or(self.stages.lines.len(), |at| {
            self.stages.slot[usize::from(at)]
        });
        reason * self.stages() + stage
    }

    /// Each reason with its losses from all stages, the most frequent first; equal ones by name.
    fn by_reason(&self, book: &Book, tallies: &[Tally]) -> Vec<(usize, Tally)> {
        let sums = tallies.chunks(self.stages()).map(sum).enumerate();
        let mut found: Vec<(usize, Tally)> = sums.filter(|(_, sum)| sum.lost > 0).collect();
        found
            .sort_by_key(|(reason, sum)| (std::cmp::Reverse(sum.lost), reason_name(book, *reason)));
        found
    }
}

fn reason_name(book: &Book, reason: usize) -> &str {
    book.reasons.get(reason).map_or(UNRECORDED, String::as_str)
}

fn sum(tallies: &[Tally]) -> Tally {
    tallies.iter().fold(Tally::default(), |mut sum, tally| {
        sum.plus(tally);
        sum
    })
}

/// By group; groups without a loss stay empty.
fn counted(
    book: &Book,
    ask: &Ask,
    period: Option<Period>,
    groups: &Groups<'_>,
    places: &Places<'_>,
    converter: &mut Converter<'_>,
) -> Vec<Vec<Tally>> {
    let mut all = vec![Vec::new(); groups.len()];
    for deal in 0..book.deals.len() {
        let when = book.deals.closed[deal];
        let within =
            period.is_none_or(|period| when.is_some_and(|closed| period.contains(closed.date())));
        if book.deals.state[deal] != State::Lost || !within || !ask.includes(deal) {
            continue;
        }
        let group = &mut all[groups.of[deal] as usize];
        if group.is_empty() {
            group.resize(places.reasons * places.stages(), Tally::default());
        }
        let tally = &mut group[places.of(book, deal)];
        tally.lost += 1;
        if let Some(minor) = converter.worth(deal).known() {
            tally.value = tally.value.saturating_add(minor);
            tally.valued += 1;
        }
    }
    all
}

/// One group's share of losses for a reason, and the same in the period before.
struct Compared {
    now: Share,
    before: Option<Share>,
}

impl Compared {
    fn change(&self) -> Option<(f64, f64)> {
        let before = self.before?;
        (self.now.n >= ENOUGH && before.n >= ENOUGH).then(|| self.now.difference(before))
    }
}

/// The deals lost in the period by reason and stage, grouped by `ask.by`.
pub fn losses(process: &Process, book: &Book, ask: &Ask) -> Result<Report<LossesRow>, String> {
    let groups = Groups::new(book, &ask.by, &Loss::columns())?;
    let places = Places {
        stages: Stages::new(process, book),
        reasons: book.reasons.len() + 1,
    };
    let mut converter = Converter::new(process, book);
    let now = counted(book, ask, ask.period, &groups, &places, &mut converter);
    let earlier = ask.period.and_then(date::previous);
    let before = earlier.map(|period| {
        let mut unheard = Converter::new(process, book);
        counted(book, ask, Some(period), &groups, &places, &mut unheard)
    });

    let mut order: Vec<(usize, Tally)> = now
        .iter()
        .map(|tallies| sum(tallies))
        .enumerate()
        .filter(|(_, sum)| sum.lost > 0)
        .collect();
    order.sort_by_key(|(group, sum)| (std::cmp::Reverse(sum.lost), groups.order(*group)));
    let mut rows = Vec::new();
    let mut cells = Vec::new();
    let mut changes = Vec::new();
    for (group, total) in &order {
        let was = before.as_ref().map(|before| before[*group].as_slice());
        for (reason, tally) in places.by_reason(book, &now[*group]) {
            let Some(share) = Share::of(tally.lost, total.lost) else {
                continue;
            };
            let compared = Compared {
                now: share,
                before: was.and_then(|was| {
                    let range = reason * places.stages()..(reason + 1) * places.stages();
                    Share::of(sum(was.get(range)?).lost, sum(was).lost)
                }),
            };
            let name = reason_name(book, reason);
            let mut line = loss("reason", name, tally, share);
            let then = was.map(|was| {
                let range = reason * places.stages()..(reason + 1) * places.stages();
                (was.get(range).map_or(0, |was| sum(was).lost), sum(was).lost)
            });
            line.before_lost = then.map(|(lost, _)| lost);
            line.before_n = then.map(|(_, n)| n);
            line.before_share = compared.before.map(|before| before.share);
            line.change_low = compared.change().map(|(low, _)| low);
            line.change_high = compared.change().map(|(_, high)| high);
            let title = title(process, name);
            cells.push(shown(process, groups.cells(*group), &title, &line));
            rows.push(LossesRow {
                group: groups.columns(*group),
                loss: line,
            });
            changes.push((groups.title(*group), title, compared));
            let from = &now[*group][reason * places.stages()..(reason + 1) * places.stages()];
            for (slot, tally) in from.iter().enumerate().filter(|(_, tally)| tally.lost > 0) {
                if let Some(share) = Share::of(tally.lost, total.lost) {
                    let mut line = loss("stage", name, *tally, share);
                    line.stage = places
                        .stages
                        .lines
                        .get(slot)
                        .map(|(name, _)| (*name).to_string());
                    rows.push(LossesRow {
                        group: groups.columns(*group),
                        loss: line,
                    });
                }
            }
        }
    }

    let all = order.iter().fold(Tally::default(), |mut all, (_, sum)| {
        all.plus(sum);
        all
    });
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    notes.extend(super::win_rate::undated(book, ask, &[State::Lost]));
    if all.lost == 0 {
        notes.push("insufficient history: no deal was lost".to_string());
    }
    let mut answer = answer(
        "salesctl/report-losses/1",
        process,
        book,
        ask,
        (all.lost, rows, notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let by = if groups.names.is_empty() {
        String::new()
    } else {
        format!(" by {}", groups.names.join(", "))
    };
    let what = format!("Losses{by}: deals lost");
    let mut document = Document::default().heading(heading(&what, ask, all.lost, book));
    if all.lost > 0 {
        document = document
            .table(Table {
                columns: columns(process, &groups, earlier),
                rows: cells,
            })
            .table(from_stages(process, book, &places, &now, &all));
        document = document.line(recorded(&places, &now, &all));
        if let Some(earlier) = earlier {
            document = document.line(grown(&changes, earlier));
        }
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

fn loss(level: &'static str, reason: &str, tally: Tally, share: Share) -> Loss {
    Loss {
        level,
        reason: reason.to_string(),
        stage: None,
        lost: tally.lost,
        lost_share: share.share,
        lost_low: share.low,
        lost_high: share.high,
        n: share.n,
        lost_value_minor: tally.value(),
        without_value: tally.lost - tally.valued,
        before_lost: None,
        before_n: None,
        before_share: None,
        change_low: None,
        change_high: None,
    }
}

fn title(process: &Process, reason: &str) -> String {
    process
        .lost_reasons
        .iter()
        .find(|known| known.name == reason)
        .map_or_else(|| reason.to_string(), |known| known.title.clone())
}

fn columns(process: &Process, groups: &Groups<'_>, earlier: Option<Period>) -> Vec<TableColumn> {
    let names = groups.names.iter();
    let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
    columns.extend([
        TableColumn::left("reason"),
        TableColumn::right("lost"),
        TableColumn::right("share"),
        TableColumn::right("95 % interval").rank(2),
        TableColumn::left("").rank(4),
        TableColumn::right(format!("lost {}", process.currency.code())),
        TableColumn::right("no value").rank(3),
    ]);
    if earlier.is_some() {
        columns.push(TableColumn::right("before").rank(1));
    }
    columns
}

fn shown(process: &Process, mut cells: Vec<Cell>, title: &str, line: &Loss) -> Vec<Cell> {
    cells.extend([
        Cell::Text(title.to_string()),
        count(line.lost),
        Cell::Share(line.lost_share),
        Cell::Text(percents(line.lost_low, line.lost_high)),
        Cell::Bar(line.lost_share),
        or_nothing(line.lost_value_minor, |minor| {
            whole(minor, process.currency)
        }),
        count(line.without_value),
    ]);
    if let Some((lost, n)) = line.before_lost.zip(line.before_n) {
        cells.push(Cell::Text(format!("{lost} of {n}")));
    }
    cells
}

/// Where they were lost from, with what was said most often there.
fn from_stages(
    process: &Process,
    book: &Book,
    places: &Places<'_>,
    now: &[Vec<Tally>],
    all: &Tally,
) -> Table {
    let mut grid = vec![Tally::default(); places.reasons * places.stages()];
    for group in now {
        for (sum, tally) in grid.iter_mut().zip(group) {
            sum.plus(tally);
        }
    }
    let of = |slot: usize| grid[slot..].iter().step_by(places.stages());
    let rows = (0..places.stages()).filter_map(|slot| {
        let stage = of(slot).fold(Tally::default(), |mut sum, tally| {
            sum.plus(tally);
            sum
        });
        if stage.lost == 0 {
            return None;
        }
        let most = of(slot)
            .enumerate()
            .max_by_key(|(reason, tally)| (tally.lost, std::cmp::Reverse(*reason)));
        let most = most.map(|(reason, tally)| {
            let title = title(process, reason_name(book, reason));
            format!("{title} ({} of {})", tally.lost, stage.lost)
        });
        let share = Share::of(stage.lost, all.lost);
        let line = places.stages.lines.get(slot);
        Some(vec![
            Cell::Text(line.map_or("(never told)", |(_, title)| *title).to_string()),
            count(stage.lost),
            or_nothing(share, |share| Cell::Share(share.share)),
            or_nothing(share, |share| Cell::Text(percents(share.low, share.high))),
            or_nothing(stage.value(), |minor| whole(minor, process.currency)),
            Cell::text(most),
        ])
    });
    Table {
        columns: vec![
            TableColumn::left("lost from"),
            TableColumn::right("lost"),
            TableColumn::right("share"),
            TableColumn::right("95 % interval").rank(2),
            TableColumn::right(format!("lost {}", process.currency.code())),
            TableColumn::left("most often").rank(1),
        ],
        rows: rows.collect(),
    }
}

/// How far the reasons can be trusted: what is not told is not told at random.
fn recorded(places: &Places<'_>, now: &[Vec<Tally>], all: &Tally) -> String {
    let last = (places.reasons - 1) * places.stages();
    let without: usize = now
        .iter()
        .map(|group| group.get(last..).map_or(0, |group| sum(group).lost))
        .sum();
    match (without, Share::of(without, all.lost)) {
        (0, _) | (_, None) => format!("every one of the {} losses has a reason", all.lost),
        (_, Some(share)) => format!(
            "{without} of {} losses have no reason ({}): salesctl deal list --all --where \"state = 'lost' and reason is null\"",
            all.lost,
            percent(share.share)
        ),
    }
}

/// Which reasons took a larger share of the losses than in the period before.
fn grown(changes: &[(String, String, Compared)], earlier: Period) -> String {
    let compared = changes
        .iter()
        .filter(|(.., it)| it.change().is_some())
        .count();
    let then = date::range(earlier);
    if compared == 0 {
        return format!(
            "against {then}: insufficient history, shares are compared from {ENOUGH} losses in both periods on"
        );
    }
    let said: Vec<String> = changes
        .iter()
        .filter_map(|(group, reason, it)| {
            let ((low, high), before) = it.change().zip(it.before)?;
            let of = if group.is_empty() {
                String::new()
            } else {
                format!(" ({group})")
            };
            (low > 0.0).then(|| {
                format!(
                    "{reason}{of} from {} to {}, by {:.0} to {:.0} points",
                    percent(before.share),
                    percent(it.now.share),
                    low * 100.0,
                    high * 100.0
                )
            })
        })
        .collect();
    let chance = match compared {
        1 => String::new(),
        _ => format!("; of {compared} compared, one in forty would seem to by chance alone"),
    };
    if said.is_empty() {
        format!("against {then}: no reason's share grew by more than chance explains")
    } else {
        format!("against {then} grew: {}{chance}", said.join("; "))
    }
}

#[cfg(test)]
#[path = "losses_tests.rs"]
mod tests;
