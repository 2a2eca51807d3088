//! Postcodes: text, never numbers. What a spreadsheet took away is put back only where the country or
//! the state proves what it was.

use super::country::{Country, is_state};

/// What was made of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zip {
    Fine,
    /// The better one is in the buffer.
    Changed,
    /// As above, with leading zeros put back.
    Padded,
}

/// Codes of digits only that may begin with zeros: how long they are, and how few digits may be left.
const DIGITS: [(&str, usize, usize); 20] = [
    ("AU", 4, 3),
    ("BR", 8, 7),
    ("DE", 5, 4),
    ("DZ", 5, 4),
    ("EG", 5, 4),
    ("ES", 5, 4),
    ("FI", 5, 3),
    ("FR", 5, 4),
    ("ID", 5, 5),
    ("IT", 5, 2),
    ("JP", 7, 6),
    ("KR", 5, 4),
    ("LT", 5, 4),
    ("MX", 5, 4),
    ("MY", 5, 4),
    ("NO", 4, 3),
    ("PE", 5, 4),
    ("SA", 5, 5),
    ("TR", 5, 4),
    ("UA", 5, 4),
];

/// States whose codes begin with `0`, and with `00`.
const ONE_ZERO: [&str; 9] = ["CT", "MA", "ME", "NH", "NJ", "RI", "VT", "AE", "NY"];
const TWO_ZEROS: [&str; 2] = ["PR", "VI"];

/// The country that state and postcode prove together where a row has none.
pub(super) fn implied_country(state: &str, zip: &str) -> Option<Country> {
    if is_state(state, Country::US) && (us_shaped(zip) || lost_in_us(state, zip)) {
        return Some(Country::US);
    }
    (is_state(state, Country::CA) && is_canadian(zip)).then_some(Country::CA)
}

/// Writes what the postcode should be to `out`, if that differs.
pub(super) fn clean(text: &str, state: &str, country: Option<Country>, out: &mut String) -> Zip {
    if text.len() == 5 && all_digits(text) {
        return Zip::Fine;
    }
    let country = country.or_else(|| implied_country(state, text));
    let code = country.as_ref().map_or("", Country::as_str);
    let bare = without_float(without_prefix(text, code));
    out.clear();
    match code {
        "US" => united_states(bare, state, out),
        "GB" | "CA" | "NL" | "IE" | "MT" => spaced(bare, code, out),
        _ => {
            out.push_str(bare);
            let digits = !bare.is_empty() && bare.bytes().all(|c| c.is_ascii_digit());
            let rule = DIGITS.iter().find(|(of, ..)| code == *of);
            if let Some((_, full, least)) = rule.filter(|_| digits)
                && (*least..*full).contains(&bare.len())
                && bare.bytes().any(|c| c != b'0')
            {
                out.insert_str(0, &"00000000"[..full - bare.len()]);
                return Zip::Padded;
            }
        }
    }
    if *out == *text {
        Zip::Fine
    } else if country == Some(Country::US) && out.starts_with('0') && !bare.starts_with('0') {
        Zip::Padded
    } else {
        Zip::Changed
    }
}

/// `D-10115`, `CH 8001`
fn without_prefix<'t>(text: &'t str, code: &str) -> &'t str {
    let marks: &[&str] = match code {
        "DE" => &["D", "DE"],
        "AT" => &["A", "AT"],
        "CH" => &["CH"],
        "FR" => &["F", "FR"],
        "IT" => &["I", "IT"],
        "ES" => &["E", "ES"],
        "BE" => &["B", "BE"],
        "LU" => &["L", "LU"],
        "SE" => &["S", "SE"],
        "DK" => &["DK"],
        "NL" => &["NL"],
        "FI" => &["FIN", "FI"],
        "NO" => &["N", "NO"],
        _ => &[],
    };
    let Some(digit) = text.find(|c: char| c.is_ascii_digit()) else {
        return text;
    };
    let mark = text[..digit].trim_end_matches(['-', ' ', '–']);
    if !mark.is_empty() && marks.iter().any(|known| mark.eq_ignore_ascii_case(known)) {
        &text[digit..]
    } else {
        text
    }
}

/// `2139.0`: a program took the code for a number.
fn without_float(text: &str) -> &str {
    match text.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|c| c.is_ascii_digit()) => whole,
        _ => text,
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())
}

/// Five digits, or nine with or without the line between.
fn us_shaped(zip: &str) -> bool {
    let (five, four) = zip.split_once('-').unwrap_or((zip, ""));
    all_digits(five)
        && matches!((five.len(), four.len()), (5, 0 | 4) | (9, 0))
        && (four.is_empty() || all_digits(four))
}

/// Whether the state proves that zeros are missing.
fn lost_in_us(state: &str, zip: &str) -> bool {
    let five = without_float(zip).split('-').next().unwrap_or_default();
    if !all_digits(five) {
        return false;
    }
    match five.len() {
        4 | 8 => ONE_ZERO.contains(&state),
        3 | 7 => TWO_ZEROS.contains(&state),
        _ => false,
    }
}

fn united_states(bare: &str, state: &str, out: &mut String) {
    let (five, four) = bare.split_once(['-', ' ', '+']).unwrap_or((bare, ""));
    let four = four.trim();
    let plain = all_digits(five) && (four.is_empty() || (four.len() == 4 && all_digits(four)));
    // A country without a state proves one zero; a state that has none of these codes disproves it.
    let proven = lost_in_us(state, five) || (state.is_empty() && matches!(five.len(), 4 | 8));
    let zeros = match five.len() {
        _ if !plain => None,
        5 => Some(0),
        9 if four.is_empty() => Some(0),
        4 | 8 if proven => Some(1),
        3 | 7 if proven => Some(2),
        _ => None,
    };
    match zeros.filter(|_| five.len() < 7 || four.is_empty()) {
        None => out.push_str(bare),
        Some(zeros) => {
            out.push_str(&"00"[..zeros]);
            out.push_str(five);
            if out.len() == 9 {
                out.insert(5, '-');
            } else if !four.is_empty() {
                out.push('-');
                out.push_str(four);
            }
        }
    }
}

fn is_canadian(zip: &str) -> bool {
    shape(zip) == "A9A9A9"
}

/// `K1A 0B1` → `A9A9A9`
fn shape(zip: &str) -> String {
    let of = |c: char| match c {
        '0'..='9' => '9',
        'a'..='z' | 'A'..='Z' => 'A',
        c => c,
    };
    zip.chars()
        .filter(|c| !" -".contains(*c))
        .take(12)
        .map(of)
        .collect()
}

/// Letters and digits in two groups, upper case, with one blank between.
fn spaced(bare: &str, code: &str, out: &mut String) {
    let shape = shape(bare);
    let second = match (code, shape.as_str()) {
        ("CA", "A9A9A9")
        | ("GB", "A99AA" | "A999AA" | "AA99AA" | "AA999AA" | "A9A9AA" | "AA9A9AA") => 3,
        ("NL", "9999AA") => 2,
        ("IE" | "MT", whole)
            if whole.len() == 7
                && whole.starts_with('A')
                && whole.bytes().all(|c| matches!(c, b'A' | b'9')) =>
        {
            4
        }
        _ => {
            out.push_str(bare);
            return;
        }
    };
    let plain = bare.chars().filter(char::is_ascii_alphanumeric);
    out.extend(plain.map(|c| c.to_ascii_uppercase()));
    out.insert(out.len().saturating_sub(second), ' ');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn cleaned(text: &str, state: &str, country: Option<Country>) -> (String, Zip) {
        let mut out = String::from("left");
        match clean(text, state, country, &mut out) {
            Zip::Fine => (text.to_string(), Zip::Fine),
            done => (out, done),
        }
    }

    #[rstest]
    #[case("02139", "MA", "US", "02139", Zip::Fine)]
    #[case("2139", "MA", "US", "02139", Zip::Padded)]
    #[case("2139", "MA", "", "02139", Zip::Padded)]
    #[case("2139", "", "US", "02139", Zip::Padded)]
    #[case("2139", "", "", "2139", Zip::Fine)]
    #[case("2139", "CA", "US", "2139", Zip::Fine)]
    #[case("2139.0", "MA", "US", "02139", Zip::Padded)]
    #[case("601", "PR", "US", "00601", Zip::Padded)]
    #[case("601", "NY", "US", "601", Zip::Fine)]
    #[case("21391234", "MA", "US", "02139-1234", Zip::Padded)]
    #[case("2139-1234", "MA", "US", "02139-1234", Zip::Padded)]
    #[case("941051234", "CA", "US", "94105-1234", Zip::Changed)]
    #[case("94105-1234", "CA", "US", "94105-1234", Zip::Fine)]
    #[case("1067", "", "DE", "01067", Zip::Padded)]
    #[case("D-10115", "", "DE", "10115", Zip::Changed)]
    #[case("8001", "", "CH", "8001", Zip::Fine)]
    #[case("1010", "", "AT", "1010", Zip::Fine)]
    #[case("184", "", "IT", "00184", Zip::Padded)]
    #[case("6000", "", "FR", "06000", Zip::Padded)]
    #[case("800", "NT", "AU", "0800", Zip::Padded)]
    #[case("sw1a1aa", "", "GB", "SW1A 1AA", Zip::Changed)]
    #[case("SW1A 1AA", "", "GB", "SW1A 1AA", Zip::Fine)]
    #[case("k1a-0b1", "ON", "CA", "K1A 0B1", Zip::Changed)]
    #[case("k1a0b1", "ON", "", "K1A 0B1", Zip::Changed)]
    #[case("1012ab", "", "NL", "1012 AB", Zip::Changed)]
    #[case("d02x285", "", "IE", "D02 X285", Zip::Changed)]
    #[case("A....65", "", "IE", "A....65", Zip::Fine)]
    #[case("unknown", "MA", "US", "unknown", Zip::Fine)]
    #[case("0", "", "DE", "0", Zip::Fine)]
    #[case("", "", "DE", "", Zip::Fine)]
    fn zips(
        #[case] text: &str,
        #[case] state: &str,
        #[case] country: &str,
        #[case] expected: &str,
        #[case] done: Zip,
    ) {
        let found = cleaned(text, state, Country::find(country));
        assert_eq!(found, (expected.to_string(), done));
    }

    proptest! {
        #[test]
        fn twice_is_once(
            text in "\\PC{0,12}|[0-9]{1,9}|[0-9]{2,5}[-. ][0-9]{1,4}|[A-Za-z0-9 -]{1,9}",
            state in "MA|CA|PR|NY||ON",
            country in "US|DE|GB|CA|NL|IT|IE|BR||FR",
        ) {
            let country = Country::find(&country);
            let once = cleaned(&text, &state, country).0;
            prop_assert_eq!(cleaned(&once, &state, country), (once, Zip::Fine));
        }
    }
}
