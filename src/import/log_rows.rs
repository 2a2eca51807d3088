//! The rows of a log: what each says happened to which deal.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::event_log::{is_incomplete, is_move};
use super::log_of_deal::{Entry, LogOfDeal, Refusal};
use super::map::{Bound, Section, name_key};
use super::plan::{Context, Fate, FileReport, Log, PlanError, each_of};
use super::read::Row;
use super::story::{Step, What};
use super::values;
use crate::deal::event::{Activity, ActivityKind, Event, Move, Override, Private};

/// How our own logs, and conditions, call a step that was done.
const DONE: &str = "done_";
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
                Err(refusals) => {
                    let column = refusals.iter().find_map(|one| bound.column(one.cell?));
                    let reasons: Vec<String> = refusals.into_iter().map(|one| one.reason).collect();
                    return Fate::RejectedFor(column, reasons.join("; "));
                }
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
    fn row(&mut self, bound: &Bound, row: &Row) -> Result<Told, Vec<Refusal>> {
        let kind = bound.text("kind", row);
        let mut refusals = Vec::new();
        let what = match (kind, bound.text("stage", row)) {
            (Some("hold"), _) => return Ok(Told::Hold),
            (Some("activity"), Some(text)) => activity(text).map(Some),
            (Some(kind), _) if kind != "step" && !is_move(kind) => return Ok(Told::Other),
            (_, Some(text)) => self.meant(text),
            (_, None) => Err("no stage".to_string()),
        };
        let deal = bound.text("deal", row).or_else(|| {
            refusals.push(Refusal::of(
                "deal",
                "no deal; repair it in the log itself, which has the rest of its case",
            ));
            None
        });
        let mut refuse = |cell, reason: String| refusals.push(Refusal::of(cell, reason));
        let at = self
            .time(bound.text("at", row))
            .map_err(|reason| refuse("at", reason));
        let what = what
            .map_err(|reason| refuse("stage", reason))
            .ok()
            .flatten();
        let over = overridden(bound, row).map_err(|reason| refuse("overridden", reason));
        if !refusals.is_empty() {
            return Err(refusals);
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
        let day = self.context.process.calendar.date_of(at);
        let entry = Entry::of(row, Step { what, at, day }, by);
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
            Some(step) if self.has_step(step) => {
                let step = step.to_string();
                Ok(Some(What::Beside(Event::StepDone { step })))
            }
            Some(_) => {
                self.no_steps.insert(text.to_string(), 0);
                Ok(None)
            }
            None => values::stage(process, mapping, text)
                .or_else(|unknown| match self.past(text) {
                    Some(stage) => Ok(Some(stage)),
                    None => Err(unknown),
                })
                .map(|to| {
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

    /// Whether the process has a step, or had it before.
    fn has_step(&self, step: &str) -> bool {
        let Context {
            process, earlier, ..
        } = self.context;
        let before = earlier.iter().map(|one| &one.process);
        let mut all = std::iter::once(*process).chain(before);
        all.any(|process| process.step_names().any(|name| name == step))
    }

    /// What a stage of the past is called now, or was called last: one that has another name since, that the process
    /// does without, or that a version before had. What happened in it is history and stays as it was.
    fn past(&self, text: &str) -> Option<String> {
        let Context {
            process, earlier, ..
        } = self.context;
        let key = name_key(text);
        let mut gone = process.gone.iter().map(|gone| &gone.stage);
        if process.stage(text).is_some() || gone.any(|gone| name_key(gone) == key) {
            return Some(process.stage_now(text).to_string());
        }
        earlier.iter().find_map(|one| {
            let mut stages = one.process.stages.iter().zip(&one.called);
            let is_it = |name: &str| name_key(name) == key;
            let found = stages.find(|(stage, _)| is_it(&stage.name) || is_it(&stage.title));
            found.map(|(_, called)| called.clone())
        })
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
