//! For programs: the answer as one object.

use std::io;

use serde::Serialize;

use crate::text::is_plain;

pub(super) fn write(out: &mut dyn io::Write, answer: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(answer)?;
    writeln!(out, "{}", escaped(&text))
}

/// JSON in which no character does anything to a terminal. The data stays as it is: control and
/// invisible characters only stand inside of strings, where `\u` writes them.
pub(super) fn escaped(json: &str) -> String {
    use std::fmt::Write;
    if json.chars().all(|c| c == '\n' || is_plain(c)) {
        return json.to_string();
    }
    let mut safe = String::with_capacity(json.len() + 32);
    for c in json.chars() {
        if c == '\n' || is_plain(c) {
            safe.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        }
    }
    safe
}
