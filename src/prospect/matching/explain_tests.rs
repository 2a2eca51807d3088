//! Pairs made by hand under the shipped weights, and what is said of them.

use super::*;
use crate::prospect::matching::names::{Features, Kind};
use rstest::rstest;

const JANA: Features<'static> = Features {
    first: "Jana",
    middle: "",
    last: "Roth",
    title: "Head of Purchasing",
    company: "Lighthouse Tools GmbH",
    email: "jana.roth@lighthouse-tools.de",
    domain: "lighthouse-tools.de",
    phone: "+49 30 1234567",
    address: "Hauptstr. 5",
    city: "Berlin",
    state: "",
    zip: "10115",
    country: "DE",
    birth_date: "",
    number: "",
};

/// The evidence on a new name against a known one, among a hundred thousand.
fn against(known: Features<'_>, new: Features<'_>) -> Evidence {
    let mut names = Names::new(Kind::Person);
    names.push(&known);
    names.push(&new);
    let known = Known {
        entities: &[0],
        population: 100_000,
    };
    explain(
        &names,
        known,
        &Model::fixed(Kind::Person),
        &Matches::default(),
        0,
        1,
    )
}

#[rstest]
#[case::herself(JANA, 0.999, 1.0)]
#[case::one_slip(Features { last: "Rothh", email: "", ..JANA }, 0.99, 1.0)]
#[case::swapped(Features { first: "Roth", last: "Jana", email: "", ..JANA }, 0.95, 1.0)]
#[case::initial(Features { first: "J.", email: "", phone: "", ..JANA }, 0.95, 1.0)]
#[case::only_mail(Features { last: "Roth", email: JANA.email, ..Features::default() }, 0.95, 1.0)]
#[case::another_form_of_address(Features { email: "jroth@lighthouse-tools.de", ..JANA }, 0.999, 1.0)]
#[case::colleague(Features { first: "Peter", last: "Weber", email: "peter.weber@lighthouse-tools.de", title: "CEO", ..JANA }, 0.0, 1e-4)]
#[case::sister(Features { first: "Maria", email: "maria.roth@lighthouse-tools.de", title: "CEO", ..JANA }, 0.0, 0.1)]
#[case::namesake(Features { first: "Jana", last: "Roth", company: "Harbor Foods", domain: "harborfoods.de", city: "Hamburg", zip: "20095", country: "DE", ..Features::default() }, 0.0, 0.3)]
#[case::only_a_name(Features { first: "Jana", last: "Roth", ..Features::default() }, 0.0, 0.9)]
#[case::nobody(Features::default(), 0.0, 1e-4)]
fn by_hand(#[case] new: Features<'_>, #[case] least: f32, #[case] most: f32) {
    let evidence = against(JANA, new);
    let p = evidence.probability;
    assert!((least..=most).contains(&p), "{p}: {evidence:#?}");
    let sum: f32 = evidence.reasons.iter().map(|reason| reason.bits).sum();
    assert!(
        (evidence.prior + sum - evidence.total).abs() < 0.01,
        "{evidence:#?}"
    );
}

#[test]
fn says_what_agrees_first_and_what_differs_after() {
    let new = Features {
        last: "Rot",
        email: "",
        phone: "+49 30 7654321",
        address: "",
        zip: "",
        title: "",
        company: "",
        ..JANA
    };
    assert_eq!(
        against(JANA, new).sentence,
        "same domain, same first name, last name close, same city; phone differs"
    );
}

#[test]
fn nothing_in_common_is_said_so() {
    let evidence = against(JANA, Features::default());
    assert_eq!(evidence.sentence, "nothing to compare");
    assert!(evidence.reasons.is_empty());
}

#[test]
fn both_ways_the_same() {
    let mut names = Names::new(Kind::Person);
    names.push(&JANA);
    names.push(&Features {
        last: "Rott",
        ..JANA
    });
    let model = Model::fixed(Kind::Person);
    let there = explain(&names, Known::default(), &model, &Matches::default(), 0, 1);
    let back = explain(&names, Known::default(), &model, &Matches::default(), 1, 0);
    assert_eq!(there.reasons, back.reasons);
    assert!((there.total - back.total).abs() < 1e-6);
}
