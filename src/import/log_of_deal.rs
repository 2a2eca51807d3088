//! What a log tells of one deal: its rows, what they say of the deal as such, and why they are refused.

use chrono::{DateTime, Utc};

use super::map::Bound;
use super::plan::Reject;
use super::read::Row;
use super::story::Step;

/// Cells that tell of the deal as such; of several rows the latest counts.
const OF_DEAL: [&str; 11] = [
    "by",
    "account",
    "rep",
    "team",
    "product",
    "source",
    "customer_type",
    "opened",
    "value",
    "currency",
    "reason",
];

/// A row of the log that could be read.
pub(super) struct Entry {
    line: u64,
    fields: Fields,
    pub(super) step: Step,
    /// Who, as a place in [`Read::people`].
    pub(super) by: Option<u32>,
}

impl Entry {
    pub(super) fn of(row: &Row, step: Step, by: Option<u32>) -> Self {
        Self {
            line: row.line,
            fields: Fields::of(row),
            step,
            by,
        }
    }

    pub(super) fn reject(self, column: Option<usize>, refusal: &Refusal) -> Reject {
        let reason = &refusal.reason;
        Reject {
            line: self.line,
            column,
            reason: match refusal.line.filter(|line| *line != self.line) {
                Some(line) => format!("{reason} (told of its deal on line {line})"),
                None => reason.clone(),
            },
            fields: self.fields.each().map(str::to_string).collect(),
        }
    }
}

/// Why a row, or all that a log tells of a deal, can't be taken.
pub(super) struct Refusal {
    /// The cell of the mapping that it fails on, where it is one.
    pub(super) cell: Option<&'static str>,
    pub(super) reason: String,
    /// The line that says so of the deal as such; its other rows are refused with it.
    line: Option<u64>,
}

impl Refusal {
    pub(super) fn of(cell: &'static str, reason: impl Into<String>) -> Self {
        Self {
            cell: Some(cell),
            reason: reason.into(),
            line: None,
        }
    }
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self {
            cell: None,
            reason,
            line: None,
        }
    }
}

/// The fields of a row in one piece, since there may be millions of rows.
struct Fields {
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Fields {
    fn of(row: &Row) -> Self {
        let mut text = String::new();
        let mut ends = Vec::with_capacity(row.len());
        for field in row.fields() {
            text.push_str(field);
            ends.push(text.len() as u32);
        }
        Self {
            text: text.into(),
            ends: ends.into(),
        }
    }

    fn each(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let field = &self.text[start..*end as usize];
            start = *end as usize;
            field
        })
    }
}

/// All that a log tells of one deal.
#[derive(Default)]
pub(super) struct LogOfDeal {
    pub(super) entries: Vec<Entry>,
    /// The first line of it that is rejected.
    pub(super) rejected: Option<u64>,
    /// By place in [`OF_DEAL`].
    told: [Option<OfDeal>; OF_DEAL.len()],
}

/// What a log says of a deal as such.
struct OfDeal {
    since: DateTime<Utc>,
    /// The first line that says so.
    line: u64,
    text: Box<str>,
}

impl LogOfDeal {
    /// What it says of the deal under a cell's name.
    pub(super) fn text(&self, cell: &str) -> Option<&str> {
        self.told_of(cell).map(|told| &*told.text)
    }

    fn told_of(&self, cell: &str) -> Option<&OfDeal> {
        let at = OF_DEAL.iter().position(|name| *name == cell)?;
        self.told[at].as_ref()
    }

    /// Why the deal is refused for what a line says of it.
    pub(super) fn refused(&self, cell: &'static str, reason: String) -> Refusal {
        Refusal {
            line: self.told_of(cell).map(|told| told.line),
            ..Refusal::of(cell, reason)
        }
    }

    /// Whether it tells more of the deal than who it is with.
    pub(super) fn tells_about(&self) -> bool {
        let beside = |cell: &str| !["by", "account", "customer_type", "reason"].contains(&cell);
        let mut told = OF_DEAL.iter().zip(&self.told);
        told.any(|(cell, told)| told.is_some() && beside(cell))
    }

    pub(super) fn tell(&mut self, bound: &Bound, row: &Row, at: DateTime<Utc>) {
        for (cell, told) in OF_DEAL.iter().zip(&mut self.told) {
            let Some(text) = bound.text(cell, row) else {
                continue;
            };
            match told {
                Some(told) if told.since > at => {}
                Some(told) if *told.text == *text => told.since = at,
                _ => {
                    *told = Some(OfDeal {
                        since: at,
                        line: row.line,
                        text: text.into(),
                    });
                }
            }
        }
    }

    /// Rows of one instant stay as the file has them, which may list the newest first.
    pub(super) fn in_order_of_time(&mut self) {
        if let [first, .., last] = self.entries.as_slice()
            && first.step.at > last.step.at
        {
            self.entries.reverse();
        }
        self.entries.sort_by_key(|entry| entry.step.at);
    }
}
