//! Whose process a view shows: the one in force, or a draft.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::Context;
use super::super::output;
use super::super::session::Session;
use super::read_file;
use crate::document::Answer;
use crate::fault::{Class, Fault};
use crate::process::{self, Process, Stage, View};
use crate::store::Access;
use crate::text::quoted;

pub(super) enum Shown<'c> {
    InForce(Box<Session<'c>>),
    /// A file that no store enforces.
    Draft {
        process: Box<Process>,
        label: String,
        text: String,
        today: NaiveDate,
    },
}

impl<'c> Shown<'c> {
    /// The file that `--process` names, unless it is what is in force; else what the store enforces; where there is no
    /// store, the workspace's file.
    pub(super) fn of(cx: &'c Context) -> Result<Self> {
        let has_store = cx.store_path().is_some_and(|path| path.exists());
        if has_store && cx.globals.process.is_none() {
            return Ok(Self::InForce(Box::new(cx.session(Access::Read)?)));
        }
        let (path, text) = read_file(cx, None)?;
        if has_store {
            let session = cx.session_without_note(Access::Read)?;
            if session.applied_text == text {
                return Ok(Self::InForce(Box::new(session)));
            }
        }
        let label = cx.shown(&path);
        let hint = format!("salesctl process check {} shows them all", quoted(&label));
        let process = process::check(&label, &text)
            .process
            .ok_or_else(|| Fault::input(format!("{label} has errors")).hint(hint))?;
        Ok(Self::Draft {
            today: cx.today_in(&process.calendar)?,
            process: Box::new(process),
            label,
            text,
        })
    }

    pub(super) fn process(&self) -> &Process {
        match self {
            Self::InForce(session) => &session.process,
            Self::Draft { process, .. } => process,
        }
    }

    /// `Example Ltd, version 3`; of a draft, where it is.
    pub(super) fn title(&self) -> String {
        let name = &self.process().name;
        match self {
            Self::InForce(session) => format!("{name}, version {}", session.version),
            Self::Draft { label, .. } => format!("{name}, {label}"),
        }
    }

    /// What its file is called, and the text of it with those it extends.
    pub(super) fn source(&self) -> (&str, &str) {
        match self {
            Self::InForce(session) => (&session.applied_path, &session.applied_text),
            Self::Draft { label, text, .. } => (label, text),
        }
    }

    /// A draft has no version.
    pub(super) fn answer<R>(&self, schema: &'static str, rows: Vec<R>) -> Answer<R> {
        match self {
            Self::InForce(session) => output::answer(session, schema, rows),
            Self::Draft { process, today, .. } => Answer {
                schema,
                as_of: *today,
                process_version: None,
                currency: process.currency,
                period: None,
                by: Vec::new(),
                n: rows.len(),
                rows,
                notes: Vec::new(),
            },
        }
    }

    /// All of it, or the way of a customer type.
    pub(super) fn view<'v>(&'v self, kind: Option<&'v str>) -> Result<View<'v>> {
        view_of(self.process(), kind)
    }
}

pub(super) fn view_of<'v>(process: &'v Process, kind: Option<&'v str>) -> Result<View<'v>> {
    let names: Vec<&str> = process
        .customer_types
        .iter()
        .map(|kind| kind.name.as_str())
        .collect();
    match kind.filter(|kind| !names.contains(kind)) {
        Some(typed) => Err(Fault::unknown(Class::Usage, "customer type", typed, &names).into()),
        None => Ok(View::new(process, kind)),
    }
}

/// The stage that was typed, by its name or title.
pub(super) fn stage<'p>(process: &'p Process, typed: &str) -> Result<&'p Stage> {
    let mut stages = process.stages.iter();
    let found = stages.find(|stage| stage.name == typed || stage.title.eq_ignore_ascii_case(typed));
    found.ok_or_else(|| {
        let stages = process.stages.iter();
        let names: Vec<&str> = stages.map(|stage| stage.name.as_str()).collect();
        Fault::unknown(Class::Usage, "stage", typed, &names).into()
    })
}
