//! How a selection is shown.

use super::super::super::output;
use super::super::super::session::Session;
use super::super::super::show::counted;
use super::choose::Selected;
use super::words::{beside_points, tenths};
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};
use crate::money::grouped;
use crate::prospect::Field;
use crate::text::{shortened, visible};

row! {
    /// One of those who were selected.
    pub(super) struct SelectedLine {
        rank: usize,
        id: String,
        entity: String,
        name: String,
        title: String,
        company: String,
        email: String,
        phone: String,
        city: String,
        state: String,
        country: String,
        industry: String,
        employees: String,
        score: i64,
        priority: Option<&'static str>,
        likeness_share: Option<f64>,
        /// The customer that it is most like.
        like: Option<String>,
        reasons: Vec<String>,
        /// Mean stars by the topics that were asked for: `forecasting=4.5`.
        topics: String,
        list: Option<String>,
        source_date: Option<chrono::NaiveDate>,
        why: String,
    }
}

/// As much of a name, and of the reasons, as leaves room for the columns that nobody can choose without.
const NAME: usize = 20;
const WHY: usize = 90;

pub(super) fn told(session: &Session<'_>, selected: &Selected) -> (Answer<SelectedLine>, Document) {
    let rows: Vec<SelectedLine> = rows(selected);
    let mut answer = output::answer(session, "salesctl/selection/1", rows);
    let mut heading = counted(selected.lines.len(), "prospect", "prospects");
    if selected.lines.len() < selected.found {
        heading = format!(
            "the best {} of {} prospects",
            grouped(selected.lines.len() as u64),
            grouped(selected.found as u64)
        );
    }
    if let Some(asked) = &selected.asked {
        heading = format!("{heading}: {}", visible(asked));
    }
    let mut notes = Vec::new();
    if !selected.left_out.is_empty() {
        notes.push(format!("left out: {}", selected.left_out.join(", ")));
    }
    if let Some(bound) = &selected.bound {
        let n = (selected.found - selected.lines.len()) as u64;
        notes.push(format!("{} more: {bound}", grouped(n)));
    }
    let mut document = Document::default()
        .heading(heading)
        .table(table(session, selected));
    for note in &notes {
        document = document.line(note.clone());
    }
    answer.notes = notes;
    (answer, document)
}

/// `1 prospect`, `3 prospects`.
pub(super) fn people(n: usize) -> String {
    counted(n, "prospect", "prospects")
}

fn rows(selected: &Selected) -> Vec<SelectedLine> {
    let lines = selected.lines.iter().zip(1..);
    lines
        .map(|(line, rank)| {
            let text = |field: Field| line.name.get(field).to_string();
            let topics = selected.topics.iter().zip(&line.stars);
            let topics: Vec<String> = topics
                .map(|(rule, stars)| format!("{}={}", rule.topic, tenths(stars.mean)))
                .collect();
            SelectedLine {
                rank,
                id: line.candidate.id.handle(),
                entity: line.candidate.entity.handle(),
                name: line.name.called(),
                title: text(Field::Title),
                company: text(Field::Company),
                email: text(Field::Email),
                phone: text(Field::Phone),
                city: text(Field::City),
                state: text(Field::State),
                country: text(Field::Country),
                industry: text(Field::Industry),
                employees: text(Field::Employees),
                score: line.candidate.score,
                priority: line.priority.map(crate::process::Priority::name),
                likeness_share: line.like.as_ref().map(|like| like.share),
                like: line.like.as_ref().map(|like| like.account.clone()),
                reasons: line
                    .like
                    .iter()
                    .flat_map(|like| like.reasons.clone())
                    .collect(),
                topics: topics.join(" "),
                list: line.name.list.clone(),
                source_date: line.candidate.source_day.map(crate::deal::book::Day::date),
                why: line.why.clone(),
            }
        })
        .collect()
}

fn table(session: &Session<'_>, selected: &Selected) -> Table {
    let text = |text: &str| match text {
        "" => Cell::Nothing,
        text => Cell::Text(text.to_string()),
    };
    let mut columns = vec![
        TableColumn::right("#"),
        TableColumn::left("id"),
        TableColumn::left("name"),
        TableColumn::left("company"),
        TableColumn::left("city").rank(4),
        TableColumn::left("country").rank(5),
        TableColumn::left("list").rank(3),
    ];
    let scored = !session.process.scores.is_empty();
    if scored {
        columns.push(TableColumn::right("points").rank(1));
        columns.push(TableColumn::left("priority").rank(2));
    }
    // What stands in a column of its own isn't said again.
    let whys: Vec<Option<String>> = selected
        .lines
        .iter()
        .map(|line| {
            if scored {
                beside_points(line, &selected.topics)
            } else {
                Some(line.why.clone())
            }
        })
        .collect();
    let reasoned = whys.iter().any(Option::is_some);
    if reasoned {
        columns.push(TableColumn::left("why"));
    }
    let lines = selected.lines.iter().zip(whys).zip(1..);
    let rows = lines.map(|((line, why), rank)| {
        let name = &line.name;
        let mut cells = vec![
            Cell::Count(rank),
            Cell::Text(super::super::short(name.id)),
            Cell::Text(shortened(&name.called(), NAME)),
            text(&shortened(name.get(Field::Company), NAME)),
            text(name.get(Field::City)),
            text(name.get(Field::Country)),
            Cell::text(name.list.clone()),
        ];
        if scored {
            cells.push(Cell::Count(line.candidate.score));
            cells.push(Cell::text(
                line.priority.map(crate::process::Priority::name),
            ));
        }
        if reasoned {
            cells.push(Cell::text(why.map(|why| shortened(&why, WHY))));
        }
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
