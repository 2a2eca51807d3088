//! Pictures for the page: a [`Chart`] as inline SVG, drawn by plotters without any script.
//!
//! Each is drawn for two widths, since a picture for a screen can't be read on a telephone when all of it
//! shrinks; the page's style shows the one that fits. Names of colours and lines are words under the
//! picture, which break as text does.

mod bars;
mod canvas;
mod columns;
mod course;
mod points;
mod unit;

use std::fmt::Write;

pub(super) use canvas::ems;
use canvas::{Failed, Ink, drawable};

use super::html::escaped;
use crate::document::{Chart, Shape};

/// More than these are not drawn: the table has them.
const MOST_BARS: usize = 40;
const MOST_COLUMNS: usize = 60;

/// What a picture is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paper {
    Wide,
    Narrow,
}

impl Paper {
    fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }

    fn width(self) -> i32 {
        match self {
            Self::Wide => 720,
            Self::Narrow => 344,
        }
    }

    /// Numbers that find room along it.
    fn ticks(self) -> usize {
        match self {
            Self::Wide => 6,
            Self::Narrow => 4,
        }
    }
}

/// What stands inside of an `<svg>`.
struct Picture {
    width: i32,
    height: i32,
    body: String,
}

/// A `<figure>` with its title, the picture, what its colours mean, and what there is to see. `id` is the
/// chart's own on the page.
pub(super) fn figure(chart: &Chart, id: &str) -> String {
    let mut out = String::new();
    let unit = match unit::word(chart.unit) {
        "" => String::new(),
        word => format!(" <span>{word}</span>"),
    };
    let _ = writeln!(
        out,
        "<figure>\n<figcaption>{}{unit}</figcaption>",
        escaped(&chart.title)
    );
    if has_something(&chart.shape) {
        for paper in [Paper::Wide, Paper::Narrow] {
            // Writing into memory does not fail; if it did, the description and the table are still there.
            if let Ok(picture) = drawn(chart, paper) {
                svg(&mut out, chart, &picture, paper, id);
            }
        }
        key(&mut out, &chart.shape);
    } else {
        out.push_str("<p class=\"note\">nothing to draw: no value is known</p>\n");
    }
    for note in [Some(chart.description.clone()), left_out(&chart.shape)] {
        if let Some(note) = note.filter(|note| !note.is_empty()) {
            let _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(&note));
        }
    }
    out.push_str("</figure>\n");
    out
}

fn svg(out: &mut String, chart: &Chart, picture: &Picture, paper: Paper, id: &str) {
    let paper = paper.name();
    let Picture {
        width,
        height,
        body,
    } = picture;
    let _ = write!(
        out,
        "<svg class=\"{paper}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-{paper}-title {id}-{paper}-desc\">\n\
         <title id=\"{id}-{paper}-title\">{}</title>\n<desc id=\"{id}-{paper}-desc\">{}</desc>\n{body}</svg>\n",
        escaped(&chart.title),
        escaped(&chart.description),
    );
}

fn drawn(chart: &Chart, paper: Paper) -> Result<Picture, Failed> {
    match &chart.shape {
        Shape::Bars(bars) => bars::draw(&bars[..bars.len().min(MOST_BARS)], chart.unit, paper),
        Shape::Columns { labels, series } => {
            let first = labels.len().saturating_sub(MOST_COLUMNS);
            let series: Vec<(String, Vec<f64>)> = series
                .iter()
                .map(|(name, values)| (name.clone(), values[first.min(values.len())..].to_vec()))
                .collect();
            columns::draw(&labels[first..], &series, chart.unit, paper)
        }
        Shape::Points {
            across,
            points,
            lines,
        } => points::draw((across, points, lines), chart.unit, paper),
        Shape::Course {
            lines,
            band,
            mark,
            today,
        } => course::draw((lines, band.as_ref()), (*mark, *today), chart.unit, paper),
    }
}

fn has_something(shape: &Shape) -> bool {
    let is_known = |value: &f64| drawable(*value).is_some();
    match shape {
        Shape::Bars(bars) => bars
            .iter()
            .any(|bar| is_known(&bar.value) || bar.mark.is_some() || bar.interval.is_some()),
        Shape::Columns { labels, series } => {
            !labels.is_empty() && series.iter().any(|(_, values)| values.iter().any(is_known))
        }
        Shape::Points { points, .. } => points
            .iter()
            .any(|point| is_known(&point.x) && is_known(&point.y)),
        Shape::Course { lines, .. } => lines
            .iter()
            .any(|(_, line)| line.iter().any(|(_, value)| is_known(value))),
    }
}

fn left_out(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Bars(bars) if bars.len() > MOST_BARS => Some(format!(
            "the first {MOST_BARS} of {} are drawn, the table has all of them",
            bars.len()
        )),
        Shape::Columns { labels, .. } if labels.len() > MOST_COLUMNS => Some(format!(
            "the last {MOST_COLUMNS} of {} are drawn, the table has all of them",
            labels.len()
        )),
        _ => None,
    }
}

/// Lines are told from points by a colour of their own.
fn line_ink(number: usize) -> Ink {
    if number == 0 {
        Ink::Muted
    } else {
        Ink::Series(number)
    }
}

/// What colours and marks mean, in words.
fn key(out: &mut String, shape: &Shape) {
    let mut entries: Vec<(&str, Ink, &str)> = Vec::new();
    match shape {
        Shape::Bars(bars) => {
            if bars.iter().any(|bar| bar.interval.is_some()) {
                entries.push(("thin", Ink::Text, "95 % interval"));
            }
            if let Some((_, name)) = bars.iter().find_map(|bar| bar.mark) {
                entries.push(("upright", Ink::Target, name));
            }
        }
        Shape::Columns { series, .. } if series.len() > 1 => {
            let names = series.iter().enumerate();
            entries.extend(names.map(|(i, (name, _))| ("", Ink::Series(i), name.as_str())));
        }
        Shape::Columns { .. } => {}
        Shape::Points { points, lines, .. } => {
            let names = lines.iter().enumerate();
            entries.extend(names.map(|(i, (name, _))| ("thin", line_ink(i), name.as_str())));
            if points.iter().any(|point| point.stands_out) {
                entries.push(("round", Ink::Alert, "outside of what chance explains"));
            }
        }
        Shape::Course {
            lines, band, mark, ..
        } => {
            let names = lines.iter().enumerate();
            entries.extend(names.map(|(i, (name, _))| ("thin", Ink::Series(i), name.as_str())));
            entries.extend(band.iter().map(|band| ("", Ink::Grid, band.name.as_str())));
            entries.extend(mark.map(|(_, name)| ("thin", Ink::Target, name)));
        }
    }
    if entries.is_empty() {
        return;
    }
    out.push_str("<ul class=\"key\">");
    for (form, ink, name) in entries {
        let _ = write!(
            out,
            "<li><i class=\"{form}\" style=\"background:var({})\"></i>{}</li>",
            ink.variable(),
            escaped(name)
        );
    }
    out.push_str("</ul>\n");
}

#[cfg(test)]
mod tests;
