//! One row of a list after mapping and cleaning: a text per field, all in one buffer that is reused
//! from row to row.

use super::field::Field;

#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Line of the file it began on.
    pub line: u64,
    text: String,
    spans: [(u32, u32); Field::COUNT],
    /// Values that cleaning changed, as the file had them.
    originals: Vec<(Field, String)>,
    /// Columns that no field was made of: heading, value.
    attributes: Vec<(String, String)>,
    /// What a person should know about the row although it was taken: `W_ZIP_PADDED` and such.
    warnings: Vec<&'static str>,
}

impl Record {
    /// Empties it for the row at `line`.
    pub fn begin(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.spans = [(0, 0); Field::COUNT];
        self.originals.clear();
        self.attributes.clear();
        self.warnings.clear();
    }

    /// The cleaned value; empty when there is none.
    pub fn get(&self, field: Field) -> &str {
        let (from, to) = self.spans[field as usize];
        &self.text[from as usize..to as usize]
    }

    pub fn has(&self, field: Field) -> bool {
        let (from, to) = self.spans[field as usize];
        to > from
    }

    pub fn set(&mut self, field: Field, value: &str) {
        let from = self.text.len() as u32;
        self.text.push_str(value);
        self.spans[field as usize] = (from, self.text.len() as u32);
    }

    /// Keeps what the file had for a field that cleaning changed.
    pub fn keep_original(&mut self, field: Field, written: &str) {
        self.originals.push((field, written.to_string()));
    }

    pub fn originals(&self) -> &[(Field, String)] {
        &self.originals
    }

    pub fn add_attribute(&mut self, heading: &str, value: &str) {
        self.attributes
            .push((heading.to_string(), value.to_string()));
    }

    pub fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    pub fn warn(&mut self, code: &'static str) {
        if !self.warnings.contains(&code) {
            self.warnings.push(code);
        }
    }

    pub fn warnings(&self) -> &[&'static str] {
        &self.warnings
    }

    /// Whether it tells of a person, not only of a company.
    pub fn is_person(&self) -> bool {
        [Field::Name, Field::First, Field::Last, Field::Email]
            .into_iter()
            .any(|field| self.has(field))
    }
}
