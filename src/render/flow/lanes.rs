//! Which lane each way runs in: loops back on the left of the chain, ways past stages on its right.
//!
//! Ways whose stretches overlap get different lanes, the shorter nearer to the chain, so that nested ways don't cross.

use super::super::flow::way;
use crate::document::Flow;

/// A way back: from each of these stages to those of the targets that stand before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Loop {
    pub(super) sources: Vec<usize>,
    pub(super) targets: Vec<usize>,
    pub(super) lane: usize,
}

/// A way on that is not the next place of the chain.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arc {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    /// `None`: there is no lane left, its label has to do.
    pub(super) lane: Option<usize>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lanes {
    pub(super) loops: Vec<Loop>,
    pub(super) arcs: Vec<Arc>,
    /// Lanes on either side.
    pub(super) left: usize,
    pub(super) right: usize,
    /// Stages, and where they lead back to, that got no lane: to be told in words.
    pub(super) told: Vec<(usize, Vec<usize>)>,
}

impl Lanes {
    /// At most so many lanes on the left and on the right.
    pub(super) fn of(flow: &Flow, (most_left, most_right): (usize, usize)) -> Self {
        let mut lanes = Self::default();
        let mut loops = loops(flow);
        let spans: Vec<(usize, usize)> = loops
            .iter()
            // A loop ends where the line of its last stage is, below the arrows into it: stretches that touch overlap.
            .map(|one| (span(one).0 * 2, span(one).1 * 2 + 1))
            .collect();
        for (one, lane) in loops.iter_mut().zip(colours(&spans)) {
            one.lane = lane;
        }
        for one in loops {
            if one.lane < most_left {
                lanes.left = lanes.left.max(one.lane + 1);
                lanes.loops.push(one);
            } else {
                for source in one.sources {
                    let targets = one.targets.iter().copied();
                    let earlier = targets.filter(|target| *target < source).collect();
                    lanes.told.push((source, earlier));
                }
            }
        }
        let mut spans = Vec::new();
        for (from, stage) in flow.stages.iter().enumerate() {
            for one in stage.next.iter().filter(|one| !is_straight(from, one.to)) {
                // It begins below its stage and ends at the top of its target: one may begin where another ends.
                spans.push((from * 2 + 1, one.to * 2));
                lanes.arcs.push(Arc {
                    from,
                    to: one.to,
                    label: way(flow, one),
                    lane: None,
                });
            }
        }
        for (arc, lane) in lanes.arcs.iter_mut().zip(colours(&spans)) {
            if lane < most_right {
                arc.lane = Some(lane);
                lanes.right = lanes.right.max(lane + 1);
            }
        }
        lanes
    }

    pub(super) fn arcs_from(&self, stage: usize) -> impl Iterator<Item = &Arc> {
        self.arcs.iter().filter(move |arc| arc.from == stage)
    }

    /// Whether an arrow comes in from the right.
    pub(super) fn enters(&self, place: usize) -> bool {
        let mut arcs = self.arcs.iter();
        arcs.any(|arc| arc.to == place && arc.lane.is_some())
    }
}

/// Whether a way follows the order of the chain.
pub(super) fn is_straight(from: usize, to: usize) -> bool {
    to == from + 1
}

pub(super) fn span(one: &Loop) -> (usize, usize) {
    (
        one.targets.iter().copied().min().unwrap_or(0),
        one.sources.iter().copied().max().unwrap_or(0),
    )
}

/// Stages that lead back to every earlier one share a lane: who enters it leaves it at any stage above. The others
/// have one of their own.
fn loops(flow: &Flow) -> Vec<Loop> {
    let mut loops = Vec::new();
    let mut shared = Vec::new();
    for (at, stage) in flow.stages.iter().enumerate() {
        let mut targets: Vec<usize> = stage.back.clone();
        targets.retain(|target| *target < at);
        targets.sort_unstable();
        targets.dedup();
        if targets.is_empty() {
            continue;
        }
        if targets.len() == at {
            shared.push(at);
            continue;
        }
        loops.push(Loop {
            sources: vec![at],
            targets,
            lane: 0,
        });
    }
    if let Some(last) = shared.last().copied() {
        loops.push(Loop {
            sources: shared,
            targets: (0..last).collect(),
            lane: 0,
        });
    }
    loops
}

/// The smallest numbers such that no two overlapping intervals share one; shorter intervals come first.
fn colours(spans: &[(usize, usize)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|at| (spans[*at].1.saturating_sub(spans[*at].0), spans[*at]));
    let mut colours: Vec<Option<usize>> = vec![None; spans.len()];
    for at in order {
        let (from, to) = spans[at];
        let taken: Vec<usize> = spans
            .iter()
            .zip(&colours)
            .filter(|((a, b), _)| *a <= to && from <= *b)
            .filter_map(|(_, colour)| *colour)
            .collect();
        colours[at] = (0..spans.len()).find(|colour| !taken.contains(colour));
    }
    colours
        .into_iter()
        .map(|colour| colour.unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_inner_lane_is_the_shorter_way() {
        assert_eq!(colours(&[(0, 9), (2, 3), (4, 8), (1, 2)]), [2, 1, 0, 0]);
        assert_eq!(colours(&[]), Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn no_two_that_overlap_share_a_lane(spans in prop::collection::vec((0_usize..20, 0_usize..20), 0..20)) {
            let spans: Vec<(usize, usize)> = spans.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
            let colours = colours(&spans);
            for (i, a) in spans.iter().enumerate() {
                for (j, b) in spans.iter().enumerate().take(i) {
                    let overlap = a.0 <= b.1 && b.0 <= a.1;
                    prop_assert!(!overlap || colours[i] != colours[j]);
                }
            }
        }
    }
}
