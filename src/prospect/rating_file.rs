//! A file of ratings: which column is what, and what a row says of whom.

use chrono::NaiveDate;

use super::topic;
use crate::date::{Direction, parse_day};
use crate::import::read::Row;
use crate::text::shortened;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Who,
    Email,
    Person,
    First,
    Last,
    Account,
    Prospect,
    Topic,
    Stars,
    Note,
    By,
    Date,
}

/// Headings as people write them, letters and digits only.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Who,
        &["who", "whom", "id", "reference", "ref", "wer", "wen"],
    ),
    (
        Column::Email,
        &["email", "emailaddress", "emailadresse", "mail"],
    ),
    (
        Column::Person,
        &["person", "name", "fullname", "contact", "contactname"],
    ),
    (Column::First, &["first", "firstname", "vorname"]),
    (Column::Last, &["last", "lastname", "surname", "nachname"]),
    (
        Column::Account,
        &[
            "account",
            "accountname",
            "company",
            "companyname",
            "customer",
            "organisation",
            "organization",
            "firma",
            "unternehmen",
            "kunde",
        ],
    ),
    (Column::Prospect, &["prospect", "prospectid"]),
    (Column::Topic, &["topic", "tag", "thema"]),
    (
        Column::Stars,
        &["stars", "star", "rating", "score", "sterne", "bewertung"],
    ),
    (
        Column::Note,
        &["note", "notes", "comment", "remark", "notiz", "bemerkung"],
    ),
    (
        Column::By,
        &["by", "ratedby", "rater", "saidby", "colleague", "von"],
    ),
    (Column::Date, &["date", "day", "on", "when", "datum", "am"]),
];

/// What the columns of a file hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    of: Vec<Option<Column>>,
}

/// Whom a row is about, as far as it says; empty where it doesn't.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whom {
    /// An id, an e-mail address or a name of whatever kind.
    pub who: String,
    pub email: String,
    pub person: String,
    pub account: String,
    pub prospect: String,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatedRow {
    pub whom: Whom,
    pub topic: String,
    pub stars: u8,
    pub note: Option<String>,
    pub by: Option<String>,
    pub day: Option<NaiveDate>,
}

impl Columns {
    /// Judged by the headings; of two of a kind the first counts.
    pub fn of(headers: &[String]) -> Self {
        let mut of: Vec<Option<Column>> = Vec::new();
        for header in headers {
            let plain: String = header
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect();
            let meant = HEADINGS
                .iter()
                .find(|(_, names)| names.contains(&plain.as_str()))
                .map(|(column, _)| Some(*column))
                .filter(|column| !of.contains(column));
            of.push(meant.flatten());
        }
        Self { of }
    }

    /// What no column holds although every row must say it.
    pub fn missing(&self) -> Vec<&'static str> {
        let has = |column| self.of.contains(&Some(column));
        let mut missing = Vec::new();
        let names = [
            Column::Who,
            Column::Email,
            Column::Person,
            Column::Last,
            Column::Account,
            Column::Prospect,
        ];
        if !names.into_iter().any(has) {
            missing.push("whom it rates: `who`, `email`, `person`, `account` or `prospect`");
        }
        if !has(Column::Topic) {
            missing.push("the topic: `topic`");
        }
        if !has(Column::Stars) {
            missing.push("1 to 5 stars: `stars`");
        }
        missing
    }

    pub fn used(&self) -> usize {
        self.of.iter().flatten().count()
    }

    /// Headings of columns that nothing is made of.
    pub fn ignored<'a>(&self, headers: &'a [String]) -> impl Iterator<Item = &'a str> {
        let columns = self.of.iter().chain(std::iter::repeat(&None));
        let unused = headers.iter().zip(columns);
        unused.filter_map(|(header, column)| column.is_none().then_some(header.as_str()))
    }

    /// What a row says, or every problem in it.
    pub fn row(&self, row: &Row, today: NaiveDate) -> Result<RatedRow, Vec<String>> {
        if let Some(defect) = &row.defect {
            return Err(vec![defect.to_string()]);
        }
        let get = |column| {
            let at = self.of.iter().position(|known| *known == Some(column));
            at.map_or("", |at| row.get(at))
        };
        let told = |column| Some(get(column).to_string()).filter(|text| !text.is_empty());
        let full = [get(Column::First), get(Column::Last)].join(" ");
        let whom = Whom {
            who: get(Column::Who).to_string(),
            email: get(Column::Email).to_string(),
            person: told(Column::Person).unwrap_or_else(|| full.trim().to_string()),
            account: get(Column::Account).to_string(),
            prospect: get(Column::Prospect).to_string(),
        };
        let mut problems = Vec::new();
        if whom == Whom::default() {
            problems.push("says of nobody who is meant".to_string());
        }
        let topic = match get(Column::Topic) {
            "" => Err("no topic".to_string()),
            written => topic::topic(written),
        };
        let stars = match get(Column::Stars) {
            "" => Err("no stars".to_string()),
            written => topic::stars(written),
        };
        let day = told(Column::Date).map(|written| day(&written, today));
        let day = day.transpose();
        match (topic, stars, day) {
            (Ok(topic), Ok(stars), Ok(day)) if problems.is_empty() => Ok(RatedRow {
                whom,
                topic,
                stars,
                note: told(Column::Note),
                by: told(Column::By),
                day,
            }),
            (topic, stars, day) => {
                problems.extend(topic.err());
                problems.extend(stars.err());
                problems.extend(day.err());
                Err(problems)
            }
        }
    }
}

/// `2026-11-03` or `3.11.2026`, not in the future; phrases such as `yesterday` would mean another day when
/// the file is read again.
fn day(written: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let dotted = NaiveDate::parse_from_str(written, "%d.%m.%Y").ok();
    let is_iso = written.starts_with(|c: char| c.is_ascii_digit()) && written.contains('-');
    let iso = || parse_day(written, today, Direction::Back).ok();
    let day = dotted.or_else(|| if is_iso { iso() } else { None });
    match day {
        Some(day) if day > today => Err(format!(
            "{} is in the future; what has not happened can't be recorded",
            crate::date::day(day)
        )),
        Some(day) => Ok(day),
        None => Err(format!(
            "`{}` is no date: expected one such as 2026-11-03",
            shortened(written, 40)
        )),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::import::read::{Options, Reader};

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day")
    }

    /// What the rows of a file say, as one line each.
    fn said(file: &str) -> Vec<String> {
        let mut reader = Reader::open(file.as_bytes(), &Options::default()).expect("a table");
        let columns = Columns::of(reader.headers());
        assert_eq!(columns.missing(), Vec::<&str>::new());
        let (mut row, mut said) = (Row::default(), Vec::new());
        while reader.next(&mut row).expect("rows") {
            said.push(match columns.row(&row, today()) {
                Ok(one) => format!(
                    "{}|{}|{}|{}|{} {}={} {:?} {:?} {:?}",
                    one.whom.who,
                    one.whom.email,
                    one.whom.person,
                    one.whom.account,
                    one.whom.prospect,
                    one.topic,
                    one.stars,
                    one.note,
                    one.by,
                    one.day.map(|day| day.to_string())
                ),
                Err(problems) => problems.join("; "),
            });
        }
        said
    }

    #[test]
    fn headings_in_any_order_and_language() {
        assert_eq!(
            said(
                "Sterne;Thema;E-Mail;Datum;von\n5;Cloud;a@x.example;3.11.2026;Ann Berg\n4;Cloud;b@x.example;;\n"
            ),
            [
                "|a@x.example||| cloud=5 None Some(\"Ann Berg\") Some(\"2026-11-03\")",
                "|b@x.example||| cloud=4 None None None",
            ]
        );
        assert_eq!(
            said(
                "First name,Last name,Company,Topic,Rating,Note,Height\nJana,Roth,Acme,fc,3,\"a, b\",1\n"
            ),
            ["||Jana Roth|Acme| fc=3 Some(\"a, b\") None None"]
        );
    }

    #[test]
    fn every_problem_of_a_row_is_told() {
        assert_eq!(
            said("who,topic,stars,date\n,,9,tomorrow\nx,fc,,2026-12-01\ny,!,3.5,2026-02-30\n"),
            [
                "says of nobody who is meant; no topic; `9` is no number of stars: expected 1, 2, 3, 4 or 5; `tomorrow` is no date: expected one such as 2026-11-03",
                "no stars; 1 Dec 2026 is in the future; what has not happened can't be recorded",
                "`!` is no topic: expected letters and digits, such as `forecasting`; `3.5` is no number of stars: expected 1, 2, 3, 4 or 5; `2026-02-30` is no date: expected one such as 2026-11-03",
            ]
        );
    }

    #[rstest]
    #[case(&["who", "topic", "stars"], 0)]
    #[case(&["who", "topic"], 1)]
    #[case(&["a", "b"], 3)]
    fn what_every_row_must_say(#[case] headers: &[&str], #[case] expected: usize) {
        let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
        assert_eq!(Columns::of(&headers).missing().len(), expected);
    }

    #[test]
    fn a_second_column_of_a_kind_is_ignored() {
        let headers = ["who", "topic", "stars", "Rating"].map(str::to_string);
        let columns = Columns::of(&headers);
        assert_eq!(columns.used(), 3);
        assert_eq!(columns.ignored(&headers).collect::<Vec<_>>(), ["Rating"]);
    }
}
