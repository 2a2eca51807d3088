//! What values should be: one file a subject. A cleaned value takes the place of the file's own, which is
//! kept beside it; what is imperfect is a warning; only a row that nobody could be known by is rejected.

mod country;
pub mod date;
mod domain;
mod email;
pub mod number;
pub mod person;
mod phone;
mod text;
mod zip;

use std::fmt;

use rustc_hash::FxHashMap;

pub use country::{Country, state};
pub use domain::is_free_mail;
use number::{Decimal, Style};
use person::NameOrder;
pub(super) use text::{Tidy, clean as tidy, is_formula, is_nothing};

use super::field::Field;
use super::record::Record;
use super::warning::Warning;

/// What is known of a whole file.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where rows are from that don't say it; phones are dialled and postcodes read there.
    pub country: Option<Country>,
    pub decimal: Option<Decimal>,
    pub date: Option<date::Format>,
}

/// What is known of one field, where it differs from the file.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    pub country: Option<Country>,
    pub decimal: Option<Decimal>,
    pub date: Option<date::Format>,
    pub order: NameOrder,
    pub multiply: Option<u32>,
}

/// The rules of all fields.
pub type Rules = [Rule; Field::COUNT];

/// Why a row was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub code: &'static str,
    /// The field it failed on, where it is one.
    pub field: Option<Field>,
    /// Heading of that field's column.
    pub column: Option<String>,
    pub reason: String,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// Cleans one row after the other, with buffers of its own.
#[derive(Debug, Default)]
pub struct Cleaner {
    settings: Settings,
    /// Where the value being made is written.
    pub(super) out: String,
    /// What a country's column said last, since it mostly says so again.
    last_country: (String, Option<Country>),
    /// Codes that the code sheets do not have, and how often.
    unknown_codes: FxHashMap<(Field, String), u64>,
}

/// Different unknown codes that are counted one by one.
const MOST_CODES: usize = 1_000;

impl Cleaner {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Codes that a code sheet of the map does not have: field, code, rows.
    pub fn unknown_codes(&self) -> Vec<(Field, &str, u64)> {
        let mut all: Vec<_> = self
            .unknown_codes
            .iter()
            .map(|((field, code), rows)| (*field, code.as_str(), *rows))
            .collect();
        all.sort_unstable_by(|a, b| b.2.cmp(&a.2).then(a.cmp(b)));
        all
    }

    pub(super) fn count_unknown(&mut self, field: Field, code: &str) {
        if let Some(rows) = self.unknown_codes.get_mut(&(field, code.to_string())) {
            *rows += 1;
        } else if self.unknown_codes.len() < MOST_CODES {
            self.unknown_codes.insert((field, code.to_string()), 1);
        }
    }

    /// Makes every value of a row what it should be, and derives what follows from others.
    pub fn clean(&mut self, record: &mut Record, rules: &Rules) -> Result<(), Rejection> {
        self.refuse_shifted(record)?;
        let country = self.country(record);
        let found = self.state(record, country);
        let country = country.or(found);
        self.zip(record, country.or(self.setting(Field::Zip, rules)));
        let implied = country.or_else(|| {
            let (state, zip) = (record.get(Field::State), record.get(Field::Zip));
            zip::implied_country(state, zip)
        });
        for field in [Field::Phone, Field::Mobile] {
            if record.has(field) {
                self.phone(record, field, implied.or(self.setting(field, rules)));
            }
        }
        self.email(record);
        self.domain(record);
        self.person(record, &rules[Field::Name as usize]);
        for field in [Field::Employees, Field::Revenue] {
            if record.has(field) {
                self.number(record, field, &rules[field as usize]);
            }
        }
        for field in [Field::BirthDate, Field::SourceDate] {
            if record.has(field) {
                self.date(record, field, &rules[field as usize]);
            }
        }
        identity(record)
    }

    /// A stray delimiter moves every value behind it one column on: what stands under the e-mail heading is
    /// none, and what stands under another is one.
    fn refuse_shifted(&mut self, record: &Record) -> Result<(), Rejection> {
        const BESIDE: [Field; 6] = [
            Field::Phone,
            Field::Mobile,
            Field::Website,
            Field::Company,
            Field::Last,
            Field::Zip,
        ];
        let told = record.get(Field::Email);
        if told.is_empty() || told.contains('@') {
            return Ok(());
        }
        let shifted = BESIDE.into_iter().find(|field| {
            let value = record.get(*field);
            value.contains('@') && email::clean(value, &mut self.out) != email::Email::Bad
        });
        match shifted {
            None => Ok(()),
            Some(field) => Err(Rejection {
                code: "E_SHIFTED",
                field: Some(field),
                column: None,
                reason:
                    "the row looks shifted: an e-mail address stands here, and none under e-mail"
                        .into(),
            }),
        }
    }

    /// The country of a column that says none: by its own rule, else the file's.
    fn setting(&self, field: Field, rules: &Rules) -> Option<Country> {
        rules[field as usize].country.or(self.settings.country)
    }

    fn country(&mut self, record: &mut Record) -> Option<Country> {
        if !record.has(Field::Country) {
            return None;
        }
        let written = record.get(Field::Country);
        if self.last_country.0 != written {
            self.last_country.1 = Country::find(written);
            self.last_country.0.clear();
            self.last_country.0.push_str(written);
        }
        match self.last_country.1 {
            Some(country) => record.change(Field::Country, country.as_str()),
            None => record.warn(Warning::CountryUnknown),
        }
        self.last_country.1
    }

    fn state(&mut self, record: &mut Record, country: Option<Country>) -> Option<Country> {
        let written = record.get(Field::State);
        let is_code = written.len() == 2 && written.bytes().all(|c| c.is_ascii_uppercase());
        let other = country.or(self.settings.country);
        if written.is_empty() || (is_code && other.is_none_or(|of| of == Country::US)) {
            return None;
        }
        let (of, code) = state(written, other)?;
        record.change(Field::State, code);
        Some(of)
    }

    fn zip(&mut self, record: &mut Record, country: Option<Country>) {
        if !record.has(Field::Zip) {
            return;
        }
        let state = record.get(Field::State);
        let done = zip::clean(record.get(Field::Zip), state, country, &mut self.out);
        if done != zip::Zip::Fine {
            record.change(Field::Zip, &self.out);
        }
        if done == zip::Zip::Padded {
            record.warn(Warning::ZipPadded);
        }
    }

    fn phone(&mut self, record: &mut Record, field: Field, country: Option<Country>) {
        use phone::Phone;
        let done = phone::clean(record.get(field), country, &mut self.out);
        record.change(field, &self.out);
        match done {
            Phone::Known | Phone::None => {}
            Phone::NoCountry => record.warn(Warning::PhoneCountry),
            Phone::Scientific => record.warn(Warning::SciNumber),
            Phone::Short => record.warn(Warning::PhoneShort),
            Phone::Bad => record.warn(Warning::PhoneSyntax),
        }
    }

    fn email(&mut self, record: &mut Record) {
        use email::Email;
        if !record.has(Field::Email) {
            return;
        }
        let done = email::clean(record.get(Field::Email), &mut self.out);
        record.change(Field::Email, &self.out);
        match done {
            Email::Person | Email::None => {}
            Email::Role => record.warn(Warning::RoleEmail),
            Email::Bad => record.warn(Warning::EmailSyntax),
        }
    }

    /// The domain as the file has it, else of the website, else of the e-mail.
    fn domain(&mut self, record: &mut Record) {
        if record.has(Field::Domain) {
            if domain::of_website(record.get(Field::Domain), &mut self.out) {
                record.change(Field::Domain, &self.out);
                return;
            }
            record.change(Field::Domain, "");
        }
        let found = domain::of_website(record.get(Field::Website), &mut self.out)
            || domain::of_email(record.get(Field::Email), &mut self.out);
        if found {
            record.set(Field::Domain, &self.out);
        }
    }

    fn person(&mut self, record: &mut Record, rule: &Rule) {
        if record.has(Field::Name) {
            split_name(record, rule.order);
        }
        for field in [Field::First, Field::Last] {
            if record.has(field) && person::has_ends(record.get(field)) {
                take_ends(record, field);
            }
        }
        for field in [Field::Name, Field::First, Field::Middle, Field::Last] {
            if person::is_shouted(record.get(field)) {
                person::write_title(record.get(field), &mut self.out);
                record.change(field, &self.out);
            }
        }
    }

    fn number(&mut self, record: &mut Record, field: Field, rule: &Rule) {
        let style = Style {
            decimal: rule.decimal.or(self.settings.decimal),
            whole: field == Field::Employees,
            multiply: rule.multiply,
        };
        if number::clean(record.get(field), style, &mut self.out) {
            record.change(field, &self.out);
        }
    }

    fn date(&mut self, record: &mut Record, field: Field, rule: &Rule) {
        let format = rule.date.as_ref().or(self.settings.date.as_ref());
        match date::read(record.get(field), format, field == Field::BirthDate) {
            date::Date::Day(day) => {
                use std::fmt::Write;
                self.out.clear();
                let _ = write!(self.out, "{day}");
                record.change(field, &self.out);
            }
            date::Date::Ambiguous => record.warn(Warning::DateAmbiguous),
            date::Date::None => record.warn(Warning::DateSyntax),
        }
    }
}

/// Takes a whole name apart into the fields that the file does not have of its own.
fn split_name(record: &mut Record, order: NameOrder) {
    let has_parts = record.has(Field::Last);
    let parts = person::split(record.get(Field::Name), order);
    if !has_parts {
        for (field, part) in [
            (Field::First, &parts.first),
            (Field::Middle, &parts.middle),
            (Field::Last, &parts.last),
        ] {
            if !part.is_empty() && !record.has(field) {
                record.set(field, part);
            }
        }
    }
    aside(record, &parts);
}

/// `Dr. Jürgen` in the column of first names, `Smith Jr.` in that of last names.
fn take_ends(record: &mut Record, field: Field) {
    let parts = person::ends(record.get(field));
    let name = if field == Field::First {
        &parts.first
    } else {
        &parts.last
    };
    if !name.is_empty() {
        record.change(field, name);
        aside(record, &parts);
    }
}

/// What is said of a person beside the name.
fn aside(record: &mut Record, parts: &person::Parts) {
    if !parts.salutation.is_empty() && !record.has(Field::Salutation) {
        record.set(Field::Salutation, &parts.salutation);
    }
    if !parts.suffix.is_empty() {
        record.add_attribute("suffix", &parts.suffix);
    }
}

/// Nobody can be found again, called or written to by a row without any of these.
fn identity(record: &Record) -> Result<(), Rejection> {
    const KNOWN_BY: [Field; 7] = [
        Field::Email,
        Field::Phone,
        Field::Mobile,
        Field::Last,
        Field::Name,
        Field::Company,
        Field::Number,
    ];
    // A first name alone is nobody; with a birth date or an address it is somebody.
    let first = record.has(Field::First);
    let beside = [Field::BirthDate, Field::Address]
        .into_iter()
        .any(|field| record.has(field));
    if (first && beside) || KNOWN_BY.into_iter().any(|field| record.has(field)) {
        return Ok(());
    }
    let lost = KNOWN_BY
        .into_iter()
        .find_map(|field| Some((field, record.original(field)?)));
    let reason = match lost {
        Some((field, written)) => {
            let what = match field {
                Field::Email => "an e-mail address",
                Field::Phone | Field::Mobile => "a phone number",
                _ => "a name",
            };
            let written = crate::text::shortened(written, 40);
            format!("`{written}` is not {what}, and there is nothing else to know it by")
        }
        None => "no company, no name, no e-mail, no phone: nothing to know it by".into(),
    };
    Err(Rejection {
        code: "E_NO_IDENTITY",
        field: lost.map(|(field, _)| field),
        column: None,
        reason,
    })
}

#[cfg(test)]
mod tests;
