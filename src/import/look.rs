//! What a cell looks like, whatever its heading says: enough to tell headings from rows, and to show a
//! person what a column seems to hold.

/// In the order in which they are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    Empty,
    Email,
    Web,
    Date,
    Phone,
    Number,
    Text,
}

impl Look {
    pub fn of(cell: &str) -> Self {
        if cell.is_empty() {
            Self::Empty
        } else if is_email(cell) {
            Self::Email
        } else if is_web(cell) {
            Self::Web
        } else if is_date(cell) {
            Self::Date
        } else if is_number(cell) {
            Self::Number
        } else if is_phone(cell) {
            Self::Phone
        } else {
            Self::Text
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Email => "e-mail",
            Self::Web => "web address",
            Self::Date => "date",
            Self::Phone => "phone",
            Self::Number => "number",
            Self::Text => "text",
        }
    }
}

fn is_email(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !cell.contains(char::is_whitespace)
    })
}

fn is_web(cell: &str) -> bool {
    let lower = cell.get(..8).unwrap_or(cell).to_ascii_lowercase();
    !cell.contains(' ')
        && cell.contains('.')
        && (lower.starts_with("http") || lower.starts_with("www."))
}

/// The parts of a date in figures: `2026-11-21`, `21.11.2026`, `3/4/26`, a time behind it or not.
pub fn date_parts(cell: &str) -> Option<[u32; 3]> {
    let day = cell.split([' ', 'T']).next()?;
    let sign = day.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = day.split(sign);
    let mut next = || {
        let part = parts.next()?;
        (1..=4)
            .contains(&part.len())
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let dates = [next()?, next()?, next()?];
    if parts.next().is_some() {
        return None;
    }
    let year = |n: u32| n >= 1000;
    let small = |n: u32| (1..=31).contains(&n);
    let [a, b, c] = dates;
    let plausible =
        (year(a) && small(b) && small(c)) || (small(a) && small(b) && (year(c) || c < 100));
    plausible.then_some(dates)
}

/// `3-Apr-26`, `21 November 2026`.
fn is_date(cell: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    if date_parts(cell).is_some() {
        return true;
    }
    let mut words = cell.split(['-', ' ', '.']).filter(|word| !word.is_empty());
    let (Some(day), Some(month), Some(year), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    let figures = |word: &str| word.parse::<u32>().is_ok();
    let named = month
        .get(..3)
        .is_some_and(|start| MONTHS.contains(&start.to_ascii_lowercase().as_str()));
    figures(day) && named && figures(year)
}

/// Figures with signs between them, also `1.61756E+10`, `12 %` and `€ 5`.
fn is_number(cell: &str) -> bool {
    let bare = cell.trim_matches(|c: char| "$€£% ".contains(c));
    let bare = bare.strip_prefix(['-', '+']).unwrap_or(bare);
    let mut digits = 0;
    let signs = bare.chars().all(|c| {
        digits += usize::from(c.is_ascii_digit());
        c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | 'E' | 'e' | '+')
    });
    signs
        && digits > 0
        && bare.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && !(cell.starts_with('+') && digits > 6)
}

fn is_phone(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let extension = cell.find(['x', 'e']).map_or(cell, |at| &cell[..at]);
    (6..=18).contains(&digits)
        && extension
            .chars()
            .all(|c| c.is_ascii_digit() || " +()-./".contains(c))
}

/// Words that headings are made of, in the languages lists come in. Whole words, in lower case.
const HEADING_WORDS: &[&str] = &[
    "account",
    "address",
    "adresse",
    "anrede",
    "birth",
    "category",
    "cell",
    "city",
    "code",
    "company",
    "companyname",
    "contact",
    "country",
    "created",
    "currency",
    "customer",
    "date",
    "datum",
    "department",
    "description",
    "domain",
    "email",
    "e-mail",
    "mail",
    "employees",
    "empresa",
    "fax",
    "field",
    "firma",
    "first",
    "firstname",
    "first_name",
    "full",
    "geschlecht",
    "gender",
    "id",
    "industry",
    "job",
    "key",
    "land",
    "last",
    "lastname",
    "last_name",
    "lead",
    "linkedin",
    "list",
    "middle",
    "mobile",
    "name",
    "nachname",
    "nom",
    "nombre",
    "notes",
    "number",
    "organisation",
    "organization",
    "ort",
    "owner",
    "phone",
    "plz",
    "position",
    "postal",
    "postcode",
    "prénom",
    "region",
    "revenue",
    "role",
    "salutation",
    "sic",
    "source",
    "stage",
    "state",
    "status",
    "straße",
    "strasse",
    "street",
    "surname",
    "telefon",
    "telephone",
    "title",
    "type",
    "umsatz",
    "url",
    "value",
    "vorname",
    "web",
    "website",
    "zip",
    "zipcode",
];

/// Whether a heading is likely: one of its words is one that headings are made of.
pub(super) fn has_heading_word(cell: &str) -> bool {
    if cell.chars().count() > 60 {
        return false;
    }
    let lower = cell.to_lowercase();
    HEADING_WORDS.contains(&lower.as_str())
        || lower
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .any(|word| HEADING_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", Look::Empty)]
    #[case("anna@acme.de", Look::Email)]
    #[case("@corp", Look::Text)]
    #[case("www.acme.de", Look::Web)]
    #[case("https://x.org/a", Look::Web)]
    #[case("2026-11-21", Look::Date)]
    #[case("21.11.2026", Look::Date)]
    #[case("03/04/26 10:15", Look::Date)]
    #[case("3-Apr-26", Look::Date)]
    #[case("1.200,50", Look::Number)]
    #[case("1,200.50", Look::Number)]
    #[case("-5", Look::Number)]
    #[case("01067", Look::Number)]
    #[case("1.61756E+10", Look::Number)]
    #[case("12 %", Look::Number)]
    #[case("+49 30 1234567", Look::Phone)]
    #[case("(617) 555-0101", Look::Phone)]
    #[case("212-555-0199", Look::Phone)]
    #[case("+493012345678", Look::Phone)]
    #[case("A", Look::Text)]
    #[case("10-49", Look::Text)]
    #[case("Anna", Look::Text)]
    fn looks(#[case] cell: &str, #[case] look: Look) {
        assert_eq!(Look::of(cell), look);
    }
}
