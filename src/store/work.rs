//! What the log tells of work at deals, for `process burden`: gates that were passed, and values that were typed. One
//! pass over the events that tell it.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::query::{catalog, fact_value};
use super::{Store, log};
use crate::deal::asked::{Known, Passed, Typed, Work};
use crate::deal::book::Day;
use crate::deal::event::{CatalogKind, Change, Event, Move};
use crate::deal::results::Results;
use crate::id::Id;

/// One event of a deal, with the command that wrote it.
struct Told {
    seq: i64,
    effective: i64,
    day: Day,
    version: u32,
    event: Event,
    /// `command`, `import`, `setup`.
    kind: String,
    typed: String,
}

impl Store {
    /// Gates that deals went through, and values that were typed, up to a day.
    pub fn work_told(&self, as_of: NaiveDate) -> Result<Work> {
        self.one_view(|connection| {
            let mut statement = connection.prepare(
                "SELECT e.stream, e.seq, e.effective, e.day, e.version, e.kind, e.body, o.kind, o.typed
                 FROM event e JOIN stream s ON s.id = e.stream JOIN operation o ON o.id = e.operation
                 WHERE s.kind = 'deal' AND o.undone_ts IS NULL AND e.day <= $1
                   AND e.kind IN ('deal_opened', 'stage_entered', 'won', 'reopened', 'history_told',
                                  'changed', 'step_done', 'role_given', 'follow_up_added')
                 ORDER BY e.stream, e.seq",
            )?;
            let nothing_private = std::collections::HashMap::new();
            let mut rows = statement.query([Day::of(as_of).number()])?;
            let mut work = Work::default();
            let mut deal = Id(0);
            let mut told: Vec<Told> = Vec::new();
            while let Some(row) = rows.next()? {
                let stream = Id(row.get(0)?);
                if stream != deal {
                    tell(deal, &mut told, &mut work);
                    deal = stream;
                }
                let kind = row.get_ref(5)?.as_str().map_err(anyhow::Error::from)?;
                let body = row.get_ref(6)?.as_str().map_err(anyhow::Error::from)?;
                told.push(Told {
                    seq: row.get(1)?,
                    effective: row.get(2)?,
                    day: Day::new(row.get(3)?),
                    version: row.get(4)?,
                    event: log::unseal(kind, body, &nothing_private)?,
                    kind: row.get(7)?,
                    typed: row.get(8)?,
                });
            }
            tell(deal, &mut told, &mut work);
            Ok(work)
        })
    }

    /// The facts of all deals and accounts that are called so, with their days, up to a day; the results of the days
    /// are for the caller to add.
    pub fn known_of(&self, names: &[String], as_of: NaiveDate) -> Result<Known> {
        self.one_view(|connection| {
            let mut known = Known {
                names: names.to_vec(),
                results: Results::default(),
                ..Known::default()
            };
            facts(connection, as_of, &mut known)?;
            let mut statement = connection
                .prepare("SELECT d.id, a.now FROM deal d JOIN account_now a ON a.id = d.account")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                known.accounts.insert(Id(row.get(0)?), Id(row.get(1)?));
            }
            for rep in catalog(connection)?.of(CatalogKind::Rep) {
                if let Some(team) = &rep.team {
                    known.teams.insert(rep.name.clone(), team.clone());
                }
            }
            Ok(known)
        })
    }
}

fn facts(connection: &Connection, as_of: NaiveDate, known: &mut Known) -> Result<()> {
    let place: FxHashMap<&str, u16> = (0_u16..)
        .zip(&known.names)
        .map(|(at, name)| (name.as_str(), at))
        .collect();
    let mut statement = connection.prepare(
        "SELECT subject, name, day, whole, number, text FROM fact WHERE day <= $1
         ORDER BY subject, name, day",
    )?;
    let mut rows = statement.query([Day::of(as_of).number()])?;
    while let Some(row) = rows.next()? {
        let name = row.get_ref(1)?.as_str().map_err(anyhow::Error::from)?;
        if let Some(name) = place.get(name) {
            let told = known.of.entry(Id(row.get(0)?)).or_default();
            told.push((*name, Day::new(row.get(2)?), fact_value(row, 3)?));
        }
    }
    Ok(())
}

/// Lets the events of a deal count in their order.
fn tell(deal: Id, told: &mut Vec<Told>, work: &mut Work) {
    let anew = told
        .iter()
        .filter(|one| matches!(one.event, Event::HistoryTold(_)));
    let anew = anew.map(|one| one.seq).max().unwrap_or(0);
    told.retain(|one| one.seq > anew || !one.event.gives_way_to_history());
    told.sort_by_key(|one| {
        let opens = matches!(one.event, Event::DealOpened { .. });
        (!opens, one.effective, one.seq)
    });
    let mut at: Option<String> = None;
    for one in told.drain(..) {
        if let Some(name) = typed(&one) {
            work.typed.push(Typed { deal, name });
        }
        let passed = |from: String, won, customer_type, open| Passed {
            deal,
            day: one.day,
            version: one.version,
            from,
            won,
            customer_type,
            open,
        };
        match one.event {
            Event::StageEntered {
                stage,
                how,
                customer_type,
                overridden,
                ..
            } => {
                if let Some(from) = at.filter(|_| how == Move::Advance) {
                    let open = overridden.map(|over| over.open).unwrap_or_default();
                    work.passed.push(passed(from, false, customer_type, open));
                }
                at = Some(stage);
            }
            Event::Won {
                imported: false,
                overridden,
                ..
            } => {
                if let Some(from) = &at {
                    let open = overridden.map(|over| over.open).unwrap_or_default();
                    work.passed.push(passed(from.clone(), true, None, open));
                }
            }
            Event::Reopened {
                stage: Some(stage), ..
            } => at = Some(stage),
            _ => {}
        }
    }
}

/// The fact that somebody typed with this event. What an import told was not typed, nor what a command filled in by
/// itself: that its words do not name. What `demo` makes up is told as if it had been typed, but for the owner, who is
/// whoever acts.
fn typed(told: &Told) -> Option<String> {
    let (name, words): (String, &[&str]) = match &told.event {
        Event::DealOpened {
            account: Some(_), ..
        } => ("account".to_string(), &["add"]),
        Event::Changed(change) => match change {
            Change::Account(_) => ("account".to_string(), &["account"]),
            Change::Title(_) => ("title".to_string(), &["title"]),
            Change::Owner(_) => ("owner".to_string(), &["owner", "assign"]),
            Change::Product(_) => ("product".to_string(), &["product"]),
            Change::Source(_) => ("source".to_string(), &["source"]),
            Change::Value(_) => ("value".to_string(), &["value"]),
            Change::ExpectedClose(_) => {
                let words = &["close", "expected_close"];
                ("expected_close".to_string(), words)
            }
            Change::Confidence(_) => ("confidence".to_string(), &["chance", "confidence"]),
            Change::Field { name, .. } => (name.clone(), &[]),
        },
        Event::StepDone { step } => (format!("done_{step}"), &["done"]),
        Event::RoleGiven { role, .. } => {
            let name = role.name();
            return by_hand(told, format!("has_{name}"), &["role", name]);
        }
        Event::FollowUpAdded { by_rule: false, .. } => {
            return by_hand(
                told,
                "next_step".to_string(),
                &["next", "follow-up", "log", "note"],
            );
        }
        _ => return None,
    };
    if words.is_empty() {
        let own = [name.as_str()];
        return by_hand(told, name.clone(), &own);
    }
    by_hand(told, name, words)
}

fn by_hand(told: &Told, name: String, words: &[&str]) -> Option<String> {
    let is_typed = match told.kind.as_str() {
        "command" => {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let mut typed = told.typed.split(|c: char| !is_part(c));
            typed.any(|word| words.contains(&word))
        }
        "setup" => name != "owner",
        _ => false,
    };
    is_typed.then_some(name)
}
