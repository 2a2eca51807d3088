//! The numbers of today's work and of a meeting's page: what a line of the last list meant, for
//! `followup done 2`.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::context::state_folder;
use super::output::write_file;
use super::session::Session;
use super::today::tasks;
use crate::id::Id;

/// What the numbers of the last list meant, so that `followup done 2` after `followup done 1` still
/// means the second line that was read.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    store: PathBuf,
    today: NaiveDate,
    rows: Vec<(Id, Option<Id>)>,
}

/// `rows`: the deal or case, and the follow-up, of each line.
pub(super) fn remember(session: &Session<'_>, rows: Vec<(Id, Option<Id>)>) {
    let Some(path) = memory(session) else {
        return;
    };
    let Ok(store) = session.store.path().canonicalize() else {
        return;
    };
    let remembered = Remembered {
        store,
        today: session.today,
        rows,
    };
    // A folder that can't be written only costs the numbers their memory.
    if let Ok(bytes) = serde_json::to_vec(&remembered) {
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = write_file(&path, &bytes, true);
    }
}

/// One memory for each store and whoever acts: a list shown to another rep means nothing to this one.
fn memory(session: &Session<'_>) -> Option<PathBuf> {
    let store = session.store.path().canonicalize().ok()?;
    let whose = format!("{}\n{}", store.display(), session.actor);
    let name = &super::process::digest(whose.as_bytes())[..16];
    Some(state_folder()?.join(format!("worklist-{name}.json")))
}

/// The deal and follow-up, or the case, that a row number of the last list meant; of a fresh list when none was
/// shown today.
pub(crate) fn numbered(session: &Session<'_>, row: usize) -> Result<Option<(Id, Option<Id>)>> {
    let at = row.checked_sub(1);
    let remembered: Option<Remembered> = memory(session)
        .and_then(|path| fs::read(path).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(last) = remembered {
        let here = session.store.path().canonicalize().ok();
        if Some(&last.store) == here.as_ref() && last.today == session.today {
            return Ok(at.and_then(|at| last.rows.get(at).copied()));
        }
    }
    let catalog = session.store.catalog()?;
    let rep = session.acting_rep(&catalog);
    let tasks = tasks(session, rep.as_deref())?;
    Ok(at
        .and_then(|at| tasks.get(at))
        .map(|task| (task.subject, task.follow_up)))
}
