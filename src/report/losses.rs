//! Why deals were lost: by reason, by the stage they were lost from, by what they would have been worth; and
//! which reasons grew.

use serde::Serialize;

use super::convert::Converter;
use super::group::{GroupColumns, Groups, as_columns};
use super::losses_shown::{columns, from_stages, grown, recorded, shown, title};
use super::{Ask, Report, Stages, answer, heading, with_notes};
use crate::date;
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Document, Period, Row, Table, row};
use crate::process::Process;
use crate::statistics::{ENOUGH, Share};

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
pub(super) struct Tally {
    pub(super) lost: usize,
    value: i64,
    valued: usize,
}

impl Tally {
    pub(super) fn plus(&mut self, other: &Self) {
        self.lost += other.lost;
        self.value = self.value.saturating_add(other.value);
        self.valued += other.valued;
    }

    pub(super) fn value(&self) -> Option<i64> {
        (self.valued > 0).then_some(self.value)
    }
}

/// Reasons and stages laid side by side: where a loss is counted within its group.
pub(super) struct Places<'a> {
    pub(super) stages: Stages<'a>,
    /// One more than the Book has: the last is of losses without one.
    pub(super) reasons: usize,
}

impl Places<'_> {
    pub(super) fn stages(&self) -> usize {
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
        found.sort_by_key(|(reason, sum)| (std::cmp::Reverse(sum.lost), name(book, *reason)));
        found
    }
}

/// The reason's name; past those of the Book there is none.
pub(super) fn name(book: &Book, reason: usize) -> &str {
    book.reasons.get(reason).map_or(UNRECORDED, String::as_str)
}

pub(super) fn sum(tallies: &[Tally]) -> Tally {
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
pub(super) struct Compared {
    pub(super) now: Share,
    pub(super) before: Option<Share>,
}

impl Compared {
    pub(super) fn change(&self) -> Option<(f64, f64)> {
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
            let name = name(book, reason);
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
        format!(" by {}", groups.titles.join(", "))
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

#[cfg(test)]
#[path = "losses_tests.rs"]
mod tests;
