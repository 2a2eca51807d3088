//! Numbers and bands as lists have them.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn cleaned(text: &str, style: Style) -> Option<String> {
    let mut out = String::from("left");
    clean(text, style, &mut out).then_some(out)
}

#[rstest]
#[case("1200000", Some("1200000"))]
#[case("1,200,000", Some("1200000"))]
#[case("1.200.000", Some("1200000"))]
#[case("1.200.000,50", Some("1200000.5"))]
#[case("1,200,000.50", Some("1200000.5"))]
#[case("56000,50", Some("56000.5"))]
#[case("$1.2M", Some("1200000"))]
#[case("1,2 Mio. €", Some("1200000"))]
#[case("EUR 1.5m", Some("1500000"))]
#[case("2.3 billion", Some("2300000000"))]
#[case("1'200'000", Some("1200000"))]
#[case("1 200 000", Some("1200000"))]
#[case("1,200", Some("1200"))]
#[case("1.200", Some("1.2"))]
#[case("0.5", Some("0.5"))]
#[case("007", Some("7"))]
#[case("1.2E+06", Some("1200000"))]
#[case("-500", Some("-500"))]
#[case("10-49", Some("10-49"))]
#[case("10 to 49", Some("10-49"))]
#[case("1,001 – 5,000", Some("1001-5000"))]
#[case("$1M - $5M", Some("1000000-5000000"))]
#[case("1-5M", Some("1000000-5000000"))]
#[case("<$500k", Some("<500000"))]
#[case("1000+", Some("1000+"))]
#[case("10,000 or more", Some("10000+"))]
#[case("B", None)]
#[case("Oct-49", None)]
#[case("1,2,3", None)]
#[case("12,34,567", None)]
#[case("", None)]
fn numbers(#[case] text: &str, #[case] expected: Option<&str>) {
    assert_eq!(cleaned(text, Style::default()).as_deref(), expected);
}

#[rstest]
#[case("1.200", Some("1200"))]
#[case("1.200,75", Some("1200.75"))]
#[case("1200,75", Some("1200.75"))]
#[case("1,200", Some("1.2"))]
// The file says comma, the value says point: it is not changed.
#[case("1200.75", None)]
fn a_stated_comma(#[case] text: &str, #[case] expected: Option<&str>) {
    let style = Style {
        decimal: Some(Decimal::Comma),
        ..Style::default()
    };
    assert_eq!(cleaned(text, style).as_deref(), expected);
}

#[test]
fn whole_and_multiplied() {
    let whole = Style {
        whole: true,
        ..Style::default()
    };
    assert_eq!(cleaned("1.200", whole).as_deref(), Some("1200"));
    assert_eq!(cleaned("12.0", whole).as_deref(), Some("12"));
    // As `1.234` it would be read as 1234 the next time.
    assert_eq!(cleaned("1.2340", whole), None);
    let thousands = Style {
        multiply: Some(1000),
        ..Style::default()
    };
    assert_eq!(cleaned("1200.5", thousands).as_deref(), Some("1200500"));
    assert_eq!(cleaned("1200", thousands).as_deref(), Some("1200000"));
    assert_eq!(cleaned("10-50", thousands).as_deref(), Some("10000-50000"));
}

#[rstest]
#[case(&["1,5", "3"], Some(true))]
#[case(&["1.5", "1,200.5"], Some(false))]
#[case(&["1.200", "1,200"], None)]
#[case(&["1,5", "1.5"], None)]
fn proof(#[case] texts: &[&str], #[case] expected: Option<bool>) {
    assert_eq!(proven_comma(texts.iter().copied()), expected);
}

proptest! {
    #[test]
    fn twice_is_once(text in "\\PC{0,20}|[<$]?[0-9]{1,4}[.,' ]?[0-9]{0,3}[kMm+]?( ?- ?[0-9]{1,4}[.,]?[0-9]{0,3}[kM]?)?") {
        // A point in the result is a decimal point, whatever it was in the file.
        if let Some(once) = cleaned(&text, Style::default()) {
            let point = Style { decimal: Some(Decimal::Point), ..Style::default() };
            prop_assert_eq!(cleaned(&once, point), Some(once));
        }
    }
}
