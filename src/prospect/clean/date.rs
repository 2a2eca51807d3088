//! Dates: ISO 8601, where only one reading is possible. `03/04/2026` stays text until somebody says.

use chrono::format::{Item, StrftimeItems};
use chrono::{Datelike, Days, NaiveDate};

/// Which of two numbers is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    DayFirst,
    MonthFirst,
}

/// How dates are written where the map or the file says so, in strftime's letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format {
    text: String,
    order: Option<Order>,
}

impl Format {
    /// None when the letters are no date format.
    pub fn new(text: &str) -> Option<Self> {
        let wrong = StrftimeItems::new(text).any(|item| matches!(item, Item::Error));
        if wrong || !text.contains('%') {
            return None;
        }
        let day = ["%d", "%e", "%-d"]
            .iter()
            .find_map(|letters| text.find(letters));
        let month = ["%m", "%-m", "%b", "%B"]
            .iter()
            .find_map(|letters| text.find(letters));
        let order = match (day, month) {
            _ if text.contains("%D") => Some(Order::MonthFirst),
            (Some(day), Some(month)) if day < month => Some(Order::DayFirst),
            (Some(_), Some(_)) if !text.starts_with("%Y") => Some(Order::MonthFirst),
            _ => None,
        };
        Some(Self {
            text: text.to_string(),
            order,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Date {
    Day(NaiveDate),
    /// Day and month can change places.
    Ambiguous,
    /// Not a date.
    None,
}

/// Reads a date. `past` says that it lies behind us by a life at most: a birth date, whose two digits of a
/// year mean another century.
pub fn read(text: &str, format: Option<&Format>, past: bool) -> Date {
    let text = text.trim();
    if text.len() > 40 || !text.bytes().any(|c| c.is_ascii_digit()) {
        return Date::None;
    }
    if let Some(day) = iso(text) {
        return Date::Day(day);
    }
    if let Some(day) = format
        .and_then(|format| NaiveDate::parse_from_str(text, &format.text).ok())
        .filter(|day| (1000..=9999).contains(&day.year()))
    {
        return Date::Day(day);
    }
    if let Some(day) = serial(text)
        .or_else(|| compact(text))
        .or_else(|| in_words(text, past))
    {
        return Date::Day(day);
    }
    numeric(text, format.and_then(|format| format.order), past)
}

/// What dates of one column prove: which number is the day, when one of them can be nothing else and none
/// says otherwise.
pub fn proven_order<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Order> {
    let mut found = None;
    for text in texts {
        let Some((a, b)) = short(text.trim())
            .filter(|(_, _, c)| *c > 31 || *c < 100)
            .map(|(a, b, _)| (a, b))
        else {
            continue;
        };
        let order = match (a > 12, b > 12) {
            (true, false) if a <= 31 => Order::DayFirst,
            (false, true) if b <= 31 => Order::MonthFirst,
            _ => continue,
        };
        if found.is_some_and(|before| before != order) {
            return None;
        }
        found = Some(order);
    }
    found
}

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| (1000..=9999).contains(&year))
}

/// `2026-04-03`, with or without a time behind it; `2026/4/3` too, since the year comes first.
fn iso(text: &str) -> Option<NaiveDate> {
    let date = text.split(['T', ' ']).next()?;
    let mut parts = date.split(['-', '/', '.']);
    let (year, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() || rest.len() > 2 || month.len() > 2 {
        return None;
    }
    let time = &text[date.len()..];
    if !time.is_empty() && !time.get(1..3)?.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    day(number(year)? as i32, number(month)?, number(rest)?)
}

/// Days since the end of 1899, as spreadsheets count them; a time of day behind the point.
fn serial(text: &str) -> Option<NaiveDate> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if whole.len() != 5 || text[5..].bytes().skip(1).any(|c| !c.is_ascii_digit()) {
        return None;
    }
    let days = number(whole).filter(|days| (3_654..=73_050).contains(days))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(u64::from(days)))
}

/// `20260403`
fn compact(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let year = number(&text[..4]).filter(|year| (1800..=2199).contains(year))?;
    day(year as i32, number(&text[4..6])?, number(&text[6..])?)
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 5 && text.bytes().all(|c| c.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Two digits of a year: in this century, or a birth before it.
fn full_year(written: &str, past: bool) -> Option<i32> {
    let year = number(written)? as i32;
    match written.len() {
        4 => Some(year),
        2 if past && year > 15 => Some(1900 + year),
        2 if year >= 70 => Some(1900 + year),
        2 => Some(2000 + year),
        _ => None,
    }
}

/// The month a word begins with, in English, German, French, Spanish, Italian and Dutch.
fn month(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["jan", "ene", "gen", "jän"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mae", "maa", "mrt", "mrz"],
        &["apr", "avr", "abr"],
        &["may", "mai", "mag", "mei"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "aoû", "aou", "ago"],
        &["sep", "set"],
        &["oct", "okt", "ott"],
        &["nov"],
        &["dec", "dez", "déc", "dic"],
    ];
    let lower = word.to_lowercase();
    if lower.chars().count() < 3 {
        return None;
    }
    let found = |starts: &&[&str]| starts.iter().any(|start| lower.starts_with(start));
    MONTHS.iter().position(found).map(|at| at as u32 + 1)
}

/// `3-Apr-26`, `03 Apr 2026`, `April 3, 2026`, `3. April 2026`, `3 de abril de 2026`
fn in_words(text: &str, past: bool) -> Option<NaiveDate> {
    let mut words = text
        .split(|c: char| c.is_whitespace() || "-/.,'".contains(c))
        .filter(|word| !word.is_empty() && !matches!(*word, "de" | "del" | "of" | "den" | "le"));
    let (a, b, c) = (words.next()?, words.next()?, words.next()?);
    if let Some(time) = words.next()
        && !time.contains(':')
    {
        return None;
    }
    let ordinal = |word: &str| {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = &word[digits.len()..];
        number(digits).filter(|_| matches!(suffix, "" | "st" | "nd" | "rd" | "th" | "er"))
    };
    let parts = (ordinal(a), month(b), month(a), ordinal(b));
    let ((Some(written_day), Some(of_month), ..) | (.., Some(of_month), Some(written_day))) = parts
    else {
        return None;
    };
    day(full_year(c, past)?, of_month, written_day)
}

/// Three numbers, the year last.
fn short(text: &str) -> Option<(u32, u32, u32)> {
    let date = text.split([' ', 'T']).next()?;
    let mut parts = date.split(['/', '-', '.']);
    let three = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || three.0.len() > 2 || three.1.len() > 2 {
        return None;
    }
    Some((number(three.0)?, number(three.1)?, number(three.2)?))
}

fn numeric(text: &str, stated: Option<Order>, past: bool) -> Date {
    let Some((a, b, _)) = short(text) else {
        return Date::None;
    };
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let Some(year) = date
        .rsplit(['/', '-', '.'])
        .next()
        .and_then(|y| full_year(y, past))
    else {
        return Date::None;
    };
    let (day_first, month_first) = (day(year, b, a), day(year, a, b));
    // Nobody writes months first with points between.
    let stated = if date.contains('.') {
        Some(Order::DayFirst)
    } else {
        stated
    };
    match (day_first, month_first, stated) {
        (Some(day), _, Some(Order::DayFirst)) | (_, Some(day), Some(Order::MonthFirst)) => {
            Date::Day(day)
        }
        (.., Some(_)) => Date::None,
        (Some(one), Some(other), None) if one != other => Date::Ambiguous,
        (Some(day), ..) | (_, Some(day), _) => Date::Day(day),
        _ => Date::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn shown(text: &str, format: Option<&str>, past: bool) -> String {
        let format = format.map(|text| Format::new(text).expect("a format"));
        match read(text, format.as_ref(), past) {
            Date::Day(day) => day.to_string(),
            Date::Ambiguous => "ambiguous".into(),
            Date::None => "none".into(),
        }
    }

    #[rstest]
    #[case("2026-04-03", "2026-04-03")]
    #[case("2026-04-03T10:11:12Z", "2026-04-03")]
    #[case("2026-04-03 10:11", "2026-04-03")]
    #[case("2026/4/3", "2026-04-03")]
    #[case("20260403", "2026-04-03")]
    #[case("45750", "2025-04-03")]
    #[case("45750.5", "2025-04-03")]
    #[case("3-Apr-26", "2026-04-03")]
    #[case("03 Apr 2026", "2026-04-03")]
    #[case("April 3rd, 2026", "2026-04-03")]
    #[case("3. März 2026", "2026-03-03")]
    #[case("3 de abril de 2026", "2026-04-03")]
    #[case("1er août 2026", "2026-08-01")]
    #[case("03.04.2026", "2026-04-03")]
    #[case("25/03/2026", "2026-03-25")]
    #[case("03/25/2026", "2026-03-25")]
    #[case("3/25/26 14:00", "2026-03-25")]
    #[case("04/04/2026", "2026-04-04")]
    #[case("03/04/2026", "ambiguous")]
    #[case("3-4-26", "ambiguous")]
    #[case("31/02/2026", "none")]
    #[case("13/13/2026", "none")]
    #[case("2026", "none")]
    #[case("Q3 2026", "none")]
    #[case("yesterday", "none")]
    #[case("", "none")]
    fn dates(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(shown(text, None, false), expected);
    }

    #[rstest]
    #[case("03/04/2026", "%d/%m/%Y", "2026-04-03")]
    #[case("03/04/2026", "%m/%d/%Y", "2026-03-04")]
    #[case("3/4/26", "%m/%d/%y", "2026-03-04")]
    #[case("25/03/2026", "%m/%d/%Y", "none")]
    #[case("2026-04-03", "%m/%d/%Y", "2026-04-03")]
    #[case("03042026", "%d%m%Y", "2026-04-03")]
    fn stated(#[case] text: &str, #[case] format: &str, #[case] expected: &str) {
        assert_eq!(shown(text, Some(format), false), expected);
    }

    #[test]
    fn births_lie_behind_us() {
        assert_eq!(shown("25.03.64", None, true), "1964-03-25");
        assert_eq!(shown("25.03.64", None, false), "2064-03-25");
        assert_eq!(Format::new("yesterday"), None);
        assert_eq!(Format::new("%Q"), None);
    }

    #[rstest]
    #[case(&["03/04/2026", "25/03/2026"], Some(Order::DayFirst))]
    #[case(&["03/04/2026", "03/25/2026"], Some(Order::MonthFirst))]
    #[case(&["25/03/2026", "03/25/2026"], None)]
    #[case(&["03/04/2026"], None)]
    fn proof(#[case] texts: &[&str], #[case] expected: Option<Order>) {
        assert_eq!(proven_order(texts.iter().copied()), expected);
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "\\PC{0,20}|[0-9]{1,4}[-/. ][0-9a-zA-Z]{1,4}[-/. ][0-9]{1,4}|[0-9]{4,9}") {
            if let Date::Day(day) = read(&text, None, false) {
                prop_assert_eq!(read(&day.to_string(), None, true), Date::Day(day));
            }
        }
    }
}
