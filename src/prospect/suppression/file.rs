//! A file of who must not be contacted: which column is what, and what a row suppresses.

use super::entry::{Entry, Purpose};
use crate::import::read::Row;
use crate::prospect::{Field, Record};
use crate::text::{nearest, shortened};

/// What a column of such a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Field(Field),
    Reason,
    Purpose,
}

/// What the columns of a file hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    of: Vec<Option<Column>>,
}

/// What a row tells.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub entries: Vec<Entry>,
    pub purpose: Option<Purpose>,
    pub reason: Option<String>,
    /// Values that say nothing; without any entry they are why the row is rejected.
    pub problems: Vec<String>,
}

/// Headings as people write them, letters and digits only.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Field(Field::Email),
        &[
            "email",
            "emailaddress",
            "emailadresse",
            "mail",
            "mailaddress",
            "workemail",
            "businessemail",
            "primaryemail",
            "contactemail",
            "emails",
            "courriel",
            "correo",
        ],
    ),
    (
        Column::Field(Field::Phone),
        &[
            "phone",
            "telephone",
            "tel",
            "telefon",
            "phonenumber",
            "telefonnummer",
            "telephonenumber",
            "workphone",
            "businessphone",
            "directphone",
            "number",
        ],
    ),
    (
        Column::Field(Field::Mobile),
        &[
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "handy",
            "mobil",
        ],
    ),
    (
        Column::Field(Field::Domain),
        &["domain", "companydomain", "emaildomain", "domains"],
    ),
    (
        Column::Field(Field::Website),
        &[
            "website",
            "url",
            "web",
            "homepage",
            "companywebsite",
            "webseite",
        ],
    ),
    (
        Column::Field(Field::First),
        &["first", "firstname", "givenname", "vorname", "prenom"],
    ),
    (
        Column::Field(Field::Last),
        &[
            "last",
            "lastname",
            "surname",
            "familyname",
            "nachname",
            "nom",
        ],
    ),
    (
        Column::Field(Field::Name),
        &["name", "fullname", "contact", "contactname", "person"],
    ),
    (
        Column::Field(Field::Company),
        &[
            "company",
            "companyname",
            "firma",
            "organisation",
            "organization",
            "account",
            "accountname",
            "employer",
            "unternehmen",
            "competitor",
            "customer",
        ],
    ),
    (
        Column::Field(Field::Zip),
        &["zip", "zipcode", "postcode", "postalcode", "plz"],
    ),
    (
        Column::Field(Field::City),
        &["city", "town", "ort", "stadt"],
    ),
    (Column::Reason, &["reason", "why", "grund"]),
    (Column::Purpose, &["purpose", "zweck"]),
];

/// How `--map` calls the columns.
const NAMES: &[(&str, Column)] = &[
    ("email", Column::Field(Field::Email)),
    ("phone", Column::Field(Field::Phone)),
    ("mobile", Column::Field(Field::Mobile)),
    ("domain", Column::Field(Field::Domain)),
    ("website", Column::Field(Field::Website)),
    ("first", Column::Field(Field::First)),
    ("last", Column::Field(Field::Last)),
    ("name", Column::Field(Field::Name)),
    ("company", Column::Field(Field::Company)),
    ("zip", Column::Field(Field::Zip)),
    ("city", Column::Field(Field::City)),
    ("reason", Column::Reason),
    ("purpose", Column::Purpose),
];

impl Columns {
    /// Judged by the headings; a column whose heading says nothing by what its first values are.
    pub fn of(headers: &[String], sample: &[Row]) -> Self {
        let mut columns = Self {
            of: vec![None; headers.len()],
        };
        for (at, header) in headers.iter().enumerate() {
            let plain: String = header
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect();
            let meant = HEADINGS
                .iter()
                .find(|(_, names)| names.contains(&plain.as_str()));
            columns.take(at, meant.map(|(column, _)| *column));
        }
        for at in 0..headers.len() {
            if columns.of[at].is_none() {
                columns.take(at, by_value(sample.iter().map(|row| row.get(at))));
            }
        }
        columns
    }

    /// A second column of a kind says less than the first.
    fn take(&mut self, at: usize, column: Option<Column>) {
        if column.is_some() && !self.of.contains(&column) {
            self.of[at] = column;
        }
    }

    /// Lays `Heading=email,Other=company` over them; every problem in it at once.
    pub fn lay_over(&mut self, headers: &[String], map: &[String]) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        for one in map {
            let Some((heading, name)) = one.rsplit_once('=') else {
                problems.push(format!("`{}` is no HEADING=COLUMN", shortened(one, 60)));
                continue;
            };
            let (heading, name) = (heading.trim(), name.trim());
            let at = headers
                .iter()
                .position(|header| header.eq_ignore_ascii_case(heading));
            let column = NAMES.iter().find(|(known, _)| *known == name);
            if at.is_none() {
                problems.push(unknown(
                    "column",
                    heading,
                    headers.iter().map(String::as_str),
                ));
            }
            if column.is_none() {
                problems.push(unknown(
                    "meaning",
                    name,
                    NAMES.iter().map(|(name, _)| *name),
                ));
            }
            if let (Some(at), Some((_, column))) = (at, column) {
                for other in &mut self.of {
                    *other = other.filter(|other| other != column);
                }
                self.of[at] = Some(*column);
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Whether any column says whom the file means.
    pub fn name_anybody(&self) -> bool {
        self.of
            .iter()
            .flatten()
            .any(|column| matches!(column, Column::Field(_)))
    }

    pub fn tell_purpose(&self) -> bool {
        self.of.contains(&Some(Column::Purpose))
    }

    pub fn tell_reason(&self) -> bool {
        self.of.contains(&Some(Column::Reason))
    }

    /// How many columns are used.
    pub fn used(&self) -> usize {
        self.of.iter().flatten().count()
    }

    /// Headings of columns that nothing is made of.
    pub fn ignored<'a>(&self, headers: &'a [String]) -> impl Iterator<Item = &'a str> {
        let unused = |(at, header): (usize, &'a String)| {
            self.of
                .get(at)
                .is_none_or(Option::is_none)
                .then_some(header.as_str())
        };
        headers
            .iter()
            .enumerate()
            .filter_map(unused)
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn told<'r>(&self, column: Column, row: &'r Row) -> Option<&'r str> {
        let at = self.of.iter().position(|known| *known == Some(column))?;
        Some(row.get(at)).filter(|value| !value.is_empty())
    }

    /// What the row says of whom it means, as the file has it.
    pub fn fill(&self, row: &Row, record: &mut Record) {
        record.begin(row.line);
        for (at, column) in self.of.iter().enumerate() {
            if let Some(Column::Field(field)) = column {
                let value = row.get(at);
                if !value.is_empty() {
                    record.set(*field, value);
                }
            }
        }
    }

    /// What the row suppresses. A row about a person suppresses that person, not everybody at their
    /// company: its company and domain only tell persons of one name apart.
    pub fn entries(&self, row: &Row, record: &mut Record) -> Taken {
        self.fill(row, record);
        let mut taken = Taken::default();
        taken.reason = self.told(Column::Reason, row).map(str::to_string);
        if let Some(purpose) = self.told(Column::Purpose, row) {
            taken.told_purpose(purpose);
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

/// What most of the values are.
fn by_value<'a>(values: impl Iterator<Item = &'a str>) -> Option<Column> {
    let (mut all, mut emails, mut domains, mut phones) = (0, 0, 0, 0);
    for value in values.filter(|value| !value.is_empty()) {
        all += 1;
        if Entry::email(value).is_some() {
            emails += 1;
        } else if Entry::domain(value).is_some() {
            domains += 1;
        } else if is_dialled(value) {
            phones += 1;
        }
    }
    let most = |n: usize| all > 0 && n * 10 >= all * 8;
    let kinds = [
        (emails, Field::Email),
        (domains, Field::Domain),
        (phones, Field::Phone),
    ];
    kinds
        .into_iter()
        .find_map(|(n, field)| most(n).then_some(Column::Field(field)))
}

/// Whether a text looks like a phone number: digits alone may be anything.
fn is_dialled(text: &str) -> bool {
    text.starts_with(['+', '0', '(']) && is_number(text)
}

/// Whether a text has nothing in it but what phone numbers are written with, and is one.
pub(super) fn is_number(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || " +-–()/.\u{a0}".contains(c))
        && Entry::phone(text).is_some()
}

fn unknown<'a>(what: &str, typed: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let shown = shortened(typed, 60);
    match nearest(typed, names.clone()) {
        Some(near) => format!(
            "there is no {what} `{shown}`; did you mean `{}`?",
            shortened(near, 60)
        ),
        None => {
            let names: Vec<String> = names.take(20).map(|name| shortened(name, 40)).collect();
            format!(
                "there is no {what} `{shown}`; there are: {}",
                names.join(", ")
            )
        }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
