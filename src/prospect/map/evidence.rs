//! What the values of a column prove where its heading says nothing: a column of addresses with `@` is
//! e-mail, whatever it is called.

use super::super::clean::{Country, date, number, person, state};
use super::super::field::Field;
use super::{Cell, Origin, ProspectMap, heading_key};
use crate::process::reader::At;

/// The first rows of a file, a thousand or so.
pub(super) struct Sample<'s> {
    pub(super) headings: &'s [String],
    pub(super) rows: &'s [Vec<String>],
}

/// Whether a value looks like something.
type Test = fn(&str) -> bool;

/// So much of a column must look like something to be it.
const ENOUGH: f64 = 0.6;

impl<'s> Sample<'s> {
    /// The filled values of a column.
    pub(super) fn values(&self, column: usize) -> impl Iterator<Item = &'s str> + Clone {
        let rows = self.rows;
        rows.iter()
            .filter_map(move |row| row.get(column))
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn column(&self, heading: &str) -> Option<usize> {
        self.headings.iter().position(|known| known == heading)
    }

    fn share(&self, column: usize, test: impl Fn(&str) -> bool) -> f64 {
        let (mut all, mut hits) = (0_u32, 0_u32);
        for value in self.values(column) {
            all += 1;
            hits += u32::from(test(value));
        }
        if all == 0 {
            0.0
        } else {
            f64::from(hits) / f64::from(all)
        }
    }

    fn cell(&self, column: usize) -> Cell {
        Cell::of(Origin::Column(At {
            value: self.headings[column].clone(),
            span: 0..0,
        }))
    }

    /// The column a field is made of alone.
    fn of(&self, map: &ProspectMap, field: Field) -> Option<usize> {
        let cell = map.cells.iter().find(|(of, _)| *of == field)?;
        self.column(&cell.1.origin.headings().first()?.value)
    }

    /// No heading stood above it in the file.
    fn is_nameless(&self, column: usize) -> bool {
        let heading = &self.headings[column];
        heading.trim_end_matches('\'') == format!("column {}", column + 1)
    }
}

/// Puts into a map what the values prove.
pub(super) fn improve(map: &mut ProspectMap, sample: &Sample<'_>) {
    two_names(map, sample);
    by_values(map, sample);
    nameless(map, sample);
    name_of_what(map, sample);
    formats(map, sample);
}

fn has(map: &ProspectMap, field: Field) -> bool {
    map.fields().any(|known| known == field)
}

/// Two columns are called `Name`: first and last, if the first has one word a row.
fn two_names(map: &mut ProspectMap, sample: &Sample<'_>) {
    let second = sample
        .headings
        .iter()
        .position(|h| heading_key(h) == "name2");
    let first = sample
        .headings
        .iter()
        .position(|h| heading_key(h) == "name");
    if let (Some(first), Some(second)) = (first, second)
        && !has(map, Field::Last)
        && sample.share(first, |value| !value.contains(' ')) >= ENOUGH
        && sample.share(second, is_word) >= ENOUGH
    {
        map.cells.retain(|(field, _)| *field != Field::Name);
        map.add(Field::First, sample.cell(first));
        map.add(Field::Last, sample.cell(second));
    }
}

/// What can be told from any value.
fn by_values(map: &mut ProspectMap, sample: &Sample<'_>) {
    let tests: [(Field, Test); 6] = [
        (Field::Email, is_email),
        (Field::Linkedin, |value| {
            value.to_lowercase().contains("linkedin.com/in/")
        }),
        (Field::Website, is_website),
        (Field::Phone, is_phone),
        (Field::Country, |value| {
            value.len() > 3 && Country::find(value).is_some()
        }),
        (Field::Company, is_company),
    ];
    for (field, test) in tests {
        if has(map, field) {
            continue;
        }
        let enough = if field == Field::Company {
            ENOUGH / 2.0
        } else {
            ENOUGH
        };
        let shares = (0..sample.headings.len())
            .filter(|column| !map.uses(&sample.headings[*column]))
            .filter(|column| field != Field::Company || sample.is_nameless(*column))
            .map(|column| (column, sample.share(column, test)))
            .filter(|(_, share)| *share >= enough);
        // Of equals the first.
        let best = shares.reduce(|best, next| if next.1 > best.1 { next } else { best });
        if let Some((column, _)) = best {
            map.add(field, sample.cell(column));
        }
    }
}

/// Columns without a heading: names beside one another, postcodes, states.
fn nameless(map: &mut ProspectMap, sample: &Sample<'_>) {
    let free = |map: &ProspectMap, column: usize| {
        column < sample.headings.len()
            && sample.is_nameless(column)
            && !map.uses(&sample.headings[column])
    };
    if !has(map, Field::Name) {
        let words = |column: usize| sample.share(column, is_word) >= ENOUGH;
        if !has(map, Field::First) {
            let emails = sample.of(map, Field::Email);
            let first = (0..sample.headings.len())
                .filter(|column| free(map, *column) && words(*column))
                .find(|column| emails.is_some_and(|email| in_addresses(sample, *column, email)));
            if let Some(column) = first {
                map.add(Field::First, sample.cell(column));
            }
        }
        let beside = sample.of(map, Field::First).map(|first| first + 1);
        if let Some(column) =
            beside.filter(|column| !has(map, Field::Last) && free(map, *column) && words(*column))
        {
            map.add(Field::Last, sample.cell(column));
        }
    }
    for column in 0..sample.headings.len() {
        if !free(map, column) {
            continue;
        }
        if !has(map, Field::Zip) && sample.share(column, is_zip) >= 0.9 {
            map.add(Field::Zip, sample.cell(column));
        } else if !has(map, Field::State) && sample.share(column, is_state_code) >= 0.9 {
            map.add(Field::State, sample.cell(column));
        }
    }
}

/// Whether the values of a column are in the addresses beside them: `Anna`, `anna@acme.de`.
fn in_addresses(sample: &Sample<'_>, column: usize, email: usize) -> bool {
    let pairs = sample.rows.iter().filter_map(|row| {
        let name = any_ascii::any_ascii(row.get(column)?.trim()).to_lowercase();
        let address = row.get(email)?.to_lowercase();
        let (local, _) = address.split_once('@')?;
        (!name.is_empty()).then(|| local.contains(&name))
    });
    let (hits, all) = pairs.fold((0, 0), |(hits, all), hit| (hits + u32::from(hit), all + 1));
    all > 0 && f64::from(hits) / f64::from(all) >= 0.5
}

/// `Name` in a list of companies is the company's.
fn name_of_what(map: &mut ProspectMap, sample: &Sample<'_>) {
    if has(map, Field::Company) || !has(map, Field::Name) {
        return;
    }
    let person = [
        Field::First,
        Field::Last,
        Field::Title,
        Field::Email,
        Field::Linkedin,
        Field::Mobile,
    ];
    let company = [
        Field::Industry,
        Field::Employees,
        Field::Revenue,
        Field::Website,
    ];
    let Some(column) = sample.of(map, Field::Name) else {
        return;
    };
    let any = |fields: &[Field]| fields.iter().any(|field| has(map, *field));
    if sample.share(column, is_company) >= 0.2 || (any(&company) && !any(&person)) {
        map.cells.retain(|(field, _)| *field != Field::Name);
        map.add(Field::Company, sample.cell(column));
    }
}

/// States how dates and numbers are written, where the sample proves it.
fn formats(map: &mut ProspectMap, sample: &Sample<'_>) {
    for (field, cell) in &mut map.cells {
        let Some(column) = cell
            .origin
            .headings()
            .first()
            .and_then(|h| sample.column(&h.value))
        else {
            continue;
        };
        match field {
            Field::BirthDate | Field::SourceDate if cell.rule.date.is_none() => {
                let order = date::proven_order(sample.values(column));
                cell.rule.date = order.and_then(|order| {
                    date::Format::new(match order {
                        date::Order::DayFirst => "%d/%m/%Y",
                        date::Order::MonthFirst => "%m/%d/%Y",
                    })
                });
            }
            Field::Employees | Field::Revenue if cell.rule.decimal.is_none() => {
                let comma = number::proven_comma(sample.values(column));
                cell.rule.decimal = comma.filter(|comma| *comma).map(|_| number::Decimal::Comma);
            }
            _ => {}
        }
    }
}

fn is_email(value: &str) -> bool {
    value
        .split_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && host.contains('.'))
}

fn is_website(value: &str) -> bool {
    let lower = value.to_lowercase();
    let start = ["http://", "https://", "www."]
        .iter()
        .any(|start| lower.starts_with(start));
    start && !lower.contains("linkedin.com/") && !value.contains(' ')
}

fn is_phone(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let marks = value.bytes().filter(|c| b"+-() /".contains(c)).count();
    let other = value
        .bytes()
        .any(|c| !(c.is_ascii_digit() || b"+-() /.".contains(&c)));
    (8..=15).contains(&digits)
        && marks > 0
        && !other
        && date::read(value, None, false) == date::Date::None
}

/// A legal form or `&`.
fn is_company(value: &str) -> bool {
    const FORMS: [&str; 26] = [
        "inc",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "plc",
        "llp",
        "gmbh",
        "ag",
        "kg",
        "ohg",
        "ug",
        "ev",
        "sa",
        "sas",
        "sarl",
        "sl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "oy",
    ];
    value.split([' ', ',']).skip(1).any(|word| {
        let plain: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        FORMS.contains(&plain.to_lowercase().as_str()) || word == "&"
    })
}

/// One word of a name.
fn is_word(value: &str) -> bool {
    let fine = |c: char| c.is_alphabetic() || "'’-. ".contains(c);
    value.chars().all(fine)
        && value.split(' ').count() <= 3
        && value.chars().count() > 1
        && !is_company(value)
        && person::split(value, person::NameOrder::Detect)
            .suffix
            .is_empty()
}

fn is_zip(value: &str) -> bool {
    let (five, four) = value.split_once('-').unwrap_or((value, ""));
    five.len() == 5 && five.bytes().chain(four.bytes()).all(|c| c.is_ascii_digit())
}

fn is_state_code(value: &str) -> bool {
    value.len() == 2
        && [Country::US, Country::CA]
            .into_iter()
            .any(|country| state(value, Some(country)).is_some())
}
