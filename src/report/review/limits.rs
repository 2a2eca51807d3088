//! Stages in which deals stay longer than the process says.

use super::super::durations::stay;
use super::super::{Ask, count, or_nothing};
use super::{Look, ReviewRow, Section, share, so_many};
use crate::deal::book::{Day, Left};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::{Span, Stage};
use crate::statistics::{ENOUGH, Survival};

const NAME: &str = "limits";

struct Line<'a> {
    stage: &'a Stage,
    /// Visits whose limit ran out in the period and before today, so that it is known how each stood then: those that
    /// went on past it, of all of them. To ask only those that have ended would leave out the longest.
    over: usize,
    of: usize,
    /// Of the visits that were entered in the period.
    stays: Survival,
}

pub(super) fn section(look: &Look<'_>) -> Section {
    let stages = look.process.stages.iter();
    let mut lines: Vec<Line<'_>> = stages
        .map(|stage| Line {
            stage,
            over: 0,
            of: 0,
            stays: Survival::default(),
        })
        .collect();
    let today = Day::of(look.book.as_of);
    let ask = Ask {
        period: look.period,
        ..Ask::default()
    };
    let visits = &look.book.visits;
    for visit in 0..visits.len() {
        let Some(rank) = look.stages.rank(visits.stage[visit]) else {
            continue;
        };
        let line = &mut lines[rank];
        if ask.within(visits.entered[visit])
            && let Some((days, ended)) = stay(look.book, visit, today)
        {
            line.stays.add(days, ended);
        }
        if let Some((entered, limit)) = visits.entered[visit].zip(line.stage.limit) {
            let end = look.process.calendar.add(entered.date(), limit);
            let known = visits.how[visit] == Left::Still || visits.left[visit].is_some();
            if known && end < look.book.as_of && look.within(end) {
                line.of += 1;
                line.over += usize::from(visits.left[visit].is_none_or(|left| left.date() > end));
            }
        }
    }
    lines.retain(|line| line.stage.limit.is_some() || line.stage.typical.is_some());
    let command = format!("salesctl report durations{}", look.again());
    let (over, of) = lines
        .iter()
        .fold((0, 0), |(over, of), line| (over + line.over, of + line.of));
    let rows = lines.iter().map(|line| row(line, &command)).collect();
    let mut document = Document::default().heading(format!(
        "Stages over their limit: {}",
        so_many(over, of, "visits")
    ));
    document = if lines.is_empty() {
        document.line("no stage has a `limit` or a `typical`")
    } else {
        document
            .table(table(&lines))
            .line("visits count whose limit ran out, left since or not")
    };
    let few: Vec<&str> = lines
        .iter()
        .filter(|line| line.is_unknown())
        .map(|line| line.stage.title.as_str())
        .collect();
    if !few.is_empty() {
        document = document.line(format!(
            "insufficient history for the share or the median: {}",
            few.join(", ")
        ));
    }
    Section {
        name: NAME,
        document: document.line(command),
        rows,
    }
}

impl Line<'_> {
    fn median(&self) -> Option<i32> {
        self.stays.estimate(0.5)
    }

    /// Whether something that it should say can't be said.
    fn is_unknown(&self) -> bool {
        (self.stage.limit.is_some() && self.of < ENOUGH)
            || (self.stage.typical.is_some() && self.median().is_none())
    }
}

fn row(line: &Line<'_>, command: &str) -> ReviewRow {
    let mut said = Vec::new();
    if let Some(limit) = line.stage.limit {
        said.push(format!(
            "{} over {}{}",
            so_many(line.over, line.of, "visits"),
            limit.in_words(),
            if line.of < ENOUGH {
                ": insufficient history"
            } else {
                ""
            }
        ));
    }
    if let Some(typical) = line.stage.typical {
        said.push(match line.median() {
            Some(days) => format!("median {days} days, typical {}", typical.in_words()),
            None => format!(
                "median: insufficient history, typical {}",
                typical.in_words()
            ),
        });
    }
    let row = ReviewRow::new(NAME, line.stage.name.as_str(), said.join("; "), command);
    match line.stage.limit {
        Some(_) => row.counted(line.over, line.of),
        None => row,
    }
}

fn table(lines: &[Line<'_>]) -> Table {
    let span = |span: Option<Span>| Cell::text(span.map(Span::in_words));
    let rows = lines.iter().map(|line| {
        let counted = line.stage.limit.is_some();
        let number = |n: usize| if counted { count(n) } else { Cell::Nothing };
        vec![
            Cell::Text(line.stage.title.clone()),
            span(line.stage.limit),
            number(line.over),
            number(line.of),
            or_nothing(share(line.over, line.of).filter(|_| counted), Cell::Share),
            or_nothing(line.median(), |days| Cell::Days(f64::from(days))),
            span(line.stage.typical),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("stage"),
            TableColumn::right("limit"),
            TableColumn::right("over it"),
            TableColumn::right("of visits"),
            TableColumn::right("share"),
            TableColumn::right("median days").rank(2),
            TableColumn::right("typical").rank(1),
        ],
        rows: rows.collect(),
    }
}
