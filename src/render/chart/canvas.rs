//! The paper that charts are drawn on: plotters' SVG with inks instead of colours, texts that know how wide
//! they are, and a scale with round numbers.
//!
//! plotters writes fixed colours. So each ink is a colour nobody would choose, and stands for a CSS variable
//! in what comes out: the page's style decides what it looks like by day, by night and on paper.

use std::io;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;

use plotters::coord::ranged1d::{BoldPoints, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, ShapeStyle, TextStyle};

use unicode_width::UnicodeWidthChar;

use crate::text::visible;

pub(super) type Failed = DrawingAreaErrorKind<io::Error>;

/// Of every text, in units of the view box, which are about pixels.
pub(super) const TEXT: i32 = 13;
/// plotters' SVG makes fonts smaller by this factor.
const SHRINKS: f64 = 1.24;
const FONT: f64 = TEXT as f64 * SHRINKS;
/// Series that have a colour of their own.
pub(super) const SERIES: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Muted,
    Grid,
    /// What should be: targets.
    Target,
    /// What stands out.
    Alert,
    /// By number; they repeat.
    Series(usize),
}

impl Ink {
    const ALL: [Self; 5 + SERIES] = [
        Self::Text,
        Self::Muted,
        Self::Grid,
        Self::Target,
        Self::Alert,
        Self::Series(0),
        Self::Series(1),
        Self::Series(2),
        Self::Series(3),
        Self::Series(4),
        Self::Series(5),
    ];

    fn number(self) -> u8 {
        match self {
            Self::Text => 0,
            Self::Muted => 1,
            Self::Grid => 2,
            Self::Target => 3,
            Self::Alert => 4,
            Self::Series(number) => 5 + (number % SERIES) as u8,
        }
    }

    /// What style sheets call it.
    pub(super) fn variable(self) -> String {
        match self {
            Self::Text => "--text".to_string(),
            Self::Muted => "--muted".to_string(),
            Self::Grid => "--grid".to_string(),
            Self::Target => "--target".to_string(),
            Self::Alert => "--alert".to_string(),
            Self::Series(number) => format!("--series-{}", number % SERIES + 1),
        }
    }

    fn stand_in(self) -> RGBColor {
        RGBColor(254, 0, self.number())
    }

    fn stroke(self, width: u32) -> ShapeStyle {
        self.stand_in().stroke_width(width)
    }
}

/// Which side of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Start,
    Middle,
    End,
}

pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws on a paper of this size: what stands inside of its `<svg>`.
pub(super) fn drawn(
    (width, height): (i32, i32),
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), Failed>,
) -> Result<String, Failed> {
    let mut svg = String::new();
    {
        let size = (width.unsigned_abs(), height.unsigned_abs());
        let canvas = Canvas {
            area: SVGBackend::with_string(&mut svg, size).into_drawing_area(),
        };
        draw(&canvas)?;
        canvas.area.present()?;
    }
    // The element around it is ours.
    let body = svg.split_once(">\n").map_or("", |(_, body)| body);
    let body = body.trim_end().strip_suffix("</svg>").unwrap_or(body);
    // The font is the page's, of the size that texts are measured for.
    let font = format!(
        " font-family=\"sans-serif\" font-size=\"{}\"",
        FONT / SHRINKS
    );
    let mut body = body.replace(" opacity=\"1\"", "").replace(&font, "");
    for ink in Ink::ALL {
        // In quotes it is an attribute: a text has none that are not escaped.
        let stand_in = format!("\"#FE00{:02X}\"", ink.number());
        body = body.replace(&stand_in, &format!("\"var({})\"", ink.variable()));
    }
    Ok(body)
}

impl Canvas<'_> {
    pub(super) fn text(
        &self,
        text: &str,
        place: (i32, i32),
        at: At,
        ink: Ink,
    ) -> Result<(), Failed> {
        let side = match at {
            At::Start => HPos::Left,
            At::Middle => HPos::Center,
            At::End => HPos::Right,
        };
        let color = ink.stand_in();
        let style = TextStyle::from(("sans-serif", FONT))
            .color(&color)
            .pos(Pos::new(side, VPos::Center));
        self.area.draw_text(&visible(text), &style, place)
    }

    pub(super) fn line(&self, points: &[(i32, i32)], ink: Ink, width: u32) -> Result<(), Failed> {
        self.area
            .draw(&PathElement::new(points.to_vec(), ink.stroke(width)))
    }

    /// Filled; the corners in any order.
    pub(super) fn rectangle(&self, a: (i32, i32), b: (i32, i32), ink: Ink) -> Result<(), Failed> {
        let corners = [(a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1))];
        self.area
            .draw(&Rectangle::new(corners, ink.stand_in().filled()))
    }

    /// Filled; its corners in order.
    pub(super) fn area(&self, corners: &[(i32, i32)], ink: Ink) -> Result<(), Failed> {
        let style = ink.stand_in().filled();
        self.area.draw(&Polygon::new(corners.to_vec(), style))
    }

    pub(super) fn dot(&self, place: (i32, i32), radius: i32, ink: Ink) -> Result<(), Failed> {
        self.area
            .draw(&Circle::new(place, radius, ink.stand_in().filled()))
    }
}

/// How wide a text is drawn, rather too wide than too narrow: fonts differ from reader to reader.
pub(super) fn wide(text: &str) -> i32 {
    (ems(text) * f64::from(TEXT)).ceil().min(1e6) as i32
}

/// The same in sizes of the font.
pub(in super::super) fn ems(text: &str) -> f64 {
    visible(text)
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ':' | '\'' | '|' | ' ' => 0.34,
            'm' | 'w' | 'M' | 'W' | '%' | '…' => 0.95,
            c if c.is_ascii_uppercase() => 0.72,
            c if c.width() == Some(2) => 1.05,
            c => 0.6 * c.width().unwrap_or(1) as f64,
        })
        .sum()
}

/// The text, cut with an ellipsis to this width.
pub(super) fn fitted(text: &str, width: i32) -> String {
    if wide(text) <= width {
        return visible(text);
    }
    let mut cut = String::new();
    for c in visible(text).chars() {
        cut.push(c);
        if wide(&cut) + wide("…") > width {
            cut.pop();
            break;
        }
    }
    format!("{}…", cut.trim_end())
}

/// Beyond this nothing is told apart, and sums of it are still numbers.
const MOST: f64 = 1e15;

/// A number that can be drawn: neither missing nor endless.
pub(super) fn drawable(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(-MOST, MOST))
}

/// From numbers to places.
pub(super) struct Scale {
    coord: RangedCoordf64,
    /// Numbers are divided by it, so that plotters sees none that are very large or small.
    by: f64,
    low: f64,
    high: f64,
    pixels: (i32, i32),
}

impl Scale {
    /// `values` may be empty.
    pub(super) fn of(values: impl IntoIterator<Item = f64>, pixels: (i32, i32)) -> Self {
        let (low, high) = values
            .into_iter()
            .filter_map(drawable)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let (mut low, mut high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let by = match low.abs().max(high.abs()) {
            largest if largest > 1e-9 => largest,
            _ => 1.0,
        };
        if high - low < by * 1e-6 {
            // All the same: it is drawn from zero on, and zero in the middle of something.
            if low.abs() < by * 1e-6 {
                high = low + by;
            } else {
                low = low.min(0.0);
                high = high.max(0.0);
            }
        }
        let by = 10_f64.powf(by.log10().floor());
        Self {
            coord: RangedCoordf64::from(low / by..high / by),
            by,
            low,
            high,
            pixels,
        }
    }

    /// The same up to the next of its round numbers, so that what is highest lies between two of them.
    pub(super) fn up_to_a_tick(self, most: usize, whole: bool) -> Self {
        let ticks = self.ticks(most, whole);
        let [.., before, last] = ticks.as_slice() else {
            return self;
        };
        let step = last - before;
        if *last >= self.high || step <= 0.0 {
            return self;
        }
        let top = last + step * ((self.high - last) / step).ceil();
        Self::of([self.low, top], self.pixels)
    }

    pub(super) fn at(&self, value: f64) -> i32 {
        let value = drawable(value).unwrap_or(self.low);
        self.coord
            .map(&(value.clamp(self.low, self.high) / self.by), self.pixels)
    }

    /// Round numbers along it, at most so many.
    pub(super) fn ticks(&self, most: usize, whole: bool) -> Vec<f64> {
        let span = self.high - self.low;
        let most = if whole {
            most.min((span + 1.0).max(2.0) as usize)
        } else {
            most
        };
        let ticks = self.coord.key_points(BoldPoints(most));
        ticks
            .into_iter()
            .map(|tick| tick * self.by)
            .filter(|tick| !whole || (tick - tick.round()).abs() < 1e-6 * span.max(1.0))
            .map(|tick| if whole { tick.round() } else { tick })
            .collect()
    }
}
