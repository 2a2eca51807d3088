//! What customers made of us after the sale: the bad ones that still wait for an answer first, then stars by
//! rep, product or quarter.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::group::{GroupColumns, as_columns};
use super::said::{AskSaid, Heard, Said, heard, nothing_told, title};
use super::{Ask, Report, answer, count, heading, or_nothing, with_notes};
use crate::deal::book::{Book, Columns, Needs};
use crate::deal::case::CaseKind;
use crate::document::{Cell, Document, Row, Table, TableColumn, row};
use crate::id::Id;
use crate::process::Process;
use crate::statistics::ENOUGH;

/// What it reads.
pub const EXPERIENCE: Needs = Needs::of(Columns::OWNER.and(Columns::PRODUCT));

/// So many stars or fewer are bad.
const BAD: u8 = 2;

/// What experiences are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExperienceBy {
    #[default]
    Rep,
    Product,
    /// A calendar quarter.
    Quarter,
}

impl ExperienceBy {
    pub const ALL: [Self; 3] = [Self::Rep, Self::Product, Self::Quarter];

    pub fn name(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Product => "product",
            Self::Quarter => "quarter",
        }
    }
}

/// A bad experience that waits for an answer, or the stars of one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExperienceRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub stars: Stars,
}

row! {
    pub struct Stars {
        /// `case`: one of two stars or fewer that is open; `group`: all of a group.
        pub level: &'static str,
        pub id: Option<String>,
        pub about: Option<String>,
        pub stars: Option<u8>,
        pub text: Option<String>,
        pub opened: Option<NaiveDate>,
        pub due: Option<NaiveDate>,
        pub n: usize,
        /// Null below five.
        pub mean_stars: Option<f64>,
        pub stars_1: usize,
        pub stars_2: usize,
        pub stars_3: usize,
        pub stars_4: usize,
        pub stars_5: usize,
        /// Two stars or fewer, and still open.
        pub bad_open: usize,
    }
}

impl Row for ExperienceRow {
    fn columns() -> Vec<&'static str> {
        Stars::columns()
    }
}

/// The experiences that were told in the period.
pub fn experience(
    process: &Process,
    book: &Book,
    ask: &Ask,
    (more, by): (&AskSaid, ExperienceBy),
    said: &[Said],
    short: impl Fn(Id) -> String,
) -> Report<ExperienceRow> {
    let all = heard(book, ask, more, CaseKind::Experience, said);
    let label = |heard: &Heard<'_>| -> Option<String> {
        match by {
            ExperienceBy::Rep => heard.rep.map(str::to_string),
            ExperienceBy::Product => heard.product.map(str::to_string),
            ExperienceBy::Quarter => {
                let day = heard.said.case.opened;
                Some(format!("{}-Q{}", day.year(), day.month0() / 3 + 1))
            }
        }
    };
    let stars = |heard: &Heard<'_>| {
        heard
            .said
            .case
            .stars
            .filter(|stars| (1..=5).contains(stars))
    };
    let is_bad = |heard: &&Heard<'_>| heard.is_open && stars(heard).is_some_and(|it| it <= BAD);
    let mut bad: Vec<&Heard<'_>> = all.iter().filter(is_bad).collect();
    bad.sort_by_key(|heard| (stars(heard), heard.said.case.opened, heard.said.case.id));
    let mut groups: BTreeMap<(bool, String), [usize; 6]> = BTreeMap::new();
    for heard in &all {
        if let Some(stars) = stars(heard) {
            let label = label(heard);
            let counts = groups
                .entry((label.is_none(), label.unwrap_or_default()))
                .or_default();
            counts[usize::from(stars) - 1] += 1;
            counts[5] += usize::from(is_bad(&heard));
        }
    }

    let cell = |group: Option<String>| vec![(by.name().to_string(), group)];
    let mut rows: Vec<ExperienceRow> = bad
        .iter()
        .map(|heard| ExperienceRow {
            group: cell(label(heard)),
            stars: one(heard),
        })
        .collect();
    let mut cells = Vec::new();
    for ((is_none, name), counts) in &groups {
        let name = (!is_none).then(|| name.clone());
        let stars = sum(counts);
        let shown = match by {
            ExperienceBy::Rep => title(&book.owners, name.as_deref()),
            ExperienceBy::Product => title(&book.products, name.as_deref()),
            ExperienceBy::Quarter => name.clone().unwrap_or_default(),
        };
        cells.push(line(shown, &stars));
        rows.push(ExperienceRow {
            group: cell(name),
            stars,
        });
    }
    let n: usize = groups
        .values()
        .map(|counts| counts[..5].iter().sum::<usize>())
        .sum();
    let mut notes = Vec::new();
    if groups
        .values()
        .any(|counts| counts[..5].iter().sum::<usize>() < ENOUGH)
    {
        notes.push(format!(
            "insufficient history where no mean is stated: it is from {ENOUGH} experiences on"
        ));
    }
    let mut answer = answer(
        "salesctl/report-experience/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    answer.by = vec![by.name().to_string()];
    let what = format!("Experience by {}: told", by.name());
    let mut document = Document::default().heading(heading(&what, ask, n, book));
    if !bad.is_empty() {
        document = document
            .line(format!(
                "{} of {BAD} stars or fewer wait for an answer:",
                bad.len()
            ))
            .table(waiting(book, &bad, short));
    }
    if n > 0 {
        document = document.table(Table {
            columns: columns(by),
            rows: cells,
        });
    } else {
        document = document.line(nothing_told(
            "experience",
            "salesctl experience add ACCOUNT STARS --note \"WHAT\"",
            ask,
            said,
        ));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn one(heard: &Heard<'_>) -> Stars {
    let case = &heard.said.case;
    let mut counts = [0; 6];
    if let Some(stars) = case.stars {
        counts[usize::from(stars.clamp(1, 5)) - 1] = 1;
    }
    counts[5] = 1;
    Stars {
        level: "case",
        id: Some(case.id.handle()),
        about: Some(heard.said.whom.clone()),
        stars: case.stars,
        text: case.text.clone(),
        opened: Some(case.opened),
        due: case.due,
        ..sum(&counts)
    }
}

fn sum(counts: &[usize; 6]) -> Stars {
    let [stars_1, stars_2, stars_3, stars_4, stars_5, bad_open] = *counts;
    let n = stars_1 + stars_2 + stars_3 + stars_4 + stars_5;
    let total = stars_1 + 2 * stars_2 + 3 * stars_3 + 4 * stars_4 + 5 * stars_5;
    Stars {
        level: "group",
        id: None,
        about: None,
        stars: None,
        text: None,
        opened: None,
        due: None,
        n,
        mean_stars: (n >= ENOUGH).then(|| total as f64 / n as f64),
        stars_1,
        stars_2,
        stars_3,
        stars_4,
        stars_5,
        bad_open,
    }
}

fn waiting(book: &Book, bad: &[&Heard<'_>], short: impl Fn(Id) -> String) -> Table {
    let columns = vec![
        TableColumn::left("id"),
        TableColumn::right("stars"),
        TableColumn::left("about"),
        TableColumn::left("what").rank(2),
        TableColumn::left("rep").rank(1),
        TableColumn::left("told").rank(3),
        TableColumn::left("due"),
    ];
    let rows = bad.iter().map(|heard| {
        let case = &heard.said.case;
        vec![
            Cell::Text(short(case.id)),
            or_nothing(case.stars, |stars| Cell::Count(i64::from(stars))),
            Cell::Text(heard.said.whom.clone()),
            Cell::text(
                case.text
                    .as_deref()
                    .map(|text| crate::text::shortened(text, 30)),
            ),
            Cell::Text(title(&book.owners, heard.rep)),
            Cell::Date(case.opened),
            or_nothing(case.due, Cell::Date),
        ]
    });
    Table {
        rows: rows.collect(),
        columns,
    }
}

fn columns(by: ExperienceBy) -> Vec<TableColumn> {
    let mut columns = vec![
        TableColumn::left(by.name()),
        TableColumn::right("n"),
        TableColumn::right("mean"),
    ];
    columns.extend((1..=5).map(|stars| TableColumn::right(format!("{stars} ★"))));
    columns.push(TableColumn::right("bad, open"));
    columns
}

fn line(name: String, stars: &Stars) -> Vec<Cell> {
    let mean = stars.mean_stars.map(|mean| format!("{mean:.1}"));
    let mut cells = vec![Cell::Text(name), count(stars.n), Cell::text(mean)];
    let each = [
        stars.stars_1,
        stars.stars_2,
        stars.stars_3,
        stars.stars_4,
        stars.stars_5,
    ];
    cells.extend(each.map(count));
    cells.push(count(stars.bad_open));
    cells
}

#[cfg(test)]
#[path = "said_tests.rs"]
mod tests;
