//! A log of moves (deal, stage, at, by), as CRMs export it, becomes the visits of deals.
//!
//! It is for deals that have no moves yet: unknown ones are created when asked, known ones must not
//! have been moved by hand or by another file, since two tellings of one past can't be merged soundly.

use std::collections::{BTreeMap, HashMap};
use std::io;

use chrono::{DateTime, NaiveDate, Utc};

use super::known::{Directory, Found, Missing};
use super::map::{Bound, Mapping, Section};
use super::plan::{Context, Fate, FileReport, Input, PlanError, Reject, counted, each_row};
use super::planned::{AccountRef, PlannedAccount};
use super::read::Row;
use super::values;
use crate::deal::effective_order;
use crate::deal::event::{CatalogEntry, CatalogKind, Change, Event, Move, Recorded};
use crate::id::Id;
use crate::process::{LOST, WON};

#[derive(Debug)]
pub struct HistoryPlan {
    pub catalog: Vec<CatalogEntry>,
    pub accounts: Vec<PlannedAccount>,
    pub deals: Vec<PlannedHistory>,
    pub file: FileReport,
    pub missing: Vec<Missing>,
    pub notes: Vec<String>,
}

/// The moves of one deal, in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedHistory {
    pub external: String,
    /// The deal in the store; `None` is to be created.
    pub deal: Option<Id>,
    pub account: Option<AccountRef>,
    /// Who made the last move, by the catalog's name; the owner of a deal to be created.
    pub owner: Option<String>,
    pub moves: Vec<Moved>,
}

/// Into a stage, `won` or `lost`.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    pub to: String,
    pub at: DateTime<Utc>,
    /// Business date of `at`.
    pub day: NaiveDate,
}

impl PlannedHistory {
    /// Instant and day of effect, and event, in order. `accounts` are the ids that
    /// [`HistoryPlan::accounts`] were given.
    pub fn events(&self, accounts: &[Id]) -> Vec<(DateTime<Utc>, NaiveDate, Event)> {
        let mut events = Vec::with_capacity(self.moves.len() + 2);
        if let (None, Some(first)) = (self.deal, self.moves.first()) {
            let account = self.account.and_then(|account| match account {
                AccountRef::Known(id) => Some(id),
                AccountRef::New(place) => accounts.get(place).copied(),
            });
            // A log tells of a deal from its beginning.
            let opened = Event::DealOpened {
                account,
                opened: Some(first.day),
                external: Some(self.external.clone()),
            };
            events.push((first.at, first.day, opened));
            if let Some(owner) = &self.owner {
                events.push((
                    first.at,
                    first.day,
                    Event::Changed(Change::Owner(Some(owner.clone()))),
                ));
            }
        }
        let (mut ended, mut stage) = (false, None);
        for Moved { to, at, day } in &self.moves {
            if ended {
                events.push((
                    *at,
                    *day,
                    Event::Reopened {
                        reason: None,
                        stage: None,
                    },
                ));
            }
            ended = to == WON || to == LOST;
            // A deal that is opened again is in the stage it closed from.
            let again =
                stage == Some(to) && matches!(events.last(), Some((.., Event::Reopened { .. })));
            if !ended {
                stage = Some(to);
            }
            if again {
                continue;
            }
            let event = match to.as_str() {
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
                stage => Event::StageEntered {
                    stage: stage.to_string(),
                    how: Move::Imported,
                    entered: Some(*day),
                    customer_type: None,
                    overridden: None,
                },
            };
            events.push((*at, *day, event));
        }
        events
    }
}

/// A row of the log that could be read.
struct Entry {
    line: u64,
    fields: Vec<String>,
    to: String,
    at: DateTime<Utc>,
    day: NaiveDate,
    by: Option<String>,
    account: Option<String>,
}

/// Plans the import of a log. `create_deals`: make deals that the store doesn't have; `events_of` reads
/// what the store has about a deal. `now` bounds what can have happened.
pub fn plan_history<R: io::Read, E>(
    context: &Context<'_>,
    mut log: Input<R>,
    create_deals: bool,
    now: DateTime<Utc>,
    mut events_of: impl FnMut(Id) -> Result<Vec<Recorded>, E>,
) -> Result<Result<HistoryPlan, PlanError>, E> {
    let Some(section) = &context.mapping.history else {
        return Ok(Err(PlanError::NoSection("history")));
    };
    let Read {
        bound,
        mut file,
        logs,
        silent,
    } = match read(context, section, &mut log, now) {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let mut directory = Directory::new(context.known, context.create, context.today);
    let mut deals = Vec::new();
    let mut skipped = 0;
    let mut names = Names {
        directory: &mut directory,
        mapping: context.mapping,
    };
    for (deal, mut entries) in logs {
        let external = format!("{}:{deal}", section.namespace);
        let known = context.known.deals.get(&external).map(|(id, _)| *id);
        entries.sort_by_key(|entry| entry.at);
        let moves = collapse(&entries);
        let mut planned = PlannedHistory {
            external,
            deal: known,
            account: None,
            owner: None,
            moves,
        };
        let had = match known {
            Some(id) => Had::of(&events_of(id)?, &planned),
            None if create_deals => Had::Nothing,
            None => Had::Refused(format!(
                "no deal was imported as `{}`; import the deals first, or have them created",
                planned.external
            )),
        };
        let refused = match had {
            Had::Same => Some(None),
            Had::Refused(reason) => Some(Some(reason)),
            Had::Nothing if known.is_some() => None,
            Had::Nothing => match names.of(&entries) {
                Ok((account, owner)) => {
                    (planned.account, planned.owner) = (account, owner);
                    None
                }
                Err(reason) => Some(Some(reason)),
            },
        };
        match refused {
            None => {
                skipped += entries.len() - planned.moves.len();
                deals.push(planned);
            }
            Some(reason) => settle(&mut file, entries, reason),
        }
    }
    file.rejects.sort_by_key(|reject| reject.line);
    let mut notes = Vec::new();
    if skipped > 0 {
        notes.push(format!(
            "{} into the stage the deal was in already: one visit",
            counted(skipped as u64, "move", "moves")
        ));
    }
    if silent > 0 {
        notes.push(format!(
            "{} tell of no stage, as the mapping says: passed over",
            counted(silent, "row", "rows")
        ));
    }
    if !bound.has("by") {
        notes.push("the log does not say who moved: deals it creates have no owner".into());
    }
    Ok(Ok(HistoryPlan {
        missing: directory.missing_names(),
        catalog: directory.new_entries,
        accounts: directory.new_accounts,
        deals,
        file,
        notes,
    }))
}

type Logs = BTreeMap<String, Vec<Entry>>;

struct Read {
    bound: Bound,
    file: FileReport,
    logs: Logs,
    /// Rows of which the mapping says that they tell nothing.
    silent: u64,
}

fn read<R: io::Read>(
    context: &Context<'_>,
    section: &Section,
    log: &mut Input<R>,
    now: DateTime<Utc>,
) -> Result<Read, PlanError> {
    let bound = section
        .bind(&log.name, log.reader.headers())
        .map_err(PlanError::Mapping)?;
    let mut logs: Logs = BTreeMap::new();
    let mut silent = 0;
    let mut stages: HashMap<String, Result<Option<String>, String>> = HashMap::new();
    let file = each_row(
        log,
        |heading| section.uses(heading),
        |row| match entry(context, section, &bound, row, now, &mut stages) {
            Ok(Some((deal, entry))) => {
                logs.entry(deal).or_default().push(entry);
                Fate::New
            }
            Ok(None) => {
                silent += 1;
                Fate::Known
            }
            Err(reasons) => Fate::Rejected(reasons.join("; ")),
        },
    )?;
    Ok(Read {
        bound,
        file,
        logs,
        silent,
    })
}

fn entry(
    context: &Context<'_>,
    section: &Section,
    bound: &Bound,
    row: &Row,
    now: DateTime<Utc>,
    stages: &mut HashMap<String, Result<Option<String>, String>>,
) -> Result<Option<(String, Entry)>, Vec<String>> {
    let mut reasons = Vec::new();
    let deal = bound.text("deal", row).or_else(|| {
        reasons.push("no deal".to_string());
        None
    });
    let zone = context.process.calendar.timezone;
    let at = match bound
        .text("at", row)
        .map(|text| values::instant(text, &section.formats, zone))
    {
        Some(Ok(at)) if at <= now => Some(at),
        Some(Ok(at)) => {
            reasons.push(format!("{} is after now", at.format("%Y-%m-%d %H:%M UTC")));
            None
        }
        Some(Err(reason)) => {
            reasons.push(reason);
            None
        }
        None => {
            reasons.push("no time".to_string());
            None
        }
    };
    let to = match bound.text("stage", row) {
        Some(text) => stages
            .entry(text.to_string())
            .or_insert_with(|| values::stage(context.process, context.mapping, text))
            .clone(),
        None => Err("no stage".to_string()),
    };
    let to = to.map_err(|reason| reasons.push(reason)).ok().flatten();
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let (Some(deal), Some(at), Some(to)) = (deal, at, to) else {
        return Ok(None);
    };
    let text = |key| bound.text(key, row).map(str::to_string);
    let entry = Entry {
        line: row.line,
        fields: row.to_fields(),
        to,
        at,
        day: context.process.calendar.date_of(at),
        by: text("by"),
        account: text("account"),
    };
    Ok(Some((deal.to_string(), entry)))
}

/// One move for each change of stage.
fn collapse(entries: &[Entry]) -> Vec<Moved> {
    let mut moves: Vec<Moved> = Vec::new();
    for entry in entries {
        if moves.last().is_none_or(|last| last.to != entry.to) {
            moves.push(Moved {
                to: entry.to.clone(),
                at: entry.at,
                day: entry.day,
            });
        }
    }
    moves
}

/// What the store has about a deal's way.
enum Had {
    Nothing,
    /// Exactly what the log tells.
    Same,
    Refused(String),
}

impl Had {
    fn of(events: &[Recorded], planned: &PlannedHistory) -> Self {
        let mut told = Vec::new();
        for recorded in effective_order(events) {
            let imported = match &recorded.event {
                Event::StageEntered { how, .. } => *how == Move::Imported,
                Event::Won { imported, .. } | Event::Lost { imported, .. } => *imported,
                Event::Reopened { .. } => true,
                Event::DealOpened { .. } | Event::Changed(_) => continue,
                _ => {
                    return Self::Refused(
                        "the deal was worked on here; its own history stands".into(),
                    );
                }
            };
            if !imported {
                return Self::Refused("the deal was moved here; its own history stands".into());
            }
            told.push((recorded.day, &recorded.event));
        }
        let log = planned.events(&[]);
        if told.is_empty() {
            Self::Nothing
        } else if told
            .into_iter()
            .eq(log.iter().map(|(_, day, event)| (*day, event)))
        {
            Self::Same
        } else {
            Self::Refused("another file told of its stages already; undo that import to take them from this log".into())
        }
    }
}

struct Names<'a, 'b> {
    directory: &'a mut Directory,
    mapping: &'b Mapping,
}

impl Names<'_, '_> {
    /// Account and owner of a deal that only its log tells of.
    fn of(&mut self, entries: &[Entry]) -> Result<(Option<AccountRef>, Option<String>), String> {
        let meant =
            |of: &str, text: &String| self.mapping.value(of, text).unwrap_or(text).to_string();
        let account = entries
            .iter()
            .rev()
            .find_map(|entry| entry.account.as_ref())
            .map(|text| meant("account", text));
        let by = entries
            .iter()
            .rev()
            .find_map(|entry| entry.by.as_ref())
            .map(|text| meant("rep", text));
        let account: Option<Found<AccountRef>> = account
            .map(|name| self.directory.account(&name))
            .transpose()?;
        let by: Option<Found<String>> = by
            .map(|name| self.directory.entry(CatalogKind::Rep, &name))
            .transpose()?;
        let account = account.map(|found| self.directory.take_account(found));
        if let (Some(AccountRef::New(place)), Some(first)) = (account, entries.first()) {
            let since = &mut self.directory.new_accounts[place].since;
            *since = (*since).min(first.day);
        }
        Ok((
            account,
            by.map(|found| self.directory.take_entry(CatalogKind::Rep, found)),
        ))
    }
}

/// Counts the rows of a deal as rejected, or as known without a reason.
fn settle(file: &mut FileReport, entries: Vec<Entry>, reason: Option<String>) {
    let n = entries.len() as u64;
    file.counts.new -= n;
    match reason {
        None => file.counts.known += n,
        Some(reason) => {
            file.counts.rejected += n;
            file.rejects.extend(entries.into_iter().map(|entry| Reject {
                line: entry.line,
                reason: reason.clone(),
                fields: entry.fields,
            }));
        }
    }
}
