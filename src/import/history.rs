//! A log of moves (deal, stage, at, by), as CRMs export it, becomes the visits of deals.
//!
//! A log is the whole story: it takes the place of what files told of a deal's way before (see `story`).
//! Unknown deals are created when asked; those that people moved here are refused, since two tellings of
//! one past can't be merged soundly.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::event_log::is_passed_over;
use super::known::{Directory, Found};
use super::known_deal::KnownDeal;
use super::map::{Bound, Mapping, Section};
use super::missing::Missing;
use super::plan::{Context, Fate, FileReport, Log, PlanError, Reject, counted, each_of};
use super::planned::{AccountRef, PlannedAccount};
use super::read::Row;
use super::story::{Before, Moved, Step, moves};
use super::values;
use crate::deal::event::{CatalogEntry, CatalogKind, Change, Event, Recorded};
use crate::id::Id;

#[derive(Debug)]
pub struct HistoryPlan {
    pub catalog: Vec<CatalogEntry>,
    pub accounts: Vec<PlannedAccount>,
    pub deals: Vec<PlannedHistory>,
    pub file: FileReport,
    pub missing: Vec<Missing>,
    pub notes: Vec<String>,
}

impl HistoryPlan {
    /// Whether applying it would change anything.
    pub fn is_empty(&self) -> bool {
        self.catalog.is_empty() && self.accounts.is_empty() && self.deals.is_empty()
    }
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
    /// Files told of its stages before; these moves take their place.
    pub replaces: bool,
    /// What holds since the first move, although an import dated it later.
    pub since: Vec<Change>,
    pub moves: Vec<Moved>,
}

impl PlannedHistory {
    /// Instant and day of effect, and event, in order. `accounts` are the ids that
    /// [`HistoryPlan::accounts`] were given.
    pub fn events(&self, accounts: &[Id]) -> Vec<(DateTime<Utc>, NaiveDate, Event)> {
        let Some(first) = self.moves.first() else {
            return Vec::new();
        };
        let mut begin = Vec::new();
        if self.deal.is_none() {
            let account = self.account.and_then(|account| match account {
                AccountRef::Known(id) => Some(id),
                AccountRef::New(place) => accounts.get(place).copied(),
            });
            // A log tells of a deal from its beginning.
            begin.push(Event::DealOpened {
                account,
                opened: Some(first.day),
                external: Some(self.external.clone()),
            });
            let owner = self.owner.clone().map(|owner| Change::Owner(Some(owner)));
            begin.extend(owner.map(Event::Changed));
        } else if self.replaces {
            begin.push(Event::HistoryTold);
        }
        begin.extend(self.since.iter().cloned().map(Event::Changed));
        let begin = begin.into_iter().map(|event| (first.at, first.day, event));
        let moves = self.moves.iter();
        begin
            .chain(moves.map(|moved| (moved.at, moved.day, moved.event.clone())))
            .collect()
    }
}

/// A row of the log that could be read.
struct Entry {
    line: u64,
    fields: Vec<String>,
    step: Step,
    by: Option<String>,
    account: Option<String>,
}

/// Plans the import of a log. `create_deals`: make deals that the store doesn't have; `events_of` reads
/// what the store has about a deal. `now` bounds what can have happened.
pub fn plan_history<'l, E>(
    context: &Context<'_>,
    log: impl Into<Log<'l>>,
    create_deals: bool,
    now: DateTime<Utc>,
    mut events_of: impl FnMut(Id) -> Result<Vec<Recorded>, E>,
) -> Result<Result<HistoryPlan, PlanError>, E> {
    let Some(section) = &context.mapping.history else {
        return Ok(Err(PlanError::NoSection("history")));
    };
    let mut log = log.into();
    let Read {
        bound,
        mut file,
        logs,
        silent,
        incomplete,
        no_moves,
    } = match read(context, section, &mut log, now) {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let mut directory = Directory::new(context.known, context.create, context.today);
    let mut deals = Vec::new();
    let (mut skipped, mut elsewhere) = (0, 0);
    let mut names = Names {
        directory: &mut directory,
        mapping: context.mapping,
    };
    for (deal, mut entries) in logs {
        in_order_of_time(&mut entries);
        let steps = entries.iter().map(|entry| &entry.step);
        let mut planned = PlannedHistory {
            external: format!("{}:{deal}", section.namespace),
            deal: None,
            account: None,
            owner: None,
            replaces: false,
            since: Vec::new(),
            moves: moves(context.process, steps),
        };
        let same = entries.len() - planned.moves.len();
        let fate = match context.known.deals.get(&planned.external) {
            Some(known) => {
                planned.deal = Some(known.id);
                match names.another_account(&entries, known) {
                    Some(reason) => Err(reason),
                    None => join(&mut planned, &events_of(known.id)?),
                }
            }
            None if create_deals => names.of(&entries).map(|(account, owner)| {
                (planned.account, planned.owner) = (account, owner);
                Joined::New
            }),
            None => Err(format!(
                "no deal was imported as `{}`; import the deals first, or have them created",
                planned.external
            )),
        };
        match fate {
            Ok(Joined::Known) => settle(&mut file, entries, None),
            Err(reason) => settle(&mut file, entries, Some(reason)),
            Ok(joined) => {
                skipped += same;
                elsewhere += u64::from(joined == Joined::Elsewhere);
                deals.push(planned);
            }
        }
    }
    file.rejects.sort_by_key(|reject| reject.line);
    let mut notes = log.rows.notes();
    if incomplete > 0 {
        notes.push(format!(
            "{} of another lifecycle than `complete`: passed over",
            counted(incomplete, "event", "events")
        ));
    }
    if no_moves > 0 {
        notes.push(format!(
            "{} that move no deal (steps, activities): passed over",
            counted(no_moves, "event", "events")
        ));
    }
    if skipped > 0 {
        notes.push(format!(
            "{} into the stage the deal was in already: one visit",
            counted(skipped as u64, "move", "moves")
        ));
    }
    if elsewhere > 0 {
        notes.push(format!(
            "{} left elsewhere by the log than the store had: the log counts",
            counted(elsewhere, "deal", "deals")
        ));
    }
    if silent > 0 {
        notes.push(format!(
            "{} tell of no stage, as the mapping says: passed over",
            counted(silent, "row", "rows")
        ));
    }
    if !bound.has("by") && deals.iter().any(|planned| planned.deal.is_none()) {
        notes.push("the log does not say who moved: deals it creates have no owner".into());
    }
    notes.extend(directory.notes());
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
    /// Events that begin or end something else than the activity.
    incomplete: u64,
    /// Events of our own logs that are no moves.
    no_moves: u64,
}

fn read(
    context: &Context<'_>,
    section: &Section,
    log: &mut Log<'_>,
    now: DateTime<Utc>,
) -> Result<Read, PlanError> {
    let bound = section
        .bind(&log.name, log.rows.headings())
        .map_err(PlanError::Mapping)?;
    let mut logs: Logs = BTreeMap::new();
    let (mut silent, mut incomplete, mut no_moves) = (0, 0, 0);
    let mut stages: HashMap<String, Result<Option<String>, String>> = HashMap::new();
    let file = each_of(
        &log.name,
        &mut *log.rows,
        |heading| section.uses(heading),
        |row| {
            if is_passed_over(bound.text("lifecycle", row), None) {
                incomplete += 1;
                return Fate::Known;
            }
            if is_passed_over(None, bound.text("kind", row)) {
                no_moves += 1;
                return Fate::Known;
            }
            match entry(context, section, &bound, row, now, &mut stages) {
                Ok(Some((deal, entry))) => {
                    logs.entry(deal).or_default().push(entry);
                    Fate::New
                }
                Ok(None) => {
                    silent += 1;
                    Fate::Known
                }
                Err(reasons) => Fate::Rejected(reasons.join("; ")),
            }
        },
    )?;
    Ok(Read {
        bound,
        file,
        logs,
        silent,
        incomplete,
        no_moves,
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
    let zone = &context.process.calendar.timezone;
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
        step: Step {
            to,
            at,
            day: context.process.calendar.date_of(at),
        },
        by: text("by"),
        account: text("account"),
    };
    Ok(Some((deal.to_string(), entry)))
}

/// Rows of one instant stay as the file has them, which may list the newest first.
fn in_order_of_time(entries: &mut [Entry]) {
    if let [first, .., last] = entries
        && first.step.at > last.step.at
    {
        entries.reverse();
    }
    entries.sort_by_key(|entry| entry.step.at);
}

/// What a log is to a deal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    New,
    /// New, and it leaves the deal somewhere else.
    Elsewhere,
    /// All of it was told before.
    Known,
}

/// Joins a log with what the store has about the deal.
fn join(planned: &mut PlannedHistory, events: &[Recorded]) -> Result<Joined, String> {
    let before = Before::of(events)?;
    before.complete(&mut planned.moves)?;
    if before.tells(&planned.moves) {
        return Ok(Joined::Known);
    }
    planned.replaces = before.has_moves();
    if let Some(first) = planned.moves.first() {
        planned.since = before.since(first.at);
    }
    Ok(if before.stands_elsewhere(&planned.moves) {
        Joined::Elsewhere
    } else {
        Joined::New
    })
}

struct Names<'a, 'b> {
    directory: &'a mut Directory,
    mapping: &'b Mapping,
}

impl Names<'_, '_> {
    /// What the log calls the deal's account.
    fn account(&self, entries: &[Entry]) -> Option<String> {
        let mut latest_first = entries.iter().rev();
        let text = latest_first.find_map(|entry| entry.account.as_ref())?;
        let meant = self.mapping.value("account", text).unwrap_or(text);
        Some(meant.to_string()).filter(|name| !name.is_empty())
    }

    /// A log of another system may use the ids of the deals that are known.
    fn another_account(&self, entries: &[Entry], known: &KnownDeal) -> Option<String> {
        let told = self.account(entries)?;
        let account = known.account.as_ref()?;
        (!known.is_with(&told)).then(|| {
            format!(
                "its id is that of a deal with {account}, the log says `{told}`; give the log the `namespace` of its deals"
            )
        })
    }

    /// Account and owner of a deal that only its log tells of.
    fn of(&mut self, entries: &[Entry]) -> Result<(Option<AccountRef>, Option<String>), String> {
        let account = self.account(entries);
        let by = entries
            .iter()
            .rev()
            .find_map(|entry| entry.by.as_ref())
            .map(|text| self.mapping.value("rep", text).unwrap_or(text).to_string());
        let account: Option<Found<AccountRef>> = account
            .map(|name| self.directory.account(&name))
            .transpose()?;
        let by: Option<Found<String>> = by
            .map(|name| self.directory.entry(CatalogKind::Rep, &name))
            .transpose()?;
        let account = account.map(|found| self.directory.take_account(found));
        if let (Some(AccountRef::New(place)), Some(first)) = (account, entries.first()) {
            let since = &mut self.directory.new_accounts[place].since;
            *since = (*since).min(first.step.day);
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
