//! The deals that deviate, one by one: what was the first thing, and of which kind.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::super::{Ask, Report, answer, heading, or_nothing, with_notes};
use super::model::Declared;
use super::shown;
use super::tally::Left;
use super::verdict::{About, Class, Found, Judge};
use crate::date;
use crate::deal::book::{Book, Day};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::process::Process;

row! {
    /// A deal that deviates from the process, or of which something is told beside.
    pub struct DeviationRow {
        pub id: String,
        pub account: Option<String>,
        pub owner: Option<String>,
        /// Where it is, or was when it closed.
        pub stage: Option<String>,
        pub state: &'static str,
        pub conforming: bool,
        /// `skipped_stage`, `illegal_move`, `moved_back`, `repeated_stage`, `missing_step`; of a deal that conforms
        /// `override`, `too_long`, `follow_up`.
        pub class: &'static str,
        /// The first one, in words.
        pub deviation: String,
        /// When it happened; null when a file did not tell.
        pub on: Option<NaiveDate>,
        /// Deviations for which it does not conform.
        pub deviations: u32,
        /// Overrides, stays past a limit, late follow-ups.
        pub beside: u32,
    }
}

struct Line {
    deal: usize,
    found: Found,
    deviations: u32,
    beside: u32,
    on: Option<Day>,
}

/// The deals that deviate: those that don't conform first, what happened last first.
pub fn deviations(
    process: &Process,
    book: &Book,
    ask: &Ask,
    (most, explain): (usize, bool),
    short: impl Fn(Id) -> String,
) -> Result<Report<DeviationRow>, String> {
    let mut judge = Judge::new(Declared::new(process, book)?, book);
    let mut left = Left::new(book, ask);
    let (mut n, mut lines) = (0, Vec::new());
    judge.all(ask, |deal, _, verdict| match verdict {
        Err(why) => left.unjudged(why),
        Ok(verdict) => {
            left.note(verdict);
            n += 1;
            let Some(found) = verdict.first else { return };
            let sum = |decides: bool| {
                let classes = Class::ALL.iter().filter(|class| class.decides() == decides);
                classes.map(|class| verdict.times[*class as usize]).sum()
            };
            lines.push(Line {
                deal,
                found,
                deviations: sum(true),
                beside: sum(false),
                on: day_of(book, found),
            });
        }
    });
    lines.sort_by_key(|line| {
        let conforms = line.deviations == 0;
        (conforms, Reverse(line.on), book.deals.id[line.deal])
    });
    let others = lines.iter().filter(|line| line.deviations > 0).count();
    let all = lines.len();
    lines.truncate(most);
    let label = |names: &[String], at: Option<u32>| Some(names.get(at? as usize)?.clone());
    let deals = &book.deals;
    let row = |line: &Line| DeviationRow {
        id: deals.id[line.deal].handle(),
        account: label(&book.accounts, deals.account[line.deal]),
        owner: deals.owner[line.deal].map(|at| book.owners[at as usize].name.clone()),
        stage: deals.stage[line.deal].map(|at| book.stages[usize::from(at)].clone()),
        state: deals.state[line.deal].name(),
        conforming: line.deviations == 0,
        class: line.found.class.name(),
        deviation: told(&judge.declared, book, line.found),
        on: line.on.map(Day::date),
        deviations: line.deviations,
        beside: line.beside,
    };
    let rows: Vec<DeviationRow> = lines.iter().map(row).collect();
    let answer = answer(
        "salesctl/report-conformance-deals/1",
        process,
        book,
        ask,
        (n, rows, left.notes()),
    );
    let cells = answer.rows.iter().zip(&lines).map(|(row, line)| {
        vec![
            Cell::Text(short(deals.id[line.deal])),
            Cell::text(row.account.as_deref()),
            Cell::text(deals.owner[line.deal].map(|at| book.owners[at as usize].title.as_str())),
            Cell::Text(row.state.to_string()),
            Cell::Text(row.class.replace('_', " ")),
            or_nothing(row.on, Cell::Date),
            Cell::Count(i64::from(row.deviations + row.beside)),
            Cell::Text(row.deviation.clone()),
        ]
    });
    let columns = vec![
        TableColumn::left("id"),
        TableColumn::left("account"),
        TableColumn::left("owner").rank(1),
        TableColumn::left("state").rank(2),
        TableColumn::left("first"),
        TableColumn::left("on").rank(3),
        TableColumn::right("times").rank(4),
        TableColumn::left("what happened").beneath(),
    ];
    let what = "Conformance: deals that deviate, of those under way";
    let mut document = Document::default()
        .heading(heading(what, ask, n, book))
        .table(Table {
            columns,
            rows: cells.collect(),
        })
        .line(match all - others {
            0 => format!("{others} of {n} judged deals do not conform"),
            beside => format!(
                "{others} of {n} judged deals do not conform; of {beside} that do something is told beside"
            ),
        });
    if lines.len() < all {
        document = document.line(format!("{} of {all} are shown (--limit)", lines.len()));
    }
    if explain {
        document = shown::rule(document);
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// When it happened.
fn day_of(book: &Book, found: Found) -> Option<Day> {
    let visits = &book.visits;
    match found.about {
        About::Start | About::Again(_) => visits.entered[found.visit],
        About::To(_) | About::Step(..) | About::Gate => visits.left[found.visit],
        // The last day within the limit and so many more.
        About::Days(_) => visits.left[found.visit].or(Some(Day::of(book.as_of))),
        About::FollowUp(at) => Some(book.follow_ups.due[at]),
    }
}

/// What happened, as one line.
fn told(declared: &Declared<'_>, book: &Book, found: Found) -> String {
    let visits = &book.visits;
    let stage = visits.stage[found.visit];
    let here = declared.title(usize::from(stage));
    let deal = visits.deal[found.visit];
    let kind = declared.kind(deal, day_of(book, found));
    let past = |from: Option<u16>, to: usize| {
        let between = declared.between(kind, from, to).unwrap_or_default();
        let been = |stage: usize| {
            let own = (0..=found.visit)
                .rev()
                .take_while(|at| visits.deal[*at] == deal);
            own.into_iter()
                .any(|at| usize::from(visits.stage[at]) == stage)
        };
        let titles = between.into_iter().filter(|stage| !been(*stage));
        titles
            .map(|stage| declared.title(stage))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (found.about, found.class) {
        (About::Start, Class::SkippedStage) => {
            format!("began in {here}, past {}", past(None, usize::from(stage)))
        }
        (About::Start, _) => format!("began in {here}, where no deal of its type begins"),
        (About::To(to), class) => {
            let went = if to == declared.won() {
                format!("won from {here}")
            } else if class == Class::MovedBack {
                format!("went back from {here} to {}", declared.title(to))
            } else if class == Class::RepeatedStage {
                format!("went from {here} to {} again", declared.title(to))
            } else {
                format!("went from {here} to {}", declared.title(to))
            };
            if class == Class::SkippedStage {
                format!("{went}, past {}", past(Some(stage), to))
            } else {
                format!("{went}, a way that the process does not have")
            }
        }
        (About::Again(times), _) => {
            let most = declared.most_visits(stage);
            format!("in {here} {times} times, where at most {most} are meant")
        }
        (About::Step(step, done), _) => {
            let (name, _) = declared.steps[usize::from(step)];
            let after = done.map_or_else(String::new, |day| {
                format!("; it was done on {}", date::day(day.date()))
            });
            format!("left {here} without the required step `{name}`{after}")
        }
        (About::Days(days), _) => {
            let limit = declared.process.stages[usize::from(stage)].limit;
            let limit = limit.map_or_else(String::new, |limit| format!(" of {limit}"));
            let days = if days == 1 {
                "1 day".to_string()
            } else {
                format!("{days} days")
            };
            format!("in {here} {days} past the limit{limit}")
        }
        (About::Gate, _) => format!("left {here} by an override"),
        (About::FollowUp(at), _) => {
            let due = date::day(book.follow_ups.due[at].date());
            match book.follow_ups.done[at] {
                Some(done) => format!(
                    "a follow-up due {due} was done on {}",
                    date::day(done.date())
                ),
                None => format!("a follow-up due {due} was not done"),
            }
        }
    }
}
