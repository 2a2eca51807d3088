//! What is wrong with any text, whatever it says: blanks nobody sees, control characters, letters in
//! pieces, and text that was decoded wrongly before it came here.

use std::borrow::Cow;

use encoding_rs::{UTF_8, WINDOWS_1252};
use unicode_normalization::UnicodeNormalization;

use crate::text::is_plain;

/// What [`clean`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tidy {
    /// Nothing was wrong: the text itself is what to use.
    Fine,
    /// The better text is in the buffer.
    Changed,
    /// As above, and `MÃ¼ller` became `Müller`.
    Repaired,
}

/// Writes what a text should be to `out`, if that differs.
pub(crate) fn clean(text: &str, out: &mut String) -> Tidy {
    if is_tidy(text) {
        return Tidy::Fine;
    }
    let mut repaired = false;
    let mut now = Cow::Borrowed(text);
    loop {
        if let Some(better) = decoded(&now) {
            repaired = true;
            now = Cow::Owned(better);
        }
        write_visible(&now, out);
        // What was taken away may have stood between letters that belong together.
        if out.is_ascii() || *out == *now {
            break;
        }
        now = Cow::Owned(out.clone());
    }
    match *out == *text {
        _ if repaired => Tidy::Repaired,
        true => Tidy::Fine,
        false => Tidy::Changed,
    }
}

/// Writes what can be seen of a text, letters whole and blanks single.
fn write_visible(text: &str, out: &mut String) {
    out.clear();
    let mut gap = false;
    for c in text.nfc() {
        if c.is_whitespace() || matches!(c, '\u{1f}' | '\u{0}') {
            gap = true;
        } else if is_plain(c) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
}

/// Printable ASCII with single blanks inside: nine values in ten, told without building anything.
fn is_tidy(text: &str) -> bool {
    let mut before = b' ';
    for byte in text.bytes() {
        if !(b' '..=b'~').contains(&byte) || (byte == b' ' && before == b' ') {
            return false;
        }
        before = byte;
    }
    text.is_empty() || before != b' '
}

/// UTF-8 that was taken for Windows-1252 and written as UTF-8 again, undone. Only where the whole value
/// proves it: every character beyond ASCII must be part of a letter in UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut best: Option<String> = None;
    loop {
        let now = best.as_deref().unwrap_or(text);
        if now.is_ascii() {
            return best;
        }
        let (bytes, _, unmappable) = WINDOWS_1252.encode(now);
        if unmappable {
            return best;
        }
        let Some(better) = UTF_8.decode_without_bom_handling_and_without_replacement(&bytes) else {
            return best;
        };
        best = Some(better.into_owned());
    }
}

/// Whether a spreadsheet would run the value: it stays text here, and exports neutralise it.
pub(crate) fn is_formula(text: &str) -> bool {
    match text.as_bytes() {
        [b'=' | b'@', ..] => true,
        [b'+' | b'-', rest @ ..] => {
            !rest.is_empty()
                && !rest
                    .iter()
                    .all(|c| c.is_ascii_digit() || b" ()./-,eE%x#".contains(c) || *c >= 0x80)
        }
        _ => false,
    }
}

/// What spreadsheets and databases write where there is nothing.
pub(crate) fn is_nothing(text: &str) -> bool {
    const NOTHING: [&str; 17] = [
        "n/a", "n.a.", "#n/a", "#nv", "#name?", "#ref!", "#value!", "#wert!", "#div/0!", "#null!",
        "#num!", "null", "(null)", "<null>", "\\n", "(blank)", "[null]",
    ];
    match text.as_bytes() {
        [] | [b'-' | b'.' | b'?'] | [b'-', b'-'] => true,
        [first, ..] if b"#nN(<\\[".contains(first) && text.len() <= 8 => {
            NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn cleaned(text: &str) -> (String, Tidy) {
        let mut out = String::from("left from before");
        match clean(text, &mut out) {
            Tidy::Fine => (text.to_string(), Tidy::Fine),
            done => (out, done),
        }
    }

    #[rstest]
    #[case("Müller", "Müller", Tidy::Fine)]
    #[case("Acme Inc", "Acme Inc", Tidy::Fine)]
    #[case("", "", Tidy::Fine)]
    #[case("Acme  Inc", "Acme Inc", Tidy::Changed)]
    #[case("\u{a0}Anna\u{a0} ", "Anna", Tidy::Changed)]
    #[case("Zoe\u{308}", "Zoë", Tidy::Changed)]
    #[case("a\u{200b}b\u{feff}", "ab", Tidy::Changed)]
    #[case("Main\r\nStreet\t5", "Main Street 5", Tidy::Changed)]
    #[case("\u{1b}[31mred", "[31mred", Tidy::Changed)]
    #[case("x\u{202e}y", "xy", Tidy::Changed)]
    #[case("MÃ¼ller", "Müller", Tidy::Repaired)]
    #[case("NÃºÃ±ez", "Núñez", Tidy::Repaired)]
    #[case("PeÃ±a y CÃ\u{ad}a, S.A.", "Peña y Cía, S.A.", Tidy::Repaired)]
    #[case("GrÃ¶ÃŸe", "Größe", Tidy::Repaired)]
    #[case("Dâ€™Angelo", "D’Angelo", Tidy::Repaired)]
    #[case("MÃƒÂ¼ller", "Müller", Tidy::Repaired)]
    // What nobody sees stood between the letters that prove it.
    #[case("MÃ\u{200b}¼ller", "Müller", Tidy::Repaired)]
    #[case("MA\u{303}¼ller", "Müller", Tidy::Repaired)]
    #[case("Zoe\u{200b}\u{308}", "Zoë", Tidy::Changed)]
    // One right letter among the wrong ones: no proof that all of it was decoded wrongly.
    #[case("Müller MÃ¼ller", "Müller MÃ¼ller", Tidy::Fine)]
    #[case("São Paulo", "São Paulo", Tidy::Fine)]
    #[case("Ångström", "Ångström", Tidy::Fine)]
    #[case("株式会社", "株式会社", Tidy::Fine)]
    fn texts(#[case] text: &str, #[case] expected: &str, #[case] done: Tidy) {
        assert_eq!(cleaned(text), (expected.to_string(), done));
    }

    #[rstest]
    #[case("=HYPERLINK(\"http://x\")", true)]
    #[case("@corp", true)]
    #[case("+Smith", true)]
    #[case("-2+3", true)]
    #[case("=1+1", true)]
    #[case("+49 30 1234567", false)]
    #[case("+49 (0)30/123-45", false)]
    #[case("-12.5", false)]
    #[case("-", false)]
    #[case("Smith", false)]
    #[case("", false)]
    fn formulas(#[case] text: &str, #[case] is: bool) {
        assert_eq!(is_formula(text), is);
    }

    #[rstest]
    #[case("#N/A", true)]
    #[case("#NV", true)]
    #[case("NULL", true)]
    #[case("\\N", true)]
    #[case("-", true)]
    #[case("n/a", true)]
    #[case("", true)]
    #[case("Na", false)]
    #[case("None", false)]
    #[case("0", false)]
    #[case("#1 Plumbing", false)]
    fn nothings(#[case] text: &str, #[case] is: bool) {
        assert_eq!(is_nothing(text), is);
    }

    proptest! {
        #[test]
        fn twice_is_once(text in any::<String>()) {
            let once = cleaned(&text).0;
            prop_assert_eq!(cleaned(&once), (once, Tidy::Fine));
        }

        #[test]
        fn wrong_decoding_is_undone(text in "[a-zA-Z äöüßéñçøœŁ€]{0,20}") {
            let (wrong, _) = WINDOWS_1252.decode_without_bom_handling(text.as_bytes());
            prop_assert_eq!(cleaned(&wrong).0, cleaned(&text).0);
        }
    }
}
