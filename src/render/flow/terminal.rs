//! The picture in letters: boxes under one another, their gates between them, ways in lanes beside.
//!
//! It fits the width it is given. Where that leaves no room for another lane, the way is told in words.

use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, Tone};
use super::lanes::{Lanes, is_straight, span};
use super::{ALERT, GATE, broken, said};
use crate::document::{Flow, FlowNow, Labelled};

/// Where there is no terminal to ask, and at most.
const USUAL: usize = 80;
const WIDEST: usize = 100;
const NARROWEST: usize = 40;
/// Below this there is one lane for ways on, and two for ways back.
const NARROW: usize = 72;

pub(in super::super) fn lines(flow: &Flow, width: Option<u16>, color: bool) -> Vec<String> {
    let width = width.map_or(USUAL, usize::from).clamp(NARROWEST, WIDEST);
    let most = if width < NARROW { (2, 1) } else { (6, 5) };
    let mut picture = Picture::new(flow, Lanes::of(flow, most), width);
    picture.stages();
    picture.ends();
    picture.lanes();
    picture.canvas.lines(color)
}

/// The rows of a box that lines come to.
#[derive(Clone, Copy, Default)]
struct Rows {
    /// Arrows come in here, on either side.
    entry: usize,
    /// Ways back and to the lost end leave from here.
    exit: usize,
}

struct Picture<'f> {
    flow: &'f Flow,
    lanes: Lanes,
    canvas: Canvas,
    /// Sides of the boxes.
    left: usize,
    right: usize,
    y: usize,
    /// Of the stages, then of the good end and of the bad one.
    rows: Vec<Rows>,
    /// By arc: the row on which it leaves the spine.
    forks: Vec<usize>,
}

impl<'f> Picture<'f> {
    fn new(flow: &'f Flow, lanes: Lanes, width: usize) -> Self {
        Self {
            left: (2 * lanes.left + 1).max(2),
            // Beside the lanes for ways on there is the one to the lost end.
            right: width - 4 - 2 * lanes.right,
            flow,
            lanes,
            canvas: Canvas::default(),
            y: 0,
            rows: Vec::new(),
            forks: Vec::new(),
        }
    }

    fn spine(&self) -> usize {
        self.left + 4
    }

    /// A lane on the left, and one on the right.
    fn left_lane(&self, lane: usize) -> usize {
        (self.left - 3) - 2 * lane
    }

    fn right_lane(&self, lane: usize) -> usize {
        self.right + 3 + 2 * lane
    }

    fn stages(&mut self) {
        let flow = self.flow;
        for (at, stage) in flow.stages.iter().enumerate() {
            let mut about: Vec<String> = stage.about.iter().map(said).collect();
            about.extend(self.told(at));
            // Arrows come in above those that leave.
            self.boxed(&stage.title, stage.now.as_ref(), &about, 2);
            self.gate(&stage.gate);
            self.ways_on(at);
        }
    }

    fn ends(&mut self) {
        let flow = self.flow;
        for (mark, end) in [("✓", &flow.won), ("✗", &flow.lost)] {
            let about: Vec<String> = end.about.iter().map(said).collect();
            self.boxed(&format!("{mark} {}", end.title), None, &about, 1);
            self.y += 1;
        }
    }

    /// Where a stage leads back to, for want of a lane.
    fn told(&self, stage: usize) -> Option<String> {
        let (_, targets) = self.lanes.told.iter().find(|(from, _)| *from == stage)?;
        let titles: Vec<&str> = targets.iter().map(|to| self.flow.title_of(*to)).collect();
        Some(format!("back to: {}", titles.join(", ")))
    }

    fn boxed(&mut self, title: &str, now: Option<&FlowNow>, about: &[String], rows: usize) {
        let room = self.right - self.left - 3;
        let x = self.left + 2;
        let top = self.y;
        self.y += 1;
        let entry = self.y;
        let titles = broken(title, room, UnicodeWidthStr::width);
        for line in &titles {
            self.canvas.write((x, self.y), line, Tone::Strong);
            self.y += 1;
        }
        if let Some(now) = now {
            self.now(now, &titles, room);
        }
        for text in about {
            // What follows the first line of a text is indented.
            let lines = broken(text, room - 2, UnicodeWidthStr::width);
            for (i, line) in lines.iter().enumerate() {
                let indent = if i == 0 { 0 } else { 2 };
                self.canvas.write((x + indent, self.y), line, Tone::Plain);
                self.y += 1;
            }
        }
        self.y = self.y.max(entry + rows);
        for y in [top, self.y] {
            self.canvas.across(y, (self.left, self.right), false);
        }
        for x in [self.left, self.right] {
            self.canvas.down(x, (top, self.y), false);
        }
        let exit = self.y - 1;
        self.rows.push(Rows { entry, exit });
        self.y += 1;
    }

    /// Beside the title where it fits, else below it.
    fn now(&mut self, now: &FlowNow, titles: &[String], room: usize) {
        let alert = now.alert.as_ref().map(|alert| format!("{ALERT} {alert}"));
        let text = crate::text::visible(&now.text);
        let gap = if alert.is_some() { 2 } else { 0 };
        let wide = text.width() + gap + alert.as_ref().map_or(0, |alert| alert.width());
        let beside = match titles {
            [title] => title.width() + 3 + wide <= room,
            _ => false,
        };
        let x = self.left + 2;
        if beside {
            let at = (self.right - 1 - wide, self.y - 1);
            let end = self.canvas.write(at, &text, Tone::Plain);
            if let Some(alert) = alert {
                self.canvas
                    .write((end + gap, self.y - 1), &alert, Tone::Alert);
            }
            return;
        }
        let parts = [(Some(text), Tone::Plain), (alert, Tone::Alert)];
        for (text, tone) in parts {
            for line in broken(&text.unwrap_or_default(), room, UnicodeWidthStr::width) {
                self.canvas.write((x, self.y), &line, tone);
                self.y += 1;
            }
        }
    }

    /// The spine goes through the mark; what must be so stands beside.
    fn gate(&mut self, gate: &[Labelled]) {
        let spine = self.spine();
        let room = self.right.saturating_sub(spine + 4);
        for (i, line) in gate.iter().enumerate() {
            for (j, text) in broken(&said(line), room, UnicodeWidthStr::width)
                .iter()
                .enumerate()
            {
                let indent = if j == 0 { 2 } else { 4 };
                self.canvas
                    .write((spine + indent, self.y), text, Tone::Plain);
                self.canvas.down(spine, (self.y - 1, self.y), false);
                if i + j == 0 {
                    self.canvas.write((spine, self.y), GATE, Tone::Strong);
                }
                self.y += 1;
            }
        }
    }

    /// Ways that leave the spine, each on a row of its own; then the spine goes on, when the next place is one.
    fn ways_on(&mut self, stage: usize) {
        let spine = self.spine();
        let room = self.right.saturating_sub(spine + 5);
        let arcs: Vec<(String, Option<usize>)> = self
            .lanes
            .arcs_from(stage)
            .map(|arc| (arc.label.clone(), arc.lane))
            .collect();
        for (label, lane) in arcs {
            let texts = broken(&label, room, UnicodeWidthStr::width);
            let last = texts.len().saturating_sub(1);
            for (i, text) in texts.iter().enumerate() {
                let y = self.y;
                self.canvas.down(spine, (y - 1, y), false);
                if i == last {
                    let until = lane.map_or(spine + 1, |lane| self.right_lane(lane));
                    self.canvas.across(y, (spine, until), false);
                    let end = self.canvas.write((spine + 3, y), text, Tone::Plain);
                    self.canvas.write((spine + 2, y), " ", Tone::Plain);
                    self.canvas.write((end, y), " ", Tone::Plain);
                    self.forks.push(y);
                } else {
                    self.canvas.write((spine + 3, y), text, Tone::Plain);
                }
                self.y += 1;
            }
        }
        let ways = &self.flow.stages[stage].next;
        if let Some(way) = ways.iter().find(|way| is_straight(stage, way.to)) {
            self.canvas.down(spine, (self.y - 1, self.y), false);
            self.canvas.write((spine, self.y), "▼", Tone::Plain);
            if !way.why.is_empty() {
                let text = broken(&super::way(self.flow, way), room, UnicodeWidthStr::width);
                let text = text.first().map_or("", String::as_str);
                self.canvas.write((spine + 2, self.y), text, Tone::Plain);
            }
        }
        self.y += 1;
    }

    fn lanes(&mut self) {
        let lanes = std::mem::take(&mut self.lanes);
        for one in &lanes.loops {
            let x = self.left_lane(one.lane);
            let (first, last) = span(one);
            let ends = (self.rows[first].entry, self.rows[last].exit);
            self.canvas.down(x, ends, false);
            for source in &one.sources {
                let y = self.rows[*source].exit;
                self.canvas.across(y, (x, self.left), false);
            }
            for target in &one.targets {
                let y = self.rows[*target].entry;
                self.canvas.across(y, (x, self.left - 1), false);
                self.canvas.write((self.left - 1, y), "▶", Tone::Plain);
            }
        }
        let leaving = lanes.arcs.iter().zip(self.forks.clone());
        for (arc, fork) in leaving {
            let Some(lane) = arc.lane else { continue };
            let (x, y) = (self.right_lane(lane), self.rows[arc.to].entry);
            self.canvas.down(x, (fork, y), false);
            self.canvas.across(y, (self.right + 1, x), false);
        }
        let stages = self.flow.stages.len();
        let x = self.right_lane(lanes.right);
        let lost = self.rows[stages + 1].entry;
        for stage in 0..stages {
            let y = self.rows[stage].exit;
            self.canvas.across(y, (self.right + 1, x), true);
            self.canvas.down(x, (y, lost), true);
        }
        self.canvas.across(lost, (self.right + 1, x), true);
        let entered = (0..=stages).filter(|place| lanes.enters(*place));
        for place in entered.chain([stages + 1]) {
            let y = self.rows[place].entry;
            self.canvas.write((self.right + 1, y), "◀", Tone::Plain);
        }
    }
}
