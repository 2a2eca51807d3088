//! Texts made comparable: the same name, firm, street or position written two ways comes out as one text.
//!
//! Nothing here is shown to anybody or kept: `matching` compares and hashes it. It stands between
//! `clean` (values as people should see them) and `matching`.

mod company;
mod nickname;
mod person;
mod place;
mod reach;
mod title;

pub use company::company;
pub use nickname::{Groups, nicknames};
pub use person::{Form, first_and_middle, form, last, spelt_out};
pub use place::{place, street, zip};
pub use reach::{digits, is_role, local_and_host, number, phone};
pub use title::title;

use any_ascii::any_ascii_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds case and accents into ASCII words with one space between: `Lefèvre & Søn, Inc.` is
/// `lefevre and son inc`. Dots and apostrophes join what they stand between (`L.L.C.`, `O'Brien`),
/// everything else that is no letter or digit parts words. `out` is emptied first.
pub fn fold(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        for byte in text.bytes() {
            fold_ascii(byte, out);
        }
    } else {
        for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
            if c.is_ascii() {
                fold_ascii(c as u8, out);
            } else if !matches!(c, '’' | '‘' | '´' | 'ʼ') {
                let latin = any_ascii_char(c);
                if latin.is_empty() {
                    part(out);
                }
                for byte in latin.bytes() {
                    fold_ascii(byte, out);
                }
            }
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
}

fn fold_ascii(byte: u8, out: &mut String) {
    match byte {
        b'a'..=b'z' | b'0'..=b'9' => out.push(byte as char),
        b'A'..=b'Z' => out.push(byte.to_ascii_lowercase() as char),
        b'.' | b'\'' | b'`' => {}
        b'&' | b'+' => {
            part(out);
            out.push_str("and ");
        }
        _ => part(out),
    }
}

fn part(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Lefèvre & Søn, Inc.", "lefevre and son inc")]
    #[case("O'Brien", "obrien")]
    #[case("O’Brien", "obrien")]
    #[case("  L.L.C.  ", "llc")]
    #[case("Müller-Lüdenscheidt", "muller ludenscheidt")]
    #[case("Straße", "strasse")]
    #[case("Владимир", "vladimir")]
    #[case("A+B", "a and b")]
    #[case("", "")]
    #[case("--", "")]
    fn folds(#[case] text: &str, #[case] folded: &str) {
        let mut out = String::from("left over");
        fold(text, &mut out);
        assert_eq!(out, folded);
    }
}
