//! The decoys of a list, and how a row of its file is known to be one of them.

use rustc_hash::FxHashSet;

use super::field::Field;
use super::record::Record;
use crate::list::Seed;

/// The decoys of one list, ready to be asked about many rows.
#[derive(Debug, Default)]
pub struct Seeds {
    emails: FxHashSet<String>,
    phones: FxHashSet<String>,
    /// Last name and address, last name and postcode.
    places: FxHashSet<(String, String)>,
}

impl Seeds {
    pub fn new(seeds: Vec<Seed>) -> Self {
        let mut all = Self::default();
        for seed in seeds {
            all.emails.extend(known(plain(&seed.email)));
            all.phones.extend(known(digits(&seed.phone)));
            if let Some(last) = known(plain(&seed.last)) {
                for place in [&seed.address, &seed.zip] {
                    let place = known(letters(place));
                    all.places.extend(place.map(|place| (last.clone(), place)));
                }
            }
        }
        all
    }

    pub fn is_empty(&self) -> bool {
        self.emails.is_empty() && self.phones.is_empty() && self.places.is_empty()
    }

    /// Whether a row is a decoy: the same e-mail address, phone, or last name at the same address or
    /// postcode.
    pub fn holds(&self, record: &Record) -> bool {
        if self.is_empty() {
            return false;
        }
        if record.has(Field::Email) && self.emails.contains(&plain(record.get(Field::Email))) {
            return true;
        }
        let has_phone = |field| {
            record.has(field)
                && known(digits(record.get(field)))
                    .is_some_and(|phone| self.phones.contains(&phone))
        };
        if !self.phones.is_empty() && (has_phone(Field::Phone) || has_phone(Field::Mobile)) {
            return true;
        }
        if self.places.is_empty() || !record.has(Field::Last) {
            return false;
        }
        let last = plain(record.get(Field::Last));
        [Field::Address, Field::Zip].into_iter().any(|field| {
            known(letters(record.get(field)))
                .is_some_and(|place| self.places.contains(&(last.clone(), place)))
        })
    }
}

fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

/// An address written with or without points and blanks is the same.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The last nine digits: with or without the country's code, in any writing. Fewer than six are no
/// number of anybody.
fn digits(text: &str) -> String {
    const TOLD_APART: usize = 9;
    const FEWEST: usize = 6;
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    if all.len() < FEWEST {
        return String::new();
    }
    all[all.len().saturating_sub(TOLD_APART)..].to_string()
}

/// What a column of a file with decoys is, by its heading; a whole name is taken apart at its last blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    One(&'static str),
    WholeName,
}

const HEADINGS: &[(&str, Column)] = &[
    ("name", Column::WholeName),
    ("fullname", Column::WholeName),
    ("first", Column::One("first_name")),
    ("firstname", Column::One("first_name")),
    ("vorname", Column::One("first_name")),
    ("last", Column::One("last_name")),
    ("lastname", Column::One("last_name")),
    ("surname", Column::One("last_name")),
    ("nachname", Column::One("last_name")),
    ("company", Column::One("company")),
    ("companyname", Column::One("company")),
    ("firma", Column::One("company")),
    ("email", Column::One("email")),
    ("emailaddress", Column::One("email")),
    ("emailadresse", Column::One("email")),
    ("phone", Column::One("phone")),
    ("phonenumber", Column::One("phone")),
    ("telefon", Column::One("phone")),
    ("telefonnummer", Column::One("phone")),
    ("address", Column::One("address")),
    ("street", Column::One("address")),
    ("streetaddress", Column::One("address")),
    ("strasse", Column::One("address")),
    ("straße", Column::One("address")),
    ("strasseundhausnummer", Column::One("address")),
    ("straßeundhausnummer", Column::One("address")),
    ("adresse", Column::One("address")),
    ("anschrift", Column::One("address")),
    ("city", Column::One("city")),
    ("ort", Column::One("city")),
    ("stadt", Column::One("city")),
    ("state", Column::One("state")),
    ("zip", Column::One("zip")),
    ("zipcode", Column::One("zip")),
    ("postcode", Column::One("zip")),
    ("postalcode", Column::One("zip")),
    ("plz", Column::One("zip")),
    ("country", Column::One("country")),
    ("land", Column::One("country")),
];

/// How the rows of a file with decoys are read.
#[derive(Debug)]
pub struct SeedColumns(Vec<Option<Column>>);

impl SeedColumns {
    /// What the headings mean; none when no decoy could be known by them.
    pub fn of<'h>(headings: impl IntoIterator<Item = &'h str>) -> Option<Self> {
        let columns: Vec<_> = headings
            .into_iter()
            .map(|heading| {
                let heading = letters(heading);
                HEADINGS
                    .iter()
                    .find(|(known, _)| *known == heading)
                    .map(|(_, column)| *column)
            })
            .collect();
        let has = |name| columns.contains(&Some(Column::One(name)));
        let has_last = has("last_name") || columns.contains(&Some(Column::WholeName));
        let enough = has("email") || has("phone") || (has_last && (has("address") || has("zip")));
        enough.then_some(Self(columns))
    }

    pub fn seed<'f>(&self, ours: bool, fields: impl IntoIterator<Item = &'f str>) -> Seed {
        let mut seed = Seed {
            ours,
            ..Seed::default()
        };
        for (column, field) in self.0.iter().zip(fields) {
            match column {
                Some(Column::One(name)) => seed.set(name, field),
                Some(Column::WholeName) => {
                    let (first, last) = field.trim().rsplit_once(' ').unwrap_or(("", field));
                    seed.set("first_name", first);
                    seed.set("last_name", last);
                }
                None => {}
            }
        }
        seed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn seed() -> Seed {
        let columns = SeedColumns::of(["Full Name", "E-Mail", "Phone", "Street", "ZIP", "Colour"])
            .expect("ok");
        columns.seed(
            false,
            [
                "Ada M. King",
                " Ada@Decoy.example",
                "+49 351 4969-0",
                "Am Ring 7",
                "01067",
                "red",
            ],
        )
    }

    #[test]
    fn a_file_is_read_by_its_headings() {
        let seed = seed();
        assert_eq!(
            (seed.first.as_str(), seed.last.as_str(), seed.zip.as_str()),
            ("Ada M.", "King", "01067")
        );
        assert!(SeedColumns::of(["Last Name", "Colour"]).is_none());
        assert!(SeedColumns::of(["Last Name", "PLZ"]).is_some());
    }

    #[rstest]
    #[case(&[(Field::Email, "ada@decoy.example")], true)]
    #[case(&[(Field::Email, "adam@decoy.example")], false)]
    #[case(&[(Field::Phone, "0351 49690")], false)]
    #[case(&[(Field::Phone, "+4935149690")], true)]
    #[case(&[(Field::Mobile, "(0049) 351/4969 0")], true)]
    #[case(&[(Field::Last, "KING"), (Field::Address, "am ring 7.")], true)]
    #[case(&[(Field::Last, "King"), (Field::Zip, "01067")], true)]
    #[case(&[(Field::Last, "Kong"), (Field::Zip, "01067")], false)]
    #[case(&[(Field::First, "Ada"), (Field::Last, "King")], false)]
    #[case(&[(Field::Zip, "01067")], false)]
    fn decoys_are_known(#[case] fields: &[(Field, &str)], #[case] expected: bool) {
        let mut record = Record::default();
        record.begin(2);
        for (field, value) in fields {
            record.set(*field, value);
        }
        assert_eq!(Seeds::new(vec![seed()]).holds(&record), expected);
        assert!(!Seeds::new(Vec::new()).holds(&record));
    }
}
