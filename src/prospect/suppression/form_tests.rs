//! Normal forms, and that whatever formatting leads to the same one.

use rstest::rstest;

use super::*;

fn formed(form: fn(&str, &mut String) -> bool, written: &str) -> Option<String> {
    let mut text = "kept ".to_string();
    let found = form(written, &mut text);
    let text = text
        .strip_prefix("kept ")
        .expect("what was there stays")
        .to_string();
    assert_eq!(found, !text.is_empty(), "{written}");
    found.then_some(text)
}

#[rstest]
#[case("J.Roth@Acme.COM", Some("j.roth@acme.com"))]
#[case("\u{a0}<j.roth@acme.com>\t", Some("j.roth@acme.com"))]
#[case("Roth, Jana <J.Roth@acme.com>", Some("j.roth@acme.com"))]
#[case("mailto:j.roth@acme.com?subject=hi", Some("j.roth@acme.com"))]
#[case("\"j.roth@acme.com\";", Some("j.roth@acme.com"))]
#[case("j.roth+news@acme.com", Some("j.roth+news@acme.com"))]
#[case("ＪＲ@acme.com", Some("jr@acme.com"))]
#[case("j.roth@acme", None)]
#[case("j.roth(at)acme.com", None)]
#[case("j roth@acme.com", None)]
#[case("a@b.com, c@d.com", None)]
#[case("@acme.com", None)]
#[case("", None)]
fn emails(#[case] written: &str, #[case] expected: Option<&str>) {
    assert_eq!(formed(email, written).as_deref(), expected);
}

#[rstest]
#[case("acme.com", Some("acme.com"))]
#[case("https://www.Shop.Acme.co.uk:8080/a?b#c", Some("acme.co.uk"))]
#[case("j.roth@mail.acme.de", Some("acme.de"))]
#[case("@acme.com.", Some("acme.com"))]
#[case("www.söhne.de", Some("söhne.de"))]
#[case("co.uk", None)]
#[case("192.168.0.1", None)]
#[case("Acme Inc.", None)]
#[case("readme.notatld", None)]
#[case("localhost", None)]
fn domains(#[case] written: &str, #[case] expected: Option<&str>) {
    assert_eq!(formed(domain, written).as_deref(), expected);
}

#[rstest]
#[case("+49 (0)30 123 45-67", "49301234567", Some(Number::Whole { country: 2 }))]
#[case("0049 30 1234567", "49301234567", Some(Number::Whole { country: 2 }))]
#[case("tel:+1-415-555-0100", "14155550100", Some(Number::Whole { country: 1 }))]
#[case("1 (415) 555-0100 ext. 12", "14155550100", Some(Number::Whole { country: 1 }))]
#[case("+353 1 234 5678", "35312345678", Some(Number::Whole { country: 3 }))]
#[case("(415) 555-0100", "4155550100", Some(Number::National))]
#[case("030/1234567", "301234567", Some(Number::National))]
#[case("0151 23456789", "15123456789", Some(Number::National))]
#[case("555", "", None)]
#[case("n/a", "", None)]
#[case("+49 30 1234567 / +49 30 7654321", "", None)]
fn phones(#[case] written: &str, #[case] digits: &str, #[case] expected: Option<Number>) {
    let mut text = String::new();
    assert_eq!(phone(written, &mut text), expected);
    assert_eq!(text, digits);
}

#[rstest]
#[case("Jana Roth", Some("jana roth"))]
#[case("Dr. Jana M. Röth", Some("jana roth"))]
#[case("ROTH, Jana", Some("jana roth"))]
#[case("John Smith, Jr.", Some("john smith"))]
#[case("Jan van der Berg PhD", Some("jan berg"))]
#[case("Roth", None)]
#[case("Dr. Roth", None)]
#[case("", None)]
fn persons(#[case] written: &str, #[case] expected: Option<&str>) {
    assert_eq!(formed(person, written).as_deref(), expected);
    if let Some((first, last)) = written.split_once(' ').filter(|_| !written.contains(',')) {
        let mut text = String::new();
        assert_eq!(
            person_of(first, last, &mut text).then_some(text.as_str()),
            expected
        );
    }
}

#[rstest]
#[case("Bad Homburg", "bad homburg")]
#[case("94105-1234", "94105")]
#[case("SW1A 1AA", "sw1a1aa")]
#[case("01067", "01067")]
fn places(#[case] written: &str, #[case] expected: &str) {
    assert_eq!(formed(place, written).as_deref(), Some(expected));
}
