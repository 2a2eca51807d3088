//! What a change of the process does to the deals that are open: where those go whose stage is called something else or
//! is gone (`fate`, which `process apply` follows too), whose gate lets them pass no longer (`gates`, line by line as in
//! `rules`), which are late (`late`). Pure: the Book and what conditions gave come in.

mod gates;
mod late;
mod rules;

pub use gates::{Arrival, Asked, Gates, Judge, Line, gates};
pub use late::{Late, late};

use super::book::{Book, Day, Left};
use crate::process::Process;

/// What becomes of the open deals of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The stage is there.
    Stays,
    /// It is called something else: the stay goes on, begun when it was.
    Renamed(String),
    /// It is gone: its deals enter another, on the day of the change.
    Moved(String),
    /// It is gone, and nothing says where its deals go.
    Homeless,
}

/// What becomes of the open deals of a stage, by the name that the deals have it by.
pub fn fate(before: Option<&Process>, after: &Process, stage: &str) -> Fate {
    let known = before.map_or(stage, |before| before.stage_now(stage));
    let Some(now) = after.stage(known) else {
        let to = after.deals_to(known);
        return to.map_or(Fate::Homeless, |to| Fate::Moved(to.to_string()));
    };
    if now.name == stage {
        Fate::Stays
    } else {
        Fate::Renamed(now.name.clone())
    }
}

/// The open deals of a stage, by their places in the Book, and what becomes of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// As the process before calls it.
    pub stage: String,
    pub fate: Fate,
    pub deals: Vec<u32>,
}

impl Held {
    /// The stage that its deals are in after the change.
    pub fn now(&self) -> Option<&str> {
        match &self.fate {
            Fate::Stays => Some(&self.stage),
            Fate::Renamed(to) | Fate::Moved(to) => Some(to),
            Fate::Homeless => None,
        }
    }
}

/// Where open deals are, stage by stage. The Book is one of the process before.
pub fn held(book: &Book, before: &Process, after: &Process) -> Vec<Held> {
    let mut all: Vec<Held> = book
        .stages
        .iter()
        .map(|stage| Held {
            stage: stage.clone(),
            fate: fate(Some(before), after, stage),
            deals: Vec::new(),
        })
        .collect();
    let deals = &book.deals;
    for (deal, stage) in (0_u32..).zip(&deals.stage) {
        if let Some(stage) = stage.filter(|_| deals.state[deal as usize].is_open()) {
            all[usize::from(stage)].deals.push(deal);
        }
    }
    all
}

/// Lets the open deals of stages that are gone be where they go, as of the day of the Book, which is one of the process
/// after.
pub fn take_along(book: &mut Book, before: &Process, after: &Process) {
    let place = |book: &Book, name: &str| book.stages.iter().position(|stage| stage == name);
    let fates: Vec<Option<u16>> = book
        .stages
        .iter()
        .map(|stage| match fate(Some(before), after, stage) {
            Fate::Moved(to) => place(book, &to).and_then(|at| u16::try_from(at).ok()),
            _ => None,
        })
        .collect();
    if fates.iter().all(Option::is_none) {
        return;
    }
    let today = Day::of(book.as_of);
    let mut to: Vec<Option<u16>> = vec![None; book.deals.len()];
    for (deal, to) in to.iter_mut().enumerate() {
        let stage = book.deals.stage[deal].filter(|_| book.deals.state[deal].is_open());
        *to = stage.and_then(|stage| fates[usize::from(stage)]);
        if to.is_some() {
            book.deals.stage[deal] = *to;
            book.deals.stage_entered[deal] = Some(today);
        }
    }
    let old = std::mem::take(&mut book.visits);
    for at in 0..old.len() {
        let deal = old.deal[at];
        let is_last = old.deal.get(at + 1) != Some(&deal);
        let moved = to[deal as usize].filter(|_| is_last);
        let visits = &mut book.visits;
        visits.push_of(&old, at);
        if let Some(stage) = moved {
            let last = visits.len() - 1;
            visits.left[last] = Some(today);
            visits.how[last] = Left::Moved;
            visits.deal.push(deal);
            visits.stage.push(stage);
            visits.entered.push(Some(today));
            visits.left.push(None);
            visits.how.push(Left::Still);
            visits.overridden.push(false);
        }
    }
}
