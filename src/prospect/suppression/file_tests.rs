//! What files of all shapes suppress.

use rstest::rstest;

use super::*;
use crate::import::read::{Header, Options, Reader};
use crate::prospect::suppression::are_values;

/// The columns and every row of a file: what it suppresses, or why it suppresses nothing.
fn read(text: &str, map: &[&str]) -> (Columns, Vec<Result<Vec<String>, String>>) {
    let open = |header| {
        let options = Options {
            header,
            ..Options::default()
        };
        Reader::open(text.as_bytes(), &options).expect("readable")
    };
    let headless = are_values(open(Header::Sniff).headers());
    let mut reader = open(if headless {
        Header::None
    } else {
        Header::Sniff
    });
    let headers = reader.headers().to_vec();
    let mut rows = Vec::new();
    let mut row = Row::default();
    while reader.next(&mut row).expect("readable") {
        rows.push(row.clone());
    }
    let mut columns = Columns::of(&headers, &rows);
    let map: Vec<String> = map.iter().map(|one| (*one).to_string()).collect();
    columns.lay_over(&headers, &map).expect("a sound map");
    let mut record = Record::default();
    let taken = rows.iter().map(|row| {
        let taken = columns.entries(row, &mut record);
        if taken.entries.is_empty() {
            return Err(taken.problems.join("; "));
        }
        let shown = |entry: &Entry| format!("{} {}", entry.kind.name(), entry.shown());
        Ok(taken.entries.iter().map(shown).collect())
    });
    let taken = taken.collect();
    (columns, taken)
}

#[rstest]
#[case("Email\nA@x.com\n", &["email a@x.com"])]
#[case("a@x.com\nb@x.com\n", &["email a@x.com"])]
#[case("Who;What\na@x.com;1\nb@x.com;2\n", &["email a@x.com"])]
#[case("competitors\nwww.acme.com\nglobex.de\n", &["domain acme.com"])]
#[case("www.acme.com\n+49 30 1234567\nx\n", &["domain acme.com"])]
#[case("Competitor\nBooking.com\n", &["company Booking.com", "domain booking.com"])]
#[case("Telefon\n+49 30 1234567\n", &["phone +49301234567"])]
#[case(
    "E-Mail,Vorname,Nachname,Firma,Domain\na@x.com,Jana,Roth,Acme GmbH,acme.com\n",
    &["email a@x.com", "person Jana Roth, Acme GmbH"]
)]
#[case("Company,City,Website\nAcme GmbH,Berlin,acme.com\n", &["domain acme.com", "company Acme GmbH, Berlin"])]
#[case("phone,mobile\n+49301234567,+49 30 1234567\n", &["phone +49301234567"])]
#[case("email,phone\nnone,+49301234567\n", &["phone +49301234567"])]
fn first_rows(#[case] text: &str, #[case] expected: &[&str]) {
    let (columns, rows) = read(text, &[]);
    assert!(columns.name_anybody());
    assert_eq!(
        rows[0].as_deref(),
        Ok(expected
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .as_slice())
    );
}

#[rstest]
#[case(&["acme.com"], true)]
#[case(&["+49 30 1234567"], true)]
#[case(&["a@x.com", "1"], true)]
#[case(&["Email"], false)]
#[case(&["acme.com", "name"], false)]
fn headings_that_are_none(#[case] headers: &[&str], #[case] expected: bool) {
    let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
    assert_eq!(are_values(&headers), expected);
}

#[test]
fn rows_that_name_nobody_say_why() {
    let (_, rows) = read("email,name\nj.roth@acme,\n,Jana Roth\nx,y\n", &[]);
    assert_eq!(
        rows,
        [
            Err("`j.roth@acme` is no e-mail address".to_string()),
            Err("`Jana Roth` alone is many people: an e-mail address, a phone number, a company or a postcode is needed".to_string()),
            Err("`x` is no e-mail address; `y` alone is many people: an e-mail address, a phone number, a company or a postcode is needed".to_string()),
        ]
    );
}

#[test]
fn a_map_says_what_headings_do_not() {
    let (columns, rows) = read("Name,Ort\nAcme GmbH,Berlin\n", &["name=company"]);
    assert_eq!(rows, [Ok(vec!["company Acme GmbH, Berlin".to_string()])]);
    assert_eq!(columns.used(), 2);
    let headers = ["Name".to_string(), "Other".to_string()];
    let mut columns = Columns::of(&headers, &[]);
    assert_eq!(columns.ignored(&headers).collect::<Vec<_>>(), ["Other"]);
    let map = ["Nam=email", "Other=emial", "x"].map(String::from);
    let problems = columns
        .lay_over(&headers, &map)
        .expect_err("three problems");
    assert_eq!(
        problems,
        [
            "there is no column `Nam`; did you mean `Name`?",
            "there is no meaning `emial`; did you mean `email`?",
            "`x` is no HEADING=COLUMN"
        ]
    );
}

#[test]
fn purpose_and_reason_may_differ_from_row_to_row() {
    let text = "email,purpose,reason\na@x.com,All,complained\nb@x.com,never,\n";
    let mut reader = Reader::open(text.as_bytes(), &Options::default()).expect("readable");
    let columns = Columns::of(reader.headers(), &[]);
    assert!(columns.tell_purpose() && columns.tell_reason());
    let (mut row, mut record) = (Row::default(), Record::default());
    assert!(reader.next(&mut row).expect("a row"));
    let taken = columns.entries(&row, &mut record);
    assert_eq!(
        (taken.purpose, taken.reason.as_deref()),
        (Some(Purpose::All), Some("complained"))
    );
    assert!(reader.next(&mut row).expect("a row"));
    let taken = columns.entries(&row, &mut record);
    assert_eq!((taken.purpose, taken.reason), (None, None));
    assert_eq!(taken.entries, []);
    assert_eq!(taken.problems, ["`never` is no purpose: marketing or all"]);
}
