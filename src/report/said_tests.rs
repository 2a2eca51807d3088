//! What customers said, by hand.

use super::super::sample::{book, day, process, twelve};
use super::super::{Ask, lines_of, requests};
use super::*;
use crate::deal::case::Case;

struct Told {
    kind: CaseKind,
    on: i32,
    closed: Option<i32>,
    about: i64,
    /// Number of the deal, from 1.
    deal: Option<i64>,
    stars: Option<u8>,
    text: &'static str,
}

fn said(told: &[Told]) -> Vec<Said> {
    let each = told.iter().enumerate().map(|(n, told)| Said {
        whom: format!("Account {}", told.about),
        case: Case {
            id: Id(100 + n as i64),
            what: told.kind,
            about: Id(told.about),
            deal: told.deal.map(Id),
            started: None,
            product: None,
            by: "ann".to_string(),
            owner: Some("cy".to_string()),
            stars: told.stars,
            text: Some(told.text.to_string()),
            due: Some(day(told.on + 7).date()),
            opened: day(told.on).date(),
            answer: None,
            closed: told.closed.map(|on| day(on).date()),
        },
    });
    each.collect()
}

fn stars(stars: u8, on: i32, closed: Option<i32>, deal: Option<i64>) -> Told {
    Told {
        kind: CaseKind::Experience,
        on,
        closed,
        about: 1,
        deal,
        stars: Some(stars),
        text: "so",
    }
}

/// Deals 1 and 2 are Ann's (products basic and pro), 5 is Cy's.
fn experiences() -> Vec<Said> {
    said(&[
        stars(5, 50, Some(50), Some(1)),
        stars(4, 60, Some(61), Some(1)),
        stars(2, 70, None, Some(1)),
        // Answered on day 110, after the as-of day of one test.
        stars(1, 100, Some(110), Some(2)),
        stars(3, 101, None, Some(2)),
        stars(2, 120, None, None),
        // Told tomorrow.
        stars(1, 144, None, Some(1)),
    ])
}

fn asked(book: &Book, ask: &Ask, by: ExperienceBy) -> Report<ExperienceRow> {
    let more = AskSaid::default();
    experience(&process(), book, ask, (&more, by), &experiences(), |id| {
        id.0.to_string()
    })
}

type Found<'a> = (
    &'static str,
    Option<&'a str>,
    usize,
    Option<f64>,
    [usize; 6],
);

fn found(report: &Report<ExperienceRow>) -> Vec<Found<'_>> {
    let each = report.answer.rows.iter();
    each.map(|row| {
        let it = &row.stars;
        let counts = [
            it.stars_1,
            it.stars_2,
            it.stars_3,
            it.stars_4,
            it.stars_5,
            it.bad_open,
        ];
        (
            it.level,
            row.group[0].1.as_deref(),
            it.n,
            it.mean_stars,
            counts,
        )
    })
    .collect()
}

#[test]
fn bad_ones_first_then_by_rep() {
    let report = asked(&book(&twelve()), &Ask::default(), ExperienceBy::Rep);
    assert_eq!(
        found(&report),
        [
            ("case", Some("ann"), 1, None, [0, 1, 0, 0, 0, 1]),
            ("case", Some("cy"), 1, None, [0, 1, 0, 0, 0, 1]),
            // 5 + 4 + 2 + 1 + 3 over 5.
            ("group", Some("ann"), 5, Some(3.0), [1, 1, 1, 1, 1, 1]),
            ("group", Some("cy"), 1, None, [0, 1, 0, 0, 0, 1]),
        ]
    );
    assert_eq!(report.answer.n, 6);
    assert_eq!(
        lines_of(&report.document)[1],
        "2 of 2 stars or fewer wait for an answer:"
    );
}

#[test]
fn as_of_a_day_before_the_answer() {
    let mut book = book(&twelve());
    book.as_of = day(105).date();
    let report = asked(&book, &Ask::default(), ExperienceBy::Quarter);
    assert_eq!(
        found(&report),
        [
            ("case", Some("2026-Q4"), 1, None, [1, 0, 0, 0, 0, 1]),
            ("case", Some("2026-Q3"), 1, None, [0, 1, 0, 0, 0, 1]),
            ("group", Some("2026-Q3"), 3, None, [0, 1, 0, 1, 1, 1]),
            ("group", Some("2026-Q4"), 2, None, [1, 0, 1, 0, 0, 1]),
        ]
    );
    let report = asked(&book, &Ask::default(), ExperienceBy::Product);
    let groups: Vec<_> = found(&report)
        .into_iter()
        .filter(|it| it.0 == "group")
        .collect();
    assert_eq!(groups[0].1, Some("basic"));
    assert_eq!((groups[0].2, groups[1].2, groups.len()), (3, 2, 2));
}

/// Deal 1 is worth 10,000 (won), 6 7,000 (lost), 10 12,000 (open), 4 nothing that is known.
#[test]
fn requests_by_the_value_of_their_deals() {
    let request = |text, about, deal| Told {
        kind: CaseKind::Request,
        on: 20 + about as i32,
        closed: (about == 3).then_some(90),
        about,
        deal,
        stars: None,
        text,
    };
    let told = said(&[
        request("export to SAP", 1, Some(1)),
        request("a mirror", 2, Some(10)),
        request(" Export  to sap", 3, Some(6)),
        // The same deal again is worth no more.
        request("a mirror", 2, Some(10)),
        request("rounded corners", 4, None),
        request("a  handle", 5, Some(4)),
    ]);
    let book = book(&twelve());
    let more = AskSaid::default();
    let report = requests::requests(&process(), &book, &Ask::default(), (&more, false), &told);
    let rows: Vec<_> = report
        .answer
        .rows
        .iter()
        .map(|row| {
            (
                row.request.as_deref().unwrap_or_default(),
                row.product.as_deref(),
                (row.n, row.customers, row.open, row.deals),
                (row.value_minor, row.open_value_minor, row.lost_value_minor),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            // Both deals are of the product basic.
            (
                "export to SAP",
                Some("basic"),
                (2, 2, 1, 2),
                (Some(1_700_000), None, Some(700_000))
            ),
            (
                "a mirror",
                None,
                (2, 1, 2, 1),
                (Some(1_200_000), Some(1_200_000), None)
            ),
            ("rounded corners", None, (1, 1, 1, 0), (None, None, None)),
            ("a  handle", None, (1, 1, 1, 1), (None, None, None)),
        ]
    );
    let of_cy = AskSaid {
        rep: Some("cy".to_string()),
        team: None,
    };
    let report = requests::requests(&process(), &book, &Ask::default(), (&of_cy, true), &told);
    // Only the one without a deal, whose owner is Cy.
    assert_eq!(report.answer.rows.len(), 1);
    assert_eq!(report.answer.rows[0].request, None);
}
