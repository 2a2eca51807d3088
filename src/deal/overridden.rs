//! Gates that were passed although something was open: which lines of them, in the order in which it happened.

use chrono::NaiveDate;

use super::effective_order;
use super::event::{Event, Recorded};
use crate::id::Id;

/// One gate that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridden {
    pub deal: Id,
    /// The stage that was left.
    pub stage: String,
    pub day: NaiveDate,
    /// Names, titles of steps or conditions that were not met.
    pub open: Vec<String>,
}

impl Overridden {
    /// Of the events of one deal, of which those that move it are enough.
    pub fn from_events(events: &[Recorded]) -> Vec<Self> {
        let mut found = Vec::new();
        let mut stage: Option<&str> = None;
        for recorded in effective_order(events) {
            let overridden = match &recorded.event {
                Event::StageEntered { overridden, .. } | Event::Won { overridden, .. } => {
                    overridden.as_ref()
                }
                _ => None,
            };
            if let Some((overridden, stage)) = overridden.zip(stage) {
                found.push(Self {
                    deal: recorded.stream,
                    stage: stage.to_string(),
                    day: recorded.day,
                    open: overridden.open.clone(),
                });
            }
            match &recorded.event {
                Event::StageEntered { stage: entered, .. } => stage = Some(entered),
                Event::Reopened {
                    stage: Some(again), ..
                } => stage = Some(again),
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{Move, Override, Private};
    use super::super::sample::daily;
    use super::*;

    fn told(events: Vec<Event>) -> Vec<Recorded> {
        daily("2026-10-05", events)
    }

    fn entered(stage: &str, how: Move, open: &[&str]) -> Event {
        Event::StageEntered {
            stage: stage.to_string(),
            how,
            entered: None,
            customer_type: None,
            overridden: over(open),
        }
    }

    fn over(open: &[&str]) -> Option<Override> {
        (!open.is_empty()).then(|| Override {
            reason: Private::new("they are in a hurry"),
            open: open.iter().map(ToString::to_string).collect(),
        })
    }

    #[test]
    fn each_is_of_the_stage_that_was_left() {
        let events = vec![
            Event::DealOpened {
                account: None,
                opened: None,
                external: None,
            },
            entered("qualify", Move::Start, &[]),
            entered("demonstrate", Move::Advance, &["decider", "value >= 5000"]),
            entered("propose", Move::Advance, &[]),
            Event::Won {
                imported: false,
                closed: None,
                overridden: over(&["terms"]),
            },
        ];
        let day = |text: &str| text.parse().expect("a date");
        let expected = [
            Overridden {
                deal: Id(7),
                stage: "qualify".to_string(),
                day: day("2026-10-07"),
                open: vec!["decider".to_string(), "value >= 5000".to_string()],
            },
            Overridden {
                deal: Id(7),
                stage: "propose".to_string(),
                day: day("2026-10-09"),
                open: vec!["terms".to_string()],
            },
        ];
        assert_eq!(Overridden::from_events(&told(events.clone())), expected);

        // What is undone was not passed over, and the deal was where it was before.
        let mut events = events;
        events.push(Event::Undone { operation: Id(104) });
        events.push(Event::Undone { operation: Id(103) });
        events.push(entered("negotiate", Move::Advance, &["users"]));
        let stages: Vec<String> = Overridden::from_events(&told(events))
            .into_iter()
            .map(|one| one.stage)
            .collect();
        assert_eq!(stages, ["qualify", "demonstrate"]);
    }
}
