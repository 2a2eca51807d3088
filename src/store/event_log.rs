//! What happened to all deals, one deal after the other, without what is private: for the log that process
//! mining reads. One pass over the events, one deal in memory.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Row;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Store, log};
use crate::deal::book::Day;
use crate::deal::event::{
    Activity, ActivityKind, Change, Event, Move, Override, Private, Recorded,
};
use crate::fault::Fault;
use crate::id::Id;

/// The kinds of events a log is made of, and those that say which of them count.
const EVENTS: &str = "SELECT e.stream, e.seq, e.operation, e.recorded, e.effective, e.day, e.actor,
        e.version, e.kind, e.body
 FROM deal d CROSS JOIN event e ON e.stream = d.id
 WHERE e.kind IN ('stage_entered', 'won', 'lost', 'reopened', 'step_done', 'logged', 'held', 'resumed',
                  'changed', 'history_told', 'undone', 'redone')
 ORDER BY e.stream, e.seq";

impl Store {
    /// Hands out the events of each deal, in the order of their ids, as they were written; texts are left out.
    pub fn each_deal_told(
        &self,
        mut each: impl FnMut(Id, &[Recorded]) -> Result<()>,
    ) -> Result<()> {
        self.one_view(|connection| {
            let mut statement = connection.prepare(EVENTS)?;
            let mut rows = statement.query([])?;
            let mut events: Vec<Recorded> = Vec::new();
            while let Some(row) = rows.next()? {
                let Some(recorded) = recorded(row)? else {
                    continue;
                };
                if let Some(before) = events.first().map(|event| event.stream)
                    && before != recorded.stream
                {
                    each(before, &events)?;
                    events.clear();
                }
                events.push(recorded);
            }
            match events.first().map(|event| event.stream) {
                Some(last) => each(last, &events),
                None => Ok(()),
            }
        })
    }
}

fn recorded(row: &Row<'_>) -> Result<Option<Recorded>> {
    let kind = row.get_ref(8)?.as_str()?;
    let body = row.get_ref(9)?.as_str()?;
    let unreadable = || {
        let (stream, seq): (i64, i64) = (
            row.get(0).unwrap_or_default(),
            row.get(1).unwrap_or_default(),
        );
        Fault::store(format!("event {seq} of {} can't be read", Id(stream)))
            .hint("`salesctl doctor` says more; restore the newest backup")
    };
    let Some(event) = event(kind, body).ok_or_else(unreadable)? else {
        return Ok(None);
    };
    Ok(Some(Recorded {
        stream: Id(row.get(0)?),
        seq: row.get(1)?,
        operation: Id(row.get(2)?),
        recorded: log::instant(row.get(3)?)?,
        effective: log::instant(row.get(4)?)?,
        day: Day::new(row.get(5)?).date(),
        actor: row.get(6)?,
        version: row.get(7)?,
        event,
    }))
}

#[derive(Deserialize)]
#[allow(clippy::struct_field_names)] // as the event has them
struct Entered {
    stage: String,
    how: Move,
    entered: Option<NaiveDate>,
    overridden: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Ended {
    #[serde(default)]
    imported: bool,
    closed: Option<NaiveDate>,
    overridden: Option<IgnoredAny>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Reopened {
    stage: Option<String>,
}

#[derive(Deserialize)]
struct Step {
    step: String,
}

#[derive(Deserialize)]
struct Logged {
    what: ActivityKind,
}

#[derive(Deserialize)]
struct Owner {
    value: Option<String>,
}

#[derive(Deserialize)]
struct Held {
    until: NaiveDate,
}

#[derive(Deserialize)]
struct Of {
    operation: Id,
}

/// How a change of the owner begins, as events are written; other changes tell a log nothing.
const OF_OWNER: &str = "{\"attribute\":\"owner\"";

/// An event without its texts; outer `None` when it can't be read, inner when it tells a log nothing.
#[allow(clippy::option_option)]
fn event(kind: &str, body: &str) -> Option<Option<Event>> {
    fn read<T: DeserializeOwned>(body: &str) -> Option<T> {
        serde_json::from_str(body).ok()
    }
    let passed = |overridden: Option<IgnoredAny>| {
        overridden.map(|_| Override {
            reason: Private::new(String::new()),
            open: Vec::new(),
        })
    };
    Some(Some(match kind {
        "stage_entered" => {
            let Entered {
                stage,
                how,
                entered,
                overridden,
            } = read(body)?;
            Event::StageEntered {
                stage,
                how,
                entered,
                customer_type: None,
                overridden: passed(overridden),
            }
        }
        "won" => {
            let ended: Ended = read(body)?;
            Event::Won {
                imported: ended.imported,
                closed: ended.closed,
                overridden: passed(ended.overridden),
            }
        }
        "lost" => {
            let ended: Ended = read(body)?;
            Event::Lost {
                reason: ended.reason,
                note: None,
                imported: ended.imported,
                closed: ended.closed,
            }
        }
        "reopened" => Event::Reopened {
            reason: None,
            stage: read::<Reopened>(body)?.stage,
        },
        "step_done" => Event::StepDone {
            step: read::<Step>(body)?.step,
        },
        "logged" => Event::Logged(Activity {
            what: read::<Logged>(body)?.what,
            minutes: None,
            cost_minor: None,
            person: None,
            tool: None,
            text: None,
        }),
        "changed" if body.starts_with(OF_OWNER) => {
            Event::Changed(Change::Owner(read::<Owner>(body)?.value))
        }
        "held" => Event::Held {
            until: read::<Held>(body)?.until,
            reason: Private::new(String::new()),
        },
        "resumed" => Event::Resumed,
        "history_told" => Event::HistoryTold(None),
        "undone" => Event::Undone {
            operation: read::<Of>(body)?.operation,
        },
        "redone" => Event::Redone {
            operation: read::<Of>(body)?.operation,
        },
        _ => return Some(None),
    }))
}
