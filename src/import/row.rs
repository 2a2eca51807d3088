//! What the reader hands out: one physical record at a time, or what is wrong with it.

use std::ops::Range;

use super::cell;
pub use super::defect::{Defect, ReadError, Warning};
use super::encoding::Encoding;

/// What one record may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A quote that opens and does not close within so many bytes never does.
    pub record_bytes: usize,
    /// A longer field is cut, with a warning.
    pub field_bytes: usize,
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 4 * 1024 * 1024,
            field_bytes: 64 * 1024,
            // As many as Excel has.
            columns: 16_384,
        }
    }
}

/// What the caller knows better than the file's looks; the rest is found out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub encoding: Option<Encoding>,
    pub delimiter: Option<u8>,
    pub quote: Option<Quote>,
    pub header: Header,
    pub limits: Limits,
}

/// What encloses fields that hold delimiters and line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    Mark(u8),
    /// Quotes are text like any other.
    None,
}

/// Where the headings are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    #[default]
    Sniff,
    /// On this physical line, from 1.
    Line(u64),
    /// Nowhere: the first row is data.
    None,
}

/// One physical record. Reused from row to row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Which of the rows handed out it is, from 1.
    pub number: u64,
    /// Line it begins on, from 1.
    pub line: u64,
    /// Where it stands in the text of the file (unpacked and without its mark, UTF-16 and the like as
    /// UTF-8), its line end included.
    pub bytes: Range<u64>,
    /// Why its fields can't be trusted.
    pub defect: Option<Defect>,
    /// What a person should know although the row can be taken.
    pub(super) warnings: Vec<Warning>,
    /// Fields that were repaired, as the file has them.
    pub(super) repaired: Vec<(usize, String)>,
    pub(super) text: String,
    /// Where each field ends in `text`.
    pub(super) ends: Vec<usize>,
    /// Bytes between two fields: 1 where `text` is a line with its delimiters, otherwise 0.
    pub(super) gap: usize,
}

impl Row {
    /// A field as it was meant: without the blanks and invisible characters around it, taken out of
    /// Excel's `="…"`; empty when there is none, or when it only says so (see [`cell::EMPTY`]).
    pub fn get(&self, column: usize) -> &str {
        cell::tidy(self.raw(column))
    }

    /// A field as the file has it.
    pub fn raw(&self, column: usize) -> &str {
        let Some(end) = self.ends.get(column) else {
            return "";
        };
        let start = match column.checked_sub(1) {
            None => 0,
            Some(before) => self.ends[before] + self.gap,
        };
        &self.text[start..*end]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The fields as the file has them.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.raw(column))
    }

    pub fn to_fields(&self) -> Vec<String> {
        self.fields().map(str::to_string).collect()
    }

    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Columns whose text was repaired, with what the file has there.
    pub fn repaired(&self) -> &[(usize, String)] {
        &self.repaired
    }

    /// The first column that was cut to the limit.
    pub fn cut(&self) -> Option<usize> {
        self.warnings.iter().find_map(|warning| match warning {
            Warning::FieldCut { column, .. } => Some(*column),
            _ => None,
        })
    }

    pub(super) fn begin(&mut self, line: u64, at: u64) {
        self.line = line;
        self.bytes = at..at;
        self.defect = None;
        self.warnings.clear();
        self.repaired.clear();
        self.clear();
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.gap = 0;
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Makes it the one field of a line that can't be told apart.
    pub(super) fn only(&mut self, text: &str) {
        self.clear();
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Nothing but blanks in it.
    pub(super) fn is_blank(&self) -> bool {
        self.fields().all(|field| cell::trimmed(field).is_empty())
    }

    /// Keeps the columns from `first` on, each as `change` makes it (`None`: as it is).
    pub(super) fn rewrite(
        &mut self,
        first: usize,
        mut change: impl FnMut(usize, &str) -> Option<String>,
    ) {
        let (mut text, mut ends) = (String::with_capacity(self.text.len()), Vec::new());
        for column in first..self.len() {
            let field = self.raw(column);
            match change(column, field) {
                Some(changed) => text.push_str(&changed),
                None => text.push_str(field),
            }
            ends.push(text.len());
        }
        (self.text, self.ends, self.gap) = (text, ends, 0);
    }

    /// Cuts long fields to what a reject file should show.
    pub(super) fn shorten(&mut self) {
        self.rewrite(0, |_, field| {
            let (end, _) = field.char_indices().nth(KEPT)?;
            Some(format!("{}…", &field[..end]))
        });
    }
}

/// What is kept of an overlong text, for the reject file.
pub(super) const KEPT: usize = 1024;
