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
