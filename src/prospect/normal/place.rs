//! Streets, places and postcodes.

use super::fold;

/// What kinds of street there are; sources shorten them at will, and they hardly tell streets apart.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "allee", "alley", "aly", "av", "ave", "avenida", "avenue", "bd", "blvd", "boulevard", "calle", "cir",
    "circle", "corso", "court", "cres", "crescent", "ct", "dr", "drive", "gasse", "highway", "hwy",
    "lane", "ln", "parkway", "pkwy", "pl", "place", "platz", "plaza", "rd", "road", "rue", "sq", "square",
    "st", "str", "strada", "strasse", "street", "ter", "terrace", "trail", "trl", "turnpike", "via",
    "way", "weg",
];

/// Where the part of an address inside the house begins.
#[rustfmt::skip]
const INSIDE: &[&str] = &[
    "apartment", "apt", "bldg", "building", "etage", "fl", "floor", "og", "pmb", "rm", "room", "ste",
    "stock", "suite", "top", "unit",
];

/// Directions, as they are abbreviated.
#[rustfmt::skip]
const DIRECTIONS: &[(&str, &str)] = &[
    ("east", "e"), ("north", "n"), ("south", "s"), ("west", "w"),
];

/// House number first, then the street without its kind and without the part inside the house:
/// `9259 Center Parkway, Suite 358` is `9259 center`, `Hauptstraße 5` is `5 haupt`.
pub fn street(text: &str, words: &mut String, out: &mut String) {
    out.clear();
    fold(text, words);
    let whole = words
        .split(' ')
        .position(|word| INSIDE.contains(&word))
        .filter(|at| *at > 1)
        .unwrap_or(usize::MAX);
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let push = |word: &str, out: &mut String| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    };
    for word in words.split(' ').take(whole).filter(|word| is_number(word)) {
        push(word, out);
    }
    for word in words.split(' ').take(whole).filter(|word| !is_number(word)) {
        if KINDS.contains(&word) {
            continue;
        }
        let word = ["strasse", "str", "weg", "platz", "gasse", "allee"]
            .into_iter()
            .find_map(|kind| word.strip_suffix(kind).filter(|name| name.len() > 3))
            .unwrap_or(word);
        let short = DIRECTIONS.iter().find(|(long, _)| *long == word);
        push(short.map_or(word, |(_, short)| short), out);
    }
    if out.is_empty() {
        out.push_str(words);
    }
}

/// City or state as one word; `St. Paul` and `Saint Paul`, `Fort Worth` and `Ft Worth` are the same.
pub fn place(text: &str, words: &mut String, out: &mut String) {
    out.clear();
    fold(text, words);
    for word in words.split(' ') {
        out.push_str(match word {
            "saint" | "sankt" => "st",
            "fort" => "ft",
            "mount" => "mt",
            word => word,
        });
    }
}

/// A postcode for comparing: letters and digits, no extension (`55130-1234`), no leading zeros, since
/// spreadsheets take those away.
pub fn zip(text: &str, out: &mut String) {
    out.clear();
    let text = text.trim();
    let main = text
        .split_once('-')
        .map(|(main, _)| main)
        .filter(|main| main.len() >= 4 && main.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or(text);
    out.extend(
        main.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase()),
    );
    if out.len() == 9 && out.bytes().all(|byte| byte.is_ascii_digit()) {
        out.truncate(5);
    }
    let zeros = out.len() - out.trim_start_matches('0').len();
    out.drain(..zeros);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("9259 Center Parkway, Suite 358", "9259 center")]
    #[case("9259 Center Pkwy", "9259 center")]
    #[case("Hauptstraße 5", "5 haupt")]
    #[case("Hauptstr. 5", "5 haupt")]
    #[case("12 North Main St", "12 n main")]
    #[case("5 The Court", "5 the")]
    #[case("Broadway", "broadway")]
    #[case("", "")]
    fn streets(#[case] text: &str, #[case] key: &str) {
        let (mut words, mut out) = (String::new(), String::new());
        street(text, &mut words, &mut out);
        assert_eq!(out, key);
    }

    #[rstest]
    #[case("07101-1234", "7101")]
    #[case("7101", "7101")]
    #[case("071011234", "7101")]
    #[case("EC1A 1BB", "ec1a1bb")]
    #[case("", "")]
    fn postcodes(#[case] text: &str, #[case] key: &str) {
        let mut out = String::new();
        zip(text, &mut out);
        assert_eq!(out, key);
    }

    #[test]
    fn saints_are_short() {
        let (mut words, mut a, mut b) = (String::new(), String::new(), String::new());
        place("St. Paul", &mut words, &mut a);
        place("SAINT PAUL", &mut words, &mut b);
        assert_eq!(a, b);
    }
}
