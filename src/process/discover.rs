//! What an event log tells of the process behind it: its stages in their usual order, the moves between
//! them, and how long each takes. `discover_draft` writes it down as a process file.
//!
//! - Moves are counted from one event of a case to the next: the directly-follows graph (W. van der Aalst,
//!   *Process Mining*, 2nd ed. 2016, section 6.4). The same activity twice running is a repeat, no move.
//! - The order is that of the majority: `a` stands before `b` when in more cases the first `a` was before
//!   the first `b`. Majorities can go in a circle; then the smallest give way (ranked pairs: T. N. Tideman,
//!   *Social Choice and Welfare* 4, 1987). Who follows whom how surely is told by the dependency measure
//!   (|a>b| - |b>a|) / (|a>b| + |b>a| + 1) of the heuristics miner (A. Weijters, W. van der Aalst,
//!   *Integrated Computer-Aided Engineering* 10, 2003).
//! - A stay lasts from an activity to the next other one of its case; what nothing follows has no length.
//! - Where a change of the process moved a case, our own logs say so: it is there from then on, but what it was in
//!   before is not counted as leading there, and has no length.

use std::cmp::Reverse;
use std::collections::HashMap;

/// Activities and times by case. Whoever reads a file fills it.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    pub activities: Vec<String>,
    activity_places: HashMap<String, u32>,
    case_places: HashMap<String, u32>,
    events: Vec<Event>,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    case: u32,
    activity: u32,
    /// Milliseconds since 1970.
    at: i64,
    /// Whether a change of the process brought the case there: what was before it did not lead there.
    moved: bool,
}

impl EventLog {
    /// `moved` says that a change of the process brought the case there.
    pub fn add(&mut self, case: &str, activity: &str, at: i64, moved: bool) {
        let case = place(&mut self.case_places, case);
        let known = self.activity_places.len();
        let activity_place = place(&mut self.activity_places, activity);
        if self.activity_places.len() > known {
            self.activities.push(activity.to_string());
        }
        self.events.push(Event {
            case,
            activity: activity_place,
            at,
            moved,
        });
    }

    /// Puts the events of each case in the order of time. Those of one instant stay as the log has them,
    /// which may list the newest first.
    pub fn settle(&mut self) {
        self.events.sort_by_key(|event| event.case);
        for case in self.events.chunk_by_mut(|a, b| a.case == b.case) {
            if let [first, .., last] = case
                && first.at > last.at
            {
                case.reverse();
            }
            case.sort_by_key(|event| event.at);
        }
    }

    pub fn events(&self) -> usize {
        self.events.len()
    }

    pub fn cases(&self) -> usize {
        self.case_places.len()
    }

    /// First and last instant.
    pub fn spans(&self) -> Option<(i64, i64)> {
        let times = || self.events.iter().map(|event| event.at);
        Some((times().min()?, times().max()?))
    }

    /// How many of the events are moves by a change of the process.
    pub fn moved(&self) -> usize {
        self.events.iter().filter(|event| event.moved).count()
    }

    fn by_case(&self) -> impl Iterator<Item = &[Event]> {
        self.events.chunk_by(|a, b| a.case == b.case)
    }
}

fn place(places: &mut HashMap<String, u32>, name: &str) -> u32 {
    if let Some(place) = places.get(name) {
        return *place;
    }
    let place = places.len() as u32;
    places.insert(name.to_string(), place);
    place
}

/// What is counted of a log.
#[derive(Clone, Debug)]
pub struct Measures {
    pub activities: usize,
    /// Events of each activity.
    pub events: Vec<u64>,
    /// Cases that each activity is in.
    pub cases: Vec<u64>,
    /// Cases that begin, and that end, with it.
    pub begins: Vec<u64>,
    pub ends: Vec<u64>,
    /// Directly following events, row by row: from, to.
    follows: Vec<u64>,
    /// Cases in which the first of the row was before the first of the column.
    before: Vec<u64>,
    /// Sum over cases of where its first event is, from 0 to 1.
    position: Vec<f64>,
    /// Milliseconds of every stay that something followed, sorted.
    pub stays: Vec<Vec<i64>>,
}

impl Measures {
    /// Of the events whose activity is kept, as if there were no others.
    pub fn of(log: &EventLog, keep: &[bool]) -> Self {
        let n = log.activities.len();
        let mut measured = Self {
            activities: n,
            events: vec![0; n],
            cases: vec![0; n],
            begins: vec![0; n],
            ends: vec![0; n],
            follows: vec![0; n * n],
            before: vec![0; n * n],
            position: vec![0.0; n],
            stays: vec![Vec::new(); n],
        };
        let mut kept: Vec<Event> = Vec::new();
        let mut seen: Vec<(usize, usize)> = Vec::new();
        let mut is_seen = vec![false; n];
        for case in log.by_case() {
            kept.clear();
            kept.extend(case.iter().filter(|event| keep[event.activity as usize]));
            measured.add(&kept, &mut seen, &mut is_seen);
        }
        for stays in &mut measured.stays {
            stays.sort_unstable();
        }
        measured
    }

    fn add(&mut self, case: &[Event], seen: &mut Vec<(usize, usize)>, is_seen: &mut [bool]) {
        let (Some(first), Some(last)) = (case.first(), case.last()) else {
            return;
        };
        self.begins[first.activity as usize] += 1;
        self.ends[last.activity as usize] += 1;
        seen.clear();
        let mut since = first.at;
        for (at, event) in case.iter().enumerate() {
            let activity = event.activity as usize;
            self.events[activity] += 1;
            if !is_seen[activity] {
                is_seen[activity] = true;
                seen.push((activity, at));
            }
        }
        for pair in case.windows(2) {
            let [before, event] = pair else {
                continue;
            };
            if event.moved {
                since = event.at;
                continue;
            }
            let (from, to) = (before.activity as usize, event.activity as usize);
            self.follows[from * self.activities + to] += 1;
            if from != to {
                self.stays[from].push(event.at - since);
                since = event.at;
            }
        }
        let end = case.len().saturating_sub(1).max(1) as f64;
        for (place, (activity, at)) in seen.iter().enumerate() {
            is_seen[*activity] = false;
            self.cases[*activity] += 1;
            self.position[*activity] += *at as f64 / end;
            for (later, _) in &seen[place + 1..] {
                self.before[activity * self.activities + later] += 1;
            }
        }
    }

    /// How often `to` directly followed `from`.
    pub fn follows(&self, from: usize, to: usize) -> u64 {
        self.follows[from * self.activities + to]
    }

    /// Cases in which `a` came first before `b` did.
    pub fn before(&self, a: usize, b: usize) -> u64 {
        self.before[a * self.activities + b]
    }

    /// How surely `a` comes before `b`: from -1 to 1.
    pub fn dependency(&self, a: usize, b: usize) -> f64 {
        let (there, back) = (self.before(a, b) as f64, self.before(b, a) as f64);
        (there - back) / (there + back + 1.0)
    }

    fn mean_position(&self, activity: usize) -> f64 {
        self.position[activity] / self.cases[activity].max(1) as f64
    }

    /// Where a share of the stays is over, in milliseconds: between the two nearest where it falls between.
    pub fn stay(&self, activity: usize, share: f64) -> Option<f64> {
        let stays = &self.stays[activity];
        let last = stays.len().checked_sub(1)?;
        let at = share * last as f64;
        let (below, above) = (stays[at.floor() as usize], stays[at.ceil() as usize]);
        Some(below as f64 + (above - below) as f64 * at.fract())
    }
}

/// Activities in their usual order, and what speaks against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub stages: Vec<usize>,
    /// Pairs, in the order they stand, of which more cases have the second first.
    pub against: Vec<(usize, usize)>,
}

impl Order {
    /// The order of some of the activities of a log.
    pub fn of(measured: &Measures, names: &[String], among: &[usize]) -> Self {
        let n = among.len();
        let mut pairs: Vec<(u64, usize, usize)> = Vec::new();
        for a in 0..n {
            for b in 0..n {
                let there = measured.before(among[a], among[b]);
                let back = measured.before(among[b], among[a]);
                if there > back {
                    pairs.push((there - back, a, b));
                }
            }
        }
        let name = |at: usize| &names[among[at]];
        pairs.sort_by_key(|(margin, a, b)| (Reverse(*margin), name(*a), name(*b)));
        // `reach[a * n + b]`: b is behind a by what is settled so far.
        let mut reach = vec![false; n * n];
        for (_, a, b) in pairs {
            if reach[b * n + a] || reach[a * n + b] {
                continue;
            }
            let above: Vec<usize> = (0..n).filter(|x| *x == a || reach[x * n + a]).collect();
            let below: Vec<usize> = (0..n).filter(|y| *y == b || reach[b * n + y]).collect();
            for x in &above {
                for y in &below {
                    reach[x * n + y] = true;
                }
            }
        }
        let mut left: Vec<usize> = (0..n).collect();
        left.sort_by(|a, b| {
            let of = |at: usize| measured.mean_position(among[at]);
            of(*a)
                .total_cmp(&of(*b))
                .then_with(|| name(*a).cmp(name(*b)))
        });
        let mut stages = Vec::with_capacity(n);
        while !left.is_empty() {
            // What is settled has no circle: somebody is behind nobody.
            let first = left
                .iter()
                .position(|b| left.iter().all(|a| !reach[a * n + b]))
                .unwrap_or(0);
            stages.push(among[left.remove(first)]);
        }
        let mut against = Vec::new();
        for (at, a) in stages.iter().enumerate() {
            for b in &stages[at + 1..] {
                if measured.before(*b, *a) > measured.before(*a, *b) {
                    against.push((*a, *b));
                }
            }
        }
        Self { stages, against }
    }
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
