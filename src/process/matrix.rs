//! The sales process matrix: everything that each stage asks for, side by side.

use super::{FollowUpRule, Span, Stage, View};
use crate::document::{Cell, Document, Table, TableColumn, row};

row! {
    /// One stage.
    pub struct MatrixRow {
        pub stage: String,
        pub title: String,
        pub objective: Option<String>,
        pub buyer: Option<String>,
        /// The customer types whose deals pass through it; none given, all do.
        pub only: Vec<String>,
        pub required_steps: Vec<String>,
        pub advised_steps: Vec<String>,
        pub fields: Vec<String>,
        pub roles: Vec<String>,
        pub exit: Vec<String>,
        pub tools: Vec<String>,
        pub typical: Option<Span>,
        pub limit: Option<Span>,
        pub most_visits: Option<u32>,
        pub follow_up: Vec<String>,
        pub next: Vec<String>,
    }
}

const TYPICAL: &str = "typically takes";
const LIMIT: &str = "late after";
const MOST_VISITS: &str = "visits at most";
/// Columns of a terminal that a stage needs beside others, and those for what is told of each.
const STAGE: usize = 26;
const ASPECT: usize = 17;
/// More stages than these are never beside each other: no sheet of paper is so wide.
const MOST_ACROSS: usize = 6;
/// With fewer than these of more beside each other, one under another is easier to read.
const LEAST_ACROSS: usize = 3;

/// Stages across, in as many tables as the width takes, else one under another. `None` of what scrolls or is printed.
pub fn matrix(view: &View<'_>, title: &str, width: Option<u16>) -> (Vec<MatrixRow>, Document) {
    let rows: Vec<MatrixRow> = view.stages().map(|stage| row(view, stage)).collect();
    let most = width.map_or(MOST_ACROSS, |width| {
        (usize::from(width).saturating_sub(ASPECT) / STAGE).min(MOST_ACROSS)
    });
    let document =
        Document::default().heading(format!("{title}: sales process matrix{}", view.in_words()));
    let document = if most >= LEAST_ACROSS.min(rows.len()) {
        let tables = rows.len().div_ceil(most).max(1);
        let across = rows.chunks(rows.len().div_ceil(tables).max(1)).map(across);
        across.fold(document, Document::table)
    } else {
        rows.iter().fold(document, |document, row| {
            let told = aspects(row).into_iter();
            let told = told.filter(|(_, cell)| *cell != Cell::Nothing);
            let lines = told.map(|(aspect, cell)| vec![Cell::Text(aspect.to_string()), cell]);
            document.heading(row.title.clone()).table(Table {
                columns: vec![TableColumn::left(""), TableColumn::left("")],
                rows: lines.collect(),
            })
        })
    };
    (rows, document)
}

fn across(rows: &[MatrixRow]) -> Table {
    let titles = rows.iter().map(|row| TableColumn::left(row.title.clone()));
    let told: Vec<Vec<(&str, Cell)>> = rows.iter().map(aspects).collect();
    let lines = (0..told.first().map_or(0, Vec::len)).map(|line| {
        let cells = told.iter().map(|stage| stage[line].1.clone());
        let aspect = Cell::Text(told[0][line].0.to_string());
        [aspect].into_iter().chain(cells).collect::<Vec<_>>()
    });
    let said = lines.filter(|line| line[1..].iter().any(|cell| *cell != Cell::Nothing));
    Table {
        columns: [TableColumn::left("")].into_iter().chain(titles).collect(),
        rows: said.collect(),
    }
}

/// What is told of a stage, the same of each.
fn aspects(row: &MatrixRow) -> Vec<(&'static str, Cell)> {
    let span = |span: Option<Span>| Cell::text(span.map(Span::in_words));
    vec![
        ("objective", Cell::text(row.objective.clone())),
        ("the buyer", Cell::text(row.buyer.clone())),
        ("customer types", types(row)),
        ("required steps", lines(&row.required_steps)),
        ("advised steps", lines(&row.advised_steps)),
        ("must be known", lines(&row.fields)),
        ("buying roles", lines(&row.roles)),
        ("leaves when", lines(&row.exit)),
        ("tools", lines(&row.tools)),
        (TYPICAL, span(row.typical)),
        (LIMIT, span(row.limit)),
        (
            MOST_VISITS,
            Cell::text(row.most_visits.map(|most| most.to_string())),
        ),
        ("follow-ups", lines(&row.follow_up)),
        ("goes on to", lines(&row.next)),
    ]
}

fn types(row: &MatrixRow) -> Cell {
    if row.only.is_empty() {
        Cell::Text("all".to_string())
    } else {
        lines(&row.only)
    }
}

fn lines(texts: &[String]) -> Cell {
    if texts.is_empty() {
        Cell::Nothing
    } else {
        Cell::Lines(texts.to_vec())
    }
}

fn row(view: &View<'_>, stage: &Stage) -> MatrixRow {
    let steps = |required| {
        let steps = view.steps(stage, required);
        let marked = steps.map(|step| view.asked(&step.title, &step.only, step.ask_when.as_ref()));
        marked.collect::<Vec<_>>()
    };
    let exit = stage.exit.iter().filter(|exit| view.shows(&exit.only));
    let tools = stage.tools.iter().filter(|tool| view.shows(&tool.only));
    MatrixRow {
        stage: stage.name.clone(),
        title: stage.title.clone(),
        objective: stage.objective.clone(),
        buyer: stage.buyer.clone(),
        only: stage.only.0.clone(),
        required_steps: steps(true),
        advised_steps: steps(false),
        fields: view.requires(stage, false),
        roles: view.requires(stage, true),
        exit: exit
            .map(|exit| view.marked(&exit.say, &exit.only))
            .collect(),
        tools: tools
            .map(|tool| view.marked(&tool.name, &tool.only))
            .collect(),
        typical: stage.typical,
        limit: stage.limit,
        most_visits: stage.most_visits,
        follow_up: view.follow_ups(stage).collect(),
        next: view.onward(stage),
    }
}

impl Stage {
    /// `2 days after it is entered`, `1 day after First call`
    pub fn when(&self, rule: &FollowUpRule) -> String {
        let after = match &rule.step {
            None => "it is entered",
            Some(name) => {
                let step = self.steps.iter().find(|step| step.name == *name);
                step.map_or(name.as_str(), |step| step.title.as_str())
            }
        };
        format!("{} after {after}", rule.after.in_words())
    }

    /// `typically takes 10 days, late after 3 weeks, visits at most: 2`
    pub fn timing(&self) -> Option<String> {
        let spans = [(TYPICAL, self.typical), (LIMIT, self.limit)];
        let spans = spans.into_iter();
        let spans = spans.filter_map(|(word, span)| Some(format!("{word} {}", span?.in_words())));
        let visits = self
            .most_visits
            .map(|most| format!("{MOST_VISITS}: {most}"));
        let told: Vec<String> = spans.chain(visits).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}
