//! What is hit, and that no formatting hides who is suppressed.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::prospect::suppression::Entry;

fn set(entries: &[(Entry, Purpose, Source, &str)]) -> SuppressionSet {
    let mut set = SuppressionSet::with_capacity(entries.len());
    for (n, (entry, purpose, source, reason)) in entries.iter().enumerate() {
        let keys = entry.keys().expect("keys");
        set.insert(
            keys,
            entry.kind,
            *purpose,
            *source,
            Id(n as i64 + 1),
            reason,
        );
    }
    set
}

fn one(entry: Option<Entry>) -> SuppressionSet {
    set(&[(
        entry.expect("an entry"),
        Purpose::All,
        Source::Stated,
        "opt-out",
    )])
}

fn record(fields: &[(Field, &str)]) -> Record {
    let mut record = Record::default();
    record.begin(1);
    for (field, value) in fields {
        record.set(*field, value);
    }
    record
}

fn hit<'s>(set: &'s SuppressionSet, fields: &[(Field, &str)]) -> Option<Hit<'s>> {
    set.reason_for(&record(fields), Purpose::Marketing, &mut Scratch::default())
}

#[rstest]
#[case(&[(Field::Email, "J.ROTH@acme.com")], true)]
#[case(&[(Field::Email, "j.roth+x@acme.com")], false)]
#[case(&[(Field::Email, "a.roth@acme.com"), (Field::Domain, "acme.com")], false)]
#[case(&[], false)]
fn an_address_hits_itself_only(#[case] fields: &[(Field, &str)], #[case] expected: bool) {
    let set = one(Entry::email("j.roth@acme.com"));
    assert_eq!(hit(&set, fields).is_some(), expected);
}

#[rstest]
#[case(&[(Field::Email, "x@mail.acme.com")], true)]
#[case(&[(Field::Website, "http://acme.com/de")], true)]
#[case(&[(Field::Domain, "acme.com")], true)]
#[case(&[(Field::Email, "x@notacme.com")], false)]
fn a_domain_hits_its_addresses(#[case] fields: &[(Field, &str)], #[case] expected: bool) {
    assert_eq!(
        hit(&one(Entry::domain("www.acme.com")), fields).is_some(),
        expected
    );
}

#[rstest]
#[case("+49 30 1234567", "+49301234567", true)]
#[case("+49 30 1234567", "030 1234567", true)]
#[case("030 1234567", "+49301234567", true)]
#[case("030 1234567", "(030) 123-4567", true)]
#[case("+49 30 1234567", "+43301234567", false)]
#[case("+1 415 555 0100", "4155550100", true)]
#[case("+1 415 555 0100", "+12155550100", false)]
fn numbers_with_and_without_country(
    #[case] told: &str,
    #[case] asked: &str,
    #[case] expected: bool,
) {
    let set = one(Entry::phone(told));
    assert_eq!(hit(&set, &[(Field::Phone, asked)]).is_some(), expected);
    assert_eq!(hit(&set, &[(Field::Mobile, asked)]).is_some(), expected);
}

#[rstest]
#[case(&[(Field::First, "Jana"), (Field::Last, "Röth"), (Field::Company, "ACME Gmbh")], true)]
#[case(&[(Field::Name, "Röth, Jana"), (Field::Company, "The Acme")], true)]
#[case(&[(Field::Name, "Jana Roth"), (Field::Zip, "10115")], true)]
#[case(&[(Field::Name, "Jana Roth"), (Field::Company, "Globex"), (Field::Zip, "99999")], false)]
#[case(&[(Field::Name, "Jana Roth")], false)]
#[case(&[(Field::Name, "Jan Roth"), (Field::Company, "Acme")], false)]
fn a_person_by_company_or_postcode(#[case] fields: &[(Field, &str)], #[case] expected: bool) {
    let set = one(Entry::person(
        "Dr. Jana Roth",
        Some("Acme, Inc."),
        Some("10115"),
    ));
    assert_eq!(hit(&set, fields).is_some(), expected);
}

#[rstest]
#[case(Some("Berlin"), &[(Field::Company, "ACME"), (Field::City, "BERLIN")], true)]
#[case(Some("Berlin"), &[(Field::Company, "Acme"), (Field::City, "Hamburg")], false)]
#[case(Some("Berlin"), &[(Field::Company, "Acme")], true)]
#[case(None, &[(Field::Company, "Acme Ltd"), (Field::City, "Hamburg")], true)]
#[case(None, &[(Field::Company, "Acme Tools")], false)]
fn a_company_and_its_place(
    #[case] place: Option<&str>,
    #[case] fields: &[(Field, &str)],
    #[case] expected: bool,
) {
    assert_eq!(
        hit(&one(Entry::company("Acme GmbH", place)), fields).is_some(),
        expected
    );
}

#[test]
fn what_is_for_marketing_only_does_not_forbid_the_rest() {
    let entry = |written| Entry::email(written).expect("an address");
    let set = set(&[
        (
            entry("a@x.com"),
            Purpose::Marketing,
            Source::Stated,
            "unsubscribed",
        ),
        (
            entry("b@x.com"),
            Purpose::All,
            Source::Stated,
            "do not contact",
        ),
        (
            entry("b@x.com"),
            Purpose::Marketing,
            Source::Stated,
            "unsubscribed",
        ),
    ]);
    let reason = |email, purpose| {
        let record = record(&[(Field::Email, email)]);
        let hit = set.reason_for(&record, purpose, &mut Scratch::default());
        hit.map(|hit| (hit.reason, hit.id))
    };
    assert_eq!(
        reason("a@x.com", Purpose::Marketing),
        Some(("unsubscribed", Id(1)))
    );
    assert_eq!(reason("a@x.com", Purpose::All), None);
    assert_eq!(
        reason("b@x.com", Purpose::Marketing),
        Some(("do not contact", Id(2)))
    );
    assert_eq!(
        reason("b@x.com", Purpose::All),
        Some(("do not contact", Id(2)))
    );
    let keys = |written| entry(written).keys().expect("keys");
    assert!(set.holds(keys("a@x.com"), Purpose::Marketing));
    assert!(!set.holds(keys("a@x.com"), Purpose::All));
    assert!(!set.holds(keys("c@x.com"), Purpose::Marketing));
}

#[test]
fn what_was_said_comes_before_what_follows() {
    let set = set(&[
        (
            Entry::email("a@x.com").expect("one"),
            Purpose::Marketing,
            Source::Customer,
            "customer",
        ),
        (
            Entry::domain("x.com").expect("one"),
            Purpose::All,
            Source::Stated,
            "competitor",
        ),
    ]);
    let found = hit(&set, &[(Field::Email, "a@x.com")]).expect("a hit");
    assert_eq!(
        (found.reason, found.kind, found.source),
        ("competitor", Kind::Domain, Source::Stated)
    );
    assert_eq!(
        (
            set.len(),
            set.count(Source::Customer),
            set.count(Source::OpenDeal)
        ),
        (2, 1, 0)
    );
}

/// One of many ways to write it.
fn dressed(text: &str, dress: u8) -> String {
    let upper: String = text.chars().flat_map(char::to_uppercase).collect();
    match dress % 6 {
        0 => text.to_string(),
        1 => upper,
        2 => format!("  {text}\u{a0}"),
        3 => format!("\u{feff}{upper}\t"),
        4 => format!("\"{text}\""),
        _ => format!("'{upper}' ;"),
    }
}

proptest! {
    #[test]
    fn no_formatting_hides_an_address(
        local in "[a-z0-9][a-z0-9._+-]{0,12}",
        domain in "[a-z][a-z0-9-]{0,8}[a-z0-9]\\.(com|de|co\\.uk)",
        told in any::<u8>(),
        asked in any::<u8>(),
        wrap in 0..3,
    ) {
        // `gr.com` is no company: others register names below it, and only these are one.
        prop_assume!(psl::domain_str(&domain) == Some(domain.as_str()));
        let address = format!("{local}@{domain}");
        let asked = dressed(&address, asked);
        let asked = match wrap {
            0 => asked,
            1 => format!("Jana Roth <{}>", asked.trim()),
            _ => format!("MAILTO:{address}"),
        };
        let set = one(Entry::email(&dressed(&address, told)));
        prop_assert!(hit(&set, &[(Field::Email, &asked)]).is_some());
        let set = one(Entry::domain(&dressed(&format!("https://www.{domain}/x"), told)));
        prop_assert!(hit(&set, &[(Field::Email, &address)]).is_some());
    }

    #[test]
    fn no_formatting_hides_a_number(
        country in prop::sample::select(vec!["1", "44", "49", "353", "420"]),
        digits in "[2-9][0-9]{8}",
        told in 0..7_u8,
        asked in 0..7_u8,
    ) {
        let written = |how: u8| {
            let (a, b) = digits.split_at(3);
            match how {
                0 => format!("+{country}{digits}"),
                1 => format!("+{country} (0){a} {b}"),
                2 => format!("00{country}-{a}-{b}"),
                3 => format!("tel:+{country} {a}/{b}"),
                4 => format!("+{country}.{a}.{b} x12"),
                5 => format!("0{a} {b}"),
                _ => format!("({a}) {b}"),
            }
        };
        let set = one(Entry::phone(&written(told)));
        prop_assert!(hit(&set, &[(Field::Phone, &written(asked))]).is_some());
    }
}
