//! Stands in for `normal::fold`, `normal::company_key` and the free-mail domains of `clean` until they are
//! here; nothing outside of `suppression` uses it.

use any_ascii::any_ascii_char;
use unicode_normalization::UnicodeNormalization;

/// Appends `text` folded: lower case, without accents, words apart by one blank.
pub(super) fn fold(text: &str, to: &mut String) {
    let start = to.len();
    let mut push = |c: char| match c {
        '.' | '\'' | '`' => {}
        '&' => push_word(to, start, "and"),
        c if c.is_ascii_alphanumeric() => to.push(c.to_ascii_lowercase()),
        _ => push_gap(to, start),
    };
    if text.is_ascii() {
        text.chars().for_each(push);
    } else {
        for c in text.nfkc() {
            match c {
                '’' => push('\''),
                c if c.is_ascii() || !c.is_alphanumeric() => push(c),
                c => any_ascii_char(c).chars().for_each(&mut push),
            }
        }
    }
    if to.len() > start && to.ends_with(' ') {
        to.pop();
    }
}

fn push_gap(to: &mut String, start: usize) {
    if to.len() > start && !to.ends_with(' ') {
        to.push(' ');
    }
}

fn push_word(to: &mut String, start: usize, word: &str) {
    push_gap(to, start);
    to.push_str(word);
    to.push(' ');
}

const LEGAL: &[&str] = &[
    "ab",
    "ag",
    "as",
    "aps",
    "asa",
    "bv",
    "bvba",
    "cie",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "ek",
    "eg",
    "ev",
    "eurl",
    "gbr",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "kk",
    "lda",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "pllc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "sasu",
    "se",
    "sl",
    "slu",
    "sp z oo",
    "spa",
    "sprl",
    "srl",
    "sro",
    "ug",
    "zrt",
];

/// Appends the company's name without its legal form, comparable.
pub(super) fn company_key(name: &str, to: &mut String) {
    let start = to.len();
    fold(name, to);
    if to[start..].starts_with("the ") {
        to.drain(start..start + 4);
    }
    loop {
        let rest = &to[start..];
        // `GmbH & Co KG` leaves an `and` behind.
        let ending = LEGAL.iter().chain(&["and"]).find_map(|form| {
            let before = rest.strip_suffix(form)?.strip_suffix(' ')?;
            (!before.is_empty()).then_some(before.len())
        });
        match ending {
            Some(length) => to.truncate(start + length),
            None => return,
        }
    }
}

/// Whether everybody may have an address there.
pub fn is_free_mail(domain: &str) -> bool {
    const FREE: &[&str] = &[
        "126.com",
        "163.com",
        "aol.com",
        "bigpond.com",
        "comcast.net",
        "free.fr",
        "freenet.de",
        "fastmail.com",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "libero.it",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "sbcglobal.net",
        "t-online.de",
        "verizon.net",
        "wanadoo.fr",
        "web.de",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
    ];
    FREE.contains(&domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Müller & Söhne GmbH & Co. KG", "muller and sohne")]
    #[case("The Delta Tool Co", "delta tool")]
    #[case("Bay Area Co. LLC", "bay area")]
    #[case("Co-Operative Bank Ltd", "co operative bank")]
    #[case("L.L.C.", "llc")]
    #[case("O'Neil’s  Inc.", "oneils")]
    #[case("Plan A", "plan a")]
    fn companies(#[case] name: &str, #[case] key: &str) {
        let mut found = String::new();
        company_key(name, &mut found);
        assert_eq!(found, key);
    }
}
