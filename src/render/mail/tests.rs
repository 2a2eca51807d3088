//! Messages as other programs read them, and addresses that are none.

use chrono::{TimeZone, Utc};
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;
use rstest::rstest;

use super::{Address, Letterhead, message};
use crate::document::{Align, Cell, Chart, Document, Shape, Table, TableColumn, Unit};
use crate::render::Section;

fn sections(account: &str) -> Vec<Section> {
    let column = |heading: &str, align| TableColumn {
        heading: heading.to_string(),
        align,
        rank: 0,
        ..TableColumn::left("")
    };
    let document = Document::default()
        .heading("What changed since Friday")
        .chart(Chart {
            title: "a picture".to_string(),
            description: String::new(),
            unit: Unit::Count,
            shape: Shape::Bars(Vec::new()),
        })
        .table(Table {
            columns: vec![
                column("account", Align::Left),
                column("deals", Align::Right),
            ],
            rows: vec![vec![Cell::Text(account.to_string()), Cell::Count(1_200)]],
        })
        .line("note: two deals are without a value");
    vec![Section {
        name: "changes".to_string(),
        document,
    }]
}

fn mail(subject: &str, to: &[&str], account: &str) -> Vec<u8> {
    let address = |typed: &&str| typed.parse::<Address>().expect("an address");
    let to: Vec<Address> = to.iter().map(address).collect();
    let head = Letterhead {
        from: &"salesctl <sales@example.com>".parse().expect("an address"),
        to: &to,
        subject,
        date: Utc
            .with_ymd_and_hms(2026, 11, 21, 5, 15, 0)
            .single()
            .expect("a time"),
        id: "nightly-20261121",
    };
    message(&head, &sections(account)).expect("written")
}

#[test]
fn read_back() {
    let bytes = mail(
        "Pipeline: 3 Abschlüsse, 2 spät",
        &["Team <team@example.com>", "ab@example.org"],
        "Söhne <b>GmbH</b> 東京",
    );
    let read = MessageParser::default().parse(&bytes).expect("a message");
    assert_eq!(read.subject(), Some("Pipeline: 3 Abschlüsse, 2 spät"));
    assert_eq!(read.message_id(), Some("nightly-20261121@example.com"));
    assert_eq!(
        read.date().map(ToString::to_string).as_deref(),
        Some("2026-11-21T05:15:00Z")
    );
    let to = read.to().and_then(|to| to.as_list()).expect("a list");
    let to: Vec<_> = to.iter().map(|one| (one.name(), one.address())).collect();
    assert_eq!(
        to,
        [
            (Some("Team"), Some("team@example.com")),
            (None, Some("ab@example.org"))
        ]
    );
    assert!(read.root_part().is_content_type("multipart", "alternative"));
    let text = read.body_text(0).expect("text");
    assert!(text.contains("Söhne <b>GmbH</b> 東京   1,200"), "{text}");
    let html = read.body_html(0).expect("html");
    assert!(
        html.contains("Söhne &lt;b&gt;GmbH&lt;/b&gt; 東京</td>"),
        "{html}"
    );
    for missing in ["<svg", "<style", "class=", "a picture"] {
        assert!(!html.contains(missing), "{missing} is in\n{html}");
    }
}

#[test]
fn the_same_mail_is_the_same_bytes() {
    let one = mail("a", &["a@example.com"], "Acme");
    assert_eq!(one, mail("a", &["a@example.com"], "Acme"));
    let text = String::from_utf8(one).expect("ASCII");
    assert!(
        text.contains("Date: Sat, 21 Nov 2026 05:15:00 +0000\r\n"),
        "{text}"
    );
    assert!(
        text.contains("Auto-Submitted: auto-generated\r\n"),
        "{text}"
    );
}

#[rstest]
#[case("team@example.com", "team@example.com")]
#[case(" Sales team <team+x@example.com>", "Sales team <team+x@example.com>")]
#[case("\"Baran, Amir\" <ab@mail.example>", "Baran, Amir <ab@mail.example>")]
fn addresses(#[case] typed: &str, #[case] shown: &str) {
    assert_eq!(
        typed.parse::<Address>().map(|a| a.to_string()),
        Ok(shown.to_string())
    );
}

#[rstest]
#[case("")]
#[case("team")]
#[case("@example.com")]
#[case("a b@example.com")]
#[case("a@example..com")]
#[case("a@-example.com")]
#[case("a@exämple.com")]
#[case("a@example.com, b@example.com")]
#[case("a@example.com\r\nBcc: b@example.com")]
#[case("Sales\nBcc: b@example.com <a@example.com>")]
#[case("a@example.com>")]
#[case("-oQ/tmp -X/tmp/x@example.com")]
fn no_addresses(#[case] typed: &str) {
    let error = typed.parse::<Address>().expect_err("refused");
    assert!(
        error.contains("is not a mail address") && !error.contains('\n'),
        "{error}"
    );
}

proptest! {
    /// Whatever names and subjects hold: the headers are ours, every line is of mail's length, and the
    /// subject comes back.
    #[test]
    fn nothing_is_injected(subject in any::<String>(), account in any::<String>(), name in "[^<>\"\\p{C}\\p{Zl}\\p{Zp}]{0,40}") {
        let to = format!("{name} <a@example.com>");
        prop_assume!(to.parse::<Address>().is_ok());
        let bytes = mail(&subject, &[&to], &account);
        let text = String::from_utf8(bytes.clone()).expect("text");
        prop_assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\n', '\r'])));
        let read = MessageParser::default().parse(&bytes).expect("a message");
        let mut headers: Vec<&str> = read.headers().iter().map(mail_parser::Header::name).collect();
        headers.sort_unstable();
        prop_assert_eq!(
            headers,
            ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]
        );
        prop_assert_eq!(read.parts.len(), 3);
    }
}
