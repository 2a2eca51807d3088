//! Comparison levels, case by case: what two texts are to each other, as `explain` would say it.

use super::*;
use crate::prospect::matching::names::{Features, Kind};
use rstest::rstest;

/// What is said of two names in one comparison, from both sides.
fn said(comparison: usize, a: Features<'_>, b: Features<'_>) -> &'static str {
    let mut names = Names::new(Kind::Person);
    names.push(&a);
    names.push(&b);
    let mut comparer = Comparer::new(&names);
    let levels = comparer.levels(0, 1);
    assert_eq!(levels, comparer.levels(1, 0), "alike both ways");
    match levels.get(comparison) {
        0 => "",
        level => LEVELS[comparison][level - 1],
    }
}

#[rstest]
#[case("Robert", "robert", "same first name")]
#[case("Robert", "Bob", "first name short for the other")]
#[case("Jen", "Jennifer", "first name short for the other")]
#[case("Robert", "Robret", "first name close")]
#[case("Robert", "R.", "first initial fits")]
#[case("R", "R.", "first initial fits")]
#[case("Robert", "M.", "first name differs")]
#[case("Robert", "Maria", "first name differs")]
#[case("Robert", "", "")]
fn first_names(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |first| Features {
        first,
        ..Features::default()
    };
    assert_eq!(said(FIRST, of(a), of(b)), expected);
}

#[rstest]
#[case("O'Brien", "OBRIEN", "same last name")]
#[case("Núñez", "Nunez", "same last name")]
#[case("Johnson", "Jonhson", "last name close")]
#[case("Meyer", "Meyer-Landrut", "last name alike")]
#[case("Roth", "Weber", "last name differs")]
#[case("Roth", "", "")]
fn last_names(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |last| Features {
        last,
        ..Features::default()
    };
    assert_eq!(said(LAST, of(a), of(b)), expected);
}

#[rstest]
#[case("Scott", "Graham", "Graham", "Scott", "first and last name swapped")]
#[case("Amelia", "Graham", "Graham", "Amelua", "first and last name swapped")]
#[case("Scott", "Scott", "Scott", "Scott", "same last name")]
#[case("Scott", "Graham", "Graham", "Maria", "last name differs")]
fn swapped_names(
    #[case] first: &str,
    #[case] last: &str,
    #[case] other_first: &str,
    #[case] other_last: &str,
    #[case] expected: &str,
) {
    let of = |first, last| Features {
        first,
        last,
        ..Features::default()
    };
    assert_eq!(
        said(LAST, of(first, last), of(other_first, other_last)),
        expected
    );
}

#[rstest]
#[case("Jana K.", "Jana Katrin", "middle initial fits")]
#[case("Jana Katrin", "Jana Katrin", "same middle name")]
#[case("Jana K.", "Jana M.", "middle name differs")]
fn middle_names(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |first| Features {
        first,
        ..Features::default()
    };
    assert_eq!(said(MIDDLE, of(a), of(b)), expected);
}

#[rstest]
#[case("jroth@acme.com", "JRoth@acme.com", "same e-mail")]
#[case("jroth@acme.com", "jrpth@acme.com", "e-mail close")]
#[case("sunshine@acme.com", "sunshine@acne.com", "e-mail close")]
#[case("jroth@acme.com", "jroth2@acme.com", "")]
#[case("jroth@acme.com", "jana.roth@acme.com", "")]
#[case("jroth@acme.com", "jana.roth@gmail.com", "")]
#[case("jroth@acme.com", "pforte@acme.com", "e-mail differs")]
#[case(
    "sunshine42@acme.com",
    "sunshine42@gmail.com",
    "same e-mail name elsewhere"
)]
#[case("sunshine42@acme.com", "moonlight@gmail.com", "e-mail at another host")]
#[case("info@acme.com", "info@acme.com", "")]
#[case("jroth@acme.com", "", "")]
fn emails_of_jana_roth(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |email| Features {
        first: "Jana",
        last: "Roth",
        email,
        ..Features::default()
    };
    assert_eq!(said(EMAIL, of(a), of(b)), expected);
}

#[test]
fn an_address_of_another_name_differs() {
    let john = Features {
        first: "John",
        last: "Roth",
        email: "jroth@acme.com",
        ..Features::default()
    };
    let mary = Features {
        first: "Mary",
        last: "Roth",
        email: "jroth2@acme.com",
        ..Features::default()
    };
    assert_eq!(said(EMAIL, john, mary), "e-mail differs");
    let mary = Features {
        email: "mroth@acme.com",
        ..mary
    };
    assert_eq!(said(EMAIL, john, mary), "e-mail differs", "not a slip");
}

#[test]
fn an_address_spells_out_a_shortened_first_name() {
    let short = Features {
        first: "J.",
        last: "Roth",
        email: "jana.roth@acme.com",
        ..Features::default()
    };
    let whole = Features {
        first: "Jana",
        last: "Roth",
        ..Features::default()
    };
    assert_eq!(said(FIRST, short, whole), "same first name");
}

#[rstest]
#[case(
    "Apex Intl Mfg, Inc.",
    "Apex International Manufacturing",
    "same company"
)]
#[case("Lighthouse Plumbing", "Lighthuose Plumbing LLC", "company close")]
#[case(
    "Lighthouse Plumbing",
    "Lighthouse Plumbing and Heating",
    "company alike"
)]
#[case("Lighthouse Plumbing", "Harbor Foods", "company differs")]
fn companies(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |company| Features {
        company,
        ..Features::default()
    };
    assert_eq!(said(COMPANY, of(a), of(b)), expected);
}

#[rstest]
#[case("acmetools.com", "acmetools.com", "same domain")]
#[case("acmetools.com", "acmetolls.com", "domain close")]
#[case("acmetools.com", "acmetools2.com", "domain differs")]
fn domains(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |domain| Features {
        domain,
        ..Features::default()
    };
    assert_eq!(said(DOMAIN, of(a), of(b)), expected);
}

#[rstest]
#[case("+1 629 302 5439", "(629) 302-5439", "same phone")]
#[case("629 302 5439", "629 302 5349", "phone close")]
#[case("629 302 5439", "629 555 0000", "phone differs")]
fn phones(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |phone| Features {
        phone,
        ..Features::default()
    };
    assert_eq!(said(PHONE, of(a), of(b)), expected);
}

#[rstest]
#[case(("9259 Center Parkway", "Austin", "TX", "78701"), ("9259 Center Pkwy", "Austin", "TX", "78701"), "same address")]
#[case(("9259 Center Parkway", "Austin", "TX", "78701"), ("Center Pkwy", "Austin", "TX", "78701"), "address close")]
#[case(("9259 Center Parkway", "Austin", "TX", "78701"), ("1 Main St", "Austin", "TX", "78701"), "same city, other address")]
#[case(("9259 Center Parkway", "Austin", "TX", "78701"), ("", "Austin", "TX", ""), "same city")]
#[case(("", "", "TX", ""), ("", "", "TX", ""), "same state")]
#[case(("", "Austin", "TX", ""), ("", "Dallas", "TX", ""), "same state, other city")]
#[case(("1 Main St", "Springfield", "IL", ""), ("1 Main St", "Springdale", "MA", ""), "place differs")]
#[case(("", "Austin", "TX", ""), ("", "", "", ""), "")]
fn places(
    #[case] a: (&str, &str, &str, &str),
    #[case] b: (&str, &str, &str, &str),
    #[case] expected: &str,
) {
    let of = |(address, city, state, zip)| Features {
        address,
        city,
        state,
        zip,
        ..Features::default()
    };
    assert_eq!(said(PLACE, of(a), of(b)), expected);
}

#[rstest]
#[case("1980-08-10", "19800810", "same birth date")]
#[case("1980-08-10", "1980-10-08", "birth date close")]
#[case("1980-08-10", "1980-08-11", "birth date close")]
#[case("1980-08-10", "1980-08-27", "birth date partly the same")]
#[case("1980-08-10", "1975-03-27", "birth date differs")]
fn birth_dates(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |birth_date| Features {
        birth_date,
        ..Features::default()
    };
    assert_eq!(said(BIRTH, of(a), of(b)), expected);
}

#[rstest]
#[case("VP of Sales", "Vice President, Sales", "same title")]
#[case("Sales Manager", "Senior Sales Manager", "title alike")]
#[case("Sales Manager", "Controller", "title differs")]
fn titles(#[case] a: &str, #[case] b: &str, #[case] expected: &str) {
    let of = |title| Features {
        title,
        ..Features::default()
    };
    assert_eq!(said(TITLE, of(a), of(b)), expected);
}

#[test]
fn hidden_comparisons_are_as_if_missing() {
    let mut levels = Levels::default();
    levels.set(FIRST, 2);
    levels.set(PLACE, 7);
    assert_eq!((levels.get(FIRST), levels.get(PLACE)), (2, 7));
    let hidden = levels.without(1 << PLACE);
    assert_eq!((hidden.get(FIRST), hidden.get(PLACE)), (2, 0));
}
