//! A file of who must not be contacted: what a row suppresses.

use super::columns::{Column, Columns};
use super::entry::{Entry, Purpose};
use crate::import::read::Row;
use crate::prospect::{Field, Record};
use crate::text::shortened;

/// What a row tells.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub entries: Vec<Entry>,
    pub purpose: Option<Purpose>,
    pub reason: Option<String>,
    /// Values that say nothing; without any entry they are why the row is rejected.
    pub problems: Vec<String>,
}

impl Columns {
    fn told<'r>(&self, column: Column, row: &'r Row) -> Option<&'r str> {
        let at = self.of.iter().position(|known| *known == Some(column))?;
        Some(row.get(at)).filter(|value| !value.is_empty())
    }

    /// What the row says of whom it means, as the file has it.
    pub fn fill(&self, row: &Row, record: &mut Record) {
        record.begin(row.line);
        for (at, column) in self.of.iter().enumerate() {
            let value = row.get(at);
            match column {
                _ if value.is_empty() => {}
                Some(Column::Field(field)) => record.set(*field, value),
                Some(Column::Anything) => {
                    if let Some(entry) = Entry::recognised(value) {
                        entry.fill(record);
                    }
                }
                _ => {}
            }
        }
    }

    /// What the row suppresses. A row about a person suppresses that person, not everybody at their
    /// company: its company and domain only tell persons of one name apart.
    pub fn entries(&self, row: &Row, record: &mut Record) -> Taken {
        self.fill(row, record);
        let mut taken = Taken {
            reason: self.told(Column::Reason, row).map(str::to_string),
            ..Taken::default()
        };
        if let Some(purpose) = self.told(Column::Purpose, row) {
            taken.told_purpose(purpose);
        }
        if let Some(written) = self.told(Column::Anything, row)
            && Entry::recognised(written).is_none()
        {
            taken.problems.push(format!(
                "`{}` is no e-mail address, phone number or domain",
                shortened(written, 60)
            ));
        }
        taken.told(record, Field::Email, "e-mail address", Entry::email);
        taken.told(record, Field::Phone, "phone number", Entry::phone);
        taken.told(record, Field::Mobile, "phone number", Entry::phone);
        if record.is_person() {
            taken.told_person(record);
        } else {
            taken.told(record, Field::Domain, "domain", Entry::domain);
            taken.told(record, Field::Website, "web address", Entry::domain);
            taken.told(record, Field::Company, "company name", |name| {
                Entry::company(name, value(record, Field::City))
            });
            // `Booking.com` is a name and a domain.
            let domain = value(record, Field::Company).and_then(Entry::domain);
            taken
                .entries
                .extend(domain.filter(|domain| !taken.entries.contains(domain)));
        }
        // Whoever wrote another purpose meant something that is not known here.
        if taken.purpose.is_none() && self.told(Column::Purpose, row).is_some() {
            taken.entries.clear();
        }
        taken
    }
}

impl Taken {
    fn told(
        &mut self,
        record: &Record,
        field: Field,
        what: &str,
        make: impl Fn(&str) -> Option<Entry>,
    ) {
        let Some(written) = value(record, field) else {
            return;
        };
        match make(written) {
            Some(entry) if self.entries.contains(&entry) => {}
            Some(entry) => self.entries.push(entry),
            None => self
                .problems
                .push(format!("`{}` is no {what}", shortened(written, 60))),
        }
    }

    fn told_person(&mut self, record: &Record) {
        let whole = match (value(record, Field::First), value(record, Field::Last)) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            _ => value(record, Field::Name).map(str::to_string),
        };
        let Some(name) = whole else {
            return;
        };
        let company = value(record, Field::Company);
        match Entry::person(&name, company, value(record, Field::Zip)) {
            Some(entry) => self.entries.push(entry),
            // With an address beside it the name is not needed.
            None if self.entries.is_empty() => self.problems.push(format!(
                "`{}` alone is many people: an e-mail address, a phone number, a company or a postcode is needed",
                shortened(&name, 60)
            )),
            None => {}
        }
    }

    fn told_purpose(&mut self, written: &str) {
        self.purpose = Purpose::from_name(&written.to_lowercase());
        if self.purpose.is_none() {
            let problem = format!(
                "`{}` is no purpose: marketing or all",
                shortened(written, 60)
            );
            self.problems.push(problem);
        }
    }
}

fn value(record: &Record, field: Field) -> Option<&str> {
    Some(record.get(field)).filter(|value| !value.is_empty())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
