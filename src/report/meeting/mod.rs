//! One page for a pipeline meeting: what changed, what needs a decision, what is overdue, what is expected.
//!
//! Every line about a deal has a number, by which follow-ups are given (`followup add 3 "fri: …"`).

mod shown;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use super::changes::account;
use super::convert::Converter;
use super::moves::{MOVES, Moved, Moves};
use super::pipeline::Judge;
use super::stage_age::StageAges;
use super::{Ask, Report, Short, answer, with_notes};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::document::{Period, row};
use crate::id::Id;
use crate::process::Process;
use crate::statistics::Share;

/// The fact that somebody decides, of the deal.
const HAS_DECIDER: &str = "has_decider";
/// Fewer open deals with a value have no large ones among them.
const SEVERAL: usize = 4;

/// What it reads.
pub fn meeting_needs() -> Needs {
    let mut needs = MOVES.and(Needs::of(
        Columns::ACCOUNT
            .and(Columns::ACCOUNT_NAMES)
            .and(Columns::HOLD)
            .and(Columns::NEXT_DUE)
            .and(Columns::VISITS)
            .and(Columns::FOLLOW_UPS),
    ));
    needs.attributes.push(HAS_DECIDER.to_string());
    needs
}

/// What a meeting is about beside the deals.
pub struct Agenda<'a> {
    /// What moved since the last one.
    pub moves: &'a Moves,
    /// What is expected is looked at to the end of this period, the quarter,
    pub quarter: Period,
    /// and of this one, the month.
    pub month: Period,
    /// The forecast for the quarter, in lines.
    pub ahead: &'a [String],
    /// Whether it is today's page: only then what to do about a line is said.
    pub live: bool,
    pub short: Short<'a>,
}

row! {
    pub struct MeetingRow {
        /// By which a follow-up is given; null of what only changed.
        pub line: Option<usize>,
        /// `changed`, `decide`, `late` or `expected`.
        pub section: &'static str,
        pub id: String,
        pub account: Option<String>,
        pub owner: Option<String>,
        pub stage: Option<String>,
        /// Minor units of the process's currency; of what changed, by how much the pipeline did.
        pub value_minor: Option<i64>,
        /// How it moved, why it wants a decision, or what is to be done.
        pub why: String,
        /// When the follow-up was due, or the deal is expected to close.
        pub due: Option<NaiveDate>,
        /// Days since it was due.
        pub late_days: Option<i32>,
        /// Of the decided deals that were in that stage as long, the share that was won.
        pub won_share: Option<f64>,
        pub won_low: Option<f64>,
        pub won_high: Option<f64>,
        pub won_n: Option<usize>,
        pub weighted_minor: Option<i64>,
        /// Gives the deal a follow-up.
        pub command: Option<String>,
    }
}

/// The page, and what its numbers mean.
pub struct Meeting {
    pub report: Report<MeetingRow>,
    /// By line from 1 on: the deal, and the follow-up where the line is one.
    pub lines: Vec<(Id, Option<Id>)>,
}

/// One line about a deal.
struct Line {
    deal: usize,
    value: Option<i64>,
    why: String,
    due: Option<Day>,
    late_days: Option<i32>,
    follow_up: Option<Id>,
    won: Option<Share>,
    /// What to do about it.
    next: &'static str,
}

impl Line {
    fn weighted(&self) -> Option<i64> {
        let (value, won) = self.value.zip(self.won)?;
        Some((value as f64 * won.share).round() as i64)
    }
}

/// The sections that have numbers.
struct Sections {
    decide: Vec<Line>,
    late: Vec<Line>,
    expected: Vec<Line>,
    /// Whether anybody ever told who decides.
    deciders: bool,
}

pub fn meeting(process: &Process, book: &Book, ask: &Ask, agenda: &Agenda<'_>) -> Meeting {
    let judge = Judge::new(process, book);
    let mut converter = Converter::new(process, book);
    let deals = &book.deals;
    let open: Vec<usize> = (0..deals.len())
        .filter(|deal| deals.state[*deal].is_open() && ask.includes(*deal))
        .collect();
    let mut worth = vec![None; deals.len()];
    for deal in &open {
        worth[*deal] = converter.worth(*deal).known();
    }
    let (decide, deciders) = to_decide(process, book, &judge, agenda.moves, &open, &worth);
    let sections = Sections {
        decide,
        deciders,
        late: late(book, ask, &worth),
        expected: expected(book, &judge, agenda.quarter, &open, &worth),
    };

    let mut lines = Vec::new();
    let mut rows: Vec<MeetingRow> = agenda
        .moves
        .moved
        .iter()
        .map(|moved| changed(book, moved))
        .collect();
    let numbered = [
        ("decide", &sections.decide),
        ("late", &sections.late),
        ("expected", &sections.expected),
    ];
    for (section, of) in numbered {
        for line in of {
            lines.push((deals.id[line.deal], line.follow_up));
            rows.push(of_line(book, agenda.short, section, lines.len(), line));
        }
    }
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    if !sections.deciders {
        notes.push(
            "who decides was never told of any deal, so no deal is listed for want of a decider"
                .to_string(),
        );
    }
    let answer = answer(
        "salesctl/report-meeting/1",
        process,
        book,
        ask,
        (open.len(), rows, notes),
    );
    let document = shown::document(process, book, ask, agenda, (open.len(), &sections));
    let document = with_notes(document, &answer.notes);
    Meeting {
        report: Report { answer, document },
        lines,
    }
}

fn base(book: &Book, deal: usize) -> MeetingRow {
    let deals = &book.deals;
    MeetingRow {
        line: None,
        section: "changed",
        id: deals.id[deal].handle(),
        account: account(book, deal).map(str::to_string),
        owner: deals.owner[deal].map(|at| book.owners[at as usize].name.clone()),
        stage: deals.stage[deal].map(|at| book.stages[usize::from(at)].clone()),
        value_minor: None,
        why: String::new(),
        due: None,
        late_days: None,
        won_share: None,
        won_low: None,
        won_high: None,
        won_n: None,
        weighted_minor: None,
        command: None,
    }
}

fn changed(book: &Book, moved: &Moved) -> MeetingRow {
    MeetingRow {
        value_minor: Some(moved.value_minor),
        why: moved.kind.title().to_string(),
        ..base(book, moved.deal as usize)
    }
}

fn of_line(
    book: &Book,
    short: Short<'_>,
    section: &'static str,
    number: usize,
    line: &Line,
) -> MeetingRow {
    MeetingRow {
        line: Some(number),
        section,
        value_minor: line.value,
        why: line.why.clone(),
        due: line.due.map(Day::date),
        late_days: line.late_days,
        won_share: line.won.map(|won| won.share),
        won_low: line.won.map(|won| won.low),
        won_high: line.won.map(|won| won.high),
        won_n: line.won.map(|won| won.n),
        weighted_minor: line.weighted(),
        command: Some(command(short, book.deals.id[line.deal], line.next)),
        ..base(book, line.deal)
    }
}

fn command(short: Short<'_>, deal: Id, next: &str) -> String {
    format!("salesctl followup add {} \"mon: {next}\"", short(deal))
}

/// Deals that can't just go on: past their close date or their stage's limit without an excuse, without a
/// next step, large without a decider, through a gate by override since the last meeting. Those worth
/// most first. Also whether deciders are known at all.
fn to_decide(
    process: &Process,
    book: &Book,
    judge: &Judge<'_>,
    moves: &Moves,
    open: &[usize],
    worth: &[Option<i64>],
) -> (Vec<Line>, bool) {
    let deals = &book.deals;
    let today = Day::of(book.as_of);
    let decided = book.attributes.get(HAS_DECIDER);
    let has_decider = |deal: usize| {
        let label = decided.and_then(|column| {
            let at = column.index.get(deal).copied().flatten()?;
            column.labels.get(at as usize)
        });
        label.is_some_and(|label| label == "1")
    };
    let deciders = (0..deals.len()).any(has_decider);
    let large = large(open, worth);
    let mut overridden = vec![false; deals.len()];
    let visits = &book.visits;
    for visit in 0..visits.len() {
        overridden[visits.deal[visit] as usize] |= visits.overridden[visit]
            && visits.left[visit].is_some_and(|left| left > moves.opening_day);
    }
    let next_steps = book.follow_ups.next_steps(deals.len());
    let mut lines = Vec::new();
    for deal in open.iter().copied() {
        let held = deals.state[deal] == State::Hold
            && deals.hold_until[deal].is_some_and(|until| until >= today);
        let mut why = Vec::new();
        let mut next = None;
        let mut add = |words: String, what: &'static str| {
            why.push(words);
            next.get_or_insert(what);
        };
        if let Some(close) = deals.expected_close[deal].filter(|close| *close < today) {
            let words = format!("{} d past close", today.since(close));
            add(words, "agree a close date with the customer");
        }
        if !held {
            if judge.late_and_rotting(deal).1 {
                let days = past_limit(process, book, deal, today);
                add(format!("{days} d past limit"), "go on or lose it");
            }
            if deals.state[deal] == State::Hold {
                add("hold is over".to_string(), "go on or lose it");
            } else if next_steps[deal].is_none() {
                add("no next step".to_string(), "agree a next step");
            }
        }
        if deciders && large.is_some_and(|large| worth[deal] >= Some(large)) && !has_decider(deal) {
            add("large, no decider".to_string(), "find out who decides");
        }
        if overridden[deal] {
            add(
                "gate overridden".to_string(),
                "make up for what the gate asks",
            );
        }
        if let Some(next) = next {
            lines.push(Line {
                deal,
                value: worth[deal],
                why: why.join(", "),
                due: None,
                late_days: None,
                follow_up: None,
                won: None,
                next,
            });
        }
    }
    lines.sort_by_key(|line| (std::cmp::Reverse(line.value), line.deal));
    (lines, deciders)
}

/// The value from which a deal is among the largest quarter of the open ones.
fn large(open: &[usize], worth: &[Option<i64>]) -> Option<i64> {
    let mut values: Vec<i64> = open.iter().filter_map(|deal| worth[*deal]).collect();
    if values.len() < SEVERAL {
        return None;
    }
    let at = values.len() - values.len().div_ceil(4);
    Some(*values.select_nth_unstable(at).1)
}

fn past_limit(process: &Process, book: &Book, deal: usize, today: Day) -> i32 {
    let stage = book.deals.stage[deal].map(|at| book.stages[usize::from(at)].as_str());
    let limit = stage
        .and_then(|name| process.stage(name))
        .and_then(|stage| stage.limit);
    let entered = book.deals.stage_entered[deal];
    entered.zip(limit).map_or(0, |(entered, limit)| {
        let end = process.calendar.add(entered.date(), limit);
        today.since(Day::of(end)).max(0)
    })
}

/// Follow-ups that are overdue, rep by rep, the latest first.
fn late(book: &Book, ask: &Ask, worth: &[Option<i64>]) -> Vec<Line> {
    let today = Day::of(book.as_of);
    let all = &book.follow_ups;
    let mut lines: Vec<Line> = (0..all.len())
        .filter(|at| {
            let deal = all.deal[*at] as usize;
            all.done[*at].is_none()
                && all.due[*at] < today
                && book.deals.state[deal].is_open()
                && ask.includes(deal)
        })
        .map(|at| Line {
            deal: all.deal[at] as usize,
            value: worth[all.deal[at] as usize],
            why: all.text[at].clone(),
            due: Some(all.due[at]),
            late_days: Some(today.since(all.due[at])),
            follow_up: Some(all.id[at]),
            won: None,
            next: "do what is overdue",
        })
        .collect();
    let rep = |line: &Line| {
        let owner = book.deals.owner[line.deal];
        owner.map(|at| book.owners[at as usize].name.as_str())
    };
    lines.sort_by(|a, b| {
        let owner = (rep(a).is_none(), rep(a)).cmp(&(rep(b).is_none(), rep(b)));
        owner
            .then_with(|| a.due.cmp(&b.due))
            .then_with(|| a.follow_up.cmp(&b.follow_up))
    });
    lines
}

/// Open deals that are to close by the end of the quarter, the next first.
fn expected(
    book: &Book,
    judge: &Judge<'_>,
    quarter: Period,
    open: &[usize],
    worth: &[Option<i64>],
) -> Vec<Line> {
    let deals = &book.deals;
    let today = Day::of(book.as_of);
    let ages = StageAges::of(&judge.stages, book);
    let mut lines: Vec<Line> = open
        .iter()
        .copied()
        .filter_map(|deal| {
            let close = deals.expected_close[deal]
                .filter(|close| *close >= today && close.date() <= quarter.to)?;
            let rank = deals.stage[deal].and_then(|stage| judge.stages.rank(stage));
            let won = rank
                .zip(deals.stage_entered[deal])
                .and_then(|(rank, entered)| ages.won_share(rank, today.since(entered)));
            Some(Line {
                deal,
                value: worth[deal],
                why: format!("closes {}", crate::date::day(close.date())),
                due: Some(close),
                late_days: None,
                follow_up: None,
                won,
                next: "ask whether the close date holds",
            })
        })
        .collect();
    lines.sort_by_key(|line| (line.due, std::cmp::Reverse(line.value), line.deal));
    lines
}
