//! Who gets which deal: a selection becomes deals of reps who are here and have room.
//!
//! `prospect start` says which rule; the store says who has how many open deals and how their deals ended;
//! this says who gets what. Reps are taken in name order and deals in theirs, so that the same question has
//! the same answer on every machine.

mod best_fit;
mod even;
mod ratio;
#[cfg(test)]
mod tests;
mod transfer;

pub use ratio::{Closed, Ratio, Ratios};
pub use transfer::{Pile, Transfer, transfers};

/// One rep who might be given deals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub rep: String,
    /// How many open deals they may have; nothing says no limit.
    pub capacity: Option<u32>,
    /// How many they have.
    pub open: u32,
    /// Away on the day: is given nothing.
    pub absent: bool,
}

impl Seat {
    /// How many deals more they can take, of `wanted`.
    pub fn room(&self, wanted: usize) -> usize {
        if self.absent {
            return 0;
        }
        self.capacity.map_or(wanted, |capacity| {
            wanted.min(capacity.saturating_sub(self.open) as usize)
        })
    }
}

/// How deals are handed out.
#[derive(Debug, Clone, Copy)]
pub enum Rule<'a> {
    /// Whoever has the least to do, deal by deal.
    LeastLoaded,
    /// One each in name order, beginning after the rep who was given a deal last.
    RoundRobin { after: Option<&'a str> },
    /// So that the most can be expected to be won: `classes` says of each deal what kind it is.
    BestFit {
        classes: &'a [&'a str],
        ratios: &'a Ratios,
    },
    /// All to one.
    One(&'a str),
}

/// Of each of `deals` deals the place in `seats` of the rep who gets it.
///
/// Nobody gets more than they have room for, whoever is away gets none. What does not fit are the last
/// deals, so that the order of a selection says who is left out.
pub fn assign(rule: &Rule, seats: &[Seat], deals: usize) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..seats.len()).collect();
    order.sort_by(|a, b| seats[*a].rep.cmp(&seats[*b].rep));
    let by_name: Vec<&Seat> = order.iter().map(|at| &seats[*at]).collect();
    let fit = room(&by_name, deals).min(deals);
    let given = match rule {
        Rule::LeastLoaded => even::least_loaded(&by_name, fit),
        Rule::RoundRobin { after } => round_robin(&by_name, fit, *after),
        Rule::BestFit { classes, ratios } => {
            best_fit::best_fit(&by_name, classes.get(..fit).unwrap_or(classes), ratios)
        }
        Rule::One(name) => one(&by_name, fit, name),
    };
    let mut answer: Vec<Option<usize>> = given.into_iter().map(|at| Some(order[at])).collect();
    answer.resize(deals, None);
    answer
}

/// How many of `deals` these reps can take together.
fn room(seats: &[&Seat], deals: usize) -> usize {
    seats
        .iter()
        .fold(0, |sum, seat| sum.saturating_add(seat.room(deals)))
}

fn one(seats: &[&Seat], deals: usize, name: &str) -> Vec<usize> {
    let found = seats.iter().position(|seat| seat.rep == name);
    found.map_or_else(Vec::new, |at| vec![at; seats[at].room(deals)])
}

/// The full ones are passed over. Who was last may have left since: then it goes on where they stood.
fn round_robin(seats: &[&Seat], deals: usize, after: Option<&str>) -> Vec<usize> {
    let mut room: Vec<usize> = seats.iter().map(|seat| seat.room(deals)).collect();
    let first = after.map_or(0, |last| {
        seats.partition_point(|seat| seat.rep.as_str() <= last)
    });
    let mut turn: Vec<usize> = (first..seats.len()).chain(0..first).collect();
    let mut given = Vec::with_capacity(deals);
    while given.len() < deals {
        turn.retain(|at| room[*at] > 0);
        if turn.is_empty() {
            break;
        }
        for at in turn.iter().take(deals - given.len()) {
            room[*at] -= 1;
            given.push(*at);
        }
    }
    given
}
