//! Stages in which deals stay longer than the process says.

use super::super::conformance::Versions;
use super::super::durations::stay;
use super::super::{Ask, Judging, count, or_nothing};
use super::{Look, ReviewRow, Section, share, so_many};
use crate::deal::book::{Day, Left};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::{Span, Stage};
use crate::statistics::{ENOUGH, Survival};

const NAME: &str = "limits";

struct Line<'a> {
    /// What it is called, now or last.
    name: &'a str,
    title: &'a str,
    /// As it is in force, or as it was last.
    stage: &'a Stage,
    /// Visits whose limit ran out in the period and before today, so that it is known how each stood then: those that
    /// went on past it, of all of them. To ask only those that have ended would leave out the longest.
    over: usize,
    of: usize,
    /// Whether one was judged by another limit, of the version of its day.
    by_others: bool,
    /// Of the visits that were entered in the period.
    stays: Survival,
}

/// Each stay is judged by the version that `report conformance` judges it by: that of the day on which it ended, or else
/// the one in force.
pub(super) fn section(look: &Look<'_>, judging: Judging<'_>) -> Result<Section, String> {
    let versions = Versions::new(judging, look.book)?;
    let mut lines: Vec<Option<Line<'_>>> = look
        .stages
        .lines
        .iter()
        .map(|(name, title)| {
            Some(Line {
                name,
                title,
                stage: judging.last_stage(name)?,
                over: 0,
                of: 0,
                by_others: false,
                stays: Survival::default(),
            })
        })
        .collect();
    let today = Day::of(look.book.as_of);
    let ask = Ask {
        period: look.period,
        ..Ask::default()
    };
    let visits = &look.book.visits;
    for visit in 0..visits.len() {
        let slot = look.stages.slot[usize::from(visits.stage[visit])];
        let Some(line) = &mut lines[slot] else {
            continue;
        };
        if ask.within(visits.entered[visit])
            && let Some((days, ended)) = stay(look.book, visit, today)
        {
            line.stays.add(days, ended);
        }
        let judged = versions.stage_of(look.book, visit);
        let judged = judged.and_then(|(stage, days)| Some((stage.limit?, days)));
        if let Some((entered, (limit, days))) = visits.entered[visit].zip(judged) {
            let end = days.add(entered.date(), limit);
            let over = visits.left[visit].is_none_or(|left| left.date() > end);
            let known = match visits.how[visit] {
                Left::Still => true,
                // What the process ended before the limit was over would have gone on.
                Left::Moved => over,
                _ => visits.left[visit].is_some(),
            };
            if known && end < look.book.as_of && look.within(end) {
                line.of += 1;
                line.over += usize::from(over);
                line.by_others |= Some(limit) != line.stage.limit;
            }
        }
    }
    let mut lines: Vec<Line<'_>> = lines.into_iter().flatten().collect();
    lines.retain(|line| {
        let is_there = look.process.stage(line.name).is_some();
        line.of > 0 || (is_there && (line.is_limited() || line.stage.typical.is_some()))
    });
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
    if lines.iter().any(|line| line.by_others) {
        document = document.line(
            "each is judged by the limit of the version under which it ended, one that lasts by the one in force",
        );
    }
    let few: Vec<&str> = lines
        .iter()
        .filter(|line| line.is_unknown())
        .map(|line| line.title)
        .collect();
    if !few.is_empty() {
        document = document.line(format!(
            "insufficient history for the share or the median: {}",
            few.join(", ")
        ));
    }
    Ok(Section {
        name: NAME,
        document: document.line(command),
        rows,
    })
}

impl Line<'_> {
    fn median(&self) -> Option<i32> {
        self.stays.estimate(0.5)
    }

    fn is_limited(&self) -> bool {
        self.stage.limit.is_some() || self.of > 0
    }

    /// Whether something that it should say can't be said.
    fn is_unknown(&self) -> bool {
        (self.is_limited() && self.of < ENOUGH)
            || (self.stage.typical.is_some() && self.median().is_none())
    }
}

fn row(line: &Line<'_>, command: &str) -> ReviewRow {
    let mut said = Vec::new();
    if line.is_limited() {
        let limit = match line.stage.limit {
            Some(limit) if !line.by_others => limit.in_words(),
            Some(limit) => format!("the limit of their day, lately {}", limit.in_words()),
            None => "the limit of their day".to_string(),
        };
        said.push(format!(
            "{} over {limit}{}",
            so_many(line.over, line.of, "visits"),
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
    let row = ReviewRow::new(NAME, line.name, said.join("; "), command);
    if line.is_limited() {
        row.counted(line.over, line.of)
    } else {
        row
    }
}

fn table(lines: &[Line<'_>]) -> Table {
    let span = |span: Option<Span>| Cell::text(span.map(Span::in_words));
    let rows = lines.iter().map(|line| {
        let counted = line.is_limited();
        let number = |n: usize| if counted { count(n) } else { Cell::Nothing };
        vec![
            Cell::Text(line.title.to_string()),
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
