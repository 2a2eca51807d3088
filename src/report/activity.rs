//! What was done, by whom and for what: calls, mails, meetings and letters with their time and cost.

use std::collections::BTreeMap;

use chrono::Datelike;
use serde::Serialize;

use super::cost::{Spent, unpriced, untimed};
use super::group::{GroupColumns, Groups, as_columns};
use super::{Ask, Dimension, Report, answer, count, heading, or_nothing, whole, with_notes};
use crate::deal::book::{Book, Columns, Needs};
use crate::deal::event::ActivityKind;
use crate::document::{Cell, Document, Row, Table, TableColumn, row};
use crate::process::Process;

/// What it reads.
pub const ACTIVITY: Needs = Needs::of(Columns::EFFORT);

/// What activities are grouped by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ActivityBy {
    /// Who did it.
    #[default]
    Rep,
    /// The team of who did it.
    Team,
    Kind,
    Month,
    /// What the deal has: its product, source, type, a field.
    Deal(Dimension),
}

impl ActivityBy {
    /// `rep`, `team`, `kind`, `month`; anything else is of the deal.
    pub fn from_name(name: &str) -> Self {
        match name {
            "rep" => Self::Rep,
            "team" => Self::Team,
            "kind" => Self::Kind,
            "month" => Self::Month,
            other => Self::Deal(Dimension::from_name(other)),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Rep => "rep",
            Self::Team => "team",
            Self::Kind => "kind",
            Self::Month => "month",
            Self::Deal(dimension) => dimension.name(),
        }
    }

    /// What people read for it.
    fn title(&self) -> &str {
        match self {
            Self::Deal(dimension) => dimension.title(),
            other => other.name(),
        }
    }
}

/// What is asked about activities beside what is asked about deals.
#[derive(Clone, Debug, Default)]
pub struct AskActivity {
    pub by: ActivityBy,
    /// Only what this rep did; one that the Book doesn't know did nothing.
    pub rep: Option<String>,
    /// Only what reps of this team did.
    pub team: Option<String>,
}

/// What was done in one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActivityRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub done: Done,
}

row! {
    pub struct Done {
        pub activities: usize,
        pub call: usize,
        pub mail: usize,
        pub meeting: usize,
        pub letter: usize,
        pub other: usize,
        pub minutes: u64,
        /// Activities that say nothing of their time.
        pub without_minutes: usize,
        pub direct_minor: i64,
        /// Minutes at the hourly cost of who did it; null when some of them have none.
        pub time_minor: Option<i64>,
        /// Both; null when the time's is not known.
        pub cost_minor: Option<i64>,
        /// Deals that something was done for.
        pub deals: usize,
        /// Activities with somebody before there was a deal.
        pub without_deal: usize,
    }
}

impl Row for ActivityRow {
    fn columns() -> Vec<&'static str> {
        Done::columns()
    }
}

#[derive(Clone, Default)]
struct Tally {
    spent: Spent,
    kinds: [usize; ActivityKind::ALL.len()],
    deals: usize,
    without_deal: usize,
}

/// Names and titles of what is grouped by, by number; the last is of what has none.
struct Labels<'a> {
    of: Vec<(Option<String>, String)>,
    groups: Option<Groups<'a>>,
}

/// The activities of the period, of the deals asked about and, unless a condition chose these, of no deal.
pub fn activity(
    process: &Process,
    book: &Book,
    ask: &Ask,
    more: &AskActivity,
) -> Result<Report<ActivityRow>, String> {
    let done = &book.activities;
    let dimension: Vec<Dimension> = match &more.by {
        ActivityBy::Deal(dimension) => vec![dimension.clone()],
        _ => Vec::new(),
    };
    let months = match more.by {
        ActivityBy::Month => months(book, ask),
        _ => BTreeMap::new(),
    };
    let labels = Labels::new(book, &more.by, &dimension, &months)?;
    let place = |names: &[crate::deal::book::Named], name: &str| {
        names.iter().position(|known| known.name == name)
    };
    let rep = more.rep.as_ref().map(|rep| place(&book.owners, rep));
    let team = more.team.as_ref().map(|team| place(&book.teams, team));
    let team_of = |by: Option<u32>| book.reps.get(by? as usize)?.team.map(|at| at as usize);
    let counts = |at: usize| {
        let of_deal = match done.deal[at] {
            Some(deal) => ask.includes(deal as usize),
            None => ask.only.is_none(),
        };
        let by = done.by[at];
        of_deal
            && ask.within(Some(done.day[at]))
            && rep.is_none_or(|rep| rep.is_some() && by.map(|by| by as usize) == rep)
            && team.is_none_or(|team| team.is_some() && team_of(by) == team)
    };

    let none = labels.of.len() - 1;
    let mut tallies = vec![Tally::default(); labels.of.len()];
    // Activities are in the order of their deals, so that a group's last deal tells a new one.
    let mut last_deal = vec![None; labels.of.len()];
    let mut elsewhere = 0;
    for at in 0..done.len() {
        if !counts(at) {
            let left_out = ask.only.is_some() && done.deal[at].is_none();
            elsewhere += usize::from(left_out && ask.within(Some(done.day[at])));
            continue;
        }
        let group = match &more.by {
            ActivityBy::Rep => done.by[at].map(|by| by as usize),
            ActivityBy::Team => team_of(done.by[at]),
            ActivityBy::Kind => Some(done.kind[at].place()),
            ActivityBy::Month => months.get(&month(book, at)).copied(),
            ActivityBy::Deal(_) => labels.of_deal(done.deal[at]),
        };
        let group = group.unwrap_or(none);
        let tally = &mut tallies[group];
        tally.spent.add(book, at);
        tally.kinds[done.kind[at].place()] += 1;
        match done.deal[at] {
            Some(deal) => {
                tally.deals += usize::from(last_deal[group] != Some(deal));
                last_deal[group] = Some(deal);
            }
            None => tally.without_deal += 1,
        }
    }
    let mut notes: Vec<String> = unpriced(book, counts).into_iter().collect();
    if elsewhere > 0 {
        notes.push(format!(
            "{elsewhere} activities without a deal are left out: conditions are about deals"
        ));
    }
    Ok(report(process, book, ask, more, &labels, &tallies, notes))
}

fn report(
    process: &Process,
    book: &Book,
    ask: &Ask,
    more: &AskActivity,
    labels: &Labels<'_>,
    tallies: &[Tally],
    mut notes: Vec<String>,
) -> Report<ActivityRow> {
    let mut order: Vec<usize> = (0..tallies.len())
        .filter(|at| tallies[*at].spent.activities > 0)
        .collect();
    order.sort_by_key(|at| {
        // Months in their order, anything else by how much was done.
        let much = match more.by {
            ActivityBy::Month => 0,
            _ => tallies[*at].spent.activities,
        };
        (
            std::cmp::Reverse(much),
            labels.of[*at].0.is_none(),
            &labels.of[*at].0,
        )
    });
    let mut all = Spent::default();
    let mut without_deal = 0;
    for tally in tallies {
        all.plus(&tally.spent);
        without_deal += tally.without_deal;
    }
    notes.extend(untimed(&all));
    let rows: Vec<ActivityRow> = order
        .iter()
        .map(|at| ActivityRow {
            group: vec![(more.by.name().to_string(), labels.of[*at].0.clone())],
            done: tallies[*at].done(),
        })
        .collect();
    let cells = order.iter().map(|at| {
        let done = tallies[*at].done();
        vec![
            Cell::Text(labels.of[*at].1.clone()),
            count(done.activities),
            count(done.call),
            count(done.mail),
            count(done.meeting),
            count(done.letter),
            count(done.other),
            count(usize::try_from(done.minutes).unwrap_or(usize::MAX)),
            or_nothing(done.time_minor, |minor| whole(minor, process.currency)),
            whole(done.direct_minor, process.currency),
            count(done.deals),
            count(done.without_deal),
        ]
    });
    let code = process.currency.code();
    let table = Table {
        columns: vec![
            TableColumn::left(more.by.title()),
            TableColumn::right("n"),
            TableColumn::right("call").rank(3),
            TableColumn::right("mail").rank(4),
            TableColumn::right("meeting").rank(2),
            TableColumn::right("letter").rank(6),
            TableColumn::right("other").rank(7),
            TableColumn::right("minutes"),
            TableColumn::right(format!("time {code}")),
            TableColumn::right(format!("direct {code}")).rank(1),
            TableColumn::right("deals"),
            TableColumn::right("no deal").rank(5),
        ],
        rows: cells.collect(),
    };
    let n = all.activities;
    let mut answer = answer(
        "salesctl/report-activity/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    answer.by = vec![more.by.name().to_string()];
    let what = format!("Activity by {}: what was done", more.by.title());
    let mut document = Document::default()
        .heading(heading(&what, ask, n, book))
        .table(table);
    if n > 0 {
        let hours = all.minutes as f64 / 60.0;
        document = document.line(format!(
            "{n} activities, {hours:.1} hours; {without_deal} with somebody before there was a deal"
        ));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

impl Tally {
    fn done(&self) -> Done {
        let [call, mail, meeting, letter, other] = self.kinds;
        Done {
            activities: self.spent.activities,
            call,
            mail,
            meeting,
            letter,
            other,
            minutes: self.spent.minutes,
            without_minutes: self.spent.without_minutes,
            direct_minor: self.spent.direct_minor,
            time_minor: self.spent.time_minor(),
            cost_minor: self.spent.cost_minor(),
            deals: self.deals,
            without_deal: self.without_deal,
        }
    }
}

impl<'a> Labels<'a> {
    fn new(
        book: &'a Book,
        by: &ActivityBy,
        dimension: &'a [Dimension],
        months: &BTreeMap<(i32, u32), usize>,
    ) -> Result<Self, String> {
        let named = |names: &[crate::deal::book::Named]| -> Vec<(Option<String>, String)> {
            let each = names.iter();
            each.map(|it| (Some(it.name.clone()), it.title.clone()))
                .collect()
        };
        let plain = |name: String| (Some(name.clone()), name);
        let (mut of, mut groups) = (Vec::new(), None);
        match by {
            ActivityBy::Rep => of = named(&book.owners),
            ActivityBy::Team => of = named(&book.teams),
            ActivityBy::Kind => {
                of = ActivityKind::ALL
                    .map(|kind| plain(kind.name().to_string()))
                    .to_vec();
            }
            ActivityBy::Month => {
                let each = months.keys();
                of = each
                    .map(|(year, month)| plain(format!("{year}-{month:02}")))
                    .collect();
            }
            ActivityBy::Deal(_) => {
                let found = Groups::new(book, dimension, &Done::columns())?;
                for group in 0..found.len() {
                    let name = found.columns(group).into_iter().next();
                    of.push((name.and_then(|(_, name)| name), found.title(group)));
                }
                groups = Some(found);
            }
        }
        of.push((None, "(none)".to_string()));
        Ok(Self { of, groups })
    }

    /// Deals that have none are together with what was done for no deal.
    fn of_deal(&self, deal: Option<u32>) -> Option<usize> {
        let group = self.groups.as_ref()?.of[deal? as usize] as usize;
        self.of[group].0.as_ref().map(|_| group)
    }
}

fn month(book: &Book, at: usize) -> (i32, u32) {
    let day = book.activities.day[at].date();
    (day.year(), day.month())
}

/// Months in which something was done, numbered in their order.
fn months(book: &Book, ask: &Ask) -> BTreeMap<(i32, u32), usize> {
    let mut months: BTreeMap<(i32, u32), usize> = BTreeMap::new();
    let (mut last, mut known) = (None, None);
    for at in 0..book.activities.len() {
        let day = book.activities.day[at];
        // Neighbours are mostly of one day.
        if last != Some(day) && ask.within(Some(day)) {
            let month = month(book, at);
            if known != Some(month) {
                months.entry(month).or_default();
            }
            (last, known) = (Some(day), Some(month));
        }
    }
    for (number, place) in months.values_mut().enumerate() {
        *place = number;
    }
    months
}

#[cfg(test)]
#[path = "activity_tests.rs"]
pub(super) mod tests;
