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

/// What a line is called, and where it goes.
type Line = (String, Vec<(NaiveDate, f64)>);

pub(super) fn draw(
    (lines, band, mark): (&[Line], Option<&Band>, Option<(f64, &str)>),
    unit: Unit,
    paper: Paper,
) -> Result<Picture, Failed> {
    let width = paper.width();
    let number = |day: NaiveDate| {
        f64::from(day.signed_duration_since(NaiveDate::default()).num_days() as i32)
    };
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
    let mark = mark.and_then(|(value, _)| drawable(value));
    let heights = lines
        .iter()
        .flatten()
        .map(|(_, y)| *y)
        .chain(band.iter().flat_map(|(_, low, high)| [*low, *high]))
        .chain(mark)
        .chain([0.0]);
    let high = Scale::of(heights, (BOTTOM, TOP));
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
        if let Some(mark) = mark {
            let y = high.at(mark);
            canvas.line(&[(left, y), (right, y)], Ink::Target, 2)?;
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
