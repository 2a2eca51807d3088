//! Points in a plane and lines through it: a funnel plot is points over their sample size between the
//! limits of chance.

use super::canvas::{At, Canvas, Failed, Ink, Scale, drawable, drawn, fitted, wide};
use super::unit::roughly;
use super::{Paper, Picture};
use crate::document::{Point, Unit};

const TOP: i32 = 14;
const BOTTOM: i32 = 290;
/// For the numbers along the axis and what it is.
const AXIS: i32 = 46;
const RADIUS: i32 = 5;
const LONGEST_LABEL: i32 = 130;

/// What a line is called, and where it goes.
type Line = (String, Vec<(f64, f64)>);

pub(super) fn draw(
    (across, points, lines): (&str, &[Point], &[Line]),
    unit: Unit,
    paper: Paper,
) -> Result<Picture, Failed> {
    let width = paper.width();
    let points: Vec<(&Point, f64, f64)> = points
        .iter()
        .filter_map(|point| Some((point, drawable(point.x)?, drawable(point.y)?)))
        .collect();
    let lines: Vec<Vec<(f64, f64)>> = lines
        .iter()
        .map(|(_, line)| {
            line.iter()
                .filter_map(|(x, y)| Some((drawable(*x)?, drawable(*y)?)))
                .collect()
        })
        .collect();
    let heights = points
        .iter()
        .map(|(_, _, y)| *y)
        .chain(lines.iter().flatten().map(|(_, y)| *y));
    let high = Scale::of(heights, (BOTTOM, TOP));
    let ticks: Vec<(f64, String)> = high
        .ticks(6, unit == Unit::Count)
        .into_iter()
        .map(|tick| (tick, roughly(unit, tick)))
        .collect();
    let left = ticks.iter().map(|(_, told)| wide(told)).max().unwrap_or(0) + 8;
    let right = width - RADIUS - 4;
    let along = points
        .iter()
        .map(|(_, x, _)| *x)
        .chain(lines.iter().flatten().map(|(x, _)| *x))
        .chain([0.0]);
    let along = Scale::of(along, (left, right));

    let height = BOTTOM + AXIS;
    let body = drawn((width, height), |canvas| {
        for (tick, told) in &ticks {
            let y = high.at(*tick);
            canvas.line(&[(left, y), (right, y)], Ink::Grid, 1)?;
            canvas.text(told, (left - 6, y), At::End, Ink::Muted)?;
        }
        let mut free = 0;
        for tick in along.ticks(paper.ticks(), false) {
            let told = roughly(Unit::Number, tick);
            let half = wide(&told) / 2;
            let x = along.at(tick).min(width - half);
            if x - half >= free {
                canvas.text(&told, (x, BOTTOM + 12), At::Middle, Ink::Muted)?;
                free = x + half + 8;
            }
        }
        canvas.line(&[(left, BOTTOM), (right, BOTTOM)], Ink::Muted, 1)?;
        let across = fitted(across, right - left);
        let middle = i32::midpoint(left, right);
        canvas.text(&across, (middle, BOTTOM + 34), At::Middle, Ink::Muted)?;
        for (number, line) in lines.iter().enumerate() {
            let line: Vec<(i32, i32)> = line
                .iter()
                .map(|(x, y)| (along.at(*x), high.at(*y)))
                .collect();
            if line.len() > 1 {
                canvas.line(&line, super::line_ink(number), 2)?;
            }
        }
        let placed: Vec<(&Point, i32, i32)> = points
            .iter()
            .map(|(point, x, y)| (*point, along.at(*x), high.at(*y)))
            .collect();
        for (point, x, y) in &placed {
            let (ink, radius) = if point.stands_out {
                (Ink::Alert, RADIUS + 1)
            } else {
                (Ink::Series(0), RADIUS)
            };
            canvas.dot((*x, *y), radius, ink)?;
        }
        names(canvas, &placed, (left, right))
    })?;
    Ok(Picture {
        width,
        height,
        body,
    })
}

/// Left, top, right, bottom.
type Room = (i32, i32, i32, i32);

/// The names that find room beside their point, those that stand out first. The others are in the table.
fn names(
    canvas: &Canvas<'_>,
    points: &[(&Point, i32, i32)],
    (left, right): (i32, i32),
) -> Result<(), Failed> {
    let mut taken: Vec<Room> = points
        .iter()
        .map(|(_, x, y)| (x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS))
        .collect();
    let mut order: Vec<&(&Point, i32, i32)> = points.iter().collect();
    order.sort_by_key(|(point, ..)| !point.stands_out);
    for (point, x, y) in order.into_iter().take(60) {
        let name = fitted(&point.label, LONGEST_LABEL);
        let (x, y, width) = (*x, *y, wide(&name));
        let beside = RADIUS + 3;
        let rooms = [
            (At::Start, (x + beside, y - 7, x + beside + width, y + 7)),
            (At::End, (x - beside - width, y - 7, x - beside, y + 7)),
            (
                At::Middle,
                (x - width / 2, y - beside - 13, x + width / 2, y - beside),
            ),
            (
                At::Middle,
                (x - width / 2, y + beside, x + width / 2, y + beside + 13),
            ),
        ];
        let free = rooms.into_iter().find(|(_, room)| {
            room.0 >= left
                && room.2 <= right
                && room.1 >= 0
                && room.3 <= BOTTOM
                && !taken.iter().any(|other| overlap(*room, *other))
        });
        if let Some((at, room)) = free {
            let from = match at {
                At::Start => room.0,
                At::Middle => x,
                At::End => room.2,
            };
            let middle = i32::midpoint(room.1, room.3);
            canvas.text(&name, (from, middle), at, Ink::Text)?;
            taken.push(room);
        }
    }
    Ok(())
}

fn overlap(a: Room, b: Room) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}
