//! What was made out about a file, for the summary line and for profiles.

use std::collections::{BTreeMap, HashSet};

pub use super::encoding::Encoding;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub encoding: Encoding,
    pub delimiter: u8,
    /// What encloses fields; `None` when quotes are text.
    pub quote: Option<u8>,
    /// Physical line of the headings; `None` when the file has none.
    pub header_line: Option<u64>,
    /// Lines of text above the headings (`sep=` and blank lines not counted).
    pub preamble: u64,
}

impl Dialect {
    /// The delimiter as people write it.
    pub fn delimiter_name(&self) -> &'static str {
        match self.delimiter {
            b'\t' => "tab",
            b';' => "`;`",
            b'|' => "`|`",
            b',' => "`,`",
            b'^' => "`^`",
            b'~' => "`~`",
            b':' => "`:`",
            super::xes::NO_DELIMITER => "XES",
            _ => "another delimiter",
        }
    }
}

/// Each heading on one line, under a name of its own: a column without one is `column 3`, a second `Name`
/// is `Name (2)`.
pub(super) fn unique_names<'a>(headings: impl Iterator<Item = &'a str>) -> Vec<String> {
    let written: Vec<String> = headings
        .map(|heading| heading.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let mut taken: HashSet<String> = written.iter().cloned().collect();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names = Vec::with_capacity(written.len());
    for (i, name) in written.iter().enumerate() {
        let seen = times.entry(name).or_insert(0);
        *seen += 1;
        let mut unique = match (name.as_str(), *seen) {
            ("", _) => format!("column {}", i + 1),
            (name, 1) => name.to_string(),
            (name, nth) => format!("{name} ({nth})"),
        };
        while unique != *name && taken.contains(&unique) {
            unique.push('\'');
        }
        taken.insert(unique.clone());
        names.push(unique);
    }
    names
}

/// Excel's `sep=;` line: the delimiter it tells and its length.
pub(super) fn sep_line(start: &[u8]) -> (Option<u8>, usize) {
    let unquoted = start.strip_prefix(b"\"").unwrap_or(start);
    if !unquoted
        .get(..4)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"sep="))
    {
        return (None, 0);
    }
    let Some(end) = start
        .iter()
        .take(16)
        .position(|byte| matches!(byte, b'\n' | b'\r'))
    else {
        return (None, 0);
    };
    let crlf = start[end] == b'\r' && start.get(end + 1) == Some(&b'\n');
    let told = unquoted
        .get(4)
        .copied()
        .filter(|byte| !matches!(byte, b'\n' | b'\r' | b'"') && byte.is_ascii());
    (told, end + 1 + usize::from(crlf))
}
