//! One day, as a person types it.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::period::{first_of_month, months_from, quarter_of, week_of};
use super::{normal, numbers};

/// Where a weekday without further words lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The next one, strictly after today: for what is due.
    Forward,
    /// The last one, up to and including today: for what has happened (`--on`).
    Back,
}

impl Direction {
    /// Days as they are written here.
    fn examples(self) -> &'static str {
        match self {
            Self::Forward => "2026-11-27, tomorrow, +3d, fri or in 2 weeks",
            Self::Back => "2026-11-14, yesterday, -7d, fri, last week or 2 weeks ago",
        }
    }
}

/// Reads a day: `2026-11-27`, `today`, `yesterday`, `tomorrow`, `+3d`, `-2w`, `+1m`, `+1y`, `fri`,
/// `next friday` (the one in next week), `in 2 weeks`, `3 days ago`, and the last day of this week
/// (a Sunday), month, calendar quarter or calendar year: `eow`, `eom`, `eoq`, `eoy`. Looking back, `last week`
/// and `last month` are their first days.
pub fn parse_day(text: &str, today: NaiveDate, direction: Direction) -> Result<NaiveDate, String> {
    let phrase = normal(text);
    if let Some(parsed) = iso_day(&phrase, direction) {
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
        ["last", "week"] if direction == Direction::Back => {
            week_of(today).and_then(|week| week.from.checked_sub_days(Days::new(7)))
        }
        ["last", "month"] if direction == Direction::Back => {
            first_of_month(today).checked_sub_months(Months::new(1))
        }
        ["next", name] => weekday(name).and_then(|day| in_next_week(today, day)),
        ["in", count, unit] => step(count, unit).and_then(|step| step.from(today, 1)),
        [count, unit, "ago"] => step(count, unit).and_then(|step| step.from(today, -1)),
        [word] => match weekday(word) {
            Some(day) => nearest_weekday(today, day, direction),
            None => signed(word, today),
        },
        _ => None,
    };
    day.filter(|day| (1..=9999).contains(&day.year()))
        .ok_or_else(|| {
            format!(
                "`{text}` is not a date; write one like {}",
                direction.examples()
            )
        })
}

/// `YYYY-MM-DD`; `None` when it is not written like that, an error when there is no such day.
pub(super) fn iso_day(phrase: &str, direction: Direction) -> Option<Result<NaiveDate, String>> {
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
        format!(
            "there is no day `{phrase}`: {because}; write one like {}",
            direction.examples()
        )
    }))
}

pub(super) fn weekday(name: &str) -> Option<Weekday> {
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
pub(super) struct Step {
    pub(super) count: u32,
    days: bool,
}
impl Step {
    /// A month from 31 January is the last day of February.
    pub(super) fn from(self, day: NaiveDate, sign: i32) -> Option<NaiveDate> {
        match (self.days, sign < 0) {
            (true, false) => day.checked_add_days(Days::new(u64::from(self.count))),
            (true, true) => day.checked_sub_days(Days::new(u64::from(self.count))),
            (false, false) => day.checked_add_months(Months::new(self.count)),
            (false, true) => day.checked_sub_months(Months::new(self.count)),
        }
    }
}

pub(super) fn step(count: &str, unit: &str) -> Option<Step> {
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
