//! Squares of a terminal that lines are drawn on: where two meet, the character that joins them is found.

use std::fmt::Write;

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;
/// By the sides that a line leaves to.
const JOINTS: [char; 16] = [
    ' ', '│', '│', '│', '─', '╯', '╮', '┤', '─', '╰', '╭', '├', '─', '┴', '┬', '┼',
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    #[default]
    Plain,
    Strong,
    Alert,
}

#[derive(Clone, Debug, Default)]
struct Square {
    /// A character with what combines with it.
    text: String,
    tone: Tone,
    /// Sides that lines leave to.
    sides: u8,
    dashed: bool,
    /// The right half of a wide character, which shows nothing itself.
    covered: bool,
}

impl Square {
    fn covered() -> Self {
        Self {
            covered: true,
            ..Self::default()
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Canvas {
    rows: Vec<Vec<Square>>,
}

impl Canvas {
    fn at(&mut self, x: usize, y: usize) -> &mut Square {
        if self.rows.len() <= y {
            self.rows.resize_with(y + 1, Vec::new);
        }
        let row = &mut self.rows[y];
        if row.len() <= x {
            row.resize_with(x + 1, Square::default);
        }
        &mut row[x]
    }

    pub(super) fn across(&mut self, y: usize, (from, to): (usize, usize), dashed: bool) {
        self.line((from.min(to), from.max(to)), dashed, LEFT, RIGHT, |at| {
            (at, y)
        });
    }

    pub(super) fn down(&mut self, x: usize, (from, to): (usize, usize), dashed: bool) {
        self.line((from, to), dashed, UP, DOWN, |at| (x, at));
    }

    fn line(
        &mut self,
        (from, to): (usize, usize),
        dashed: bool,
        before: u8,
        after: u8,
        place: impl Fn(usize) -> (usize, usize),
    ) {
        for at in from..=to {
            let (x, y) = place(at);
            let square = self.at(x, y);
            square.dashed = dashed && (square.sides == 0 || square.dashed);
            if at > from {
                square.sides |= before;
            }
            if at < to {
                square.sides |= after;
            }
        }
    }

    /// Writes text that is safe to show; where the next one may begin.
    pub(super) fn write(&mut self, (x, y): (usize, usize), text: &str, tone: Tone) -> usize {
        let mut at = x;
        for c in text.chars() {
            let width = c.width().unwrap_or(0);
            if width == 0 {
                if at > x {
                    // It belongs to the character before, which may be wider than this.
                    let mut back = at - 1;
                    while back > x && self.at(back, y).covered {
                        back -= 1;
                    }
                    let square = self.at(back, y);
                    square.text.push(c);
                    // Some make it wider, as what asks for the picture of a digit does.
                    let width = square.text.width();
                    while at < back + width {
                        *self.at(at, y) = Square::covered();
                        at += 1;
                    }
                }
                continue;
            }
            *self.at(at, y) = Square {
                text: c.to_string(),
                tone,
                ..Square::default()
            };
            for more in 1..width {
                *self.at(at + more, y) = Square::covered();
            }
            at += width;
        }
        at
    }

    pub(super) fn lines(&self, color: bool) -> Vec<String> {
        let row = |row: &Vec<Square>| {
            let mut line = String::new();
            let mut tone = Tone::Plain;
            for square in row.iter().filter(|square| !square.covered) {
                let blank = square.text.is_empty() && square.sides == 0;
                if color && square.tone != tone && !blank {
                    let _ = write!(line, "{:#}{}", ansi(tone), ansi(square.tone));
                    tone = square.tone;
                }
                if square.text.is_empty() {
                    line.push(joint(square));
                } else {
                    line.push_str(&square.text);
                }
            }
            if color && tone != Tone::Plain {
                let _ = write!(line, "{:#}", ansi(tone));
            }
            line.trim_end().to_string()
        };
        self.rows.iter().map(row).collect()
    }
}

fn joint(square: &Square) -> char {
    match (square.dashed, square.sides) {
        (true, 1..=3) => '┊',
        (true, 4 | 8 | 12) => '┈',
        (_, sides) => JOINTS[usize::from(sides & 15)],
    }
}

fn ansi(tone: Tone) -> Ansi {
    match tone {
        Tone::Plain => Ansi::new(),
        Tone::Strong => Ansi::new().bold(),
        Tone::Alert => Ansi::new().bold().fg_color(Some(AnsiColor::Red.into())),
    }
}
