//! Periods: months, quarters and years, fiscal ones where the process says so.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::day::{Direction, iso_day, step};
use super::{normal, numbers};
use crate::document::Period;

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
    if let Some(day) = iso_day(part, Direction::Forward) {
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

/// The whole months, quarters or years, one after another, that a period touches.
pub fn spans(period: Period, unit: &str, fiscal_month: u32) -> Vec<Period> {
    std::iter::successors(unit_around(period.from, unit, fiscal_month), |span| {
        unit_around(span.to.succ_opt()?, unit, fiscal_month)
    })
    .take_while(|span| span.from <= period.to)
    .collect()
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

pub(super) fn week_of(day: NaiveDate) -> Option<Period> {
    let from = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))?;
    Some(Period {
        from,
        to: from.checked_add_days(Days::new(6))?,
    })
}

pub(super) fn quarter_of(day: NaiveDate, fiscal_month: u32) -> Option<Period> {
    let into = (day.month0() + 13 - fiscal_month) % 3;
    months_from(
        first_of_month(day).checked_sub_months(Months::new(into))?,
        3,
    )
}

pub(super) fn months_from(first: NaiveDate, months: u32) -> Option<Period> {
    let to = first.checked_add_months(Months::new(months))?.pred_opt()?;
    Some(Period { from: first, to })
}

pub(super) fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

pub(super) fn fiscal_year(day: NaiveDate, fiscal_month: u32) -> i32 {
    day.year() + i32::from(fiscal_month > 1 && day.month() >= fiscal_month)
}

/// How many whole months a period is made of; `None` when it begins or ends within one.
pub(super) fn whole_months(period: Period) -> Option<u32> {
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
