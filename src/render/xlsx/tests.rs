//! Read back as a spreadsheet program reads it.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use chrono::NaiveDate;

use crate::document::{Answer, Document, Period, row};
use crate::money::Currency;
use crate::render::{Format, Style, answer};

row! {
    struct Line {
        account: String,
        closes: Option<NaiveDate>,
        recorded_at: String,
        n: usize,
        won: bool,
        value_minor: Option<i64>,
        velocity_minor_per_day: i64,
        win_share: Option<f64>,
        win_low: Option<f64>,
        stars_low: Option<f64>,
        median_days: f64,
        steps: Vec<&'static str>,
    }
}

row! {
    struct Priced {
        what: &'static str,
        price_minor: i64,
        currency: &'static str,
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn of<R>(rows: Vec<R>, currency: &str) -> Answer<R> {
    Answer {
        schema: "salesctl/test/1",
        as_of: date("2026-11-21"),
        process_version: Some(7),
        currency: currency.parse::<Currency>().expect("a currency"),
        period: Some(Period {
            from: date("2026-07-01"),
            to: date("2026-09-30"),
        }),
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes: vec!["1 deal is left out".to_string()],
    }
}

fn bytes<R: crate::document::Row>(rows: &Answer<R>) -> Vec<u8> {
    let mut out = Vec::new();
    answer(
        &mut out,
        rows,
        &Document::default(),
        Format::Xlsx,
        Style::default(),
    )
    .expect("written");
    out
}

fn read<R: crate::document::Row>(rows: &Answer<R>) -> Xlsx<Cursor<Vec<u8>>> {
    open_workbook_from_rs(Cursor::new(bytes(rows))).expect("a workbook")
}

fn cells(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    let range = book.worksheet_range(sheet).expect("the sheet");
    range.rows().map(<[Data]>::to_vec).collect()
}

fn line(account: &str) -> Line {
    Line {
        account: account.to_string(),
        closes: Some(date("2026-12-24")),
        recorded_at: "2026-11-21T09:30:00Z".to_string(),
        n: 1_200,
        won: true,
        value_minor: Some(123_456),
        velocity_minor_per_day: -50,
        win_share: Some(0.25),
        win_low: Some(0.19),
        stars_low: Some(3.0),
        median_days: 13.5,
        steps: vec!["call", "visit"],
    }
}

fn number(data: &Data) -> f64 {
    match data {
        Data::Float(number) => *number,
        Data::Int(number) => *number as f64,
        Data::DateTime(day) => day.as_f64(),
        other => panic!("no number: {other:?}"),
    }
}

#[test]
fn cells_hold_what_they_are() {
    let unknown = Line {
        closes: None,
        value_minor: None,
        win_share: None,
        ..line("=1+1")
    };
    let rows = of(vec![line("Söhne <GmbH>\u{1b}[31m"), unknown], "EUR");
    let mut book = read(&rows);
    assert_eq!(book.sheet_names(), ["answer", "about"]);
    let cells = cells(&mut book, "answer");
    let header: Vec<String> = cells[0].iter().map(ToString::to_string).collect();
    assert_eq!(
        header,
        [
            "account",
            "closes",
            "recorded_at",
            "n",
            "won",
            "value_EUR",
            "velocity_EUR_per_day",
            "win_share",
            "win_low",
            "stars_low",
            "median_days",
            "steps"
        ]
    );
    let first = &cells[1];
    assert_eq!(first[0], Data::String("Söhne <GmbH>␛[31m".to_string()));
    // Days since 30 Dec 1899.
    let days = |text| (date(text) - date("1899-12-30")).num_days() as f64;
    assert!(matches!(first[1], Data::DateTime(_)) && number(&first[1]) == days("2026-12-24"));
    let half_past_nine = days("2026-11-21") + 9.5 / 24.0;
    assert!((number(&first[2]) - half_past_nine).abs() < 1e-6);
    let numbers: Vec<f64> = first[5..11].iter().map(number).collect();
    assert_eq!(numbers, [1234.56, -0.5, 0.25, 0.19, 3.0, 13.5]);
    assert_eq!((number(&first[3]), &first[4]), (1200.0, &Data::Bool(true)));
    assert_eq!(first[11], Data::String("call, visit".to_string()));
    // What would be a formula is text, what is not known is empty.
    assert_eq!(cells[2][0], Data::String("=1+1".to_string()));
    assert_eq!(
        [&cells[2][1], &cells[2][5], &cells[2][7]],
        [&Data::Empty; 3]
    );
    assert!(
        book.worksheet_formula("answer")
            .expect("a sheet")
            .is_empty()
    );
}

#[test]
fn it_says_what_it_is_of() {
    let mut book = read(&of(vec![line("Acme")], "EUR"));
    let about = cells(&mut book, "about");
    let said: Vec<(String, String)> = about
        .iter()
        .map(|row| (row[0].to_string(), row[1].to_string()))
        .collect();
    let has = |name: &str, value: &str| said.contains(&(name.to_string(), value.to_string()));
    assert!(has("schema", "salesctl/test/1"), "{said:?}");
    assert!(has("period", "1 Jul – 30 Sep 2026"), "{said:?}");
    assert!(
        has("n", "1") && has("currency", "EUR") && has("note", "1 deal is left out"),
        "{said:?}"
    );
}

/// Of zero and three digits, and of lines that have a currency each.
#[test]
fn currencies() {
    let price = |what, price_minor, currency| Priced {
        what,
        price_minor,
        currency,
    };
    let rows = vec![
        price("a", 1500, "JPY"),
        price("b", 1500, "KWD"),
        price("c", 1500, "EUR"),
    ];
    let cells = cells(&mut read(&of(rows, "EUR")), "answer");
    assert_eq!(cells[0][1].to_string(), "price");
    let prices: Vec<f64> = cells[1..].iter().map(|row| number(&row[1])).collect();
    assert_eq!(prices, [1500.0, 1.5, 15.0]);
}

#[test]
fn the_same_answer_is_the_same_file() {
    let rows = of(vec![line("Acme")], "EUR");
    assert_eq!(bytes(&rows), bytes(&rows));
}

#[test]
fn no_rows_are_a_header() {
    let cells = cells(&mut read(&of(Vec::<Line>::new(), "EUR")), "answer");
    assert_eq!((cells.len(), cells[0].len()), (1, 12));
}
