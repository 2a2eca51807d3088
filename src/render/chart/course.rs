//! Lines over days: what is won so far and what is expected, between what and what; errors from week to week.

use chrono::NaiveDate;

use super::canvas::{At, Failed, Ink, Scale, drawable, drawn, wide};
use super::unit::roughly;
use super::{Paper, Picture};
use crate::document::{Band, Unit};

const TOP: i32 = 14;
const BOTTOM: i32 = 270;
/// For the days along the axis.
const AXIS: i32 = 32;
/// From a line to the middle of what is written beside it.
const LINE: i32 = 10;

/// What a line is called, and where it goes.
type Line = (String, Vec<(NaiveDate, f64)>);

pub(super) fn draw(
    (lines, band): (&[Line], Option<&Band>),
    (mark, today): (Option<(f64, &str)>, Option<NaiveDate>),
    unit: Unit,
    paper: Paper,
) -> Result<Picture, Failed> {
    let width = paper.width();
    let number = |day: NaiveDate| {
        f64::from(day.signed_duration_since(NaiveDate::default()).num_days() as i32)
    };
    let names: Vec<&str> = lines.iter().map(|(name, _)| name.as_str()).collect();
    let lines: Vec<Vec<(f64, f64)>> = lines
        .iter()
        .map(|(_, line)| {
            let known = line.iter();
            known
                .filter_map(|(day, value)| Some((number(*day), drawable(*value)?)))
                .collect()
        })
        .collect();
    let band: Vec<(f64, f64, f64)> = band
        .into_iter()
        .flat_map(|band| &band.course)
        .filter_map(|(day, low, high)| Some((number(*day), drawable(*low)?, drawable(*high)?)))
        .collect();
    let mark = mark.and_then(|(value, name)| Some((drawable(value)?, name)));
    let last_name = names.last().copied().unwrap_or_default();
    let heights = lines
        .iter()
        .flatten()
        .map(|(_, y)| *y)
        .chain(band.iter().flat_map(|(_, low, high)| [*low, *high]))
        .chain(mark.map(|(value, _)| value))
        .chain([0.0]);
    let high = Scale::of(heights, (BOTTOM, TOP)).up_to_a_tick(6, unit == Unit::Count);
    let ticks: Vec<(f64, String)> = high
        .ticks(6, unit == Unit::Count)
        .into_iter()
        .map(|tick| (tick, roughly(unit, tick)))
        .collect();
    let left = ticks.iter().map(|(_, told)| wide(told)).max().unwrap_or(0) + 8;
    let right = width - 6;
    let days = || {
        let of_lines = lines.iter().flatten().map(|(x, _)| *x);
        of_lines.chain(band.iter().map(|(x, ..)| *x))
    };
    let first = days().fold(f64::INFINITY, f64::min);
    let last = days().fold(f64::NEG_INFINITY, f64::max);
    let along = |x: f64| {
        let share = if last > first {
            (x - first) / (last - first)
        } else {
            0.5
        };
        left + (share * f64::from(right - left)).round() as i32
    };
    let body = drawn((width, BOTTOM + AXIS), |canvas| {
        for (tick, told) in &ticks {
            let y = high.at(*tick);
            canvas.line(&[(left, y), (right, y)], Ink::Grid, 1)?;
            canvas.text(told, (left - 6, y), At::End, Ink::Muted)?;
        }
        if band.len() > 1 {
            let lower = band.iter().map(|(x, low, _)| (along(*x), high.at(*low)));
            let upper = band
                .iter()
                .rev()
                .map(|(x, _, top)| (along(*x), high.at(*top)));
            let corners: Vec<(i32, i32)> = lower.chain(upper).collect();
            canvas.area(&corners, Ink::Grid)?;
        }
        canvas.line(&[(left, BOTTOM), (right, BOTTOM)], Ink::Muted, 1)?;
        // Where the target's name ends.
        let mut told_at = (0, i32::MIN / 2);
        let mut free = 0;
        let steps = paper.ticks().max(2) - 1;
        for step in 0..=steps {
            if !(first.is_finite() && last.is_finite()) {
                break;
            }
            let day = (first + (last - first) * step as f64 / steps as f64).round();
            let told = NaiveDate::default()
                .checked_add_signed(chrono::TimeDelta::days(day as i64))
                .map(|day| day.format("%-d %b").to_string())
                .unwrap_or_default();
            let half = wide(&told) / 2 + 1;
            let x = along(day).clamp(half, width - half);
            if x - half >= free {
                canvas.text(&told, (x, BOTTOM + 18), At::Middle, Ink::Muted)?;
                free = x + half + 8;
            }
        }
        if let Some((mark, name)) = mark {
            let y = high.at(mark);
            canvas.line(&[(left, y), (right, y)], Ink::Target, 2)?;
            if today.is_some() {
                let told = format!("{name} {}", roughly(unit, mark));
                let beside = if y < TOP + LINE { y + LINE } else { y - LINE };
                canvas.text(&told, (left + 4, beside), At::Start, Ink::Target)?;
                told_at = (left + 4 + wide(&told), beside);
            }
        }
        if let Some(today) = today {
            let x = along(number(today));
            canvas.line(&[(x, TOP), (x, BOTTOM)], Ink::Grid, 1)?;
            let y = BOTTOM - LINE;
            if (y - told_at.1).abs() > LINE * 2 {
                if x + wide("today") + 8 < right {
                    canvas.text("today", (x + 4, y), At::Start, Ink::Muted)?;
                } else {
                    canvas.text("today", (x - 4, y), At::End, Ink::Muted)?;
                }
            }
            if let Some((_, end)) = lines.last().and_then(|line| line.last()) {
                let told = format!("{last_name} {}", roughly(unit, *end));
                let at = high.at(*end);
                let y = if at < TOP + LINE {
                    at + LINE
                } else {
                    at - LINE
                };
                let free = right - 6 - wide(&told) > told_at.0 || (y - told_at.1).abs() > LINE * 2;
                if free && BOTTOM - LINE - y > LINE * 2 {
                    canvas.text(&told, (right - 6, y), At::End, Ink::Text)?;
                }
            }
        }
        for (number, line) in lines.iter().enumerate() {
            let line: Vec<(i32, i32)> =
                line.iter().map(|(x, y)| (along(*x), high.at(*y))).collect();
            if line.len() > 1 {
                canvas.line(&line, Ink::Series(number), 2)?;
            }
            if let Some(end) = line.last() {
                canvas.dot(*end, 3, Ink::Series(number))?;
            }
        }
        Ok(())
    })?;
    Ok(Picture {
        width,
        height: BOTTOM + AXIS,
        body,
    })
}
