//! Phone numbers as lists have them.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn cleaned(text: &str, country: &str) -> (Phone, String) {
    let mut out = String::from("left");
    (clean(text, Country::find(country), &mut out), out)
}

#[rstest]
#[case("(617) 555-0101", "US", "+16175550101")]
#[case("617.555.0101", "CA", "+16175550101")]
#[case("1-617-555-0101", "US", "+16175550101")]
#[case("+1 617 555 0101", "DE", "+16175550101")]
#[case("001 617 555 0101", "DE", "+16175550101")]
#[case("011 49 30 1234567", "US", "+49301234567")]
#[case("617-555-0101 x123", "US", "+16175550101 x123")]
#[case("617-555-0101 ext. 0123", "US", "+16175550101 x0123")]
#[case("+16175550101 x123", "", "+16175550101 x123")]
#[case("1-800-FLOWERS", "US", "+18003569377")]
#[case("+49 30 1234567", "", "+49301234567")]
#[case("+49 (0)30 1234567", "", "+49301234567")]
#[case("0049 30 1234567", "", "+49301234567")]
#[case("030/1234567", "DE", "+49301234567")]
#[case("030 1234567 Durchwahl 12", "DE", "+49301234567 x12")]
#[case("030 1234567 / 030 7654321", "DE", "+49301234567")]
#[case("Tel.: 030 1234567", "DE", "+49301234567")]
#[case("'+49 30 1234567", "", "+49301234567")]
#[case("020 7946 0018", "UK", "+442079460018")]
#[case("01 23 45 67 89", "FR", "+33123456789")]
#[case("06 12345678", "IT", "+390612345678")]
#[case("+34 91 123 45 67", "US", "+34911234567")]
#[case("0664 1234567", "AT", "+436641234567")]
#[case("+49 30 12345", "", "+493012345")]
fn numbers(#[case] text: &str, #[case] country: &str, #[case] expected: &str) {
    assert_eq!(cleaned(text, country), (Phone::Known, expected.to_string()));
}

#[rstest]
#[case("1.61756E+10", "US", Phone::Scientific, "")]
#[case("4,915E+11", "DE", Phone::Scientific, "")]
#[case("=1+1", "US", Phone::Short, "")]
#[case("555-0101", "US", Phone::Short, "")]
#[case("12345", "", Phone::Short, "")]
#[case("000-000-0000", "US", Phone::Bad, "")]
#[case("9999999999", "US", Phone::Bad, "")]
#[case("123456789012345678901234567890", "US", Phone::Bad, "")]
#[case("call me after 5 pm on 0170 1234567", "DE", Phone::Bad, "")]
#[case("none", "US", Phone::None, "")]
#[case("+999 123456789", "", Phone::Bad, "")]
#[case("(617) 555-0101", "", Phone::NoCountry, "6175550101")]
#[case("030 1234567", "", Phone::NoCountry, "0301234567")]
fn no_numbers(
    #[case] text: &str,
    #[case] country: &str,
    #[case] what: Phone,
    #[case] expected: &str,
) {
    assert_eq!(cleaned(text, country), (what, expected.to_string()));
}

/// What `phonenumber` makes of it.
fn slowly(text: &str, country: Option<phonenumber::country::Id>) -> Option<String> {
    let read = phonenumber::parse(country, text).ok()?;
    Some(read.format().mode(phonenumber::Mode::E164).to_string())
}

proptest! {
    #[test]
    fn the_fast_way_agrees(
        area in 200..=999_u32, exchange in 200..=999_u32, line in 0..=9999_u32, form in 0..6_u8,
    ) {
        let text = match form {
            0 => format!("({area}) {exchange}-{line:04}"),
            1 => format!("{area}.{exchange}.{line:04}"),
            2 => format!("+1 {area} {exchange} {line:04}"),
            3 => format!("1-{area}-{exchange}-{line:04}"),
            4 => format!("+1{area}{exchange}{line:04}"),
            _ => format!("{area}{exchange}{line:04}"),
        };
        let fast = nanp_at_once(&text, Some(Country::US));
        let fast = fast.map(|ten| format!("+1{}", String::from_utf8_lossy(&ten)));
        prop_assert_eq!(fast, slowly(&text, Some(phonenumber::country::US)));
    }

    #[test]
    fn other_numbers_are_what_the_crate_says(
        digits in "0?[1-9][0-9]{7,9}", country in "DE|FR|GB|IT|ES|NL|CH|AT",
    ) {
        let (what, found) = cleaned(&digits, &country);
        if what == Phone::Known {
            prop_assert_eq!(Some(found), slowly(&digits, country.parse().ok()));
        }
    }

    #[test]
    fn twice_is_once(
        text in "\\PC{0,20}|[+(]?[0-9]{2,6}[-/ .)(]{0,2}[0-9]{2,9}( (x|ext|#) ?[0-9]{1,6})?",
        country in "US|DE|IT||GB|BR|AR|MX",
    ) {
        let (what, once) = cleaned(&text, &country);
        if matches!(what, Phone::Known | Phone::NoCountry) {
            prop_assert_eq!(cleaned(&once, &country), (what, once));
        } else {
            prop_assert!(once.is_empty());
        }
    }
}
