//! Names as they are written in the file and on command lines, and the titles made of them.

use std::collections::BTreeSet;

use super::reader::{At, Reader};

/// A name that is written on command lines and never changes.
pub(super) fn slug(reader: &Reader<'_>, name: Option<At<String>>) -> Option<At<String>> {
    let name = name?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if name.value.chars().all(allowed)
        && name.value.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Some(name);
    }
    let label = match slugified(&name.value) {
        near if near.is_empty() => "expected lower-case letters, digits, `_` and `-`".to_string(),
        near => format!(
            "expected lower-case letters, digits, `_` and `-`, such as `{near}`; `title` is free text"
        ),
    };
    reader.error(
        name.span,
        format!("`{}` cannot be a name", name.value),
        label,
    );
    None
}

/// What an expression can name: lower-case letters, digits and `_`.
pub(super) fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `Send the offer` is `send_the_offer`.
pub fn slugified(title: &str) -> String {
    let lower = title.to_lowercase();
    let plain: String = lower
        .chars()
        .map(|c| unaccented(c).map_or_else(|| c.to_string(), str::to_string))
        .collect();
    let words = plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// A name of its own for each title; `stage_3` where nothing of the third can be one, and `stage_won` where its name
/// is taken.
pub(super) fn each_its_own(titles: &[&str], what: &str, taken: &[&str]) -> Vec<String> {
    let mut given: BTreeSet<String> = taken.iter().map(ToString::to_string).collect();
    let mut names = Vec::with_capacity(titles.len());
    for (n, title) in titles.iter().enumerate() {
        let base = match slugified(title) {
            name if name.is_empty() => format!("{what}_{}", n + 1),
            name if taken.contains(&name.as_str()) => format!("{what}_{name}"),
            name => name,
        };
        let mut name = base.clone();
        let mut nth = 1;
        while !given.insert(name.clone()) {
            nth += 1;
            name = format!("{base}_{nth}");
        }
        names.push(name);
    }
    names
}

/// How the commonest accented letters are written without.
fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' | 'ø' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ù' | 'ú' | 'û' | 'ů' => "u",
        'ý' => "y",
        'ż' | 'ź' | 'ž' => "z",
        _ => return None,
    })
}

/// `send_offer` is `Send offer`.
pub(super) fn titled(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

pub(super) fn twice(reader: &Reader<'_>, noun: &str, name: &At<String>) {
    reader.error(
        name.span.clone(),
        format!("{noun} `{}` is there twice", name.value),
        "already named above",
    );
}

/// Reports names that are there twice.
pub(super) fn unique<'n>(
    reader: &Reader<'_>,
    noun: &str,
    names: impl IntoIterator<Item = &'n At<String>>,
) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(&name.value) {
            twice(reader, noun, name);
        }
    }
}
