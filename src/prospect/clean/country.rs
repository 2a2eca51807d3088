//! Countries and their states, by whatever name a list gives them.

use std::fmt;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// ISO 3166-1 alpha-2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// Two and three letters, then names in ten languages and as people write them.
const COUNTRIES: &str = include_str!("words/countries.txt");
/// Country, code, names.
const STATES: &str = include_str!("words/states.txt");

struct Names {
    countries: FxHashMap<String, Country>,
    /// By folded name; several countries may have one.
    states: FxHashMap<String, Vec<(Country, &'static str)>>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut countries = FxHashMap::default();
    for line in COUNTRIES.lines() {
        if let Some(country) = line.get(..2).and_then(Country::code) {
            for name in line.split('|') {
                countries.insert(key(name), country);
            }
        }
    }
    let mut states: FxHashMap<String, Vec<(Country, &'static str)>> = FxHashMap::default();
    for line in STATES.lines() {
        let mut parts = line.split('|');
        if let (Some(country), Some(code)) = (parts.next().and_then(Country::code), parts.next()) {
            for name in std::iter::once(code).chain(parts) {
                let of_name = states.entry(key(name)).or_default();
                if !of_name.contains(&(country, code)) {
                    of_name.push((country, code));
                }
            }
        }
    }
    Names { countries, states }
});

/// Names are the same when they differ in case, accents, blanks and marks only.
fn key(name: &str) -> String {
    let folded = any_ascii::any_ascii(name);
    let plain = folded.chars().filter(char::is_ascii_alphanumeric);
    plain.map(|c| c.to_ascii_lowercase()).collect()
}

impl Country {
    pub const US: Self = Self(*b"US");
    pub const CA: Self = Self(*b"CA");

    /// Two letters as they should be, known or not.
    fn code(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(Self([*a, *b])),
            _ => None,
        }
    }

    /// The country called that: `DE`, `deu`, `Germany`, `Allemagne`, `Bundesrepublik Deutschland`.
    pub fn find(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let key = key(text);
        let found = NAMES.countries.get(&key);
        found
            .or_else(|| NAMES.countries.get(key.strip_prefix("the")?))
            .copied()
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The code of a state of the United States, Canada or Australia: `Massachusetts` → `MA`. Without a country
/// only a name in words is taken, and only if it is not Australian: `WA` says nothing then.
pub fn state(text: &str, country: Option<Country>) -> Option<(Country, &'static str)> {
    if text.len() > 40 {
        return None;
    }
    let found = NAMES.states.get(&key(text))?;
    match country {
        Some(country) => found.iter().find(|(of, _)| *of == country).copied(),
        None => match found.as_slice() {
            [(of, code)] if matches!(*of, Country::US | Country::CA) && text.len() > 2 => {
                Some((*of, *code))
            }
            _ => None,
        },
    }
}

/// Whether it is the code of a state.
pub(super) fn is_state(code: &str, country: Country) -> bool {
    code.len() <= 3 && state(code, Some(country)).is_some_and(|(_, known)| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("DE", Some("DE"))]
    #[case("de", Some("DE"))]
    #[case("DEU", Some("DE"))]
    #[case("Deutschland", Some("DE"))]
    #[case("ALLEMAGNE", Some("DE"))]
    #[case("Alemania", Some("DE"))]
    #[case("Duitsland", Some("DE"))]
    #[case("D", Some("DE"))]
    #[case("USA", Some("US"))]
    #[case("U.S.A.", Some("US"))]
    #[case("United States of America", Some("US"))]
    #[case("États-Unis", Some("US"))]
    #[case("Etats Unis", Some("US"))]
    #[case("UK", Some("GB"))]
    #[case("England", Some("GB"))]
    #[case("Großbritannien", Some("GB"))]
    #[case("The Netherlands", Some("NL"))]
    #[case("Österreich", Some("AT"))]
    #[case("Oesterreich", Some("AT"))]
    #[case("España", Some("ES"))]
    #[case("Schweiz", Some("CH"))]
    #[case("Korea, Republic of", Some("KR"))]
    #[case("Czech Republic", Some("CZ"))]
    #[case("Ivory Coast", Some("CI"))]
    #[case("Atlantis", None)]
    #[case("", None)]
    fn countries(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(Country::find(text).as_ref().map(Country::as_str), expected);
    }

    #[rstest]
    #[case("Massachusetts", Some("US"), Some("MA"))]
    #[case("mass.", Some("US"), Some("MA"))]
    #[case("ma", Some("US"), Some("MA"))]
    #[case("D.C.", Some("US"), Some("DC"))]
    #[case("Québec", Some("CA"), Some("QC"))]
    #[case("Quebec", None, Some("QC"))]
    #[case("California", None, Some("CA"))]
    #[case("New South Wales", Some("AU"), Some("NSW"))]
    #[case("WA", Some("AU"), Some("WA"))]
    #[case("WA", Some("US"), Some("WA"))]
    #[case("WA", None, None)]
    #[case("Victoria", None, None)]
    #[case("Bayern", Some("DE"), None)]
    #[case("Ontario", Some("US"), None)]
    #[case("", Some("US"), None)]
    fn states(#[case] text: &str, #[case] country: Option<&str>, #[case] expected: Option<&str>) {
        let country = country.and_then(Country::find);
        assert_eq!(state(text, country).map(|(_, code)| code), expected);
    }

    #[test]
    fn every_country_is_known_by_all_its_names() {
        assert_eq!(COUNTRIES.lines().count(), 250);
        for line in COUNTRIES.lines() {
            for name in line.split('|') {
                assert_eq!(
                    Country::find(name).map(|c| c.to_string()),
                    Some(line[..2].to_string())
                );
            }
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "\\PC{0,12}|[A-Z]{1,3}") {
            if let Some(country) = Country::find(&text) {
                prop_assert_eq!(Country::find(country.as_str()), Some(country));
            }
            if let Some((country, code)) = state(&text, None) {
                prop_assert_eq!(state(code, Some(country)), Some((country, code)));
            }
        }
    }
}
