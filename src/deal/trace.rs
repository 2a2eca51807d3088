//! The way of a deal as an event log tells it: each thing that happened with its instant, and by which rep.
//!
//! Into a stage, back, into an end and out of it, under the name of the stage or end it leads to; steps as
//! `done_STEP`, as conditions read them; activities and holds where they are asked for. Whatever has no
//! date is no event of a log. Nothing here names a person: a rep is told, whoever else acted is not, and
//! the rep who had the deal stands for them.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::event::{Change, Event, Move, Recorded};
use crate::id::Id;
use crate::process::{LOST, WON};

/// One event of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    pub at: DateTime<Utc>,
    /// `stage`, `back`, `moved` (by a change of the process), `won`, `lost`, `reopened`, `step`, `activity` or `hold`.
    pub kind: &'static str,
    pub activity: String,
    pub rep: Option<String>,
    /// Something was missing, and the gate was passed all the same.
    pub overridden: bool,
}

/// What a log tells beside moves and steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct With {
    pub activities: bool,
    pub holds: bool,
}

/// A deal as a log tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    pub events: Vec<Happened>,
    /// Events that would be there if somebody had told their date.
    pub undated: u64,
}

/// Tells events that count, in their order, up to a day. `rep_of`: the rep that an actor is.
pub fn trace<'e>(
    order: impl IntoIterator<Item = &'e Recorded>,
    as_of: NaiveDate,
    with: With,
    rep_of: &dyn Fn(&str) -> Option<String>,
) -> Trace {
    let mut trace = Trace::default();
    let order: Vec<&Recorded> = order.into_iter().collect();
    // Whoever ran an import did not do what it told of, steps included.
    let moved = order
        .iter()
        .filter(|recorded| recorded.event.is_imported_move());
    let imports: BTreeSet<Id> = moved.map(|recorded| recorded.operation).collect();
    let mut owner: Option<String> = None;
    let mut stage: Option<String> = None;
    for recorded in order {
        if recorded.day > as_of {
            continue;
        }
        let imported = imports.contains(&recorded.operation);
        let mut overridden_here = false;
        let (kind, activity, dated) = match &recorded.event {
            Event::Changed(Change::Owner(told)) => {
                owner.clone_from(told);
                continue;
            }
            Event::StageEntered {
                stage: to,
                how,
                entered,
                overridden,
                ..
            } => {
                stage = Some(to.clone());
                overridden_here = overridden.is_some();
                let kind = match how {
                    Move::Back | Move::ImportedBack => "back",
                    Move::Start | Move::Advance | Move::Imported => "stage",
                    Move::Process => "moved",
                };
                (kind, to.clone(), entered.is_some())
            }
            Event::Won {
                closed, overridden, ..
            } => {
                overridden_here = overridden.is_some();
                (WON, WON.to_string(), closed.is_some() || !imported)
            }
            Event::Lost { closed, .. } => (LOST, LOST.to_string(), closed.is_some() || !imported),
            Event::Reopened { stage: to, .. } => {
                let Some(to) = to.clone().or_else(|| stage.clone()) else {
                    continue;
                };
                stage = Some(to.clone());
                ("reopened", to, true)
            }
            Event::StepDone { step } => ("step", format!("done_{step}"), true),
            Event::Logged(activity) if with.activities => {
                ("activity", activity.what.name().to_string(), true)
            }
            Event::Held { .. } if with.holds => ("hold", "hold".to_string(), true),
            Event::Resumed if with.holds => ("hold", "resume".to_string(), true),
            _ => continue,
        };
        if !dated {
            trace.undated += 1;
            continue;
        }
        let by = (!imported).then(|| rep_of(&recorded.actor)).flatten();
        trace.events.push(Happened {
            at: recorded.effective,
            kind,
            activity,
            rep: by.or_else(|| owner.clone()),
            overridden: overridden_here,
        });
    }
    trace
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
