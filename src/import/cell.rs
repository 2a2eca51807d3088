//! What one cell says, whatever column it is in: blanks around it, Excel's wrapping, the many ways to
//! write nothing, and text that was encoded twice.

use encoding_rs::WINDOWS_1252;

/// Cells that say there is no value, as they are written exactly: Excel's errors (in English, German and
/// French), the nulls of databases and programs, and dashes. `Null` and `Nan` are names of people.
pub const EMPTY: &[&str] = &[
    "#N/A",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#SPILL!",
    "#CALC!",
    "#ERROR!",
    "#NV",
    "#WERT!",
    "#BEZUG!",
    "#ZAHL!",
    "#VALEUR!",
    "#NOMBRE!",
    "#NOM?",
    "NULL",
    "null",
    "(null)",
    "<null>",
    "[null]",
    "(NULL)",
    "<NULL>",
    "[NULL]",
    "\\N",
    "NaN",
    "nan",
    "None",
    "undefined",
    "N/A",
    "n/a",
    "N.A.",
    "n.a.",
    "(blank)",
    "(empty)",
    "(none)",
    "(leer)",
    "-",
    "--",
    "---",
    "–",
    "—",
];

/// Longer than the longest of [`EMPTY`].
const LONGEST: usize = 12;

/// See [`super::row::Row::get`].
pub(super) fn tidy(cell: &str) -> &str {
    let cell = trimmed(cell);
    let Some(first) = cell.as_bytes().first() else {
        return cell;
    };
    match first {
        b'=' => unwrapped(cell).map_or(cell, tidy),
        // Letters of names are looked at no further than this.
        b'#' | b'(' | b'<' | b'[' | b'\\' | b'-' | b'N' | b'n' | b'u' | 0xE2
            if cell.len() < LONGEST && EMPTY.contains(&cell) =>
        {
            ""
        }
        _ => cell,
    }
}

/// Without blanks, invisible characters and padding around it.
pub(super) fn trimmed(cell: &str) -> &str {
    let visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = cell.as_bytes();
    if visible(bytes.first()) && visible(bytes.last()) {
        return cell;
    }
    // NUL pads fields of fixed width, and 0x1A ended files once; the others take no width.
    cell.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '\0' | '\u{1a}' | '\u{ad}' | '\u{180e}' | '\u{200b}'
                    ..='\u{200f}' | '\u{2060}' | '\u{feff}'
            )
    })
}

/// `="00123"` is how Excel is told to leave a number alone.
fn unwrapped(cell: &str) -> Option<&str> {
    let inner = cell.strip_prefix("=\"")?.strip_suffix('"')?;
    (!inner.contains('"')).then_some(inner)
}

/// Whether some text may hold UTF-8 that was taken for windows-1252: `Ã` or the like, and after it what
/// the second byte of a character becomes. Cheap, and never false when [`unmangled`] finds something.
pub(super) fn may_be_mangled(text: &str) -> bool {
    text.as_bytes().windows(3).any(|bytes| {
        bytes[0] == 0xC3
            && (0x82..=0xB4).contains(&bytes[1])
            && matches!(bytes[2], 0xC2 | 0xC5 | 0xC6 | 0xCB | 0xE2)
    })
}

/// Text that was encoded twice, made readable; `None` when there was nothing to do.
pub(super) fn unmangled(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(c) = rest.chars().next() {
        let before = out.chars().next_back();
        if let Some((meant, length)) = first_unmangled(rest, before) {
            out.push(meant);
            rest = &rest[length..];
            changed = true;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    // Some texts went through it twice.
    changed.then(|| unmangled(&out).unwrap_or(out))
}

/// The character that the first ones of `text` were, and how many bytes they take.
fn first_unmangled(text: &str, before: Option<char>) -> Option<(char, usize)> {
    let mut chars = text.char_indices();
    let (_, lead) = chars.next()?;
    let count = match lead {
        '\u{c2}'..='\u{df}' => 2,
        '\u{e0}'..='\u{ef}' => 3,
        '\u{f0}'..='\u{f4}' => 4,
        _ => return None,
    };
    let mut bytes = [lead as u8, 0, 0, 0];
    let mut end = 0;
    let mut last = lead;
    for byte in &mut bytes[1..count] {
        let (at, c) = chars.next()?;
        *byte = windows_1252(c).filter(|byte| (0x80..=0xBF).contains(byte))?;
        end = at + c.len_utf8();
        last = c;
    }
    let meant = std::str::from_utf8(&bytes[..count]).ok()?.chars().next()?;
    let usual = match meant as u32 {
        // Latin, general punctuation, the euro, the trade mark.
        0xA0..=0x17F => true,
        // Greek, Cyrillic and all of three bytes: more than chance makes of letters of ours.
        0x370..=0x4FF => !lead.is_lowercase(),
        rest => rest >= 0x800,
    };
    // `BLÅ”` ends a quotation.
    let quotation = matches!(last, '\u{2013}'..='\u{2026}' | '«' | '»')
        && count == 2
        && before.is_some_and(char::is_uppercase)
        && !text[end..].starts_with(char::is_alphabetic);
    (usual && !quotation).then_some((meant, end))
}

fn windows_1252(c: char) -> Option<u8> {
    let mut buffer = [0; 4];
    let (bytes, _, unknown) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
    match (bytes.as_ref(), unknown) {
        ([byte], false) => Some(*byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("  Anna\u{a0}", "Anna")]
    #[case("\u{200b}\u{feff}x\u{200e}", "x")]
    #[case("Bob\0\0", "Bob")]
    #[case("=\"00123\"", "00123")]
    #[case(" =\" 7 \" ", "7")]
    #[case("=\"\"", "")]
    #[case("=1+1", "=1+1")]
    #[case("=HYPERLINK(\"http://x\",\"y\")", "=HYPERLINK(\"http://x\",\"y\")")]
    #[case("#N/A", "")]
    #[case("#REF!", "")]
    #[case("NULL", "")]
    #[case("\\N", "")]
    #[case(" - ", "")]
    #[case("—", "")]
    #[case("Null", "Null")]
    #[case("-5", "-5")]
    #[case("nan ", "")]
    #[case("Nan", "Nan")]
    #[case("NULL & Sons", "NULL & Sons")]
    #[case("", "")]
    fn cells(#[case] written: &str, #[case] meant: &str) {
        assert_eq!(tidy(written), meant);
    }

    #[test]
    fn every_way_to_say_nothing_is_reached() {
        for empty in EMPTY {
            assert_eq!(tidy(empty), "", "{empty}");
        }
    }

    #[rstest]
    #[case("MÃ¼ller", "Müller")]
    #[case("PeÃ±a y CÃ\u{ad}a", "Peña y Cía")]
    #[case("CÃ“RDOBA", "CÓRDOBA")]
    #[case("Dâ€™Angelo", "D’Angelo")]
    #[case("Acme Â® GmbH", "Acme ® GmbH")]
    #[case("ÃœnÃ¼ Müller", "Ünü Müller")]
    #[case("Å\u{81}Ã³dÅº", "Łódź")]
    #[case("Ð\u{153}Ð¾Ñ\u{81}ÐºÐ²Ð°", "Москва")]
    #[case("MÃƒÂ¼ller", "Müller")]
    #[case("100 â‚¬", "100 €")]
    fn text_encoded_twice_is_repaired(#[case] written: &str, #[case] meant: &str) {
        assert!(may_be_mangled(written));
        assert_eq!(unmangled(written).as_deref(), Some(meant));
    }

    #[rstest]
    #[case("Müller")]
    #[case("JOÃO")]
    #[case("INFORMAÇÃO")]
    #[case("“CAFÉ”")]
    #[case("”BLÅ”")]
    #[case("São Paulo")]
    #[case("Łódź")]
    #[case("Nº 5")]
    #[case("Москва")]
    fn text_that_is_right_stays(#[case] text: &str) {
        assert_eq!(unmangled(text), None);
    }
}
