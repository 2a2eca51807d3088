//! `best-fit`: the deals go where the most of them can be expected to be won, within everybody's room.
//!
//! A transportation problem: classes of deals on one side, reps with room on the other, an expected ratio on
//! each pair. Solved exactly, by successive shortest paths on whole numbers: deal by deal along the cheapest
//! path, which may take an earlier deal of another class from a rep and pass it on. The cost of a deal is
//! first what is lost by not winning it, then the load it leaves its rep with, so that of all best answers
//! the most even is found. Loads rise with each deal a rep is given: the cost of the next slot is never below
//! that of the last, and that is all that shortest paths need to stay exact.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::even::{Load, is_plain};
use super::{Ratios, Seat};

/// Ratios are compared to a millionth; the load has the lower 80 bits for itself.
const MILLION: f64 = 1e6;
const LOAD_BITS: u32 = 80;
const FAR: i128 = i128::MAX;

/// `classes` has one entry a deal, and there is room for all of them.
pub(super) fn best_fit(seats: &[&Seat], classes: &[&str], ratios: &Ratios) -> Vec<usize> {
    let mut names: BTreeMap<&str, usize> = classes.iter().map(|class| (*class, 0)).collect();
    for (at, place) in names.values_mut().enumerate() {
        *place = at;
    }
    let plain = is_plain(seats);
    let mut flow = Flow::new(seats, classes.len(), plain);
    for class in names.keys() {
        flow.cost.push(
            seats
                .iter()
                .map(|seat| miss(ratios.of(class, &seat.rep).share))
                .collect(),
        );
        flow.given.push(vec![0; seats.len()]);
        flow.class_potential.push(0);
    }
    for class in classes {
        flow.add(names[class]);
    }
    flow.hand_out(classes.iter().map(|class| names[class]))
}

/// What is lost by giving a deal to somebody with this ratio.
fn miss(share: f64) -> i128 {
    let millionths = (share.clamp(0.0, 1.0) * MILLION).round() as i128;
    (MILLION as i128 - millionths) << LOAD_BITS
}

struct Flow<'a> {
    seats: &'a [&'a Seat],
    plain: bool,
    room: Vec<usize>,
    filled: Vec<usize>,
    /// Class by rep.
    cost: Vec<Vec<i128>>,
    given: Vec<Vec<usize>>,
    /// Of each rep the classes they have deals of: the ways on from a rep.
    held: Vec<Vec<usize>>,
    class_potential: Vec<i128>,
    rep_potential: Vec<i128>,
    end_potential: i128,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    End(usize),
    Rep(usize),
    Class(usize),
}

impl<'a> Flow<'a> {
    fn new(seats: &'a [&'a Seat], deals: usize, plain: bool) -> Self {
        Self {
            seats,
            plain,
            room: seats.iter().map(|seat| seat.room(deals)).collect(),
            filled: vec![0; seats.len()],
            cost: Vec::new(),
            given: Vec::new(),
            held: vec![Vec::new(); seats.len()],
            class_potential: Vec::new(),
            rep_potential: vec![0; seats.len()],
            end_potential: 0,
        }
    }

    /// The load that one deal more would leave this rep with, while they have room.
    fn slot(&self, rep: usize) -> Option<i128> {
        (self.filled[rep] < self.room[rep])
            .then(|| Load::after(self.seats[rep], self.filled[rep] as u64 + 1, self.plain).scaled())
    }

    /// One deal more of `class`, along the cheapest path to a free slot (Dijkstra on reduced costs).
    fn add(&mut self, class: usize) {
        let mut to_class = vec![FAR; self.cost.len()];
        let mut to_rep = vec![FAR; self.seats.len()];
        // How each was come to: a rep from a class, a class from a rep.
        let mut rep_from = vec![0; self.seats.len()];
        let mut class_from = vec![0; self.cost.len()];
        let mut to_end = FAR;
        let mut last = None;
        let mut open = BinaryHeap::from([Reverse((0, Node::Class(class)))]);
        to_class[class] = 0;
        while let Some(Reverse((distance, node))) = open.pop() {
            match node {
                Node::End(rep) => {
                    last = Some(rep);
                    break;
                }
                Node::Class(at) if distance == to_class[at] => {
                    for rep in 0..self.seats.len() {
                        let far = distance + self.cost[at][rep] + self.class_potential[at]
                            - self.rep_potential[rep];
                        // Whoever can take nothing and has nothing to pass on leads nowhere.
                        if far < to_rep[rep] && self.room[rep] > 0 && far < to_end {
                            to_rep[rep] = far;
                            rep_from[rep] = at;
                            open.push(Reverse((far, Node::Rep(rep))));
                        }
                    }
                }
                Node::Rep(at) if distance == to_rep[at] => {
                    if let Some(slot) = self.slot(at) {
                        let far = distance + slot + self.rep_potential[at] - self.end_potential;
                        if far < to_end {
                            to_end = far;
                            open.push(Reverse((far, Node::End(at))));
                        }
                    }
                    for other in &self.held[at] {
                        let far = distance - self.cost[*other][at] + self.rep_potential[at]
                            - self.class_potential[*other];
                        if far < to_class[*other] && far < to_end {
                            to_class[*other] = far;
                            class_from[*other] = at;
                            open.push(Reverse((far, Node::Class(*other))));
                        }
                    }
                }
                Node::Class(_) | Node::Rep(_) => {}
            }
        }
        let Some(mut rep) = last else {
            return;
        };
        for (potential, far) in self.class_potential.iter_mut().zip(&to_class) {
            *potential += (*far).min(to_end);
        }
        for (potential, far) in self.rep_potential.iter_mut().zip(&to_rep) {
            *potential += (*far).min(to_end);
        }
        self.end_potential += to_end;
        self.filled[rep] += 1;
        loop {
            let from = rep_from[rep];
            self.give(from, rep);
            if from == class {
                break;
            }
            rep = class_from[from];
            self.take(from, rep);
        }
    }

    fn give(&mut self, class: usize, rep: usize) {
        if self.given[class][rep] == 0 {
            let place = self.held[rep].partition_point(|other| *other < class);
            self.held[rep].insert(place, class);
        }
        self.given[class][rep] += 1;
    }

    fn take(&mut self, class: usize, rep: usize) {
        self.given[class][rep] -= 1;
        if self.given[class][rep] == 0 {
            self.held[rep].retain(|other| *other != class);
        }
    }

    /// Deal by deal, round the reps of its class, so that nobody gets all of the first ones.
    fn hand_out(mut self, deals: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut turn = vec![0; self.cost.len()];
        let reps = self.seats.len();
        deals
            .filter_map(|class| {
                let at = (0..reps)
                    .map(|step| (turn[class] + step) % reps)
                    .find(|at| self.given[class][*at] > 0)?;
                self.given[class][at] -= 1;
                turn[class] = at + 1;
                Some(at)
            })
            .collect()
    }
}
