//! Dates as people type and read them: phrases for one day, phrases for a period, and their display.
//!
//! A phrase is understood or refused, never guessed; callers echo the weekday and date it resolved to.
//! Weeks begin on Monday.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::document::Period;

/// Where a weekday without further words lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The next one, strictly after today: for what is due.
    Forward,
    /// The last one, up to and including today: for what has happened (`--on`).
    Back,
}

/// Reads a day: `2026-11-27`, `today`, `yesterday`, `tomorrow`, `+3d`, `-2w`, `+1m`, `+1y`, `fri`,
/// `next friday` (the one in next week), `in 2 weeks`, `3 days ago`, and the last day of this week
/// (a Sunday), month, calendar quarter or calendar year: `eow`, `eom`, `eoq`, `eoy`.
pub fn parse_day(text: &str, today: NaiveDate, direction: Direction) -> Result<NaiveDate, String> {
    let phrase = normal(text);
    if let Some(parsed) = iso_day(&phrase) {
        return parsed;
    }
    let words: Vec<&str> = phrase.split(' ').collect();
    let day = match words.as_slice() {
        ["today"] => Some(today),
        ["yesterday"] => today.pred_opt(),
        ["tomorrow"] => today.succ_opt(),
        ["eow"] => week_of(today).map(|week| week.to),
        ["eom"] => months_from(first_of_month(today), 1).map(|month| month.to),
        ["eoq"] => quarter_of(today, 1).map(|quarter| quarter.to),
        ["eoy"] => NaiveDate::from_ymd_opt(today.year(), 12, 31),
        ["next", name] => weekday(name).and_then(|day| in_next_week(today, day)),
        ["in", count, unit] => step(count, unit).and_then(|step| step.from(today, 1)),
        [count, unit, "ago"] => step(count, unit).and_then(|step| step.from(today, -1)),
        [word] => match weekday(word) {
            Some(day) => nearest_weekday(today, day, direction),
            None => signed(word, today),
        },
        _ => None,
    };
    day.filter(|day| (1..=9999).contains(&day.year())).ok_or_else(|| {
        format!(
            "`{text}` is not a date; write one like 2026-11-27, tomorrow, +3d, fri or in 2 weeks"
        )
    })
}

/// Reads a period: `2026`, `2026-Q3`, `2026-11`, `2026-11-21`, two of these joined by `..`, `this`,
/// `last` or `next` `week|month|quarter|year`, `last 12 months`, `last 90 days` (both ending today).
///
/// Quarters and years are fiscal: a fiscal year is named by the calendar year in which it **ends**,
/// as most companies name theirs, so with `fiscal_month` 10, 2026 is 1 Oct 2025 to 30 Sep 2026 and
/// 2026-Q1 is its first quarter. With January both are those of the calendar. Months always are.
pub fn parse_period(text: &str, today: NaiveDate, fiscal_month: u32) -> Result<Period, String> {
    let phrase = normal(text);
    let refused = || {
        format!(
            "`{text}` is not a period; write one like 2026-Q3, 2026-11, 2026-07-01..2026-09-30, \
             last quarter or last 12 months"
        )
    };
    let absolute = |part: &str| absolute_period(part.trim(), today, fiscal_month);
    if let Some((from, to)) = phrase.split_once("..") {
        let from = absolute(from).ok_or_else(refused)??.from;
        let to = absolute(to).ok_or_else(refused)??.to;
        if from > to {
            return Err(format!(
                "the period `{text}` ends before it begins; write the earlier date first"
            ));
        }
        return Ok(Period { from, to });
    }
    if let Some(parsed) = absolute(&phrase) {
        return parsed;
    }
    let words: Vec<&str> = phrase.split(' ').collect();
    let period = match words.as_slice() {
        ["this", unit] => unit_around(today, unit, fiscal_month),
        ["last", unit] => unit_around(today, unit, fiscal_month)
            .and_then(|this| unit_around(this.from.pred_opt()?, unit, fiscal_month)),
        ["next", unit] => unit_around(today, unit, fiscal_month)
            .and_then(|this| unit_around(this.to.succ_opt()?, unit, fiscal_month)),
        ["last", count, unit] => step(count, unit)
            .filter(|step| step.count > 0)
            .and_then(|step| step.from(today, -1))
            .and_then(|before| before.succ_opt())
            .map(|from| Period { from, to: today }),
        _ => None,
    };
    period.ok_or_else(refused)
}

/// The period of the same kind just before: as many whole months where it is made of whole months,
/// otherwise as many days.
pub fn previous(period: Period) -> Option<Period> {
    let to = period.from.pred_opt()?;
    let from = match whole_months(period) {
        Some(months) => period.from.checked_sub_months(Months::new(months))?,
        None => period.from.checked_sub_days(Days::new(days_in(period)))?,
    };
    Some(Period { from, to })
}

/// `21 Nov 2026`.
pub fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// `Fri 27 Nov 2026 (in 6 days)`.
pub fn day_and_distance(date: NaiveDate, today: NaiveDate) -> String {
    let distance = match date.signed_duration_since(today).num_days() {
        0 => "today".to_string(),
        1 => "tomorrow".to_string(),
        -1 => "yesterday".to_string(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", -days),
    };
    format!("{} ({distance})", date.format("%a %-d %b %Y"))
}

/// `1 Jul – 30 Sep 2026`.
pub fn range(period: Period) -> String {
    let Period { from, to } = period;
    if from == to {
        return day(from);
    }
    let shown = if from.year() != to.year() {
        day(from)
    } else if from.month() != to.month() {
        from.format("%-d %b").to_string()
    } else {
        from.format("%-d").to_string()
    };
    format!("{shown} – {}", day(to))
}

/// The shortest name of a period: `2026`, `2026-Q3`, `Nov 2026`, else its range.
pub fn period_name(period: Period, fiscal_month: u32) -> String {
    let Period { from, to } = period;
    let fiscal = |months| {
        (whole_months(period) == Some(months)
            && (from.month0() + 13 - fiscal_month).is_multiple_of(months))
        .then(|| fiscal_year(from, fiscal_month))
    };
    if let Some(year) = fiscal(12) {
        year.to_string()
    } else if let Some(year) = fiscal(3) {
        format!(
            "{year}-Q{}",
            (from.month0() + 13 - fiscal_month) % 12 / 3 + 1
        )
    } else if whole_months(period) == Some(1) {
        to.format("%b %Y").to_string()
    } else {
        range(period)
    }
}

/// Lower case, single spaces.
fn normal(text: &str) -> String {
    text.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// `YYYY-MM-DD`; `None` when it is not written like that, an error when there is no such day.
fn iso_day(phrase: &str) -> Option<Result<NaiveDate, String>> {
    let [year, month, day] = numbers::<3>(phrase, &[4, 2, 2])?;
    let date = i32::try_from(year)
        .ok()
        .filter(|year| *year > 0)
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    Some(date.ok_or_else(|| {
        let last = i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, 1))
            .and_then(|first| months_from(first, 1));
        let because = match last {
            Some(month) => format!("{} has {} days", month.to.format("%B %Y"), month.to.day()),
            None => "months run from 01 to 12, years from 0001".to_string(),
        };
        format!("there is no day `{phrase}`: {because}; write one like 2026-11-27, tomorrow, +3d, fri or in 2 weeks")
    }))
}

/// Numbers of exactly these widths joined by `-`.
fn numbers<const N: usize>(phrase: &str, widths: &[usize; N]) -> Option<[u32; N]> {
    let mut found = [0; N];
    let mut parts = phrase.split('-');
    for (number, width) in found.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != *width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn absolute_period(
    part: &str,
    today: NaiveDate,
    fiscal_month: u32,
) -> Option<Result<Period, String>> {
    if part == "today" {
        return Some(Ok(Period {
            from: today,
            to: today,
        }));
    }
    if let Some(day) = iso_day(part) {
        return Some(day.map(|day| Period { from: day, to: day }));
    }
    if let Some([year, month]) = numbers::<2>(part, &[4, 2]) {
        let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1);
        let period = first.and_then(|first| months_from(first, 1));
        return Some(
            period.ok_or_else(|| format!("there is no month `{part}`: months run from 01 to 12")),
        );
    }
    let (year, quarter) = match part.split_once("-q") {
        Some((year, quarter)) => (year, Some(quarter)),
        None => (part, None),
    };
    let [year] = numbers::<1>(year, &[4])?;
    let first_year = i32::try_from(year).ok()? - i32::from(fiscal_month > 1);
    let first = NaiveDate::from_ymd_opt(first_year, fiscal_month, 1)?;
    match quarter {
        None => months_from(first, 12).map(Ok),
        Some(quarter) => {
            let number: u32 = quarter.parse().ok()?;
            if !(1..=4).contains(&number) || quarter.len() != 1 {
                return Some(Err(format!(
                    "there is no quarter `{part}`: quarters run from Q1 to Q4"
                )));
            }
            months_from(first.checked_add_months(Months::new((number - 1) * 3))?, 3).map(Ok)
        }
    }
}

/// The week, month, fiscal quarter or fiscal year that a day lies in.
fn unit_around(day: NaiveDate, unit: &str, fiscal_month: u32) -> Option<Period> {
    match unit {
        "week" => week_of(day),
        "month" => months_from(first_of_month(day), 1),
        "quarter" => quarter_of(day, fiscal_month),
        "year" => {
            let into = (day.month0() + 13 - fiscal_month) % 12;
            months_from(
                first_of_month(day).checked_sub_months(Months::new(into))?,
                12,
            )
        }
        _ => None,
    }
}

fn week_of(day: NaiveDate) -> Option<Period> {
    let from = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))?;
    Some(Period {
        from,
        to: from.checked_add_days(Days::new(6))?,
    })
}

fn quarter_of(day: NaiveDate, fiscal_month: u32) -> Option<Period> {
    let into = (day.month0() + 13 - fiscal_month) % 3;
    months_from(
        first_of_month(day).checked_sub_months(Months::new(into))?,
        3,
    )
}

fn months_from(first: NaiveDate, months: u32) -> Option<Period> {
    let to = first.checked_add_months(Months::new(months))?.pred_opt()?;
    Some(Period { from: first, to })
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn fiscal_year(day: NaiveDate, fiscal_month: u32) -> i32 {
    day.year() + i32::from(fiscal_month > 1 && day.month() >= fiscal_month)
}

/// How many whole months a period is made of; `None` when it begins or ends within one.
fn whole_months(period: Period) -> Option<u32> {
    let after = period.to.succ_opt()?;
    let months = (after.year() - period.from.year()) * 12 + after.month() as i32
        - period.from.month() as i32;
    (period.from.day() == 1 && after.day() == 1)
        .then(|| u32::try_from(months).ok())
        .flatten()
}

fn days_in(period: Period) -> u64 {
    period
        .to
        .signed_duration_since(period.from)
        .num_days()
        .unsigned_abs()
        + 1
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "mon" | "monday" => Weekday::Mon,
        "tue" | "tues" | "tuesday" => Weekday::Tue,
        "wed" | "wednesday" => Weekday::Wed,
        "thu" | "thur" | "thurs" | "thursday" => Weekday::Thu,
        "fri" | "friday" => Weekday::Fri,
        "sat" | "saturday" => Weekday::Sat,
        "sun" | "sunday" => Weekday::Sun,
        _ => return None,
    })
}

fn nearest_weekday(today: NaiveDate, day: Weekday, direction: Direction) -> Option<NaiveDate> {
    let ahead = u64::from(day.days_since(today.weekday()));
    match direction {
        Direction::Forward => today.checked_add_days(Days::new(if ahead == 0 { 7 } else { ahead })),
        Direction::Back => today.checked_sub_days(Days::new((7 - ahead) % 7)),
    }
}

fn in_next_week(today: NaiveDate, day: Weekday) -> Option<NaiveDate> {
    let monday = week_of(today)?.to.succ_opt()?;
    monday.checked_add_days(Days::new(u64::from(day.num_days_from_monday())))
}

/// `+3d`, `-2w`, `+1m`, `+1y`; a sign is needed, since `3d` alone is also a duration.
fn signed(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    let (sign, rest) = match word.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, word.strip_prefix('-')?),
    };
    let unit = rest.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = rest.split_at(unit);
    let unit = match unit {
        "d" => "days",
        "w" => "weeks",
        "m" => "months",
        "y" => "years",
        _ => return None,
    };
    step(count, unit)?.from(today, sign)
}

#[derive(Clone, Copy)]
struct Step {
    count: u32,
    days: bool,
}

fn step(count: &str, unit: &str) -> Option<Step> {
    if !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u32 = count.parse().ok()?;
    let (factor, days) = match unit {
        "day" | "days" => (1, true),
        "week" | "weeks" => (7, true),
        "month" | "months" => (1, false),
        "year" | "years" => (12, false),
        _ => return None,
    };
    Some(Step {
        count: count.checked_mul(factor)?,
        days,
    })
}

impl Step {
    /// A month from 31 January is the last day of February.
    fn from(self, day: NaiveDate, sign: i32) -> Option<NaiveDate> {
        match (self.days, sign < 0) {
            (true, false) => day.checked_add_days(Days::new(u64::from(self.count))),
            (true, true) => day.checked_sub_days(Days::new(u64::from(self.count))),
            (false, false) => day.checked_add_months(Months::new(self.count)),
            (false, true) => day.checked_sub_months(Months::new(self.count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn period(from: &str, to: &str) -> Period {
        Period {
            from: date(from),
            to: date(to),
        }
    }

    /// A Saturday.
    const TODAY: &str = "2026-11-21";

    #[rstest]
    #[case("2026-02-28", "2026-02-28")]
    #[case("today", "2026-11-21")]
    #[case("Yesterday", "2026-11-20")]
    #[case("tomorrow", "2026-11-22")]
    #[case("+3d", "2026-11-24")]
    #[case("-2w", "2026-11-07")]
    #[case("+1m", "2026-12-21")]
    #[case("+1y", "2027-11-21")]
    #[case("fri", "2026-11-27")]
    #[case("friday", "2026-11-27")]
    #[case("sat", "2026-11-28")]
    #[case("next friday", "2026-11-27")]
    #[case("next  Sunday", "2026-11-29")]
    #[case("in 2 weeks", "2026-12-05")]
    #[case("in 1 day", "2026-11-22")]
    #[case("3 days ago", "2026-11-18")]
    #[case("1 month ago", "2026-10-21")]
    #[case("eow", "2026-11-22")]
    #[case("eom", "2026-11-30")]
    #[case("eoq", "2026-12-31")]
    #[case("eoy", "2026-12-31")]
    fn days_forward(#[case] typed: &str, #[case] meant: &str) {
        assert_eq!(
            parse_day(typed, date(TODAY), Direction::Forward),
            Ok(date(meant))
        );
    }

    #[rstest]
    #[case("fri", "2026-11-20")]
    #[case("sat", "2026-11-21")]
    #[case("sun", "2026-11-15")]
    #[case("next monday", "2026-11-23")]
    fn days_back(#[case] typed: &str, #[case] meant: &str) {
        assert_eq!(
            parse_day(typed, date(TODAY), Direction::Back),
            Ok(date(meant))
        );
    }

    /// On a Monday, `fri` is this week's and `next friday` is the one after it.
    #[test]
    fn next_weekday_is_in_next_week() {
        let monday = date("2026-11-16");
        assert_eq!(
            parse_day("fri", monday, Direction::Forward),
            Ok(date("2026-11-20"))
        );
        assert_eq!(
            parse_day("next fri", monday, Direction::Forward),
            Ok(date("2026-11-27"))
        );
        assert_eq!(
            parse_day("mon", monday, Direction::Forward),
            Ok(date("2026-11-23"))
        );
    }

    #[test]
    fn months_end_where_they_end() {
        assert_eq!(
            parse_day("+1m", date("2026-01-31"), Direction::Forward),
            Ok(date("2026-02-28"))
        );
        assert_eq!(
            parse_day("eom", date("2028-02-01"), Direction::Forward),
            Ok(date("2028-02-29"))
        );
    }

    #[rstest]
    #[case("")]
    #[case("soon")]
    #[case("3d")]
    #[case("+d")]
    #[case("+3")]
    #[case("next week")]
    #[case("in two weeks")]
    #[case("21.11.2026")]
    #[case("11/12/2026")]
    #[case("2026-2-3")]
    #[case("+4000000000d")]
    #[case("+9999999m")]
    #[case("-900000d")]
    fn unknown_days(#[case] typed: &str) {
        assert_eq!(
            parse_day(typed, date(TODAY), Direction::Forward),
            Err(format!(
                "`{typed}` is not a date; write one like 2026-11-27, tomorrow, +3d, fri or in 2 weeks"
            )),
        );
    }

    #[rstest]
    #[case("2026-02-31", "February 2026 has 28 days")]
    #[case("2028-02-30", "February 2028 has 29 days")]
    #[case("2026-11-00", "November 2026 has 30 days")]
    #[case("2026-13-01", "months run from 01 to 12, years from 0001")]
    fn impossible_days(#[case] typed: &str, #[case] because: &str) {
        let problem = parse_day(typed, date(TODAY), Direction::Forward).expect_err("no such day");
        assert!(problem.contains(because), "{problem}");
    }

    #[rstest]
    #[case("2026", 1, "2026-01-01", "2026-12-31")]
    #[case("2026", 10, "2025-10-01", "2026-09-30")]
    #[case("2026-Q3", 1, "2026-07-01", "2026-09-30")]
    #[case("2026-q1", 10, "2025-10-01", "2025-12-31")]
    #[case("2026-Q4", 2, "2025-11-01", "2026-01-31")]
    #[case("2026-11", 10, "2026-11-01", "2026-11-30")]
    #[case("2026-11-05", 1, "2026-11-05", "2026-11-05")]
    #[case("2026-07-01..2026-09-30", 1, "2026-07-01", "2026-09-30")]
    #[case("2026-07 .. today", 1, "2026-07-01", "2026-11-21")]
    #[case("2025-Q4..2026-Q1", 1, "2025-10-01", "2026-03-31")]
    #[case("this week", 1, "2026-11-16", "2026-11-22")]
    #[case("this month", 1, "2026-11-01", "2026-11-30")]
    #[case("this quarter", 1, "2026-10-01", "2026-12-31")]
    #[case("this quarter", 2, "2026-11-01", "2027-01-31")]
    #[case("this year", 4, "2026-04-01", "2027-03-31")]
    #[case("last month", 1, "2026-10-01", "2026-10-31")]
    #[case("last quarter", 1, "2026-07-01", "2026-09-30")]
    #[case("last year", 12, "2024-12-01", "2025-11-30")]
    #[case("next quarter", 1, "2027-01-01", "2027-03-31")]
    #[case("last 12 months", 1, "2025-11-22", "2026-11-21")]
    #[case("last 90 days", 1, "2026-08-24", "2026-11-21")]
    fn periods(#[case] typed: &str, #[case] fiscal: u32, #[case] from: &str, #[case] to: &str) {
        assert_eq!(
            parse_period(typed, date(TODAY), fiscal),
            Ok(period(from, to))
        );
    }

    #[rstest]
    #[case("2026-Q5", "there is no quarter")]
    #[case("2026-13", "there is no month")]
    #[case("2026-09-30..2026-07-01", "ends before it begins")]
    #[case("2026-02-30..2026-07-01", "February 2026 has 28 days")]
    #[case("always", "is not a period")]
    #[case("last 0 days", "is not a period")]
    #[case("..", "is not a period")]
    #[case("last fortnight", "is not a period")]
    fn unknown_periods(#[case] typed: &str, #[case] because: &str) {
        let problem = parse_period(typed, date(TODAY), 1).expect_err("refused");
        assert!(problem.contains(because), "{problem}");
    }

    #[test]
    fn previous_periods() {
        assert_eq!(
            previous(period("2026-07-01", "2026-09-30")),
            Some(period("2026-04-01", "2026-06-30"))
        );
        assert_eq!(
            previous(period("2026-03-01", "2026-03-31")),
            Some(period("2026-02-01", "2026-02-28"))
        );
        assert_eq!(
            previous(period("2026-03-02", "2026-03-08")),
            Some(period("2026-02-23", "2026-03-01"))
        );
    }

    #[test]
    fn shown() {
        let today = date(TODAY);
        assert_eq!(day(today), "21 Nov 2026");
        assert_eq!(
            day_and_distance(date("2026-11-27"), today),
            "Fri 27 Nov 2026 (in 6 days)"
        );
        assert_eq!(
            day_and_distance(date("2026-11-20"), today),
            "Fri 20 Nov 2026 (yesterday)"
        );
        assert_eq!(
            day_and_distance(date("2026-11-01"), today),
            "Sun 1 Nov 2026 (20 days ago)"
        );
        assert_eq!(
            range(period("2026-07-01", "2026-09-30")),
            "1 Jul – 30 Sep 2026"
        );
        assert_eq!(
            range(period("2025-11-22", "2026-11-21")),
            "22 Nov 2025 – 21 Nov 2026"
        );
        assert_eq!(range(period("2026-11-01", "2026-11-30")), "1 – 30 Nov 2026");
        assert_eq!(range(period("2026-11-01", "2026-11-01")), "1 Nov 2026");
    }

    proptest! {
        /// What a name says is read back as the same period, whatever the fiscal year.
        #[test]
        fn names_read_back(year in 1990..2090, quarter in 1..=4, fiscal in 1_u32..=12) {
            for typed in [format!("{year}-Q{quarter}"), format!("{year}")] {
                let period = parse_period(&typed, date(TODAY), fiscal).expect("a period");
                prop_assert_eq!(period_name(period, fiscal), typed);
            }
        }

        #[test]
        fn never_panics(text in "[0-9a-z+ .qé-]{0,14}", offset in 0_u64..200_000, fiscal in 1_u32..=12) {
            let today = date("1900-01-01") + Days::new(offset);
            let _ = parse_day(&text, today, Direction::Back);
            let _ = parse_period(&text, today, fiscal);
        }

        #[test]
        fn a_weekday_is_within_a_week(offset in 0_u64..20_000) {
            let today = date("2000-01-01") + Days::new(offset);
            let forward = parse_day("wed", today, Direction::Forward).expect("a day");
            let back = parse_day("wed", today, Direction::Back).expect("a day");
            prop_assert!(forward > today && (forward - today).num_days() <= 7);
            prop_assert!(back <= today && (today - back).num_days() < 7);
            prop_assert_eq!((forward - back).num_days(), 7);
        }
    }
}
