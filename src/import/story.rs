//! The way of one deal as a log tells it, and what the store was told of it before.
//!
//! A log tells the whole way. Only the end may stand in the file of deals alone, and with it the reason
//! of a loss, which logs hardly ever have: both are kept.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::deal::effective_order;
use crate::deal::event::{Change, Event, Move, Recorded};
use crate::id::Id;
use crate::process::{LOST, Process, WON};

/// A row of the log: into a stage, `won` or `lost`.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) to: String,
    pub(super) at: DateTime<Utc>,
    /// Business date of `at`.
    pub(super) day: NaiveDate,
}

/// One change of where a deal stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    pub at: DateTime<Utc>,
    /// Business date of `at`.
    pub day: NaiveDate,
    pub event: Event,
}

/// The moves that steps in the order of time make. A step to where the deal is already makes none.
pub(super) fn moves<'s>(process: &Process, steps: impl Iterator<Item = &'s Step>) -> Vec<Moved> {
    let mut moves = Vec::new();
    let (mut stage, mut end): (Option<&str>, Option<&str>) = (None, None);
    for Step { to, at, day } in steps {
        let to = to.as_str();
        if end.or(stage) == Some(to) {
            continue;
        }
        let event = match to {
            WON => Event::Won {
                imported: true,
                closed: Some(*day),
                overridden: None,
            },
            LOST => Event::Lost {
                reason: None,
                note: None,
                imported: true,
                closed: Some(*day),
            },
            to if end.is_some() => Event::Reopened {
                reason: None,
                stage: Some(to.to_string()),
            },
            to => Event::StageEntered {
                stage: to.to_string(),
                how: how(process, stage, to),
                entered: Some(*day),
                customer_type: None,
                overridden: None,
            },
        };
        if matches!(to, WON | LOST) {
            end = Some(to);
        } else {
            (stage, end) = (Some(to), None);
        }
        moves.push(Moved {
            at: *at,
            day: *day,
            event,
        });
    }
    moves
}

fn how(process: &Process, from: Option<&str>, to: &str) -> Move {
    let from = from.and_then(|from| process.stage_index(from));
    if process.stage_index(to) < from {
        Move::ImportedBack
    } else {
        Move::Imported
    }
}

/// What the store was told of a deal's way before; all of it by imports.
pub(super) struct Before<'e> {
    events: Vec<&'e Recorded>,
    moves: Vec<&'e Recorded>,
}

impl<'e> Before<'e> {
    /// Refuses a deal that was moved by people here: who did, and when.
    pub(super) fn of(events: &'e [Recorded]) -> Result<Self, String> {
        let events = effective_order(events);
        let imports: BTreeSet<Id> = events
            .iter()
            .filter(|recorded| recorded.event.is_imported_move())
            .map(|recorded| recorded.operation)
            .collect();
        let mut moves = Vec::new();
        for recorded in &events {
            let imported = match &recorded.event {
                Event::StageEntered { .. } | Event::Won { .. } | Event::Lost { .. } => {
                    recorded.event.is_imported_move()
                }
                // A log that opens a deal again has closed it before.
                Event::Reopened { .. } => imports.contains(&recorded.operation),
                _ => continue,
            };
            if !imported {
                return Err(format!(
                    "the deal was moved here, by {} on {}; its own history stands",
                    recorded.actor, recorded.day
                ));
            }
            moves.push(*recorded);
        }
        Ok(Self { events, moves })
    }

    pub(super) fn has_moves(&self) -> bool {
        !self.moves.is_empty()
    }

    /// Takes the end, and reasons of losses, into a log's moves where the log tells none.
    pub(super) fn complete(&self, moves: &mut Vec<Moved>) -> Result<(), String> {
        let last = moves.len().saturating_sub(1);
        for (place, moved) in moves.iter_mut().enumerate() {
            if let Event::Lost { reason, note, .. } = &mut moved.event
                && let Some(Event::Lost {
                    reason: why,
                    note: words,
                    ..
                }) = self.loss(moved.day, place == last)
            {
                reason.clone_from(why);
                note.clone_from(words);
            }
        }
        let (Some(end), Some(last)) = (self.moves.last(), moves.last()) else {
            return Ok(());
        };
        if !is_end(&end.event) || is_end(&last.event) {
            return Ok(());
        }
        let closed = match &end.event {
            Event::Won { closed, .. } | Event::Lost { closed, .. } => *closed,
            _ => None,
        };
        let is_told = moves
            .iter()
            .any(|moved| is_end(&moved.event) && standing(&moved.event) == standing(&end.event));
        if is_told && closed.is_none_or(|closed| closed < last.day) {
            // The log knows the end, and that it was not the last word.
            return Ok(());
        }
        if let Some(closed) = closed.filter(|closed| *closed < last.day) {
            return Err(format!(
                "the deal was {} on {closed}, and the log moves it on {} without an end after that",
                standing(&end.event).unwrap_or_default(),
                last.day
            ));
        }
        let (at, day) = if end.effective < last.at {
            (last.at, closed.unwrap_or(last.day))
        } else {
            (end.effective, end.day)
        };
        moves.push(Moved {
            at,
            day,
            event: end.event.clone(),
        });
        Ok(())
    }

    /// The loss of that day; for the last move of a log also one of another day.
    fn loss(&self, day: NaiveDate, is_last: bool) -> Option<&Event> {
        let is_loss = |recorded: &&&Recorded| matches!(recorded.event, Event::Lost { .. });
        let of_day = self
            .moves
            .iter()
            .filter(is_loss)
            .find(|recorded| recorded.day == day);
        let latest = self.moves.last().filter(is_loss).filter(|_| is_last);
        of_day.or(latest).map(|recorded| &recorded.event)
    }

    /// Whether a log tells what is known.
    pub(super) fn tells(&self, moves: &[Moved]) -> bool {
        let known = self
            .moves
            .iter()
            .map(|recorded| (recorded.day, &recorded.event));
        known.eq(moves.iter().map(|moved| (moved.day, &moved.event)))
    }

    /// Whether a log leaves the deal somewhere else.
    pub(super) fn stands_elsewhere(&self, moves: &[Moved]) -> bool {
        let known = self.moves.last().map(|recorded| &recorded.event);
        known.is_some_and(|known| {
            moves.last().map(|moved| standing(&moved.event)) != Some(standing(known))
        })
    }

    /// What an import told of the deal as such (its owner, its product), dated with the first day it
    /// knew of: it holds from the log's first row on.
    pub(super) fn since(&self, first: DateTime<Utc>) -> Vec<Change> {
        let Some(opened) = self
            .events
            .iter()
            .find(|recorded| matches!(recorded.event, Event::DealOpened { .. }))
            .filter(|opened| first < opened.effective)
        else {
            return Vec::new();
        };
        let has = |change: &Change| {
            self.events.iter().any(|recorded| {
                recorded.effective <= first
                    && matches!(&recorded.event, Event::Changed(known) if known == change)
            })
        };
        let told = self.events.iter().filter_map(|recorded| {
            let with_it =
                recorded.operation == opened.operation && recorded.effective == opened.effective;
            match &recorded.event {
                // What it is worth came with its end.
                Event::Changed(Change::Value(_) | Change::ExpectedClose(_)) => None,
                Event::Changed(change) if with_it && !has(change) => Some(change.clone()),
                _ => None,
            }
        });
        told.collect()
    }
}

fn is_end(event: &Event) -> bool {
    matches!(event, Event::Won { .. } | Event::Lost { .. })
}

/// Where a move leaves the deal.
fn standing(event: &Event) -> Option<&str> {
    match event {
        Event::Won { .. } => Some(WON),
        Event::Lost { .. } => Some(LOST),
        Event::StageEntered { stage, .. } => Some(stage),
        Event::Reopened { stage, .. } => stage.as_deref(),
        _ => None,
    }
}
