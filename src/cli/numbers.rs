//! What the row numbers of today's work mean, remembered from the list that was read.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::context::{Session, state_folder};
use super::output::write_file;
use super::today::{TaskRow, tasks};
use crate::id::Id;

/// What the numbers of the last list meant, so that `followup done 2` after `followup done 1` still
/// means the second line that was read.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    store: PathBuf,
    today: NaiveDate,
    rows: Vec<(Id, Option<Id>)>,
}

pub(crate) fn remember(session: &Session<'_>, tasks: &[TaskRow]) {
    let Some(folder) = state_folder() else { return };
    let Ok(store) = session.store.path().canonicalize() else {
        return;
    };
    let remembered = Remembered {
        store,
        today: session.today,
        rows: tasks
            .iter()
            .map(|task| (task.deal, task.follow_up))
            .collect(),
    };
    // A folder that can't be written only costs the numbers their memory.
    if let Ok(bytes) = serde_json::to_vec(&remembered) {
        let _ = fs::create_dir_all(&folder);
        let _ = write_file(&folder.join("worklist.json"), &bytes, true);
    }
}

/// The deal and follow-up that a row number of the last list meant; of a fresh list when none was
/// shown today.
pub(crate) fn numbered(session: &Session<'_>, row: usize) -> Result<Option<(Id, Option<Id>)>> {
    let at = row.checked_sub(1);
    let remembered: Option<Remembered> = state_folder()
        .and_then(|folder| fs::read(folder.join("worklist.json")).ok())
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
        .map(|task| (task.deal, task.follow_up)))
}
