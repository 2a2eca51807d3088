//! How changes of a process are shown: the same words for `process plan` and `process diff`.

use crate::document::{Cell, Table, TableColumn};
use crate::process::{Change, Told, told};
use crate::text::visible;

/// So many texts that only people read are told one by one; more are counted.
const MOST_WORDINGS: usize = 4;

/// A change with its words and what it does to deals, in words too.
pub(super) struct Line {
    pub(super) change: Change,
    pub(super) told: Told,
    pub(super) does: String,
}

impl Line {
    pub(super) fn new(change: Change) -> Self {
        Self {
            told: told(&change),
            change,
            does: String::new(),
        }
    }

    /// `stage.qualify.exit`: where in the file.
    pub(super) fn place(&self) -> String {
        let path = &self.change.path;
        path[..path.len() - 1].join(".")
    }

    pub(super) fn name(&self) -> String {
        self.change.path.last().cloned().unwrap_or_default()
    }
}

/// One line a change; many that are only said in other words are counted, unless all are asked for.
pub(super) fn table(lines: &[Line], details: bool) -> Table {
    let wordings = lines.iter().filter(|line| line.told.is_wording).count();
    let counts = wordings > MOST_WORDINGS && !details;
    let mut rows: Vec<Vec<Cell>> = lines
        .iter()
        .filter(|line| !(counts && line.told.is_wording))
        .map(|line| {
            let effect = line.told.effect.name();
            let does = match (effect, line.does.as_str()) {
                (_, does) if !does.is_empty() => does.to_string(),
                (Some(effect), _) => effect.to_string(),
                (None, _) => String::new(),
            };
            vec![
                Cell::Text(line.change.what.mark().to_string()),
                Cell::Text(visible(&line.told.words)),
                Cell::Text(does),
            ]
        })
        .collect();
    if counts {
        rows.push(vec![
            Cell::Text("~".to_string()),
            Cell::Text(format!("{wordings} texts that people read")),
            Cell::Text("--details tells them".to_string()),
        ]);
    }
    let column = || TableColumn::left("");
    Table {
        columns: vec![column(), column(), column()],
        rows,
    }
}
