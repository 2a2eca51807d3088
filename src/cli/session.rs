//! An open store with the process it enforces: what a command works with, and when it takes effect.

use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};

use super::context::{Context, sound_process};
use crate::date::{Direction, parse_day};
use crate::deal::Deal;
use crate::fault::Fault;
use crate::process::{self, Earlier, Process};
use crate::store::{Access, Acting, Catalog, Moment, Outcome, Store, Write};

/// An open store with the process it enforces.
pub(crate) struct Session<'c> {
    pub(crate) cx: &'c Context,
    pub(crate) store: Store,
    /// Not taken apart at the end: the program ends with it, and the database in it keeps nothing.
    pub(crate) process: ManuallyDrop<Process>,
    pub(crate) version: u32,
    pub(super) applied_text: String,
    /// The file that version was read from.
    pub(crate) applied_path: String,
    pub(crate) today: NaiveDate,
    pub(crate) now: DateTime<Utc>,
    pub(crate) actor: String,
}

impl Session<'_> {
    pub(crate) fn acting(&self, dry_run: bool) -> Acting {
        Acting {
            actor: self.actor.clone(),
            typed: self.cx.typed.clone(),
            clock: self.cx.clock,
            now: self.now,
            today: self.today,
            dry_run,
        }
    }

    /// One command: one operation in one transaction.
    pub(crate) fn write<T>(
        &self,
        dry_run: bool,
        change: impl FnOnce(&mut Write<'_>) -> Result<T>,
    ) -> Result<(T, Outcome)> {
        self.store.write(&self.acting(dry_run), "command", change)
    }

    /// The catalog entry of whoever acts, when they are a rep.
    pub(crate) fn acting_rep(&self, catalog: &Catalog) -> Option<String> {
        catalog
            .rep_of_login(&self.actor)
            .map(|rep| rep.name.clone())
    }

    /// The other versions under which something may have been done, those that were undone too, the newest first.
    pub(crate) fn earlier(&self) -> Result<Vec<Earlier>> {
        let versions = self.store.versions_ever()?;
        let others = versions
            .iter()
            .filter(|(applied, _)| applied.version != self.version);
        let texts = others.map(|(applied, undone)| process::Text {
            version: applied.version,
            text: &applied.text,
            undone: *undone,
        });
        Ok(process::earlier(texts, &self.process))
    }

    /// When a change to a deal takes effect: now, or at the end of the day that `--on` names.
    pub(crate) fn moment(&self, on: Option<&str>, deal: &Deal) -> Result<Moment> {
        let floor = self.process.calendar.date_of(deal.floor);
        if self.day(on)? < floor {
            return Err(Fault::no(format!(
                "{} is before {}, when the deal came to where it is",
                crate::date::day(self.day(on)?),
                crate::date::day(floor)
            ))
            .hint("a change may go back as far as that day, since what came before is settled")
            .into());
        }
        self.moment_of_words(on, deal)
    }

    /// The same for what only adds to the history: it may go back to the day the deal began.
    pub(crate) fn moment_of_words(&self, on: Option<&str>, deal: &Deal) -> Result<Moment> {
        let calendar = &self.process.calendar;
        let day = self.day(on)?;
        let began = deal.facts.iter().map(|fact| fact.day).min();
        if let Some(began) = began.filter(|began| day < *began) {
            return Err(Fault::no(format!(
                "{} is before {}, when the deal began",
                crate::date::day(day),
                crate::date::day(began)
            ))
            .into());
        }
        if day < self.today {
            let floor = if calendar.date_of(deal.floor) == day {
                deal.floor
            } else {
                DateTime::UNIX_EPOCH
            };
            return Ok(Moment {
                instant: calendar.end_of(day).max(floor),
                day,
            });
        }
        // A clock that was set back a little must not put this before what happened already.
        let instant = self.now.max(deal.latest);
        if calendar.date_of(instant) > day {
            return Err(Fault::no(format!(
                "the deal was changed on {}, which is after {}",
                crate::date::day(calendar.date_of(deal.latest)),
                crate::date::day(day)
            ))
            .hint("salesctl deal history DEAL shows it; `salesctl undo` by whoever did it takes it back")
            .into());
        }
        Ok(Moment { instant, day })
    }

    /// When something happened that no deal's story limits: now, or at the end of the day that `--on` names.
    pub(crate) fn moment_on(&self, on: Option<&str>) -> Result<Moment> {
        let day = self.day(on)?;
        let instant = if day == self.today {
            self.now
        } else {
            self.process.calendar.end_of(day)
        };
        Ok(Moment { instant, day })
    }

    /// The date that `--on` names: in the past, a weekday the last one.
    pub(crate) fn day(&self, on: Option<&str>) -> Result<NaiveDate> {
        on.map_or(Ok(self.today), |typed| self.day_of("--on", typed))
    }

    /// The date in the past that an option names.
    pub(crate) fn day_of(&self, option: &str, typed: &str) -> Result<NaiveDate> {
        let day = parse_day(typed, self.today, Direction::Back)
            .map_err(|problem| Fault::usage(format!("{option}: {problem}")))?;
        if day > self.today {
            return Err(Fault::usage(format!(
                "{option}: {} is in the future; what has not happened can't be recorded",
                crate::date::day(day)
            ))
            .into());
        }
        Ok(day)
    }

    /// An edited file that is not applied yet: commands enforce what was applied.
    fn note_an_edited_file(&self) {
        let Some(path) = self.cx.process_path() else {
            return;
        };
        // A parent that can't be read any more is an edit too; `process check` says which.
        if !path.exists() {
            return;
        }
        let text = super::process::read_whole(self.cx, &path);
        if text.is_ok_and(|text| text == self.applied_text) {
            return;
        }
        self.cx.console.note(&format!(
            "note: {}; `salesctl process apply` makes it count",
            self.not_applied(&self.cx.shown(&path))
        ));
    }

    /// Why a process file says other than what is enforced: it was edited, or another one was applied.
    pub(crate) fn not_applied(&self, label: &str) -> String {
        let version = self.version;
        // From a folder further down it is called by a longer path.
        if Path::new(label).ends_with(&self.applied_path) {
            format!("{label} was edited since version {version} was applied")
        } else {
            let from = crate::text::visible(&self.applied_path);
            format!("version {version} was applied from {from}, and {label} says otherwise")
        }
    }
}

impl Context {
    /// Opens the workspace's store and the process that it enforces.
    pub(crate) fn session(&self, access: Access) -> Result<Session<'_>> {
        let session = self.session_without_note(access)?;
        session.note_an_edited_file();
        Ok(session)
    }

    pub(crate) fn session_without_note(&self, access: Access) -> Result<Session<'_>> {
        let store = self.open_store(access)?;
        let applied = store.applied()?.ok_or_else(|| {
            Fault::store("no process has been applied to this store yet")
                .hint("salesctl process apply --why \"first version\"")
        })?;
        let label = format!("process version {}", applied.version);
        let process = sound_process(&label, &applied.text)?;
        let today = self.today_in(&process.calendar)?;
        let now = if today == process.calendar.date_of(self.clock) {
            self.clock
        } else {
            process.calendar.noon_of(today)
        };
        let actor = self.actor(process.settings.user.as_deref());
        Ok(Session {
            cx: self,
            store,
            version: applied.version,
            applied_text: applied.text,
            applied_path: applied.path,
            process: ManuallyDrop::new(process),
            today,
            now,
            actor,
        })
    }
}
