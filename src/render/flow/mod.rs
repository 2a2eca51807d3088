//! A [`Flow`] as a picture: in letters for the terminal, as SVG for browsers and paper, as text for Mermaid and
//! Graphviz.
//!
//! We lay it out ourselves. General layout crates were tried on eight stages with three loops (`layout-rs`,
//! `ascii-dag`): they don't know that the stages have an order, so the chain wanders over the page, ways to the
//! lost end cross it, and labels lie on lines. But it is a chain: stages stand under one another, ways past some
//! of them run in lanes on the right, ways back in lanes on the left, and which lane each gets is the colouring of
//! intervals (`lanes`). So no two ways share a lane, a label stands on its own way only, and no crate is needed.

mod canvas;
mod dot;
mod lanes;
mod lay;
mod mermaid;
mod svg;
mod terminal;

pub(super) use dot::text as dot;
pub(super) use mermaid::text as mermaid;
pub(super) use svg::{Paper, alone as svg, drawn as svg_on};
pub(super) use terminal::lines;

use crate::document::{Flow, FlowStage, FlowWay, Labelled};

/// The mark of a gate, in every picture.
const GATE: &str = "◇";
const ALERT: &str = "!";

impl Flow {
    fn title_of(&self, place: usize) -> &str {
        self.stages
            .get(place)
            .map_or(self.won.title.as_str(), |stage| stage.title.as_str())
    }

    /// What texts call a place. Letters of our own before each number: no name of a stage is a word of theirs.
    fn mark_of(&self, place: usize) -> String {
        if place == self.stages.len() {
            "won".to_string()
        } else {
            format!("s{place}")
        }
    }
}

/// What texts say in the box of a stage, by line.
fn box_of(stage: &FlowStage) -> Vec<String> {
    let now = stage.now.iter().flat_map(|now| {
        let alert = now.alert.as_ref().map(|alert| format!("{ALERT} {alert}"));
        [Some(now.text.clone()), alert].into_iter().flatten()
    });
    let lines = [stage.title.clone()].into_iter().chain(now);
    lines.chain(stage.about.iter().map(said)).collect()
}

/// `step: First call`
fn said(line: &Labelled) -> String {
    if line.label.is_empty() {
        line.text.clone()
    } else {
        format!("{}: {}", line.label, line.text)
    }
}

/// What stands on a way that leaves the spine: `or to Sign`.
fn way(flow: &Flow, way: &FlowWay) -> String {
    format!("{} {}", way.why, flow.title_of(way.to))
}

/// A text in lines of at most this width; a word that is longer is broken too.
fn broken(text: &str, width: usize, wide: impl Fn(&str) -> usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in crate::text::visible(text).split_whitespace() {
        let mut word = word.to_string();
        let joined = if line.is_empty() {
            word.clone()
        } else {
            format!("{line} {word}")
        };
        if wide(&joined) <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while wide(&word) > width {
            // At least one character a line, however narrow it is.
            let mut cut = word.chars().next().map_or(0, char::len_utf8);
            for (at, c) in word.char_indices() {
                let end = at + c.len_utf8();
                if wide(&word[..end]) > width {
                    break;
                }
                cut = end;
            }
            if cut == word.len() {
                break;
            }
            let rest = word.split_off(cut);
            lines.push(std::mem::replace(&mut word, rest));
        }
        line = word;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests;
