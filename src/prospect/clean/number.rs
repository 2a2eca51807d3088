//! Employees and revenue: plain numbers, exact, or bands such as `10-49` as text.

/// How decimals are written where the map or the file says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimal {
    Point,
    Comma,
}

/// What is known of a column of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub decimal: Option<Decimal>,
    /// Only whole things are counted: `1.200` employees are no fraction.
    pub whole: bool,
    /// `Revenue (in 000s USD)` is to be multiplied by 1000.
    pub multiply: Option<u32>,
}

/// Writes the number or band in `text` to `out`; false when it is neither.
pub fn clean(text: &str, style: Style, out: &mut String) -> bool {
    out.clear();
    let plain = text.len() <= 15
        && !text.is_empty()
        && text.bytes().all(|c| c.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if plain && style.multiply.is_none() {
        out.push_str(text);
        return true;
    }
    if text.len() <= 60 && (single(text, style, out) || band(text, style, out)) {
        return true;
    }
    out.clear();
    false
}

/// `Some(true)` when texts prove a decimal comma, `Some(false)` a decimal point, none when nothing does or
/// they contradict one another.
pub fn proven_comma<'t>(texts: impl Iterator<Item = &'t str>) -> Option<bool> {
    let (mut comma, mut point) = (false, false);
    for text in texts {
        let digits = bare(text).0;
        match separators(digits) {
            Separators::Proven(Decimal::Comma) => comma = true,
            Separators::Proven(Decimal::Point) => point = true,
            _ => {}
        }
    }
    (comma != point).then_some(comma)
}

fn single(text: &str, style: Style, out: &mut String) -> bool {
    let Some(number) = read(text, style) else {
        return false;
    };
    number.write(style, out)
}

/// `10 to 49`, `1,001 - 5,000`, `<500k`, `1000+`
fn band(text: &str, style: Style, out: &mut String) -> bool {
    let text = text.trim();
    for more in ["+", " and more", " or more", " und mehr", " et plus"] {
        if let Some(number) = text.strip_suffix(more).and_then(|low| read(low, style)) {
            let written = number.write(style, out);
            out.push('+');
            return written;
        }
    }
    for (mark, kept) in [
        ("<=", '<'),
        ("<", '<'),
        ("≤", '<'),
        (">=", '>'),
        (">", '>'),
        ("≥", '>'),
        ("under ", '<'),
        ("less than ", '<'),
        ("unter ", '<'),
        ("over ", '>'),
        ("more than ", '>'),
        ("über ", '>'),
    ] {
        let of = text
            .get(..mark.len())
            .filter(|start| start.eq_ignore_ascii_case(mark));
        if let Some(number) = of.and_then(|_| read(&text[mark.len()..], style)) {
            out.push(kept);
            return number.write(style, out);
        }
    }
    for between in [" to ", " bis ", "–", "—", "-"] {
        let Some((low, high)) = text.split_once(between) else {
            continue;
        };
        let (Some(mut low), Some(high)) = (read(low, style), read(high, style)) else {
            continue;
        };
        // `1-5M`: the unit is said once.
        if !low.scaled && high.scaled && low.mantissa < 1000 {
            low.scale_by(high.unit);
        }
        let written = low.write(style, out);
        out.push('-');
        return written && high.write(style, out);
    }
    false
}

/// A decimal number: `mantissa` / 10^`places`.
struct Number {
    negative: bool,
    mantissa: u128,
    places: u32,
    unit: u32,
    scaled: bool,
}

impl Number {
    fn scale_by(&mut self, unit: u32) {
        self.mantissa *= u128::from(unit);
    }

    /// False when it is too large, or a fraction of what only comes whole.
    fn write(&self, style: Style, out: &mut String) -> bool {
        use std::fmt::Write;
        let factor = style.multiply.unwrap_or(1);
        let Some(mut mantissa) = self.mantissa.checked_mul(u128::from(factor)) else {
            return false;
        };
        let mut places = self.places as usize;
        while places > 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            places -= 1;
        }
        if style.whole && places > 0 {
            return false;
        }
        if self.negative && mantissa > 0 {
            out.push('-');
        }
        let tens = 10_u128.pow(places as u32);
        let written = if places == 0 {
            write!(out, "{mantissa}")
        } else {
            write!(out, "{}.{:0places$}", mantissa / tens, mantissa % tens)
        };
        written.is_ok()
    }
}

/// The digits without currency and unit, and the unit.
fn bare(text: &str) -> (&str, u32, bool) {
    const MONEY: [&str; 9] = ["$", "€", "£", "¥", "usd", "eur", "gbp", "chf", "us$"];
    let mut text = text.trim();
    loop {
        let before = text;
        for money in MONEY {
            if text
                .get(..money.len())
                .is_some_and(|s| s.eq_ignore_ascii_case(money))
            {
                text = text[money.len()..].trim_start();
            }
            let at = text.len().wrapping_sub(money.len());
            if text
                .get(at..)
                .is_some_and(|s| s.eq_ignore_ascii_case(money))
            {
                text = text[..at].trim_end();
            }
        }
        if text == before {
            break;
        }
    }
    let units: [(&str, u32); 19] = [
        ("thousand", 1_000),
        ("tsd.", 1_000),
        ("tsd", 1_000),
        ("mrd.", 1_000_000_000),
        ("mrd", 1_000_000_000),
        ("millions", 1_000_000),
        ("million", 1_000_000),
        ("millionen", 1_000_000),
        ("mio.", 1_000_000),
        ("mio", 1_000_000),
        ("mill.", 1_000_000),
        ("mln", 1_000_000),
        ("mm", 1_000_000),
        ("billion", 1_000_000_000),
        ("bn", 1_000_000_000),
        ("k", 1_000),
        ("m", 1_000_000),
        ("b", 1_000_000_000),
        ("t€", 1_000),
    ];
    for (unit, factor) in units {
        let at = text.len().wrapping_sub(unit.len());
        if text
            .get(at..)
            .is_some_and(|end| end.eq_ignore_ascii_case(unit))
            && text[..at]
                .trim_end()
                .ends_with(|c: char| c.is_ascii_digit())
        {
            return (text[..at].trim_end(), factor, true);
        }
    }
    (text, 1, false)
}

enum Separators {
    None,
    /// Only one reading is possible.
    Proven(Decimal),
    /// `1.200` or `1,200`
    Open(char),
    /// `1.200.000`: the sign is for thousands, decimals are not told.
    Thousands(char),
    Broken,
}

fn separators(digits: &str) -> Separators {
    let signs: Vec<(usize, char)> = digits
        .char_indices()
        .filter(|(_, c)| matches!(c, '.' | ','))
        .collect();
    let (Some(first), Some(last)) = (signs.first(), signs.last()) else {
        return Separators::None;
    };
    let decimal = |sign| {
        if sign == ',' {
            Decimal::Comma
        } else {
            Decimal::Point
        }
    };
    let after = digits.len() - last.0 - 1;
    let same = signs.iter().all(|(_, sign)| *sign == first.1);
    let before_last = signs.len() < 2 || signs[..signs.len() - 1].iter().all(|s| s.1 == first.1);
    match (signs.len(), same) {
        (1, _) if after == 3 && (1..=3).contains(&first.0) && !digits.starts_with('0') => {
            Separators::Open(first.1)
        }
        (1, _) => Separators::Proven(decimal(first.1)),
        (_, true) if after == 3 => Separators::Thousands(first.1),
        (_, false) if before_last && first.1 != last.1 => Separators::Proven(decimal(last.1)),
        _ => Separators::Broken,
    }
}

fn read(text: &str, style: Style) -> Option<Number> {
    let (body, unit, scaled) = bare(text);
    let (negative, body) = match body.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, body),
    };
    let (body, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent = exponent.trim_start_matches('+').parse::<u32>().ok()?;
            (mantissa, exponent)
        }
        None => (body, 0),
    };
    if exponent > 15 || !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    // Blanks and the Swiss mark only ever part thousands.
    let body: String = body
        .chars()
        .filter(|c| !matches!(c, ' ' | '\'' | '’' | '_'))
        .collect();
    let decimal = match (separators(&body), style.decimal) {
        (Separators::Broken, _) => return None,
        (Separators::Proven(proven), Some(stated)) if proven != stated => return None,
        (Separators::Proven(proven), _) => proven,
        (Separators::Open(_), Some(stated)) => stated,
        (Separators::Open('.'), None) if !style.whole => Decimal::Point,
        (Separators::Open('.'), None) | (Separators::Thousands('.'), _) => Decimal::Comma,
        _ => Decimal::Point,
    };
    let (point, thousands) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (whole, part) = body.split_once(point).unwrap_or((&body, ""));
    let mut groups = whole.split(thousands);
    let first = groups.next()?;
    let grouped = groups.clone().count() > 0;
    if groups.any(|group| group.len() != 3) || (grouped && !(1..=3).contains(&first.len())) {
        return None;
    }
    let digits: String = whole
        .chars()
        .filter(|c| *c != thousands)
        .chain(part.chars())
        .collect();
    if digits.is_empty() || digits.len() > 24 || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut mantissa: u128 = digits.parse().ok()?;
    let mut places = part.len() as u32;
    mantissa *= u128::from(unit);
    let shift = exponent.min(places);
    places -= shift;
    mantissa = mantissa.checked_mul(10_u128.pow(exponent - shift))?;
    Some(Number {
        negative,
        mantissa,
        places,
        unit,
        scaled,
    })
}

#[cfg(test)]
mod tests;
