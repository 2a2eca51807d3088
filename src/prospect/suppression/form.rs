//! Normal forms of what can be suppressed: whatever the formatting, one text. Each function appends to a
//! buffer that is reused, and says whether there was anything of its kind.

use unicode_normalization::UnicodeNormalization;

use crate::prospect::normal;
use crate::text::is_plain;

/// Fewer digits are an extension or a slip, not a number that can be dialled.
const SHORTEST_NUMBER: usize = 7;
/// E.164 allows fifteen; what is longer holds two numbers.
const LONGEST_NUMBER: usize = 15;

const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "m", "sir", "dipl", "ing",
];
const AFTER: &[&str] = &[
    "jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "bsc", "esq",
];

/// Between the parts of a person's or a company's key; no normal form holds it.
pub(super) const PART: char = '\u{1f}';

/// An e-mail address in lower case.
///
/// `anna+news@…` stays as it is: what follows the plus is the mail server's affair, at most providers it is
/// another mailbox, and a wish to be left alone holds for the address that it was sent from.
pub(super) fn email(written: &str, to: &mut String) -> bool {
    let start = to.len();
    let mut text = bare(written);
    // `Anna Roth <anna@acme.com>`
    if let Some((_, rest)) = text.rsplit_once('<') {
        text = rest.split('>').next().unwrap_or(rest);
    }
    let text = bare(
        without_prefix(text, "mailto:")
            .split('?')
            .next()
            .unwrap_or_default(),
    );
    lower(text.trim_end_matches('.'), to);
    let sound = to[start..].split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.contains("..")
            && !domain.contains(['@', ',', ';', '/', '(', ')'])
            && !to[start..]
                .chars()
                .any(|c| c.is_whitespace() || !is_plain(c))
    });
    if !sound {
        to.truncate(start);
    }
    sound
}

/// The registrable domain of a host, a web address or an e-mail address.
pub(super) fn domain(written: &str, to: &mut String) -> bool {
    let start = to.len();
    let text = bare(written);
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split(['/', '?', '#']).next().unwrap_or_default();
    let text = text.rsplit('@').next().unwrap_or_default();
    let text = text.split(':').next().unwrap_or_default();
    lower(text.trim_matches('.'), to);
    let host = &to[start..];
    let plain = host.contains('.')
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        && !host.split('.').any(str::is_empty)
        // 192.168.0.1 is a machine, not a company.
        && host.rsplit('.').next().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()));
    let known = plain && psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known());
    let length = if known {
        psl::domain_str(host).map_or(0, str::len)
    } else {
        0
    };
    if length == 0 {
        to.truncate(start);
        return false;
    }
    to.drain(start..to.len() - length);
    true
}

/// A phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// All digits with the country's code, which takes up so many of them.
    Whole { country: usize },
    /// The digits without country code and leading zeros, since the country was not told.
    National,
}

/// The digits of a phone number: with the country code if it was written, else without leading zeros.
pub(super) fn phone(written: &str, to: &mut String) -> Option<Number> {
    let start = to.len();
    let text = without_prefix(bare(written), "tel:");
    let told = text.starts_with(['+', '＋']);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // The zero that is dialled at home only: +49 (0)30 1234567
        let home = told || to[start..].starts_with("00");
        if let Some(after) = rest.strip_prefix("(0)").filter(|_| home) {
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '0'..='9' => to.push(c),
            // An extension, or a word: what follows is no part of the number.
            c if c.is_alphabetic() || matches!(c, ';' | '#' | ',') => break,
            _ => {}
        }
    }
    let zeros = to[start..].bytes().take_while(|b| *b == b'0').count();
    let international = told || zeros == 2;
    to.drain(start..start + zeros);
    let digits = &to[start..];
    // Numbers of North America never begin with the 1 that is their country's code.
    let american = zeros == 0 && digits.len() == 11 && digits.starts_with('1');
    if !(SHORTEST_NUMBER..=LONGEST_NUMBER).contains(&digits.len()) {
        to.truncate(start);
        return None;
    }
    Some(if international || american {
        Number::Whole {
            country: calling_code(digits),
        }
    } else {
        Number::National
    })
}

/// The part of a whole number that is dialled at home, without leading zeros.
pub(super) fn national(digits: &str, country: usize) -> &str {
    digits
        .get(country..)
        .unwrap_or_default()
        .trim_start_matches('0')
}

/// Length of the calling code that whole numbers begin with: the zones of E.164, of which no code begins
/// another.
fn calling_code(digits: &str) -> usize {
    const TWO: &[&str] = &[
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    if digits.starts_with(['1', '7']) {
        1
    } else if digits.get(..2).is_some_and(|code| TWO.contains(&code)) {
        2
    } else {
        3
    }
}

/// First and last word of a person's name, titles left out: what all spellings of it share.
pub(super) fn person(name: &str, to: &mut String) -> bool {
    match name.split_once(',') {
        // `Roth, Jana`
        Some((last, first)) if is_name(first) => person_of(first, last, to),
        _ => person_of(name, "", to),
    }
}

/// The same of a name in two columns.
pub(super) fn person_of(first: &str, last: &str, to: &mut String) -> bool {
    let start = to.len();
    fold(first, to);
    to.push(' ');
    fold(last, to);
    let (mut first, mut last) = (None, None);
    let mut at = start;
    for word in to[start..].split(' ') {
        let range = at..at + word.len();
        at = range.end + 1;
        if word.is_empty() {
            continue;
        }
        if first.is_none() && !TITLES.contains(&word) {
            first = Some(range.clone());
        }
        if !AFTER.contains(&word) {
            last = Some(range);
        }
    }
    // One word is half of a name.
    let both = first.zip(last);
    let Some((first, last)) = both.filter(|(first, last)| first.start < last.start) else {
        to.truncate(start);
        return false;
    };
    to.truncate(last.end);
    to.drain(first.end + 1..last.start);
    to.drain(start..first.start);
    true
}

fn is_name(text: &str) -> bool {
    let text = text.trim().trim_end_matches('.');
    !text.is_empty() && !AFTER.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A company's name without its legal form.
pub(super) fn company(name: &str, to: &mut String) -> bool {
    let start = to.len();
    let (mut words, mut key) = (String::new(), String::new());
    normal::company(name, &mut words, &mut key);
    to.push_str(&key);
    to.len() > start
}

/// A town, or a postcode.
pub(super) fn place(written: &str, to: &mut String) -> bool {
    let start = to.len();
    fold(written, to);
    // The four digits that Americans may add.
    if let Some((zip, more)) = to[start..].split_once(' ') {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if zip.len() == 5 && more.len() == 4 && digits(zip) && digits(more) {
            to.truncate(start + 5);
        }
    }
    // Blanks that the British may leave out.
    if to[start..].contains(|c: char| c.is_ascii_digit()) {
        let mut at = start;
        while let Some(blank) = to[at..].find(' ') {
            at += blank;
            to.remove(at);
        }
    }
    to.len() > start
}

/// Without what stands around a value and is not seen.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || !is_plain(c) || matches!(c, '"' | '\'' | ',' | ';')
    })
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> &'a str {
    match text.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => &text[prefix.len()..],
        _ => text,
    }
}

fn fold(text: &str, to: &mut String) {
    let mut folded = String::new();
    normal::fold(text, &mut folded);
    to.push_str(&folded);
}

fn lower(text: &str, to: &mut String) {
    if text.is_ascii() {
        to.extend(text.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        to.extend(
            text.nfkc()
                .flat_map(char::to_lowercase)
                .filter(|c| is_plain(*c)),
        );
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
