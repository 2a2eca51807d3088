//! Names as lists have them.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn shown(parts: &Parts) -> String {
    [
        &parts.salutation,
        &parts.first,
        &parts.middle,
        &parts.last,
        &parts.suffix,
    ]
    .map(String::as_str)
    .join("|")
}

#[rstest]
#[case("Anna Müller", "|Anna||Müller|")]
#[case("Müller, Dr. Jürgen", "Dr.|Jürgen||Müller|")]
#[case("Dr. Müller, Jürgen", "Dr.|Jürgen||Müller|")]
#[case("Jürgen von der Heide", "|Jürgen||von der Heide|")]
#[case("Heide, Jürgen von der", "|Jürgen||von der Heide|")]
#[case("von der Heide, Jürgen", "|Jürgen||von der Heide|")]
#[case("Prof. Dr. Anna Maria Schmidt", "Prof. Dr.|Anna|Maria|Schmidt|")]
#[case("Dr. phil. Anna Schmidt", "Dr. phil.|Anna||Schmidt|")]
#[case("Phil Collins", "|Phil||Collins|")]
#[case("Mr. John Q. Public", "Mr.|John|Q.|Public|")]
#[case("Herr Max Mustermann", "Herr|Max||Mustermann|")]
#[case("John Smith Jr.", "|John||Smith|Jr.")]
#[case("Smith Jr., John", "|John||Smith|Jr.")]
#[case("Jane Doe, PhD", "|Jane||Doe|PhD")]
#[case("Jane Doe, MD, PhD", "|Jane||Doe|MD PhD")]
#[case("Smith, John, III", "|John||Smith|III")]
#[case("Ludwig van Beethoven", "|Ludwig||van Beethoven|")]
#[case("María del Carmen", "|María||del Carmen|")]
#[case("Jack Ma", "|Jack||Ma|")]
#[case("Madonna", "|||Madonna|")]
#[case("Dr.", "|||Dr.|")]
#[case("Van Morrison", "|Van||Morrison|")]
#[case("M. Night Shyamalan", "|M.|Night|Shyamalan|")]
#[case(",", "||||")]
#[case("", "||||")]
fn names(#[case] name: &str, #[case] expected: &str) {
    assert_eq!(shown(&split(name, NameOrder::Detect)), expected);
}

#[rstest]
#[case("Müller Anna", "|Anna||Müller|")]
#[case("von Heide Jürgen Karl", "|Jürgen|Karl|von Heide|")]
#[case("Müller, Anna", "|Anna||Müller|")]
fn last_name_first(#[case] name: &str, #[case] expected: &str) {
    assert_eq!(shown(&split(name, NameOrder::LastFirst)), expected);
}

#[rstest]
#[case("RONALD", "Ronald")]
#[case("MÜLLER", "Müller")]
#[case("MCDONALD", "McDonald")]
#[case("O'BRIEN", "O'Brien")]
#[case("D’ANGELO", "D’Angelo")]
#[case("SMITH-JONES", "Smith-Jones")]
#[case("VON DER HEIDE", "von der Heide")]
#[case("MACHADO", "Machado")]
#[case("J.R.", "J.R.")]
#[case("JOHN SMITH III", "John Smith III")]
#[case("ØSTERGÅRD", "Østergård")]
#[case("PETER'S", "Peter's")]
fn shouted(#[case] name: &str, #[case] expected: &str) {
    let mut out = String::new();
    write_title(name, &mut out);
    assert_eq!(out, expected);
}

#[rstest]
#[case("MÜLLER", true)]
#[case("AL", true)]
#[case("JP", false)]
#[case("J.", false)]
#[case("Müller", false)]
#[case("株式会社", false)]
fn which_is_shouted(#[case] name: &str, #[case] is: bool) {
    assert_eq!(is_shouted(name), is);
}

proptest! {
    #[test]
    fn nothing_is_lost(name in "\\PC{0,24}|(Dr\\. |von |Jr\\. |de |Anna |M\\. |, ){0,6}[A-Z][a-z]{1,5}") {
        let letters = |text: &str| {
            let mut all: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
            all.sort_unstable();
            all
        };
        let parts = split(&name, NameOrder::Detect);
        prop_assert_eq!(letters(&shown(&parts).replace('|', "")), letters(&name.replace('|', "")));
    }

    #[test]
    fn shouting_stops(name in "[A-ZÄÖÜØ' .-]{0,20}") {
        let (mut once, mut again) = (String::new(), String::new());
        write_title(&name, &mut once);
        if !is_shouted(&once) {
            return Ok(());
        }
        write_title(&once, &mut again);
        prop_assert_eq!(again, once);
    }
}
