//! Phone numbers: E.164 with the extension behind it, `+493012345678 x12`.
//!
//! Numbers of the North American plan, most of what lists hold, are read at once; the rest goes through the
//! `phonenumber` crate. A test holds both ways together.

use super::country::Country;

/// What was made of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phone {
    /// E.164 is in the buffer.
    Known,
    /// The digits are in the buffer; which country they are of, nobody said.
    NoCountry,
    /// Words such as `none`.
    None,
    /// A spreadsheet's `4.915E+11`: the digits are lost.
    Scientific,
    Short,
    Bad,
}

/// Digits and what was told beside them.
#[derive(Default)]
struct Parts<'t> {
    international: bool,
    digits: [u8; 24],
    len: usize,
    extension: &'t str,
    letters: usize,
}

impl Parts<'_> {
    fn digits(&self) -> &str {
        std::str::from_utf8(&self.digits[..self.len]).unwrap_or_default()
    }

    fn push(&mut self, digit: u8) -> bool {
        let fits = self.len < self.digits.len();
        if fits {
            self.digits[self.len] = digit;
            self.len += 1;
        }
        fits
    }
}

/// Writes the number in `text`, dialled from `country`, to `out`.
pub(super) fn clean(text: &str, country: Option<Country>, out: &mut String) -> Phone {
    out.clear();
    if let Some(digits) = nanp_at_once(text, country) {
        out.push_str("+1");
        out.push_str(std::str::from_utf8(&digits).unwrap_or_default());
        return if same_digits(&out[2..]) {
            empty(out)
        } else {
            Phone::Known
        };
    }
    if is_scientific(text) {
        return Phone::Scientific;
    }
    let text = first_number(text.trim_start_matches(['\'', '=', '"']));
    let Some(parts) = parts(text) else {
        return Phone::Bad;
    };
    if parts.len == 0 {
        let word = text.trim().len() <= 14 && parts.letters > 0;
        return if word { Phone::None } else { Phone::Bad };
    }
    if parts.len < 6 {
        return Phone::Short;
    }
    if same_digits(parts.digits()) {
        return Phone::Bad;
    }
    let known = e164(&parts, country, out);
    if matches!(known, Phone::Known | Phone::NoCountry) && !parts.extension.is_empty() {
        out.push_str(" x");
        out.push_str(parts.extension);
    }
    known
}

fn empty(out: &mut String) -> Phone {
    out.clear();
    Phone::Bad
}

/// `000-000-0000`: somebody had to fill the field in.
fn same_digits(digits: &str) -> bool {
    let mut bytes = digits.bytes();
    let first = bytes.next();
    digits.len() >= 6 && bytes.all(|digit| Some(digit) == first)
}

/// Ten digits of the North American plan, with or without the `1`, and nothing but the usual marks.
fn nanp_at_once(text: &str, country: Option<Country>) -> Option<[u8; 10]> {
    let american = matches!(country, Some(Country::US | Country::CA));
    let bytes = text.as_bytes();
    let plus = bytes.first() == Some(&b'+');
    if bytes.len() > 20 || !(plus || american) {
        return None;
    }
    let mut digits = [0; 11];
    let mut len = 0;
    for byte in &bytes[usize::from(plus)..] {
        match byte {
            b'0'..=b'9' if len < 11 => {
                digits[len] = *byte;
                len += 1;
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' => {}
            _ => return None,
        }
    }
    let ten = match (len, digits[0]) {
        (11, b'1') => &digits[1..],
        (10, _) if !plus => &digits[..10],
        _ => return None,
    };
    let ten: [u8; 10] = ten.try_into().ok()?;
    (ten[0] >= b'2' && ten[3] >= b'2').then_some(ten)
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let number = |text: &str, marks: &str| {
        text.bytes().any(|c| c.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_digit() || marks.contains(c))
    };
    number(mantissa, ".,+-") && number(exponent, "+")
}

/// The first of several numbers in one cell.
fn first_number(text: &str) -> &str {
    let enough = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= 7;
    for between in [";", "|", " or ", " oder ", " ou ", " / ", ","] {
        if let Some((first, rest)) = text.split_once(between)
            && enough(first)
            && (enough(rest) || between == ";")
        {
            return first;
        }
    }
    text
}

/// Takes the digits out of the marks; none when it holds what no number has.
fn parts(text: &str) -> Option<Parts<'_>> {
    let (number, extension) = extension(text.trim());
    let mut parts = Parts {
        extension,
        ..Parts::default()
    };
    let mut chars = number.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '+' | '\u{ff0b}' if parts.len == 0 => parts.international = true,
            // The zero that is dialled inside the country only.
            '(' if parts.len > 0 && number[at..].starts_with("(0)") => {
                chars.next();
            }
            '0'..='9' if !parts.push(c as u8) => {
                return None;
            }
            '\u{ff10}'..='\u{ff19}' if !parts.push(b'0' + (c as u32 - 0xff10) as u8) => {
                return None;
            }
            'a'..='z' | 'A'..='Z' => {
                parts.letters += 1;
                // `1-800-FLOWERS`; before the first digit letters are words such as `Tel.`
                if parts.len >= 3 && !parts.push(keypad(c)) {
                    return None;
                }
            }
            c if c.is_alphabetic() && parts.len > 0 => return None,
            _ => {}
        }
    }
    // Two words of letters are vanity at most; more is prose.
    if parts.len > 0 && parts.letters > 11 {
        return None;
    }
    if !parts.international && parts.digits().starts_with("00") && parts.len > 8 {
        parts.international = true;
        parts.digits.copy_within(2.., 0);
        parts.len -= 2;
    }
    Some(parts)
}

fn keypad(letter: char) -> u8 {
    match letter.to_ascii_lowercase() {
        'a'..='c' => b'2',
        'd'..='f' => b'3',
        'g'..='i' => b'4',
        'j'..='l' => b'5',
        'm'..='o' => b'6',
        'p'..='s' => b'7',
        't'..='v' => b'8',
        _ => b'9',
    }
}

/// `617-555-0101 ext. 12` → the number and `12`.
fn extension(text: &str) -> (&str, &str) {
    let Some(from) = text.rfind(|c: char| !c.is_ascii_digit()) else {
        return (text, "");
    };
    let digits = &text[from..].trim_start_matches(|c: char| !c.is_ascii_digit());
    let before = text[..text.len() - digits.len()].trim_end();
    if digits.is_empty() || digits.len() > 7 {
        return (text, "");
    }
    let marks = [
        ";ext=",
        "extension",
        "durchwahl",
        "poste",
        "extn",
        "ext",
        "dw",
        "int",
        "#",
        "x",
    ];
    let bare = before.trim_end_matches(['.', ':', ' ', '-', '=']);
    for mark in marks {
        let mark = mark.trim_end_matches('=');
        let at = bare.len().wrapping_sub(mark.len());
        if bare
            .get(at..)
            .is_some_and(|end| end.eq_ignore_ascii_case(mark))
        {
            let number = bare[..at].trim_end_matches([' ', ',', ';', '-', '.', '(']);
            if number.bytes().filter(u8::is_ascii_digit).count() >= 6 {
                return (number, digits);
            }
        }
    }
    (text, "")
}

fn e164(parts: &Parts<'_>, country: Option<Country>, out: &mut String) -> Phone {
    let digits = parts.digits();
    let Some(country) = country.filter(|_| !parts.international) else {
        if !parts.international {
            out.push_str(digits);
            return if digits.len() > 15 {
                empty(out)
            } else {
                Phone::NoCountry
            };
        }
        return through_crate(&format!("+{digits}"), None, out);
    };
    let Ok(country) = country.as_str().parse() else {
        out.push_str(digits);
        return Phone::NoCountry;
    };
    through_crate(digits, Some(country), out)
}

fn through_crate(
    number: &str,
    country: Option<phonenumber::country::Id>,
    out: &mut String,
) -> Phone {
    let Ok(read) = phonenumber::parse(country, number) else {
        return Phone::Bad;
    };
    let national = read.national();
    let (code, value) = (read.code().value(), national.value());
    let zeros = usize::from(national.zeros());
    let length = zeros + value.checked_ilog10().map_or(0, |log| log as usize + 1);
    let code = code.to_string();
    if length < 6 || (code == "1" && length < 10) {
        return Phone::Short;
    }
    if code.len() + length > 15 || (code == "1" && length > 10) {
        return Phone::Bad;
    }
    out.push('+');
    out.push_str(&code);
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(&value.to_string());
    Phone::Known
}

#[cfg(test)]
mod tests;
