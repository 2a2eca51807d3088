//! A text that is filled from a deal: a letter or an agenda with `{{account}}` where the account's name goes.
//!
//! What it names is held against what is known of a deal when the file is checked; a fact that a deal does not have
//! stays visible in what was filled.

use std::ops::Range;

use serde::{Serialize, Serializer};

use super::BuyingRole;
use super::reader::{At, Reader};
use crate::condition::Engine;

/// The one a text is for: whoever takes part, the decider first.
const PERSON: &str = "person";
/// What is known of a person, behind the dot: `{{decider.email}}`. Without it, the name.
pub const OF_PERSON: &[&str] = &["name", "title", "email", "phone", "mobile"];

/// A text with places to fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    text: String,
    places: Vec<(Range<usize>, String)>,
}

/// Where a text can't be read, what is wrong there and what was expected.
type Mistaken = (Range<usize>, &'static str, &'static str);

/// A text with what was known in its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    pub text: String,
    /// What was asked for and is not known, each once.
    pub unknown: Vec<String>,
}

impl Letter {
    /// Finds the places; where there is a `{{` that nothing closes, or nothing is named, it says so.
    fn parse(text: &str) -> Result<Self, Mistaken> {
        let mut places = Vec::new();
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|found| at + found) {
            let line = text[open..].find('\n').map_or(text.len(), |end| open + end);
            let Some(close) = text[open..line].find("}}").map(|found| open + found) else {
                let label = "expected `}}` on the same line";
                return Err((open..open + 2, "`{{` is not closed", label));
            };
            let name = text[open + 2..close].trim();
            if name.is_empty() {
                let label = "expected the name of a fact, such as `{{account}}`";
                return Err((open..close + 2, "`{{ }}` names nothing", label));
            }
            places.push((open..close + 2, name.to_string()));
            at = close + 2;
        }
        Ok(Self {
            text: text.to_string(),
            places,
        })
    }

    /// The names of what it is filled with, as often as they stand there.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|(_, name)| name.as_str())
    }

    /// Puts words into the places; `None` of what is not known.
    pub fn filled(&self, mut words: impl FnMut(&str) -> Option<String>) -> Filled {
        let mut text = String::with_capacity(self.text.len());
        let mut unknown: Vec<String> = Vec::new();
        let mut at = 0;
        for (place, name) in &self.places {
            text.push_str(&self.text[at..place.start]);
            if let Some(words) = words(name) {
                text.push_str(&words);
            } else {
                text.push('[');
                text.push_str(name);
                text.push_str(": not known]");
                if !unknown.contains(name) {
                    unknown.push(name.clone());
                }
            }
            at = place.end;
        }
        text.push_str(&self.text[at..]);
        Filled { text, unknown }
    }
}

impl Serialize for Letter {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

/// Who is meant, and what of them: `decider.email`. `None` of what is no person.
pub fn of_person(name: &str) -> Option<(Option<BuyingRole>, &str)> {
    let (who, what) = name.split_once('.').unwrap_or((name, OF_PERSON[0]));
    if who == PERSON {
        return Some((None, what));
    }
    BuyingRole::from_name(who).map(|role| (Some(role), what))
}

/// A text as the file has it, when everything it names is something that a deal may have.
pub(super) fn letter(reader: &Reader<'_>, engine: &Engine, written: &At<String>) -> Option<Letter> {
    let letter = match Letter::parse(&written.value) {
        Ok(letter) => letter,
        Err((place, message, label)) => {
            let span = inside(reader, written, &place);
            reader.error(span, message, label);
            return None;
        }
    };
    let columns = engine.columns().iter().map(|column| column.name.clone());
    let people = BuyingRole::ALL.iter().map(|role| role.name());
    let people = people.chain([PERSON]).flat_map(|who| {
        let parts = OF_PERSON.iter().map(move |what| format!("{who}.{what}"));
        parts.chain([who.to_string()])
    });
    let known: Vec<String> = columns.chain(people).collect();
    for (place, name) in &letter.places {
        if !known.contains(name) {
            let name = At {
                value: name.clone(),
                span: inside(reader, written, place),
            };
            reader.unknown("fact of a deal", &name, known.iter().map(String::as_str));
        }
    }
    Some(letter)
}

/// The place in the file; of a text with escapes, whose bytes are not those of the file, all of it.
fn inside(reader: &Reader<'_>, written: &At<String>, place: &Range<usize>) -> Range<usize> {
    if reader.text.get(written.span.clone()) == Some(written.value.as_str()) {
        written.span.start + place.start..written.span.start + place.end
    } else {
        written.span.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Filled {
        let letter = Letter::parse(text).expect("a letter");
        letter.filled(|name| match name {
            "account" => Some("Acme {{value}} GmbH".to_string()),
            "decider.name" => Some("Jana Roth".to_string()),
            _ => None,
        })
    }

    #[test]
    fn places_are_filled_and_nothing_else_is() {
        let done = filled("Dear {{ decider.name }},\n{{account}}, {{account}} } } {x}\n");
        let acme = "Acme {{value}} GmbH";
        assert_eq!(
            done.text,
            format!("Dear Jana Roth,\n{acme}, {acme} }} }} {{x}}\n")
        );
        assert_eq!(done.unknown, Vec::<String>::new());
    }

    #[test]
    fn what_is_not_known_stays_to_be_seen() {
        let done = filled("{{value}} of {{account}} by {{next_date}}, {{value}}");
        assert_eq!(
            done.text,
            "[value: not known] of Acme {{value}} GmbH by [next_date: not known], [value: not known]"
        );
        assert_eq!(done.unknown, ["value", "next_date"]);
    }

    #[test]
    fn what_is_not_closed_or_empty_is_refused() {
        assert_eq!(Letter::parse("a {{b\n}}").expect_err("open").0, 2..4);
        assert_eq!(Letter::parse("a {{ }}").expect_err("empty").0, 2..7);
    }

    #[test]
    fn people_have_parts() {
        assert_eq!(of_person("person"), Some((None, "name")));
        let decider = Some(BuyingRole::Decider);
        assert_eq!(of_person("decider.email"), Some((decider, "email")));
        assert_eq!(of_person("account"), None);
    }
}
