//! Parts of a person's name, and what an e-mail address says of them.

use super::{fold, nicknames};

/// What follows a name and is no part of it.
const SUFFIXES: &[&str] = &[
    "cpa", "dds", "dvm", "esq", "ii", "iii", "iv", "jr", "mba", "md", "phd", "pe", "rn", "sr",
];
const SALUTATIONS: &[&str] = &[
    "dipl", "dr", "frau", "herr", "hon", "ing", "lic", "miss", "mme", "mr", "mrs", "ms", "prof",
    "rev", "sr", "sra",
];

/// The first name and the rest of what stands there: `Mary K.` is `mary` and `k`, `Jean-Paul` is
/// `jeanpaul`. The words come back in `first` and `middle`.
pub fn first_and_middle(text: &str, words: &mut String, first: &mut String, middle: &mut String) {
    first.clear();
    middle.clear();
    let mut given = false;
    for piece in text.split_whitespace() {
        fold(piece, words);
        words.retain(|c| c != ' ');
        if words.is_empty() || (!given && SALUTATIONS.contains(&words.as_str())) {
            continue;
        }
        if given {
            middle.push_str(words);
        } else {
            first.push_str(words);
            given = true;
        }
    }
}

/// The last name as one word: `van Dyke`, `Van-Dyke` and `VanDyke` are the same.
pub fn last(text: &str, words: &mut String, out: &mut String) {
    out.clear();
    fold(text, words);
    let mut kept = words.as_str();
    while let Some((before, suffix)) = kept.rsplit_once(' ') {
        if !SUFFIXES.contains(&suffix) {
            break;
        }
        kept = before;
    }
    out.extend(kept.chars().filter(|c| *c != ' '));
}

/// How an address is made of the name of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It says nothing of the name, or something else: `sunshine42`.
    Other,
    /// The name, or the customary part of it: `jana.roth`, `jroth`, `jana`.
    OfName,
}

/// Whether the local part of an address is made of this name, and of nothing else but digits.
pub fn form(local: &str, first: &str, last: &str) -> Form {
    let mut letters = [0_u8; 64];
    let mut length = 0;
    for byte in local.bytes().filter(u8::is_ascii_alphabetic) {
        if length == letters.len() {
            return Form::Other;
        }
        letters[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    let letters = &letters[..length];
    let made = |a: &str, b: &str| {
        !(a.is_empty() && b.is_empty())
            && letters
                .strip_prefix(a.as_bytes())
                .is_some_and(|rest| rest == b.as_bytes())
    };
    let initial = |name: &'_ str| name.get(..1).unwrap_or("").len();
    let (f, l) = (&first[..initial(first)], &last[..initial(last)]);
    let of_first = first.len() > 1 && (made(first, last) || made(first, l) || made(first, ""));
    let of_last =
        last.len() > 1 && (made(f, last) || made(last, f) || made(last, first) || made(last, ""));
    let turned = last.len() > 1 && first.len() > 1 && made(l, first);
    if of_first || of_last || turned {
        Form::OfName
    } else {
        Form::Other
    }
}

/// The first name that an address spells out, beside the last (of `jana.roth` and `roth` it is `jana`) or
/// alone when it is a given name that people know (`susan`).
pub fn spelt_out<'a>(local: &'a str, last: &str) -> Option<&'a str> {
    if last.len() < 2 {
        return None;
    }
    let local = local.trim_end_matches(|c: char| c.is_ascii_digit());
    let Some((a, b)) = local.split_once(['.', '_', '-']) else {
        return (local != last && nicknames().knows(local)).then_some(local);
    };
    let other = if b == last {
        a
    } else if a == last {
        b
    } else {
        return None;
    };
    let is_name = !other.is_empty() && other.bytes().all(|byte| byte.is_ascii_lowercase());
    is_name.then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Mary K.", "mary", "k")]
    #[case("Dr. Jean-Paul", "jeanpaul", "")]
    #[case("José María", "jose", "maria")]
    #[case("J.", "j", "")]
    #[case("", "", "")]
    fn first_names(#[case] text: &str, #[case] first: &str, #[case] middle: &str) {
        let (mut words, mut a, mut b) = (String::new(), String::new(), String::new());
        first_and_middle(text, &mut words, &mut a, &mut b);
        assert_eq!((a.as_str(), b.as_str()), (first, middle));
    }

    #[rstest]
    #[case("van Dyke", "vandyke")]
    #[case("D'Angelo", "dangelo")]
    #[case("Roth, Jr.", "roth")]
    #[case("Jr", "jr")]
    fn last_names(#[case] text: &str, #[case] name: &str) {
        let (mut words, mut out) = (String::new(), String::new());
        last(text, &mut words, &mut out);
        assert_eq!(out, name);
    }

    #[rstest]
    #[case("jroth", Form::OfName)]
    #[case("jana.roth", Form::OfName)]
    #[case("jana", Form::OfName)]
    #[case("roth_jana2", Form::OfName)]
    #[case("janar", Form::OfName)]
    #[case("rothj", Form::OfName)]
    #[case("j", Form::Other)]
    #[case("kroth", Form::Other)]
    #[case("sunshine42", Form::Other)]
    #[case("42", Form::Other)]
    fn addresses_of_jana_roth(#[case] local: &str, #[case] expected: Form) {
        assert_eq!(form(local, "jana", "roth"), expected);
    }

    #[test]
    fn an_address_without_a_name_is_of_no_name() {
        assert_eq!(form("info", "", ""), Form::Other);
        assert_eq!(form("", "jana", "roth"), Form::Other);
    }

    #[rstest]
    #[case("jana.roth", Some("jana"))]
    #[case("roth_jana", Some("jana"))]
    #[case("jana.roth7", Some("jana"))]
    #[case("j.roth", Some("j"))]
    #[case("susan", Some("susan"))]
    #[case("jroth", None)]
    #[case("jana.meyer", None)]
    fn first_names_in_addresses(#[case] local: &str, #[case] first: Option<&str>) {
        assert_eq!(spelt_out(local, "roth"), first);
    }
}
