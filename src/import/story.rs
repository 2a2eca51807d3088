//! The way of one deal as a log tells it, and what the store was told of it before.
//!
//! A log tells the whole way, and what was done beside. Only the end may stand in the file of deals alone, and with it the reason
//! of a loss, which logs hardly ever have: both are kept.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::deal::effective_order;
use crate::deal::event::{Amount, Change, Event, Move, Override, Private, Recorded};
use crate::id::Id;
use crate::process::{LOST, Process, WON};

/// What a row of the log tells.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Into a stage, `won` or `lost`.
    Move {
        to: String,
        /// Told by our own logs; without, the order of the stages tells it.
        how: Option<Move>,
        overridden: Option<Override>,
    },
    /// A step, an activity: it leads nowhere.
    Beside(Event),
}

/// A row of the log.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) what: What,
    pub(super) at: DateTime<Utc>,
    /// Business date of `at`.
    pub(super) day: NaiveDate,
}

/// One thing that happened to a deal: a change of where it stands, or what was done beside.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    pub at: DateTime<Utc>,
    /// Business date of `at`.
    pub day: NaiveDate,
    pub event: Event,
}

impl Moved {
    pub(super) fn is_move(&self) -> bool {
        standing(&self.event).is_some()
    }
}

/// What steps in the order of time come to, and how many of them lead to where the deal was already: these
/// make nothing.
pub(super) fn moves<'s>(
    process: &Process,
    customer_type: Option<&str>,
    steps: impl Iterator<Item = &'s Step>,
) -> (Vec<Moved>, u64) {
    let (mut moves, mut same) = (Vec::new(), 0);
    let (mut stage, mut end): (Option<&str>, Option<&str>) = (None, None);
    for Step { what, at, day } in steps {
        let (at, day) = (*at, *day);
        let (to, told, overridden) = match what {
            What::Move {
                to,
                how,
                overridden,
            } => (to.as_str(), how, overridden.clone()),
            What::Beside(event) => {
                let event = event.clone();
                moves.push(Moved { at, day, event });
                continue;
            }
        };
        if end.or(stage) == Some(to) {
            same += 1;
            continue;
        }
        let event = match to {
            WON => Event::Won {
                imported: true,
                closed: Some(day),
                overridden,
            },
            LOST => Event::Lost {
                reason: None,
                note: None,
                imported: true,
                closed: Some(day),
            },
            to if end.is_some() => Event::Reopened {
                reason: None,
                stage: Some(to.to_string()),
            },
            to => Event::StageEntered {
                stage: to.to_string(),
                how: told.unwrap_or_else(|| how(process, stage, to)),
                entered: Some(day),
                customer_type: customer_type.map(str::to_string),
                overridden,
            },
        };
        if matches!(to, WON | LOST) {
            end = Some(to);
        } else {
            (stage, end) = (Some(to), None);
        }
        moves.push(Moved { at, day, event });
    }
    (moves, same)
}

fn how(process: &Process, from: Option<&str>, to: &str) -> Move {
    let from = from.and_then(|from| process.stage_index(from));
    match (process.stage_index(to), from) {
        (Some(to), Some(from)) if to < from => Move::ImportedBack,
        // A stage that is no more has no place in the order.
        _ => Move::Imported,
    }
}

/// Takes a deal on from a stage that is no more, as a change of the process does with its deals: on the last day that
/// the log tells of. Whether it had to.
pub(super) fn go_on(process: &Process, moves: &mut Vec<Moved>) -> Result<bool, String> {
    let Some(last) = last_move(moves).filter(|last| !is_end(&moves[*last].event)) else {
        return Ok(false);
    };
    let (at, day) = moves
        .last()
        .map_or((moves[last].at, moves[last].day), |one| (one.at, one.day));
    let event = &moves[last].event;
    let Some(stage) = standing(event).filter(|stage| process.stage(stage).is_none()) else {
        return Ok(false);
    };
    let Some(to) = process.deals_to(stage) else {
        return Err(format!(
            "the deal is in `{stage}`, a stage that the process does not have any more; say where its deals go, as in \
             remove = [{{ stage = \"{stage}\", why = \"…\", deals_to = \"…\" }}]"
        ));
    };
    let customer_type = match event {
        Event::StageEntered { customer_type, .. } => customer_type.clone(),
        _ => None,
    };
    let event = Event::StageEntered {
        stage: to.to_string(),
        how: Move::Process,
        entered: Some(day),
        customer_type,
        overridden: None,
    };
    moves.push(Moved { at, day, event });
    Ok(true)
}

/// Where the last move of a log is.
fn last_move(moves: &[Moved]) -> Option<usize> {
    moves.iter().rposition(Moved::is_move)
}

/// The reason of the loss that a log ends with, where it tells one.
pub(super) fn give_reason(moves: &mut [Moved], (listed, words): (Option<String>, Option<String>)) {
    let last = last_move(moves);
    if let Some(Event::Lost { reason, note, .. }) = last.map(|at| &mut moves[at].event) {
        *reason = listed;
        *note = words.map(Private::new);
    }
}

/// What the deal is worth came with its end; of an open deal it is known now.
pub(super) fn give_value(moves: &mut Vec<Moved>, value: Amount, now: (DateTime<Utc>, NaiveDate)) {
    let end = last_move(moves).filter(|at| is_end(&moves[*at].event));
    let (at, day) = end.map_or(now, |end| (moves[end].at, moves[end].day));
    let event = Event::Changed(Change::Value(Some(value)));
    let place = end.unwrap_or(moves.len());
    moves.insert(place, Moved { at, day, event });
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
            // A log that opens a deal again, or tells that the process moved it, has moved it before.
            if standing(&recorded.event).is_none() {
                continue;
            }
            let imported = recorded.event.is_imported_move()
                || recorded.event.gives_way_to_history() && imports.contains(&recorded.operation);
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
        let last = last_move(moves);
        for (place, moved) in moves.iter_mut().enumerate() {
            if let Event::Lost { reason, note, .. } = &mut moved.event
                && reason.is_none()
                && note.is_none()
                && let Some(Event::Lost {
                    reason: why,
                    note: words,
                    ..
                }) = self.loss(moved.day, Some(place) == last)
            {
                reason.clone_from(why);
                note.clone_from(words);
            }
        }
        let (Some(end), Some(last)) = (self.moves.last(), last.map(|last| &moves[last])) else {
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

    /// Whether a log tells what is known, which it can't of a move without a date: our own logs leave those out.
    pub(super) fn tells(&self, moves: &[Moved]) -> bool {
        let known = self
            .moves
            .iter()
            .map(|recorded| (recorded.day, &recorded.event))
            .filter(|(_, event)| is_dated(event));
        let (told, mut beside): (Vec<&Moved>, Vec<&Moved>) =
            moves.iter().partition(|moved| moved.is_move());
        beside.retain(|moved| !self.has(moved));
        let told = told.iter().map(|moved| (moved.day, &moved.event));
        known.eq(told.filter(|(_, event)| is_dated(event))) && beside.is_empty()
    }

    /// Whether a step or an activity is known: it stays where a log takes the place of moves.
    pub(super) fn has(&self, moved: &Moved) -> bool {
        let mut events = self.events.iter();
        events.any(|known| known.effective == moved.at && known.event == moved.event)
    }

    /// Whether a log leaves the deal somewhere else.
    pub(super) fn stands_elsewhere(&self, moves: &[Moved]) -> bool {
        let known = self.moves.last().map(|recorded| &recorded.event);
        known.is_some_and(|known| {
            last_move(moves).map(|last| standing(&moves[last].event)) != Some(standing(known))
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

/// Whether the day of a move was told; a file of deals may know that it was and not when.
fn is_dated(event: &Event) -> bool {
    match event {
        Event::StageEntered { entered: day, .. }
        | Event::Won { closed: day, .. }
        | Event::Lost { closed: day, .. } => day.is_some(),
        _ => true,
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
        Event::Reopened { stage, .. } => Some(stage.as_deref().unwrap_or_default()),
        _ => None,
    }
}
