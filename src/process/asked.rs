//! What a stage asks for and of which deals: by customer type (`only`) and by a condition (`ask_when`).

use super::expression::condition;
use super::reader::{At, Reader};
use super::stages::RequiredWritten;
use super::{BuyingRole, Only, Required, Requirement, Step};
use crate::condition::{Condition, Engine};

impl Required {
    /// ` (only large, when rep_win_rate < 0.2)`; nothing when it is asked of all.
    pub fn in_words(&self) -> String {
        let when = self.ask_when.as_ref();
        limits_in_words(&self.only, when.map(|when| when.text.as_str()))
    }
}

impl Step {
    /// ` (only large, when rep_win_rate < 0.2)`; nothing when it is for all.
    pub fn in_words(&self) -> String {
        let when = self.ask_when.as_ref();
        limits_in_words(&self.only, when.map(|when| when.text.as_str()))
    }
}

pub(super) fn limits_in_words(only: &Only, ask_when: Option<&str>) -> String {
    match ask_when {
        None => only.in_words(),
        Some(when) if only.0.is_empty() => format!(" (only when {when})"),
        Some(when) => format!(" (only {}, when {when})", only.0.join(", ")),
    }
}

pub(super) fn required(
    reader: &Reader<'_>,
    engine: &Engine,
    written: Vec<RequiredWritten>,
) -> Vec<Required> {
    let required = written.into_iter().map(|required| Required {
        what: match BuyingRole::from_name(&required.name.value) {
            Some(role) => Requirement::Role(role),
            None => Requirement::Field(required.name.value),
        },
        only: required.only,
        ask_when: checked(reader, engine, required.ask_when),
    });
    required.collect()
}

pub(super) fn steps(
    reader: &Reader<'_>,
    engine: &Engine,
    steps: Vec<Step>,
    asked: Vec<Option<At<String>>>,
) -> Vec<Step> {
    let both = steps.into_iter().zip(asked);
    let steps = both.map(|(step, ask_when)| Step {
        ask_when: checked(reader, engine, ask_when),
        ..step
    });
    steps.collect()
}

fn checked(
    reader: &Reader<'_>,
    engine: &Engine,
    ask_when: Option<At<String>>,
) -> Option<Condition> {
    condition(reader, engine, &ask_when?)
}
