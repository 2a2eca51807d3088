//! Columns along an axis, mostly of time: the series of a label stand on one another, what is below zero
//! hangs from it.

use super::canvas::{At, Canvas, Failed, Ink, Scale, drawable, drawn, fitted, wide};
use super::unit::roughly;
use super::{Paper, Picture};
use crate::document::Unit;

const BOTTOM: i32 = 240;
/// Above the columns there is room for what they come to.
const TOP: i32 = 20;
const AXIS: i32 = 24;
const LONGEST_LABEL: i32 = 110;

/// Of one label: where its pieces begin and end, by series, and what it comes to.
struct Stack {
    pieces: Vec<(usize, f64, f64)>,
    above: f64,
    below: f64,
    is_known: bool,
}

impl Stack {
    fn of(series: &[(String, Vec<f64>)], label: usize) -> Self {
        let mut stack = Self {
            pieces: Vec::new(),
            above: 0.0,
            below: 0.0,
            is_known: false,
        };
        for (number, (_, values)) in series.iter().enumerate() {
            let Some(value) = values.get(label).copied().and_then(drawable) else {
                continue;
            };
            stack.is_known = true;
            let end = if value >= 0.0 {
                &mut stack.above
            } else {
                &mut stack.below
            };
            stack.pieces.push((number, *end, *end + value));
            *end += value;
        }
        stack
    }
}

pub(super) fn draw(
    labels: &[String],
    series: &[(String, Vec<f64>)],
    unit: Unit,
    paper: Paper,
) -> Result<Picture, Failed> {
    let width = paper.width();
    let stacks: Vec<Stack> = (0..labels.len())
        .map(|label| Stack::of(series, label))
        .collect();
    let reach = stacks.iter().flat_map(|stack| [stack.above, stack.below]);
    let scale = Scale::of(reach.chain([0.0]), (BOTTOM, TOP));
    let ticks: Vec<(f64, String)> = scale
        .ticks(5, unit == Unit::Count)
        .into_iter()
        .map(|tick| (tick, roughly(unit, tick)))
        .collect();
    let left = ticks.iter().map(|(_, told)| wide(told)).max().unwrap_or(0) + 8;
    let right = width - 4;
    let slot = f64::from(right - left) / labels.len().max(1) as f64;
    let middle = |label: usize| left + (slot * (label as f64 + 0.5)) as i32;

    let height = BOTTOM + AXIS;
    let body = drawn((width, height), |canvas| {
        for (tick, told) in &ticks {
            let y = scale.at(*tick);
            canvas.line(&[(left, y), (right, y)], Ink::Grid, 1)?;
            canvas.text(told, (left - 6, y), At::End, Ink::Muted)?;
        }
        let half = ((slot * 0.36) as i32).clamp(1, 28);
        for (label, stack) in stacks.iter().enumerate() {
            let x = middle(label);
            for (number, from, to) in &stack.pieces {
                canvas.rectangle(
                    (x - half, scale.at(*from)),
                    (x + half, scale.at(*to)),
                    Ink::Series(*number),
                )?;
            }
        }
        let zero = scale.at(0.0);
        canvas.line(&[(left, zero), (right, zero)], Ink::Muted, 1)?;
        sums(canvas, &stacks, unit, &scale, (slot, &middle))?;
        names(canvas, labels, (left, right), &middle)
    })?;
    Ok(Picture {
        width,
        height,
        body,
    })
}

/// What each column comes to, where all of them have room to say so.
fn sums(
    canvas: &Canvas<'_>,
    stacks: &[Stack],
    unit: Unit,
    scale: &Scale,
    (slot, middle): (f64, &impl Fn(usize) -> i32),
) -> Result<(), Failed> {
    if stacks.iter().any(|stack| stack.below < 0.0) {
        return Ok(());
    }
    let told: Vec<String> = stacks
        .iter()
        .map(|stack| roughly(unit, stack.above))
        .collect();
    if told.iter().any(|told| f64::from(wide(told) + 4) > slot) {
        return Ok(());
    }
    for ((label, stack), told) in stacks.iter().enumerate().zip(&told) {
        if stack.is_known {
            let y = scale.at(stack.above) - 10;
            canvas.text(told, (middle(label), y), At::Middle, Ink::Text)?;
        }
    }
    Ok(())
}

/// The labels that find room from left to right, at equal steps.
fn names(
    canvas: &Canvas<'_>,
    labels: &[String],
    (left, right): (i32, i32),
    middle: &impl Fn(usize) -> i32,
) -> Result<(), Failed> {
    let longest = labels.iter().map(|label| wide(label)).max().unwrap_or(0);
    let longest = longest.min(LONGEST_LABEL);
    let room = f64::from(right - left) / labels.len().max(1) as f64;
    let step = (f64::from(longest + 8) / room).ceil().max(1.0) as usize;
    let mut free = 0;
    for (label, name) in labels.iter().enumerate().step_by(step) {
        let name = fitted(name, longest);
        let half = wide(&name) / 2;
        let x = middle(label).clamp(half, (right - half).max(half));
        if x - half >= free {
            canvas.text(&name, (x, BOTTOM + AXIS / 2), At::Middle, Ink::Muted)?;
            free = x + half + 6;
        }
    }
    Ok(())
}
