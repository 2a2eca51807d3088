//! One thing that must not be contacted, and the keys that it is found by.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::form::{self, Number, PART};
use crate::prospect::{Field, Record};

/// What kind of thing an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Email,
    Phone,
    Person,
    Domain,
    Company,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::Email,
        Self::Phone,
        Self::Person,
        Self::Domain,
        Self::Company,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Person => "person",
            Self::Domain => "domain",
            Self::Company => "company",
        }
    }

    /// What an entry of this kind is called.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Email => ("e-mail address", "e-mail addresses"),
            Self::Phone => ("phone number", "phone numbers"),
            Self::Person => ("person", "persons"),
            Self::Domain => ("domain", "domains"),
            Self::Company => ("company", "companies"),
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What somebody must not be contacted for. Who is suppressed for `all` is so for `marketing` too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    Marketing,
    All,
}

impl Purpose {
    pub const ALL: [Self; 2] = [Self::Marketing, Self::All];

    pub fn name(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::All => "all",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Whether an entry of this purpose forbids contact for `other`.
    pub fn covers(self, other: Self) -> bool {
        self >= other
    }
}

/// What is suppressed, as it was told, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    /// The address, number, domain or name.
    pub text: String,
    /// Of a person: where they work.
    pub company: Option<String>,
    /// Of a person the postcode, of a company the town.
    pub place: Option<String>,
}

/// The keys of an entry; one of them is enough to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    pub first: u64,
    pub second: Option<u64>,
}

impl Keys {
    pub fn iter(self) -> impl Iterator<Item = u64> {
        [Some(self.first), self.second].into_iter().flatten()
    }
}

/// What a key is made of, so that no key of one make equals one of another.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Make {
    Email = 1,
    Domain,
    /// A number with its country.
    WholeNumber,
    /// What is dialled at home, of a number with its country.
    HomeOfWhole,
    /// What is dialled at home, of a number without its country.
    HomeOnly,
    PersonAtCompany,
    PersonAtZip,
    /// A company, wherever it is.
    Company,
    CompanyInPlace,
    /// A company whose place was told, without it.
    CompanySomewhere,
}

/// Never changed: the keys of a million rows are kept in the store.
const SEED: u64 = 0x7361_6c65_7363_746c;

pub(super) fn key(make: Make, text: &str) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), SEED ^ make as u64)
}

impl Entry {
    pub fn email(written: &str) -> Option<Self> {
        let mut text = String::new();
        form::email(written, &mut text).then(|| Self::of(Kind::Email, text))
    }

    pub fn domain(written: &str) -> Option<Self> {
        let mut text = String::new();
        form::domain(written, &mut text).then(|| Self::of(Kind::Domain, text))
    }

    pub fn phone(written: &str) -> Option<Self> {
        let mut text = String::new();
        let number = form::phone(written, &mut text)?;
        if let Number::Whole { .. } = number {
            text.insert(0, '+');
        }
        Some(Self::of(Kind::Phone, text))
    }

    /// An address, a number or a domain, told apart by their looks.
    pub fn recognised(written: &str) -> Option<Self> {
        if written.contains('@') && !written.trim_start().starts_with('@') {
            return Self::email(written);
        }
        let is_number = |c: char| c.is_ascii_digit() || " +-–()/.\u{a0}".contains(c);
        if written.chars().all(is_number) {
            return Self::phone(written);
        }
        Self::domain(written)
    }

    /// The field of a row that such an entry stands for.
    pub fn fill(&self, record: &mut Record) {
        let field = match self.kind {
            Kind::Email => Field::Email,
            Kind::Phone => Field::Phone,
            Kind::Domain => Field::Domain,
            Kind::Person => Field::Name,
            Kind::Company => Field::Company,
        };
        record.set(field, &self.text);
        for (field, told) in [
            (Field::Company, &self.company),
            (
                if self.kind == Kind::Person {
                    Field::Zip
                } else {
                    Field::City
                },
                &self.place,
            ),
        ] {
            if let Some(told) = told {
                record.set(field, told);
            }
        }
    }

    /// A person is known by their name and where they work or live: the name alone is many people's.
    pub fn person(name: &str, company: Option<&str>, zip: Option<&str>) -> Option<Self> {
        let entry = Self {
            company: told(company),
            place: told(zip),
            ..Self::of(Kind::Person, single_spaced(name))
        };
        entry.keys().map(|_| entry)
    }

    pub fn company(name: &str, place: Option<&str>) -> Option<Self> {
        let entry = Self {
            place: told(place),
            ..Self::of(Kind::Company, single_spaced(name))
        };
        entry.keys().map(|_| entry)
    }

    fn of(kind: Kind, text: String) -> Self {
        Self {
            kind,
            text,
            company: None,
            place: None,
        }
    }

    /// `None` when what is told is not enough to know it by.
    pub fn keys(&self) -> Option<Keys> {
        let mut text = String::new();
        let one = |first| Keys {
            first,
            second: None,
        };
        match self.kind {
            Kind::Email => form::email(&self.text, &mut text).then(|| one(key(Make::Email, &text))),
            Kind::Domain => {
                form::domain(&self.text, &mut text).then(|| one(key(Make::Domain, &text)))
            }
            Kind::Phone => Some(match form::phone(&self.text, &mut text)? {
                Number::Whole { country } => Keys {
                    first: key(Make::WholeNumber, &text),
                    second: Some(key(Make::HomeOfWhole, form::national(&text, country))),
                },
                Number::National => one(key(Make::HomeOnly, &text)),
            }),
            Kind::Person => self.keys_of_person(text),
            Kind::Company => self.keys_of_company(text),
        }
    }

    fn keys_of_person(&self, mut text: String) -> Option<Keys> {
        if !form::person(&self.text, &mut text) {
            return None;
        }
        text.push(PART);
        let name = text.len();
        let mut part = |make, told: Option<&str>, form: fn(&str, &mut String) -> bool| {
            text.truncate(name);
            form(told?, &mut text).then(|| key(make, &text))
        };
        let at_company = part(
            Make::PersonAtCompany,
            self.company.as_deref(),
            form::company,
        );
        let at_zip = part(Make::PersonAtZip, self.place.as_deref(), form::place);
        Some(Keys {
            first: at_company.or(at_zip)?,
            second: at_company.and(at_zip),
        })
    }

    fn keys_of_company(&self, mut text: String) -> Option<Keys> {
        if !form::company(&self.text, &mut text) {
            return None;
        }
        let somewhere = key(Make::CompanySomewhere, &text);
        let anywhere = key(Make::Company, &text);
        text.push(PART);
        let in_place = self
            .place
            .as_deref()
            .is_some_and(|place| form::place(place, &mut text));
        Some(if in_place {
            Keys {
                first: key(Make::CompanyInPlace, &text),
                second: Some(somewhere),
            }
        } else {
            Keys {
                first: anywhere,
                second: None,
            }
        })
    }

    /// As people read it: `Jana Roth, Acme GmbH, 10115`.
    pub fn shown(&self) -> String {
        let parts = [
            Some(self.text.as_str()),
            self.company.as_deref(),
            self.place.as_deref(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn told(text: Option<&str>) -> Option<String> {
    text.map(single_spaced).filter(|text| !text.is_empty())
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
