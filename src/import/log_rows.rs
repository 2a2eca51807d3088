//! The rows of a log: what each says happened to which deal, and what it says of the deal as such.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::event_log::{is_incomplete, is_move};
use super::map::{Bound, Section};
use super::plan::{Context, Fate, FileReport, Log, PlanError, Reject, each_of};
use super::read::Row;
use super::story::{Step, What};
use super::values;
use crate::deal::event::{Activity, ActivityKind, Event, Move, Override, Private};

/// How our own logs, and conditions, call a step that was done.
const DONE: &str = "done_";
/// Cells that tell of the deal as such; of several rows the latest counts.
const OF_DEAL: [&str; 11] = [
    "by",
    "account",
    "rep",
    "team",
    "product",
    "source",
    "customer_type",
    "opened",
    "value",
    "currency",
    "reason",
];

/// A row of the log that could be read.
pub(super) struct Entry {
    line: u64,
    fields: Fields,
    pub(super) step: Step,
    /// Who, as a place in [`Read::people`].
    pub(super) by: Option<u32>,
}

impl Entry {
    pub(super) fn reject(self, reason: &str) -> Reject {
        Reject {
            line: self.line,
            reason: reason.to_string(),
            fields: self.fields.each().map(str::to_string).collect(),
        }
    }
}

/// The fields of a row in one piece, since there may be millions of rows.
struct Fields {
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Fields {
    fn of(row: &Row) -> Self {
        let mut text = String::new();
        let mut ends = Vec::with_capacity(row.len());
        for field in row.fields() {
            text.push_str(field);
            ends.push(text.len() as u32);
        }
        Self {
            text: text.into(),
            ends: ends.into(),
        }
    }

    fn each(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let field = &self.text[start..*end as usize];
            start = *end as usize;
            field
        })
    }
}

/// All that a log tells of one deal.
#[derive(Default)]
pub(super) struct LogOfDeal {
    pub(super) entries: Vec<Entry>,
    /// The first line of it that is rejected.
    pub(super) rejected: Option<u64>,
    /// By place in [`OF_DEAL`]: what it says, and since when.
    told: [Option<(DateTime<Utc>, Box<str>)>; OF_DEAL.len()],
}

impl LogOfDeal {
    /// What it says of the deal under a cell's name.
    pub(super) fn text(&self, cell: &str) -> Option<&str> {
        let at = OF_DEAL.iter().position(|name| *name == cell)?;
        self.told[at].as_ref().map(|(_, text)| &**text)
    }

    /// Whether it tells more of the deal than who it is with.
    pub(super) fn tells_about(&self) -> bool {
        let beside = |cell: &str| !["by", "account", "customer_type", "reason"].contains(&cell);
        let mut told = OF_DEAL.iter().zip(&self.told);
        told.any(|(cell, told)| told.is_some() && beside(cell))
    }

    fn tell(&mut self, bound: &Bound, row: &Row, at: DateTime<Utc>) {
        for (cell, told) in OF_DEAL.iter().zip(&mut self.told) {
            let Some(text) = bound.text(cell, row) else {
                continue;
            };
            match told {
                Some((since, _)) if *since > at => {}
                Some((since, same)) if **same == *text => *since = at,
                _ => *told = Some((at, text.into())),
            }
        }
    }

    /// Rows of one instant stay as the file has them, which may list the newest first.
    fn in_order_of_time(&mut self) {
        if let [first, .., last] = self.entries.as_slice()
            && first.step.at > last.step.at
        {
            self.entries.reverse();
        }
        self.entries.sort_by_key(|entry| entry.step.at);
    }
}

/// A log that was read.
pub(super) struct Read {
    pub(super) bound: Bound,
    pub(super) file: FileReport,
    pub(super) deals: BTreeMap<String, LogOfDeal>,
    pub(super) people: Vec<String>,
    /// Rows of which the mapping says that they tell nothing.
    pub(super) silent: u64,
    /// Events that begin or end something else than the activity.
    pub(super) incomplete: u64,
    /// Deals put on hold and taken off it: until when, a log does not tell.
    pub(super) holds: u64,
    /// Events of our own logs of a kind that is not known here.
    pub(super) others: u64,
    /// Steps that the process does not have, and how often each was done.
    pub(super) no_steps: BTreeMap<String, u64>,
    /// Whether it tells which steps were done.
    pub(super) steps: bool,
}

/// What a row comes to.
enum Told {
    Happened(String, Box<Entry>),
    Silent,
    Hold,
    Other,
    NoStep,
}

struct Reader<'a> {
    context: &'a Context<'a>,
    section: &'a Section,
    now: DateTime<Utc>,
    /// What was found for a word, since words come again and again.
    words: HashMap<String, Result<Option<What>, String>>,
    people: Vec<String>,
    places: HashMap<String, u32>,
    no_steps: BTreeMap<String, u64>,
}

pub(super) fn read(
    context: &Context<'_>,
    section: &Section,
    log: &mut Log<'_>,
    now: DateTime<Utc>,
) -> Result<Read, PlanError> {
    let bound = section
        .bind(&log.name, log.rows.headings())
        .map_err(PlanError::Mapping)?;
    let mut reader = Reader {
        context,
        section,
        now,
        words: HashMap::new(),
        people: Vec::new(),
        places: HashMap::new(),
        no_steps: BTreeMap::new(),
    };
    let mut deals: BTreeMap<String, LogOfDeal> = BTreeMap::new();
    let (mut silent, mut incomplete, mut holds, mut others) = (0, 0, 0, 0);
    // Our own logs tell all steps, even where there are none.
    let mut steps = bound.has("kind");
    let file = each_of(
        &log.name,
        &mut *log.rows,
        |heading| section.uses(heading),
        |row| {
            if is_incomplete(bound.text("lifecycle", row)) {
                incomplete += 1;
                return Fate::PassedOver;
            }
            match reader.row(&bound, row) {
                Ok(Told::Happened(deal, entry)) => {
                    steps |= matches!(entry.step.what, What::Beside(Event::StepDone { .. }));
                    let deal = deals.entry(deal).or_default();
                    deal.tell(&bound, row, entry.step.at);
                    deal.entries.push(*entry);
                    return Fate::New;
                }
                Ok(Told::NoStep) => {}
                Ok(Told::Silent) => silent += 1,
                Ok(Told::Hold) => holds += 1,
                Ok(Told::Other) => others += 1,
                Err(reasons) => return Fate::Rejected(reasons.join("; ")),
            }
            Fate::PassedOver
        },
    )?;
    // Rows that the reader refused are here too, so far as they tell their case.
    for reject in &file.rejects {
        let case = bound.text_of("deal", &reject.fields);
        if let Some(log) = case.and_then(|case| deals.get_mut(case)) {
            log.rejected.get_or_insert(reject.line);
        }
    }
    deals.values_mut().for_each(LogOfDeal::in_order_of_time);
    Ok(Read {
        bound,
        file,
        deals,
        people: reader.people,
        no_steps: reader.no_steps,
        silent,
        incomplete,
        holds,
        others,
        steps,
    })
}

impl Reader<'_> {
    fn row(&mut self, bound: &Bound, row: &Row) -> Result<Told, Vec<String>> {
        let kind = bound.text("kind", row);
        let mut reasons = Vec::new();
        let what = match (kind, bound.text("stage", row)) {
            (Some("hold"), _) => return Ok(Told::Hold),
            (Some("activity"), Some(text)) => activity(text).map(Some),
            (Some(kind), _) if kind != "step" && !is_move(kind) => return Ok(Told::Other),
            (_, Some(text)) => self.meant(text),
            (_, None) => Err("no stage".to_string()),
        };
        let deal = bound.text("deal", row).or_else(|| {
            reasons.push(
                "no deal; repair it in the log itself, which has the rest of its case".into(),
            );
            None
        });
        let at = self
            .time(bound.text("at", row))
            .map_err(|reason| reasons.push(reason));
        let what = what.map_err(|reason| reasons.push(reason)).ok().flatten();
        let over = overridden(bound, row).map_err(|reason| reasons.push(reason));
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let (Some(deal), Ok(at), Some(mut what), Ok(over)) = (deal, at, what, over) else {
            let text = bound.text("stage", row).unwrap_or_default();
            let Some(times) = self.no_steps.get_mut(text) else {
                return Ok(Told::Silent);
            };
            *times += 1;
            return Ok(Told::NoStep);
        };
        if let What::Move {
            how, overridden, ..
        } = &mut what
        {
            *how = match kind {
                Some("stage") => Some(Move::Imported),
                Some("back") => Some(Move::ImportedBack),
                Some("moved") => Some(Move::Process),
                _ => None,
            };
            *overridden = over;
        }
        let by = bound.text("by", row).map(|by| self.person(by));
        let entry = Entry {
            line: row.line,
            fields: Fields::of(row),
            step: Step {
                what,
                at,
                day: self.context.process.calendar.date_of(at),
            },
            by,
        };
        Ok(Told::Happened(deal.to_string(), Box::new(entry)))
    }

    fn time(&self, text: Option<&str>) -> Result<DateTime<Utc>, String> {
        let zone = &self.context.process.calendar.timezone;
        let at = values::instant(text.ok_or("no time")?, &self.section.formats, zone)?;
        if at > self.now {
            return Err(format!("{} is after now", at.format("%Y-%m-%d %H:%M UTC")));
        }
        Ok(at)
    }

    /// A stage, an end or a step; nothing when the mapping says that the word tells nothing, or the process has no
    /// such step.
    fn meant(&mut self, text: &str) -> Result<Option<What>, String> {
        if let Some(known) = self.words.get(text) {
            return known.clone();
        }
        let Context {
            process, mapping, ..
        } = self.context;
        let step = mapping.value("stage", text).unwrap_or(text);
        let is_stage = process.stage(step).is_some();
        let found = match step.strip_prefix(DONE).filter(|_| !is_stage) {
            Some(step) if process.step_names().any(|name| name == step) => {
                let step = step.to_string();
                Ok(Some(What::Beside(Event::StepDone { step })))
            }
            Some(_) => {
                self.no_steps.insert(text.to_string(), 0);
                Ok(None)
            }
            None => values::stage(process, mapping, text).map(|to| {
                to.map(|to| What::Move {
                    to,
                    how: None,
                    overridden: None,
                })
            }),
        };
        self.words.insert(text.to_string(), found.clone());
        found
    }

    fn person(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.people.len() as u32;
        self.people.push(name.to_string());
        self.places.insert(name.to_string(), place);
        place
    }
}

fn activity(text: &str) -> Result<What, String> {
    let what = ActivityKind::from_name(text).ok_or_else(|| {
        let names = ActivityKind::ALL.map(ActivityKind::name).join(", ");
        format!("no activity is called `{text}`; there are {names}")
    })?;
    Ok(What::Beside(Event::Logged(Activity {
        what,
        minutes: None,
        cost_minor: None,
        person: None,
        tool: None,
        text: None,
    })))
}

/// The gate that was passed although something was open, of which logs rarely tell why.
fn overridden(bound: &Bound, row: &Row) -> Result<Option<Override>, String> {
    let passed = bound.text("overridden", row).map(values::yes_or_no);
    let passed = passed
        .transpose()
        .map_err(|why| format!("overridden: {why}"))?;
    let reason = bound.text("override_reason", row);
    let told = passed.unwrap_or(reason.is_some());
    Ok(told.then(|| Override {
        reason: Private::new(reason.unwrap_or("the log does not tell why")),
        open: Vec::new(),
    }))
}
