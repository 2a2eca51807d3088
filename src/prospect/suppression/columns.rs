//! A file of who must not be contacted: which column is what.

use super::entry::{Entry, Kind};
use crate::import::read::Row;
use crate::prospect::Field;
use crate::text::{nearest, shortened};

/// What a column of such a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Field(Field),
    /// Addresses, numbers and domains, each told by its looks: the only column of a bare list.
    Anything,
    Reason,
    Purpose,
}

/// What the columns of a file hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub(super) of: Vec<Option<Column>>,
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
        if columns.of == [None] {
            let values = || sample.iter().map(|row| row.get(0));
            let recognised = values()
                .filter(|value| Entry::recognised(value).is_some())
                .count();
            // Of a list of addresses in which half are broken the other half still count.
            columns.take(
                0,
                (recognised * 2 >= values().count().max(1)).then_some(Column::Anything),
            );
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
            .any(|column| matches!(column, Column::Field(_) | Column::Anything))
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
    let entry = text
        .starts_with(['+', '0', '('])
        .then(|| Entry::recognised(text));
    entry
        .flatten()
        .is_some_and(|entry| entry.kind == Kind::Phone)
}

/// Whether what stands where headings are expected is the first row: an address, or a list of nothing but
/// domains or numbers.
pub fn are_values(headers: &[String]) -> bool {
    headers.iter().any(|header| Entry::email(header).is_some())
        || matches!(headers, [one] if Entry::recognised(one).is_some())
}

fn unknown<'a>(what: &str, typed: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let shown = shortened(typed, 60);
    if let Some(near) = nearest(typed, names.clone()) {
        let near = shortened(near, 60);
        return format!("there is no {what} `{shown}`; did you mean `{near}`?");
    }
    let names: Vec<String> = names.take(20).map(|name| shortened(name, 40)).collect();
    format!(
        "there is no {what} `{shown}`; there are: {}",
        names.join(", ")
    )
}
