//! Text that came from outside (files, arguments, the store) on its way to a terminal.

use rapidfuzz::distance::osa;
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

/// Free text or a personal value. The log keeps only a salted commitment of it; the text itself
/// stands in a side table, so that erasing a person leaves the chain whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Private {
    #[serde(rename = "private")]
    pub text: String,
}

impl Private {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// Makes text safe to show on a terminal, on one line: control characters, escape sequences,
/// bidirectional overrides and invisible characters become visible marks (`\u{1b}` is `␛`).
pub fn visible(text: &str) -> String {
    if text.chars().all(is_plain) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if is_plain(c) => out.push(c),
            // Unicode's control pictures stand for the C0 controls and DEL.
            '\u{0}'..='\u{1f}' => {
                out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'));
            }
            '\u{7f}' => out.push('\u{2421}'),
            c => {
                use std::fmt::Write;
                let _ = write!(out, "<U+{:04X}>", c as u32);
            }
        }
    }
    out
}

/// Cuts to `limit` characters with an ellipsis, after making the text visible.
pub fn shortened(text: &str, limit: usize) -> String {
    let shown = visible(text);
    if shown.chars().count() <= limit {
        return shown;
    }
    let mut cut: String = shown.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Breaks a line between words so that it fits a width; what follows the first line is indented. A
/// word that is longer than the width stays whole.
pub fn wrapped(line: &str, width: Option<u16>, indent: usize) -> String {
    let width = width.map_or(usize::MAX, usize::from);
    if line.width() <= width {
        return line.to_string();
    }
    let mut out = String::new();
    let mut column = 0;
    let mut gap = "";
    // Spaces inside a line are kept: they set parts of it apart.
    for word in line.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if column > indent && !bare.is_empty() && column + gap.len() + bare.width() > width {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
            gap = "";
        }
        out.push_str(gap);
        out.push_str(bare);
        column += gap.len() + bare.width();
        gap = if word.len() > bare.len() { " " } else { "" };
    }
    out
}

/// Whether a character shows as itself and does nothing else.
pub fn is_plain(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'))
}

/// Whether a spreadsheet takes a cell for a formula, also one that is written in full width or comes after
/// blanks. Numbers stay numbers: `-5` and `+49 30 …` run nothing.
fn would_run(cell: &str) -> bool {
    if cell.starts_with(['\t', '\r']) {
        return true;
    }
    let mut rest = cell.trim_start().chars();
    match rest.next() {
        Some('=' | '@' | '＝' | '＠' | '＋' | '－') => true,
        Some('+' | '-') => {
            let rest = rest.as_str();
            rest.is_empty()
                || !rest
                    .chars()
                    .all(|c| c.is_ascii_digit() || " .,()/-".contains(c))
        }
        _ => false,
    }
}

/// Text for a cell that a spreadsheet may open: what it would run as a formula gets an apostrophe.
pub fn guarded(cell: &str) -> std::borrow::Cow<'_, str> {
    // An apostrophe of the text's own is told from ours by ours being one more.
    if would_run(cell.trim_start_matches('\'')) {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

/// Takes off what [`guarded`] put in front.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if would_run(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || "-_./:=,@%+".contains(c));
    if plain {
        word.to_string()
    } else {
        // What comes from data must not be run by the shell it is pasted into.
        let mut safe = String::with_capacity(word.len() + 2);
        for c in word.chars() {
            if matches!(c, '\\' | '"' | '$' | '`') {
                safe.push('\\');
            }
            safe.push(c);
        }
        format!("\"{safe}\"")
    }
}

/// Bytes in hexadecimal, as digests are written.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The nearest of `names` to what was typed, when it is near enough to be meant.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let length = typed.chars().count();
    // Prepared once: an import compares with all accounts.
    let typed = osa::BatchComparator::new(typed.chars());
    names
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let allowed = (length.max(lower.chars().count()) / 3).max(1);
            let within = osa::Args::default().score_cutoff(allowed);
            let distance = typed.distance_with_args(lower.chars(), &within)?;
            Some((name, distance))
        })
        .min_by_key(|(_, distance)| *distance)
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_shown_not_obeyed() {
        assert_eq!(visible("a\u{1b}]52;c;x\u{7}b"), "a␛]52;c;x␇b");
        assert_eq!(visible("Söhne 🚀"), "Söhne 🚀");
        assert_eq!(visible("x\u{202e}y"), "x<U+202E>y");
    }

    #[test]
    fn long_lines_break_between_words() {
        assert_eq!(wrapped("one two three", Some(80), 2), "one two three");
        assert_eq!(wrapped("one two three", None, 2), "one two three");
        assert_eq!(
            wrapped("one two three four", Some(9), 2),
            "one two\n  three\n  four"
        );
        assert_eq!(
            wrapped("✓ Söhne   Qualify", Some(12), 4),
            "✓ Söhne\n    Qualify"
        );
        assert_eq!(
            wrapped("a   b unbreakable", Some(8), 0),
            "a   b\nunbreakable"
        );
    }

    #[test]
    fn a_guard_comes_off_as_it_went_on() {
        for cell in [
            "=1",
            "'=1",
            "''@x",
            "-",
            "+a",
            "-5",
            "'x",
            "O'Brien",
            "",
            "'",
            "\t=1",
            " =1",
            "＝1",
            "+49 30 1234567",
            "-2+3",
        ] {
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
        for cell in ["=1", "@x", "-2+3", "+a", "\tx", " =1", "'=1", "-", "-cmd"] {
            assert!(guarded(cell).starts_with('\''), "{cell}");
        }
        for cell in [
            "-5",
            "-1.200,50",
            "+49 30 1234567",
            "+1 (617) 555-0101",
            "a=1",
            "'x",
            "",
        ] {
            assert_eq!(guarded(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn wrapping_changes_nothing_but_space(text in "[a-z ]{0,60}", width in 5_u16..40) {
            let words = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrapped(&text, Some(width), 2)), words(&text));
        }

        #[test]
        fn nothing_dangerous_survives(text in any::<String>()) {
            let overrides = '\u{202a}'..='\u{202e}';
            let safe = visible(&text).chars().all(|c| !c.is_control() && !overrides.contains(&c));
            prop_assert!(safe);
        }
    }

    #[test]
    fn nearest_names() {
        assert_eq!(
            nearest("decison_maker", ["budget", "decision_maker"]),
            Some("decision_maker")
        );
        assert_eq!(nearest("xyz", ["budget", "decision_maker"]), None);
    }
}
