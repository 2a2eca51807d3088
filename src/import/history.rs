//! A log of moves (deal, stage, at, by), as CRMs export it, becomes the visits of deals; with it the steps
//! that were done, overrides, and what it tells of the deals as such.
//!
//! A log is the whole story: it takes the place of what files told of a deal's way before (see `story`), and a
//! case with a row that is rejected is rejected whole, since the rest of it would be another story.
//! Unknown deals are created when asked; those that people moved here are refused, since two tellings of
//! one past can't be merged soundly.

use chrono::{DateTime, NaiveDate, Utc};

use super::known::{Directory, Found};
use super::known_deal::KnownDeal;
use super::log_of_deal::{Entry, LogOfDeal, Refusal};
use super::log_rows::{Read, read};
use super::map::Formats;
use super::missing::Missing;
use super::plan::{Context, FileReport, Log, PlanError, counted};
use super::planned::{AccountRef, PlannedAccount};
use super::story::{Before, Moved, give_reason, give_value, go_on, moves};
use super::values;
use crate::deal::event::{CatalogEntry, CatalogKind, Change, Event, LogTells, Recorded};
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

/// What one deal's log comes to, in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedHistory {
    pub external: String,
    /// The deal in the store; `None` is to be created.
    pub deal: Option<Id>,
    pub account: Option<AccountRef>,
    /// When a deal to be created was opened; with its first event, where the log does not say.
    pub opened: Option<NaiveDate>,
    /// Files told of its stages before; these moves take their place.
    pub replaces: bool,
    /// What the log tells beside moves, where it does.
    pub tells: Option<LogTells>,
    /// What holds since the first event: what an import dated later, or of a deal to be created its owner,
    /// product and source.
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
                opened: Some(self.opened.unwrap_or(first.day)),
                external: Some(self.external.clone()),
            });
        }
        if self.replaces || self.tells.is_some() {
            begin.push(Event::HistoryTold(self.tells));
        }
        begin.extend(self.since.iter().cloned().map(Event::Changed));
        let begin = begin.into_iter().map(|event| (first.at, first.day, event));
        let moves = self.moves.iter();
        begin
            .chain(moves.map(|moved| (moved.at, moved.day, moved.event.clone())))
            .collect()
    }
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
    let mut read = match read(context, section, &mut log, now) {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let tells = LogTells {
        steps: read.steps,
        overrides: read.bound.has("overridden"),
    };
    let mut reading = Planner {
        context,
        formats: &section.formats,
        directory: Directory::new(context.known, context.create, context.today),
        has_rep: read.bound.has("rep"),
        now,
        people: std::mem::take(&mut read.people),
        tally: Tally::default(),
    };
    let mut deals = Vec::new();
    for (deal, log) in std::mem::take(&mut read.deals) {
        if let Some(line) = log.rejected {
            let reason = format!("another row of its case is rejected: line {line}");
            let refusal = (None, Refusal::from(reason));
            settle(&mut read.file, log.entries, Some(refusal));
            continue;
        }
        let mut planned = PlannedHistory {
            external: format!("{}:{deal}", section.namespace),
            deal: None,
            account: None,
            opened: None,
            replaces: false,
            tells: (tells != LogTells::default()).then_some(tells),
            since: Vec::new(),
            moves: Vec::new(),
        };
        let same = reading.way(&mut planned, &log);
        let fate = match reading.known(&deal, &planned.external, &log) {
            Ok(Some(known)) => {
                planned.deal = Some(known);
                reading.join(&mut planned, &events_of(known)?)
            }
            Ok(None) if create_deals => reading.about(&mut planned, &log).map(|()| Joined::New),
            Ok(None) => Err(Refusal::from(format!(
                "no deal was imported as `{}`; import the deals first, or have them created",
                planned.external
            ))),
            Err(refusal) => Err(refusal),
        };
        let refusal = match fate {
            Ok(joined @ (Joined::New | Joined::Elsewhere)) => {
                let tally = &mut reading.tally;
                tally.same += same;
                tally.elsewhere += u64::from(joined == Joined::Elsewhere);
                tally.known_about += u64::from(planned.deal.is_some() && log.tells_about());
                deals.push(planned);
                continue;
            }
            Ok(Joined::Known) => None,
            Err(refusal) => Some(refusal),
        };
        let refused = refusal.map(|refusal| {
            let column = refusal.cell.and_then(|cell| read.bound.column(cell));
            (column, refusal)
        });
        settle(&mut read.file, log.entries, refused);
    }
    read.file.rejects.sort_by_key(|reject| reject.line);
    let mut notes = log.rows.notes();
    reading.tally.notes(&read, &mut notes);
    let has_owner = read.bound.has("by") || read.bound.has("rep");
    if !has_owner && deals.iter().any(|planned| planned.deal.is_none()) {
        notes.push("the log does not say who moved: deals it creates have no owner".into());
    }
    let directory = reading.directory;
    notes.extend(directory.notes());
    Ok(Ok(HistoryPlan {
        missing: directory.missing_names(),
        catalog: directory.new_entries,
        accounts: directory.new_accounts,
        deals,
        file: read.file,
        notes,
    }))
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

/// What was found in a log, for the sentences about it.
#[derive(Default)]
struct Tally {
    /// Moves to where the deal was already.
    same: u64,
    elsewhere: u64,
    /// Deals of the store of which the log tells an owner, a value and the like.
    known_about: u64,
    /// Events that somebody else than the deal's owner is named with.
    by_others: u64,
    /// Deals that were in a stage which is no more.
    went_on: u64,
    /// Deals with a customer type that the process does not have.
    other_types: u64,
    /// Deals with a reason of a loss that the process does not list.
    other_reasons: u64,
}

impl Tally {
    fn notes(&self, read: &Read, notes: &mut Vec<String>) {
        let mut told = |n: u64, one: &str, many: &str, rest: &str| {
            if n > 0 {
                notes.push(format!("{} {rest}", counted(n, one, many)));
            }
        };
        let mut events = |n, rest| told(n, "event", "events", rest);
        events(
            read.incomplete,
            "of another lifecycle than `complete`: passed over",
        );
        events(
            read.holds,
            "of holds, which do not tell until when: passed over",
        );
        events(read.others, "of a kind that is not known here: passed over");
        events(
            self.by_others,
            "by somebody else than the deal's owner: who is not kept",
        );
        told(
            self.same,
            "move",
            "moves",
            "into the stage the deal was in already: one visit",
        );
        let mut deals = |n, rest| told(n, "deal", "deals", rest);
        deals(
            self.elsewhere,
            "left elsewhere by the log than the store had: the log counts",
        );
        deals(
            self.known_about,
            "in the store already: owner, value and the like stay as they are",
        );
        deals(
            self.went_on,
            "in a stage that is no more: moved on as the process says",
        );
        deals(
            self.other_types,
            "of a customer type the process does not have: left out",
        );
        deals(
            self.other_reasons,
            "lost for a reason the process does not list: kept as a note",
        );
        for (step, n) in &read.no_steps {
            let rest = format!("of `{step}`, a step the process does not have: passed over");
            told(*n, "event", "events", &rest);
        }
        let silent = "tell of no stage, as the mapping says: passed over";
        told(read.silent, "row", "rows", silent);
    }
}

struct Planner<'a> {
    context: &'a Context<'a>,
    formats: &'a Formats,
    directory: Directory,
    /// Whether the log says whose the deals are; otherwise they are of who moved them last.
    has_rep: bool,
    now: DateTime<Utc>,
    people: Vec<String>,
    tally: Tally,
}

impl Planner<'_> {
    /// The way of a deal, whether it is known or not; how many moves led to where it was already.
    fn way(&mut self, planned: &mut PlannedHistory, log: &LogOfDeal) -> u64 {
        let Context {
            process, mapping, ..
        } = self.context;
        let told = log.text("customer_type");
        let known = told.filter(|told| {
            process
                .customer_types
                .iter()
                .any(|kind| kind.name == **told)
        });
        self.tally.other_types += u64::from(told.is_some() && known.is_none());
        let steps = log.entries.iter().map(|entry| &entry.step);
        let (moves, same) = moves(process, known, steps);
        planned.moves = moves;
        if let Some(text) = log.text("reason") {
            let reason = values::reason(process, mapping, text);
            self.tally.other_reasons += u64::from(reason.1.is_some());
            give_reason(&mut planned.moves, reason);
        }
        same
    }

    /// What the log says under a cell, as the mapping reads it.
    fn meant<'t>(&'t self, log: &'t LogOfDeal, cell: &str, of: &str) -> Option<&'t str> {
        let text = log.text(cell)?;
        let meant = self.context.mapping.value(of, text).unwrap_or(text);
        Some(meant).filter(|name| !name.is_empty())
    }

    /// The deal of the store that a case is. A handle is a deal's own, a key only what a file called it.
    fn known(&self, case: &str, key: &str, log: &LogOfDeal) -> Result<Option<Id>, Refusal> {
        let known = self.context.known;
        // Exactly as our own logs write it, so that one deal is one case.
        let own = Id::from_handle(case).filter(|id| known.ids.contains(id) && id.handle() == case);
        let Some(imported) = known.deals.get(key).filter(|_| own.is_none()) else {
            return Ok(own);
        };
        match self.another_account(log, imported) {
            Some(reason) => Err(reason),
            None => Ok(Some(imported.id)),
        }
    }

    /// A log of another system may use the ids of the deals that are known.
    fn another_account(&self, log: &LogOfDeal, known: &KnownDeal) -> Option<Refusal> {
        let told = self.meant(log, "account", "account")?;
        let account = known.account.as_ref()?;
        (!known.is_with(told)).then(|| {
            log.refused("account", format!(
                "its id is that of a deal with {account}, the log says `{told}`; give the log the `namespace` of its deals"
            ))
        })
    }

    /// Joins a log with what the store has about the deal.
    fn join(
        &mut self,
        planned: &mut PlannedHistory,
        events: &[Recorded],
    ) -> Result<Joined, Refusal> {
        let before = Before::of(events)?;
        before.complete(&mut planned.moves)?;
        let went_on = go_on(self.context.process, &mut planned.moves)?;
        if before.tells(&planned.moves) {
            return Ok(Joined::Known);
        }
        self.tally.went_on += u64::from(went_on);
        planned
            .moves
            .retain(|moved| moved.is_move() || !before.has(moved));
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

    /// What is known of a deal that only its log tells of.
    fn about(&mut self, planned: &mut PlannedHistory, log: &LogOfDeal) -> Result<(), Refusal> {
        let process = self.context.process;
        let went_on = go_on(process, &mut planned.moves)?;
        let value = values::value(
            process,
            self.formats,
            log.text("value"),
            log.text("currency"),
        )
        .map_err(|why| log.refused("value", why))?;
        let opened = log
            .text("opened")
            .map(|text| values::date(text, self.formats));
        planned.opened = opened
            .transpose()
            .map_err(|why| log.refused("opened", format!("opened {why}")))?;
        let rep = if self.has_rep { "rep" } else { "by" };
        let text = |cell, of| self.meant(log, cell, of).map(str::to_string);
        let account = text("account", "account");
        let team = text("team", "team");
        let named = [
            (CatalogKind::Rep, rep, text(rep, "rep")),
            (CatalogKind::Product, "product", text("product", "product")),
            (CatalogKind::Source, "source", text("source", "source")),
        ];
        let directory = &mut self.directory;
        // All are looked up before any is created: a deal that is refused leaves nothing.
        let account = account.map(|name| directory.account(&name)).transpose();
        let account = account.map_err(|why| log.refused("account", why))?;
        let mut found = Vec::new();
        for (kind, cell, name) in named {
            if let Some(name) = name {
                let entry = directory.entry(kind, &name);
                found.push((kind, entry.map_err(|why| log.refused(cell, why))?));
            }
        }
        let account = account.map(|found| directory.take_account(found));
        if let (Some(AccountRef::New(place)), Some(first)) = (account, planned.moves.first()) {
            let since = &mut directory.new_accounts[place].since;
            *since = (*since).min(first.day);
        }
        planned.account = account;
        for (kind, found) in found {
            let name = match (kind, found) {
                (CatalogKind::Rep, Found::New(name)) => {
                    let team = team.as_deref();
                    let team =
                        team.map(|team| directory.add_entry(CatalogKind::Team, team, |_| {}));
                    directory.add_entry(kind, &name, |entry| entry.team = team)
                }
                (kind, found) => directory.take_entry(kind, found),
            };
            planned.since.push(match kind {
                CatalogKind::Product => Change::Product(Some(name)),
                CatalogKind::Source => Change::Source(Some(name)),
                _ => Change::Owner(Some(name)),
            });
        }
        if let Some(value) = value {
            give_value(&mut planned.moves, value, (self.now, self.context.today));
        }
        self.tally.went_on += u64::from(went_on);
        let owner = log.text(rep);
        let others = log.entries.iter().filter_map(|entry| entry.by);
        let others = others.filter(|by| Some(self.people[*by as usize].as_str()) != owner);
        self.tally.by_others += others.count() as u64;
        Ok(())
    }
}

/// Counts the rows of a deal as rejected for what stands in a column, or as known where nothing is wrong.
fn settle(file: &mut FileReport, entries: Vec<Entry>, refused: Option<(Option<usize>, Refusal)>) {
    let n = entries.len() as u64;
    file.counts.new -= n;
    match refused {
        None => file.counts.known += n,
        Some((column, refusal)) => {
            file.counts.rejected += n;
            let rejects = entries
                .into_iter()
                .map(|entry| entry.reject(column, &refusal));
            file.rejects.extend(rejects);
        }
    }
}
