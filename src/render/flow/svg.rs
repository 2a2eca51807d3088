//! The picture as SVG, drawn without any other program: for a page, where it is drawn for two widths, or as a file
//! of its own.
//!
//! A stage is a card: on its left what it is, on its right what its gate asks. The spine leaves through the gate's
//! diamond; ways past stages leave there to the right, ways back and to the lost end leave the card itself, since
//! they pass no gate. `lay` says what is where, so that tests can ask which words lie on which; `written` writes it.

use std::fmt::Write as _;

use super::super::html::escaped;
use super::lay::lay;
use crate::document::Flow;

const STYLE: &str = include_str!("style.css");
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Paper {
    Wide,
    Narrow,
}

impl Paper {
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// A thing that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Words {
        x: i32,
        /// Of the base line.
        y: i32,
        size: i32,
        /// `t` titles, `a` alerts, `m` what is less important, or nothing.
        class: &'static str,
        text: String,
    },
    /// A line that turns with round corners; the last point may have an arrow.
    Path {
        points: Vec<(i32, i32)>,
        class: &'static str,
        arrow: bool,
    },
    Card {
        from: (i32, i32),
        to: (i32, i32),
        end: bool,
    },
    Diamond((i32, i32)),
    Dot((i32, i32)),
}

#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) items: Vec<Item>,
}

/// As a file of its own.
pub(in super::super) fn alone(flow: &Flow) -> String {
    let drawing = lay(flow, Paper::Wide, true);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        written(flow, &drawing, "map", "map", true)
    )
}

/// For a page, whose style shows the paper that fits; `id` is the picture's own on it.
pub(in super::super) fn drawn(flow: &Flow, paper: Paper, id: &str) -> String {
    let drawing = lay(flow, paper, false);
    let class = format!("map {}", paper.name());
    let id = format!("{id}-{}", paper.name());
    written(flow, &drawing, &class, &id, paper == Paper::Wide)
}

fn written(flow: &Flow, drawing: &Drawing, class: &str, id: &str, styled: bool) -> String {
    let Drawing { width, height, .. } = drawing;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escaped(&flow.title),
        escaped(&flow.description)
    );
    if styled {
        let _ = writeln!(out, "<style>\n{STYLE}</style>");
    }
    let _ = writeln!(
        out,
        "<rect class=\"p\" width=\"{width}\" height=\"{height}\"/>"
    );
    for item in &drawing.items {
        item.write(&mut out);
    }
    out.push_str("</svg>\n");
    out
}

impl Item {
    fn write(&self, out: &mut String) {
        let _ = match self {
            Self::Words {
                x,
                y,
                size,
                class,
                text,
            } => writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" class=\"{class}\" style=\"font-size:{size}px\">{}</text>",
                escaped(text)
            ),
            Self::Card { from, to, end } => {
                let (class, round) = if *end { ("e", 16) } else { ("c", 3) };
                writeln!(
                    out,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>",
                    from.0,
                    from.1,
                    to.0 - from.0,
                    to.1 - from.1
                )
            }
            Self::Diamond((x, y)) => {
                writeln!(
                    out,
                    "<path class=\"g\" d=\"M{x} {}l9 9l-9 9l-9 -9z\"/>",
                    y - 9
                )
            }
            Self::Dot((x, y)) => {
                writeln!(out, "<circle class=\"h\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/>")
            }
            Self::Path {
                points,
                class,
                arrow,
            } => {
                let _ = writeln!(out, "<path class=\"{class}\" d=\"{}\"/>", rounded(points));
                match points.as_slice() {
                    [.., before, last] if *arrow => {
                        let (x, y) = *last;
                        let (dx, dy) = ((x - before.0).signum() * 9, (y - before.1).signum() * 9);
                        // Back along the line, and half as far to both sides of it.
                        let side = |turn: i32| (x - dx - turn * dy / 2, y - dy + turn * dx / 2);
                        let (a, b) = (side(1), side(-1));
                        writeln!(
                            out,
                            "<path class=\"h\" d=\"M{x} {y}L{} {}L{} {}z\"/>",
                            a.0, a.1, b.0, b.1
                        )
                    }
                    _ => Ok(()),
                }
            }
        };
    }
}

/// Straight pieces with round corners between them.
fn rounded(points: &[(i32, i32)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().copied().enumerate() {
        let before = i.checked_sub(1).and_then(|i| points.get(i));
        match (before, points.get(i + 1)) {
            (None, _) => {
                let _ = write!(d, "M{x} {y}");
            }
            (Some(_), None) => {
                let _ = write!(d, "L{x} {y}");
            }
            (Some(from), Some(to)) => {
                let near = |other: &(i32, i32)| {
                    let step = |a: i32, b: i32| (b - a).signum() * ((b - a).abs() / 2).min(6);
                    (x + step(x, other.0), y + step(y, other.1))
                };
                let (a, b) = (near(from), near(to));
                let _ = write!(d, "L{} {}Q{x} {y} {} {}", a.0, a.1, b.0, b.1);
            }
        }
    }
    d
}
