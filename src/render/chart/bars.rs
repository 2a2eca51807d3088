//! Bars one under another, with what was measured at the right end of the line.

use super::canvas::{At, Canvas, Failed, Ink, Scale, drawable, drawn, fitted, wide};
use super::unit::{exactly, roughly};
use super::{Paper, Picture};
use crate::document::{Bar, Unit};

const ROW: i32 = 30;
const THICK: i32 = 16;
const AXIS: i32 = 24;

pub(super) fn draw(bars: &[Bar], unit: Unit, paper: Paper) -> Result<Picture, Failed> {
    let width = paper.width();
    let names = bars.iter().map(|bar| wide(&bar.label)).max().unwrap_or(0);
    let names = names.min(width * 36 / 100);
    let told: Vec<String> = bars.iter().map(|bar| exactly(unit, bar.value)).collect();
    let numbers = told.iter().map(|told| wide(told)).max().unwrap_or(0);
    let numbers = numbers.min(width * 30 / 100);
    let left = names + 10;
    let right = width - numbers - 14;

    let reach = bars.iter().flat_map(|bar| {
        let interval = bar.interval.map(|(low, high)| [low, high]);
        [Some(bar.value), bar.mark.map(|(at, _)| at)]
            .into_iter()
            .flatten()
            .chain(interval.into_iter().flatten())
    });
    let scale = Scale::of(reach.chain([0.0]), (left, right));
    let bottom = ROW * bars.len() as i32;
    let height = bottom + AXIS;
    let body = drawn((width, height), |canvas| {
        axis(canvas, &scale, unit, paper, bottom)?;
        for ((line, bar), told) in bars.iter().enumerate().zip(&told) {
            let middle = ROW * line as i32 + ROW / 2;
            let label = fitted(&bar.label, names);
            canvas.text(&label, (names, middle), At::End, Ink::Text)?;
            canvas.text(
                &fitted(told, numbers),
                (width - 2, middle),
                At::End,
                Ink::Text,
            )?;
            one(canvas, &scale, bar, middle)?;
        }
        let zero = scale.at(0.0);
        canvas.line(&[(zero, 0), (zero, bottom)], Ink::Muted, 1)
    })?;
    Ok(Picture {
        width,
        height,
        body,
    })
}

fn axis(
    canvas: &Canvas<'_>,
    scale: &Scale,
    unit: Unit,
    paper: Paper,
    bottom: i32,
) -> Result<(), Failed> {
    let mut free = i32::MIN;
    for tick in scale.ticks(paper.ticks(), unit == Unit::Count) {
        let x = scale.at(tick);
        canvas.line(&[(x, 0), (x, bottom)], Ink::Grid, 1)?;
        let told = roughly(unit, tick);
        let half = wide(&told) / 2 + 3;
        if x - half >= free && x + half <= paper.width() {
            canvas.text(&told, (x, bottom + AXIS / 2), At::Middle, Ink::Muted)?;
            free = x + half;
        }
    }
    Ok(())
}

fn one(canvas: &Canvas<'_>, scale: &Scale, bar: &Bar, middle: i32) -> Result<(), Failed> {
    let (top, bottom) = (middle - THICK / 2, middle + THICK / 2);
    if let Some(value) = drawable(bar.value) {
        let (zero, mut end) = (scale.at(0.0), scale.at(value));
        // What is there at all can be seen.
        if value != 0.0 && end == zero {
            end += if value > 0.0 { 1 } else { -1 };
        }
        canvas.rectangle((zero, top), (end, bottom), Ink::Series(0))?;
    }
    if let Some((low, high)) = bar.interval
        && let (Some(low), Some(high)) = (drawable(low), drawable(high))
    {
        let (low, high) = (scale.at(low), scale.at(high));
        canvas.line(&[(low, middle), (high, middle)], Ink::Text, 2)?;
        for end in [low, high] {
            canvas.line(&[(end, middle - 5), (end, middle + 5)], Ink::Text, 2)?;
        }
    }
    if let Some(mark) = bar.mark.and_then(|(at, _)| drawable(at)) {
        let x = scale.at(mark);
        canvas.line(&[(x, top - 4), (x, bottom + 4)], Ink::Target, 3)?;
    }
    Ok(())
}
