//! Where everything on the picture is, in units that are about pixels.

use super::super::chart::ems;
use super::lanes::{Lanes, is_straight, span};
use super::svg::{Drawing, Item, Paper};
use super::{ALERT, broken, said, way};
use crate::document::{Flow, FlowStage};
use crate::text::visible;

/// Of titles, whose letters are bold.
const BOLD: f64 = 1.12;
/// From the left side of the cards to the spine.
const SPINE: i32 = 44;
const PAD: i32 = 12;

/// What a paper allows.
struct Sizes {
    width: i32,
    text: i32,
    title: i32,
    line: i32,
    lane: i32,
    /// Lanes on the left and on the right.
    most: (usize, usize),
    /// Which share of a card its left half has; all of it, the gate stands below.
    split: i32,
}

impl Paper {
    fn sizes(self) -> Sizes {
        match self {
            Self::Wide => Sizes {
                width: 980,
                text: 14,
                title: 17,
                line: 20,
                lane: 16,
                most: (12, 8),
                split: 56,
            },
            Self::Narrow => Sizes {
                width: 344,
                text: 13,
                title: 15,
                line: 18,
                lane: 9,
                most: (3, 2),
                split: 100,
            },
        }
    }
}

fn wide(text: &str, size: i32, class: &str) -> i32 {
    let bold = if ["t", "a"].contains(&class) {
        BOLD
    } else {
        1.0
    };
    (ems(text) * f64::from(size) * bold).ceil().min(1e6) as i32
}

/// Where lines meet a card.
#[derive(Clone, Copy, Default)]
struct Sides {
    entry: i32,
    exit: i32,
}

struct Layout<'f> {
    flow: &'f Flow,
    sizes: Sizes,
    lanes: Lanes,
    items: Vec<Item>,
    y: i32,
    /// Sides of the cards.
    left: i32,
    right: i32,
    /// Of the stages, then of the good end and of the bad one.
    sides: Vec<Sides>,
    /// By arc: how far down it leaves the spine.
    forks: Vec<i32>,
}

/// What is drawn where. `headed`: with the title as words.
pub(super) fn lay(flow: &Flow, paper: Paper, headed: bool) -> Drawing {
    let sizes = paper.sizes();
    let lanes = Lanes::of(flow, sizes.most);
    let beside = |lanes: usize| {
        if lanes == 0 {
            4
        } else {
            18 + sizes.lane * (lanes as i32 - 1) + 6
        }
    };
    let mut layout = Layout {
        left: beside(lanes.left),
        // The outermost lane leads to the lost end.
        right: sizes.width - beside(lanes.right + 1),
        flow,
        sizes,
        lanes,
        items: Vec::new(),
        y: 4,
        sides: Vec::new(),
        forks: Vec::new(),
    };
    if headed {
        let room = layout.right - layout.left;
        layout.words(&flow.title, layout.left, room, "t");
        layout.y += 10;
    }
    layout.begin();
    for at in 0..flow.stages.len() {
        layout.stage(at);
        layout.ways_on(at);
    }
    layout.ends();
    layout.ways();
    layout.y += 8;
    let key =
        "◇ gate: what must be so to go on. On the left: ways back. Dashed: lost, from any stage.";
    layout.words(key, layout.left, layout.right - layout.left, "m");
    Drawing {
        width: layout.sizes.width,
        height: layout.y + 8,
        items: layout.items,
    }
}

impl Layout<'_> {
    fn spine(&self) -> i32 {
        self.left + SPINE
    }

    fn left_lane(&self, lane: usize) -> i32 {
        self.left - 18 - self.sizes.lane * lane as i32
    }

    fn right_lane(&self, lane: usize) -> i32 {
        self.right + 18 + self.sizes.lane * lane as i32
    }

    fn path(&mut self, points: Vec<(i32, i32)>, class: &'static str, arrow: bool) {
        self.items.push(Item::Path {
            points,
            class,
            arrow,
        });
    }

    /// Lines of text below one another.
    fn words(&mut self, text: &str, x: i32, room: i32, class: &'static str) {
        let size = if class == "t" {
            self.sizes.title
        } else {
            self.sizes.text
        };
        // What follows the first line of a text is indented, but not of what stands out by itself.
        let hang = if class.is_empty() { 12 } else { 0 };
        let limit = usize::try_from(room - hang).unwrap_or(0);
        let lines = broken(text, limit, |text| wide(text, size, class) as usize);
        for (i, text) in lines.into_iter().enumerate() {
            self.y += self.sizes.line;
            self.items.push(Item::Words {
                x: x + if i == 0 { 0 } else { hang },
                y: self.y - self.sizes.line / 4,
                size,
                class,
                text,
            });
        }
    }

    fn begin(&mut self) {
        let spine = self.spine();
        self.items.push(Item::Dot((spine, self.y + 6)));
        self.path(vec![(spine, self.y + 6), (spine, self.y + 34)], "l", true);
        let top = self.y;
        self.y = top - 4;
        self.words("a new deal", spine + 14, self.right - spine - 14, "m");
        self.y = top + 34;
    }

    fn stage(&mut self, at: usize) {
        let flow = self.flow;
        let stage = &flow.stages[at];
        let (left, right, top) = (self.left, self.right, self.y);
        let stacked = self.sizes.split == 100;
        let split = left + (right - left) * self.sizes.split / 100;
        let card = self.items.len();
        self.y += PAD / 2;
        self.about(stage, at, (left + PAD, split - left - 2 * PAD));
        if stacked {
            if !stage.gate.is_empty() {
                self.y += PAD / 2;
                self.path(vec![(left, self.y), (right, self.y)], "d", false);
                self.y += PAD / 4;
                self.gate(stage, (left + PAD, right - left - 2 * PAD));
            }
        } else {
            let below = self.y;
            self.y = top + PAD / 2;
            self.gate(stage, (split + PAD, right - split - 2 * PAD));
            self.y = self.y.max(below);
        }
        // What leaves the card must stand clear of what comes in.
        self.y = (self.y + PAD).max(top + 2 * self.sizes.line + PAD);
        if !stacked {
            self.path(vec![(split, top), (split, self.y)], "d", false);
        }
        self.card(card, top, false);
    }

    fn card(&mut self, at: usize, top: i32, end: bool) {
        let (from, to) = ((self.left, top), (self.right, self.y));
        self.items.insert(at, Item::Card { from, to, end });
        self.sides.push(Sides {
            entry: top + 6 + self.sizes.line / 2,
            exit: self.y - PAD,
        });
    }

    fn about(&mut self, stage: &FlowStage, at: usize, (x, room): (i32, i32)) {
        self.words(&stage.title, x, room, "t");
        if let Some(now) = &stage.now {
            self.words(&now.text, x, room, "");
            if let Some(alert) = &now.alert {
                // Beside it where both fit on the line.
                let text = format!("{ALERT} {alert}");
                let size = self.sizes.text;
                let after = wide(&visible(&now.text), size, "") + 16;
                if after + wide(&visible(&text), size, "a") <= room {
                    self.y -= self.sizes.line;
                    self.words(&text, x + after, room - after, "a");
                } else {
                    self.words(&text, x, room, "a");
                }
            }
        }
        for line in &stage.about {
            self.words(&said(line), x, room, "");
        }
        let told = self.lanes.told.iter().find(|(from, _)| *from == at);
        if let Some((_, targets)) = told {
            let titles: Vec<&str> = targets.iter().map(|to| self.flow.title_of(*to)).collect();
            let text = format!("back to: {}", titles.join(", "));
            self.words(&text, x, room, "");
        }
    }

    fn gate(&mut self, stage: &FlowStage, (x, room): (i32, i32)) {
        if stage.gate.is_empty() {
            self.words("nothing is asked to go on", x, room, "m");
            return;
        }
        self.words("◇ to go on", x, room, "m");
        for line in &stage.gate {
            self.words(&said(line), x, room, "");
        }
    }

    /// Through the gate, then the ways that leave the spine, then on to the next card.
    fn ways_on(&mut self, at: usize) {
        let spine = self.spine();
        let stage = &self.flow.stages[at];
        let from = self.y;
        let mut end = from + 10;
        if !stage.gate.is_empty() {
            end = from + 24;
        }
        self.y = end;
        let arcs: Vec<(String, Option<usize>)> = self
            .lanes
            .arcs_from(at)
            .map(|arc| (arc.label.clone(), arc.lane))
            .collect();
        for (label, lane) in arcs {
            self.words(&label, spine + 14, self.right - spine - 20, "");
            self.y += 4;
            end = self.y;
            self.forks.push(end);
            if lane.is_none() {
                self.path(vec![(spine, end), (spine + 12, end)], "l", false);
            }
        }
        let straight = stage.next.iter().find(|way| is_straight(at, way.to));
        if let Some(one) = straight {
            if !one.why.is_empty() {
                self.words(
                    &way(self.flow, one),
                    spine + 14,
                    self.right - spine - 20,
                    "",
                );
            }
            self.y += 18;
            self.path(vec![(spine, from), (spine, self.y)], "w", true);
        } else {
            self.path(vec![(spine, from), (spine, end)], "w", false);
            self.y += 18;
        }
        if !stage.gate.is_empty() {
            self.items.push(Item::Diamond((spine, from + 13)));
        }
    }

    fn ends(&mut self) {
        let flow = self.flow;
        for (mark, end) in [("✓", &flow.won), ("✗", &flow.lost)] {
            let (card, top) = (self.items.len(), self.y);
            self.y += PAD / 2;
            let (x, room) = (self.left + PAD, self.right - self.left - 2 * PAD);
            self.words(&format!("{mark} {}", end.title), x, room, "t");
            for line in &end.about {
                self.words(&said(line), x, room, "");
            }
            self.y += PAD / 2 + 2;
            self.card(card, top, true);
            self.y += 14;
        }
    }

    fn ways(&mut self) {
        let lanes = std::mem::take(&mut self.lanes);
        let stages = self.flow.stages.len();
        let outermost = self.right_lane(lanes.right);
        let end = self.sides[stages + 1].entry;
        for stage in 0..stages {
            let exit = self.sides[stage].exit;
            let turn = vec![(self.right, exit), (outermost, exit), (outermost, end)];
            let points = if stage == 0 {
                turn.into_iter().chain([(self.right, end)]).collect()
            } else {
                turn[..2].to_vec()
            };
            self.path(points, "x", stage == 0);
        }
        for one in &lanes.loops {
            let x = self.left_lane(one.lane);
            let (first, last) = span(one);
            for source in &one.sources {
                let y = self.sides[*source].exit;
                if *source == last {
                    let entry = self.sides[first].entry;
                    let points = vec![(self.left, y), (x, y), (x, entry), (self.left, entry)];
                    self.path(points, "l", true);
                } else {
                    self.path(vec![(self.left, y), (x, y)], "l", false);
                }
            }
            for target in one.targets.iter().filter(|target| **target != first) {
                let y = self.sides[*target].entry;
                self.path(vec![(x, y), (self.left, y)], "l", true);
            }
        }
        let leaving = lanes.arcs.iter().zip(self.forks.clone());
        for (arc, fork) in leaving {
            let Some(lane) = arc.lane else { continue };
            let (x, y) = (self.right_lane(lane), self.sides[arc.to].entry);
            let points = vec![(self.spine(), fork), (x, fork), (x, y), (self.right, y)];
            self.path(points, "l", true);
        }
    }
}
