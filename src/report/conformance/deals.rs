//! The deals that deviate, one by one: what was the first thing, and of which kind.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::super::{Ask, Report, answer, heading, or_nothing, with_notes};
use super::judge::Judge;
use super::model::GOOD_END;
use super::tally::Left;
use super::verdict::{About, Class, Found};
use super::versions::Versions;
use super::{Judging, shown};
use crate::date;
use crate::deal::book::{Book, Day};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;

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
        /// Version of the process that judges it.
        pub version: u32,
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
}

/// Which deals are listed, and whether it is said how they were judged.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// Those that conform, too, of which something is told beside.
    pub beside: bool,
    pub most: usize,
    pub explain: bool,
}

/// The deals that deviate: those that don't conform first, what happened last first.
pub fn deviations(
    judging: Judging<'_>,
    book: &Book,
    ask: &Ask,
    listed: Listed,
    short: impl Fn(Id) -> String,
) -> Result<Report<DeviationRow>, String> {
    let mut judge = Judge::new(judging, book)?;
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
            });
        }
    });
    lines.sort_by_key(|line| {
        let conforms = line.deviations == 0;
        (conforms, Reverse(line.found.on), book.deals.id[line.deal])
    });
    let others = lines.iter().filter(|line| line.deviations > 0).count();
    let beside = lines.len() - others;
    if !listed.beside {
        lines.truncate(others);
    }
    let all = lines.len();
    lines.truncate(listed.most);
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
        deviation: sentence(&judge.versions, book, line.found),
        version: judge.versions.numbers[line.found.version],
        on: line.found.on.map(Day::date),
        deviations: line.deviations,
        beside: line.beside,
    };
    let rows: Vec<DeviationRow> = lines.iter().map(row).collect();
    let mut notes = left.notes();
    notes.extend(judging.note(book));
    let answer = answer(
        "salesctl/report-conformance-deals/1",
        judging.process,
        book,
        ask,
        (n, rows, notes),
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
    let what = if listed.beside {
        "Conformance: deals that deviate or of which something is told beside, of those under way"
    } else {
        "Conformance: deals that deviate, of those under way"
    };
    let mut document = Document::default()
        .heading(heading(what, ask, n, book))
        .table(Table {
            columns,
            rows: cells.collect(),
        })
        .line(format!("{others} of {n} judged deals do not conform"));
    if beside > 0 {
        let shown = if listed.beside { "" } else { " (--beside)" };
        document = document.line(format!(
            "of {beside} others an override, a stay past a limit or a late follow-up is told{shown}"
        ));
    }
    if lines.len() < all {
        document = document.line(format!("{} of {all} are shown (--limit)", lines.len()));
    }
    if listed.explain {
        document = shown::rule(document);
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// What happened, as one line, with the version that judges it where that is not the one in force.
fn sentence(versions: &Versions<'_>, book: &Book, found: Found) -> String {
    let told = told(versions, book, found);
    match found.version {
        0 => told,
        earlier => format!("{told} (version {})", versions.numbers[earlier]),
    }
}

fn told(versions: &Versions<'_>, book: &Book, found: Found) -> String {
    let declared = &versions.all[found.version];
    let visits = &book.visits;
    let stage = usize::from(visits.stage[found.visit]);
    let here = declared.title(stage);
    let deal = visits.deal[found.visit];
    let kind = declared.kind(deal, found.on);
    let past = |from: Option<usize>, to: usize| {
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
            format!("began in {here}, past {}", past(None, stage))
        }
        (About::Start, _) => format!("began in {here}, where no deal of its type begins"),
        (About::To(to), class) => {
            let went = if to == GOOD_END {
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
            let limit = declared.stage(stage).and_then(|stage| stage.limit);
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
