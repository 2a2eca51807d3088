//! One row of a list after mapping and cleaning: a text per field, all in one buffer that is reused
//! from row to row, so that a million rows cost no allocation of their own.

use super::field::Field;
use super::warning::{Warning, Warnings};

/// A part of the buffer.
type Span = (u32, u32);

#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Line of the file it began on.
    pub line: u64,
    text: String,
    spans: [Span; Field::COUNT],
    /// Values that cleaning changed, as the file had them.
    originals: Vec<(Field, Span)>,
    /// Columns that no field was made of: heading, value.
    attributes: Vec<(Span, Span)>,
    warnings: Warnings,
}

impl Record {
    /// Empties it for the row at `line`.
    pub fn begin(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.spans = [(0, 0); Field::COUNT];
        self.originals.clear();
        self.attributes.clear();
        self.warnings = Warnings::default();
    }

    fn at(&self, (from, to): Span) -> &str {
        &self.text[from as usize..to as usize]
    }

    fn write(&mut self, value: &str) -> Span {
        let from = self.text.len() as u32;
        self.text.push_str(value);
        (from, self.text.len() as u32)
    }

    /// The cleaned value; empty when there is none.
    pub fn get(&self, field: Field) -> &str {
        self.at(self.spans[field as usize])
    }

    pub fn has(&self, field: Field) -> bool {
        let (from, to) = self.spans[field as usize];
        to > from
    }

    pub fn set(&mut self, field: Field, value: &str) {
        self.spans[field as usize] = self.write(value);
    }

    /// Puts a cleaned value in the place of what is there, which is kept beside it unless the file's own
    /// writing is kept already.
    pub fn change(&mut self, field: Field, value: &str) {
        let span = self.spans[field as usize];
        if self.at(span) == value {
            return;
        }
        if span.0 < span.1 && self.original(field).is_none() {
            self.originals.push((field, span));
        }
        self.set(field, value);
    }

    /// Keeps what the file had for a field that cleaning changed. The first writing stays.
    pub fn keep_original(&mut self, field: Field, written: &str) {
        if self.original(field).is_none() {
            let span = self.write(written);
            self.originals.push((field, span));
        }
    }

    /// What the file had, where cleaning changed it.
    pub fn original(&self, field: Field) -> Option<&str> {
        let kept = self.originals.iter().find(|(of, _)| *of == field)?;
        Some(self.at(kept.1))
    }

    pub fn originals(&self) -> impl ExactSizeIterator<Item = (Field, &str)> {
        self.originals
            .iter()
            .map(|(field, span)| (*field, self.at(*span)))
    }

    pub fn add_attribute(&mut self, heading: &str, value: &str) {
        let heading = self.write(heading);
        let value = self.write(value);
        self.attributes.push((heading, value));
    }

    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.attributes
            .iter()
            .map(|(heading, value)| (self.at(*heading), self.at(*value)))
    }

    pub fn warn(&mut self, warning: Warning) {
        self.warnings.add(warning);
    }

    pub fn warnings(&self) -> Warnings {
        self.warnings
    }

    /// Whether it tells of a person, not only of a company.
    pub fn is_person(&self) -> bool {
        [Field::Name, Field::First, Field::Last, Field::Email]
            .into_iter()
            .any(|field| self.has(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_writing_stays() {
        let mut record = Record::default();
        record.begin(2);
        record.set(Field::Email, "Anna@Acme.de");
        record.change(Field::Email, "Anna@Acme.de");
        assert_eq!(record.originals().count(), 0);
        record.change(Field::Email, "anna@acme.de");
        record.change(Field::Email, "");
        record.keep_original(Field::Email, "later");
        assert_eq!(record.original(Field::Email), Some("Anna@Acme.de"));
        assert!(!record.has(Field::Email));
        record.add_attribute("Twitter", "@anna");
        assert_eq!(
            record.attributes().collect::<Vec<_>>(),
            [("Twitter", "@anna")]
        );
        record.begin(3);
        assert_eq!(record.attributes().count() + record.originals().count(), 0);
    }
}
