//! A row of a known deal that tells another end of it than the store has.

use super::known_deal::KnownDeal;
use super::read::Row;
use super::telling::{Telling, Told};
use crate::deal::book::State;
use crate::deal::event::Amount;
use crate::id::Id;

/// What differs between a row and its deal. An import never updates; a person may.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    pub line: u64,
    /// The file's own id of the deal, if it has one.
    pub id: Option<String>,
    pub deal: Id,
    /// In the store, and in the row.
    pub outcome: Option<(State, State)>,
    /// In the store, and in the row. Of an open deal people here know better than a file.
    pub value: Option<(Option<Amount>, Amount)>,
}

impl Changed {
    /// Compares a row with its deal, of which `value_of` knows what it is worth.
    pub(super) fn of(
        telling: &Telling<'_>,
        row: &Row,
        known: &KnownDeal,
        value_of: impl Fn(Id) -> Option<Amount>,
    ) -> Option<Self> {
        let (told, _) = telling.standing(row).ok()?;
        let (state, same) = match told {
            Told::Won => (State::Won, known.state == State::Won),
            Told::Lost => (State::Lost, known.state == State::Lost),
            _ => (State::Open, known.state.is_open()),
        };
        let outcome = (!same).then_some((known.state, state));
        let value = telling
            .value(row)
            .ok()
            .flatten()
            .filter(|value| told.is_worth(*value) && !state.is_open())
            .map(|value| (value_of(known.id), value))
            .filter(|(before, value)| *before != Some(*value));
        (outcome.is_some() || value.is_some()).then(|| Self {
            line: row.line,
            id: telling.bound.text("id", row).map(str::to_string),
            deal: known.id,
            outcome,
            value,
        })
    }
}
